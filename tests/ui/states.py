"""The page in the states in which a student meets it, one after the other, for tests that look at all of them.

A state is reached from the one before, without loading the page again. ``full`` goes through a workspace with notes,
cards and answers; ``bare`` through one without a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import fake_study
from conftest import answered, ask
from fake_pdf import write_costs
from fake_scripts import COSTS, FUNDAMENTALS
from fake_service import FakeStudyService
from playwright.sync_api import Page, expect

from assistant.documents.loading import parse
from assistant.quiz.item import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

TABS = ("Chat", "Guide", "Quiz", "Review", "Progress", "Library", "Lab")
KINDS = (Kind.CHOICE, Kind.TRUE_FALSE, Kind.CLOZE, Kind.MATCH, Kind.ORDER, Kind.SHORT)
CARDS = 4
WORDS = "#separator:tab\nHund\tdog\nKatze\tcat\nonly one side\t\n"
OLD = "models can analyse medical images to help doctors"
QUESTION = "What is the difference between batch and real-time inference?"


def go_to(page: Page, name: str) -> None:
    page.get_by_role("tab", name=re.compile(f"^{name}")).first.click()


def prepare(service: FakeStudyService) -> None:
    """Puts everything into a service that the states need."""
    fake_study.some_progress(service)
    write_costs(service)
    fake_study.card(service, "Where do models assist?", "They analyse images.", OLD)
    note = service.notes[FUNDAMENTALS]
    changed = note.text.replace(OLD, "models read X-rays for nurses and doctors")
    service.notes.become(
        {
            **service.notes,
            FUNDAMENTALS: parse(note.path, changed, note.kind, note.title),
            "locked.pdf": parse("locked.pdf", "", service.notes[COSTS].kind, "locked"),
        }
    )


def full(page: Page, service: FakeStudyService) -> Iterator[str]:
    """Yields the name of each state of a page that was just opened over a prepared service."""
    for states in (_chat, _guide, _quiz, _review, _progress, _library, _lab, _keys):
        yield from states(page, service)


def bare(page: Page, service: FakeStudyService) -> Iterator[str]:
    """Yields the tabs of a workspace without notes."""
    shown: dict[str, Callable[[], object]] = {
        "Chat": lambda: expect(page.locator(".welcome .primary").first).to_be_visible(),
        "Guide": lambda: expect(page.locator("#guide-view .empty-card")).to_be_visible(),
        "Quiz": lambda: expect(page.locator("#quiz-view .empty-card")).to_be_visible(),
        "Review": lambda: expect(page.locator("#review-view .empty-card")).to_be_visible(),
        "Progress": lambda: expect(page.locator("#progress-view .empty-card").first).to_be_visible(),
        "Library": lambda: expect(page.locator("#library-view .drop-card")).to_be_visible(),
        "Lab": lambda: expect(page.locator(".lab-notice")).to_be_visible(),
    }
    for tab in TABS:
        go_to(page, tab)
        shown[tab]()
        yield f"{tab}, without notes"


def _chat(page: Page, service: FakeStudyService) -> Iterator[str]:
    expect(page.locator(".example").first).to_be_visible()
    yield "welcome"
    ask(page, QUESTION)
    answered(page)
    page.locator(".why summary").click()
    yield "answer, with its reasons"
    page.locator(".cite").nth(1).focus()
    expect(page.locator("#popover")).to_be_visible()
    yield "quote of a number"
    page.keyboard.press("Enter")
    expect(page.locator(".card.active")).to_be_in_viewport()
    yield "source"
    page.keyboard.press("Escape")
    page.locator('.cite[data-n="4"]').click()
    expect(page.locator(".card.active .page-strip img")).to_be_visible()
    yield "source with its page"
    page.locator(".card.active .page-open").click()
    expect(page.locator(".page-dialog img")).to_be_visible()
    yield "a page as it looks"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    ask(page, "How does softmax work?")
    answered(page)
    yield "answer with a formula and code"
    ask(page, "What is the capital of France?")
    answered(page)
    yield "not in the notes"
    service.hold("halfway")
    ask(page, QUESTION)
    expect(page.locator(".turn progress")).to_be_visible()
    yield "reading"
    service.release("halfway")
    answered(page)
    on_phone = page.locator(".dock-button").first.is_visible()
    if on_phone:
        page.get_by_role("button", name="Search in:").click()
        expect(page.locator("#left")).to_be_in_viewport()
    page.get_by_role("button", name="More for:").first.click()
    yield "parts of the notes and conversations"
    page.locator(".thread-entry").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "dialog before a conversation is deleted"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


def _guide(page: Page, service: FakeStudyService) -> Iterator[str]:
    go_to(page, "Guide")
    expect(page.locator("#guide-words")).to_be_visible()
    yield "guide, about what"
    page.locator("#guide-part").select_option(FUNDAMENTALS)
    page.get_by_role("button", name="Make the guide").click()
    expect(page.locator("article.guide")).to_be_visible()
    yield "guide"
    page.locator(".guide-questions summary").first.click()
    yield "guide, an answer"
    page.get_by_role("button", name="Another topic").click()


def _quiz(page: Page, service: FakeStudyService) -> Iterator[str]:
    fake_study.quiz(service, *KINDS)
    go_to(page, "Quiz")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    yield "quiz, start"
    page.get_by_role("button", name="Go on").click()
    for number, kind in enumerate(KINDS, start=1):
        expect(page.locator(".quiz-where strong")).to_contain_text(f"Question {number} of")
        _answer(page, kind)
        yield f"quiz, {kind}"
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.locator(".verdict-word")).to_be_visible()
        yield f"quiz, {kind} answered"
        if kind is Kind.SHORT:
            page.get_by_role("button", name="Bad question").click()
            expect(page.get_by_role("dialog")).to_be_visible()
            yield "dialog with a field"
            page.keyboard.press("Escape")
        page.locator(".next button").click()
    expect(page.locator(".result")).to_be_visible()
    yield "quiz, result"


def _answer(page: Page, kind: Kind) -> None:
    """Gives a wrong answer: it has more to show."""
    if kind in (Kind.CLOZE, Kind.SHORT):
        page.locator("#quiz-text").fill("something else")
    elif kind in (Kind.MATCH, Kind.ORDER):
        for option in page.locator("button.option").all():
            option.click()
    else:
        page.locator("button.option").last.click()


def _review(page: Page, service: FakeStudyService) -> Iterator[str]:
    go_to(page, "Review")
    reveal, rest = page.get_by_role("button", name="Show the answer"), page.locator("#review-view .empty-card")
    expect(reveal.or_(rest).first).to_be_visible()
    for number in range(1, CARDS + 1):
        if not reveal.is_visible():
            break
        reveal.click()
        expect(page.locator(".ratings")).to_be_visible()
        yield f"review, card {number}"
        page.get_by_role("button", name="Easy").click()
        expect(page.locator(".ratings")).to_have_count(0)
    expect(page.locator("#review-view .empty-card")).to_be_visible()
    yield "review, nothing due"
    page.get_by_role("button", name="Write a card").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "dialog for a card"
    page.keyboard.press("Escape")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import cards").click()
    chooser.value.set_files({"name": "words.txt", "mimeType": "text/plain", "buffer": WORDS.encode()})
    expect(page.locator(".import-dialog")).to_be_visible()
    yield "cards that are to be imported"
    page.keyboard.press("Escape")


def _progress(page: Page, service: FakeStudyService) -> Iterator[str]:
    go_to(page, "Progress")
    expect(page.locator(".heat").first).to_be_visible()
    yield "progress"


def _library(page: Page, service: FakeStudyService) -> Iterator[str]:
    service.stale = {COSTS}
    go_to(page, "Library")
    expect(page.locator(".notes-table")).to_be_visible()
    yield "library"
    page.locator("#library-view").get_by_role("button", name=re.compile("^Remove")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "dialog with a question"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Link a folder").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "dialog for a folder"
    page.keyboard.press("Escape")
    page.locator("#library-view .note-link").first.click()
    expect(page.locator(".reader-text")).to_be_visible()
    yield "a note"
    page.keyboard.press("Escape")


def _lab(page: Page, service: FakeStudyService) -> Iterator[str]:
    go_to(page, "Lab")
    expect(page.locator(".lab-path")).to_be_visible()
    yield "lab"


def _keys(page: Page, service: FakeStudyService) -> Iterator[str]:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    yield "list of keys"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    expect(page.locator(".setting").first).to_be_visible()
    yield "settings"
    page.keyboard.press("Escape")
