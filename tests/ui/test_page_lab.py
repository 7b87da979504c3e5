"""The laboratory in a browser over the real assistant: progress, questions, passages, and the guided tour."""

from __future__ import annotations

import pytest
from conftest import OpenPage
from playwright.sync_api import Page, expect
from test_page_lab_shell import wide
from test_page_layout import CONTRAST, PHONE

from assistant.app.assistant import Assistant
from assistant.lab.course import lessons

pytestmark = [pytest.mark.browser, pytest.mark.embedder]

STEPS = ("A question", "Tokens", "Chunks", "Vectors", "Search", "The answer")


def test_a_lesson_is_ticked_and_the_path_goes_on(open_lab: OpenPage) -> None:
    page = open_lab()
    expect(page.locator(".lab-card")).to_have_count(len(lessons()))
    expect(page.locator("#lab-continue")).to_have_text("Begin: Tokens")
    page.locator("#lab-continue").click()
    expect(page.locator("#lesson-title")).to_have_text("Tokens")
    page.locator("#lesson-done").click()
    expect(page.locator("#lesson-title")).to_have_text(lessons()[1].title)
    page.locator("#lesson-back").click()
    expect(page.locator(".step-finished .lab-card")).to_have_attribute("data-lesson", "tokens")
    expect(page.locator("#lab-continue")).to_have_text(f"Continue: {lessons()[1].title}")


def test_questions_at_the_end_are_answered_where_they_stand(open_lab: OpenPage, lab_assistant: Assistant) -> None:
    page = open_lab("metrics")
    page.locator(".lab-check").scroll_into_view_if_needed()
    sheets = page.locator(".check-sheet")
    expect(sheets).to_have_count(3)
    asked = sheets.locator(".check-question").all_text_contents()
    answer(sheets.nth(0))
    expect(sheets.nth(0).locator(".verdict-word")).to_be_visible()
    expect(sheets.nth(0).locator(".passage").first).to_be_visible()
    page.get_by_role("button", name="Other questions").click()
    expect(sheets.locator(".check-question").first).not_to_have_text(asked[0])
    assert lab_assistant.quiz.room.store.unfinished() is None


def answer(sheet: object) -> None:
    """Answers a question of any kind, right or wrong."""
    options = sheet.locator("button.option")  # type: ignore[attr-defined]
    if options.count():
        for place in range(options.count()):
            options.nth(place).click()
    else:
        sheet.locator("input, textarea").fill("something")  # type: ignore[attr-defined]
    sheet.get_by_role("button", name="Answer", exact=True).click()  # type: ignore[attr-defined]


def test_the_passages_that_define_it_open_in_their_note(open_lab: OpenPage) -> None:
    page = open_lab("tokens")
    page.locator(".lab-notes").scroll_into_view_if_needed()
    passage = page.locator(".lab-notes .passage").first
    expect(passage.locator("mark").filter(has_text="smallest unit")).to_be_visible()
    expect(page.locator(".lab-notes .live-chip")).to_have_count(0)
    passage.get_by_role("button", name="Open in the note").click()
    expect(page.locator(".reader-text mark").filter(has_text="smallest unit")).to_be_visible()


def test_the_tour_by_keyboard_to_the_question_in_the_chat(open_lab: OpenPage) -> None:
    page = open_lab()
    page.locator("#lab-tour").press("Enter")
    expect(page.locator("#tour-title")).to_be_focused()
    page.locator(".tour").get_by_label("Your question").fill("What is a token?")
    page.locator(".tour").get_by_label("Your question").press("Enter")
    for step in STEPS[1:]:
        expect(page.locator("#tour-title")).to_have_text(step)
        expect(page.locator(".lab-area")).not_to_have_attribute("aria-busy", "true")
        expect(page.locator(".lab-notice")).to_have_count(0)
        expect(page.locator("#tour-title")).to_be_focused()
        if step == "Tokens":
            assert page.locator(".piece").all_text_contents() == ["What", "is", "a", "token", "?"]
        elif step == "Vectors":
            expect(page.locator(".plot .main-svg").first).to_be_visible()
        elif step == "Search":
            expect(page.locator(".tour-hits > li").first).to_contain_text("smallest unit of text")
        if step != STEPS[-1]:
            page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#tour-title")).to_have_text("Search")
    expect(page.locator(".tour-hits")).to_be_visible()  # until then the button moves down with what is drawn
    page.locator("#tour-next").click()
    expect(page.locator(".tour-part").last).to_contain_text("What is a token?")
    page.get_by_role("button", name="See it answered in Chat").click()
    expect(page.locator("#question textarea")).to_have_value("What is a token?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tour_fits_a_phone(open_lab: OpenPage, scheme: str) -> None:
    page = open_lab(**PHONE, color_scheme=scheme)
    assert wide(page) == []
    page.locator("#lab-tour").click()
    for step in STEPS:
        expect(page.locator("#tour-title")).to_have_text(step)
        expect(page.locator(".lab-area")).not_to_have_attribute("aria-busy", "true")
        assert wide(page) == [], step
        assert pale(page) == [], step
        page.locator("#tour-next").click()


def pale(page: Page) -> list[str]:
    """Words of the tour that stand out too little from their ground."""
    selectors = (".tour-idea", ".tour-asked", ".piece", ".piece-id", ".tour-text", ".tour-trail", ".tour-ranks li")
    here = [
        page.locator(f".tour {selector}").first for selector in selectors if page.locator(f".tour {selector}").count()
    ]
    return [str(found) for found in here if found.evaluate(CONTRAST) < 4.5]


def test_every_lesson_opens_and_draws_something(open_lab: OpenPage) -> None:
    page = open_lab()
    for lesson in lessons():
        page.locator(f'.lab-card[data-lesson="{lesson.id}"]').click()
        expect(page.locator("#lesson-title")).to_have_text(lesson.title)
        expect(page.locator(".lab-predict:not([hidden]), .lab-area > *").first).to_be_visible()
        expect(page.locator(".lab-notice").filter(has_text="cannot be shown")).to_have_count(0)
        page.locator("#lesson-back").click()
