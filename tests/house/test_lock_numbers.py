"""Advisory locks: every one is named in one place, and no two things share a number.

Two that do exclude each other for no reason: a rebuild was refused while programs were being tagged.
"""

from __future__ import annotations

import re
from pathlib import Path

from indexing.locks import Lock, TextLock, alone
from tests.words import Catalogue

_ROOT = Path(__file__).parents[2]
_TAKEN = re.compile(r"pg_(?:try_)?advisory_\w+\((?P<key>[^)]*\)?)\)")


def test_no_lock_is_taken_by_a_number_of_its_own() -> None:
    found = {
        (str(path.relative_to(_ROOT)), each["key"])
        for room in ("app", "indexing", "mappings", "generators")
        for path in (_ROOT / room).rglob("*.py")
        for each in _TAKEN.finditer(path.read_text("utf-8"))
    }
    assert len(found) > 8
    assert not [(path, key) for path, key in found if re.search(r"\d", key)]


def test_whoever_wants_to_be_alone_names_what_for() -> None:
    texts = [path.read_text("utf-8") for room in ("app", "indexing") for path in (_ROOT / room).rglob("*.py")]
    wanted = [each for text in texts for each in re.findall(r"\balone\(\w+, ([\w.]+)", text)]
    assert len(wanted) > 6
    assert not [each for each in wanted if not each.startswith("Lock.")]


def test_locks_that_one_process_holds_keep_nobody_from_another(catalogue: Catalogue) -> None:
    with catalogue.connect() as one, catalogue.connect() as other, alone(one, Lock.TAGGING) as free:
        assert free
        for lock in Lock:
            with alone(other, lock) as also_free:
                assert also_free == (lock is not Lock.TAGGING), lock
    assert len({*map(int, Lock)}) == len(Lock)
    assert len({*map(int, TextLock)}) == len(TextLock)
