"""What a hostile note or model can do to the page: be read."""

from __future__ import annotations

import pytest
from conftest import OpenPage, answered, ask
from fake_notes import HOSTILE
from fake_scripts import Said, Script
from fake_service import FakeStudyService
from playwright.sync_api import Browser, Page, expect

from assistant.documents.loading import parse

pytestmark = pytest.mark.browser

HOSTILE_PATH = "bad/<img src=x onerror=window.hacked=9>.md"
TITLE = "Hostile <script>window.hacked = 1</script>"
QUOTE = "The **password** is `${window.hacked=6}` and {{window.hacked}}"


@pytest.fixture
def service(service: FakeStudyService) -> FakeStudyService:
    """A course with a note whose every part tries to run a script, and a model that repeats it."""
    service.notes[HOSTILE_PATH] = parse(HOSTILE_PATH, HOSTILE, "markdown", TITLE)
    said = (Said(HOSTILE.replace("#", "") + "\n\n"), Said(QUOTE, ((HOSTILE_PATH, QUOTE),)))
    service.scripts = (Script("hostile", said, ((HOSTILE_PATH, "The **password**"), (HOSTILE_PATH, "A link"))),)
    return service


def untouched(page: Page) -> None:
    """No script of the note ran, and none of its elements exists."""
    assert page.evaluate("window.hacked") is None
    inside = "#conversation-view, #right, #left, #library-view, #popover"
    foreign = f":is({inside}) :is(script, img, iframe, [onerror], [href^='javascript'])"
    expect(page.locator(foreign)).to_have_count(0)


def test_a_hostile_note_is_shown_and_not_run(page: Page) -> None:
    ask(page, "hostile question <img src=x onerror=window.hacked=8>")
    answered(page)
    expect(page.locator(".turn .answer")).to_contain_text("<script>window.hacked = 3</script>")
    expect(page.locator(".turn .question")).to_contain_text("<img src=x onerror=window.hacked=8>")
    page.locator(".cite").last.hover()
    expect(page.locator("#popover")).to_contain_text("${window.hacked=6}")
    page.locator(".cite").last.click()
    expect(page.locator(".card.active")).to_contain_text("{{window.hacked}}")
    page.locator(".why summary").click()
    untouched(page)


def test_a_hostile_note_can_be_read_in_the_library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.locator(".note-link", has_text="Hostile").click()
    expect(page.locator(".reader-text")).to_contain_text("<script>window.hacked = 1</script>")
    expect(page.locator(".reader-text")).not_to_contain_text("window.hacked = 3")  # a script is no text of a note
    expect(page.locator(".outline")).to_contain_text("<img src=x")
    untouched(page)


def test_a_hostile_name_stands_in_the_scope_picker_as_text(page: Page) -> None:
    page.get_by_role("button", name="Open bad", exact=True).click()
    expect(page.locator(".tree")).to_contain_text([TITLE])
    untouched(page)


def test_the_browser_itself_may_fetch_nothing_from_outside(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.goto(address)
    assert page.evaluate("fetch('https://example.org/').then(() => 'fetched', error => error.name)") == "TypeError"
    image = """new Promise(done => {
        document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
        new Image().src = 'https://example.org/tracker.png';
    })"""
    assert page.evaluate(image) == "img-src"
    page.close()


def test_requests_that_name_another_host_or_come_from_another_page_are_refused(
    open_page: OpenPage, address: str
) -> None:
    request = open_page().request
    assert request.get(address).status == 200
    assert request.get(address, headers={"Host": "evil.example"}).status == 403
    sent = {"Content-Type": "application/json", "x-study-page": "1"}
    assert request.post(f"{address}api/v1/library/notes", headers=sent, data="{}").status == 200
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        refused = request.post(f"{address}api/v1/library/notes", headers={**sent, "Origin": origin}, data="{}")
        assert refused.status == 403
