"""The status line says how many sections are ready, and has the switch for preparing them."""

from __future__ import annotations

import pytest
from conftest import OpenPage
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect

from assistant.answering.warming import WarmStatus

pytestmark = pytest.mark.browser

LABEL = "Prepare sections while idle"


def test_the_line_counts_what_is_ready_and_says_when_that_is_all(page: Page, service: FakeStudyService) -> None:
    says = page.locator("#status-view .warm-says")
    expect(says).to_have_text("412 of 530 sections ready for instant answers")
    service.warmth = WarmStatus(413, 530, running=True)
    expect(says).to_have_text("413 of 530 sections ready for instant answers")
    service.warmth = WarmStatus(150, 530, full=True)
    expect(says).to_have_text("The cache contains 150 of 530 sections")
    service.warmth = WarmStatus(530, 530)
    expect(says).to_have_text("All sections ready")


def test_the_switch_works_by_keyboard_and_keeps_the_focus_while_numbers_run(
    page: Page, service: FakeStudyService
) -> None:
    switch = page.get_by_role("switch", name=LABEL)
    expect(switch).to_be_checked()
    page.locator("#question textarea").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if switch.evaluate("element => element === document.activeElement"):
            break
    expect(switch).to_be_focused()
    assert switch.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    assert not service.warming
    service.warmth = WarmStatus(414, 530)
    expect(page.locator("#status-view .warm-says")).to_contain_text("414 of 530")
    expect(switch).to_be_focused()
    page.keyboard.press("Enter")
    expect(switch).to_be_checked()
    assert service.warming


def test_the_switch_shows_what_was_chosen_elsewhere(page: Page, open_page: OpenPage, service: FakeStudyService) -> None:
    page.get_by_role("switch", name=LABEL).click()
    expect(open_page().get_by_role("switch", name=LABEL)).not_to_be_checked()


def test_on_a_phone_the_line_is_one_line_and_the_switch_is_in_the_settings(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True)
    expect(page.locator(".status-line .counts")).to_be_visible()
    expect(page.get_by_role("switch", name=LABEL)).to_be_hidden()
    middles = """line => [...line.querySelectorAll('.engine, .counts, button')].filter(one => one.offsetParent)
        .map(one => one.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2)"""
    found = page.locator(".status-line").evaluate(middles)
    assert len(found) >= 2
    assert max(found) - min(found) < 8
    page.locator(".status-line").get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog").get_by_text("Read my notes ahead").first).to_be_visible()


@pytest.mark.parametrize("width", [1000, 1280])
def test_nothing_in_the_line_overlaps_or_is_cut(open_page: OpenPage, service: FakeStudyService, width: int) -> None:
    service.stale = {"ai/fundamentals.md"}
    page = open_page(width=width, height=800)
    expect(page.locator("#status-view .waiting")).to_be_visible()
    expect(page.get_by_role("switch", name=LABEL)).to_be_in_viewport(ratio=1)
    cut = """line => [...line.querySelectorAll('.counts, .warm-says, .switch, .waiting')]
        .map(part => [part.className, part.getBoundingClientRect()])
        .flatMap(([name, one], i, all) => all.slice(i + 1).filter(([, other]) =>
            one.left < other.right - 1 && other.left < one.right - 1 &&
            one.top < other.bottom - 1 && other.top < one.bottom - 1).map(([other]) => name + ' over ' + other))"""
    assert page.locator(".status-line").evaluate(cut) == []


def test_the_switch_says_in_contrast_enough_what_it_is(open_page: OpenPage) -> None:
    from test_page_layout import CONTRAST

    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        for selector in (".switch", ".warm-says"):
            assert page.locator(selector).evaluate(CONTRAST) >= 4.5
