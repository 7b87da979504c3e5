"""Everything a student does, once: the index, a question, a quiz, and each tab of the page with the laboratory."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError
from assistant.quiz.choosing import Difficulty
from assistant.quiz.item import Item, Kind
from assistant.quiz.room import QuizRequest
from assistant.ui.scope import example_questions
from tools.airgap.page_client import PageClient

if TYPE_CHECKING:
    from assistant.app.assistant import Assistant
    from assistant.quiz.kinds import Response

_QUESTIONS = 3
_WAIT_S = 120.0
_LOOK_S = 0.2
_ADDRESS = re.compile(r'(?:src|href)="(?:\./|/)?([^":]+\.(?:js|css|svg|woff2))"')


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the tour: what was done there, in words, or why it could not be."""

    name: str
    says: str
    seconds: float
    failed: bool = False


def tour(assistant: Assistant, address: str) -> Iterator[Stop]:
    """Yields each stop when it is over; one that fails does not end the tour.

    Args:
        assistant: Its index, models and ``study.db`` are used and written.
        address: Where its page is served.
    """
    page = PageClient(address)
    stops: tuple[tuple[str, Callable[[], str]], ...] = (
        ("index", lambda: _index(assistant)),
        ("ask", lambda: _ask(assistant)),
        ("quiz", lambda: _quiz(assistant)),
        ("app", lambda: _app(page)),
        ("lab", lambda: _lab(page)),
    )
    for name, go in stops:
        began = time.perf_counter()
        try:
            says, failed = go(), False
        except AssistantError as error:
            says, failed = f"{error.message} {error.hint}".strip(), True
        yield Stop(name, says, time.perf_counter() - began, failed)


def _index(assistant: Assistant) -> str:
    report = assistant.index.build()
    return f"{len(report.added)} notes read, {report.embedded} passages embedded, {len(report.skipped)} files skipped"


def _ask(assistant: Assistant) -> str:
    question = _question(assistant)
    answer = assistant.answers.answer(question)
    said = "declined: the notes do not say it" if answer.abstained else f"{answer.timings.output_tokens} tokens written"
    return f"{question} {said}"


def _question(assistant: Assistant) -> str:
    found = example_questions(assistant.notes.outline())
    return found[0] if found else "What do these notes say?"


def _quiz(assistant: Assistant) -> str:
    assistant.quiz.build(threading.Event())
    room, now = assistant.quiz.room, datetime.now(UTC)
    quiz = room.start(QuizRequest(count=_QUESTIONS, difficulty=Difficulty.ANY), now)
    for number, posed in enumerate(quiz.posed):
        quiz = room.answer(quiz, number, _any_response(posed.item), now, took_ms=0)
    quiz = room.finish(quiz, now)
    return f"{assistant.quiz.status().counts.items} questions made, {len(quiz.replies)} answered"


def _any_response(item: Item) -> Response:
    if item.kind in (Kind.MATCH, Kind.ORDER):
        return tuple(range(len(item.key)))
    return 0 if item.options else "something"


def _app(page: PageClient) -> str:
    front = page.get("/").decode("utf-8")
    files = sorted(set(_ADDRESS.findall(front)) | {"page/assets/page.js", "page/plotly.min.js"})
    for file in files:
        page.get(f"/{file}")
    page.status()
    example = next(iter(page.call("library/contents")["examples"]), "What do these notes say?")
    turn = page.ask(example).turn
    for call in ("library/notes", "quiz/home", "review/open", "progress/overview"):
        page.call(call, {})
    added = page.call(
        "library/add", {"files": [page.upload("an uploaded note.md", b"# Offline\n\nIt needs no network.\n")]}
    )
    return f"{len(files)} files of the page, {example} {turn['phase']}, uploaded {', '.join(added.get('added', ()))}"


def _lab(page: PageClient) -> str:
    lessons = page.call("lab/home")["lessons"]
    for lesson in lessons:
        page.call("lab/open", {"lesson": lesson["id"]})
    replies = [page.call(name, request) for name, request in _LAB_CALLS]
    _wait_until(lambda: page.call("lab/rag/look").get("state") != "running")
    refused = [reply["error"]["message"] for reply in replies if "error" in reply]
    if refused:
        raise AssistantError(f"The laboratory refused: {'; '.join(refused)}")
    return f"{len(lessons)} lessons opened, {len(replies)} experiments made"


def _wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _WAIT_S
    while not done() and time.monotonic() < deadline:
        time.sleep(_LOOK_S)


_LAB_CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lab/tokens/split", {"text": "Tokens are pieces of words."}),
    ("lab/chunking/notes", {}),
    ("lab/embeddings/map", {"kind": "pca"}),
    ("lab/embeddings/pair", {"first": "a model", "second": "a network"}),
    ("lab/search/run", {"question": "What is a model?"}),
    ("lab/attention/map", {"text": "A model reads a text.", "layer": 1, "head": 1}),
    ("lab/sampling/next", {"text": "A model is", "temperature": 1.0, "top_p": 0.9}),
    ("lab/metrics/open", {}),
    ("lab/clustering/open", {}),
    ("lab/rag/start", {"question": "What is a model?"}),
)
