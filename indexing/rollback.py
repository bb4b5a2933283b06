"""Back to the generation before."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from opensearchpy import OpenSearch

from indexing import generations
from indexing.rebuild import RebuildRefused, rebuild_lock


def rollback(connect: Callable[[], psycopg.Connection], client: OpenSearch, alias: str) -> str:
    """Let the newest standby generation serve; its name. It received every change, so it is current.

    Raises RebuildRefused if there is none, AlreadyRebuilding.
    """
    with rebuild_lock(connect) as connection:
        generations.reconcile(connection, client, alias)
        standby = [each for each in generations.live(connection) if each.state == "standby"]
        if not standby:
            raise RebuildRefused("there is no older generation to go back to")
        generations.serve(connection, client, alias, standby[0].name)
        return standby[0].name
