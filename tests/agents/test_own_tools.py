"""What is one's own, told to agents that bear a key.

1. Without a key these tools are not listed, and calling one says what it needs; a key that is not ours is refused.
2. With one a search is told relations, tags and the shortlist, and filters by them.
3. Accounts, changes of relations, links, notes, the shortlist and watches are told as the API tells them.
4. Nothing of it reaches the tools that everybody has.
5. Who starts us over a pipe needs no key.
"""

from __future__ import annotations

from typing import Any

import pytest
from mcp.client.client import Client

from app.api.agents.own_tools import OWN_TOOLS
from tests.agents.calling import Agent, by_pipe
from tests.private.telling import tell
from tests.words import Catalogue, program

_OWN = {tool.name for tool in OWN_TOOLS}


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Green Tea House", external_id="g1", program_url="https://example.com/apply"),
        program("Black Tea House", external_id="b1"),
    )
    tell(shared_catalogue, {"g1": "pending", "b1": "pending"})
    tell(shared_catalogue, {"g1": "joined", "b1": "pending"})
    return shared_catalogue


@pytest.fixture(scope="module")
def holder(stocked: Catalogue, served: str) -> Agent:
    return Agent(served, headers=stocked.key("read"))


def _listed(agent: Agent) -> set[str]:
    async def work(client: Client) -> Any:
        return (await client.list_tools()).tools

    return {tool.name for tool in agent.doing(work)}


def test_without_a_key(served: str) -> None:  # 1
    assert not _listed(Agent(served)) & _OWN
    assert "send 'Authorization: Bearer afx_…'" in Agent(served).refused("my_accounts")
    wrong = Agent(served, headers={"Authorization": "Bearer afx_wrong"})
    assert "unknown, revoked" in wrong.refused("search_my_programs", q="tea")


def test_a_search_is_told_relations(holder: Agent) -> None:  # 2
    assert _listed(holder) > _OWN
    found = holder.call("search_my_programs", q="tea", sort="name", facets="*")
    assert [(each["name"], each["relation"]) for each in found["programs"]] == [
        ("Black Tea House", "pending"),
        ("Green Tea House", "joined"),
    ]
    joined = holder.call("search_my_programs", relation="joined")
    assert [each["name"] for each in joined["programs"]] == ["Green Tea House"]
    assert "relation" in holder.refused("search_my_programs", relation="friends")


def test_what_the_api_tells(stocked: Catalogue, holder: Agent) -> None:  # 3
    key = stocked.key("import")
    ((id,),) = stocked.rows("select id from programs where name = 'Green Tea House'")
    assert stocked.api.put(f"/api/programs/{id}/note", json={"text": "ask Ann"}, headers=key).status_code == 204
    assert stocked.api.put(f"/api/shortlist/{id}", headers=key).status_code == 204
    made = stocked.api.post("/api/alerts", json={"name": "tea", "query": "q=tea"}, headers=key)
    assert made.status_code == 201, made.text
    assert [each["name"] for each in holder.call("my_accounts")["accounts"]] == ["awin"]
    (change,) = holder.call("my_accounts", since="2020-01-01")["changes"]
    assert (change["id"], change["old"], change["new"]) == (id, "pending", "joined")
    assert holder.call("my_links", id=id)["apply"] == "https://example.com/apply"
    assert holder.call("my_notes", id=id)["notes"][0]["text"] == "ask Ann"
    assert [each["id"] for each in holder.call("my_notes")["shortlist"]] == [id]
    watches = holder.call("my_watches")["watches"]
    assert {each["name"] for each in watches} == {"Programs that I have joined", "tea"}
    (watch,) = (each for each in watches if each["name"] == "tea")
    assert holder.call("my_watches", id=watch["id"])["events"] == []


def test_nothing_reaches_everybody(holder: Agent, served: str) -> None:  # 4
    for agent in (holder, Agent(served)):
        assert all("relation" not in each for each in agent.call("search_programs", q="tea")["programs"])
    assert "relation" in Agent(served).refused("search_programs", relation="joined")


def test_over_a_pipe(stocked: Catalogue) -> None:  # 5
    found = Agent(by_pipe(stocked)).call("search_my_programs", relation="joined")
    assert [each["name"] for each in found["programs"]] == ["Green Tea House"]
