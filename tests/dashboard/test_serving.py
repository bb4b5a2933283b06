"""How the dashboard is served; no browser needed.

1. Every page is answered with a strict policy: nothing inline, nothing from elsewhere, no markup from strings.
2. Files are kept for good under an address that changes with their content; pages are asked again and answer 304, and
   name every file that they need.
3. Files and pages are compressed for who takes that.
4. Our own code is at most 60 kB over the wire on each page: shell, style and all of its modules together.
5. The words of `fields.js` name only fields that there are.
6. An address that there is not is a page for people, with 404, and a problem document for everybody else.
7. `/api/fields` tells every field once, and what codes mean; `/api/key` what a key may do; programs are had by their
   numbers.
"""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from app.checking.checks import LINK
from app.dashboard import pages
from app.dashboard.assets import lean
from app.direct.reading import MEMBERS
from mappings.catalogue import SEARCHABLE
from mappings.field import Group
from tests.words import Catalogue

MOST_BYTES = 60_000
PAGES = [
    "/",
    "/find",
    "/programs/1",
    "/merchants/a.example",
    "/networks/cj",
    "/compare",
    "/shortlist",
    "/mine",
    "/own",
    "/overview",
    "/week",
    "/operate",
]
ASSETS = Path(pages.__file__).parent / "assets"


@dataclass(frozen=True)
class Fetched:
    """An answer as it came over the wire."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def fetched(address: str, **headers: str) -> Fetched:
    """An answer, whatever its status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Fetched(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Fetched(error.code, error.headers, error.read())


def addresses(html: str) -> list[str]:
    """What a page loads, in order."""
    return re.findall(r'(?:src|href)="(/assets/[^"]+)"', html)


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_a_strict_policy(server: str, path: str) -> None:  # 1
    answer = fetched(server + path)
    assert answer.status == 200
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    html = answer.text
    assert not re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=|https?://", html)


def test_files_are_kept_for_good_and_pages_asked_again(server: str) -> None:  # 2
    page = fetched(f"{server}/")
    assert page.headers["Cache-Control"] == "no-cache"
    again = fetched(f"{server}/", If_None_Match=page.headers["ETag"])
    assert again.status == 304
    files = addresses(page.text)
    assert any(name.endswith("/find.js") for name in files)
    for name in files:
        file = fetched(server + name)
        assert file.status == 200, name
        assert "immutable" in file.headers["Cache-Control"]
    version = files[0].split("/")[2]
    assert fetched(server + files[0].replace(version, "0" * len(version))).status == 404
    assert fetched(f"{server}/assets/{version}/../pages.py").status == 404


def test_everything_a_page_imports_is_loaded_beside_it(server: str) -> None:  # 2
    for path in PAGES:
        html = fetched(server + path).text
        loaded = {name.rsplit("/", 1)[1] for name in addresses(html)}
        for name in [each for each in loaded if each.endswith(".js")]:
            imported = set(re.findall(r'from "\./([\w.]+)"', (ASSETS / name).read_text()))
            assert imported <= loaded, (path, name)


def test_an_address_that_there_is_not(server: str) -> None:  # 6
    page = fetched(f"{server}/no/such", Accept="text/html,*/*")
    assert page.status == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert any(name.endswith("/lost.js") for name in addresses(page.text))
    for path, accept in (("/no/such", "*/*"), ("/api/nothing", "text/html"), ("/assets/0/find.js", "text/html")):
        answer = fetched(server + path, Accept=accept)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json"), path


def test_compression_is_for_who_takes_it(server: str) -> None:  # 3
    for path in ("/", addresses(fetched(f"{server}/").text)[0]):
        plain, packed = fetched(server + path), fetched(server + path, Accept_Encoding="gzip, br")
        assert plain.headers["Content-Encoding"] is None
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(packed.body) == plain.body


def test_our_code_is_light(record_property: Any) -> None:  # 4
    sizes = pages.packed_sizes()
    record_property("bytes of each page", sizes)
    assert max(sizes.values()) <= MOST_BYTES


def test_only_comments_and_indentation_are_left_out() -> None:  # 4
    source = '/** Says\n * much. */\nconst one = "// no comment"; // one\n  // two\n  two(`/* three */`);\n'
    assert lean(source) == '\n\nconst one = "// no comment"; // one\n\ntwo(`/* three */`);\n'


def test_words_name_only_fields_there_are() -> None:  # 5
    source = (ASSETS / "fields.js").read_text()
    labels = re.search(r"const LABELS = \{(.*?)\n\};", source, re.DOTALL)
    assert labels
    named = set(re.findall(r"^  (\w+):", labels[1], re.MULTILINE))
    assert named <= {*SEARCHABLE, LINK}  # the history tells of dead links, which are no field


def test_the_catalogue_of_fields(stocked: Catalogue) -> None:  # 7
    answer = stocked.get("/api/fields")
    assert [each["key"] for each in answer["fields"]] == list(SEARCHABLE)
    epc = next(each for each in answer["fields"] if each["key"] == "epc")
    assert [each["value"] for each in answer["groups"]] == [each.value for each in Group]
    assert {each["key"] for each in answer["fields"] if each["own"]} == {each.key for each in MEMBERS}
    assert (epc["group"], epc["own"], epc["longest"]) == ("worth", False, None)
    name = next(each for each in answer["fields"] if each["key"] == "name")
    assert (name["group"], name["own"], name["longest"]) == ("what", True, 300)
    assert (epc["unit"], epc["unknown"], epc["facet"]["kind"]) == ("USD per click", True, "ranges")
    assert {"value": "cj", "label": "CJ Affiliate"} in answer["codes"]["network"]
    asked = stocked.api.get("/api/fields")
    again = stocked.api.get("/api/fields", headers={"If-None-Match": asked.headers["etag"]})
    assert again.status_code == 304


def test_a_key_is_told_what_it_may_do(stocked: Catalogue) -> None:  # 7
    assert stocked.api.get("/api/key").status_code == 401
    assert stocked.api.get("/api/key", headers=stocked.key("import")).json()["scope"] == "import"


def test_programs_by_their_numbers(stocked: Catalogue) -> None:  # 7
    wanted = [each["id"] for each in stocked.get(sort="id", perPage=5)["programs"]][1:4]
    found = stocked.get(id=",".join(map(str, wanted)), sort="id")
    assert [each["id"] for each in found["programs"]] == wanted
