"""The focus is never lost: not by what is drawn anew, taken away or hidden, nor by a dialog that closes."""

from __future__ import annotations

import pytest
from checks import focus
from conftest import answered, ask
from fake_scripts import COSTS
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect
from states import QUESTION, go_to

pytestmark = pytest.mark.browser


def test_what_is_drawn_anew_keeps_the_focus(page: Page, service: FakeStudyService) -> None:
    go_to(page, "Library")
    page.get_by_role("button", name="Add a folder").focus()
    service.stale = {COSTS}
    expect(page.locator(f'tr[data-path="{COSTS}"] .note-state')).to_have_text("Not indexed yet")
    expect(page.get_by_role("button", name="Add a folder")).to_be_focused()


def test_after_a_removal_the_focus_is_beside_what_was_removed(page: Page) -> None:
    go_to(page, "Library")
    page.get_by_role("button", name="Remove Transformers").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move to trash").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Transformers")).to_have_count(0)
    name = focus(page)
    assert name is not None
    assert page.evaluate("document.activeElement.closest('#library-view, #notices') !== null"), name


@pytest.mark.parametrize("key", ["q", "r", "p", "l", "b"])
def test_going_to_a_tab_takes_the_focus_along(page: Page, key: str) -> None:
    page.locator("#new").focus()
    page.keyboard.press("g")
    page.keyboard.press(key)
    expect(page.locator("#new")).not_to_be_visible()
    page.wait_for_function("document.activeElement !== document.body")
    assert focus(page) is not None


def test_ask_becomes_stop_and_the_focus_goes_along(page: Page, service: FakeStudyService) -> None:
    service.hold("halfway")
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#send").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stop")).to_be_focused()
    service.release("halfway")
    answered(page)
    expect(page.locator("#send")).to_be_focused()


def test_every_dialog_gives_the_focus_back(page: Page, service: FakeStudyService) -> None:
    openers = (("Review", "Write a card"), ("Library", "Remove Transformers"), ("Chat", "Keyboard shortcuts"))
    for tab, name in openers:
        go_to(page, tab)
        opener = page.get_by_role("button", name=name)
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator("dialog[open]")).to_be_visible()
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        expect(opener).to_be_focused()


def test_a_gap_that_is_removed_leaves_the_focus_in_the_list(page: Page) -> None:
    ask(page, "What is the capital of France?")
    answered(page)
    go_to(page, "Progress")
    page.get_by_role("button", name="Remove: What is the capital of France?").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".gap-card")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def test_a_click_beside_everything_is_no_loss(page: Page, service: FakeStudyService) -> None:
    go_to(page, "Library")
    page.get_by_role("button", name="Remove Transformers").focus()
    page.evaluate("document.activeElement.blur()")
    service.notes.remove("ai/transformers.md")
    service.stale = {COSTS}
    expect(page.get_by_role("button", name="Remove Transformers")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")
