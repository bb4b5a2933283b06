"""`affindex keys`: who may write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import rich_click as click
from rich.table import Table

from app.api.keys import SCOPES, create_key
from app.cli.context import Context, console, emit, json_option, opened, say


@click.group()
def keys() -> None:
    """API keys. Searching needs none; writing needs one, stored only as a hash."""


@keys.command()
@click.argument("name")
@click.option("--scope", type=click.Choice(SCOPES), default="import", show_default=True)
@click.option("--days", type=click.IntRange(1, 36_500), help="After how many days it ends; never by default.")
@json_option
@click.pass_obj
def create(context: Context, name: str, scope: str, days: int | None, as_json: bool) -> None:
    """Make a key. It is shown once."""
    ends = datetime.now(UTC) + timedelta(days=days) if days else None
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        key = create_key(connection, name, scope, ends)
    if as_json:
        emit({"name": name, "scope": scope, "expiresAt": ends, "key": key})
    else:
        click.echo(key)


@keys.command("list")
@json_option
@click.pass_obj
def list_keys(context: Context, as_json: bool) -> None:
    """List the keys by their first characters."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        rows = connection.execute(
            "select id, name, prefix, scope, created_at, expires_at, last_used_at, revoked_at from api_keys order by id"
        ).fetchall()
    columns = ("id", "name", "prefix", "scope", "createdAt", "expiresAt", "lastUsedAt", "revokedAt")
    if as_json:
        emit([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)


@keys.command()
@click.argument("key_id", type=int)
@click.pass_obj
def revoke(context: Context, key_id: int) -> None:
    """Stop a key from working, within seconds."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        changed = connection.execute(
            "update api_keys set revoked_at = now() where id = %s and revoked_at is null", (key_id,)
        ).rowcount
        connection.commit()
    if not changed:
        raise click.UsageError(f"there is no working key {key_id}; `affindex keys list` shows them")
    say(f"key {key_id} is revoked")


@keys.command()
@click.argument("key_id", type=int)
@click.pass_obj
def rotate(context: Context, key_id: int) -> None:
    """Make a key with the same name, scope and end, and revoke the old one."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        row = connection.execute(
            "update api_keys set revoked_at = now() where id = %s and revoked_at is null "
            "returning name, scope, expires_at",
            (key_id,),
        ).fetchone()
        if row is None:
            raise click.UsageError(f"there is no working key {key_id}; `affindex keys list` shows them")
        key = create_key(connection, *row)
    click.echo(key)
