"""The guided tour: one question, step by step. No Gradio here."""

from __future__ import annotations

from typing import Any

from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.errors import QuestionError
from assistant.lab.charts.figures import Chart, Series
from assistant.lab.charts.interactive import figure_json
from assistant.lab.lessons.tokens import embedder_split
from assistant.lab.lessons.tour import Meaning, cut_notes, measure_meaning, search_notes, write_prompt
from assistant.types import Chunk
from assistant.ui.nodes import to_json
from assistant.ui.passages import Tree
from assistant.ui.scope import example_questions
from assistant.ui.tabs.chat.sources import render_window, trail
from assistant.ui.tabs.lab.view import PlotlyFigure, ShownText

ANY_NOTES = "What is this about?"
"""The question of a tour over notes whose headings suggest none."""


class TourQuestions(Payload):
    """Questions that the student's own headings suggest, at least one."""

    examples: list[str]


class TourToken(Payload):
    """A token and its number."""

    text: str
    id: int


class TourTokens(Payload):
    """The question in tokens, and how many there are."""

    pieces: list[TourToken]
    count: int


class TourText(Payload):
    """Text of a note, and the way to it."""

    body: Tree
    trail: list[str]


class TourPassage(TourText):
    """A passage; the one that fits the question best is marked."""

    best: bool


class TourPassages(Payload):
    """How many notes were cut into how many passages, and those around the best one."""

    notes: int
    passages: int
    around: list[TourPassage]


class TourVector(Payload):
    """The question as numbers, the first of them, and a picture of what is near."""

    size: int
    numbers: list[float]
    figure: PlotlyFigure | None


class TourHit(TourText):
    """A passage that was found, and its place by words and by meaning."""

    by_words: int | None
    by_meaning: int | None


class TourHits(Payload):
    """What was found, best first."""

    hits: list[TourHit]


class TourPrompt(Payload):
    """What the model would read."""

    system: str
    sections: list[ShownText]
    question: str


class TourHandlers:
    """What the tour asks for. A step is a call of its own, so that the first ones need neither index nor model.

    Args:
        service: The assistant.
    """

    area = "lab/tour"

    def __init__(self, service: Assistant) -> None:
        self._service = service

    @call
    def question(self) -> TourQuestions:
        """Returns questions to begin with."""
        return TourQuestions(examples=example_questions(self._service.notes.outline()) or [ANY_NOTES])

    @call
    def tokens(self, question: str) -> TourTokens:
        """Returns the question in tokens."""
        lab = self._service.lab
        split = embedder_split(lab.embedder(), _checked(question), lab.config.model.embedder)
        pieces = [
            TourToken(text=piece.data.decode("utf-8", "replace"), id=piece.id)
            for piece in split.pieces
            if piece.id is not None
        ]
        return TourTokens(pieces=pieces, count=split.count)

    @call
    def passages(self, question: str) -> TourPassages:
        """Returns how the notes were cut."""
        cut = cut_notes(_checked(question), self._service.lab.retriever())
        if cut is None:
            return TourPassages(notes=0, passages=0, around=[])
        around = [TourPassage(**self._text(chunk), best=place == cut.place) for place, chunk in enumerate(cut.around)]
        return TourPassages(notes=cut.notes, passages=cut.passages, around=around)

    @call
    def vector(self, question: str) -> TourVector:
        """Returns the question as numbers."""
        lab = self._service.lab
        found = measure_meaning(_checked(question), lab.retriever(), lab.embedder())
        if found is None:
            return TourVector(size=0, numbers=[], figure=None)
        numbers = [round(number, 3) for number in found.numbers]
        return TourVector(size=found.size, numbers=numbers, figure=figure_json(_nearness(found)))

    @call
    def search(self, question: str) -> TourHits:
        """Returns what was found, best first."""
        hits = search_notes(_checked(question), self._service.lab.retriever())
        return TourHits(
            hits=[
                TourHit(**self._text(hit.chunk), by_words=hit.lexical_rank, by_meaning=hit.dense_rank) for hit in hits
            ]
        )

    @call
    def prompt(self, question: str) -> TourPrompt:
        """Returns what the model would read."""
        lab = self._service.lab
        blocks, prompt = write_prompt(_checked(question), lab.retriever(), lab.config.answering.max_blocks)
        sections = [
            ShownText(trail=self._trail(block.note, block.heading_path), text=text)
            for block, text in zip(blocks, prompt.blocks, strict=True)
        ]
        return TourPrompt(system=prompt.system, sections=sections, question=prompt.question)

    def _text(self, chunk: Chunk) -> dict[str, Any]:
        body = render_window(self._service.notes.read(chunk.note), chunk.start, chunk.end, ())
        return {"body": [to_json(node) for node in body], "trail": self._trail(chunk.note, chunk.heading_path)}

    def _trail(self, note: str, heading_path: tuple[str, ...]) -> list[str]:
        return list(trail(self._service.notes.read(note), heading_path))


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("The question is empty.", hint="Write one, or take one of the examples.")
    return question


def _nearness(found: Meaning) -> Chart:
    shown = [*found.near, found.far]
    names = tuple(chunk.heading_path[-1] if chunk.heading_path else chunk.note for chunk, _ in shown)
    nearness = tuple(cosine for _, cosine in shown)
    says = (
        f"The nearest passage is below the heading “{names[0]}” with {nearness[0]:.2f}, the farthest "
        f"below “{names[-1]}” with {nearness[-1]:.2f}. 1 would be the same direction."
    )
    labels = tuple(chunk.text for chunk, _ in shown)
    series = Series("", names, nearness, labels=labels, mark="bar")
    return Chart("How near your question is", "heading of the passage", "nearness (cosine)", (series,), says)
