"""The table of routes in a page, from the OpenAPI document.

`python -m app.api.openapi.routes_table docs/api.md`, or `make docs`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from litestar import Litestar

from app.api.openapi.offline import application

_BEGIN, _END = "<!-- routes: written by `make docs` -->\n", "<!-- end of routes -->\n"
_METHODS = ("get", "post", "put", "patch", "delete")


def with_routes(page: str) -> str:
    """A page with the table between its two marks made anew. Raises ValueError without the marks."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"the page lacks {_BEGIN!r} or {_END!r}")
    return before + begin + _routes(application()) + end + after


def _routes(application: Litestar) -> str:
    lines = ["| route | what |", "|---|---|"]
    for path, item in sorted((application.openapi_schema.paths or {}).items()):
        for method in _METHODS:
            if operation := getattr(item, method):
                said = (operation.description or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
                lines.append(f"| `{method.upper()} {path}` | {said} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_routes(page.read_text("utf-8")), "utf-8")
