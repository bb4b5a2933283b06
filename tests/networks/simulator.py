"""The networks, played by local HTTP servers: documented shapes, documented limits, documented ways to fail.

Nothing of ours is imported here. `RULES` is the table of what each network demands; every server counts for itself
the calls that were made, and writes down each one that broke a rule in `violations`. A test that uses a network ends
with `violations == []` (the fixture `network` sees to that).

Time is the caller's: `now` is a function, so that fifteen hours at twenty calls a minute take a second.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.networks import wire

SECRETS = {
    "cj": {"token": "cj-personal-access-token-7781", "company": "7654321"},
    "rakuten": {"client_id": "rak-client-51", "client_secret": "rak-secret-90210", "sid": "3344556"},
    "awin": {"token": "awin-user-token-0a1b2c", "publisher": "45628"},
    "impact": {"account_sid": "IRxyzSID1234", "auth_token": "impact-auth-token-5566"},
    "partnerstack": {"token": "pst-partner-key-8899"},
    "refersion": {"key": "rfsn-key-1357"},
    "clickbank": {},
    "openaffiliate": {},
}


@dataclass(frozen=True)
class Rules:
    """One network's row of the table: who may ask, how much at once, how often."""

    auth: str  # none, bearer, oauth, basic, header
    paging: str  # none, page, cursor, next-uri, offset
    calls: int | None  # allowed in any `seconds`
    seconds: float
    over: int = 429  # the status of a call too many
    limit_headers: str = "none"  # the dialect: none, minute, hour
    page_default: int | None = None
    page_most: int | None = None
    token_seconds: float | None = None
    counts: str = "calls"  # or "downloads": only answers that were delivered whole


RULES = {
    "clickbank": Rules("none", "none", 1, 86_400, counts="downloads"),
    "cj": Rules("bearer", "page", 25, 60, page_default=25, page_most=100),
    "rakuten": Rules(
        "oauth", "page", 100, 60, over=403, limit_headers="minute", page_default=10, page_most=200, token_seconds=3600
    ),
    "awin": Rules("bearer", "none", 20, 60),
    "impact": Rules("basic", "next-uri", 1000, 3600, limit_headers="hour", page_default=100, page_most=100),
    "partnerstack": Rules("bearer", "cursor", None, 60, page_default=10, page_most=250),
    "refersion": Rules("header", "offset", 60, 60, page_default=200, page_most=200),
    "openaffiliate": Rules("none", "offset", None, 60, page_default=500, page_most=500),
}


@dataclass
class Call:
    """A request that arrived, and how it was answered."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    status: int = 0


@dataclass
class Answer:
    """What a network says."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """A fault for the next calls whose path matches.

    `kind` is a status, or `timeout`, `truncated` (less than announced), `cut` (half of it, announced as whole),
    `dropped`, `endless`, `expired` (every token stops working), `html`, `redirect`, `limited` (too many calls), `said`
    (a body of the test's).
    """

    kind: str
    times: int = 1
    path: str = ""
    after: int = 0  # calls that go through first
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def as_xml(text: str, status: int = 200) -> Answer:
    return Answer(status, text.encode(), "application/xml")


class SimulatedNetwork:
    """One network on a port of its own. `records` may be changed by the test at any time."""

    def __init__(self, slug: str, size: int, now: Callable[[], float] = time.time, **options: Any) -> None:
        self.slug = slug
        self.rules = RULES[slug]
        self.secrets = dict(SECRETS[slug])
        self.now = now
        self.records: list[dict[str, Any]] = wire.RECORDS[slug](size)
        self.options = options
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.tokens: dict[str, float] = {}  # access token -> when it ends
        self.tokens_given = 0
        self._counted: deque[float] = deque()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        network = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                network.serve(self)

            do_POST = do_GET  # noqa: N815 - the standard library's name

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hung up, after a timeout or at a size cap, is part of the play."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # -- what a test says ---------------------------------------------------------------------------------------

    def fail(self, kind: str | int, times: int = 1, path: str = "", after: int = 0, **headers: str) -> None:
        """Let the next calls whose path contains `path` fail, `after` so many have gone well."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(Fault(str(kind), times, path, after, named))

    def forget(self) -> None:
        """Count anew, as after a long time."""
        self._counted.clear()

    def asked(self, path: str = "") -> list[Call]:
        """The calls to a path."""
        return [call for call in self.calls if path in call.path]

    # -- serving ------------------------------------------------------------------------------------------------

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        call = Call(self.now(), handler.command, parts.path, query)
        with self._lock:
            self.calls.append(call)
            over = self.rules.counts == "calls" and self._over_limit(call)
            fault = self._fault(call)
        if over:
            answer = self._too_many()
        elif fault is not None:
            if self._broken(handler, fault, call, query, body):
                return
            answer = self._faulty(fault)
        else:
            answer = self._answer(handler, call, query, body)
            if self.rules.counts == "downloads" and answer.status == 200:
                with self._lock:
                    self._over_limit(call)
        call.status = answer.status
        self._send(handler, answer)

    def _over_limit(self, call: Call) -> bool:
        """Count a call in the sliding window; a call too many is a violation."""
        if self.rules.calls is None:
            return False
        while self._counted and self._counted[0] <= call.at - self.rules.seconds:
            self._counted.popleft()
        self._counted.append(call.at)
        if len(self._counted) <= self.rules.calls:
            return False
        self.violations.append(
            f"{self.slug}: call {len(self._counted)} within {self.rules.seconds:g} s "
            f"({self.rules.calls} allowed): {call.method} {call.path}"
        )
        return True

    def _fault(self, call: Call) -> Fault | None:
        """The first fault that is due; every call brings those that wait for their turn nearer."""
        due = None
        for fault in self.faults:
            if fault.times <= 0 or fault.path not in call.path:
                continue
            if fault.after > 0:
                fault.after -= 1
            elif due is None:
                due = fault
        if due is not None:
            due.times -= 1
        return due

    def _too_many(self) -> Answer:
        if self.slug == "impact":
            return as_json({"Status": "ERROR", "Message": "Rate limit exceeded", "Errors": []}, 429)
        return as_json({"message": "API rate limit exceeded"}, self.rules.over)

    def _faulty(self, fault: Fault) -> Answer:
        match fault.kind:
            case "html":
                page = b"<!DOCTYPE html><html><head><title>We have moved</title></head><body>Sign in</body></html>"
                return Answer(200, page, "text/html; charset=utf-8")
            case "said":
                return Answer(200, fault.headers["body"].encode(), "application/octet-stream")
            case "redirect":
                return Answer(302, b"", "text/plain", fault.headers)
            case "limited":
                answer = self._too_many()
                answer.headers = fault.headers
                return answer
            case status:
                text = b"<html><body><h1>%s</h1></body></html>" % status.encode()
                return Answer(int(status), text, "text/html", fault.headers)

    def _broken(
        self, handler: BaseHTTPRequestHandler, fault: Fault, call: Call, query: dict[str, str], body: bytes
    ) -> bool:
        """Fail below HTTP, or prepare a failure above it; False if an answer is still to be given."""
        match fault.kind:
            case "timeout":
                self._stop.wait(float(fault.headers.get("seconds", "1")))
                handler.close_connection = True
            case "dropped":
                handler.close_connection = True
            case "truncated":
                answer = self._answer(handler, call, query, body)
                self._send(handler, answer, cut=max(1, len(answer.body) // 2))
            case "cut":  # half a body that says it is whole
                answer = self._answer(handler, call, query, body)
                answer.body = answer.body[: len(answer.body) // 2]
                self._send(handler, answer)
                call.status = answer.status
            case "endless":
                self._send_endless(handler)
            case "expired":
                with self._lock:
                    self.tokens.clear()
                answer = self._answer(handler, call, query, body)
                call.status = answer.status
                self._send(handler, answer)
            case _:
                return False
        return True

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer, cut: int | None = None) -> None:
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.kind)
        handler.send_header("Content-Length", str(len(answer.body)))
        for name, value in {**self._limit_headers(), **answer.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(answer.body if cut is None else answer.body[:cut])
            handler.wfile.flush()
        except OSError:
            handler.close_connection = True
        if cut is not None:
            handler.close_connection = True

    def _send_endless(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        block = b"[" + b" " * 65_535
        try:
            while not self._stop.is_set():
                handler.wfile.write(block)
        except OSError:
            return

    def _limit_headers(self) -> dict[str, str]:
        used, allowed = len(self._counted), self.rules.calls
        left = str(max(0, (allowed or 0) - used))
        oldest = self._counted[0] if self._counted else self.now()
        match self.rules.limit_headers:
            case "minute":
                return {
                    "x-ratelimit-limit-minute": str(allowed),
                    "x-ratelimit-remaining-minute": left,
                    "ratelimit-limit": str(allowed),
                    "ratelimit-remaining": left,
                }
            case "hour":
                reset = str(max(0, int(oldest + self.rules.seconds - self.now()) + 1))
                return {
                    "x-ratelimit-limit-hour": str(allowed),
                    "x-ratelimit-remaining-hour": left,
                    "x-ratelimit-reset": reset,
                }
            case _:
                return {}

    # -- what each network answers --------------------------------------------------------------------------------

    def _answer(self, handler: BaseHTTPRequestHandler, call: Call, query: dict[str, str], body: bytes) -> Answer:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        if packed := self.options.get("packed"):
            return Answer(200, packed, "application/json", {"Content-Encoding": "gzip"})
        answer: Answer = getattr(self, f"_{self.slug}")(call, query, headers, body)
        return answer

    def _page_size(self, given: str | None) -> int | None:
        """The page size of a request; None, and a violation, if the network refuses it."""
        size = int(given) if given else self.rules.page_default or 0
        if self.rules.page_most and not 1 <= size <= self.rules.page_most:
            self.violations.append(f"{self.slug}: a page of {size}; at most {self.rules.page_most}")
            return None
        return size

    def _clickbank(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if call.path != "/feeds/marketplace_feed_v2.xml.zip":
            return Answer(200, b"<html><body>ClickBank</body></html>", "text/html")
        data = wire.clickbank_zip(self.records)
        tag = f'"{wire.digest(data)}"'
        stamp = {"ETag": tag, "Last-Modified": formatdate(1_790_000_000, usegmt=True)}
        if headers.get("if-none-match") == tag:
            return Answer(304, b"", "application/zip", stamp)
        return Answer(200, data, "application/zip", stamp)

    def _cj(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if call.path == "/query":
            return self._cj_terms(headers, body)
        if (
            headers.get("authorization") != f"Bearer {self.secrets['token']}"
            or call.path != "/v2/advertiser-lookup"
            or query.get("requestor-cid") != self.secrets["company"]
        ):
            return as_xml(wire.cj_error("Not Authenticated: the personal access token was not accepted"), 401)
        wanted = query.get("advertiser-ids", "")
        if wanted == "all":
            return as_xml(wire.cj_error("Invalid advertiser id(s): all"), 400)
        size = self._page_size(query.get("records-per-page"))
        if size is None:
            return as_xml(wire.cj_error("Invalid records-per-page"), 400)
        chosen = [each for each in self.records if each["joined"] == (wanted == "joined")] if wanted else []
        number = int(query.get("page-number", "1"))
        part = chosen[(number - 1) * size : number * size]
        # `records-returned` is not to be trusted: one of the two recorded answers had it wrong.
        claimed = len(chosen) if self.options.get("lie", True) else len(part)
        return as_xml(wire.cj_page(part, len(chosen), claimed, number))

    def _cj_terms(self, headers: dict[str, str], body: bytes) -> Answer:
        """GraphQL: what is wrong with a question comes with status 200."""
        if headers.get("authorization") != f"Bearer {self.secrets['token']}":
            return as_json({"errors": [{"message": "Unauthorized"}]}, 401)
        asked = json.loads(body)
        given = asked.get("variables", {})
        if said := self.options.get("terms_error"):
            return as_json({"data": None, "errors": [{"message": said}]})
        if "contracts(publisherId" not in asked["query"] or given.get("publisher") != self.secrets["company"]:
            return as_json({"data": None, "errors": [{"message": "InvalidArguments: publisherId"}]})
        size = self._page_size(str(given["limit"]))
        return as_json(wire.cj_contracts(self.records, given["offset"], size or 0))

    def _rakuten(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if call.path == "/token":
            return self._rakuten_token(call, headers, body)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= self.now():
            return as_json({"error": "invalid_token", "error_description": "The access token is expired"}, 401)
        if call.path.startswith("/v2/advertisers/"):
            found = [each for each in self.records if str(each["id"]) == call.path.rpartition("/")[2]]
            return as_json(wire.rakuten_detail(found[0]) if found else {"error": "NOT_FOUND"}, 200 if found else 404)
        makers = {
            "/v2/advertisers": wire.rakuten_advertisers,
            "/v1/offers": wire.rakuten_offers,
            "/v1/partnerships": wire.rakuten_partnerships,
        }
        if call.path not in makers:
            return as_json({"message": "no Route matched with those values"}, 404)
        size = self._page_size(query.get("limit"))
        if size is None:
            return as_json({"message": "limit must be between 1 and 200", "error": "REQUEST_PARAM_INVALID"}, 400)
        answer = makers[call.path](self.records, query, int(query.get("page", "1")), size)
        lost = self.options.get("short", 0)  # records that are announced and do not come
        if lost and call.path == "/v2/advertisers" and query.get("page") == "1":
            del answer["advertisers"][-lost:]
        return as_json(answer)

    def _rakuten_token(self, call: Call, headers: dict[str, str], body: bytes) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        if call.method != "POST" or form.get("scope") != self.secrets["sid"]:
            return as_json({"error": "invalid_client", "error_description": "unknown scope"}, 401)
        wanted = base64.b64encode(f"{self.secrets['client_id']}:{self.secrets['client_secret']}".encode()).decode()
        if headers.get("authorization", "").partition(" ")[2] != wanted:
            return as_json({"error": "invalid_client"}, 400)
        seconds = self.rules.token_seconds or 0
        with self._lock:
            self.tokens_given += 1
            token = f"rak-access-{self.tokens_given:04d}"
            self.tokens[token] = self.now() + seconds
        return as_json(
            {"access_token": token, "refresh_token": f"r-{token}", "token_type": "bearer", "expires_in": int(seconds)}
        )

    def _awin(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != f"Bearer {self.secrets['token']}":
            described = "Full authentication is required to access this resource"
            return as_json({"error": "unauthorized", "description": described}, 401)
        base = f"/publishers/{self.secrets['publisher']}"
        if call.path == f"{base}/programmes":
            wanted = query.get("relationship", "joined")
            return as_json([wire.awin_programme(each) for each in self.records if each["relationship"] == wanted])
        if call.path == f"{base}/programmedetails":
            found = [each for each in self.records if str(each["id"]) == query.get("advertiserId")]
            if not found:
                return as_json({"error": "not_found", "description": "no such advertiser"}, 404)
            return as_json(wire.awin_details(found[0]))
        return as_json({"error": "not_found"}, 404)

    def _impact(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        pair = f"{self.secrets['account_sid']}:{self.secrets['auth_token']}"
        if headers.get("authorization") != f"Basic {base64.b64encode(pair.encode()).decode()}":
            return as_json({"Status": "ERROR", "Message": "Authentication failed", "Errors": []}, 401)
        if self.options.get("scope") is False:
            return as_json({"Status": "ERROR", "Message": "Access Denied", "Errors": []}, 403)
        if "json" not in headers.get("accept", ""):
            return as_xml('<?xml version="1.0"?><ImpactRadiusResponse><Campaigns/></ImpactRadiusResponse>')
        base = f"/Mediapartners/{self.secrets['account_sid']}"
        if call.path == f"{base}/Campaigns":
            size = self._page_size(query.get("PageSize"))
            if size is None:
                wrong = [{"Field": "PageSize", "Message": "must be at most 100"}]
                return as_json({"Status": "ERROR", "Message": "Validation failed", "Errors": wrong}, 400)
            return as_json(wire.impact_page(self.records, int(query.get("Page", "1")), size, base))
        if call.path == f"{base}/Contracts":
            size = self._page_size(query.get("PageSize")) or 100
            return as_json(wire.impact_contracts(self.records, int(query.get("Page", "1")), size, base))
        if call.path.startswith(f"{base}/Contracts/"):
            found = [each for each in self.records if each["contract"] == call.path.rpartition("/")[2]]
            if found:
                return as_json(wire.impact_contract(found[0]))
        return as_json({"Status": "ERROR", "Message": "Not found", "Errors": []}, 404)

    def _partnerstack(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != f"Bearer {self.secrets['token']}":
            return as_json({"message": "Unauthorized", "status": 401}, 401)
        if call.path not in ("/api/v2/marketplace/programs", "/api/v2/partnerships"):
            return as_json({"message": "Not found", "status": 404}, 404)
        size = self._page_size(query.get("limit"))
        if size is None:
            return as_json({"message": "limit must be between 1 and 250", "status": 400}, 400)
        if call.path == "/api/v2/partnerships":
            partnerships = wire.partnerstack_partnerships(self.records, self.options.get("partnerships", {}))
            return as_json(wire.partnerstack_page(partnerships, query.get("starting_after"), size))
        return as_json(wire.partnerstack_page(self.records, query.get("starting_after"), size))

    def _refersion(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("x-refersion-key") != self.secrets["key"]:
            return as_json({"errors": [{"message": "Invalid API key"}], "data": None})
        if call.method != "POST":
            return as_json({"errors": [{"message": "use POST"}]})
        return as_json(wire.refersion_answer(self.records, json.loads(body), self.rules.page_most or 200))

    def _openaffiliate(self, call: Call, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if call.path != "/api/programs":
            return as_json({"error": "Not found"}, 404)
        if self.options.get("without_pages"):  # as it was until 2026: every program at once
            return as_json(wire.openaffiliate_page(self.records, 0, len(self.records)))
        size = self._page_size(query.get("limit"))
        if size is None:
            return as_json({"error": "limit must be between 1 and 500"}, 400)
        return as_json(wire.openaffiliate_page(self.records, int(query.get("offset", "0")), size))
