"""The page before the page: whoever opens an app that others can reach gives its password, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from checks import FAINT, violations
from conftest import answered, ask, serving
from fake_service import FakeStudyService
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PASSWORD = "correct horse 7"


@pytest.fixture
def gate(chromium: Browser, service: FakeStudyService) -> Iterator[Page]:
    with serving(service, PASSWORD) as address:
        context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
        page = context.new_page()
        page.goto(address)
        yield page
        context.close()


def give(page: Page, password: str) -> None:
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Open").click()


def test_the_right_password_opens_the_app_and_a_wrong_one_asks_again(gate: Page) -> None:
    give(gate, "something else")
    expect(gate.get_by_role("alert")).to_have_text("The password is wrong.")
    give(gate, PASSWORD)
    expect(gate.locator("#status-view .engine")).to_be_visible(timeout=60_000)
    ask(gate, "How does softmax work?")
    answered(gate)


def test_the_page_that_asks_for_it_can_be_read_by_everybody(gate: Page) -> None:
    expect(gate.get_by_label("Password")).to_be_focused()
    assert violations(gate) == []
    assert gate.evaluate(FAINT, 4.5) == []
