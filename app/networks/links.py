"""Where an affiliate applies for a program, and the link by which one is paid: a template and a publisher's id only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from app.networks.accounts import Account
from app.normalising.urls import merchant_domain, url
from mappings.networks import BY_SLUG

_PUBLISHER = "publisher"
_LONGEST = 2_000  # characters of an address to lead to


class NoDeepLink(ValueError):
    """An address that a link cannot lead to, and why."""


class AccountLink(msgspec.Struct, frozen=True):
    """The tracking link of an account."""

    account: str
    link: str


class ProgramLinks(msgspec.Struct, frozen=True, rename="camel"):
    """The page on which to apply, if it is known; the links of our accounts; whether they may lead to any page.

    `deep_links` is false, too, where links of the network are not known to lead anywhere else.
    """

    id: int
    apply: str | None
    links: list[AccountLink]
    deep_links: bool | None


def links_of(
    program: Mapping[str, Any], relations: Mapping[str, str], accounts: Iterable[Account], to: str | None = None
) -> ProgramLinks:
    """The links of a document: of each account that has joined it and whose publisher's id makes one.

    `to` is the address of a product. Raises NoDeepLink for one that is not the merchant's, or where links lead to the
    program's own page only.
    """
    target = _target(program, to) if to else None
    joined = [each for each in accounts if relations.get(each.name) == "joined" and each.network == program["network"]]
    made = [AccountLink(each.name, link) for each in joined if (link := _link(program, each, target))]
    return ProgramLinks(
        id=program["id"],
        apply=program.get("programUrl"),
        links=made,
        deep_links=_leads_anywhere(program),
    )


def _leads_anywhere(program: Mapping[str, Any]) -> bool | None:
    allowed: bool | None = program.get("deepLinkAllowed")
    return allowed if BY_SLUG[program["network"]].deep_link_parameter else False


def _target(program: Mapping[str, Any], to: str) -> str:
    if program.get("deepLinkAllowed") is False:
        raise NoDeepLink("this program's links lead to its own page only")
    clean = url(to[:_LONGEST]) if len(to) <= _LONGEST else None
    domain = merchant_domain(clean)
    if clean is None or domain is None:
        raise NoDeepLink(f"'{to[:80]}' is no address")
    if program.get("merchantDomain") and domain != program["merchantDomain"]:
        raise NoDeepLink(f"'{to[:80]}' is not of {program['merchantDomain']}; a sale there would not be paid")
    return clean


def _link(program: Mapping[str, Any], account: Account, target: str | None) -> str | None:
    """By the network's template where it has one and our publisher's id is known; else the one that came with the
    program."""
    network = BY_SLUG[program["network"]]
    if network.tracking_url and _PUBLISHER in account.credentials:
        publisher = account.credentials[_PUBLISHER].reveal()
        link = network.tracking_url.format(id=quote(program["externalId"]), publisher=quote(publisher))
    elif account.further or not program.get("affiliateUrl"):  # the stored one is the first account's
        return None
    else:
        link = str(program["affiliateUrl"])
    if target is None:
        return link
    if network.deep_link_parameter is None:
        return None
    separator = "&" if urlsplit(link).query else "?"
    return f"{link}{separator}{urlencode({network.deep_link_parameter: target}, quote_via=quote)}"
