"""A draft of a mapping, from a feed's heading and its first values. A person reads it before it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.feeds.heading_units import HeadingUnit, parted, unaccented
from app.feeds.headings import squeezed
from app.feeds.layouts.values import Record, part, text
from app.feeds.mapping import FIELDS, LISTS, Format, From, Line, Mapping, Rule
from app.feeds.refusal import shown
from app.normalising.urls import TRACKING, url

_SNIFFED = Format()  # nothing given: everything is found out again
_SHARE = 0.6  # of a column's values that must look like the field

# How feeds call a field, the surest name first; squeezed.
_NAMES: dict[str, str] = {
    "external_id": "externalid advertiserprogramid merchantid programid programmeid advertiserid campaignid "
    "networkofferid offerid vendorid mid cid programmid productid produktid merchantgroupid idprogramme idprogramma "
    "idprograma idprogram programmaid shopidentifier identifier identifiant companykey key id vendor slug",
    "name": "name programname programmename programmname merchantname advertisername campaignname merchant advertiser "
    "organization organisation brand brandname company companyname offername shopname shop storename store vendorname "
    "productname produktname merchantgroupname nomduprogramme nomprogramme nombredelprograma nomeprogramma "
    "programmanaam nazwaprogramu programnamn title program programm programme anbieter haendler nom nombre nome naam "
    "namn nazwa",
    "description": "description descriptionshort shortdescription longdescription programdescription about summary "
    "beschreibung descripcion descrizione omschrijving descricao beskrivning opis",
    "text_language": "textlanguage",
    "categories": "categories category primarycategory primarysector sector mastercategory networkcategory niche "
    "industry vertical subcategories subcategory subsectors kategorie kategorien categorie categoria kategori "
    "kategoria branche",
    "status": "status programstatus accountstatus programmestatus state",
    "launched": "launchedat launchdate launched activatedate createdat created startdate dateadded datelaunched "
    "creationdate",
    "primary_region": "primaryregion merchantcountry country countrycode region headquarters land pays pais paese kraj",
    "geo_targeting": "geotargeting countries shipsto shippingcountries shippingregions targetcountries "
    "targetedcountries allowedcountries servicedcountries markets geos geo regions",
    "language": "language languages lang locale sprache langue idioma lingua taal sprak jezyk",
    "merchant_url": "merchanturl website websiteurl displayurl siteurl homepage www domain url advertiserurl storeurl "
    "shopurl campaignurl webseite siteweb sitioweb sitoweb salespageurl defaultlandingpageurl site targeturl mainurl "
    "domainurl homepageurl landingpage landingpageurl",
    "program_url": "programurl programpage programlink signupurl joinurl applyurl applicationurl detailsurl profileurl",
    "affiliate_url": "affiliateurl affiliatelink trackinglink trackingurl clickthroughurl clickurl linkurl hoplink "
    "deeplinkurl deeplink reflink referrallink link",
    "logo_url": "logourl logo logouri imageurl image icon thumbnail offerimageurl",
    "deep_links": "deeplinkallowed deeplinksallowed allowsdeeplinking deeplinkenabled deeplinking deeplinks deeplink",
    "currency": "currency currencycode waehrung wahrung devise moneda moeda valuta waluta",
    "commission_text": "commissiontext commissiondetails commissionstructure commissionterms commission commissions "
    "commissionrate payout payouts defaultpayout defaultpayouts publicpayout publicpayouts payoutterms paymentsize "
    "reward rewards offer offers provision rate comission verguetung vergutung comision commissione comissao "
    "commissie prowizja remuneration",
    "recurring": "recurring isrecurring hasrecurringproducts recurringcommission",
    "recurring_months": "recurringmonths recurringduration commissionduration",
    "cookie": "cookiedays cookielength cookieduration cookiewindow cookielifetime cookielife cookieperiod "
    "cookielaufzeit cookietime gotocookielifetime cookielifetimedays cookieexpiration cookieexpiry "
    "daysbeforereferralsexpire returndays attributionwindow referralwindow referralperiod trackingperiod "
    "trackingduration dureecookie dureeducookie dureedescookies duracioncookie duraciondelacookie duratacookie "
    "duracaodocookie cookieduur looptijdcookie cookie cookies",
    "min_payout": "minpayout minimumpayout payoutthreshold minimumpayment paymentthreshold",
    "min_payout_currency": "minpayoutcurrency",
    "payment_methods": "paymentmethods paymentmethod payoutmethods payoutmethod",
    "validation_days": "validationdays validationperiod lockingdays lockingperiod lockperiod updatewindow",
    "payment_days": "paymentdays averagepaymenttime averagepaymentdays paymenttime payoutdays",
    "payment_risk": "paymentrisklevel paymentrisk",
    "average_earnings": "averageearnings averageearningspersale avgearnings avecomm30day earningspersale "
    "averagepersale averagedollarspersale avgpersale verdienstverkauf verdienstproverkauf",
    "epc": "epcraw epc30day threemonthepc epc3month epc earningsperclick averageepc networkepc epc100 epcper100clicks "
    "epcper100 sevendayepc epc7day",
    "epc_unit": "epcunit",
    "epc_window": "epcwindow",
    "epc_currency": "epccurrency",
    "conversion_rate": "conversionrate conversion cvr cr convrate",
    "approval_rate": "approvalrate approvalpercentage validationrate",
    "reversal_rate": "reversalrate reversalrate30day refundrate cancellationrate returnrate stornoquote",
    "popularity": "popularityraw gravity awinindex networkrank powerranktop100 powerrank",
    "popularity_metric": "popularitymetric",
    "approval_mode": "approvalmode autoapprove autoapproval approvaltype approval",
    "product_feed": "hasproductfeed productfeed datafeed feedenabled datafeeditems hasfeed productfeedavailable",
    "traffic_allowed": "promotionalmethods allowedpromotionalmethods trafficallowed allowedtraffic "
    "allowedtraffictypes allowedtrafficsources trafficallowedtypes",
    "traffic_forbidden": "trafficforbidden forbiddentraffic restrictedtraffic prohibitedtraffic disallowedtraffic",
    "restrictions": "restrictions promotionalrestrictions promotionrestrictions trafficrestrictions",
}

# Columns of one bare number each, which must say what they count.
_RATES: tuple[tuple[str, str, str, str | None], ...] = (
    # end of the range, kind, names, event
    ("low", "percent", "commissionmin mincommission commissionfrom commissionpercentmin minrate ratemin", None),
    ("high", "percent", "commissionmax maxcommission commissionto commissionpercentmax maxrate ratemax", None),
    ("value", "percent", "commissionpercent commissionpercentage percentpersale salepercent percentage salecommission "
     "commissionpct percent percentagepayout percentpayout payoutpercent payoutpercentage rewardpercent", None),
    ("value", "percent", "percentperrebill rebillpercent", "recurring"),
    ("low", "fixed", "commissionfixedmin fixedmin flatmin amountmin", None),
    ("high", "fixed", "commissionfixedmax fixedmax flatmax amountmax", None),
    ("value", "fixed", "commissionfixed commissionamount flatfee fixedcommission payoutamount flatpayout "
     "fixedpayout bounty cpa", None),
    ("low", "fixed", "leadmin minlead", "lead"),
    ("high", "fixed", "leadmax maxlead", "lead"),
    ("value", "fixed", "leadcommission cpl leadamount", "lead"),
)  # fmt: skip

# Columns whose heading must name the unit: "Commission (%)".
_WITH_UNIT: tuple[tuple[str, str, str, str | None], ...] = (("value", "", _NAMES["commission_text"], None),)
# How many of what a field counts are in each unit of a heading, by the unit's days; and where a currency in it goes.
_DAYS: dict[int, int] = {days: days for days in (1, 7, 30, 365)}
_UNITS_OF = {"cookie": _DAYS, "validation_days": _DAYS, "payment_days": _DAYS, "recurring_months": {30: 1, 365: 12}}
_CURRENCY_OF = {"min_payout": "min_payout_currency", "epc": "epc_currency", "average_earnings": "currency",
                "commission_text": "currency"}  # fmt: skip

# Objects inside a record that are the program itself, and ones that are the account's relation to it.
_OWN = frozenset({
    "program", "programme", "advertiser", "merchant", "campaign", "offer", "shop", "store", "brand", "company",
    "node", "attributes", "about", "details", "general", "info", "site", "vendor", "fields", "acf", "properties",
})  # fmt: skip
_RELATIONS = frozenset({
    "relation", "relationship", "affrequest", "partnership", "membership", "application", "account", "user",
    "contact", "manager", "network",
})  # fmt: skip
_OF_THE_PROGRAM = frozenset(
    {"external_id", "name", "description", "status", "launched", "merchant_url", "program_url", "affiliate_url"}
)
_RELATION_WORDS = frozenset({
    "joined", "notjoined", "pending", "approved", "accepted", "rejected", "declined", "denied", "refused",
    "applied", "notapplied", "subscribed", "notsubscribed", "invited", "waiting", "requested", "akzeptiert",
    "angenommen", "abgelehnt", "ausstehend", "beworben", "nichtbeworben", "accepté", "refusé", "enattente",
    "inscrit", "refuse", "accepte", "candidature", "aceptado", "rechazado", "pendiente", "accettato", "rifiutato",
    "goedgekeurd", "afgewezen",
})  # fmt: skip
_FLAGS = frozenset({"0", "1", "0.0", "1.0", "true", "false"})
_KINDS = frozenset({"percent", "percentage", "%", "fixed", "fix", "flat", "amount", "flat fee", "fixed amount"})
_MODELS = frozenset({"cpa", "cps", "cpl", "cpc", "cpi", "lead", "sale", "hybrid", "none", "-"})  # which say no unit
_PAID = re.compile(r"commission|payout|reward|provision")

# Members of an object that is a commission: its figure, and what else it says.
_FIGURES = frozenset({
    "value", "rate", "amount", "figure", "commission", "payout", "percent", "percentage", "commissionvalue",
    "commissionrate", "commissionamount", "payoutvalue", "payoutamount", "rewardvalue", "rewardamount",
})  # fmt: skip
_BESIDE_FIGURES = {
    "event_from": "event action goal eventtype actiontype type model trigger",
    "currency": "currency currencycode",
    "condition": "condition conditions name title category label description",
}

_METRICS = {"gravity": "gravity", "awinindex": "awinIndex", "networkrank": "networkRank", "powerrank": "powerRank",
            "powerranktop100": "powerRank"}  # fmt: skip
_SEPARATORS = ("|", ";", ",")
_MERCHANT_IN_PROGRAM_URL = frozenset({"cj"})  # whose `program-url` is the merchant's site

_NUMBER = re.compile(r"[-+]?[$€£]?\s*+\d[\d.,\s]*+k?\s*+(?:%|[$€£]|[A-Z]{3})?")
_BARE = re.compile(r"-?\d++(?:[.,]\d++)?")
_ADDRESS = re.compile(r"(?:https?://)?[\w-]++(?:\.[\w-]++)+(?:[:/?#]\S*)?", re.IGNORECASE)
_DURATION = re.compile(r"\d{1,5}(?:[.,]0++)?\s*+[^\W\d_]*+|session.*", re.IGNORECASE)
_FLAG = re.compile(r"yes|no|y|n|true|false|[01]|ja|nein|oui|non|on|off|enabled|disabled", re.IGNORECASE)
_CODE3 = re.compile(r"[A-Za-z]{3}|[$€£]")


def _all(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value.strip()) is not None


_number, _address, _flag = _all(_NUMBER), _all(_ADDRESS), _all(_FLAG)


def _is_site(value: str) -> bool:
    """An address that leads to the merchant, not through a network's tracking."""
    found = url(value)
    host = found.split("/")[2] if found else ""
    return _address(value) and not any(host == domain or host.endswith(f".{domain}") for domain in TRACKING)


_LOOKS: dict[str, Callable[[str], bool]] = {
    "name": lambda value: not _number(value) and not value.lower().startswith("http"),
    "merchant_url": _is_site,
    "program_url": _address,
    "affiliate_url": _address,
    "logo_url": _address,
    "deep_links": _flag,
    "currency": _all(_CODE3),
    "cookie": _all(_DURATION),
    "epc": lambda value: _number(value) or value.strip().upper() in ("N/A", "NEW", "NULL"),
    "conversion_rate": _number,
    "approval_rate": _number,
    "reversal_rate": _number,
    "average_earnings": _number,
    "min_payout": _number,
    "validation_days": _all(_DURATION),
    "recurring": _flag,
    "description": lambda value: not _number(value),
    "categories": lambda value: not _address(value) or " " in value,
    "language": lambda value: not _number(value),
    "geo_targeting": lambda value: not _number(value),
    "primary_region": lambda value: not _number(value) and len(value) <= 60,
}


@dataclass(frozen=True, slots=True)
class MappingSuggestion:
    """A draft: the mapping, what it leaves out, and an example of each column."""

    mapping: Mapping
    unused: list[str]
    examples: dict[str, str]
    doubts: list[str]

    @property
    def usable(self) -> bool:
        """Whether the drafted mapping has what a program cannot be without."""
        return {"external_id", "name"} <= self.mapping.fields.keys()


def flattened(record: Record, prefix: str = "", depth: int = 0) -> list[str]:
    """The names of a record's scalars and lists, nested ones as paths: `advertiser.id`."""
    names: list[str] = []
    for key, value in record.items():
        if isinstance(value, dict) and value and "#text" not in value and depth < 3:
            names += flattened(value, f"{prefix}{key}.", depth + 1)
        else:
            names.append(f"{prefix}{key}")
    return names


def suggest(
    columns: Iterable[str], samples: Sequence[Record], network: str | None, format: Format = _SNIFFED
) -> MappingSuggestion:
    """Draft a mapping for columns, of which `samples` are the first records."""
    columns = [column for column in dict.fromkeys(columns) if column.strip()]
    values = {column: _values(column, samples) for column in columns}
    by_name: dict[str, list[str]] = {}
    units: dict[str, HeadingUnit] = {}
    for column in columns:
        stem, unit = parted(column)
        if unit:
            units[column] = unit
        for name in _called(stem):
            by_name.setdefault(name, []).append(column)
    used: set[str] = set()
    doubts: list[str] = []
    fields: dict[str, Rule] = {}
    constants: dict[str, str | int | float | bool] = {}
    lines = [
        *_lines_of_objects(columns, samples, used),
        *_lines_of_kinds(columns, values, used),
        *_lines(by_name, values, used, units, constants),
    ]
    for field, names in _NAMES.items():
        found = [
            column
            for name in names.split()
            for column in by_name.get(name, ())
            if column not in used
            and _may_say(field, column)
            and _looks_like(field, values[column])
            and _is_in_its_unit(field, units.get(column))
        ]
        if field == "program_url" and network in _MERCHANT_IN_PROGRAM_URL and found and "merchant_url" not in fields:
            field = "merchant_url"
        # What the record itself says comes before what stands in an object inside it.
        found = sorted(dict.fromkeys(found), key=lambda column: "." in column)
        if field == "external_id":
            found = [column for column in found if _tells_apart(values[column], len(samples))]
            if len(found) > 1 and "id" in map(squeezed, found[1:]):
                doubts.append(f"'{shown(found[0], 60)}' is taken as the id; 'id' tells records apart too.")
        if not found:
            continue
        rule, taken = _rule(field, found, values, units)
        if field == "name" and (id_beside := _id_beside(found[0], by_name, values, len(samples))):
            used.discard(str(fields.get("external_id", "")))
            fields["external_id"] = id_beside
            used.add(id_beside)
        paid_in = unit.currency if (unit := units.get(taken[0])) else None
        if paid_in and (named := _CURRENCY_OF.get(field)):
            constants.setdefault(named, paid_in)
        fields[field] = rule
        used.update(taken)
        if field == "epc":
            _epc_terms(taken[0], fields, constants)
        if field == "popularity" and squeezed(taken[0]) in _METRICS:
            constants["popularity_metric"] = _METRICS[squeezed(taken[0])]
        if field == "commission_text" and all(_BARE.fullmatch(value.strip()) for value in values[taken[0]]):
            del fields[field]
            used.discard(taken[0])
            if not lines:
                doubts.append(
                    f"'{shown(taken[0], 60)}' holds bare numbers: percent, or an amount? Say so in [[commissions]]."
                )
    for name in [name for name in constants if name in fields]:
        del constants[name]
    mapping = Mapping(network=network, format=format, fields=fields, constants=constants, commissions=lines)
    unused = [column for column in columns if column not in used]
    examples = {column: shown(found[0], 60) for column, found in values.items() if found}
    return MappingSuggestion(mapping, unused, examples, doubts)


def _id_beside(name: str, by_name: dict[str, list[str]], values: dict[str, list[str]], records: int) -> str | None:
    """The id of the object whose name is taken, where that is an object inside the record: a partnership's company."""
    parent = _of_path(name)[0]
    if not parent:
        return None
    ids = (column for called in _NAMES["external_id"].split() for column in by_name.get(called, ()))
    return next((each for each in ids if _of_path(each)[0] == parent and _tells_apart(values[each], records)), None)


def _is_in_its_unit(field: str, unit: HeadingUnit | None) -> bool:
    """Whether bare numbers under a heading that names a unit can be counted as the field counts."""
    if unit is None or unit.percent:
        return True
    if unit.days is not None:
        return unit.days in _UNITS_OF.get(field, ())
    return field in _CURRENCY_OF


def _called(column: str) -> set[str]:
    """The names under which a column is looked for: its own, as a path and as the last part of it; and for the name or
    code of an object (`category.name`) the object's."""
    parent, last = _of_path(column)
    called = {squeezed(column), squeezed(last), unaccented(column), unaccented(last)}
    if parent and squeezed(last) in ("name", "title", "code"):
        called.add(squeezed(parent.rpartition(".")[2]))
    return called


def _of_path(column: str) -> tuple[str, str]:
    """The objects around a member, and its own name. A point before a blank parts nothing ("Min. payout");
    WordPress has titles as `title.rendered`."""
    column = column.removesuffix(".rendered")
    parent, _, last = column.rpartition(".")
    return ("", column) if not last or last[0].isspace() else (parent, last)


def _may_say(field: str, column: str) -> bool:
    """Whether a column may speak of the program: one in an object inside the record may be another thing's."""
    parents = [squeezed(parent) for parent in _of_path(column)[0].split(".") if parent]
    if any(parent in _RELATIONS or parent.endswith(("relation", "relationship")) for parent in parents):
        return False
    own = not parents or all(parent in _OWN for parent in parents)
    return own or field not in _OF_THE_PROGRAM


def _values(column: str, samples: Sequence[Record]) -> list[str]:
    found: list[str] = []
    for sample in samples:
        value: Any = sample.get(column)
        if value is None and "." in column:
            value = part(sample, *column.split("."))
        for each in value if isinstance(value, list) else [value]:
            if written := text(each.get("#text") if isinstance(each, dict) else each):
                found.append(written)
    return found


def _looks_like(field: str, values: list[str]) -> bool:
    if field == "status" and any(squeezed(value) in _RELATION_WORDS for value in values):
        return False  # the account's relation to the program
    looks = _LOOKS.get(field)
    if looks is None or not values:
        return True
    return sum(map(looks, values)) >= _SHARE * len(values)


def _tells_apart(values: list[str], records: int) -> bool:
    """Whether a column could be the id: there in most records, and seldom twice the same in a row of records."""
    return not records or (len(values) > records * _SHARE and len(set(values)) > len(values) * _SHARE)


def _rule(
    field: str, found: list[str], values: dict[str, list[str]], units: dict[str, HeadingUnit]
) -> tuple[Rule, list[str]]:
    if field not in LISTS:
        unit = units.get(found[0])
        times = _UNITS_OF.get(field, {}).get(unit.days or 0, 1) if unit else 1
        return (From(source=found[0], times=times) if times != 1 else found[0]), found[:1]
    taken = found if field == "categories" else found[:1]
    separator = _separator(field, [value for column in taken for value in values[column]])
    source: str | list[str] = taken[0] if len(taken) == 1 else taken
    return (From(source=source, separator=separator) if separator else source), taken


def _separator(field: str, values: list[str]) -> str | None:
    """What parts a list in one cell; a comma may belong to a category's name ("Wine, Spirits & Tobacco")."""
    for separator in _SEPARATORS:
        if separator == "," and field == "categories" and any(", " in value for value in values):
            continue
        if any(separator in value for value in values):
            return separator
    return None


def _epc_terms(column: str, fields: dict[str, Rule], constants: dict[str, str | int | float | bool]) -> None:
    name = squeezed(column)
    if "100" in name:
        constants["epc_unit"] = "100 clicks"
    for mark, window in (("7day", "7d"), ("seven", "7d"), ("30day", "30d"), ("3month", "3m"), ("threemonth", "3m")):
        if mark in name:
            constants["epc_window"] = window


def _lines(
    by_name: dict[str, list[str]],
    values: dict[str, list[str]],
    used: set[str],
    units: dict[str, HeadingUnit],
    constants: dict[str, str | int | float | bool],
) -> list[Line]:
    """Commission lines of columns that say by their name, or by the unit behind it, what their numbers are."""
    ends: dict[tuple[str, str | None, bool], dict[str, str]] = {}
    for end, kind, names, event in (*_RATES, *_WITH_UNIT):
        for name in names.split():
            column = next((each for each in by_name.get(name, ()) if each not in used), None)
            if column is None or not values[column] or not _mostly_numbers(values[column]):
                continue
            if all(value.strip().lower() in _FLAGS for value in values[column]):
                continue  # whether there is such a commission, not which
            if (unit := units.get(column)) is not None:
                if unit.currency and constants.setdefault("currency", unit.currency) != unit.currency:
                    continue  # another than that of the amounts before it
                kind = "percent" if unit.percent else "fixed" if unit.currency else ""
            if not kind:
                continue
            place = ends.setdefault((kind, event, end == "value"), {})
            if end not in place:
                place[end] = column
                used.add(column)
    return [Line(event=event, kind=kind, **place) for (kind, event, _), place in ends.items()]


def _lines_of_kinds(columns: Sequence[str], values: dict[str, list[str]], used: set[str]) -> list[Line]:
    """Commission lines of numbers beside which a column says what they are: `CommissionType`, `CommissionRate`."""
    lines: list[Line] = []
    for kind in columns:
        parent, last = _of_path(kind)
        about = re.sub(r"(?:type|kind|unit)$", "", squeezed(last))
        if about == squeezed(last) or not _PAID.search(squeezed(kind)):
            continue
        if not _says_kinds(values[kind]):
            continue
        for column in columns:
            beside, name = _of_path(column)
            stem = re.sub(r"(?:rate|value|amount|figure)$", "", squeezed(name))
            same = beside == parent and stem == about and column != kind and column not in used
            if same and values[column] and all(map(_number, values[column])):
                currency = f"{parent}.currency" if parent and f"{parent}.currency" in columns else None
                event = "lead" if "lead" in squeezed(kind) else None
                lines.append(Line(event=event, kind_from=kind, value=column, currency=currency))
                used.update({kind, column})
                break
    return lines


def _lines_of_objects(columns: Sequence[str], samples: Sequence[Record], used: set[str]) -> list[Line]:
    """Commission lines of lists of objects that say what their numbers are: `[{"type": "percent", "value": 5}]`."""
    lines: list[Line] = []
    for column in columns:
        if not _PAID.search(squeezed(_of_path(column)[1])):
            continue
        listed = [part(sample, *column.split(".")) if column not in sample else sample[column] for sample in samples]
        objects = [each for some in listed if isinstance(some, list) for each in some if isinstance(each, dict)]
        names = list(dict.fromkeys(name for each in objects for name in flattened(each)))
        values = {name: _values(name, objects) for name in names}
        known = [name for name in names if values[name]]
        kind_from = next((name for name in known if _says_kinds(values[name])), None)
        for name in known:
            called = squeezed(_of_path(name)[1])
            if called not in _FIGURES or name == kind_from or not _mostly_numbers(values[name]):
                continue
            kind = "percent" if "percent" in called and kind_from is None else None
            if not (kind or kind_from or not any(_BARE.fullmatch(value.strip()) for value in values[name])):
                continue  # bare numbers: percent, or an amount?
            named = {squeezed(_of_path(other)[1]): other for other in reversed(known) if other not in (name, kind_from)}
            told = {
                field: next((named[each] for each in words.split() if each in named), None)
                for field, words in _BESIDE_FIGURES.items()
            }
            lines.append(Line(each=column, kind=kind, kind_from=kind_from, value=name, **told))
            used.add(column)
            break
    return lines


def _says_kinds(values: Iterable[str]) -> bool:
    said = {value.strip().lower() for value in values}
    return bool(said & _KINDS) and said <= _KINDS | _MODELS


def _mostly_numbers(values: list[str]) -> bool:
    return sum(map(_number, values)) >= _SHARE * len(values)


# -- as TOML ---------------------------------------------------------------------------------------------------------


def toml(suggestion: MappingSuggestion) -> str:
    """The draft as a mapping file, with an example beside each line and what it leaves out."""
    mapping = suggestion.mapping
    out = ["# A draft. Look at each line, then: affindex import feed FILE --mapping THIS --dry-run", ""]
    if mapping.network:
        out += [f"network = {_quoted(mapping.network)}", ""]
    given = {
        name: value for name in mapping.format.__struct_fields__ if (value := getattr(mapping.format, name)) is not None
    }
    if given:
        out += ["[format]", *(f"{name} = {_value(value)}" for name, value in given.items()), ""]
    out.append("[fields]")
    for field in FIELDS:
        if field in mapping.fields:
            rule = mapping.fields[field]
            source = rule.source if isinstance(rule, From) else rule
            first = source[0] if isinstance(source, list) else source
            example = suggestion.examples.get(first)
            out.append(f"{field} = {_written(rule)}" + (f"  # {example}" if example else ""))
    for needed in ("external_id", "name"):
        if needed not in mapping.fields:
            out.append(f'# {needed} = "?"  # a program cannot be without: which column is it?')
    if mapping.constants:
        out += ["", "[constants]", *(f"{name} = {_value(value)}" for name, value in mapping.constants.items())]
    for line in mapping.commissions:
        out += ["", "[[commissions]]"]
        for name, value in msgspec.structs.asdict(line).items():
            if value is not None:
                example = suggestion.examples.get(value) if name not in ("event", "kind") and not line.each else None
                out.append(f"{name} = {_quoted(value)}" + (f"  # {example}" if example else ""))
    if suggestion.doubts:
        out += ["", *(f"# {doubt}" for doubt in suggestion.doubts)]
    if suggestion.unused:
        out += ["", "# Not used:"]
        for column in suggestion.unused:
            example = suggestion.examples.get(column)
            out.append(f"#   {_quoted(column)}" + (f"  {example}" if example else ""))
    return "\n".join(out) + "\n"


def _written(rule: Rule) -> str:
    if isinstance(rule, From):
        entries = [f"from = {_value(rule.source)}"]
        if rule.separator is not None:
            entries.append(f"separator = {_quoted(rule.separator)}")
        if rule.times is not None:
            entries.append(f"times = {rule.times:g}")
        return "{ " + ", ".join(entries) + " }"
    return _value(rule)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too, but for DEL and halves of characters."""
    whole = value.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
