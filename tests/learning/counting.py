"""An API that counts what is searched for, and what it has written down."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar.testing import TestClient

from tests.words import Catalogue

_NEVER = 86_400.0  # seconds; what is counted is written at the end

Row = dict[str, Any]


def counting_api(catalogue: Catalogue) -> TestClient[Any]:
    """An API that counts, and writes down what it has counted when it ends."""
    return catalogue.opened(count_queries=_NEVER)


def end(client: TestClient[Any]) -> None:
    """End an API as a signal would."""
    client.exit_stack.close()


def written(catalogue: Catalogue) -> dict[str, Row]:
    """What is written down of today, by the text."""
    columns = ("query", "asked", "empty", "relaxed", "corrected", "found")
    today = datetime.now(UTC).date()
    rows = catalogue.rows(f"select {', '.join(columns)} from query_counts where day = %s", today)
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}


def asked(catalogue: Catalogue) -> dict[str, int]:
    """How often each text was asked for today."""
    return {text: row["asked"] for text, row in written(catalogue).items()}
