"""Makes the pictures of the guide anew, from the sample course and the default model: ``make pictures``.

They are taken in a real browser over the real assistant, in a workspace of its own that is removed afterwards; those of
a student's evening need pandoc, which makes the slides.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from conftest import CHROMIUM_NAMES, FLAGS, serving
from evening_pictures import EVENING, deck_assistant
from states import go_to

from assistant.app.assistant import Assistant
from assistant.config import AnsweringConfig, Config, ModelConfig
from assistant.quiz.item import Item, Kind
from assistant.quiz.room import QuizRequest
from assistant.workspace import Workspace
from tools.research.made_documents import FORMATS, make

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "docs" / "pictures"
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
COLOURS = 128
"""Enough for a page of few colours, and a picture stays far below 300 KB."""

Shot = tuple[dict[str, object], Callable[[Page], None]]
"""How the browser is, and what brings the page to where the picture is taken."""

PATIENCE_MS = 600_000
QUESTION = "What is the difference between batch and real-time inference?"
PDF_QUESTION = "Why does an ambulance sound higher when it comes nearer?"
DAYS = 8


def main() -> None:
    """Takes the pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--model", default=ModelConfig().name, help="the model that answers in the pictures of the chat"
    )
    names = [*SHOTS, *EVENING]
    options.add_argument("--only", nargs="*", default=names, choices=names)
    chosen = options.parse_args()
    of_course = [name for name in chosen.only if name in SHOTS]
    if of_course:
        with tempfile.TemporaryDirectory(prefix="pictures-") as root:
            assistant = sample_assistant(Path(root), chosen.model, with_pdf="page" in of_course)
            if STUDIED.intersection(of_course):
                study_for_a_week(assistant)
            take_all({name: SHOTS[name] for name in of_course}, assistant)
    of_evening = [name for name in chosen.only if name in EVENING]
    if of_evening:
        with tempfile.TemporaryDirectory(prefix="pictures-") as root:
            assistant = deck_assistant(Path(root))
            take_all({name: (DESK, partial(EVENING[name], assistant=assistant)) for name in of_evening}, assistant)


def take_all(shots: dict[str, Shot], assistant: Assistant) -> None:
    """Takes pictures of the page of an assistant, which is closed afterwards."""
    try:
        with serving(assistant) as address, sync_playwright() as playwright:
            path = next(found for name in CHROMIUM_NAMES if (found := shutil.which(name)))
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            for name, shot in shots.items():
                take(name, shot, browser, address)
            browser.close()
    finally:
        assistant.close()


def sample_assistant(root: Path, model: str, *, with_pdf: bool = False) -> Assistant:
    """Returns the assistant over a copy of the sample course, indexed, its model loaded; with a chapter as a PDF."""
    shutil.copytree(REPOSITORY / "notes", root / "notes")
    if with_pdf:
        latex = next(one for one in FORMATS if one.name == "pdf latex")
        (root / "made").mkdir()
        shutil.copy(make(latex, REPOSITORY / "eval" / "documents" / "waves.md", root / "made"), root / "notes")
    (root / "models").symlink_to(REPOSITORY / "models")
    config = Config(model=ModelConfig(name=model), answering=AnsweringConfig(warm=False))
    assistant = Assistant(Workspace(root), config, model_named=True)
    assistant.index.build()
    assistant.models.engine.get()
    return assistant


def study_for_a_week(assistant: Assistant) -> None:
    """Answers a quiz a day, better from day to day, and makes cards of the questions."""
    assistant.quiz.build(threading.Event())
    room, now = assistant.quiz.room, datetime.now(UTC)
    for day in range(DAYS, 0, -1):
        at = now - timedelta(days=day)
        quiz = room.start(QuizRequest(topic="", count=6, kinds=frozenset((Kind.CHOICE,))), at)
        for number, posed in enumerate(quiz.posed):
            right = posed.order.index(posed.item.key[0])
            answer = right if (number + day) % DAYS < DAYS - day + 2 else (right + 1) % len(posed.order)
            quiz = room.answer(quiz, number, answer, at + timedelta(seconds=20 * number), 8000)
        room.finish(quiz, at + timedelta(minutes=3))
        for posed in quiz.posed[:2]:
            learn(assistant, posed.item, at)


def learn(assistant: Assistant, item: Item, at: datetime) -> None:
    """Makes a card of a question; cards of the last days are due."""
    from assistant.cards.card import draft_of_item
    from assistant.cards.scheduling import Rating

    deck = assistant.cards
    card = deck.add(draft_of_item(item), at)
    deck.reviews.review(card.id, Rating.GOOD, at)
    deck.store.put(
        replace(deck.card(card.id), schedule=replace(deck.card(card.id).schedule, due_at=at + timedelta(days=7)))
    )


def take(name: str, shot: Shot, browser: Browser, address: str) -> None:
    """Takes one picture and makes it small."""
    form, show = shot
    context = browser.new_context(color_scheme="light", reduced_motion="reduce", **form)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".example").first).to_be_visible(timeout=PATIENCE_MS)
    show(page)
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    target = PICTURES / f"{name}.png"
    page.screenshot(path=target)
    context.close()
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(COLOURS).save(target, optimize=True)


def chat(page: Page) -> None:
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".badge")).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".cite").first.click()
    expect(page.locator("#right .card.active")).to_be_visible()


def chat_on_a_phone(page: Page) -> None:
    chat(page)
    page.keyboard.press("Escape")
    expect(page.locator("#right")).not_to_be_in_viewport()
    page.evaluate("document.activeElement.blur()")
    expect(page.locator("#popover")).to_have_count(0)
    page.locator("#conversation-view").evaluate("pane => pane.scrollTo(0, 0)")


def page_of_a_citation(page: Page) -> None:
    page.locator("#question textarea").fill(PDF_QUESTION)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".badge")).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".cite").first.click()
    expect(page.locator(".card.active .page-strip img")).to_be_visible()


def quiz(page: Page) -> None:
    go_to(page, "Quiz")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".quiz-question")).to_be_visible(timeout=PATIENCE_MS)
    while not page.locator("button.option").count():
        page.locator("#quiz-text").fill("?")
        page.get_by_role("button", name="Answer", exact=True).click()
        page.locator(".next button").click()
    for option in page.locator("button.option").all():
        option.click()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".verdict-word")).to_be_visible(timeout=PATIENCE_MS)


def review(page: Page) -> None:
    go_to(page, "Review")
    page.get_by_role("button", name="Show the answer").click()
    expect(page.locator(".ratings")).to_be_visible()


def progress(page: Page) -> None:
    go_to(page, "Progress")
    expect(page.locator(".heat").first).to_be_visible()


def library(page: Page) -> None:
    go_to(page, "Library")
    expect(page.locator(".notes-table tbody tr").first).to_be_visible()


def lab(page: Page) -> None:
    go_to(page, "Lab")
    page.locator('.lab-card[data-lesson="chunking"]').click()
    page.get_by_role("button", name="Show me").click(timeout=PATIENCE_MS)
    expect(page.locator(".lab-area > *").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator(".lab-try").evaluate("part => part.scrollIntoView({block: 'start'})")


def welcome(page: Page) -> None:
    expect(page.locator(".ways")).to_be_visible()


SHOTS: dict[str, Shot] = {
    "welcome": (DESK, welcome),
    "chat-desktop": (DESK, chat),
    "chat-phone": (PHONE, chat_on_a_phone),
    "page": (DESK, page_of_a_citation),
    "quiz": (DESK, quiz),
    "review": (DESK, review),
    "progress": (DESK, progress),
    "library": (DESK, library),
    "lab": (DESK, lab),
}

STUDIED = frozenset(("quiz", "review", "progress"))
"""Pictures that need a week of study behind them."""

if __name__ == "__main__":
    main()
