"""The words of a visit: open an address, wait until the page is settled, see what is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

SCREENSHOTS = Path(__file__).parents[2] / ".artifacts" / "dashboard"


class Visit:
    """A page in a browser, and everything it must not have done when the visit is over."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        # Pieces of console errors that a test provokes.
        self.expected: list[str] = []
        self._waits = 0
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def check(self) -> None:
        """No error on the console that was not provoked, no request to another host."""
        unexpected = [each for each in self.errors if not any(piece in each for piece in self.expected)]
        assert not unexpected, unexpected
        assert not self.elsewhere, self.elsewhere

    def open(self, path: str = "/find") -> Visit:
        self.page.goto(path)
        return self.settled()

    def settled(self) -> Visit:
        """Wait until nothing is awaited any more."""
        self.page.wait_for_selector("main h1, main h2")
        # For three frames on end: what a click, or a step back in the history, sets off is marked as busy by then.
        self._waits += 1
        self.page.wait_for_function(
            """(wait) => {
                const busy = document.querySelector('[aria-busy], .pending, .skeleton, .loading, main .spinner');
                const frames = busy || window.calm?.wait !== wait ? 0 : window.calm.frames + 1;
                window.calm = { wait, frames };
                return frames >= 3;
            }""",
            arg=self._waits,
        )
        return self

    # -- seeing ------------------------------------------------------------------------------------------------------

    def see(self, text: str | re.Pattern[str]) -> Locator:
        """Something with this text is visible."""
        found = self.page.get_by_text(text).first
        expect(found).to_be_visible()
        return found

    def names(self) -> list[str]:
        """The programs in the list, in order, seen or further down."""
        return self.page.locator("#results :is(.card h2, tbody th)").all_text_contents()

    @property
    def total(self) -> int:
        return int(re.sub(r"\D", "", self.page.locator("#found").inner_text()) or 0)

    @property
    def parameters(self) -> dict[str, str]:
        """The query of the address."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def screenshot(self, name: str, *, whole: bool = False) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        file = re.sub(r"[^\w.-]+", "-", name)
        self.page.screenshot(path=SCREENSHOTS / f"{file}.png", full_page=whole)

    # -- doing -------------------------------------------------------------------------------------------------------

    def search(self, words: str) -> Visit:
        self.page.get_by_role("combobox", name="Search programs").fill(words)
        self.page.keyboard.press("Enter")
        return self.settled()

    def facet(self, name: str) -> Locator:
        """A section of the filter panel, opened."""
        section = self.page.locator(f"details[data-facet='{name}']")
        if section.get_attribute("open") is None:
            section.locator("summary").click()
        section.locator(".choices, .range, .note").first.wait_for()
        return section

    def choose(self, facet: str, value: str) -> Visit:
        self.facet(facet).get_by_role("checkbox", name=re.compile(f"^{re.escape(value)}")).first.click()
        return self.settled()

    def answer(self, pattern: str, **fulfilled: Any) -> None:
        """What the server answers instead, to requests whose address matches."""
        self.page.route(re.compile(pattern), lambda route: route.fulfill(**fulfilled))

    def as_ever(self) -> None:
        """The server answers for itself again."""
        self.page.unroute_all(behavior="ignoreErrors")
