"""`affindex search`: words are searched for, but for the names of its own commands."""

from __future__ import annotations

import rich_click as click

from app.cli.search import search
from app.cli.search_edits import edits, judge
from app.cli.search_report import report


class _Searching(click.RichGroup):
    """What is none of its commands is a search."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or [""])  # no words at all find everything

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        return super().get_command(ctx, cmd_name) or search

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "", search, args


@click.group(cls=_Searching, add_help_option=False, context_settings={"ignore_unknown_options": True})
def searching() -> None:
    """Search from the command line, and see and steer what is searched for."""


for command in (report, edits, judge):
    searching.add_command(command)
