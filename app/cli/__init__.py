"""The `affindex` command. Exit status 0 done, 1 failed, 2 misuse."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import rich_click as click

from app.cli.context import Context
from app.failures import Failure, Misuse
from app.observability.logs import configure
from app.observability.request_id import REQUEST_ID, drawn
from app.processes import stopping
from app.settings import read_settings
from app.version import VERSION

# Each command's module is loaded when it is asked for: `up` and `serve` live long, and must not carry everything.
_COMMANDS = {
    "up": "app.cli.up:up",
    "import": "app.cli.imports:imports",
    "index": "app.cli.index:index",
    "reindex": "app.cli.index:rebuild",
    "search": "app.cli.searching:searching",
    "lookup": "app.cli.lookup:lookup",
    "mcp": "app.cli.mcp:mcp",
    "networks": "app.cli.networks:networks",
    "catalogue": "app.cli.catalogue:catalogue",
    "programs": "app.cli.programs:programs",
    "notes": "app.cli.notes:notes",
    "keys": "app.cli.keys:keys",
    "alerts": "app.cli.alerts:alerts",
    "db": "app.cli.database:db",
    "serve": "app.cli.serve:serve",
    "worker": "app.cli.worker:worker",
    "bench": "app.cli.bench:bench",
    "prepare": "app.cli.prepare:prepare",
}

_LASTING = frozenset({"up", "serve", "worker", "mcp"})  # they carry out what others ask for


class _Lazy(click.RichGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="affindex", message="%(prog)s %(version)s")
@click.pass_context
def affindex(context: click.Context) -> None:
    """One searchable catalogue of affiliate programs from many networks.

    `affindex up` starts everything. The other commands use the engines it runs, or start them for their own duration.
    """
    settings = read_settings(os.environ)
    configure(settings.log_level)
    if context.invoked_subcommand not in _LASTING:
        token = REQUEST_ID.set(drawn())  # one id for all that a command logs, asks and records
        context.call_on_close(lambda: REQUEST_ID.reset(token))
    context.obj = Context(settings)


def main() -> None:
    """Run the command line; a stop from outside unwinds like Ctrl-C, so that the engines are stopped."""
    stopping.install()
    try:
        affindex(standalone_mode=False)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        stopping.leave(130)
    except SystemExit as stopped:
        if not stopping.came():
            raise
        stopping.leave(int(stopped.code or 0))
    except Misuse as misuse:
        click.echo(f"affindex: {misuse}", err=True)
        sys.exit(2)
    except Failure as failure:
        click.echo(f"affindex: {str(failure).strip()}", err=True)
        sys.exit(1)
    except Exception as error:
        if not _told_as_it_is(error):
            raise
        click.echo(f"affindex: {str(error).strip()}", err=True)
        sys.exit(1)


def _told_as_it_is(error: Exception) -> bool:
    """Whether its message is for people and its trace is not: what the engines' clients and `indexing` raise."""
    return type(error).__module__.partition(".")[0] in ("indexing", "opensearchpy", "psycopg")
