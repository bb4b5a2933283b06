"""The application as a server process builds it: from the environment alone."""

from __future__ import annotations

import gc
import os

from litestar import Litestar

from app.api.application import create_app as build
from app.api.index import Operator
from app.api.limiting import RateLimit, read_networks
from app.dashboard import pages
from app.engines import Engines, open_search, open_search_async
from app.logs import configure
from app.networks.accounts import accounts
from app.parent import end_with_parent
from app.settings import Settings, SettingsError, read_settings, secret_of

_GARBAGE = 20_000  # new objects; an answer makes some hundreds, nearly all of them gone without a collector


def create_app() -> Litestar:
    """The application over the engines whose URLs are in the environment; `affindex serve` puts them there."""
    settings = read_settings(os.environ)
    configure(settings.log_level)
    end_with_parent(os.getppid())  # the server whose worker this is
    if not (settings.database_url and settings.opensearch_url):
        raise SettingsError("AFFINDEX_DATABASE_URL and AFFINDEX_OPENSEARCH_URL are needed; `affindex serve` finds them")
    engines = Engines(settings.database_url, settings.opensearch_url)
    application = build(
        database_url=settings.database_url,
        search=open_search_async(settings.opensearch_url, settings),
        alias=settings.index,
        secret=secret_of(settings),
        operator=Operator(lambda: open_search(engines, settings), settings.shards, settings.replicas),
        accounts=accounts(settings),
        pages=[pages.ROUTES],
        limit=_limit(settings),
    )
    # What is there now stays: looking through all of it again and again costs a tenth of the time of an answer.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    return application


def _limit(settings: Settings) -> RateLimit | None:
    trusted = read_networks(settings.trusted_proxies or "")
    if settings.rate_limit is None:
        return None
    return RateLimit(max(settings.rate_limit // settings.workers, 1), trusted)
