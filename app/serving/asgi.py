"""The application as a server process builds it: from the environment alone."""

from __future__ import annotations

import gc
import os

from litestar import Litestar

from app.alerts.outlets import outlets_of
from app.api.agents.door import read_hosts
from app.api.application import create_app as build
from app.api.bounds import BOUNDS, ApplicationBounds
from app.api.index import Operator
from app.api.limiting import Networks, RateLimit, read_networks
from app.dashboard import pages
from app.engines import Engines, open_search, open_search_async
from app.networks.accounts import accounts
from app.observability.logs import configure
from app.observability.tracing import start as start_tracing
from app.processes.parent import end_with_parent
from app.processes.pulse import VARIABLE, Pulse
from app.search.analysing import analyse
from app.search.lexicon import NO_LEXICON
from app.search.query_analysis import Wording
from app.settings import Settings, SettingsError, read_settings, secret_of

_WRITTEN_SECONDS = 60.0  # apart; what was searched for since is lost with a process that is killed
_GARBAGE = 20_000  # new objects; an answer makes some hundreds, nearly all of them gone without a collector


def create_app(bounds: ApplicationBounds = BOUNDS) -> Litestar:
    """The application over the engines whose URLs are in the environment; `affindex serve` puts them there."""
    settings = read_settings(os.environ)
    configure(settings.log_level)
    end_with_parent(os.getppid())  # the server whose worker this is
    if not (settings.database_url and settings.opensearch_url):
        raise SettingsError("AFFINDEX_DATABASE_URL and AFFINDEX_OPENSEARCH_URL are needed; `affindex serve` finds them")
    trusted = read_networks(settings.trusted_proxies or "")
    start_tracing(settings.traces_endpoint, "api")
    engines = Engines(settings.database_url.reveal(), settings.opensearch_url)
    application = build(
        database_url=engines.database_url,
        search=open_search_async(settings.opensearch_url, settings),
        alias=settings.index,
        secret=secret_of(settings),
        operator=Operator(lambda: open_search(engines, settings), settings.shards, settings.replicas),
        accounts=accounts(settings),
        pages=[pages.ROUTES],
        lost=pages.lost,
        limit=_limit(settings, trusted),
        trusted=trusted,
        hosts=read_hosts(settings.hosts or ""),
        beside=Pulse(os.environ.get(VARIABLE)).keep_telling,
        open_operations=settings.open_operations or settings.local,
        outlets=outlets_of(settings),
        slow_seconds=settings.slow_seconds,
        access_log=settings.access_log,
        warm_searches=(settings.warm_searches or 0) // settings.workers,
        count_queries=_WRITTEN_SECONDS if settings.query_log else None,
        bounds=bounds,
    )
    # Words of languages, topics, synonyms: read now, and not while somebody waits for the first search.
    gc.disable()
    analyse(Wording("a first search"), NO_LEXICON)
    gc.enable()
    # What is there now stays: looking through all of it again and again costs a tenth of the time of an answer.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    return application


def _limit(settings: Settings, trusted: Networks) -> RateLimit | None:
    if settings.rate_limit is None and settings.client_concurrency is None:
        return None

    def share(of_all: int | None) -> int | None:
        return of_all and max(of_all // settings.workers, 1)

    return RateLimit(share(settings.rate_limit), trusted, share(settings.client_concurrency))
