"""The Quiz tab in a real browser."""

from __future__ import annotations

import fake_study
import pytest
from conftest import OpenPage, answered, ask
from fake_scripts import FUNDAMENTALS
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect
from test_page_layout import CONTRAST, PHONE

from assistant.quiz.item import Kind

pytestmark = pytest.mark.browser

ORDER = (Kind.CHOICE, Kind.TRUE_FALSE, Kind.CLOZE, Kind.MATCH, Kind.ORDER, Kind.SHORT)
WIDER = """() => [...document.querySelectorAll('#tabs *, body, html')]
    .filter(e => e.checkVisibility() && !e.closest('.table-scroll, pre, .math, .sr-only'))
    .filter(e => getComputedStyle(e).display !== 'inline')
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => (e.id || e.className || e.tagName) + ': ' + e.textContent.slice(0, 40))"""
NAMELESS = """() => [...document.querySelectorAll('button, textarea, input, select, a, [role=tab]')]
    .filter(e => e.checkVisibility() && !e.closest('[aria-hidden=true]'))
    .filter(e => !(e.innerText.trim() || e.ariaLabel || e.labels?.length || e.title))
    .map(e => e.outerHTML.slice(0, 120))"""


def go_to(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).first.click()


def begin(page: Page, service: FakeStudyService, *kinds: Kind, exam_s: int | None = None) -> None:
    """Takes up a quiz of items written for the test."""
    fake_study.quiz(service, *kinds, exam_s=exam_s)
    go_to(page, "Quiz")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".quiz-question")).to_be_visible()


def question(page: Page, number: int, kind: str) -> None:
    expect(page.locator(".quiz-where strong")).to_contain_text(f"Question {number} of")
    expect(page.locator(".sheet-place")).to_have_text(kind)


def test_a_whole_quiz_of_all_kinds_by_keyboard_alone(page: Page, service: FakeStudyService) -> None:
    fake_study.quiz(service, *ORDER)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    question(page, 1, "Multiple choice")
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Real-time inference")).to_be_checked()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-word")).to_have_text("Right")
    expect(page.locator(".passage mark")).to_have_text("processes a large number of inputs at once")
    page.keyboard.press("Enter")
    question(page, 2, "True or false")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-word")).to_have_text("Wrong")
    expect(page.locator(".right-answer")).to_contain_text("handles each input individually as it arrives")
    page.keyboard.press("Enter")
    question(page, 3, "Fill the gap")
    page.keyboard.type("supervised")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-word")).to_have_text("Right")
    page.keyboard.press("Enter")
    question(page, 4, "Match")
    page.keyboard.press("1")
    page.keyboard.press("Backspace")
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-word")).to_have_text("Right")
    page.keyboard.press("Enter")
    question(page, 5, "Put in order")
    for key in ("3", "2", "1", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".verdict-word")).to_have_text("Partly right")
    expect(page.locator(".steps li")).to_have_text(
        ["Compare the query with all keys", "Make weights by softmax", "Sum the values"]
    )
    page.keyboard.press("Enter")
    question(page, 6, "Short answer")
    page.keyboard.type("So that softmax does not become too sharp")
    page.keyboard.press("Enter")
    expect(page.locator(".key-points li")).to_contain_text("Said")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="4 of 6 right")).to_be_focused()
    expect(page.get_by_role("table", name="Score by topic").locator("tr")).to_have_count(4)


def test_a_quiz_is_started_with_the_start_card(page: Page, service: FakeStudyService) -> None:
    go_to(page, "Quiz")
    expect(page.locator(".start-lead")).to_contain_text("questions from your notes are ready")
    page.get_by_label("A part of my notes").check()
    page.get_by_role("combobox", name="Part of my notes").select_option(label="\u2003\u2003Basic concepts")
    page.get_by_label("5", exact=True).check()
    page.get_by_label("Match").uncheck()
    page.get_by_role("button", name="Start", exact=True).press("Enter")
    expect(page.locator(".quiz-where strong")).to_contain_text("Question 1 of")
    made = service.quiz.room.store.unfinished()
    assert made is not None
    assert 1 <= len(made.posed) <= 5
    assert {posed.item.source.heading_path[1] for posed in made.posed} == {"Basic concepts"}
    assert Kind.MATCH not in {posed.item.kind for posed in made.posed}


def test_a_reload_goes_on_where_it_was(page: Page, service: FakeStudyService) -> None:
    begin(page, service, Kind.CHOICE, Kind.CLOZE)
    page.get_by_role("radio", name="Training").click()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".verdict-word")).to_have_text("Wrong")
    page.reload()
    expect(page.locator(".verdict-word")).to_have_text("Wrong")
    page.keyboard.press("Enter")
    question(page, 2, "Fill the gap")
    page.reload()
    question(page, 2, "Fill the gap")
    expect(page.get_by_role("list", name="Progress").get_by_role("listitem").first).to_contain_text("wrong")


def test_what_was_wrong_can_be_read_again_tried_again_and_made_into_cards(
    page: Page, service: FakeStudyService
) -> None:
    begin(page, service, Kind.CHOICE, Kind.CLOZE)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator(".mark-right .option-says")).to_have_text("Right answer")
    expect(page.locator(".mark-wrong .option-says")).to_have_text("Your answer")
    page.keyboard.press("Enter")
    page.keyboard.type("supervised")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="See the result").click()
    expect(page.locator(".result .page-title")).to_have_text("1 of 2 right")
    expect(page.locator(".confusion .label")).to_have_text(["Asked: Batch inference", "You chose: Real-time inference"])
    expect(page.locator(".confusion .passage").filter(has=page.locator("mark"))).to_have_count(2)
    page.get_by_role("button", name="Make cards from these").click()
    expect(page.locator("#notices")).to_contain_text("1 card ready for review.")
    expect(page.get_by_role("tab", name="Review (1)")).to_be_visible()
    page.locator(".read-again .link").click()
    expect(page.locator(".reader-text mark")).to_be_in_viewport()
    expect(page.locator(".reader-text mark")).to_have_text("processes a large number of inputs at once")
    go_to(page, "Quiz")
    page.get_by_role("button", name="Retry wrong ones").click()
    expect(page.locator(".quiz-where strong")).to_have_text("Question 1 of 1")


def test_a_question_is_asked_about_in_the_chat(page: Page, service: FakeStudyService) -> None:
    begin(page, service, Kind.TRUE_FALSE, Kind.CLOZE)
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask about this").click()
    expect(page.locator("#question textarea")).to_be_focused()
    wanted = "Is this true, and why? Real-time inference processes a large number of inputs at once."
    expect(page.locator("#question textarea")).to_have_value(wanted)
    page.keyboard.press("Enter")
    answered(page)
    assert service.asked[0][0] == wanted


def test_a_bad_question_is_taken_out_and_an_appeal_is_heard(page: Page, service: FakeStudyService) -> None:
    begin(page, service, Kind.CHOICE, Kind.SHORT, Kind.CLOZE)
    page.get_by_role("button", name="Bad question").click()
    page.get_by_role("button", name="The answer is wrong").click()
    question(page, 1, "Short answer")
    expect(page.locator(".dots li")).to_have_count(2)
    page.locator("#quiz-text").fill("To save money")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="My answer is right").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("It does.")
    page.get_by_role("button", name="Count it as right").click()
    expect(page.locator(".verdict-word")).to_have_text("Right, after your appeal")
    page.get_by_text("Why is this fair?").click()
    expect(page.locator(".checks li")).to_have_text([check.detail for check in fake_study.FAIR])


def test_another_reason_is_written(page: Page, service: FakeStudyService) -> None:
    begin(page, service, Kind.CHOICE, Kind.SHORT)
    page.get_by_role("button", name="Bad question").click()
    page.keyboard.press("Escape")
    question(page, 1, "Multiple choice")
    page.get_by_role("button", name="Bad question").click()
    page.get_by_role("button", name="Something else").click()
    page.keyboard.type("It is about last year.")
    page.keyboard.press("Enter")
    question(page, 1, "Short answer")


def test_an_exam_shows_its_time_and_tells_at_the_end(page: Page, service: FakeStudyService) -> None:
    begin(page, service, Kind.CHOICE, Kind.CLOZE, exam_s=600)
    expect(page.get_by_role("timer")).to_contain_text("left")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    question(page, 2, "Fill the gap")
    expect(page.locator(".dot-wrong, .verdict-word")).to_have_count(0)
    page.get_by_role("button", name="End the exam").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 question without an answer will count as wrong.")
    page.get_by_role("button", name="End it").click()
    expect(page.locator(".result .page-title")).to_have_text("0 of 2 right")
    expect(page.locator(".answer-told .outcome").first).to_have_text("Wrong")


def test_an_exam_whose_time_runs_out_ends_by_itself(page: Page, service: FakeStudyService) -> None:
    fake_study.quiz(service, Kind.CHOICE, exam_s=2)
    go_to(page, "Quiz")
    page.get_by_role("button", name="Go on").click()  # the time may be up before the question is seen
    expect(page.locator(".result .page-title")).to_have_text("0 of 1 right")


def test_an_answer_in_the_chat_leads_to_a_quiz_and_to_a_card(page: Page, service: FakeStudyService) -> None:
    ask(page, "batch or real-time?")
    answered(page)
    page.get_by_role("button", name="Make a card").click()
    dialog = page.get_by_role("dialog", name="A card from this answer")
    expect(dialog.get_by_label("Front: the question")).to_have_value("batch or real-time?")
    dialog.get_by_role("button", name="Make the card").click()
    expect(page.get_by_role("tab", name="Review (1)")).to_be_visible()
    assert service.cards.cards()[0].note == FUNDAMENTALS
    page.get_by_role("button", name="Quiz me on this").click()
    expect(page.get_by_label("A part of my notes")).to_be_checked()
    expect(page.get_by_role("combobox", name="Part of my notes")).to_have_value(
        f"{FUNDAMENTALS}#Fundamentals of AI and ML > Basic concepts > Types of inference"
    )


def test_questions_that_are_being_written_stand_in_the_status_line(page: Page, service: FakeStudyService) -> None:
    from assistant.quiz.bank import BankProgress

    service.quiz._progress = BankProgress("structure", 2, 9, 6)
    line = page.locator("#status-view .build")
    expect(line).to_contain_text("Writing questions, note 3 of 9: 6 ready")
    line.get_by_role("button", name="Start now").click()
    expect(page.locator(".start-card")).to_be_visible()


def test_html_in_items_and_notes_is_text(page: Page, service: FakeStudyService) -> None:
    from dataclasses import replace

    made = fake_study.quiz(service, Kind.CHOICE, Kind.CLOZE)
    evil = "<img src=x onerror=window.hacked=1>"
    item = replace(
        made.posed[0].item, question=f"What is {evil}?", options=(evil, "b", "c", "d"), explanation=evil, answer=evil
    )
    posed = (replace(made.posed[0], item=item), *made.posed[1:])
    service.quiz.room.store.save(replace(made, posed=posed, topic=evil))
    go_to(page, "Quiz")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".quiz-question")).to_contain_text(evil)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".explanation")).to_have_text(evil)
    assert page.evaluate("window.hacked") is None
    expect(page.locator("#quiz-view img")).to_have_count(0)


def test_on_a_narrow_phone_nothing_scrolls_sideways_and_every_control_has_a_name(
    open_page: OpenPage, service: FakeStudyService
) -> None:
    page = open_page(**{**PHONE, "width": 360, "height": 740})
    begin(page, service, *ORDER)
    for kind in ORDER:
        question(page, ORDER.index(kind) + 1, fake_study_name(kind))
        assert page.evaluate(WIDER) == []
        assert page.evaluate(NAMELESS) == []
        if kind in (Kind.CLOZE, Kind.SHORT):
            page.locator("#quiz-text").fill("something that is not in the notes")
        for option in page.locator("button.option").all():
            option.tap()
        page.get_by_role("button", name="Answer", exact=True).tap()
        expect(page.locator(".verdict-word")).to_be_visible()
        expect(page.locator(".next button")).to_be_in_viewport(ratio=1)
        assert page.evaluate(WIDER) == []
        page.locator(".next button").tap()
    expect(page.locator(".result")).to_be_visible()
    assert page.evaluate(WIDER) == []
    page.get_by_role("button", name="Another quiz").tap()
    expect(page.locator(".start-card")).to_be_visible()
    assert page.evaluate(WIDER) == []
    assert page.evaluate(NAMELESS) == []


def fake_study_name(kind: Kind) -> str:
    from assistant.quiz.kinds import KINDS

    return KINDS[kind].name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_a_question_and_its_feedback(open_page: OpenPage, service: FakeStudyService, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    begin(page, service, Kind.CHOICE, Kind.CLOZE)
    for selector in (".option", ".option kbd", ".sheet-place", ".quiz-where span"):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, f"{selector} in {scheme}"
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-word")).to_be_visible()
    for selector in (".mark-right", ".mark-wrong", ".mark-other", ".option-says", ".passage mark", ".explanation"):
        assert page.locator(selector).first.evaluate(CONTRAST) >= 4.5, f"{selector} in {scheme}"
