"""The engines: Postgres and OpenSearch, embedded or somewhere else; only this room opens connections."""

from app.engines.connections import open_database, open_search, open_search_async
from app.engines.running import EngineDied, Engines, HeldByOther, running

__all__ = [
    "EngineDied",
    "Engines",
    "HeldByOther",
    "open_database",
    "open_search",
    "open_search_async",
    "running",
]
