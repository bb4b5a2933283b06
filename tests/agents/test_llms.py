"""`/llms.txt` says what is here: in its form, with links that lead somewhere."""

from __future__ import annotations

import re

from app.api.agents.tools import TOOLS
from tests.words import Catalogue, program


def test_the_page(catalogue: Catalogue) -> None:
    catalogue.store(program("Tea", network="awin"))
    catalogue.build_suggestions()
    catalogue.index()
    answer = catalogue.api.get("/llms.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    title, _, rest = answer.text.partition("\n\n")
    assert title == "# Affindex"
    assert rest.startswith("> ")
    links = re.findall(r"^- \[[^\]]+\]\((/[^)]+)\): ", answer.text, re.MULTILINE)
    assert len(links) > 5
    ((id,),) = catalogue.rows("select id from programs")
    for link in links:
        if link == "/mcp":
            continue
        link = link.replace("/programs/1", f"/programs/{id}")
        assert catalogue.api.get(link).status_code == 200, link
    assert all(f"`{tool.name}`" in answer.text for tool in TOOLS)
    etag = {"If-None-Match": answer.headers["etag"]}
    assert catalogue.api.get("/llms.txt", headers=etag).status_code == 304
