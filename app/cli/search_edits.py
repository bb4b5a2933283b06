"""`affindex search edits` and `judge`: synonyms and pins of one's own, and what they do to judged queries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import psycopg
import rich_click as click
from rich.table import Table

from app.cli.context import Context, console, emit, json_option, opened, say
from app.cli.search import searching_by
from app.engines import Engines
from app.learning.edits import BadEdit, GivenEdit, as_file, pin, read_file, synonym, topic
from app.learning.judging import BadJudgements, JudgedEdits, Judgement, judged, measure, read_judgements
from app.learning.stored_edits import StoredEdit, add, bring_in, given, listed, read_edits, remove
from app.learning.toml_files import LARGEST_FILE
from app.search.edits import NO_EDITS, SearchEdits

_T = TypeVar("_T")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_judgements_option = click.option(
    "--judgements", type=_FILE, help="Tell what the edit does to these judged queries (nDCG@10 before and after)."
)


@click.group()
def edits() -> None:
    """Synonyms, words of topics and pins of one's own. Searches know a change within a second, without a restart."""


@edits.command("list")
@json_option
@click.pass_obj
def list_edits(context: Context, as_json: bool) -> None:
    """List the edits, with who made them and when."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        found = listed(connection)
    if as_json:
        emit(found)
        return
    table = Table("id", "kind", "what", "author", "created")
    for each in found:
        table.add_row(str(each.id), each.kind, _what(each), each.author or "", f"{each.created_at:%Y-%m-%d %H:%M}")
    console.print(table)


def _what(edit: StoredEdit) -> str:
    if edit.topic is not None:
        return f"{edit.topic}: {', '.join(edit.words or ())}"
    if edit.words is not None:
        return " = ".join(edit.words)
    return f"{edit.query}: {', '.join(map(str, edit.programs or ()))}"


@edits.group("add")
def add_group() -> None:
    """Add a synonym, words of a topic, or a pin."""


@add_group.command("synonym")
@click.argument("words", nargs=-1, required=True)
@_judgements_option
@json_option
@click.pass_obj
def add_synonym(context: Context, words: tuple[str, ...], judgements: Path | None, as_json: bool) -> None:
    """Let words or phrases mean the same: each is found by all of them."""
    _add(context, synonym(words), judgements, as_json)


@add_group.command("topic")
@click.argument("slug")
@click.argument("words", nargs=-1, required=True)
@_judgements_option
@json_option
@click.pass_obj
def add_topic(context: Context, slug: str, words: tuple[str, ...], judgements: Path | None, as_json: bool) -> None:
    """Let words or phrases ask for a topic: programs that are about it are found by them."""
    _add(context, topic(slug, words), judgements, as_json)


@add_group.command("pin")
@click.argument("query")
@click.argument("ids", type=int, nargs=-1, required=True)
@_judgements_option
@json_option
@click.pass_obj
def add_pin(context: Context, query: str, ids: tuple[int, ...], judgements: Path | None, as_json: bool) -> None:
    """Put programs first for a query, in this order, in the place of an older pin of the same query."""
    _add(context, pin(query, ids), judgements, as_json)


def _add(context: Context, edit: GivenEdit, judgements: Path | None, as_json: bool) -> None:
    added, effect = _effect_of(context, judgements, lambda connection: add(connection, edit))
    if as_json:
        emit({"edit": added, "effect": effect})
        return
    say(f"{added.kind} {added.id}: {_what(added)}")
    _show_effect(effect)


@edits.command("remove")
@click.argument("id", type=int)
@_judgements_option
@json_option
@click.pass_obj
def remove_edit(context: Context, id: int, judgements: Path | None, as_json: bool) -> None:
    """Remove an edit by its id."""
    removed, effect = _effect_of(context, judgements, lambda connection: remove(connection, id))
    if not removed:
        raise click.UsageError(f"there is no edit {id}; `affindex search edits list` shows them")
    if as_json:
        emit({"removed": id, "effect": effect})
        return
    say(f"edit {id} is removed")
    _show_effect(effect)


@edits.command("import")
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Remove all edits that the file does not have.")
@_judgements_option
@json_option
@click.pass_obj
def import_edits(context: Context, file: Path, replace: bool, judgements: Path | None, as_json: bool) -> None:
    """Bring in the edits of a TOML file, all or none; what is there already stays."""
    wanted = read_file(_read(file, BadEdit))
    done, effect = _effect_of(context, judgements, lambda connection: bring_in(connection, wanted, replace=replace))
    if as_json:
        emit({"imported": done, "effect": effect})
        return
    say(f"{done.added:,} added, {done.there:,} were there, {done.removed:,} removed")
    _show_effect(effect)


@edits.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def export_edits(context: Context, file: Path | None) -> None:
    """Write the edits as TOML, into a file or to standard output."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        found = listed(connection)
    text = as_file(map(given, found))
    if file is None:
        click.echo(text, nl=False)
        return
    file.write_text(text, "utf-8")
    say(f"{len(found):,} edits in {file}")


@click.command()
@click.argument("file", type=_FILE)
@json_option
@click.pass_obj
def judge(context: Context, file: Path, as_json: bool) -> None:
    """Measure judged queries without edits and with them: nDCG@10, 1 is best.

    FILE is TOML: [[judgements]], query = "vpn", relevant = ["NordVPN", 12].
    """
    judgements = read_judgements(_read(file, BadJudgements))
    with context.engines() as engines:
        with opened(engines, context.settings).connect() as connection:
            edits = read_edits(connection)
        effect = _judged(context, engines, judgements, NO_EDITS, edits)
    if as_json:
        emit(effect)
        return
    table = Table("query", "without edits", "with them")
    for each in effect.queries:
        table.add_row(each.query, f"{each.before:.4f}", f"{each.after:.4f}")
    console.print(table)
    _show_effect(effect)


def _effect_of(
    context: Context, file: Path | None, change: Callable[[psycopg.Connection], _T]
) -> tuple[_T, JudgedEdits | None]:
    """Change the edits; what that does to judged queries, if a file of them is given."""
    judgements = read_judgements(_read(file, BadJudgements)) if file else []
    with context.engines() as engines:
        with opened(engines, context.settings).connect() as connection:
            before = read_edits(connection)
            done = change(connection)
            after = read_edits(connection)
        return done, _judged(context, engines, judgements, before, after) if judgements else None


def _judged(
    context: Context, engines: Engines, judgements: Sequence[Judgement], before: SearchEdits, after: SearchEdits
) -> JudgedEdits:
    async def measured(edits: SearchEdits) -> list[float]:
        async with searching_by(context, engines.opensearch_url, edits) as engine:
            return await measure(engine, judgements)

    return judged(judgements, asyncio.run(measured(before)), asyncio.run(measured(after)))


def _show_effect(effect: JudgedEdits | None) -> None:
    if effect is None:
        return
    changed = [each for each in effect.queries if each.before != each.after]
    say(f"nDCG@10 {effect.before:.4f} -> {effect.after:.4f} over {len(effect.queries):,} queries")
    for each in changed[:20]:
        say(f"  {each.query}: {each.before:.4f} -> {each.after:.4f}")


def _read(file: Path, refusal: Callable[[str], Exception]) -> bytes:
    if file.stat().st_size > LARGEST_FILE:
        raise refusal(f"{file} has more than {LARGEST_FILE:,} bytes")
    return file.read_bytes()
