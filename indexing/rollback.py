"""Back to the generation before."""

from __future__ import annotations

from opensearchpy import OpenSearch

from indexing import generations
from indexing.connect import Connect
from indexing.rebuild_lock import PATIENCE_SECONDS, RebuildRefused, rebuild_lock
from mappings.index import DESIGN


def rollback(connect: Connect, client: OpenSearch, alias: str, *, patience: float = PATIENCE_SECONDS) -> str:
    """Let the newest standby generation serve; its name. It received every change, so it is current.

    Raises RebuildRefused if there is none, AlreadyRebuilding after so many seconds of `patience`.
    """
    with rebuild_lock(connect, patience) as connection:
        generations.reconcile(connection, client, alias)
        standby = [each for each in generations.live(connection) if each.state == "standby"]
        if not standby:
            raise RebuildRefused("there is no older generation to go back to")
        if generations.design_of(client, standby[0].name) != DESIGN:
            raise RebuildRefused(
                f"{standby[0].name} was built for an older version of search, which this code cannot ask; "
                "go back to that version first, or rebuild"
            )
        generations.serve(connection, client, alias, standby[0].name)
        return standby[0].name
