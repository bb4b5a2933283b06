"""Everything that reads what others wrote, each as a function of one text; and what of it is measured elsewhere.

`found()` lists every public function of the modules that read foreign text which takes a text, a record, a body or a
file. Each stands in READERS, or in NOT_MEASURED with the reason.
"""

from __future__ import annotations

import importlib
import inspect
import io
import json
import pkgutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from app.alerts.wanted import (
    parameters_of,
    read_email,
    read_name,
    read_tells,
    read_watch,
    read_webhook,
    relations_of,
    request_of,
)
from app.checking.robots import read_robots
from app.failures import Failure, Misuse
from app.feeds import delimited, json_records, xml_stream
from app.feeds.columns import cells
from app.feeds.encoding import survey
from app.feeds.guessing import Sample, doubled, guess
from app.feeds.heading_units import parted, unaccented
from app.feeds.headings import squeezed
from app.feeds.layouts import (
    admitad,
    adtraction,
    affise,
    awin,
    cake,
    cj,
    clickbank,
    daisycon,
    everflow,
    flexoffers,
    impact,
    openaffiliate,
    partnerize,
    partnerstack,
    rakuten,
    refersion,
    shareasale,
    tradedoubler,
    tune,
    values,
    webgains,
)  # fmt: skip
from app.feeds.mapping import LISTS, Format, Mapping, check_columns, program
from app.feeds.mapping import read as read_mapping
from app.feeds.opening import draft, open_feed
from app.feeds.packing import unpacked
from app.feeds.preview import previewed
from app.feeds.recognising import listed_instead, recognise
from app.feeds.refusal import shown
from app.feeds.rows import Dialect, Tally, is_rule, whole_rows
from app.feeds.suggesting import flattened, suggest
from app.feeds.xml_characters import references, without_forbidden, without_raw
from app.importing import notes
from app.learning import edits, judging
from app.learning.query_text import kept_text
from app.learning.toml_files import tables_of
from app.networks.answers import json_answer, parsed_xml, refuse_html, xml_answer
from app.networks.api import NetworkAnswer
from app.networks.failures import NotAnAnswer, Passing
from app.networks.limit_headers import wait_after
from app.normalising import Rejected, normalise
from app.normalising.bounds import bounded
from app.normalising.categories import categories
from app.normalising.commission_text.reading import understand
from app.normalising.commissions import commissions
from app.normalising.cookies import cookie_days
from app.normalising.dates import day
from app.normalising.durations import duration_days, duration_months
from app.normalising.flags import approval_mode, flag, known_status, one_of, payment_methods, payment_risk, status
from app.normalising.money import could_be_two, money
from app.normalising.normalise import external_id
from app.normalising.numbers import number
from app.normalising.places import countries, country, currency, language, languages
from app.normalising.text import clean, lines_of, readable, storable
from app.normalising.topics import load_topics, topics_of
from app.normalising.traffic import traffic
from app.normalising.urls import domain_of, merchant_domain, url
from app.normalising.warnings import warnings_of
from app.search import grammar, typed
from app.search.algolia import attributes, conditions, filter_grammar, filter_lists, private, wire
from app.search.algolia.browse import read_browse
from app.search.algolia.names import names
from app.search.algolia.objects import read_object
from app.search.algolia.query import UnknownIndex, read_query, sorted_index
from app.search.analysing import analyse
from app.search.bad_request import meaning, nearest
from app.search.cursor import payload_of
from app.search.export import read_bom, read_end, read_format
from app.search.facet_values import read_asked
from app.search.filter_parser import read_filters
from app.search.highlighting import Highlighter, best_part, marked
from app.search.lexicon import NO_LEXICON
from app.search.lookup.sought import addresses_of, sought
from app.search.parameters import Reader as Parameters
from app.search.private import asked
from app.search.query_analysis import Wording
from app.search.query_pieces import pieces_of, plain_pieces
from app.search.request_parser import read_request
from app.search.spreadsheet import as_text
from app.search.suggest import beginning, forgiven, read_wanted, resembling
from mappings import folding, relations, tokens
from mappings.brands import is_brand
from mappings.facts import facts_in
from mappings.forms import english_forms, stem
from mappings.network_program import NetworkProgram, RawCommission
from mappings.program import Program

MODULES = (
    "app.alerts.wanted", "app.checking.robots",
    "app.normalising", "app.feeds", "app.networks.answers", "app.networks.limit_headers", "app.search.grammar",
    "app.search.request_parser", "app.search.filter_parser", "app.search.typed", "app.search.analysing",
    "app.search.query_pieces",
    "app.search.highlighting", "app.search.bad_request",
    "app.search.suggest", "app.search.facet_values", "app.search.export", "app.search.spreadsheet", "app.search.lookup",
    "app.search.cursor", "app.search.algolia", "app.search.private.asked", "app.importing.notes", "mappings.relations",
    "app.learning.query_text", "app.learning.edits", "app.learning.judging",
    "app.learning.toml_files",
    "mappings.folding", "mappings.tokens", "mappings.facts", "mappings.forms", "mappings.stems", "mappings.brands",
)  # fmt: skip
_FOREIGN = ("str", "Raw", "bytes", "Any", "Record", "NetworkProgram", "TextIOBase", "Path", "NetworkAnswer",
            "Parameters", "Wording",
            "Member", "Context", "Mapping")  # fmt: skip

Reader = Callable[[str], object]
_SECRET = b"secret"


def found() -> set[str]:
    """The names of the functions that may read foreign text, `module.name`."""
    listed: set[str] = set()
    for name in MODULES:
        module = importlib.import_module(name)
        inside = getattr(module, "__path__", None)
        for each in [name, *(found.name for found in pkgutil.walk_packages(inside or (), f"{name}."))]:
            listed |= {f"{each}.{function}" for function in _public(each)}
    return listed


def _public(module: str) -> Iterable[str]:
    for name, value in vars(importlib.import_module(module)).items():
        function = inspect.unwrap(value) if callable(value) else value
        if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module:
            continue
        taken = " ".join(str(parameter.annotation) for parameter in inspect.signature(function).parameters.values())
        if any(each in taken for each in _FOREIGN) and "engine:" not in str(inspect.signature(function)):
            yield name


def _in_file(read: Callable[[Path], object]) -> Reader:
    def reader(text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "feed")
            path.write_text(text, "utf-8", "replace", newline="")
            read(path)

    return reader


def _record(text: str) -> dict[str, Any]:
    """A record whose every member is the text, in the spellings of every layout."""
    return dict.fromkeys(_MEMBERS, text)


_MEMBERS = (
    "id", "name", "key", "title", "status", "description", "displayUrl", "primaryRegion", "kpi", "commissionRange",
    "advertiserId", "programmeName", "parentSectors", "subSectors", "primarySector", "commissionMin", "cookieLength",
    "launchDate", "network-rank", "actions", "program-url", "seven-day-epc", "Gravity", "HasRecurringProducts",
    "CampaignId", "CampaignName", "ShippingRegions", "merchantid", "organization", "commissiontext", "www", "category",
    "cookielength", "payment_size", "payout", "payout_type", "price_format", "offer_status", "actions", "commission",
    "regions", "payments", "relationship", "camref", "campaign_id", "offer_id", "programId", "avgCancellationRate",
    "shop", "offer", "offers", "categories", "policies", "features", "advertiser", "baseCommission",
    "goid", "url", "country", "network_id", "logo", "tags",
)  # fmt: skip


def _rows(read: Callable[[dict[str, Any]], object]) -> Reader:
    def reader(text: str) -> None:
        read(_record(text))
        read(dict.fromkeys(_MEMBERS, text.split(" ")))
        read({name: [dict.fromkeys(_MEMBERS[:6], text)] for name in _MEMBERS[:12]})

    return reader


def _terms(text: str) -> None:
    """A contract of CJ's whose every text is the text."""
    rate = {"rate": {"type": "PERCENT", "value": text}, "situation": {"name": text}, "itemList": {"name": text}}
    action = {"actionTracker": {"type": text, "name": text}, "referralPeriod": text, "commissions": [rate] * 3}
    contract = {"programTerms": {"specialTerms": {"name": text, "body": text}, "actionTerms": [action] * 3}}
    cj.with_terms(NetworkProgram(network="cj", external_id="1", data_source="test"), contract)


def _feed(path: Path) -> None:
    for _ in previewed(open_feed(path, "awin", suggesting=True)):
        pass


def _wide(text: str) -> None:
    """As many columns as the text has pieces."""
    pieces = text.split(" ") if " " in text else text.split(",")
    suggest([f"{piece}{place}" for place, piece in enumerate(pieces)], [dict.fromkeys(pieces[:200], text[:200])], None)


def _xml(text: str) -> None:
    for _ in xml_stream.records(io.StringIO(text), "a"):
        pass


def _lines(text: str) -> None:
    for dialect in (Dialect(","), Dialect("|", None), Dialect(";", '"', "\\", blanks=True)):
        for width in (1, 2, 8):
            lines = delimited.lines_of(io.StringIO(text, newline=""))
            heading = [f"column {number}" for number in range(width)]
            for _ in cells(lines, dialect, heading, Tally(), has_heading=True):
                pass


def _whole_rows(text: str) -> None:
    for _ in whole_rows(io.StringIO(text, newline=""), Dialect(",")):
        pass


def _guessed(text: str) -> None:
    sample = Sample()
    for encoding in ("utf-8", "utf-16-le"):
        sample.take(text.encode(encoding, "replace"))
    guess(sample.content(), sample.content().decode("latin-1"))
    doubled(sample.content())


def _json_records(text: str) -> None:
    for kind in ("lines", "stream", "array", "keyed", "object"):
        with suppress(Failure):
            for _ in json_records.records(io.StringIO(text), json_records.JsonShape(kind, (), ("items",))):
                pass


def _said(text: str) -> None:
    json_records.error_said({"error": text, "errors": text.split(" "), "message": {"detail": text}})
    json_records.path_in({name: [{}] for name in text.split(" ")})
    json_records.keyed_in({name: {"a": text, "b": 1} for name in text.split(" ")})
    json_records.partial_said({"page": text, "total": text, "next": text, **dict.fromkeys(text.split(" "))}, 1)


def _program(text: str) -> NetworkProgram:
    """A record whose every field is the text."""
    words = dict.fromkeys((name for name in NetworkProgram.__struct_fields__ if name not in _NO_TEXT), text)
    lists = dict.fromkeys(LISTS, tuple(text.split(" ")))
    line = RawCommission(**dict.fromkeys(RawCommission.__struct_fields__, text))
    return NetworkProgram(network="awin", external_id="1", commissions=(line,) * 3, **words, **lists)  # type: ignore[arg-type]


_NO_TEXT = frozenset(
    [
        "network",
        "external_id",
        "commissions",
        "not_carried",
        *LISTS,
    ]
)


def _normalise(text: str) -> None:
    with suppress(Rejected):
        normalise(_program(text))


_OTHER = Program(network="awin", external_id="1", data_source="test", name="Acme")  # of which nothing is known


def _answer(text: str) -> NetworkAnswer:
    return NetworkAnswer(200, {"content-type": "text/plain"}, text.encode("utf-8", "replace"))


def _mapped(text: str) -> None:
    mapping = Mapping(fields={"external_id": text[:500], "name": "name"})
    program(mapping, {"name": text, text: text, text[:500]: text}, "awin", "test", frozenset())


def _suggested(text: str) -> None:
    samples = [_record(text)] * 3
    suggest(list(_record("")), samples, None, Format())
    _wide(text)


def _asked(read: Callable[[dict[str, list[str]]], object], *parameters: str) -> Reader:
    def reader(text: str) -> None:
        for name in parameters:
            with suppress(Misuse):
                read({name: [text]})
        with suppress(Misuse):
            read({text: [text]})

    return reader


def _robots(text: str) -> None:
    read_robots(text.encode("utf-8", "replace")).allow(text)
    read_robots(f"User-agent: *\nDisallow: /{text}$".encode("utf-8", "replace")).allow(f"/{text}")


def _algolia(read: Callable[[dict[str, Any]], object]) -> Reader:
    def reader(text: str) -> None:
        for name in ("query", "filters", "facetFilters", "numericFilters", "attributesToRetrieve", "facets", text):
            with suppress(Misuse, attributes.Misread):
                read({name: text})
        with suppress(Misuse, attributes.Misread):
            read({"facetFilters": [text.split(" ")], "numericFilters": text.split(" "), "facets": text.split(",")})

    return reader


def _quietly(read: Reader) -> Reader:
    """A reader whose refusals are answers too."""

    def reader(text: str) -> object:
        with suppress(
            Failure,
            Misuse,
            Passing,
            NotAnAnswer,
            attributes.Misread,
            grammar.Malformed,
            UnknownIndex,
            SyntaxError,
            ValueError,
        ):
            return read(text)
        return None

    return reader


def _split(read: Callable[[tuple[str, ...]], object]) -> Reader:
    def reader(text: str) -> None:
        read((text,))
        read(tuple(text.split(" ")))

    return reader


_MEASURED: dict[str, Reader] = {
    "app.checking.robots.read_robots": _robots,
    "app.normalising.bounds.bounded": lambda text: bounded(_program(text)),
    "app.normalising.categories.categories": _split(partial(categories, "awin")),
    "app.normalising.commission_text.reading.understand": partial(understand, default_currency="USD"),
    "app.normalising.commissions.commissions": lambda text: commissions(
        text, bounded(_program(text)).commissions, "USD"
    ),
    "app.normalising.cookies.cookie_days": cookie_days,
    "app.normalising.dates.day": day,
    "app.normalising.durations.duration_days": duration_days,
    "app.normalising.durations.duration_months": duration_months,
    "app.normalising.flags.flag": flag,
    "app.normalising.flags.status": status,
    "app.normalising.flags.known_status": known_status,
    "app.normalising.warnings.warnings_of": lambda text: warnings_of(_program(text), _OTHER),
    "app.feeds.preview.previewed": _in_file(_feed),
    "app.normalising.flags.approval_mode": approval_mode,
    "app.normalising.flags.payment_methods": _split(payment_methods),
    "app.normalising.flags.payment_risk": payment_risk,
    "app.normalising.flags.one_of": partial(one_of, "epcWindow"),
    "app.normalising.money.could_be_two": could_be_two,
    "app.normalising.money.money": money,
    "app.normalising.normalise.normalise": _normalise,
    "app.normalising.normalise.external_id": partial(external_id, "clickbank"),
    "app.normalising.numbers.number": number,
    "app.normalising.places.country": country,
    "app.normalising.places.language": language,
    "app.normalising.places.countries": _split(countries),
    "app.normalising.places.languages": _split(languages),
    "app.normalising.places.currency": currency,
    "app.normalising.text.clean": lambda text: clean(text, 5000),
    "app.normalising.text.readable": lambda text: readable(text, 5000),
    "app.normalising.text.lines_of": lambda text: lines_of(text, 2000),
    "app.normalising.text.storable": storable,
    "app.normalising.traffic.traffic": lambda text: traffic((text,), tuple(text.split(" ")), text),
    "app.normalising.urls.url": url,
    "app.normalising.urls.merchant_domain": lambda text: merchant_domain(url(f"https://{text}")),
    "app.feeds.columns.cells": _lines,
    "app.feeds.delimited.lines_of": _lines,
    "app.feeds.delimited.sniff": lambda text: delimited.sniff(text, True),
    "app.feeds.encoding.survey": _in_file(lambda path: survey(unpacked(path).members[0])),
    "app.feeds.guessing.guess": _guessed,
    "app.feeds.guessing.doubled": _guessed,
    "app.feeds.headings.squeezed": squeezed,
    "app.feeds.heading_units.parted": parted,
    "app.feeds.heading_units.unaccented": unaccented,
    "app.feeds.rows.is_rule": lambda text: is_rule(text.split("|")),
    "app.feeds.json_records.keyed_in": _said,
    "app.feeds.json_records.partial_said": _said,
    "app.feeds.rows.whole_rows": _whole_rows,
    "app.feeds.xml_characters.references": lambda text: references("&#55357;" * (len(text) // 8)),
    "app.feeds.xml_characters.without_raw": without_raw,
    "app.feeds.xml_characters.without_forbidden": lambda text: without_forbidden(text.encode("utf-8", "replace")),
    "app.feeds.json_records.find": lambda text: json_records.find(text, True, lambda _: False),
    "app.feeds.json_records.error_said": _said,
    "app.feeds.json_records.path_in": _said,
    "app.feeds.json_records.records": _json_records,
    "app.feeds.layouts.awin.programme": _rows(lambda row: awin.programme(row, row)),
    "app.feeds.layouts.awin.details": _rows(awin.details),
    "app.feeds.layouts.awin.directory_row": _rows(awin.directory_row),
    "app.feeds.layouts.cj.advertiser": _rows(cj.advertiser),
    "app.feeds.layouts.cj.with_terms": _terms,
    "app.feeds.layouts.clickbank.site": _rows(lambda row: clickbank.site(row, (str(row),))),
    "app.feeds.layouts.clickbank.listed_again": lambda text: clickbank.listed_again(_program(text), _program(text)),
    "app.feeds.layouts.impact.campaign": _rows(impact.campaign),
    "app.feeds.layouts.openaffiliate.program": _rows(openaffiliate.program),
    "app.feeds.layouts.partnerstack.program": _rows(partnerstack.program),
    "app.feeds.layouts.rakuten.advertiser": _rows(rakuten.advertiser),
    "app.feeds.layouts.rakuten.partnership": _rows(rakuten.partnership),
    "app.feeds.layouts.rakuten.offer": _rows(rakuten.offer),
    "app.feeds.layouts.rakuten.joined": lambda text: rakuten.joined(_program(text), _program(text)),
    "app.feeds.layouts.refersion.affiliate": _rows(refersion.affiliate),
    "app.feeds.layouts.shareasale.merchant": _rows(shareasale.merchant),
    **{
        f"app.feeds.layouts.{layout}": _rows(read)
        for layout, read in {
            "admitad.program": admitad.program,
            "adtraction.program": adtraction.program,
            "affise.offer": affise.offer,
            "cake.offer": cake.offer,
            "daisycon.program": daisycon.program,
            "everflow.offer": everflow.offer,
            "flexoffers.advertiser": flexoffers.advertiser,
            "partnerize.campaign": partnerize.campaign,
            "tradedoubler.program": tradedoubler.program,
            "tradedoubler.report_row": tradedoubler.report_row,
            "tune.offer": tune.offer,
            "webgains.program": webgains.program,
        }.items()
    },
    "app.feeds.layouts.values.names_of": lambda text: values.names_of([text, *({"name": text},) * 9]),
    "app.feeds.layouts.values.text": values.text,
    "app.feeds.layouts.values.raw": values.raw,
    "app.feeds.layouts.values.texts": lambda text: values.texts(text.split(" ")),
    "app.feeds.layouts.values.split": lambda text: values.split(text, "|"),
    "app.feeds.layouts.values.part": lambda text: values.part({text: text}, *text.split(".")),
    "app.feeds.layouts.values.records": lambda text: values.records(text.split(" ")),
    "app.feeds.layouts.values.known": values.known,
    "app.feeds.mapping.read": read_mapping,
    "app.feeds.mapping.check_columns": lambda text: check_columns(
        Mapping(fields={"external_id": text.split(" "), "name": "missing"}), text.split(" ")
    ),
    "app.feeds.mapping.program": _mapped,
    "app.feeds.opening.open_feed": _in_file(_feed),
    "app.feeds.opening.draft": _in_file(partial(draft, network=None)),
    "app.feeds.recognising.listed_instead": lambda text: listed_instead(text.split(" ")),
    "app.feeds.recognising.recognise": lambda text: recognise("delimited", text.split(" "), None),
    "app.feeds.refusal.shown": shown,
    "app.feeds.suggesting.flattened": lambda text: flattened({name: {name: text} for name in text.split(" ")}),
    "app.feeds.suggesting.suggest": _suggested,
    "app.feeds.xml_stream.find": lambda text: xml_stream.find(text, True),
    "app.feeds.xml_stream.records": _xml,
    "app.networks.answers.refuse_html": lambda text: refuse_html(_answer(text)),
    "app.networks.answers.json_answer": lambda text: json_answer(_answer(text), dict),
    "app.networks.answers.xml_answer": lambda text: xml_answer(_answer(text), "a"),
    "app.networks.answers.parsed_xml": lambda text: parsed_xml(text.encode("utf-8", "replace")),
    "app.networks.limit_headers.wait_after": lambda text: wait_after(
        True, {"retry-after": text, "ratelimit": text, "ratelimit-reset": text, text: text}, 0.0
    ),
    "app.alerts.wanted.read_watch": lambda text: read_watch(text, text, text.split(" "), text, text),
    "app.alerts.wanted.read_name": lambda text: read_name(Parameters({}), text),
    "app.alerts.wanted.read_tells": lambda text: read_tells(Parameters({}), text.split(" ")),
    "app.alerts.wanted.read_webhook": lambda text: read_webhook(Parameters({}), text),
    "app.alerts.wanted.read_email": lambda text: read_email(Parameters({}), text),
    "app.alerts.wanted.parameters_of": parameters_of,
    "app.alerts.wanted.request_of": request_of,
    "app.alerts.wanted.relations_of": relations_of,
    "app.learning.query_text.kept_text": kept_text,
    "app.learning.edits.synonym": lambda text: edits.synonym([text, *text.split(" ")]),
    "app.learning.edits.topic": lambda text: edits.topic("vpn", [text, *text.split(" ")]),
    "app.learning.edits.pin": lambda text: edits.pin(text, [1]),
    "app.learning.edits.read_file": lambda text: edits.read_file(text.encode("utf-8", "replace")),
    "app.learning.toml_files.tables_of": lambda text: tables_of(text.encode("utf-8", "replace")),
    "app.learning.judging.read_judgements": lambda text: judging.read_judgements(text.encode("utf-8", "replace")),
    "app.learning.judging.gain": lambda text: judging.gain(text.split(" "), [judging.JudgedHit(1, text)] * 10),
    "app.search.grammar.split_items": grammar.split_items,
    "app.search.grammar.escape": grammar.escape,
    "app.search.grammar.number_range": grammar.number_range,
    "app.search.grammar.number": grammar.number,
    "app.search.grammar.date_range": grammar.date_range,
    "app.search.filter_parser.read_filters": _asked(read_filters, "network", "epc", "launchedAt", "category"),
    "app.search.request_parser.read_request": _asked(read_request, "q", "sort", "facets", "fields", "facetLimit"),
    "app.search.typed.checked": partial(typed.checked, "q"),
    "app.search.typed.typed": typed.typed,
    "app.search.typed.pieces": typed.pieces,
    "app.search.typed.typos_allowed": typed.typos_allowed,
    "app.search.typed.match": lambda text: typed.match(typed.typed(text[:512]), text),
    "app.search.typed.marked": lambda text: typed.marked(text, ((0, 1), (2, 3)), "<", ">"),
    "app.search.query_pieces.pieces_of": pieces_of,
    "app.search.query_pieces.plain_pieces": plain_pieces,
    "app.search.analysing.analyse": lambda text: analyse(Wording(text[:512]), NO_LEXICON),
    "app.search.bad_request.nearest": lambda text: nearest(text, ("network", "vertical", text[::-1])),
    "app.search.bad_request.meaning": lambda text: meaning(text, ("network", "vertical")),
    "app.search.suggest.read_wanted": _asked(read_wanted, "q", "limit", "groups"),
    "app.search.suggest.beginning": lambda text: beginning(text[:512]),
    "app.search.suggest.forgiven": lambda text: forgiven(text[:512]),
    "app.search.suggest.resembling": resembling,
    "app.search.facet_values.read_asked": _asked(partial(read_asked, "category"), "facetQuery", "q", "limit"),
    "app.search.export.read_format": read_format,
    "app.search.export.read_bom": lambda text: read_bom(text, "csv"),
    "app.search.export.read_end": lambda text: read_end(text, "csv"),
    "app.search.highlighting.marked": lambda text: marked(text, _MARKING.spans(text)),
    # A description has 5,000 characters at most.
    "app.search.highlighting.best_part": lambda text: best_part(text[:5000], _MARKING.spans(text[:5000])),
    "app.normalising.topics.topics_of": lambda text: topics_of(text, text, text, "en"),
    "mappings.tokens.tokens": tokens.tokens,
    "mappings.tokens.spans": tokens.spans,
    "mappings.tokens.token": tokens.token,
    "mappings.facts.facts_in": lambda text: facts_in(text.split(" ")),
    "mappings.forms.english_forms": english_forms,
    "mappings.stems.stem": lambda text: stem(text, "de"),
    "mappings.brands.is_brand": lambda text: is_brand(tuple(text.split(" "))),
    "app.search.spreadsheet.as_text": as_text,
    "app.search.lookup.sought.addresses_of": lambda text: addresses_of(text.encode("utf-8", "replace"), is_text=True),
    "app.search.lookup.sought.sought": lambda text: sought([text, *text.split(" ")[:1000]]),
    "app.normalising.urls.domain_of": lambda text: domain_of(f"https://awin1.com/?u=https://{text}"),
    "app.search.cursor.payload_of": lambda text: payload_of(text, _SECRET),
    "app.search.algolia.attributes.level_of": attributes.level_of,
    "app.search.algolia.attributes.filterable": attributes.filterable,
    "app.search.algolia.attributes.facetable": attributes.facetable,
    "app.search.algolia.browse.read_browse": _algolia(lambda given: read_browse(given, "programs", _SECRET)),
    "app.search.algolia.conditions.equals": partial(conditions.equals, "network"),
    "app.search.algolia.conditions.compares": partial(conditions.compares, "epc", ">"),
    "app.search.algolia.conditions.between": lambda text: conditions.between("epc", text, text),
    "app.search.algolia.filter_grammar.read_filters": filter_grammar.read_filters,
    "app.search.algolia.filter_grammar.read_condition": filter_grammar.read_condition,
    "app.search.algolia.filter_lists.facet_filters": lambda text: filter_lists.facet_filters([text, *text.split(" ")]),
    "app.search.algolia.filter_lists.numeric_filters": filter_lists.numeric_filters,
    "app.search.algolia.filter_lists.tag_filters": filter_lists.tag_filters,
    "app.search.algolia.names.names": lambda text: names(tuple(text.split(" "))),
    "app.search.algolia.objects.read_object": _algolia(lambda given: read_object("awin-1", given, "programs", "")),
    "app.search.algolia.query.read_query": _algolia(lambda given: read_query(given, "programs", "")),
    "app.search.algolia.query.sorted_index": sorted_index,
    "app.search.algolia.wire.several": lambda text: wire.several(json.dumps({"requests": [{"params": text}]}).encode()),
    "app.search.algolia.wire.single": lambda text: wire.single(text.encode("utf-8", "replace")),
    "app.search.algolia.wire.in_url": wire.in_url,
    "app.search.algolia.private.may_name": lambda text: private.may_name(text.encode("utf-8", "replace")),
    "app.search.algolia.private.names_private": lambda text: private.names_private({"filters": text, "facets": [text]}),
    "app.search.private.asked.names_private": _asked(asked.names_private, "facets", "fields", "facetLimit"),
    "app.search.private.asked.parted": _asked(asked.parted, "relation", "tags", "shortlisted", "facets", "fields"),
    "app.search.private.asked.refused": _asked(lambda given: asked.refused(given, "here"), "facets", "relation"),
    "app.search.private.asked.as_filter": asked.as_filter,
    "app.importing.notes.read_lines": lambda text: notes.read_lines(text.encode("utf-8", "replace")),
    "mappings.relations.relation": relations.relation,
    "mappings.folding.folded": folding.folded,
    "mappings.folding.key": folding.key,
}
_MARKING: Highlighter = Highlighter(("a", "script", "10"), (("a", "b"),), ())
load_topics()  # what is made once is no text's fault
READERS: dict[str, Reader] = {name: _quietly(read) for name, read in _MEASURED.items()}

_OURS = "takes our own words, or what was read and bounded before"
_ENGINE = "takes what our own index answers"
_WITHIN = {
    "app.normalising.commission_text": (
        "understand, which bounds their text",
        "amounts.find_amounts clauses.contexts clauses.sentences events.event events.events headlines.is_headline "
        "judging.is_commission rates.rules shares.is_raised_commission shares.is_share_of_other sums.is_other_sum "
        "sums.is_paid tiers.tiers tokens.tokens",
    ),
    "app.normalising": ("number and understand", "numbers.parse_number"),
    "app.feeds": ("open_feed", "encoding.characters packing.unpacked opening.drafted"),
    "app.search": ("match and did_you_mean, of words of at most 512 bytes", "typed.begun typed.distance"),
    "app.search.algolia": ("read_object", "objects.read_objects"),
}
_TAKES = {
    _OURS: "app.normalising.topics.vertical_of_topics mappings.brands.brand_at mappings.forms.alike "
    "app.feeds.fetching.fetched app.feeds.fetching.pieces app.feeds.fetching.is_address app.feeds.leftovers.sweep "
    "app.feeds.layouts.values.not_carried_by_members "
    "app.feeds.mapping.not_carried_by app.feeds.mapping.sources app.feeds.naming.under app.feeds.naming.is_of "
    "app.feeds.suggesting.toml "
    "app.feeds.leftovers.sweep app.feeds.uploads.digest app.feeds.uploads.keep "
    "app.normalising.places.currency_of app.normalising.commission_text.lexicon.read "
    "app.normalising.commission_text.lexicon.spellings app.normalising.commission_text.lexicon.words "
    "app.search.algolia.counts.aggregations app.search.algolia.fold.conditions_of "
    "app.search.algolia.fold.fold app.search.algolia.values.is_unbounded app.search.algolia.values.looked_through "
    "app.importing.notes.imported "
    "app.search.algolia.wire.refused app.search.cursor.seal app.search.cursor.signed app.search.cursor.unseal "
    "app.search.export.csv_end app.search.export.export_body app.search.export.ndjson_end "
    "app.search.facet_values.searchable",
    _ENGINE: "app.search.algolia.counts.counted app.search.algolia.hits.is_deleted app.search.algolia.hits.record "
    "app.search.algolia.hits.retrieved app.search.algolia.hits.shown app.search.algolia.results.results "
    "app.search.algolia.values.facet_hits app.search.export.csv_rows app.search.export.ndjson_lines",
}
NOT_MEASURED: dict[str, str] = {
    **{f"{at}.{name}": f"measured within {by}" for at, (by, listed) in _WITHIN.items() for name in listed.split()},
    **{name: why for why, listed in _TAKES.items() for name in listed.split()},
}
