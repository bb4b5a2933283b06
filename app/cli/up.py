"""`affindex up`: everything, on one machine, with one command."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from urllib.request import urlopen

import msgspec
import rich_click as click

from app.cli.child import Child, left_behind, marked
from app.cli.context import Context, console, say
from app.cli.ports import NotReady, bindable, url_of, with_urls
from app.cli.supervising import STARTS, Keeper
from app.engines import Engines, locked_if_free
from app.engines.reserve import Reserve, give_up_if_full
from app.observability.figures import VARIABLE as FIGURES
from app.observability.figures import made_anew
from app.processes import stopping
from app.processes.pulse import LOOK_SECONDS, Pulses
from app.settings import Settings, secret_of

_WARM_SEARCHES = 6_000  # after which Java has translated nearly all that a search takes
_TOLD_EVERY_SECONDS = 60.0
_SILENT_SECONDS = 15.0  # of a process of ours, which then hangs
_FIRST_SECONDS = 120.0  # until it tells for the first time that it works
_STEADY_SECONDS = 10.0  # after which a process that tells nothing has started
_WORKER_SILENT_SECONDS = 60.0  # jobs share its interpreter: one that holds it for a while is no hang yet
_LEFT_SECONDS = 3.0
_PREPARING_SECONDS = _READY_LOOK_SECONDS = 0.05


class _Part(Child):
    """A process that `up` keeps running: ready once it has run for a while, or `answers`."""

    def __init__(
        self,
        name: str,
        environment: dict[str, str],
        pulses: Pulses,
        *,
        silent_seconds: float = _SILENT_SECONDS,
        answers: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(name, environment, pulses=pulses, silent_seconds=silent_seconds, first_seconds=_FIRST_SECONDS)
        self._answers = answers

    def start(self) -> None:
        """Start it, or start it again."""
        self._began = time.monotonic()
        super().start()

    def ready(self) -> bool:
        """Whether it does what it is there for."""
        return self._answers() if self._answers else time.monotonic() - self._began > _STEADY_SECONDS


@click.command()
@click.option("--real", is_flag=True, help="Fill an empty catalogue with real programs: OpenAffiliate and ClickBank.")
@click.pass_obj
def up(context: Context, real: bool) -> None:
    """Start everything: engines, 80,000 programs if there are none, index, API, dashboard and worker.

    Ctrl-C stops it all. Running it again goes on with the same data. AFFINDEX_GENERATED=0 starts an empty catalogue,
    --real one with the programs of the networks that need no account; without a network it starts empty and says why.
    """
    settings = context.settings
    with stopping.held():
        give_up_if_full(settings.data)
        _end_what_was_left(settings)
        bindable(settings.host, settings.port)
        url = url_of(settings.host, settings.port)
        began = time.monotonic()
        with (
            context.engines(hold=True, migrate=False) as engines,
            closing(Pulses()) as pulses,
            closing(_reserve(settings, engines)) as reserve,
            ExitStack() as children,
        ):
            secret_of(settings)  # made before the processes that share it
            environment = marked(with_urls(_warming(settings), engines), settings.data)
            environment[FIGURES] = str(made_anew(settings.data / "figures"))
            keepers = [Keeper(engine, say, lambda: reserve.full) for engine in engines.own]
            _prepare(keepers, environment, ("--real",) if real else ())
            parts = [
                _Part("worker", environment, pulses, silent_seconds=_WORKER_SILENT_SECONDS),
                _Part("serve", environment, pulses, answers=lambda: _answers(f"{url}/healthz")),
            ]
            for part in parts:
                children.enter_context(part)
            for part in parts:
                children.callback(part.ask_to_stop)  # all are asked before the first is waited for
            keepers += [Keeper(part, say, lambda: reserve.full) for part in parts]

            def look() -> None:
                pulses.look(*(part.process.pid for part in parts))
                reserve.look()
                _look(keepers)

            _wait_until_ready(f"{url}/readyz", look)
            console.print(f"\n  [bold]{url}[/]", highlight=False)
            say(f"  API /api/programs · documentation /schema · ready after {time.monotonic() - began:.1f} s")
            say("  Ctrl-C stops everything\n")
            while True:
                look()
                time.sleep(LOOK_SECONDS)


def _reserve(settings: Settings, engines: Engines) -> Reserve:
    own = any(engine.name == "OpenSearch" for engine in engines.own)
    return Reserve(settings.data, engines.opensearch_url if own else None, say)


def _warming(settings: Settings) -> Settings:
    """The settings, with searches for an engine that was just started by us."""
    if settings.opensearch_url or settings.warm_searches is not None:
        return settings
    return msgspec.structs.replace(settings, warm_searches=_WARM_SEARCHES)


def _end_what_was_left(settings: Settings) -> None:
    """End the processes of an `up` over this data that was killed. Most do by themselves; not those that hang."""
    if settings.database_url and settings.opensearch_url:
        return  # then nobody holds the data, and they may be those of another `up`
    with locked_if_free(settings.data) as free:
        if left := left_behind(settings.data) if free else []:
            names = ", ".join(f"{process.command[-1]} (process {process.pid})" for process in left)
            say(f"ending what was left of an 'affindex up' that was killed: {names}")
            for process in left:
                process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + _LEFT_SECONDS
            for process in left:
                process.end(signal.SIGTERM, max(deadline - time.monotonic(), 0.0))


def _prepare(keepers: list[Keeper], environment: dict[str, str], words: tuple[str, ...]) -> None:
    """Prepare the catalogue; once more if an engine ended meanwhile."""
    for _ in range(STARTS):
        ends = sum(keeper.ends for keeper in keepers)
        with Child("prepare", environment, words=words) as preparing:
            while (status := preparing.process.poll()) is None:
                _look(keepers)
                time.sleep(_PREPARING_SECONDS)
        if not status:
            return
        time.sleep(LOOK_SECONDS)
        _look(keepers)
        if ends == sum(keeper.ends for keeper in keepers):
            break
        while not all(keeper.ready for keeper in keepers):
            _look(keepers)
            time.sleep(_PREPARING_SECONDS)
    raise NotReady("the catalogue could not be prepared; what is said above is why")


def _look(keepers: list[Keeper]) -> None:
    stopping.check()
    for keeper in keepers:
        keeper.look()


def _answers(url: str) -> bool:
    with suppress(OSError), urlopen(url, timeout=1):
        return True
    return False


def _wait_until_ready(url: str, look: Callable[[], None]) -> None:
    """Until the API can answer searches; however long that takes, what it needs is kept running meanwhile."""
    began = told_at = time.monotonic()
    look_at = began
    while not _answers(url):
        now = time.monotonic()
        if now >= look_at:
            look()
            look_at = now + LOOK_SECONDS
        if now - told_at > _TOLD_EVERY_SECONDS:
            told_at = now
            say(f"the API is not ready after {now - began:.0f} s; {url} says why")
        stopping.check()
        time.sleep(_READY_LOOK_SECONDS)
