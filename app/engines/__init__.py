"""The engines: Postgres and OpenSearch, embedded or somewhere else; only this room opens connections."""

from app.engines.connections import open_database, open_database_async, open_database_at, open_search, open_search_async
from app.engines.running import EngineDied, Engines, HeldByOther, locked_if_free, running

__all__ = [
    "EngineDied",
    "Engines",
    "HeldByOther",
    "locked_if_free",
    "open_database",
    "open_database_async",
    "open_database_at",
    "open_search",
    "open_search_async",
    "running",
]
