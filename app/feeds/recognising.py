"""Which network's layout a file has, by its heading or by the members of a record. Not by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.feeds.headings import squeezed
from app.feeds.layouts import awin, cj, clickbank, impact, partnerstack, rakuten, refersion, shareasale
from mappings.network_program import NetworkProgram

Form = Literal["delimited", "json", "xml"]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout we know: what marks it, and how its records are read.

    `always` and at least `some` of `any_of` are squeezed names that a record must have.
    """

    network: str
    called: str
    forms: tuple[Form, ...]
    always: frozenset[str]
    read: Callable[[Record, tuple[str, ...], str], NetworkProgram]  # record, categories around it, data source
    any_of: frozenset[str] = frozenset()
    some: int = 1
    columns: tuple[str, ...] = ()  # how the layout writes the names, where a heading may write them otherwise
    squeeze: bool = False  # records are read by squeezed names
    # Where records about one program lie apart: how two make one.
    together: Callable[[NetworkProgram, NetworkProgram], NetworkProgram] | None = None
    around: tuple[str, ...] = field(default=())  # members inside which a single record may lie

    def matches(self, form: Form, names: Iterable[str]) -> int:
        """How many of its marks are there; 0 if it is not this layout."""
        found = {squeezed(name) for name in names}
        if form not in self.forms or not self.always <= found:
            return 0
        optional = len(self.any_of & found)
        return 0 if self.any_of and optional < self.some else len(self.always) + optional

    def renamed(self, names: Iterable[str]) -> list[str]:
        """A heading in the names that the layout reads."""
        if self.squeeze:
            return [squeezed(name) for name in names]
        own = {squeezed(name): name for name in self.columns}
        return [own.get(squeezed(name), name) for name in names]


def _plain(read: Callable[..., NetworkProgram]) -> Callable[[Record, tuple[str, ...], str], NetworkProgram]:
    return lambda record, _, source: read(record, source=source)


_AWIN_COLUMNS = (
    "advertiserId", "programmeName", "conversionRate", "approvalRate", "epc", "launchDate", "paymentStatus",
    "paymentRiskLevel", "awinIndex", "feedEnabled", "productReporting", "commissionMin", "commissionMax", "leadMin",
    "leadMax", "cookieLength", "parentSectors", "subSectors", "primarySector", "averagePaymentTime", "primaryRegion",
    "descriptionShort", "logoUrl", "displayUrl",
)  # fmt: skip


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "clickbank",
        "ClickBank marketplace feed",
        ("xml",),
        _set("id title"),
        lambda record, path, source: clickbank.site(record, path, source=source),
        any_of=_set("gravity percentpersale popularityrank averageearningspersale hasrecurringproducts"),
        some=2,
        together=clickbank.listed_again,
    ),
    Layout(
        "shareasale",
        "ShareASale merchantSearch",
        ("delimited", "xml", "json"),
        _set("merchantid organization"),
        _plain(shareasale.merchant),
        any_of=_set("commissiontext salecomm epc30day reversalrate30day cookielength powerranktop100 www"),
        some=3,
        squeeze=True,
    ),
    Layout(
        "shareasale",
        "ShareASale merchantStatus",
        ("delimited", "xml", "json"),
        _set("merchantid programstatus"),
        _plain(shareasale.merchant),
        squeeze=True,
    ),
    Layout(
        "cj",
        "CJ advertiser lookup",
        ("xml",),
        _set("advertiserid advertisername"),
        _plain(cj.advertiser),
        any_of=_set("programurl networkrank threemonthepc sevendayepc relationshipstatus accountstatus actions"),
        some=2,
    ),
    Layout(
        "rakuten",
        "Rakuten offers",
        ("json",),
        _set("advertiser"),
        _plain(rakuten.offer),
        any_of=_set("goid offerrules returndays offernumber"),
        together=rakuten.joined,
    ),
    Layout(
        "rakuten",
        "Rakuten partnerships",
        ("json",),
        _set("advertiser status"),
        _plain(rakuten.partnership),
        any_of=_set("statusupdatedatetime approvedatetime applydatetime"),
        together=rakuten.joined,
    ),
    Layout(
        "rakuten",
        "Rakuten advertisers",
        ("json",),
        _set("id name"),
        _plain(rakuten.advertiser),
        any_of=_set("policies features deeplink"),
        around=("advertiser",),
    ),
    Layout(
        "awin",
        "Awin directory export",
        ("delimited", "json"),
        _set("advertiserid programmename"),
        _plain(awin.directory_row),
        any_of=frozenset(map(squeezed, _AWIN_COLUMNS[2:])),
        some=3,
        columns=_AWIN_COLUMNS,
    ),
    Layout(
        "awin",
        "Awin programme details",
        ("json",),
        _set("programmeinfo"),
        _plain(awin.details),
    ),
    Layout(
        "awin",
        "Awin programmes",
        ("json",),
        _set("id name"),
        lambda record, _, source: awin.programme(record, source=source),
        any_of=_set("displayurl clickthroughurl primaryregion currencycode linkstatus validdomains primarysector"),
        some=2,
    ),
    Layout(
        "impact",
        "impact.com campaigns",
        ("json", "xml"),
        _set("campaignid campaignname"),
        lambda record, _, source: impact.campaign(record, source=source),
    ),
    Layout(
        "partnerstack",
        "PartnerStack marketplace",
        ("json",),
        _set("key name"),
        _plain(partnerstack.program),
        any_of=_set("offers offer promotions hassubid hassubids website"),
    ),
    Layout(
        "refersion",
        "Refersion affiliates",
        ("json",),
        _set("shop"),
        _plain(refersion.affiliate),
        any_of=_set("rfsnparameter id status"),
    ),
)


def recognise(form: Form, names: Iterable[str], network: str | None) -> Layout | None:
    """The layout with the most marks among the names; of equals the one of `network`. None for a layout of nobody."""
    names = tuple(names)
    ranked = [
        (marks, layout.network == network, layout) for layout in LAYOUTS if (marks := layout.matches(form, names))
    ]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None
