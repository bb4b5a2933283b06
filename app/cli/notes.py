"""`affindex notes`: notes, tags and the shortlist, out and in again."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from app.cli.context import Context, emit, json_option, opened, say
from app.importing.notes import LARGEST_BODY, BadNote, exported, imported, read_lines


@click.group()
def notes() -> None:
    """Notes, tags and the shortlist of one's own: keep them elsewhere, or bring them here."""


@notes.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def export_notes(context: Context, file: Path | None) -> None:
    """Write all of them as NDJSON, into a file or to standard output."""
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        lines = list(exported(connection))
    if file is None:
        click.echo(b"".join(lines), nl=False)
        return
    file.write_bytes(b"".join(lines))
    say(f"{len(lines):,} programs in {file}")


@notes.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def import_notes(context: Context, file: Path, as_json: bool) -> None:
    """Write the lines of an export over what is kept of their programs; nothing else is taken away."""
    if file.stat().st_size > LARGEST_BODY:
        raise BadNote(f"{file} has more than {LARGEST_BODY // 1_000_000} MB")
    lines = read_lines(file.read_bytes())
    with context.engines() as engines, opened(engines, context.settings).connect() as connection:
        kept = imported(connection, lines)
    if as_json:
        emit(kept)
        return
    say(f"{kept.notes:,} notes, {kept.shortlisted:,} on the shortlist; {kept.unknown:,} of programs not here")
