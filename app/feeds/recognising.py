"""Which network's layout a file has, by its heading or by the members of a record. Not by its name.

A layout says what makes it unmistakable, and which names its records are read by: a file that writes them otherwise
(`campaign_id`, `CampaignID`) is read under the layout's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

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
    webgains,
)  # fmt: skip
from mappings.network_program import NetworkProgram

Form = Literal["delimited", "json", "xml"]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """A known layout: the names that it is recognised by, and how its records are read.

    `always` and at least `some` of `any_of` are squeezed names that a record must have, `never` ones that it must not.
    `network` is whose layout it is: a slug of ours, or the name of a network that we have no slug for.
    """

    network: str
    called: str
    forms: tuple[Form, ...]
    always: frozenset[str]
    read: Callable[[Record, tuple[str, ...], str], NetworkProgram]  # record, categories around it, data source
    any_of: frozenset[str] = frozenset()
    some: int = 1
    never: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()  # how the layout writes the names that it reads
    squeeze: bool = False  # records are read by squeezed names
    # Where records about one program lie apart: how two make one.
    together: Callable[[NetworkProgram, NetworkProgram], NetworkProgram] | None = None
    around: tuple[str, ...] = field(default=())  # members inside which a single record may lie

    def matches(self, form: Form, names: Iterable[str]) -> int:
        """How many of the layout's own names are among `names`; 0 for a file of another layout."""
        found = {squeezed(name) for name in names}
        if form not in self.forms or not self.always <= found or not self.never.isdisjoint(found):
            return 0
        optional = len(self.any_of & found)
        return 0 if self.any_of and optional < self.some else len(self.always) + optional

    def renamed(self, names: Iterable[str]) -> list[str]:
        """A heading in the names that the layout reads."""
        if self.squeeze:
            return [squeezed(name) for name in names]
        own = {squeezed(name): name for name in self.names}
        return [own.get(squeezed(name), name) for name in names]

    def respelt(self, record: Record) -> Record:
        """A record whose members, nested ones too, are called as the layout reads them; itself if they are already."""
        own = _spellings(self.names)
        return record if not own or _is_spelt(record, own) else _respelt(record, own)


@lru_cache(maxsize=64)
def _spellings(names: tuple[str, ...]) -> dict[str, str]:
    return {squeezed(name): name for name in names}


def _own_name(name: str, own: Mapping[str, str]) -> str:
    return name if name[:1] in ("@", "#") else own.get(squeezed(name), name)


def _is_spelt(value: Any, own: Mapping[str, str], depth: int = 0) -> bool:
    if isinstance(value, Mapping):
        return all(
            _own_name(name, own) == name and (depth >= _NESTED or _is_spelt(inner, own, depth + 1))
            for name, inner in value.items()
        )
    return not isinstance(value, list) or all(_is_spelt(each, own, depth) for each in value[:1])


def _respelt(value: Any, own: Mapping[str, str], depth: int = 0) -> Any:
    if depth <= _NESTED and isinstance(value, Mapping):
        return {_own_name(name, own): _respelt(inner, own, depth + 1) for name, inner in value.items()}
    return [_respelt(each, own, depth) for each in value] if isinstance(value, list) else value


_NESTED = 6  # levels below a record in which names are looked at


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


_PRODUCTS = _set("productid sku price saleprice retailprice gtin ean upc")
_REPORTS = _set("clicks impressions conversions actions earnings transactionid orderid camref publisherid")

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
        never=_PRODUCTS,
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
        never=_set("linkid linkname linkcodehtml destination") | _PRODUCTS,
        names=cj.NAMES,
    ),
    Layout(
        "rakuten",
        "Rakuten offers",
        ("json",),
        _set("advertiser"),
        _plain(rakuten.offer),
        names=rakuten.NAMES,
        any_of=_set("goid offerrules returndays offernumber"),
        together=rakuten.joined,
    ),
    Layout(
        "rakuten",
        "Rakuten partnerships",
        ("json",),
        _set("advertiser status"),
        _plain(rakuten.partnership),
        names=rakuten.NAMES,
        any_of=_set("statusupdatedatetime approvedatetime applydatetime"),
        together=rakuten.joined,
    ),
    Layout(
        "rakuten",
        "Rakuten advertisers",
        ("json",),
        _set("id name"),
        _plain(rakuten.advertiser),
        names=rakuten.NAMES,
        any_of=_set("policies features deeplink canpartner"),
        never=_set("trackingduration mediasubscriptionstatus"),  # Daisycon's
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
        names=_AWIN_COLUMNS,
    ),
    Layout(
        "awin",
        "Awin programme details",
        ("json",),
        _set("programmeinfo"),
        _plain(awin.details),
        names=awin.NAMES,
    ),
    Layout(
        "awin",
        "Awin programmes",
        ("json",),
        _set("id name"),
        lambda record, _, source: awin.programme(record, source=source),
        any_of=_set("displayurl clickthroughurl primaryregion currencycode linkstatus validdomains primarysector"),
        some=2,
        # Daisycon's; and aggregators', who name some things as Awin does and have others beside them
        never=_set(
            "trackingduration mediasubscriptionstatus commission commissionrate payout gotocookielifetime url website"
        ),
        names=awin.NAMES,
    ),
    Layout(
        "impact",
        "impact.com campaigns",
        ("json", "xml"),
        _set("campaignid campaignname"),
        lambda record, _, source: impact.campaign(record, source=source),
        any_of=_set(
            "contractstatus insertionorderstatus campaignlogouri publictermsuri contracturi trackinglink "
            "hasstanddownpolicy allowsdeeplinking deeplinkdomains shippingregions advertiserurl campaignurl"
        ),
        never=_REPORTS,
        names=impact.NAMES,
    ),
    Layout(
        "partnerstack",
        "PartnerStack marketplace",
        ("json",),
        _set("key name"),
        _plain(partnerstack.program),
        any_of=_set("offers offer promotions hassubid hassubids website createdat country logo category"),
        some=2,
        names=partnerstack.NAMES,
    ),
    Layout(
        "openaffiliate",
        "OpenAffiliate programs",
        ("json",),
        _set("slug name commission"),
        _plain(openaffiliate.program),
        any_of=_set("signupurl cookiedays approval payout restrictions verified submittedby"),
        some=2,
    ),
    Layout(
        "refersion",
        "Refersion affiliates",
        ("json",),
        _set("shop"),
        _plain(refersion.affiliate),
        any_of=_set("rfsnparameter status"),
        never=_set("commissiontotal payoutamount orderid created"),
        names=refersion.NAMES,
    ),
    Layout(
        "TradeDoubler",
        "TradeDoubler programs",
        ("json", "xml", "delimited"),
        _set("id name"),
        _plain(tradedoubler.program),
        any_of=_set(
            "avgepc avgcancellationrate avgpaymentdays closedprogram autoaccept statusid deeplinking prepayment"
        ),
        some=3,
        names=tradedoubler.NAMES,
    ),
    Layout(
        "TradeDoubler",
        "TradeDoubler report of programs",
        ("xml", "json", "delimited"),
        _set("programid programname"),
        _plain(tradedoubler.report_row),
        any_of=_set("programtariffpercentage programtariffamount programtariffcurrency"),
        some=2,
        names=tradedoubler.NAMES,
    ),
    Layout(
        "Admitad",
        "Admitad programs",
        ("json",),
        _set("id name"),
        _plain(admitad.program),
        any_of=_set(
            "gotocookielifetime ecpc rateofapprove siteurl allowdeeplink avgholdtime avgmoneytransfertime actions"
        ),
        some=3,
        names=admitad.NAMES,
    ),
    Layout(
        "FlexOffers",
        "FlexOffers advertisers",
        ("json", "delimited", "xml"),
        _set("id name"),
        _plain(flexoffers.advertiser),
        any_of=_set(
            "domainurl programstatus applicationstatus categorynames sevendayepc thirtydayepc deeplinkurl payout"
        ),
        some=3,
        names=flexoffers.NAMES,
    ),
    Layout(
        "Partnerize",
        "Partnerize campaigns",
        ("json", "xml"),
        _set("campaignid"),
        _plain(partnerize.campaign),
        any_of=_set(
            "camref approvalstate campaigntitle defaultcommission defaultcommissionrate defaultcommissionvalue "
            "destinationurl campaignlogo defaultcurrency verticalname"
        ),
        some=2,
        never=_set("contractstatus conversionid"),
        names=partnerize.NAMES,
        around=("campaign",),
    ),
    Layout(
        "Webgains",
        "Webgains programs",
        ("xml", "json", "delimited"),
        _set("programid programname"),
        _plain(webgains.program),
        any_of=_set("programmembershipstatuscode programmembershipstatusname programnetworkid programnetworkname"),
        names=webgains.NAMES,
    ),
    Layout(
        "Adtraction",
        "Adtraction programs",
        ("json",),
        _set("programid programname"),
        _plain(adtraction.program),
        any_of=_set("approvalstatus marketid market pendingactive adid commissions trackingurl cookieduration"),
        some=2,
        never=_set("transactionid orderid"),
        names=adtraction.NAMES,
    ),
    Layout(
        "Daisycon",
        "Daisycon programs",
        ("json",),
        _set("id name"),
        _plain(daisycon.program),
        any_of=_set("mediasubscriptionstatus trackingduration keywordmarketing primarycategoryid"),
        names=daisycon.NAMES,
    ),
    Layout(
        "Affise",
        "Affise offers",
        ("json",),
        _set("title"),
        _plain(affise.offer),
        any_of=_set("offerid previewurl payments holdperiod fullcategories privacy macrourl"),
        some=3,
        names=affise.NAMES,
    ),
    Layout(
        "TUNE",
        "TUNE offers",
        ("json", "xml"),
        _set("id name"),
        _plain(tune.offer),
        any_of=_set("payouttype defaultpayout percentpayout requireapproval"),
        some=2,
        never=_set("networkofferid"),
        names=tune.NAMES,
        around=("Offer",),
    ),
    Layout(
        "Everflow",
        "Everflow offers",
        ("json",),
        _set("networkofferid name"),
        _plain(everflow.offer),
        any_of=_set("offerstatus previewurl currencyid visibility relationship"),
        some=2,
        names=everflow.NAMES,
    ),
    Layout(
        "CAKE",
        "CAKE offers",
        ("xml", "json"),
        _set("offerid offername"),
        _plain(cake.offer),
        any_of=_set("priceformat offerstatus offercontractid payout verticalname"),
        some=2,
        names=cake.NAMES,
    ),
)


# Files of networks that list something else: what marks them, and what they list. They are told before a draft would
# make programs of them.
_OTHERS: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = (
    (
        "earnings",
        (
            _set("commissionid postingdate"), _set("commissionid saleamountusd"), _set("rewardid amount"),
            _set("amount partnership company"), _set("amount partnership customer"),
        ),
    ),
    (
        "orders",
        (
            _set("transid transdate"), _set("transid transamount"), _set("receipt txntype"), _set("receipt amount"),
            _set("receipt vendor affiliate"),
        ),
    ),
    ("product catalogs", (_set("itemsuri"), _set("numberofitems campaignid"), _set("catalogid catalogname"))),
    ("links", (_set("linkid linkname"), _set("linkid advertiserid"), _set("linkcodehtml"), _set("bannerid"))),
    ("payments", (_set("paymentid"), _set("commissiontotal"), _set("payoutid amount"), _set("invoiceid amount"))),
    (
        "sales",
        (
            _set("transactionid"), _set("actiontrackername"), _set("eventdate payout"), _set("eventdate amount"),
            _set("orderid commission"), _set("orderid amount"), _set("actiontrackerid"),
            _set("saleamount"), _set("eventdate postingdate"), _set("conversionid"),
        ),
    ),
    (
        "products",
        (
            _set("productid price"), _set("sku price"), _set("gtin price"), _set("ean price"),
            _set("merchantproductid"), _set("productid merchantid"), _set("awproductid"), _set("sku saleprice"),
        ),
    ),
    (
        "vouchers",
        (
            _set("promotionid"), _set("couponcode"), _set("vouchercode"), _set("couponid"), _set("dealid"),
            _set("promocode discount"), _set("promocode campaign"), _set("promocode dateend"), _set("species discount"),
            _set("discount datestart dateend"), _set("discount startdate enddate"), _set("discount validfrom"),
        ),
    ),
    ("figures of a report", (_set("clicks impressions"), _set("clicks conversions"), _set("clicks earnings"))),
)  # fmt: skip


def listed_instead(names: Iterable[str]) -> str | None:
    """What a file lists, if that is known to be no programs: `links`."""
    found = {squeezed(name) for name in names}
    return next((what for what, marks in _OTHERS if any(mark <= found for mark in marks)), None)


def recognise(form: Form, names: Iterable[str], network: str | None) -> Layout | None:
    """The layout with the most of its own names among `names`; of equals the one of `network`. None if none fits."""
    names = tuple(names)
    ranked = [
        (matching, layout.network == network, layout) for layout in LAYOUTS if (matching := layout.matches(form, names))
    ]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None
