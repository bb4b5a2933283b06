"""Agents ask the catalogue by tools (Model Context Protocol), as the official SDK's client calls them.

1. Over HTTP in both ages of the protocol, and over a pipe, the same call has the same answer: the API's own.
2. Every tool only looks, says what it takes and answers, and answers as it says.
3. search_programs takes every filter of the catalogue and what the API takes, typed by the list of fields; it says how
   it read words, and its pages go on.
4. What is wrong with a call is said so that it can be mended, all at once.
5. An answer is bounded: texts are cut and named, and what is still too large says what to ask instead.
6. The list of fields and the glossary can be read.
7. Programs by their ids, similar ones, what changed, which links earn, values and numbers are told by tools of their
   own.
"""

from __future__ import annotations

from typing import Any

import pytest
from mcp.client.client import Client

from app.api.agents.size import LONGEST_TEXT, MOST_BYTES, TooLarge, bounded, brief
from app.api.agents.tools import SHOWN, TOOLS
from mappings.catalogue import BY_KEY, FILTERS
from tests.agents.calling import Agent, by_pipe
from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Green Tea House", network="awin", category="Food, Drink", epc=0.4, commission_max=8.0, cookie_days=30),
        program("Black Tea House", network="cj", category="Food, Drink", epc=0.9, commission_max=5.0),
        program("Tea by Mail", network="cj", merchant_domain="example.com", category="Mail", description="leaf " * 300),
        program("Old Tea", network="cj"),
    )
    shared_catalogue.rows("update programs set status = 'closed' where name = 'Old Tea'")
    shared_catalogue.rows("update programs set commission_max = 6 where name = 'Black Tea House'")
    shared_catalogue.index()
    return shared_catalogue


@pytest.fixture(scope="module")
def agent(served: str) -> Agent:
    return Agent(served)


def _id(catalogue: Catalogue, name: str) -> int:
    ((id,),) = catalogue.rows("select id from programs where name = %s", name)
    return int(id)


def _names(answer: Any) -> list[str]:
    return [each["name"] for each in answer["programs"]]


def test_every_way_in_has_the_same_answer(stocked: Catalogue, served: str) -> None:  # 1
    asked = {"q": "tea", "network": ["awin", "cj"], "sort": "-epc", "facets": "network"}
    fields = ",".join(SHOWN)
    expected = stocked.get(q="tea", network="awin,cj", sort="-epc", facets="network", fields=fields)
    assert _names(expected) == ["Black Tea House", "Green Tea House", "Tea by Mail"]
    for way in (Agent(served), Agent(served, "legacy"), Agent(by_pipe(stocked)), Agent(by_pipe(stocked), "legacy")):
        answer = way.call("search_programs", **asked)
        assert answer["programs"] == expected["programs"]
        assert answer["total"] == expected["total"]
        assert answer["facets"] == expected["facets"]


def test_every_tool_only_looks_and_says_what_it_takes(agent: Agent) -> None:  # 2
    async def work(client: Client) -> Any:
        return (await client.list_tools()).tools

    listed = agent.doing(work)
    assert [each.name for each in listed] == [tool.name for tool in TOOLS]
    for each in listed:
        assert each.annotations.read_only_hint
        assert not each.annotations.destructive_hint
        assert each.input_schema["type"] == each.output_schema["type"] == "object"
        assert each.input_schema["additionalProperties"] is False
        assert "unknown" in each.description


def test_a_search_takes_every_filter_by_its_kind(agent: Agent) -> None:  # 3
    takes = next(tool.takes for tool in TOOLS if tool.name == "search_programs")["properties"]
    assert set(FILTERS) <= set(takes)
    assert "USD per click" in takes["epc"]["description"]
    assert "days" in takes["cookieDays"]["description"]
    found = agent.call("search_programs", epc="0.1..0.5", cookieDays=30, featured=False, category=["Food, Drink"])
    assert _names(found) == ["Green Tea House"]
    assert _names(agent.call("search_programs", cookieDays=["unknown"], sort="name")) == [
        "Black Tea House",
        "Tea by Mail",
    ]
    assert agent.call("search_programs", closed=True)["total"] == 1


def test_how_words_were_read_is_said(agent: Agent) -> None:  # 3
    found = agent.call("search_programs", q="tea 30 day cookie")
    (fact,) = found["understood"]["facts"]
    assert (fact["text"], fact["parameter"]) == ("30 day cookie", "cookieDays")
    assert _names(found)[0] == "Green Tea House"
    assert _names(agent.call("search_programs", q="tea", **{fact["parameter"]: fact["filter"]})) == ["Green Tea House"]
    for plain in ("30 day cookie", ["tea", "30 day cookie"]):
        literally = agent.call("search_programs", q="tea 30 day cookie", literal=plain)
        assert literally["understood"]["facts"] == []
    assert agent.call("search_programs", perPage=0, facets="network")["programs"] == []


def test_pages_go_on(agent: Agent) -> None:  # 3
    first = agent.call("search_programs", perPage=2, sort="name", fields=["epc"])
    assert [set(each) for each in first["programs"]] == [{"id", "network", "name", "epc"}] * 2
    rest = agent.call("search_programs", perPage=2, sort="name", cursor=first["nextCursor"])
    assert _names(first) + _names(rest) == ["Black Tea House", "Green Tea House", "Tea by Mail"]


def test_one_several_and_similar(stocked: Catalogue, agent: Agent) -> None:  # 7
    green, black = _id(stocked, "Green Tea House"), _id(stocked, "Black Tea House")
    assert agent.call("get_program", id=green) == stocked.get(f"/api/programs/{green}")
    compared = agent.call("compare_programs", ids=[green, black, 999_999])
    assert _names(compared) == ["Green Tea House", "Black Tea House"]
    assert {"network", "name", "epc", "commissionMax", "cookieDays"} <= set(compared["differing"])
    assert not {"id", "category", "status", "currency"} & set(compared["differing"])
    assert compared["missing"] == [999_999]
    similar = stocked.get(f"/api/programs/{green}/similar")
    assert _names(agent.call("similar_programs", id=green)) == _names(similar) != []


def test_what_changed(stocked: Catalogue, agent: Agent) -> None:  # 7
    black = _id(stocked, "Black Tea House")
    history = agent.call("program_history", id=black)
    assert [(each["field"], each["old"], each["new"]) for each in history["changes"]] == [("commissionMax", 5, 6)]
    changed = agent.call("changes", since="2020-01-01", field="commissionMax")
    assert [(each["id"], each["new"]) for each in changed["changes"]] == [(black, 6)]
    assert agent.call("changes", since=changed["nextCursor"])["changes"] == []


def test_which_links_earn(agent: Agent) -> None:  # 7
    found = agent.call("lookup", addresses=["https://shop.tea.example.com/x", "nothing"])
    assert [(each["domain"], each["count"]) for each in found["merchants"]] == [("example.com", 1)]
    assert _names(found["merchants"][0]) == ["Tea by Mail"]
    assert found["unread"] == ["nothing"]


def test_values_and_numbers(agent: Agent) -> None:  # 7
    values = agent.call("facet_values", field="category", facetQuery="foo", network=["awin", "cj"])["values"]
    assert [(each["value"], each["filter"], each["count"]) for each in values] == [("Food, Drink", "Food\\, Drink", 2)]
    assert _names(agent.call("search_programs", category=values[0]["filter"], sort="name"))[0] == "Black Tea House"
    numbers = agent.call("stats")
    assert (numbers["programs"], numbers["closed"]) == (3, 1)


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("search_programs", {"nework": "cj", "epc": "high"}, "did you mean 'network'"),
        ("search_programs", {"network": "awinn", "sort": "-epk"}, "did you mean 'epc'"),
        ("search_programs", {"perPage": 100}, "at most 25"),
        ("search_programs", {"q": {"words": "tea"}}, "no text and no number"),
        ("search_programs", {f"a{number}": 1 for number in range(200)}, "more than 100"),
        ("get_program", {"id": 999_999}, "there is no program"),
        ("get_program", {"id": "7"}, "Expected `int`"),
        ("get_program", {}, "missing required field `id`"),
        ("compare_programs", {"ids": [1]}, "length >= 2"),
        ("facet_values", {}, "'field' is needed"),
        ("facet_values", {"field": "epc"}, "counts ranges"),
        ("lookup", {"addresses": ["tea.com"] * 51}, "length <= 50"),
        ("changes", {"since": "yesterday"}, "expected a time"),
        ("stats", {"all": True}, "unknown field"),
    ],
)
def test_what_is_wrong_is_told(agent: Agent, tool: str, arguments: dict[str, Any], told: str) -> None:  # 4
    assert told in agent.refused(tool, **arguments)


def test_long_texts_are_cut_and_named(stocked: Catalogue, agent: Agent) -> None:  # 5
    mail = agent.call("search_programs", q="mail", fields=["description"])["programs"][0]
    assert len(mail["description"]) == LONGEST_TEXT
    assert mail["shortened"] == ["description"]
    whole = agent.call("get_program", id=mail["id"])
    assert whole["description"].startswith(mail["description"][:-1])
    assert len(whole["description"]) > LONGEST_TEXT


def test_no_answer_is_larger_than_said() -> None:  # 5
    long = {"id": 1, "countries": ["DE"] * 300, "offers": [{"text": "x" * 5000}] * 30, "rules": {"text": "y" * 999}}
    cut = brief(long)
    assert cut["shortened"] == ["countries", "offers"]
    assert cut["offers"][0]["shortened"] == cut["rules"]["shortened"] == ["text"]
    assert len(bounded({"text": "x" * (MOST_BYTES - 11)}, "")) == MOST_BYTES
    with pytest.raises(TooLarge, match="ask for fewer"):
        bounded({"text": "x" * MOST_BYTES}, "ask for fewer")


def test_fields_and_words_can_be_read(stocked: Catalogue, agent: Agent) -> None:  # 6
    async def work(client: Client) -> Any:
        listed = (await client.list_resources()).resources
        return {each.uri: (await client.read_resource(each.uri)).contents[0] for each in listed}

    read = agent.doing(work)
    assert set(read) == {"affindex://fields", "affindex://glossary"}
    assert read["affindex://fields"].text == stocked.api.get("/api/fields").text
    named = {word.split("`")[0] for word in read["affindex://glossary"].text.split("**")[1::2]}
    words = {"program", "merchant", "network", "unknown", "commission"}
    assert named - words <= set(BY_KEY)
