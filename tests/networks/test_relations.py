"""How an account stands to programs, as networks tell it beside them.

1. Each network's own words become joined, pending, declined, removed or notJoined; a word that is not known is unknown.
2. The first complete list is no news. Later ones are logged where they differ, with what was and what is.
3. A list that says the same again writes when it was read, and nothing else.
4. A program that a complete list lacks is unknown; one that is gone from the network altogether keeps its relation.
5. Nothing of it is in the rows, the rejected records or the documents of programs.
6. A further account (`[awin.blog]`) has relations of its own, changes no program, and closes none; what is wrong with
   one is named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.importing.run_import import run_import
from app.importing.sources import Source
from app.networks.accounts import Account, accounts
from app.networks.sync import open_sync, sync
from app.settings import SettingsError, read_settings
from mappings.network_program import NetworkProgram
from mappings.relations import relation
from tests.networks.conftest import Network, Syncing, wiring
from tests.networks.simulator import SECRETS, SimulatedNetwork
from tests.words import Catalogue

SPOKEN = {
    "awin": ({}, {"10000": "joined", "10005": "pending", "10001": "notJoined"}),
    "cj": ({}, {"1000000": "joined", "1000001": "notJoined"}),
    "rakuten": ({}, {"1-2000": "joined", "3-2001": "pending", "9-2002": "notJoined"}),
    "impact": ({}, {"3000": "joined"}),
    "partnerstack": (
        {"partnerships": {"company_00000": "approved", "company_00001": "pending", "company_00002": None}},
        {
            "company_00000": "joined",
            "company_00001": "pending",
            "company_00002": "joined",
            "company_00003": "notJoined",
        },
    ),
    "refersion": ({}, {"shop-00000": "declined", "shop-00001": "joined"}),
}


def relations(catalogue: Catalogue, account: str) -> dict[str, str]:
    rows = catalogue.rows(
        "select p.external_id, r.relation from program_relations r join programs p on p.id = r.program_id "
        "where r.account = %s",
        account,
    )
    return dict(rows)


def log(catalogue: Catalogue) -> list[tuple[str, str | None, str | None]]:
    return catalogue.rows(
        "select p.external_id, h.old, h.new from relation_history h join programs p on p.id = h.program_id "
        "order by h.id"
    )


@pytest.mark.parametrize("slug", SPOKEN)
def test_each_networks_words(slug: str, network: Network, syncing: Syncing) -> None:  # 1, 2
    options, expected = SPOKEN[slug]
    syncing.sync(network(slug, 12, **options))
    found = relations(syncing.catalogue, slug)
    assert {key: found.get(key) for key in expected} == expected
    assert log(syncing.catalogue) == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("joined", "joined"),
        ("Yes", "joined"),
        ("temp-decline", "declined"),
        ("rejected", "declined"),
        ("self-removed", "removed"),
        ("suspended", "removed"),
        ("notjoined", "notJoined"),
        ("not_joined", "notJoined"),
        ("somewhat", None),
        ("", None),
        ("joined" * 1000, None),
        (None, None),
    ],
)
def test_words(word: str | None, meant: str | None) -> None:  # 1
    assert relation(word) == meant


def test_changes_are_logged_and_the_same_again_writes_nothing(network: Network, syncing: Syncing) -> None:  # 2, 3
    awin, catalogue = network("awin", 12), syncing.catalogue
    syncing.sync(awin)
    awin.records[0]["relationship"] = "suspended"
    awin.records[1]["relationship"] = "pending"
    syncing.sync(awin)
    assert sorted(log(catalogue)) == [("10000", "joined", "removed"), ("10001", "notJoined", "pending")]
    ((since,),) = catalogue.rows("select count(*) from program_relations where since is not null")
    assert since == 2, "since when it was so before is not known"
    written = "select string_agg(xmin::text || ctid::text, ' ' order by program_id) from program_relations"
    seen = "select seen_at, changes from relation_accounts"
    before, ((seen_before, changes),) = catalogue.rows(written), catalogue.rows(seen)
    syncing.sync(awin)
    assert catalogue.rows(written) == before
    ((seen_after, changes_after),) = catalogue.rows(seen)
    assert seen_after > seen_before
    assert changes_after == changes
    assert len(log(catalogue)) == 2


def test_what_a_complete_list_lacks(catalogue: Catalogue) -> None:  # 4
    def told(*ids: tuple[str, str | None], partial: bool = False) -> None:
        records = [
            NetworkProgram(network="cj", external_id=id, data_source="test", name=f"Program {id}", relation=said)
            for id, said in ids
        ]
        run_import(catalogue.connect, Source("feed", ("cj",), lambda: iter(records), partial), {})

    told(("1", "joined"), ("2", "joined"), ("3", "pending"))
    told(("1", "declined"), partial=True)
    assert relations(catalogue, "cj") == {"1": "declined", "2": "joined", "3": "pending"}
    told(("1", "joined"), ("2", None))
    assert relations(catalogue, "cj") == {"1": "joined", "3": "pending"}, "2 is there, and nobody knows; 3 is gone"
    assert catalogue.rows("select external_id from programs where missing_since is not null") == [("3",)]
    assert log(catalogue) == [("1", "joined", "declined"), ("1", "declined", "joined"), ("2", "joined", None)]
    told(("1", None), ("2", None), ("3", None))
    assert relations(catalogue, "cj") == {"1": "joined", "3": "pending"}, "a source that tells none says nothing"


def test_nothing_of_it_is_in_programs(network: Network, syncing: Syncing) -> None:  # 5
    catalogue = syncing.catalogue
    nameless = NetworkProgram(network="cj", external_id="7", data_source="test", relation="joined")
    run_import(catalogue.connect, Source("feed", ("cj",), lambda: iter([nameless]), True), {})
    ((raw,),) = catalogue.rows("select raw::text from rejected_records")
    assert "joined" not in raw
    awin = network("awin", 10)
    syncing.sync(awin)
    catalogue.rebuild()
    versions = catalogue.rows("select id, version from programs order by id")
    documents = catalogue.documents()
    assert documents
    assert not any("joined" in repr(each).lower() or "relation" in each for each in documents.values())
    for each in awin.records:
        each["relationship"] = "pending"
    syncing.sync(awin)
    assert set(relations(catalogue, "awin").values()) == {"pending"}
    assert catalogue.rows("select id, version from programs order by id") == versions
    assert catalogue.rows("select count(*) from changed_programs") == [(0,)]


def further(simulated: SimulatedNetwork, folder: Path, **more: Any) -> Account:
    """A further account of a simulated network, as a secrets file says it."""
    values = {**SECRETS[simulated.slug], "base_url": simulated.url, **more}
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    file = folder / "secrets.toml"
    file.write_text(f"[{simulated.slug}.blog]\n" + "\n".join(lines))
    given = {"AFFINDEX_SECRETS_FILE": str(file), "AFFINDEX_ALLOW_PRIVATE_ADDRESSES": "true"}
    return accounts(read_settings(given))[f"{simulated.slug}.blog"]


def test_a_further_account(network: Network, syncing: Syncing, tmp_path: Path) -> None:  # 6
    catalogue = syncing.catalogue
    first, second = network("awin", 12), network("awin", 14)
    syncing.sync(first)
    before = catalogue.rows("select external_id, version, affiliate_url from programs order by id")
    for each in second.records:
        each["relationship"] = "joined"
    second.records[3]["relationship"] = "rejected"
    blog = further(second, tmp_path)
    for _ in range(2):
        with catalogue.connect() as connection:
            run = open_sync(connection, blog.name, by="test")
        sync(catalogue.connect, blog, run, wiring=wiring(syncing.clock))
        second.forget()
    assert catalogue.rows("select external_id, version, affiliate_url from programs order by id")[:12] == before
    assert len(syncing.programs("awin")) == 14, "what it alone lists is there too"
    of_blog = relations(catalogue, "awin.blog")
    assert len(of_blog) == 14
    assert (of_blog["10003"], of_blog["10001"]) == ("declined", "joined")
    assert relations(catalogue, "awin")["10001"] == "notJoined"
    ((closed,),) = catalogue.rows("select count(*) from programs where missing_since is not null")
    assert closed == 0
    assert catalogue.rows("select source, count(*) from import_runs group by 1 order by 1")[0] == ("account", 2)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[awin.blog]\ntokne = "x"', "'tokne' of [awin.blog]"),
        ('[awin."../x"]\ntoken = "x"', "is no name of an account"),
        ('[shareasale.blog]\ntoken = "x"', "shareasale is not synced"),
        ('[awin.blog.deep]\ntoken = "x"', "'awin.blog' should be a table of values"),
    ],
)
def test_what_is_wrong_with_a_further_account_is_named(written: str, said: str, tmp_path: Path) -> None:  # 6
    file = tmp_path / "secrets.toml"
    file.write_text(written)
    with pytest.raises(SettingsError) as error:
        accounts(read_settings({"AFFINDEX_SECRETS_FILE": str(file)}))
    assert said in str(error.value)
