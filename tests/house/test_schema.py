"""The database is what the code says, and takes nothing that the search index would refuse."""

from __future__ import annotations

import psycopg
import pytest

from app.migrations import differences, upgrade
from app.networks.added import Definition, add
from mappings.networks import NETWORKS
from tests.words import Catalogue, program


def test_the_migrations_make_what_the_tables_say(catalogue: Catalogue) -> None:
    with catalogue.connect() as connection:
        assert differences(connection) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("alter table programs drop column epc", "epc"),
        ("alter table programs drop constraint programs_epc_check", "programs_epc_check is missing"),
        ("drop trigger stamp on programs", "trigger stamp is missing"),
        ("alter table programs disable trigger note_updated", "trigger note_updated is missing"),
        ("alter sequence program_version cache 50", "CACHE 50"),
        ("drop index programs_popularity_idx", "programs_popularity_idx"),
        ("alter table programs alter name type varchar(9)", "name"),
    ],
)
def test_a_difference_is_found(catalogue: Catalogue, statement: str, said: str) -> None:
    catalogue.rows(statement)
    with catalogue.connect() as connection:
        assert any(said in each for each in differences(connection))


def test_a_restored_dump_is_the_same_schema(catalogue: Catalogue) -> None:
    with catalogue.connect() as connection:
        checks = connection.execute(
            "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
            "where contype = 'c' and connamespace = 'public'::regnamespace"
        ).fetchall()
    for table, name, definition in checks:  # as pg_restore does it
        catalogue.rows(f"alter table {table} drop constraint {name}, add constraint {name} {definition}")
    with catalogue.connect() as connection:
        assert differences(connection) == []


def test_upgrading_again_changes_nothing(catalogue: Catalogue) -> None:
    with catalogue.connect() as connection:
        upgrade(connection)
    assert catalogue.rows("select count(*) from networks") == [(len(NETWORKS),)]


@pytest.mark.parametrize(
    "value",
    [
        "epc = 'NaN'",
        "epc = 'infinity'",
        "epc = -1",
        "commission_min = 101",
        "cookie_days = 40000",
        "launched_at = '10000-01-01'",
        "launched_at = 'infinity'",
        "status = 'great'",
        "name = repeat('x', 40000)",
        "category = repeat('x', 40000)",
        "geo_targeting = '{}'",
        "geo_targeting = '{DE,null}'",
        "geo_targeting = array_fill('DE'::text, '{10000}')",
        "primary_region = 'Germany'",
        "currency = 'eur'",
        "popularity = 0",
        "merchant_url = 'ftp://x.y'",
        "commission_rules = '{}'",
        "epc_raw = 'NaN'",
    ],
)
def test_what_opensearch_would_refuse_postgres_refuses(catalogue: Catalogue, value: str) -> None:
    catalogue.put([program()])
    with pytest.raises(psycopg.errors.CheckViolation):
        catalogue.rows(f"update programs set {value}")


def test_a_network_that_was_added_becomes_the_one_that_comes_with_us(catalogue: Catalogue) -> None:
    """Somebody adds a network, and the next version of Affindex brings it along."""
    (theirs,) = [network for network in NETWORKS if network.slug == "openaffiliate"]
    catalogue.put([program("Acme", network="cj", external_id="a")])
    catalogue.rows("delete from networks where slug = %s", theirs.slug)
    with catalogue.connect() as connection:
        add(connection, {theirs.slug: Definition(name="Mine")})
    catalogue.rows("update programs set network_id = (select id from networks where slug = %s)", theirs.slug)
    with catalogue.connect() as connection:
        upgrade(connection)
    assert catalogue.rows("select network_id, name from programs") == [(theirs.id, "Acme")]
    assert catalogue.rows("select slug, name, definition from networks where id >= 10") == [
        (theirs.slug, theirs.name, None)
    ]
