"""ClickBank: the daily marketplace feed, a zip with one XML. Source: networks.md 1.1.

No credentials; not more than once a day, so the feed is asked for conditionally, and kept. A moved feed answers with
a web page, a changed one may have no Site: both are failures, never "no programs". Every vendor is listed two to four
times; one program is made of them.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from app.feeds import xml_stream
from app.feeds.layouts.clickbank import listed_again, site
from app.feeds.refusal import NotAFeed
from app.importing.sources import Record
from app.networks.answers import refuse_html
from app.networks.api import Api, Limit, Listing, ListingPage, NetworkAnswer, Request, text_of, unique
from app.networks.auth import Auth, Static
from app.networks.clock import Clock
from app.networks.connector import Connector, Pulled
from app.networks.failures import NotAnAnswer, Passing
from app.settings import Secret
from mappings.network_program import NetworkProgram

_FEED = "/feeds/marketplace_feed_v2.xml.zip"
# The real feed unpacks 4.3 MB into 23.5.
_LARGEST_XML = 512_000_000
_MOST_TIMES = 100


def _open(body: bytes) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    archive = zipfile.ZipFile(io.BytesIO(body))
    (info,) = [each for each in archive.infolist() if each.filename.lower().endswith(".xml")] or (None,)
    if info is None:
        raise NotAnAnswer("its zip holds no XML")
    if info.file_size > _LARGEST_XML or info.file_size > _MOST_TIMES * max(info.compress_size, 1_000):
        raise NotAnAnswer(f"its XML unpacks to {info.file_size // 1_000_000} MB; it is not unpacked")
    return archive, info


def _sites(body: bytes) -> Iterator[tuple[dict[str, object], tuple[str, ...]]]:
    """Each Site with the names of the categories it stands in, outermost first; one in memory at a time."""
    archive, info = _open(body)
    with archive, archive.open(info) as file:
        yield from xml_stream.records(io.TextIOWrapper(file, "utf-8-sig", "replace"), "Site")


def _page(answer: NetworkAnswer, cursor: str | None) -> ListingPage:
    refuse_html(answer)
    if not answer.body.startswith(b"PK"):
        raise NotAnAnswer(f"it is no zip: {text_of(answer, 100)}")
    try:
        ids = unique(str(each.get("Id", "")).strip().upper() for each, _ in _sites(answer.body))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Passing(f"its zip is cut short or broken: {error}") from None
    except NotAFeed as error:
        raise NotAnAnswer(f"its XML: {error}") from None
    if not ids:
        raise NotAnAnswer("its XML has no Site: the feed has another shape, or nothing in it")
    return ListingPage(ids, len(ids))


def _listings(given: Mapping[str, Secret]) -> Sequence[Listing]:
    return [Listing("feed", lambda cursor: Request(_FEED, accept="application/zip"), _page)]


def _records(pulled: Pulled, given: Mapping[str, Secret]) -> Iterator[Record]:
    for body in pulled.pages("feed"):
        programs: dict[str, NetworkProgram] = {}
        for number, (each, path) in enumerate(_sites(body)):
            program = site(each, path, source=CONNECTOR.source)
            # Without an id there is nothing to join by; the normaliser refuses it.
            key = program.external_id or f"#{number}"
            programs[key] = listed_again(programs[key], program) if key in programs else program
        nickname = given.get("nickname")
        for program in programs.values():
            yield _linked(program, nickname.reveal()) if nickname else program


def _linked(program: NetworkProgram, nickname: str) -> NetworkProgram:
    """The program with the affiliate's own hoplink."""
    link = f"https://hop.clickbank.net/?affiliate={nickname}&vendor={program.external_id}"
    return msgspec.structs.replace(program, affiliate_url=link)


def _auth(given: Mapping[str, Secret], clock: Clock) -> Auth:
    return Static({})


CONNECTOR = Connector(
    api=Api(
        network="clickbank",
        base_url="https://accounts.clickbank.com",
        limit=Limit(calls=1, seconds=86_400, burst=1, downloads=True),
        optional=("nickname",),
        schedule="30 13 * * *",  # the feed is built anew at 05:00 Pacific time
        timeout=60,
        largest_answer=128_000_000,
    ),
    auth=_auth,
    listings=_listings,
    records=_records,
)
