"""How fast the pages are in a browser: `make bench-pages`, with a table.

Lighthouse judges four pages of the dashboard, as a desktop and as a phone (a slow processor and network, simulated),
several times each; the median counts. Then words are typed, key by key, and it is measured how long each takes from its
press until its results are painted. Everything is on this machine, so what else it does counts too.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import rich_click as click
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from app.benchmarks.sandbox import Sandbox, sandbox
from app.engines import open_search, running
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.settings import Settings
from generators import VOLUMES
from indexing import lexicon
from indexing.rebuild import rebuild
from indexing.suggestions import build as build_suggestions
from tests.chromium import QUIET, executable
from tests.node import WITH_NODE
from tests.serving import serving

LEAST_PERFORMANCE = 95
MOST_MS = 300  # from a press to the first results
_LIGHTHOUSE = Path(__file__).parents[2] / ".lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
_SECONDS = 300  # of one look
_FORMS = ("desktop", "mobile")
_WORDS = ("shoes", "hotel", "books", "games")  # twenty keys
_BEFORE = ("phone", "money", "drinks", "flights")  # an engine that has just started is slow
_KEY = """
    () => {
        window.took = undefined;
        let pressed;
        addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
        const results = document.getElementById("results");
        const seen = new MutationObserver(() => {
            if (pressed === undefined || results.hasAttribute("aria-busy")) return;
            seen.disconnect();
            requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - pressed; }));
        });
        seen.observe(results, { childList: true });
    }
"""


class Judged(msgspec.Struct, frozen=True, rename="camel"):
    """A page as one form sees it: Lighthouse's score of its performance and what it consists of, medians of `rounds`.

    Times are ms; `shift` is the sum of layout shifts.
    """

    page: str
    form: str
    rounds: list[int]
    performance: int
    first_paint: float
    largest_paint: float
    blocking: float
    shift: float


class Pages(msgspec.Struct, frozen=True, rename="camel"):
    """What was measured; `keys` are ms from each press to its results. `load` is what the machine had to do in all, and
    `machine` how fast Lighthouse found it (BenchmarkIndex)."""

    programs: int
    load: float
    machine: float
    pages: list[Judged]
    keys: list[float]
    typical: float
    worst: float


_FIGURES = {
    "first_paint": "first-contentful-paint",
    "largest_paint": "largest-contentful-paint",
    "blocking": "total-blocking-time",
    "shift": "cumulative-layout-shift",
}


def looked_at(url: str, form: str) -> dict[str, Any]:
    """What Lighthouse says of a page. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="affindex-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        command = ["node", str(_LIGHTHOUSE), url, "--quiet", "--only-categories=performance", "--output=json"]
        command += [f"--output-path={report}", f"--chrome-flags={' '.join(QUIET)}"]
        command += ["--preset=desktop"] if form == "desktop" else []
        environment = {**WITH_NODE, "CHROME_PATH": executable() or "", "HOME": folder}
        subprocess.run(command, env=environment, check=True, timeout=_SECONDS)
        found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


def judged(pages: dict[str, str], rounds: int) -> tuple[list[Judged], float]:
    """Each page in each form, all of them in turn, round after round; and how fast the machine was meanwhile."""
    seen: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for number in range(1, rounds + 1):
        for form in _FORMS:
            for page, url in pages.items():
                reports = seen.setdefault((page, form), [])
                reports.append(looked_at(url, form))
                click.echo(f"round {number}: {page}, {form}: {_score(reports[-1])}", err=True)
    speeds = [report["environment"]["benchmarkIndex"] for reports in seen.values() for report in reports]
    return [of_rounds(page, form, reports) for (page, form), reports in seen.items()], median(speeds)


def _score(report: dict[str, Any]) -> int:
    return round(100 * float(report["categories"]["performance"]["score"]))


def of_rounds(page: str, form: str, reports: list[dict[str, Any]]) -> Judged:
    """A page as several looks at it saw it."""
    scores = list(map(_score, reports))
    figures = {
        name: round(median(report["audits"][audit]["numericValue"] for report in reports), 3)
        for name, audit in _FIGURES.items()
    }
    return Judged(page=page, form=form, rounds=scores, performance=round(median(scores)), **figures)


def keys(page: Page, words: Iterable[str]) -> list[float]:
    """Milliseconds from each press to its results, of words that are typed key by key on a page that finds."""
    box = page.get_by_role("combobox", name="Search programs")
    found = []
    for word in words:
        box.fill("")
        _at_rest(page)
        for letter in word:
            page.evaluate(_KEY)
            box.press(letter)
            found.append(round(page.wait_for_function("() => window.took").json_value(), 1))
            _at_rest(page)
    return found


def _at_rest(page: Page) -> None:
    """Wait until nothing is under way, and what follows the results is drawn."""
    page.wait_for_timeout(250)
    page.wait_for_function("() => !document.querySelector('[aria-busy=true], .pending, .skeleton')")


@contextmanager
def _served(scale: float) -> Iterator[tuple[str, int]]:
    """A catalogue behind a server of its own, as `affindex serve` starts one, and how many programs it has."""
    with tempfile.TemporaryDirectory(prefix="affindex-pages-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data_dir=folder)
        with running(settings, hold=True, say=lambda said: click.echo(said, err=True)) as engines:
            search = open_search(engines, settings)
            with sandbox(engines, search) as place:
                _fill(place, scale)
                with place.connect() as connection:
                    (count,) = connection.execute("select count(*) from programs").fetchone() or (0,)
                of_place = {"database_url": place.engines.database_url, "opensearch_url": engines.opensearch_url}
                with serving(settings, **of_place, alias=place.alias, workers="2") as address:
                    yield address, count


def _fill(place: Sandbox, scale: float) -> None:
    run_import(place.connect, generated(tuple(VOLUMES), scale=scale), {})
    rebuild(place.connect, place.search, place.alias)
    lexicon.renew(place.connect, place.search, place.alias)
    build_suggestions(place.connect, place.search, place.alias)


def measured(address: str, programs: int, rounds: int) -> Pages:
    """What the pages of a server need."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(QUIET))
        page = browser.new_page()
        first = page.request.get(f"{address}/api/programs?perPage=1&merchantDomain=!unknown").json()["programs"][0]
        page.goto(f"{address}/find")
        keys(page, _BEFORE)
        took = keys(page, _WORDS)
        click.echo(f"from a key to its results: {took}", err=True)
        browser.close()
    pages = {
        "front": f"{address}/",
        "find": f"{address}/find",
        "program": f"{address}/programs/{first['id']}",
        "merchant": f"{address}/merchants/{first['merchantDomain']}",
    }
    found, machine = judged(pages, rounds)
    return Pages(programs, os.getloadavg()[0], machine, found, took, round(median(took), 1), max(took))


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="The median of them counts.")
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=1.0, help="1 is 80,000 programs.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def main(rounds: int, scale: float, as_json: bool) -> None:
    """Measure the dashboard's pages in Chromium, over generated programs on engines of its own."""
    if executable() is None:
        raise click.UsageError("no Chromium here (apt-get install chromium)")
    if not _LIGHTHOUSE.exists():
        raise click.UsageError("no Lighthouse here: `make bench-pages` installs it")
    with _served(scale) as (address, programs):
        report = measured(address, programs, rounds)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _show(report)


def _show(report: Pages) -> None:
    rounds = len(report.pages[0].rounds)
    title = f"{report.programs:,} programs, the median of {rounds} rounds, "
    title += f"load {report.load:.1f}, machine {report.machine:.0f}"
    table = Table("page", "form", "score", "rounds", "first ms", "largest", "blocking", "shift", title=title)
    for each in report.pages:
        verdict = "green" if each.performance >= LEAST_PERFORMANCE else "red"
        table.add_row(
            each.page,
            each.form,
            f"[{verdict}]{each.performance}[/]",
            " ".join(map(str, each.rounds)),
            *(f"{value:,.0f}" for value in (each.first_paint, each.largest_paint, each.blocking)),
            f"{each.shift:.3f}",
        )
    console = Console()
    console.print(table)
    verdict = "within" if report.typical <= MOST_MS else "not within"
    console.print(
        f"from a key press to its results, {len(report.keys)} keys: typically {report.typical:.0f} ms, "
        f"{verdict} {MOST_MS}; at worst {report.worst:.0f} ms",
        highlight=False,
    )


if __name__ == "__main__":
    main()
