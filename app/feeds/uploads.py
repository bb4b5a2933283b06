"""Uploaded feeds, from the API that took them to the worker that imports them: in Postgres, which both see."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.failures import Failure
from app.feeds.leftovers import PREFIX
from app.feeds.limits import MIB
from indexing.connect import Connect

_PIECE = MIB  # a row is held in memory whole
_KEPT = "2 days"  # an upload whose import never came, or whose worker died


class UploadGone(Failure):
    """The uploaded file is no longer kept."""

    def __init__(self) -> None:
        super().__init__("the uploaded file is no longer kept; upload it again")


def digest(path: Path) -> bytes:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def keep(connection: psycopg.Connection, path: Path, sha256: bytes) -> int:
    """Store a file; its number. Commits, and forgets uploads that were never fetched."""
    connection.execute(f"delete from feed_uploads where created_at < now() - interval '{_KEPT}'")
    row = connection.execute(
        "insert into feed_uploads (size, sha256) values (%s, %s) returning id", (path.stat().st_size, sha256)
    ).fetchone()
    assert row is not None
    upload = int(row[0])
    copying = connection.cursor().copy("copy feed_upload_pieces (upload_id, number, bytes) from stdin (format binary)")
    with path.open("rb") as file, copying as copy:
        copy.set_types(("int8", "int4", "bytea"))
        number = 0
        while piece := file.read(_PIECE):
            copy.write_row((upload, number, piece))
            number += 1
    connection.commit()
    return upload


@contextmanager
def kept(connect: Connect, upload: int) -> Iterator[Path]:
    """An upload as a file, for as long as it is read. Raises UploadGone."""
    descriptor, name = tempfile.mkstemp(prefix=PREFIX)
    path = Path(name)
    try:
        with connect() as connection, os.fdopen(descriptor, "wb") as file:
            row = connection.execute("select size, sha256 from feed_uploads where id = %s", (upload,)).fetchone()
            if row is None:
                raise UploadGone
            number = 0
            while piece := connection.execute(
                "select bytes from feed_upload_pieces where upload_id = %s and number = %s", (upload, number)
            ).fetchone():
                file.write(piece[0])
                number += 1
        if path.stat().st_size != row[0] or digest(path) != row[1]:
            raise UploadGone
        yield path
    finally:
        path.unlink(missing_ok=True)


def drop(connection: psycopg.Connection, upload: int) -> None:
    """Forget an upload; commits."""
    connection.execute("delete from feed_uploads where id = %s", (upload,))
    connection.commit()
