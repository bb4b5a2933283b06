"""A full import beside a bare COPY of the rows it made, and beside itself when nothing has changed."""

from __future__ import annotations

import tempfile
import time
from typing import IO

from app.benchmarks.sandbox import Sandbox
from app.importing.run_import import run_import
from app.importing.sources import generated
from generators import VOLUMES

_BLOCK = 1 << 20
# Everything the driver can do to be fast: bytes that are ready, one COPY, and the keys and indexes of `programs`.
_BARE = """
    create table bare (like programs);
    alter table bare add primary key (id), add unique (network_id, external_id);
    create index on bare (external_id);
    create index on bare (popularity);
    create index on bare (featured) where featured;
    create index on bare (network_id) where missing_since is not null;
"""


def full_import(sandbox: Sandbox, scale: float) -> float:
    """Seconds of an import of all generated catalogues: generated, normalised, staged, merged, noted as changed."""
    networks = tuple(VOLUMES)
    began = time.perf_counter()
    run_import(sandbox.connect, generated(networks, scale=scale), {"networks": list(networks), "scale": scale})
    return time.perf_counter() - began


def writes(sandbox: Sandbox) -> tuple[int, int]:
    """(rows ever written to `programs`, versions ever drawn)."""
    with sandbox.connect() as connection:
        connection.execute("select pg_stat_force_next_flush()")
        return connection.execute(
            "select (select n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables where relname = 'programs'), "
            "(select last_value from program_version)"
        ).fetchone() or (0, 0)


def export_rows(sandbox: Sandbox) -> IO[bytes]:
    """The rows of `programs` as the COPY they would be loaded with; on disk, so that they do not count as memory."""
    rows = tempfile.TemporaryFile()  # noqa: SIM115
    with sandbox.connect() as connection, connection.cursor().copy("copy programs to stdout") as copy:
        for block in copy:
            rows.write(block)
    return rows


def bare_copy(sandbox: Sandbox, rows: IO[bytes]) -> float:
    """Seconds of loading those rows into a table like `programs` without triggers and checks, committed."""
    rows.seek(0)
    with sandbox.connect() as connection:
        connection.execute(_BARE)
        connection.commit()
        began = time.perf_counter()
        with connection.cursor().copy("copy bare from stdin") as copy:
            while block := rows.read(_BLOCK):
                copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - began
        connection.execute("drop table bare")
    return seconds
