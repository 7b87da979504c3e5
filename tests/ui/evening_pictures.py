"""A student's evening, for the pictures of the guide: a deck of slides, twenty questions, cards, the next day's review.

The deck is two parts of the sample course, made into slides by pandoc; everything is made and asked without a model.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path

from playwright.sync_api import Page, expect
from states import go_to

from assistant.app.assistant import Assistant
from assistant.config import AnsweringConfig, Config
from assistant.quiz.item import Kind
from assistant.workspace import Workspace
from tools.research.made_documents import FORMATS, make

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS, DECK = ("05-generative-ai.md", "04-mlops-and-metrics.md"), "generative-ai.pptx"
PATIENCE_MS = 600_000
QUESTIONS, RIGHT_OF_THREE = 20, 2


def deck_assistant(root: Path) -> Assistant:
    """Returns an assistant over one deck of slides, indexed, its questions made.

    Raises:
        NotMade: pandoc is not on this machine.
    """
    slides = next(one for one in FORMATS if one.name == "pptx")
    (root / "notes").mkdir()
    (root / "made").mkdir()
    source = (root / "made" / DECK).with_suffix(".md")
    texts = [(REPOSITORY / "notes" / part).read_text(encoding="utf-8") for part in PARTS]
    source.write_text("\n\n".join(texts), encoding="utf-8")
    shutil.copy(make(slides, source, root / "made"), root / "notes")
    (root / "models").symlink_to(REPOSITORY / "models")
    assistant = Assistant(Workspace(root), Config(answering=AnsweringConfig(warm=False)))
    assistant.index.build()
    assistant.quiz.build(threading.Event())
    return assistant


def start(page: Page) -> None:
    """Starts a quiz of twenty questions."""
    go_to(page, "Quiz")
    page.get_by_role("radio", name=str(QUESTIONS), exact=True).check()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".quiz-question")).to_be_visible(timeout=PATIENCE_MS)


def answer(page: Page, assistant: Assistant, number: int) -> None:
    """Answers a question, two of three rightly."""
    expect(page.locator(".quiz-where strong")).to_contain_text(f"Question {number + 1} of")
    shown = page.locator(".quiz-question").inner_text()
    item = max(assistant.quiz.room.bank.items(), key=lambda one: _likeness(one.question, shown))
    is_right = number % 3 < RIGHT_OF_THREE
    options = page.locator("button.option")
    if item.kind in (Kind.CHOICE, Kind.TRUE_FALSE):
        right = item.options[item.key[0]]
        by_likeness = sorted(options.all(), key=lambda one: _likeness(right, one.inner_text()))
        by_likeness[-1 if is_right else 0].click()
    elif item.kind in (Kind.MATCH, Kind.ORDER):
        for option in options.all():
            option.click()
    else:
        page.locator("#quiz-text").fill(item.answer if is_right else "I do not know.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".verdict-word")).to_be_visible(timeout=PATIENCE_MS)


def guide(page: Page, assistant: Assistant) -> None:
    go_to(page, "Guide")
    page.locator("#guide-part").select_option(DECK)
    page.get_by_role("button", name="Make the guide").click()
    expect(page.locator("article.guide")).to_be_visible(timeout=PATIENCE_MS)


def question(page: Page, assistant: Assistant) -> None:
    start(page)
    for number in range(RIGHT_OF_THREE):
        answer(page, assistant, number)
        page.locator(".next button").click()
    answer(page, assistant, RIGHT_OF_THREE)


def result(page: Page, assistant: Assistant) -> None:
    start(page)
    for number in range(page.locator(".dots li").count()):
        answer(page, assistant, number)
        page.locator(".next button").click()
    expect(page.locator(".result")).to_be_visible()


def make_cards(assistant: Assistant) -> None:
    """Makes cards of what went wrong yesterday evening."""
    from assistant.cards.card import draft_of_item
    from assistant.quiz.room import QuizRequest

    room, evening = assistant.quiz.room, datetime.now(UTC) - timedelta(days=1)
    quiz = room.start(QuizRequest(count=QUESTIONS, kinds=frozenset((Kind.CHOICE,)), seed=1), evening)
    for number, posed in enumerate(quiz.posed):
        right = posed.order.index(posed.item.key[0])
        wrong = (right + 1) % len(posed.order)
        quiz = room.answer(quiz, number, right if number % 3 < RIGHT_OF_THREE else wrong, evening, 8000)
        if number % 3 >= RIGHT_OF_THREE:
            assistant.cards.add(draft_of_item(posed.item), evening)
    room.finish(quiz, evening + timedelta(minutes=10))


def review(page: Page, assistant: Assistant) -> None:
    make_cards(assistant)
    page.reload()
    go_to(page, "Review")
    page.get_by_role("button", name="Show the answer").click()
    expect(page.locator(".ratings")).to_be_visible()


def _likeness(text: str, shown: str) -> float:
    """Returns how alike a text is to what the page shows of it, which has no markup and may have signs of its own."""
    return SequenceMatcher(None, text.lower(), shown.lower(), autojunk=False).ratio()


EVENING: dict[str, Callable[[Page, Assistant], None]] = {
    "evening-guide": guide,
    "evening-question": question,
    "evening-result": result,
    "evening-review": review,
}
