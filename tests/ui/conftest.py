"""The page over the fake service: served in a thread, shown in a real Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_service import FakeStudyService, fake_service
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from asking_an_app import Asks

    from assistant.api.app_file import AppAddress
    from assistant.api.server import AppServer
    from assistant.app.assistant import Assistant

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S = 180
expect.set_options(timeout=60_000)  # patience for a busy machine: nothing waits longer than it has to


@pytest.fixture
def service(tmp_path: Path) -> Iterator[FakeStudyService]:
    service = fake_service(tmp_path)
    yield service
    service.close()


@pytest.fixture
def address(service: FakeStudyService) -> Iterator[str]:
    """The address of a page of its own over ``service``."""
    with serving(service) as found:
        yield found
        for gate in list(service.holds.values()):
            gate.set()


@pytest.fixture(scope="session")
def lab_address(lab_assistant: Assistant) -> Iterator[str]:
    """The address of a page over the real assistant of the laboratory's tests."""
    with serving(lab_assistant) as found:
        yield found


@contextlib.contextmanager
def serving(service: Assistant, password: str = "") -> Iterator[str]:
    """Serves a page over ``service`` in a thread and gives its address."""
    served: queue.SimpleQueue[AppServer] = queue.SimpleQueue()

    def serve() -> None:
        server = asyncio.run(_make_server(service, password))
        server.run(open_browser=False, on_ready=lambda _: served.put(server))

    thread = threading.Thread(target=serve, name="page-server")
    thread.start()
    server = served.get(timeout=START_S)
    try:
        yield server.address
    finally:
        server.stop()
        thread.join(START_S)


async def _make_server(service: Assistant, password: str) -> AppServer:
    """Within an event loop: without one Gradio makes some for its locks, and leaves them open."""
    from assistant.api.server import Door
    from assistant.ui.serving import page_server

    return page_server(service, port=0, door=Door("127.0.0.1", password))


@pytest.fixture(scope="session")
def slow_page(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--slow-page"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(CHROMIUM_NAMES)})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, address: str, slow_page: bool) -> Iterator[OpenPage]:
    """Opens the page in a browser session of its own. After the test: no request went outside, no script failed."""
    with watched(chromium, address, slow=slow_page) as open_one:
        yield open_one


@pytest.fixture
def open_lab(chromium: Browser, lab_address: str, lab_assistant: Assistant, slow_page: bool) -> Iterator[OpenPage]:
    """Opens the page of the real assistant at its Lab tab, or at a lesson: ``open_lab("tokens", width=390)``.

    Nothing of the lessons is done yet. After the test: no request went outside, no script failed.
    """
    with lab_assistant.study.database.transaction() as db:
        db.execute("DELETE FROM lab_lessons")
    with watched(chromium, lab_address, slow=slow_page) as open_one:

        def open_lesson(lesson: str = "", **options: object) -> Page:
            page = open_one(**options)
            page.get_by_role("tab", name="Lab", exact=True).click()
            if lesson:
                page.locator(f'.lab-card[data-lesson="{lesson}"]').click()
                expect(page.locator("#lesson-title")).to_be_visible()
            else:
                expect(page.locator(".lab-path")).to_be_visible()
            return page

        yield open_lesson


@contextlib.contextmanager
def watched(chromium: Browser, address: str, *, slow: bool = False) -> Iterator[OpenPage]:
    """Gives what opens pages, and asserts at the end that none asked for anything outside or had a script fail."""
    requests: list[str] = []
    faults: list[str] = []
    contexts = []

    def open_one(width: int = 1280, height: int = 800, **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        if slow:
            slow_down(page)
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        expect(page.locator("#status-view .engine")).to_be_visible(timeout=START_S * 1000)
        expect(page.locator(".example, .drop-card, .welcome .primary").first).to_be_attached()
        return page

    yield open_one
    for context in contexts:
        context.close()
    outside = [url for url in requests if not url.startswith((address, "data:", "blob:"))]
    assert outside == [], "the page asked for something that is not on this machine"
    assert faults == [], "a script of the page failed"


def slow_down(page: Page) -> None:
    """A busy machine that is the same each time: what a test does not wait for has not happened yet."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    speed = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", speed)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 6})


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


def send(page: Page, question: str) -> None:
    """Sends a question with Enter."""
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def ask(page: Page, question: str) -> None:
    """Sends a question with Enter, and waits until it stands in the conversation."""
    before = page.locator(".turn").evaluate_all("turns => turns.map(turn => turn.dataset.id)")
    send(page, question)
    another = f':not([data-id="{before[-1]}"])' if before else ""
    expect(page.locator(f".turns > .turn:last-child{another}")).to_be_visible()


def answered(page: Page) -> None:
    """Waits until the last answer is complete."""
    expect(page.locator(".turn").last).to_have_attribute("aria-busy", "false")
    expect(page.locator(".turn").last.locator(".badge, .error-box, .remark").first).to_be_visible()


@pytest.fixture
def app(address: str, service: FakeStudyService) -> AppAddress:
    """The address of a running app, as the command line finds it."""
    from assistant.api.app_file import find_app

    del address
    return find_app(service.workspace.index)


@pytest.fixture
def cli(service: FakeStudyService, capsys: pytest.CaptureFixture[str]) -> Asks:
    """Runs a command over the app's workspace and returns its exit code and what it printed."""
    from assistant.cli.main import run

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["--workspace", str(service.workspace.root), *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command
