"""The page as one thing: every state of it, light and dark, from a phone to a wide screen, for everyone."""

from __future__ import annotations

import pytest
import states
from checks import DRAWN, FAINT, OUT_OF_REACH, WIDER, WITHOUT_RING, violations
from conftest import OpenPage
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

CONTRAST = 4.5
DESK, PHONE = 1280, 390
ALSO = {DESK: (1920, 900), PHONE: (360, 740)}
"""Where nothing may be cut off either."""

HEIGHT = {DESK: 800, PHONE: 844}
LESSONS = ("tokens", "chunking", "embeddings", "search", "rag", "sampling", "attention", "metrics", "clustering")


def wrong_with(page: Page, width: int) -> list[str]:
    """Everything that is wrong with the page as it stands, once the browser has drawn it."""
    page.evaluate(DRAWN)
    found = violations(page, () if width == DESK else ("color-contrast",))  # its slowest rule, and FAINT looks harder
    for dark in (False, True):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        found += [f"{'dark' if dark else 'light'}: {text}" for text in page.evaluate(FAINT, CONTRAST)]
    page.evaluate("document.body.classList.remove('dark')")
    found += [f"at {width}: {text}" for text in page.evaluate(WIDER)]
    found += page.evaluate(OUT_OF_REACH)
    if width == DESK:
        page.keyboard.press("Tab")  # who uses the keyboard sees where the focus is
        found += [f"no ring: {text}" for text in page.evaluate(WITHOUT_RING)]
    also, height = ALSO[width]
    page.set_viewport_size({"width": also, "height": height})
    found += [f"at {also}: {text}" for text in page.evaluate(WIDER)]
    page.set_viewport_size({"width": width, "height": HEIGHT[width]})
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_state_can_be_read_by_everyone(open_page: OpenPage, service: FakeStudyService, width: int) -> None:
    states.prepare(service)
    page = open_page(width, HEIGHT[width], color_scheme="light", reduced_motion="reduce")
    faults = {name: wrong for name in states.full(page, service) if (wrong := wrong_with(page, width))}
    assert faults == {}


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_tab_without_notes_can_be_read_and_leads_on(
    open_page: OpenPage, service: FakeStudyService, width: int
) -> None:
    service.notes.become({})
    page = open_page(width, HEIGHT[width], color_scheme="light", reduced_motion="reduce")
    faults = {name: wrong for name in states.bare(page, service) if (wrong := wrong_with(page, width))}
    assert faults == {}


def test_every_lesson_can_be_read_by_everyone(open_lab: OpenPage) -> None:
    page = open_lab(width=DESK, height=HEIGHT[DESK], color_scheme="light", reduced_motion="reduce")
    faults = {}
    for lesson in LESSONS:
        page.locator(f'.lab-card[data-lesson="{lesson}"]').click()
        expect(page.locator("#lesson-title")).to_be_visible()
        expect(page.locator(".lab-predict, .lab-area > *").filter(visible=True).first).to_be_visible()
        if wrong := wrong_with(page, DESK):
            faults[lesson] = wrong
        page.locator("#lesson-back").click()
        expect(page.locator(".lab-path")).to_be_visible()
    assert faults == {}
