"""Errors as RFC 9457 problem documents; `message` repeats the detail for Algolia's clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    NotAuthorizedException,
    PermissionDeniedException,
    ValidationException,
)
from opensearchpy.exceptions import TransportError
from psycopg_pool import PoolTimeout

from app.observability.instruments import REFUSED
from app.observability.request_id import REQUEST_ID
from app.search.bad_request import BadRequest, ParameterError
from app.search.engine import EngineAway

_log = structlog.get_logger()

_TITLES = {
    400: "Bad request",
    401: "No valid API key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    422: "Bad request",
    421: "Misdirected request",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
    504: "Not in time",
}
_DATABASE_RETRY_SECONDS = 2
_BODY_ENDS_EARLY = "client disconnected prematurely"  # as Litestar says it, also of a body that cannot be read


class Problem(Exception):
    """An error with everything its answer says. `type` is the stable code below `/problems/`."""

    def __init__(
        self,
        status: int,
        type: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def not_found(what: str) -> Problem:
    """404 of something that is not there."""
    return Problem(404, "not-found", what)


def respond(
    request: Request[Any, Any, Any], problem: Problem, errors: tuple[ParameterError, ...] = ()
) -> Response[Any]:
    """The answer that says a problem."""
    title = (
        problem.type.replace("-", " ").capitalize() if problem.status == 400 else _TITLES.get(problem.status, "Error")
    )
    detail = _sendable(problem.detail)
    body = {
        "type": problem.type if problem.type.startswith("https:") else f"/problems/{problem.type}",
        "title": title,
        "status": problem.status,
        "detail": detail,
        "message": detail,
        **({"errors": [_as_member(error) for error in errors]} if errors else {}),
        **problem.members,
        "requestId": REQUEST_ID.get(),
    }
    return Response(
        body,
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def _sendable(text: str) -> str:
    """Text that may quote what was sent: half a character (a lone surrogate) cannot be sent back."""
    return text.encode("utf-8", "replace").decode()


def _as_member(error: ParameterError) -> dict[str, str]:
    member = {"parameter": _sendable(error.parameter), "message": _sendable(error.message)}
    if error.did_you_mean:
        member["didYouMean"] = error.did_you_mean
    return member


def _problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    return respond(request, problem)


def _bad_request(request: Request[Any, Any, Any], bad: BadRequest) -> Response[Any]:
    detail = ". ".join(error.message for error in bad.errors)
    return respond(request, Problem(400, bad.errors[0].problem, detail), bad.errors)


def _engine_away(request: Request[Any, Any, Any], away: EngineAway) -> Response[Any]:
    REFUSED.labels(type(away).__name__).inc()
    return respond(
        request,
        Problem(503, "search-unavailable", str(away), headers={"Retry-After": str(away.retry_after)}),
    )


def _database_away(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    _log.warning("database unavailable", path=request.url.path, error=str(error).strip())
    return respond(
        request,
        Problem(
            503,
            "database-unavailable",
            "the database does not answer; searching goes on, this does not",
            headers={"Retry-After": str(_DATABASE_RETRY_SECONDS)},
        ),
    )


def _validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    details = error.extra if isinstance(error.extra, list) else []
    errors = tuple(
        ParameterError(parameter=str(each.get("key", "body")), message=str(each.get("message", error.detail)))
        for each in details
        if isinstance(each, dict)
    )
    detail = "; ".join(f"{each.parameter}: {each.message}" for each in errors) or error.detail
    return respond(request, Problem(400, "invalid-body", detail), errors)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    status = error.status_code
    slug = _TITLES.get(status, "error").lower().replace(" ", "-")
    headers = dict(error.headers or {})
    return respond(request, Problem(status, slug, error.detail or _TITLES.get(status, "error"), headers=headers))


def _internal(request: Request[Any, Any, Any], error: InternalServerException) -> Response[Any]:
    if error.detail == _BODY_ENDS_EARLY:
        detail = "the body ends before it is whole, or its chunks are none"
        return respond(request, Problem(400, "incomplete-body", detail))
    return _unexpected(request, error)


def _index_outdated(request: Request[Any, Any, Any], error: TransportError) -> Response[Any]:
    # We only send what the present mapping understands, so a refusal means that an older one serves.
    _log.error("the index refuses a request", path=request.url.path, error=str(error))
    detail = "the search index was built by an older version and does not know this yet; `affindex index rebuild`"
    return respond(request, Problem(503, "index-outdated", detail, headers={"Retry-After": "60"}))


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    _log.error("unexpected error", path=request.url.path, exc_info=error)
    return respond(request, Problem(500, "internal-error", "an error of ours; the log has it under the request id"))


Lost = Callable[[Request[Any, Any, Any]], Response[Any] | None]


def nowhere(lost: Lost) -> Callable[[Request[Any, Any, Any], HTTPException], Response[Any]]:
    """What answers for an address that there is not: a page of `lost` where it has one, else a problem document."""
    return lambda request, error: lost(request) or _http(request, error)


HANDLERS: dict[type[Exception] | int, Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    Problem: _problem,
    BadRequest: _bad_request,
    EngineAway: _engine_away,
    TransportError: _index_outdated,
    psycopg.OperationalError: _database_away,
    psycopg.errors.ReadOnlySqlTransaction: _database_away,  # in the middle of a failover
    PoolTimeout: _database_away,
    ValidationException: _validation,
    NotAuthorizedException: _http,
    PermissionDeniedException: _http,
    InternalServerException: _internal,
    HTTPException: _http,
    Exception: _unexpected,
}
