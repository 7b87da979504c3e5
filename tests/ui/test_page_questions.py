"""What the page says of an answer, and what is noted of it: the reason, why, gaps, and kept questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import OpenPage, answered, ask
from fake_scripts import COSTS, FUNDAMENTALS, REAL_TIME, Script
from fake_service import FakeStudyService
from playwright.sync_api import Locator, Page, expect
from through_api import Asked

from assistant.study.gaps import GapState
from assistant.types import Request, Scope
from assistant.ui.tabs.progress.handlers import QuestionHandlers

pytestmark = pytest.mark.browser

QUESTION = "What is the difference between batch and real-time infrence?"
FRANCE = "What is the capital of France?"


def progress_tab(page: Page) -> Locator:
    page.get_by_role("tab", name="Progress", exact=True).click()
    gaps = page.locator(".gaps")
    expect(gaps.locator(".section-title")).to_have_text("What your notes do not cover")
    return gaps


# The reason and why


def test_the_badge_comes_with_its_reason(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    expect(page.locator(".badge")).to_have_text("From your notes")
    expect(page.locator(".badge-detail")).to_have_text(
        "Each of the 4 statements is in your notes: 4 passages of Fundamentals of AI and ML and costs.pdf."
    )


def test_why_opens_how_sure_what_was_found_read_and_what_supports_each_sentence(page: Page) -> None:
    ask(page, QUESTION)
    answered(page)
    page.get_by_text("Why this answer?").click()
    why = page.locator(".why-body")
    expect(why).to_contain_text("After reading it was 93% sure that your notes answer this; it answers from 40% on.")
    expect(why.locator(".sure")).to_be_visible()
    expect(why).to_contain_text("Found: 5 passages, the best first")
    expect(why).to_contain_text("very close in meaning, has “batch” and “inference” · 1st by meaning")
    expect(why.locator(".section-read")).to_have_count(1)
    expect(why.locator(".section-read .says")).to_contain_text("words, read by the model")
    expect(why.locator(".section-left .says").first).to_contain_text("not read: the sections above it were enough")
    supported = why.locator(".supported")
    expect(supported).to_have_count(5)
    expect(supported.nth(1)).to_contain_text("source 2: 93% of its words are there")
    expect(supported.nth(1).locator("blockquote")).to_contain_text(REAL_TIME)
    expect(supported.nth(2)).to_contain_text("states nothing that needs a source")
    supported.nth(1).locator("blockquote a").click()
    expect(page.locator('#right mark.active[data-n="2"]').first).to_be_in_viewport()


def test_why_no_answer_says_that_the_model_was_not_asked(page: Page) -> None:
    ask(page, FRANCE)
    answered(page)
    page.get_by_text("Why no answer?").click()
    why = page.locator(".why-body")
    expect(why).to_contain_text("From the search alone it was 8% sure")
    expect(why).to_contain_text("below 15% the model is not asked")
    expect(why.locator(".section-left")).to_have_count(0)
    expect(why.locator(".supported")).to_have_count(0)


# Gaps


def test_a_question_in_vain_is_added_to_the_gaps_and_can_be_taken_back(page: Page, service: FakeStudyService) -> None:
    ask(page, FRANCE)
    answered(page)
    expect(page.locator(".noted")).to_contain_text("Added to your gaps.")
    assert [gap.question for gap in service.study.gaps.gaps()] == [FRANCE]
    page.locator(".noted").get_by_role("button", name="Undo").click()
    expect(page.locator(".noted")).to_have_text("Removed from your gaps.")
    assert service.study.gaps.everything() == []


def test_an_answered_or_a_stopped_question_is_no_gap(page: Page, service: FakeStudyService) -> None:
    ask(page, QUESTION)
    answered(page)
    service.hold("search")
    ask(page, FRANCE)
    expect(page.locator(".turn")).to_have_count(2)
    page.locator("#stop").click()
    answered(page)
    expect(page.locator(".noted")).to_have_count(0)
    assert service.study.gaps.everything() == []


def test_the_gaps_are_listed_asked_again_and_closed(page: Page, service: FakeStudyService) -> None:
    ask(page, FRANCE)
    answered(page)
    page.locator(".noted").get_by_role("button", name="See all gaps").click()
    gap = page.locator(".gap-card")
    expect(gap).to_be_in_viewport()
    expect(gap.locator(".gap-question")).to_have_text(FRANCE)
    ink = page.locator(".page-title").first.evaluate("title => getComputedStyle(title).color")
    expect(gap.locator(".gap-question")).to_have_css("color", ink)
    expect(gap.locator(".gap-why")).to_have_text("None of the words “capital” and “France” is in your notes.")
    expect(gap.locator(".gap-recheck")).to_have_count(0)
    service.scripts += (Script("capital", service.scripts[0].sentences, service.scripts[0].passages),)
    gap.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_count(2)
    answered(page)
    expect(page.locator(".turn").last.locator(".badge")).to_have_text("From your notes")
    gaps = progress_tab(page)
    expect(gaps.locator(".gaps-closed > summary")).to_have_text("Answered since: 1")
    expect(gaps.locator(".gap-list").first.locator(".gap-card")).to_have_count(0)


def test_a_gap_is_removed_and_put_back(page: Page, service: FakeStudyService) -> None:
    ask(page, FRANCE)
    answered(page)
    gaps = progress_tab(page)
    gaps.get_by_role("button", name=f"Remove: {FRANCE}").click()
    expect(gaps).to_contain_text("No gaps yet.")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(gaps.locator(".gap-card")).to_have_count(1)
    assert len(service.study.gaps.gaps()) == 1


def test_gaps_are_copied_and_saved_as_markdown(open_page: OpenPage, service: FakeStudyService, tmp_path: Path) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, FRANCE)
    answered(page)
    gaps = progress_tab(page)
    gaps.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator(".notice")).to_contain_text("Your gaps are copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("# What your notes do not cover\n\n- [ ] **What is the capital of France?**\n")
    with page.expect_download() as waiting:
        gaps.get_by_role("button", name="Save as a file").click()
    waiting.value.save_as(tmp_path / "saved.md")
    assert (waiting.value.suggested_filename, (tmp_path / "saved.md").read_text()) == ("gaps.md", copied)


def test_without_gaps_it_says_what_to_do(page: Page) -> None:
    gaps = progress_tab(page)
    expect(gaps).to_contain_text("No gaps yet. A question that your notes do not answer is kept here")
    gaps.get_by_role("button", name="Ask your notes").click()
    expect(page.locator("#question textarea")).to_be_focused()


def test_a_gap_leads_to_the_nearest_section(page: Page) -> None:
    ask(page, FRANCE)
    answered(page)
    gaps = progress_tab(page)
    gaps.get_by_text("Nearest in your notes").click()
    gaps.locator(".nearest .link").first.click()
    expect(page.locator(".reader mark")).to_have_text("Basic concepts")
    expect(page.locator(".reader mark")).to_be_in_viewport()


def test_on_a_phone_nothing_of_it_scrolls_sideways(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    ask(page, FRANCE + " " + "x" * 80)
    answered(page)
    page.get_by_text("Why no answer?").click()
    assert page.evaluate("document.querySelector('#conversation-view').scrollWidth <= innerWidth")
    progress_tab(page)
    assert page.evaluate("document.querySelector('#progress-view').scrollWidth <= innerWidth")


# Kept questions


def test_a_right_answer_keeps_its_question_with_what_was_cited(page: Page, service: FakeStudyService) -> None:
    ask(page, QUESTION)
    answered(page)
    keep = page.get_by_role("button", name="This is right: keep the question")
    assert "measure how well your notes are found" in str(keep.get_attribute("title"))
    keep.click()
    expect(page.locator(".keep")).to_contain_text("Question kept.")
    [kept] = service.study.kept.all()
    assert (kept.question, {proof.note for proof in kept.proofs}) == (QUESTION, {FUNDAMENTALS, COSTS})
    for proof in kept.proofs:
        assert service.notes.read(proof.note).text[proof.start : proof.end] == proof.quote
    page.locator(".keep").get_by_role("button", name="Undo").click()
    expect(keep).to_be_visible()
    assert service.study.kept.all() == []


def test_an_answer_that_cites_nothing_cannot_be_kept(page: Page) -> None:
    for question in (FRANCE, "something unrelated"):
        ask(page, question)
        answered(page)
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".keep")).to_have_count(0)


# The desk, without a browser


def test_notes_that_changed_since_are_worth_asking_again(service: FakeStudyService) -> None:
    for _ in service.answers.ask(Request(FRANCE, scope=Scope(FUNDAMENTALS))):
        pass
    desk = Asked(QuestionHandlers(service))
    [gap] = desk.gaps()["open"]
    assert gap["recheck"] is False
    assert gap["says"].endswith(", in Fundamentals of AI and ML only")
    note = service.notes.read(FUNDAMENTALS)
    place = gap["nearest"][0]
    assert note.text[place["start"] : place["end"]] == "Basic concepts"
    service.modified_at = 4e9
    assert desk.gaps()["open"][0]["recheck"] is True


def test_a_place_that_is_gone_is_still_named(service: FakeStudyService) -> None:
    for _ in service.answers.ask(FRANCE):
        pass
    service.notes.clear()
    [gap] = Asked(QuestionHandlers(service)).gaps()["open"]
    assert gap["nearest"][0]["trail"] == [FUNDAMENTALS, "Fundamentals of AI and ML", "Basic concepts"]
    assert gap["nearest"][0]["start"] is None


def test_what_cannot_be_kept_is_refused_in_words(service: FakeStudyService) -> None:
    refused = Asked(QuestionHandlers(service)).keep({"question": "What?", "proofs": []})
    assert "with the words of the notes that answer it" in refused["error"]["message"]


def test_a_gap_that_was_answered_is_among_the_closed(service: FakeStudyService) -> None:
    for _ in service.answers.ask(FRANCE):
        pass
    service.scripts += (Script("capital", service.scripts[0].sentences, service.scripts[0].passages),)
    for _ in service.answers.ask(FRANCE.lower()):
        pass
    shown = Asked(QuestionHandlers(service)).gaps()
    assert (shown["open"], [gap["question"] for gap in shown["closed"]]) == ([], [FRANCE])
    assert [gap.state for gap in service.study.gaps.gaps(GapState.CLOSED)] == [GapState.CLOSED]
