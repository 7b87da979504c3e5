"""The Guide tab in a real browser."""

from __future__ import annotations

import pytest
from conftest import OpenPage
from fake_scripts import FUNDAMENTALS
from playwright.sync_api import Page, expect
from test_page_layout import PHONE
from test_page_quiz import NAMELESS, WIDER, go_to

pytestmark = pytest.mark.browser


def make(page: Page) -> None:
    go_to(page, "Guide")
    page.locator("#guide-part").select_option(FUNDAMENTALS)
    page.get_by_role("button", name="Make the guide").click()
    expect(page.locator("article.guide")).to_be_visible()


def test_a_number_opens_the_note_where_the_words_are(page: Page) -> None:
    make(page)
    expect(page.get_by_role("heading", name="What matters")).to_be_visible()
    line = page.locator(".guide-ideas li").first.inner_text().split("\n")[0][:20]
    page.locator(".guide-ideas .cite").first.click()
    expect(page.locator("#library-view .note-text mark").first).to_contain_text(line.split()[0])


def test_questions_show_their_answers_when_asked(page: Page) -> None:
    make(page)
    answer = page.locator(".guide-answer").first
    expect(answer).to_be_hidden()
    page.locator(".guide-questions summary").first.click()
    expect(answer).to_be_visible()


def test_it_is_saved_as_markdown(page: Page) -> None:
    make(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.suggested_filename.endswith(".md")


def test_a_missing_model_is_said_and_the_guide_stays(page: Page) -> None:
    make(page)
    page.get_by_role("button", name="Have more questions written").click()
    expect(page.locator(".notice")).to_contain_text("The model is not on this computer.")
    expect(page.locator("article.guide")).to_be_visible()


def test_it_is_made_from_the_library_too(page: Page) -> None:
    make(page)
    page.locator(".guide-sources .link").first.click()
    page.get_by_role("button", name="Study guide of this note").click()
    expect(page.locator("article.guide")).to_be_visible()


@pytest.mark.parametrize("width", [390, 360])
def test_on_a_phone_nothing_is_wider_than_the_screen_and_all_has_names(open_page: OpenPage, width: int) -> None:
    page = open_page(**{**PHONE, "width": width})
    make(page)
    assert page.evaluate(WIDER) == []
    assert page.evaluate(NAMELESS) == []
