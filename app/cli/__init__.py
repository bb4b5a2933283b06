"""The `affindex` command. Exit status 0 done, 1 failed, 2 misuse."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import psycopg
import rich_click as click
from opensearchpy.exceptions import OpenSearchException

from app.cli import bulk, database, index, keys, search, serve, up
from app.cli.context import Context
from app.engines import EngineDied, HeldByOther
from app.engines.jars import DownloadFailed
from app.importing.runs import NetworkBusy
from app.logs import configure
from app.search.problems import BadRequest
from app.settings import SettingsError, read_settings
from indexing.rebuild import AlreadyRebuilding, RebuildRefused

_FAILURES = (
    AlreadyRebuilding,
    DownloadFailed,
    EngineDied,
    HeldByOther,
    NetworkBusy,
    OpenSearchException,
    RebuildRefused,
    psycopg.Error,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def affindex(context: click.Context) -> None:
    """One searchable catalogue of affiliate programs from many networks.

    `affindex up` starts everything. The other commands use the engines it runs, or start them for their own duration.
    """
    settings = read_settings(os.environ)
    configure(settings.log_level)
    context.obj = Context(settings)


affindex.add_command(up.up)
affindex.add_command(bulk.imports)
affindex.add_command(index.index)
affindex.add_command(index.rebuild, "reindex")
affindex.add_command(search.search)
affindex.add_command(keys.keys)
affindex.add_command(database.db)
affindex.add_command(serve.serve)
affindex.add_command(serve.worker)


def main() -> None:
    """Run the command line; a stop from outside unwinds like Ctrl-C, so that the engines are stopped."""

    def stopped(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGHUP, stopped)
    try:
        affindex(standalone_mode=False)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except (SettingsError, BadRequest) as misuse:
        click.echo(f"affindex: {misuse}", err=True)
        sys.exit(2)
    except _FAILURES as failure:
        click.echo(f"affindex: {str(failure).strip()}", err=True)
        sys.exit(1)
