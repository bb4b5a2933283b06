"""The rules of `deployment/alerts.yml` and the panels of `deployment/grafana/` say what Prometheus understands and what
we tell it.

1. Every expression is PromQL.
2. Every metric in it is one that `/metrics` has (`docs/monitoring.md` lists those, which its own test holds against
   what is there), asked for as its kind is, by labels that it has.
3. Every rule has a severity, a summary, and a section of its own in the runbook, and no section is of no rule.
4. Panels lie beside each other and not over each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

ROOT = Path(__file__).parents[2]
GROUPS: list[dict[str, Any]] = yaml.safe_load((ROOT / "deployment" / "alerts.yml").read_text("utf-8"))["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
BOARDS = {path.name: json.loads(path.read_text("utf-8")) for path in (ROOT / "deployment" / "grafana").glob("*.json")}
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
_PAGE = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(affindex_\w+)` \|([^|]*)\|([^|]*)\|", re.MULTILINE)
# name -> its labels, and whether it is a histogram
METRICS = {
    name: (set(re.findall(r"`(\w+)`", labels)), "(histogram)" in about) for name, labels, about in _ROW.findall(_PAGE)
}

SHOWN = [target["expr"] for board in BOARDS.values() for panel in board["panels"] for target in panel["targets"]]
EXPRESSIONS = [rule["expr"] for rule in RULES] + SHOWN


def _parsed(expression: str) -> promql_parser.Expr:
    return promql_parser.parse(expression.replace("$__rate_interval", "5m"))


def _selectors(expression: promql_parser.Expr) -> Iterator[promql_parser.VectorSelector]:
    """Every series that is asked for."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for name in ("lhs", "rhs", "expr", "vs", "vector_selector", "param"):
        child = getattr(expression, name, None)
        if isinstance(child, promql_parser.Expr):
            yield from _selectors(child)
    for child in getattr(expression, "args", None) or ():
        yield from _selectors(child)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_is_asked_for_exists(expression: str) -> None:  # 1, 2
    selectors = list(_selectors(_parsed(expression)))
    assert {each.name for each in selectors} == set(re.findall(r"affindex_\w+", expression))
    for each in selectors:
        assert each.name
        name = each.name.removesuffix("_bucket")
        assert name in METRICS, each.name
        labels, histogram = METRICS[name]
        assert histogram == (name != each.name), f"{each.name} is asked for as another kind"
        assert {matcher.name for matcher in each.matchers.matchers} <= labels
    grouped = {label.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.split(",")}
    known = [METRICS[(each.name or "").removesuffix("_bucket")][0] for each in selectors]
    assert grouped - {"le"} <= {label for labels in known for label in labels}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_counters_are_asked_for_as_rates(expression: str) -> None:  # 2
    for name in re.findall(r"affindex_\w+_(?:total|bucket)\b", expression):
        assert re.search(rf"(rate|increase)\({name}(\{{[^}}]*\}})?\[", expression), name


@pytest.mark.parametrize("wrong", ["sum(rate(a[5m])", "a >> 1", "rate(a)", "sum by a (b)"])
def test_what_is_no_promql_is_found(wrong: str) -> None:  # 1
    with pytest.raises(ValueError, match=r".+"):
        _parsed(wrong)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule(rule: dict[str, Any]) -> None:  # 3
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert promql_parser.parse_duration(rule["for"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "runbook"}
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
    text = RUNBOOK.split(f"\n## {rule['alert']}\n")[1].split("\n## ")[0]
    assert len(text.split()) > 15


def test_the_runbook_has_a_section_for_each() -> None:  # 3
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    assert re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE) == names


@pytest.mark.parametrize("board", BOARDS)
def test_a_board(board: str) -> None:  # 4
    panels = BOARDS[board]["panels"]
    taken = [(x, y) for each in panels for at in [each["gridPos"]]
             for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])]  # fmt: skip
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert len({each["id"] for each in panels}) == len(panels)
    for each in panels:
        assert each["title"]
        assert each["datasource"]["uid"] == "${datasource}"
