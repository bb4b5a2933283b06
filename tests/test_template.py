"""A template makes of a text what making it of dictionaries makes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.template import Template

_TEXTS = st.one_of(st.text(st.characters(codec="utf-8")), st.sampled_from(['"', "\\", '{"a":1}', "\\u0000", "\ue000"]))


@given(_TEXTS)
def test_the_same_as_made_of_dictionaries(text: str) -> None:
    def made(text: str) -> dict[str, object]:
        return {"query": text, "_name": f"word:{text}", "queries": [{"of": [text, f"{text}{text}"]}, 1.0, None]}

    assert msgspec.json.decode(Template(made)(text)) == made(text)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        Template(lambda text: {"query": text})("\ud800")
