"""A draft of a mapping, from a feed's heading and its first values. A person reads it before it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.feeds.headings import squeezed
from app.feeds.layouts.values import Record, part, text
from app.feeds.mapping import FIELDS, LISTS, Format, From, Line, Mapping, Rule
from app.feeds.refusal import shown

_SNIFFED = Format()  # nothing given: everything is found out again
_SHARE = 0.6  # of a column's values that must look like the field

# How feeds call a field, the surest name first; squeezed.
_NAMES: dict[str, str] = {
    "external_id": "externalid merchantid advertiserid programid programmeid campaignid offerid vendorid mid "
    "shopidentifier identifier companykey key id vendor slug",
    "name": "name programname programmename merchantname advertisername campaignname merchant advertiser organization "
    "organisation brand brandname company companyname offername shopname shop storename store vendorname title "
    "programm anbieter nom nombre nome naam",
    "description": "description descriptionshort shortdescription longdescription programdescription about summary "
    "beschreibung descripcion descrizione omschrijving",
    "text_language": "textlanguage",
    "categories": "categories category primarycategory primarysector sector mastercategory networkcategory niche "
    "industry vertical subcategories subcategory subsectors kategorie kategorien categorie categoria",
    "status": "status programstatus accountstatus programmestatus state",
    "launched": "launchedat launchdate launched activatedate createdat created startdate dateadded datelaunched "
    "creationdate",
    "primary_region": "primaryregion merchantcountry country countrycode region headquarters land pays",
    "geo_targeting": "geotargeting countries shipsto shippingcountries shippingregions targetcountries "
    "targetedcountries allowedcountries servicedcountries markets geos geo regions",
    "language": "language languages lang locale sprache langue idioma",
    "merchant_url": "merchanturl website websiteurl displayurl siteurl homepage www domain url advertiserurl storeurl "
    "shopurl campaignurl webseite site",
    "program_url": "programurl programpage programlink signupurl joinurl applyurl applicationurl detailsurl profileurl",
    "affiliate_url": "affiliateurl affiliatelink trackinglink trackingurl clickthroughurl clickurl linkurl hoplink "
    "deeplinkurl deeplink reflink referrallink link",
    "logo_url": "logourl logo logouri imageurl image icon thumbnail offerimageurl",
    "deep_links": "deeplinkallowed deeplinksallowed allowsdeeplinking deeplinkenabled deeplinking deeplinks deeplink",
    "currency": "currency currencycode waehrung devise moneda",
    "commission_text": "commissiontext commissiondetails commissionstructure commissionterms commission commissions "
    "commissionrate payout payouts reward rewards offer offers provision rate comission verguetung",
    "recurring": "recurring isrecurring hasrecurringproducts recurringcommission",
    "recurring_months": "recurringmonths recurringduration commissionduration",
    "cookie": "cookiedays cookielength cookieduration cookiewindow cookielifetime cookielife cookieperiod "
    "cookielaufzeit returndays attributionwindow referralwindow referralperiod trackingperiod cookie",
    "min_payout": "minpayout minimumpayout payoutthreshold minimumpayment paymentthreshold",
    "min_payout_currency": "minpayoutcurrency",
    "payment_methods": "paymentmethods paymentmethod payoutmethods payoutmethod",
    "validation_days": "validationdays validationperiod lockingdays lockingperiod lockperiod updatewindow",
    "payment_days": "paymentdays averagepaymenttime averagepaymentdays paymenttime payoutdays",
    "payment_risk": "paymentrisklevel paymentrisk",
    "average_earnings": "averageearnings averageearningspersale avgearnings avecomm30day averagecommission "
    "avgcommission earningspersale averagepersale averagedollarspersale avgpersale",
    "epc": "epcraw epc30day threemonthepc epc3month epc earningsperclick averageepc networkepc epc100 epcper100clicks "
    "epcper100 sevendayepc epc7day",
    "epc_unit": "epcunit",
    "epc_window": "epcwindow",
    "epc_currency": "epccurrency",
    "conversion_rate": "conversionrate conversion cvr cr convrate",
    "approval_rate": "approvalrate approvalpercentage validationrate",
    "reversal_rate": "reversalrate reversalrate30day refundrate cancellationrate returnrate",
    "popularity": "popularityraw gravity awinindex networkrank powerranktop100 powerrank",
    "popularity_metric": "popularitymetric",
    "approval_mode": "approvalmode autoapprove autoapproval approvaltype approval",
    "product_feed": "hasproductfeed productfeed datafeed feedenabled datafeeditems hasfeed productfeedavailable",
}

# Columns of one bare number each, which must say what they count.
_RATES: tuple[tuple[str, str, str, str | None], ...] = (
    # end of the range, kind, names, event
    ("low", "percent", "commissionmin mincommission commissionfrom commissionpercentmin minrate ratemin", None),
    ("high", "percent", "commissionmax maxcommission commissionto commissionpercentmax maxrate ratemax", None),
    ("value", "percent", "commissionpercent commissionpercentage percentpersale salepercent percentage salecommission "
     "commissionpct percent", None),
    ("value", "percent", "percentperrebill rebillpercent", "recurring"),
    ("low", "fixed", "commissionfixedmin fixedmin flatmin amountmin", None),
    ("high", "fixed", "commissionfixedmax fixedmax flatmax amountmax", None),
    ("value", "fixed", "commissionfixed commissionamount flatfee fixedcommission payoutamount bounty cpa", None),
    ("low", "fixed", "leadmin minlead", "lead"),
    ("high", "fixed", "leadmax maxlead", "lead"),
    ("value", "fixed", "leadcommission cpl leadamount", "lead"),
)  # fmt: skip

_METRICS = {"gravity": "gravity", "awinindex": "awinIndex", "networkrank": "networkRank", "powerrank": "powerRank",
            "powerranktop100": "powerRank"}  # fmt: skip
_SEPARATORS = ("|", ";", ",")
_MERCHANT_IN_PROGRAM_URL = frozenset({"cj"})  # whose `program-url` is the merchant's site

_NUMBER = re.compile(r"\s*[-+]?[$€£]?\s*\d[\d.,\s]*\s*(?:%|[$€£]|[A-Z]{3})?\s*")
_BARE = re.compile(r"\s*-?\d+(?:[.,]\d+)?\s*")
_ADDRESS = re.compile(r"\s*(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[:/?#]\S*)?\s*", re.IGNORECASE)
_DURATION = re.compile(r"\s*\d{1,5}(?:[.,]0+)?\s*[a-zäöüéè]*\s*|session.*", re.IGNORECASE)
_FLAG = re.compile(r"yes|no|y|n|true|false|[01]|ja|nein|oui|non|on|off|enabled|disabled", re.IGNORECASE)
_CODE3 = re.compile(r"[A-Za-z]{3}|[$€£]")


def _all(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value.strip()) is not None


_number, _address, _flag = _all(_NUMBER), _all(_ADDRESS), _all(_FLAG)
_LOOKS: dict[str, Callable[[str], bool]] = {
    "name": lambda value: not _number(value) and not value.lower().startswith("http"),
    "merchant_url": _address,
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
class Suggestion:
    """A draft: the mapping, what it leaves out, and an example of each column."""

    mapping: Mapping
    unused: list[str]
    examples: dict[str, str]
    doubts: list[str]

    @property
    def usable(self) -> bool:
        """Whether it has what a program cannot be without."""
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
) -> Suggestion:
    """Draft a mapping for columns, of which `samples` are the first records."""
    columns = [column for column in dict.fromkeys(columns) if column.strip()]
    values = {column: _values(column, samples) for column in columns}
    by_name: dict[str, list[str]] = {}
    for column in columns:
        for name in {squeezed(column), squeezed(column.rpartition(".")[2])}:
            by_name.setdefault(name, []).append(column)
    used: set[str] = set()
    doubts: list[str] = []
    lines = _lines(by_name, values, used)
    fields: dict[str, Rule] = {}
    constants: dict[str, str | int | float | bool] = {}
    for field, names in _NAMES.items():
        found = [
            column
            for name in names.split()
            for column in by_name.get(name, ())
            if column not in used and _looks_like(field, values[column])
        ]
        if field == "program_url" and network in _MERCHANT_IN_PROGRAM_URL and found and "merchant_url" not in fields:
            field = "merchant_url"
        found = list(dict.fromkeys(found))
        if not found or (field == "external_id" and not _tells_apart(values[found[0]], len(samples))):
            found = found[1:] if field == "external_id" else []
        if not found:
            continue
        rule, taken = _rule(field, found, values)
        fields[field] = rule
        used.update(taken)
        if field == "epc":
            _epc_terms(taken[0], fields, constants)
        if field == "popularity" and squeezed(taken[0]) in _METRICS:
            constants["popularity_metric"] = _METRICS[squeezed(taken[0])]
        if field == "commission_text" and all(_BARE.fullmatch(value) for value in values[taken[0]]):
            del fields[field]
            used.discard(taken[0])
            doubts.append(
                f"'{shown(taken[0], 60)}' holds bare numbers: percent, or an amount? Say so in [[commissions]]."
            )
    for name in [name for name in constants if name in fields]:
        del constants[name]
    mapping = Mapping(network=network, format=format, fields=fields, constants=constants, commissions=lines)
    unused = [column for column in columns if column not in used]
    examples = {column: shown(found[0], 60) for column, found in values.items() if found}
    return Suggestion(mapping, unused, examples, doubts)


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
    looks = _LOOKS.get(field)
    if looks is None or not values:
        return True
    return sum(map(looks, values)) >= _SHARE * len(values)


def _tells_apart(values: list[str], records: int) -> bool:
    """Whether a column could be the id: there in every record, and never twice the same in a row of records."""
    return not records or (len(values) == records and len(set(values)) > records * _SHARE)


def _rule(field: str, found: list[str], values: dict[str, list[str]]) -> tuple[Rule, list[str]]:
    if field not in LISTS:
        return found[0], found[:1]
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


def _lines(by_name: dict[str, list[str]], values: dict[str, list[str]], used: set[str]) -> list[Line]:
    """Commission lines of columns that say by their name what their numbers are."""
    ends: dict[tuple[str, str | None, bool], dict[str, str]] = {}
    for end, kind, names, event in _RATES:
        for name in names.split():
            column = next((each for each in by_name.get(name, ()) if each not in used), None)
            if column is None or not values[column] or not _mostly_numbers(values[column]):
                continue
            place = ends.setdefault((kind, event, end == "value"), {})
            if end not in place:
                place[end] = column
                used.add(column)
    return [Line(event=event, kind=kind, **place) for (kind, event, _), place in ends.items()]


def _mostly_numbers(values: list[str]) -> bool:
    return sum(map(_number, values)) >= _SHARE * len(values)


# -- as TOML ---------------------------------------------------------------------------------------------------------


def toml(suggestion: Suggestion) -> str:
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
                example = suggestion.examples.get(value) if name not in ("event", "kind") else None
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
