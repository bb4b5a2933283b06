"""Networks that were added to this catalogue: described in a few words, kept in Postgres, known to every process."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
import psycopg
from msgspec import Meta
from psycopg.types.json import Jsonb

from app.failures import Misuse
from app.search.bad_request import meaning
from indexing.locks import Lock
from mappings import codes
from mappings.networks import BY_SLUG, NETWORKS, Network, ZeroField
from mappings.program import Url

SLUG = "[a-z][a-z0-9]{1,39}"
_SLUG = re.compile(SLUG)
_RESERVED = frozenset({"unknown"})  # a word of filters
_LARGEST_FILE = 64_000  # characters
_MOST_POINTS = 50  # in a line: a key of n parts costs the parser of TOML n times n
_FIRST_NUMBER = 1000  # those below are for networks that come with us
_LAST_NUMBER = 32_767

_Name = Annotated[str, Meta(min_length=1, max_length=100)]


class BadNetwork(Misuse):
    """A description of a network that cannot be taken; the message says why."""


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What there is to say of a network that no code knows. Amounts in USD, times in days."""

    name: _Name
    home: Url | None = None
    other_names: Annotated[tuple[_Name, ...], Meta(max_length=50)] = ()  # other names and usual misspellings
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"  # of amounts that name none
    epc_unit: Literal["click", "100 clicks"] = "click"
    program_page: Url | None = None  # template over {id}
    tracking_link: Url | None = None  # template over {id}
    date_order: Literal["day", "month"] | None = None  # what is first in 03-04-2021; else such a day is unknown
    zero_unknown: tuple[ZeroField, ...] = ()  # fields whose 0 says that the network does not know
    id_case: Literal["kept", "upper", "lower"] = "kept"
    cookie_days: Annotated[int, Meta(ge=0, le=36500)] | None = None  # where one rule holds for all programs
    min_payout: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    payment_methods: Annotated[tuple[str, ...], Meta(max_length=20)] = ()

    def as_network(self, id: int, slug: str) -> Network:
        """The network that this describes."""
        return Network(
            id=id,
            slug=slug,
            name=self.name,
            home=self.home or "",
            other_names=self.other_names,
            currency=self.currency,
            epc_per=100 if self.epc_unit == "100 clicks" else 1,
            program_url=self.program_page,
            affiliate_url=self.tracking_link,
            month_first=self.date_order == "month",
            day_first=self.date_order == "day",
            no_rank_at_zero="popularity" in self.zero_unknown,
            zero_unknown=tuple(field for field in self.zero_unknown if field != "popularity"),
            upper_case_ids=self.id_case == "upper",
            lower_case_ids=self.id_case == "lower",
            cookie_days=self.cookie_days,
            min_payout=self.min_payout,
            payment_methods=self.payment_methods,
        )


MEMBERS: tuple[str, ...] = Definition.__struct_fields__


def read(written: str) -> dict[str, Definition]:
    """The networks of a TOML file: a table each, named by its slug. Raises BadNetwork."""
    if len(written) > _LARGEST_FILE:
        raise BadNetwork(f"the file has {len(written):,} characters; at most {_LARGEST_FILE:,} are taken")
    if any(line.count(".") > _MOST_POINTS for line in written.splitlines()):
        raise BadNetwork(f"the file has a line with more than {_MOST_POINTS} points; break it up")
    try:
        tables = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise BadNetwork(f"the file is no TOML: {error}") from None
    if not tables:
        raise BadNetwork("the file describes no network; each is a table named by its slug: [webgains]")
    for slug, table in tables.items():
        if not isinstance(table, dict):
            raise BadNetwork(f"'{slug[:40]}' stands outside a table; each network is one, named by its slug")
    return {slug: defined(slug, table) for slug, table in tables.items()}


def defined(slug: str, members: Mapping[str, Any]) -> Definition:
    """The description of a network. Raises BadNetwork that names what is wrong and the nearest right word."""
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        raise BadNetwork(f"'{slug[:60]}' is no slug: a letter, then 1 to 39 letters and digits, all small")
    if slug in {network.slug for network in NETWORKS}:
        raise BadNetwork(f"'{slug}' comes with Affindex and is what it is; choose another slug")
    for member in members:
        if member not in MEMBERS:
            end, _ = meaning(member, MEMBERS)
            raise BadNetwork(f"{slug}: '{member[:60]}' is nothing that can be said of a network{end}")
    try:
        definition = msgspec.convert(members, Definition)
    except msgspec.ValidationError as error:
        raise BadNetwork(f"{slug}: {error}") from None
    if definition.currency not in codes.currencies():
        raise BadNetwork(f"{slug}: '{definition.currency}' is no currency (ISO 4217)")
    for method in definition.payment_methods:
        if method not in codes.PAYMENT_METHODS:
            end, _ = meaning(method, codes.PAYMENT_METHODS)
            raise BadNetwork(f"{slug}: '{method[:40]}' is no payment method{end}")
    for template in (definition.program_page, definition.tracking_link):
        if template is not None and "{id}" not in template:
            raise BadNetwork(f"{slug}: '{template[:80]}' lacks {{id}}, which stands for the program's id")
    return definition


def add(connection: psycopg.Connection, definitions: Mapping[str, Definition]) -> list[str]:
    """Keep networks, new ones and those that are described otherwise now; the slugs of what changed. Commits.

    Raises BadNetwork if two networks would go by one name.
    """
    connection.execute("select pg_advisory_xact_lock(%s)", (Lock.ADDED_NETWORKS,))
    present = {network.slug: network for network in added(connection)}
    number = max((network.id for network in present.values()), default=_FIRST_NUMBER - 1)
    changed = []
    for slug, definition in definitions.items():
        old = present.get(slug)
        if old is None:
            number += 1
            if number > _LAST_NUMBER:
                raise BadNetwork("there are too many networks")
        network = definition.as_network(old.id if old else number, slug)
        if network == old:
            continue
        present[slug] = network
        changed.append(slug)
        connection.execute(_PUT, {
            "id": network.id, "slug": slug, "name": network.name, "home": network.home,
            "min_payout": network.min_payout, "payment_methods": list(network.payment_methods) or None,
            "definition": Jsonb(msgspec.to_builtins(definition)),
        })  # fmt: skip
    _told_apart([*NETWORKS, *present.values()])
    connection.commit()
    BY_SLUG.add(present.values())
    return changed


_PUT = """
    insert into networks (id, slug, name, home, retired, min_payout, payment_methods, definition)
    values (%(id)s, %(slug)s, %(name)s, %(home)s, false, %(min_payout)s, %(payment_methods)s, %(definition)s)
    on conflict (id) do update set
        name = excluded.name, home = excluded.home, min_payout = excluded.min_payout,
        payment_methods = excluded.payment_methods, definition = excluded.definition
"""


def _told_apart(networks: Iterable[Network]) -> None:
    """Raise BadNetwork if a name means two networks."""
    named: dict[str, str] = {}
    for network in networks:
        for name in {each.lower() for each in (network.slug, network.name, *network.other_names)}:
            if (other := named.setdefault(name, network.slug)) != network.slug:
                raise BadNetwork(f"{network.slug}: '{name[:80]}' is a name of {other} already")


# As one text, so that nobody reads it again who has read it before.
ADDED = """
    select coalesce(json_agg(json_build_array(id, slug, definition) order by id)::text, '') as networks
    from networks where definition is not null
"""


def added(connection: psycopg.Connection) -> list[Network]:
    """The networks that were added, as this connection sees them."""
    row = connection.execute(ADDED).fetchone()
    assert row is not None
    return networks_of(row[0] if isinstance(row, tuple) else row["networks"])


def networks_of(text: str) -> list[Network]:
    """The networks of what ADDED says."""
    rows = msgspec.json.decode(text, type=list[tuple[int, str, Definition]]) if text else []
    return [definition.as_network(id, slug) for id, slug, definition in rows]


def learn(connection: psycopg.Connection) -> None:
    """Know the networks that are there now: this process, from here on."""
    BY_SLUG.add(added(connection))
    connection.rollback()
