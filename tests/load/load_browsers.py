"""Real Chromium pages that ask, in one thread for all: Playwright's objects belong to the thread that made them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

from load_clients import Act, Records
from load_workspace import Subject
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_LOOK_MS = 250
_PATIENCE_MS = 180_000
"""Twenty tabs and two apps share the processor: a page that comes late is slow, and slowness has figures of its own."""


class Browsers(threading.Thread):
    """A few pages that are kept asking."""

    def __init__(self, address: str, own: list[Subject], records: Records) -> None:
        super().__init__(name="browsers", daemon=True)
        self._address, self._own, self._records = address, own, records
        self.enough = threading.Event()
        self.outside: list[str] = []

    def run(self) -> None:
        if not self._own:
            return
        path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
        if path is None:
            self._records.faults.append("There is no Chromium on this machine.")
            return
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                self._keep_asking([self._opened(browser.new_page()) for _ in self._own])
                browser.close()
        except BrowserError as error:
            self._records.faults.append(f"browsers: {error.message[:300]}")

    def _opened(self, page: Page) -> Page:
        page.set_default_timeout(_PATIENCE_MS)
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self._records.faults.append(f"a script of the page: {error}"))
        page.goto(self._address)
        page.locator("#question textarea").wait_for()
        return page

    def _note(self, url: str) -> None:
        if not url.startswith((self._address, "data:", "blob:")):
            self.outside.append(url)

    def _keep_asking(self, pages: list[Page]) -> None:
        tabs = [self._tab(number, page) for number, page in enumerate(pages)]
        while not self.enough.is_set():
            for tab in tabs:
                next(tab)
            pages[0].wait_for_timeout(_LOOK_MS)

    def _tab(self, number: int, page: Page) -> Iterator[None]:
        """Asks one question after the other; yields while an answer is awaited."""
        name, own, count = f"browser {number}", self._own[number], 0
        while True:
            question, count = own.questions[count % len(own.questions)], count + 1
            began = self._records.clock()
            page.locator("#question textarea").fill(question)
            page.locator("#question textarea").press("Enter")
            done = page.locator('.turn[aria-busy="false"]')
            while done.count() < count:
                yield
            self._records.acts.append(Act(name, "ask", began, self._records.clock()))
            shown = done.last.inner_text()
            if question not in shown:
                self._records.mixed.append(f"{name}: asked {question!r}, and the page shows {shown[:120]!r}")
