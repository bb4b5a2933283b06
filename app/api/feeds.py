"""Uploading a feed: looked at at once, imported by a worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import psycopg
from litestar import Request, Response, Router, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.openapi.spec import Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromQuery, QueryParameter
from psycopg.types.json import Jsonb

from app.api.application_state import ApplicationState
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.api.openapi.parameters import answering, json_object, taking
from app.api.problems import Problem
from app.feeds import uploads
from app.feeds.leftovers import PREFIX
from app.feeds.limits import GIB, MIB, Limits
from app.feeds.mapping import Mapping
from app.feeds.mapping import read as read_mapping
from app.feeds.opening import KIND, Feed, open_feed
from app.feeds.preview import RefusedRecord, previewed
from app.feeds.refusal import BadMapping, NotAFeed, UnknownLayout
from app.feeds.suggesting import toml
from app.importing.runs import NetworkBusy, Run, open_run, run_by_id
from app.jobs import IMPORT_FEED, defer_import
from app.normalising.warnings import RecordWarning, RecordWarnings
from indexing.connect import Connect
from indexing.locks import TextLock
from mappings.networks import BY_SLUG
from mappings.program import Program

_LARGEST = 256 * MIB  # ten times the largest feed known, unpacked
_LIMITS = Limits(file=_LARGEST, unpacked=2 * GIB)
_IDEMPOTENT_FOR = timedelta(hours=24)
_LONGEST_KEY = 200
_MOST_SHOWN = 200


class Refused(msgspec.Struct, frozen=True):
    """A record that would not be stored: why, and what it is."""

    reason: str
    raw: Any


class Preview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The first records of a feed as they would be stored, and what was found out about the file.

    `mapping` is a draft (TOML) where the layout is none we know; `complete` says that there are no more records;
    `warnings` is what should be known before it is imported, `record_warnings` what is doubtful in the values of these
    records and some behind them.
    """

    network: str
    layout: str
    form: str
    encoding: str
    dialect: str | None
    members: int
    bytes: int
    warnings: list[str]
    mapping: str | None
    read: int
    complete: bool
    programs: list[Program]
    rejected: list[Refused]
    record_warnings: list[RecordWarning]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked of an upload."""

    network: str | None
    mapping: str | None
    complete: bool
    encoding: str | None
    delimiter: str | None


_FILE = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
_TEXT = Schema(type=OpenAPIType.STRING)
_BODIES = {
    "application/octet-stream": _FILE,
    "multipart/form-data": json_object({"file": _FILE, "mapping": _TEXT}, ["file"]),
}


@post(
    "/api/import/feed",
    operation_class=taking(bodies=_BODIES),
    responses={**answering(Preview, "What would be stored"), **answering(Run, "The run, which has begun", 202)},
    **needs("import"),
    status_code=202,
    request_max_body_size=_LARGEST,
    summary="Upload a feed",
    tags=["operate"],
)
async def upload(
    request: Request[Any, Any, Any],
    app_state: NamedDependency[ApplicationState],
    network: FromQuery[str | None] = None,
    preview: FromQuery[bool] = False,
    complete: FromQuery[bool] = False,
    encoding: FromQuery[str | None] = None,
    delimiter: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST_SHOWN)] = 20,
) -> Response[Any]:
    """Import a feed of a network: the body is the file, or a form with `file` and perhaps `mapping` (TOML).

    The file is looked at at once (422 for what is no feed) and imported by a worker: 202, and Location has the run.
    With `preview` nothing is stored; the answer shows the first `limit` records as they would be. A feed is part of
    its network unless `complete` says that it lists all of it. `Idempotency-Key` is honoured for a day.
    """
    if network is not None and network not in BY_SLUG:
        raise Problem(400, "invalid-parameter", f"network: '{network[:40]}' is none; there are {', '.join(BY_SLUG)}")
    if delimiter is not None and len(delimiter) != 1:
        raise Problem(400, "invalid-parameter", "delimiter: expected one character")
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise Problem(400, "invalid-header", f"Idempotency-Key: expected 1 to {_LONGEST_KEY} characters")
    async with _received(request) as (path, mapping):
        wish = _Wish(network, mapping, complete, encoding, delimiter)
        try:
            feed = await asyncio.to_thread(_opened, path, wish, preview)
            if preview:
                return Response(await asyncio.to_thread(_preview, feed, limit), status_code=200)
            run, fresh = await asyncio.to_thread(_queued, app_state.connect, path, feed, wish, key)
        except UnknownLayout as unknown:
            raise Problem(422, "not-a-feed", str(unknown), mapping=unknown.draft) from None
        except NotAFeed as refused:
            raise Problem(422, "not-a-feed", str(refused)) from None
        except BadMapping as bad:
            raise Problem(400, "invalid-mapping", str(bad)) from None
    if fresh:
        await defer_import(request.app.state.jobs, run.id, IMPORT_FEED)
    return Response(run, status_code=202, headers={"Location": f"/api/import/runs/{run.id}"})


@asynccontextmanager
async def _received(request: Request[Any, Any, Any]) -> AsyncIterator[tuple[Path, str | None]]:
    """The uploaded file on disk, and the mapping sent with it. What is in memory at once is one piece."""
    descriptor, name = tempfile.mkstemp(prefix=PREFIX)
    path = Path(name)
    mapping: str | None = None
    try:
        with os.fdopen(descriptor, "wb") as file:
            if request.content_type[0] == "multipart/form-data":
                form = await request.form()
                sent = form.get("file")
                if not isinstance(sent, UploadFile):
                    raise Problem(400, "invalid-body", "file: the form lacks it; send the feed as a file")
                mapping = await _text(form.get("mapping"))
                await asyncio.to_thread(shutil.copyfileobj, sent.file, file, MIB)
            else:
                async for piece in request.stream():
                    file.write(piece)
        yield path, mapping
    finally:
        path.unlink(missing_ok=True)


async def _text(sent: Any) -> str | None:
    if isinstance(sent, UploadFile):
        try:
            return (await sent.read()).decode()
        except UnicodeDecodeError:
            raise Problem(400, "invalid-mapping", "the mapping is no UTF-8") from None
    return str(sent) if sent else None


def _opened(path: Path, wish: _Wish, preview: bool) -> Feed:
    mapping: Mapping | None = read_mapping(wish.mapping) if wish.mapping else None
    return open_feed(
        path,
        wish.network,
        mapping,
        encoding=wish.encoding,
        delimiter=wish.delimiter,
        suggesting=preview,
        limits=_LIMITS,
    )


def _preview(feed: Feed, limit: int) -> Preview:
    programs: list[Program] = []
    rejected: list[Refused] = []
    complete = True
    warnings = RecordWarnings()
    for record in previewed(feed, warnings=warnings):
        if len(programs) + len(rejected) == limit:
            complete = False
            break
        if isinstance(record, RefusedRecord):
            rejected.append(Refused(record.reason, _whole(record.raw)))
        else:
            programs.append(record)
    return Preview(
        **feed.described(),
        mapping=toml(feed.suggestion) if feed.suggestion else None,
        read=len(programs) + len(rejected),
        complete=complete,
        programs=programs,
        rejected=rejected,
        record_warnings=warnings.listed(),
    )


def _whole(value: Any) -> Any:
    """JSON values whose texts can be sent: halves of characters as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(entry) for key, entry in value.items()}
    return [_whole(entry) for entry in value] if isinstance(value, list) else value


def _queued(connect: Connect, path: Path, feed: Feed, wish: _Wish, key: str | None) -> tuple[Run, bool]:
    """The run of an upload, which is kept for the worker, and whether it is a new one."""
    if wish.complete and feed.doubts:
        raise NotAFeed(f"it cannot be taken for all programs of {feed.network}: {'; '.join(feed.doubts)}")
    sha256 = uploads.digest(path)
    parameters: dict[str, Any] = {**feed.described(), "complete": wish.complete, "sha256": sha256.hex()}
    for name in ("mapping", "encoding", "delimiter"):
        if (given := getattr(wish, name)) is not None:
            parameters[name] = given
        elif name == "encoding":
            parameters.pop(name, None)  # what was found is found again
    with connect() as connection:
        if key is not None and (earlier := _earlier(connection, key, parameters)):
            return earlier, False
        upload = uploads.keep(connection, path, sha256)
        try:
            run = open_run(
                connection,
                source=KIND,
                networks=(feed.network,),
                partial=not wish.complete,
                expected={},
                parameters={**parameters, "upload": upload},
                idempotency_key=key,
            )
        except NetworkBusy as busy:
            uploads.drop(connection, upload)
            raise Problem(409, "network-busy", str(busy), run=busy.run, network=busy.network) from None
        opened = run_by_id(connection, run)
        assert opened is not None
        return opened, True


def _earlier(connection: psycopg.Connection, key: str, parameters: dict[str, Any]) -> Run | None:
    """The run that this key started, if it was asked for the same."""
    connection.execute("select pg_advisory_lock(hashtextextended(%s, %s))", (key, TextLock.IDEMPOTENCY_KEY))
    row = connection.execute(
        "select id, parameters - 'upload' = %s from import_runs where idempotency_key = %s and created_at > now() - %s "
        "order by id desc limit 1",
        (Jsonb(parameters), key, _IDEMPOTENT_FOR),
    ).fetchone()
    if row is None:
        return None
    if not row[1]:
        raise Problem(
            409,
            "idempotency-conflict",
            f"this Idempotency-Key started run {row[0]} with another file or other parameters; use a new key",
            run=row[0],
        )
    return run_by_id(connection, row[0])


ROUTES = Router(path="/", route_handlers=[upload], before_request=known_only)
