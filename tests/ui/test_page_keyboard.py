"""The page without a mouse."""

from __future__ import annotations

import pytest
from conftest import answered, ask
from fake_scripts import REAL_TIME
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

QUESTION = "What is the difference between batch and real-time inference?"


def test_ask_read_check_and_return_by_keyboard_alone(page: Page) -> None:
    page.locator("body").press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type("batch or")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("real-time?")
    page.keyboard.press("Enter")
    answered(page)
    expect(page.locator(".question")).to_have_text("batch or\nreal-time?")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.cite[data-n=\"2\"]')"):
            break
    expect(page.locator("#popover blockquote")).to_have_text(REAL_TIME)
    page.keyboard.press("Enter")
    expect(page.locator(".card.active")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator('.cite[data-n="2"]')).to_be_focused()


def test_focus_can_be_seen(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    page.keyboard.press("Tab")
    for _ in range(12):
        outline = page.evaluate("""() => {
            const at = document.activeElement;
            const ring = getComputedStyle(at.closest('#composer') ?? document.body).boxShadow;
            return at === document.body || getComputedStyle(at).outlineStyle !== 'none' || ring !== 'none';
        }""")
        assert outline, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        page.keyboard.press("Tab")


def test_tabs_by_keyboard(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.locator(".page-title")).to_have_text("Library")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.locator("#question textarea")).to_be_visible()


def test_letters_that_are_typed_are_not_commands(page: Page) -> None:
    page.locator("#question textarea").focus()
    page.keyboard.type("g l / ?")
    expect(page.locator("#question textarea")).to_have_value("g l / ?")
    expect(page.locator("dialog")).to_have_count(0)


def test_the_list_of_keys_opens_closes_and_gives_the_focus_back(page: Page) -> None:
    page.locator("#help").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Write a question")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#help")).to_be_focused()


def test_escape_stops_an_answer_when_nothing_else_is_open(page: Page, service: FakeStudyService) -> None:
    service.hold("middle")
    ask(page, QUESTION)
    expect(page.locator(".turn .cite")).to_have_count(2)
    page.keyboard.press("Escape")
    answered(page)
    expect(page.locator(".turn .badge-detail")).to_contain_text("You stopped this answer;")
