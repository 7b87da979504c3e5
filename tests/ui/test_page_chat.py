"""The Chat tab in a real browser."""

from __future__ import annotations

import pytest
from conftest import OpenPage, answered, ask, send
from fake_scripts import BATCH, COSTS, FUNDAMENTALS, REAL_TIME, Said, Script
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect

from assistant.errors import IndexMissing
from assistant.types import BuildProgress

pytestmark = pytest.mark.browser

QUESTION = "What is the difference between batch and real-time infrence?"


def marked(page: Page, number: int) -> str:
    """The words that are marked with a number in the sources panel, line breaks of the layout made spaces."""
    return " ".join("".join(page.locator(f'#right mark[data-n="{number}"]').all_inner_texts()).split())


def test_the_sources_stand_there_before_the_first_word(page: Page, service: FakeStudyService) -> None:
    service.hold("halfway")
    ask(page, QUESTION)
    expect(page.locator(".card.found")).to_have_count(5)
    expect(page.locator(".turn .status")).to_contain_text("Reading 3 passages… about")
    expect(page.locator(".turn .answer")).to_be_empty()
    service.release("halfway")
    answered(page)
    expect(page.locator(".turn .answer")).to_contain_text("Batch inference takes many inputs at once")


def test_sentences_get_their_chips_while_the_rest_is_still_written(page: Page, service: FakeStudyService) -> None:
    service.hold("middle")
    ask(page, QUESTION)
    expect(page.locator(".turn .cite")).to_have_text(["1", "2"])
    expect(page.locator("#stop")).to_be_visible()
    service.release("middle")
    answered(page)
    expect(page.locator(".turn .cite")).to_have_text(["1", "2", "3", "1", "4"])
    expect(page.locator("#send")).to_be_visible()


def test_lines_of_the_notes_stand_below_an_answer_that_leaves_them_out(page: Page, service: FakeStudyService) -> None:
    said = Said("Batch inference takes many inputs at once.", ((FUNDAMENTALS, BATCH),))
    below = ((FUNDAMENTALS, REAL_TIME), (FUNDAMENTALS, BATCH))
    service.scripts = (Script("kinds", (said,), ((FUNDAMENTALS, BATCH),), below=below, under="Kinds"),)
    ask(page, "which kinds of inference are there?")
    answered(page)
    expect(page.locator(".turn .quotes .label")).to_have_text("Also in your notes")
    lines = page.locator(".turn .quotes li")
    expect(lines).to_contain_text(["handles each input individually", "processes a large number of inputs"])
    expect(lines.locator(".under")).to_have_text(["Kinds", "Kinds"])
    expect(lines.locator(".cite")).to_have_text(["2", "1"])  # a cited line keeps its number
    lines.locator(".cite").first.click()
    assert marked(page, 2) == REAL_TIME


def test_a_card_at_rest_shows_its_marked_words(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    shown = """card => {
        const frame = card.querySelector('.excerpt').getBoundingClientRect();
        const mark = card.querySelector('mark').getBoundingClientRect();
        return frame.height < 250 && mark.top >= frame.top && mark.top < frame.bottom - 40;
    }"""
    for card in page.locator(".card.cited").all():
        assert card.evaluate(shown)


def test_a_passage_that_is_being_read_stays_as_it_is_while_the_answer_goes_on(
    page: Page, service: FakeStudyService
) -> None:
    service.hold("middle")
    ask(page, QUESTION)
    page.locator(".cite").nth(1).click()
    expect(page.locator(".card.active")).to_be_focused()
    service.release("middle")
    answered(page)
    expect(page.locator(".card.active .numbers")).to_have_text("123")
    expect(page.locator(".card.active")).to_be_focused()
    assert "".join(page.locator("#right mark.active").all_inner_texts()).startswith("handles each input")
    page.keyboard.press("Escape")
    expect(page.locator(".cite").nth(1)).to_be_focused()


def test_a_new_conversation_in_the_middle_of_an_answer_is_empty(page: Page, service: FakeStudyService) -> None:
    service.hold("middle")
    ask(page, QUESTION)
    expect(page.locator(".cite")).to_have_count(2)
    page.locator("#new").click()
    expect(page.locator(".thread")).to_have_text([QUESTION])
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#send")).to_be_visible()
    page.locator(".thread").click()
    expect(page.locator(".turn .badge-detail")).to_contain_text("You stopped this answer; each of the 2 sentences")


def test_only_what_is_cited_has_a_number(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".card.cited .numbers").first).to_have_text("123")
    expect(page.locator(".panel-sub")).to_have_text("Also found")
    expect(page.locator(".card.found")).to_have_count(2)
    expect(page.locator(".card.found mark[data-n]")).to_have_count(0)
    expect(page.locator(".card.cited .page")).to_have_text("page 2")


def test_a_chip_shows_its_quote_and_leads_to_the_exact_words_and_back(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    chip = page.locator(".cite").nth(1)
    chip.hover()
    expect(page.locator("#popover blockquote")).to_have_text(REAL_TIME)
    expect(page.locator("#popover .step").last).to_have_text("Types of inference")
    chip.click()
    card = page.locator(".card.active")
    expect(card).to_be_focused()
    assert marked(page, 2) == REAL_TIME
    expect(page.locator('#right mark.active[data-n="2"]').first).to_be_in_viewport()
    expect(card.locator(".trail")).to_have_text("Fundamentals of AI and ML›Basic concepts›Types of inference")
    expect(card.locator(".note-text")).to_contain_text("processes a large number")
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()
    expect(page.locator(".card.active")).to_have_count(0)


def test_a_typing_error_is_said_to_be_corrected(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".corrections")).to_have_text("Searched for “inference” instead of “infrence”")


@pytest.mark.parametrize("phase", ["search", "reading", "halfway", "middle"])
def test_stop_ends_the_answer_in_every_phase_and_keeps_what_was_written(
    page: Page, service: FakeStudyService, phase: str
) -> None:
    service.hold(phase)
    ask(page, QUESTION)
    page.locator("#stop").click()
    answered(page)
    written = page.locator(".turn .answer").inner_text()
    assert written.startswith("Batch inference takes many inputs") is (phase == "middle")
    expect(page.locator(".remark, .badge-detail")).to_contain_text("You stopped this")
    expect(page.locator("#send")).to_be_visible()
    assert service.cancelled == [QUESTION]


def test_stop_does_not_wait_for_a_model_that_does_not_listen(page: Page, service: FakeStudyService) -> None:
    service.deaf = True
    service.hold("middle")
    ask(page, QUESTION)
    expect(page.locator(".turn .cite")).to_have_count(2)
    page.locator("#stop").click()
    answered(page)
    expect(page.locator(".turn .answer")).to_contain_text("Real-time inference handles each input")
    assert "middle" in service.holds, "the model is still at it, and the page went on without it"


def test_unsupported_sentences_look_different_and_say_why(page: Page) -> None:
    ask(page, "How does softmax work?")
    answered(page)
    sentence = page.locator(".unsupported")
    expect(sentence).to_have_text("It was invented by Ludwig Boltzmann in 1868.")
    expect(sentence).to_have_attribute(
        "title", "Not from your notes: “Boltzmann” and “1868” do not occur in your notes"
    )
    expect(sentence).to_have_css("text-decoration-style", "dotted")
    expect(page.locator(".badge")).to_have_text("Partly from your notes")
    expect(page.locator(".badge-detail")).to_have_text(
        "1 of 5 statements is not in your notes: “Boltzmann” and “1868” do not occur in your notes."
    )


def test_formulas_and_code_are_set(page: Page) -> None:
    ask(page, "How does softmax work?")
    answered(page)
    expect(page.locator(".answer .math-display math")).to_be_visible()
    expect(page.locator(".answer .math-display mfrac")).to_have_count(1)
    expect(page.locator(".answer .math:not(.math-display) msqrt")).to_have_count(1)
    expect(page.locator(".answer pre .tok-keyword").first).to_have_text("def")


def test_an_answer_that_is_not_in_the_notes_says_so(page: Page) -> None:
    ask(page, "What is the capital of France?")
    answered(page)
    expect(page.locator(".badge")).to_have_text("Not in your notes")
    expect(page.locator(".badge-detail")).to_have_text("None of the words “capital” and “France” is in your notes.")
    expect(page.locator(".missing-word")).to_have_count(0)
    expect(page.locator(".nearest .link")).to_have_count(2)
    page.locator(".nearest .link").first.click()
    expect(page.locator(".card.active .note-text")).to_contain_text("using a trained model to make predictions")


def test_an_answer_without_any_support_is_not_called_an_answer_from_the_notes(page: Page) -> None:
    ask(page, "something unrelated")
    answered(page)
    expect(page.locator(".badge")).to_have_text("Not in your notes")
    expect(page.locator(".cite")).to_have_count(0)


def test_a_follow_up_comes_with_the_conversation_and_a_new_conversation_does_not(
    page: Page, service: FakeStudyService
) -> None:
    ask(page, QUESTION)
    answered(page)
    ask(page, "and softmax?")
    expect(page.locator(".turn")).to_have_count(2)
    answered(page)
    page.locator("#new").click()
    expect(page.locator(".welcome-title")).to_be_visible()
    ask(page, "softmax again?")
    answered(page)
    histories = [[turn.question for turn in history] for _, history, _ in service.asked]
    assert histories == [[], [QUESTION], []]
    page.locator(".thread", has_text="What is the difference").click()
    expect(page.locator(".turn .question")).to_have_text([QUESTION, "and softmax?"])


def test_the_scope_is_searched_that_was_chosen(page: Page, service: FakeStudyService) -> None:
    page.get_by_role("button", name="Open ai", exact=True).click()
    page.get_by_role("button", name="Open Fundamentals of AI and ML").click()
    page.get_by_role("button", name="Types of data").click()
    expect(page.locator(".dock-hint")).to_contain_text("Searching in “Types of data”")
    ask(page, QUESTION)
    answered(page)
    assert str(service.asked[-1][2]) == f"{FUNDAMENTALS}#Fundamentals of AI and ML > Types of data"


def test_a_question_asked_while_the_model_loads_waits_and_says_so(page: Page, service: FakeStudyService) -> None:
    service.engine = "loading"
    ask(page, QUESTION)
    expect(page.locator(".turn .status")).to_contain_text("The model is still warming up")
    expect(page.locator("#status-view .engine")).to_have_text("warming up")
    service.engine = "ready"
    answered(page)
    expect(page.locator(".badge")).to_have_text("From your notes")


def test_an_error_is_a_sentence_with_what_to_do_and_no_class_name(page: Page, service: FakeStudyService) -> None:
    service.fault = IndexMissing("Nothing was indexed yet.", hint="Update the index in the Library.")
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".error-box")).to_contain_text("Nothing was indexed yet.")
    expect(page.locator(".error-box")).to_contain_text("Update the index in the Library.")
    service.fault = None
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn .badge")).to_have_text("From your notes")


def test_a_fault_of_the_program_is_admitted_without_its_details(page: Page, service: FakeStudyService) -> None:
    service.fault = KeyError("secret_detail")
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".error-box")).to_contain_text("An unexpected error occurred.")
    assert "secret_detail" not in page.content()
    assert "KeyError" not in page.content()


def test_an_empty_and_an_endless_question_are_refused_and_the_endless_one_is_kept(page: Page) -> None:
    send(page, "   ")
    expect(page.locator(".notice-error")).to_contain_text("The question is empty.")
    send(page, "x" * 100_000)
    expect(page.locator(".notice-error").last).to_contain_text("The question has 100,000 characters")
    assert len(page.locator("#question textarea").input_value()) == 100_000
    expect(page.locator(".turn")).to_have_count(0)


def test_examples_are_questions_about_the_students_own_notes(page: Page, service: FakeStudyService) -> None:
    expect(page.locator(".example")).to_have_text(["What is inference?", "What is self-attention?", "What is bias?"])
    page.locator(".example").first.click()
    answered(page)
    assert service.asked[0][0] == "What is inference?"


def test_two_tabs_are_two_conversations(open_page: OpenPage, service: FakeStudyService) -> None:
    first, second = open_page(), open_page()
    service.hold("middle")
    ask(first, QUESTION)
    expect(first.locator(".turn .cite")).to_have_count(2)
    ask(second, "How does softmax work?")
    expect(second.locator(".turn .status")).to_contain_text("Waiting for the answer before this one")
    service.release("middle")
    answered(first)
    answered(second)
    expect(first.locator(".turn .question")).to_have_text([QUESTION])
    expect(second.locator(".turn .question")).to_have_text(["How does softmax work?"])
    assert [history for _, history, _ in service.asked] == [(), ()]


def test_a_tab_that_is_closed_frees_the_model(open_page: OpenPage, service: FakeStudyService) -> None:
    leaving, staying = open_page(), open_page()
    service.hold("middle")
    ask(leaving, QUESTION)
    expect(leaving.locator(".turn .cite")).to_have_count(2)
    service.holds.clear()  # the next answer is not held; the first one still is
    leaving.close()
    ask(staying, "How does softmax work?")
    answered(staying)
    expect(staying.locator(".badge")).to_have_text("Partly from your notes")


def test_a_finished_answer_is_announced_and_its_tokens_are_not(page: Page, service: FakeStudyService) -> None:
    service.hold("middle")
    ask(page, QUESTION)
    expect(page.locator(".turn .cite")).to_have_count(2)
    region = page.locator("#conversation-view [aria-live]")
    expect(region).to_be_empty()
    service.release("middle")
    answered(page)
    expect(region).to_contain_text("Batch inference takes many inputs at once")
    expect(region).to_contain_text("From your notes.")


def test_changed_notes_are_offered_for_an_update(page: Page, service: FakeStudyService) -> None:
    service.stale = {COSTS}
    line = page.locator("#status-view .waiting")
    expect(line).to_contain_text("1 note changed.")
    line.get_by_role("button", name="Update now").click()
    expect(line).to_have_count(0)
    assert service.builds == 1


def test_a_running_build_shows_its_progress_and_can_be_cancelled(page: Page, service: FakeStudyService) -> None:
    service.progress = BuildProgress(3, 12, 60, FUNDAMENTALS, 75.0)
    build = page.locator("#status-view .build")
    expect(build).to_contain_text("Reading your notes: 3 of 12, about 1 min left")
    build.get_by_role("button", name="Cancel").click()
    expect(build).to_have_count(0)
    assert service.progress is None


def test_who_asks_before_a_note_is_indexed_is_told_so_and_asks_again(page: Page, service: FakeStudyService) -> None:
    service.stale = {COSTS}
    ask(page, "What is the capital of France?")
    answered(page)
    unread = page.locator(".turn .unread")
    expect(unread).to_contain_text("One of your notes was not indexed yet when you asked; it may be there.")
    service.stale = set()
    unread.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_count(2)
    answered(page)
    expect(page.locator(".turn").last.locator(".unread")).to_have_count(0)


def test_who_asks_before_anything_is_indexed_gets_no_gap_for_it(page: Page, service: FakeStudyService) -> None:
    service.stale = set(service.notes)
    ask(page, "What is the capital of France?")
    answered(page)
    turn = page.locator(".turn")
    expect(turn).to_contain_text("There was nothing to search: no passage of this part of your notes is indexed.")
    expect(turn.locator(".unread")).to_contain_text("3 of your notes were not indexed yet")
    expect(turn).not_to_contain_text("do not occur in your notes")
    expect(turn).not_to_contain_text("Added to your gaps")
    assert service.study.gaps.gaps() == []
