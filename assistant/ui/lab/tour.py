"""The guided tour: one question, step by step. No Gradio here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistant.errors import QuestionError
from assistant.lab.figures import Chart, Series
from assistant.lab.interactive import figure_json
from assistant.lab.tokens import embedder_split
from assistant.lab.tour import Meaning, cut_notes, measure_meaning, search_notes, write_prompt
from assistant.types import Chunk
from assistant.ui.boundary import friendly
from assistant.ui.nodes import to_json
from assistant.ui.scope import example_questions
from assistant.ui.service import StudyService
from assistant.ui.sources import render_window, trail

Request = Mapping[str, Any]

ANY_NOTES = "What is this about?"
"""The question of a tour over notes whose headings suggest none."""


class TourDesk:
    """What the tour asks for. A step is a call of its own, so that the first ones need neither index nor model.

    Args:
        service: The assistant.
    """

    def __init__(self, service: StudyService) -> None:
        self._service = service

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (
            *(self.tour_question, self.tour_tokens, self.tour_passages, self.tour_vector, self.tour_search),
            self.tour_prompt,
        )

    @friendly
    def tour_question(self, _: object = None) -> dict[str, Any]:
        """Returns questions that the student's own headings suggest: ``examples``, at least one."""
        return {"examples": example_questions(self._service.outline()) or [ANY_NOTES]}

    @friendly
    def tour_tokens(self, request: Request) -> dict[str, Any]:
        """Returns the question in ``pieces`` (``text``, ``id``) and their ``count``. Request: ``question``."""
        lab = self._service.lab
        split = embedder_split(lab.embedder(), _question(request), lab.config.model.embedder)
        pieces = [{"text": piece.data.decode("utf-8", "replace"), "id": piece.id} for piece in split.pieces]
        return {"pieces": [piece for piece in pieces if piece["id"] is not None], "count": split.count}

    @friendly
    def tour_passages(self, request: Request) -> dict[str, Any]:
        """Returns how the notes were cut. Request: ``question``.

        Keys: ``notes``, ``passages`` (how many), ``around`` (``body``, ``trail``, ``best``).
        """
        cut = cut_notes(_question(request), self._service.lab.retriever())
        if cut is None:
            return {"notes": 0, "passages": 0, "around": []}
        around = [self._passage(chunk) | {"best": place == cut.place} for place, chunk in enumerate(cut.around)]
        return {"notes": cut.notes, "passages": cut.passages, "around": around}

    @friendly
    def tour_vector(self, request: Request) -> dict[str, Any]:
        """Returns the question as numbers. Request: ``question``. Keys: ``size``, ``numbers``, ``figure`` (or None)."""
        lab = self._service.lab
        found = measure_meaning(_question(request), lab.retriever(), lab.embedder())
        if found is None:
            return {"size": 0, "numbers": [], "figure": None}
        numbers = [round(number, 3) for number in found.numbers]
        return {"size": found.size, "numbers": numbers, "figure": figure_json(_nearness(found))}

    @friendly
    def tour_search(self, request: Request) -> dict[str, Any]:
        """Returns what was found, best first. Request: ``question``.

        Keys: ``hits`` (``body``, ``trail``, ``by_words`` and ``by_meaning``: its place in each search, or None).
        """
        hits = search_notes(_question(request), self._service.lab.retriever())
        ranks = [{"by_words": hit.lexical_rank, "by_meaning": hit.dense_rank} for hit in hits]
        return {"hits": [self._passage(hit.chunk) | rank for hit, rank in zip(hits, ranks, strict=True)]}

    @friendly
    def tour_prompt(self, request: Request) -> dict[str, Any]:
        """Returns what the model would read. Request: ``question``. Keys: ``system``, ``sections``, ``question``."""
        lab = self._service.lab
        blocks, prompt = write_prompt(_question(request), lab.retriever(), lab.config.answering.max_blocks)
        sections = [
            {"trail": self._trail(block.note, block.heading_path), "text": text}
            for block, text in zip(blocks, prompt.blocks, strict=True)
        ]
        return {"system": prompt.system, "sections": sections, "question": prompt.question}

    def _passage(self, chunk: Chunk) -> dict[str, Any]:
        body = render_window(self._service.note(chunk.note), chunk.start, chunk.end, ())
        return {"body": [to_json(node) for node in body], "trail": self._trail(chunk.note, chunk.heading_path)}

    def _trail(self, note: str, heading_path: tuple[str, ...]) -> list[str]:
        return list(trail(self._service.note(note), heading_path))


def _question(request: Request) -> str:
    question = str(request["question"]).strip()
    if not question:
        raise QuestionError("The question is empty.", hint="Write one, or take one of the examples.")
    return question


def _nearness(found: Meaning) -> Chart:
    shown = [*found.near, found.far]
    names = tuple(chunk.heading_path[-1] if chunk.heading_path else chunk.note for chunk, _ in shown)
    nearness = tuple(cosine for _, cosine in shown)
    says = (
        f"The nearest passage stands under “{names[0]}” with {nearness[0]:.2f}, the farthest under “{names[-1]}” with"
        f" {nearness[-1]:.2f}. 1 would be the same direction."
    )
    labels = tuple(chunk.text for chunk, _ in shown)
    series = Series("", names, nearness, labels=labels, mark="bar")
    return Chart("How near your question is", "heading of the passage", "nearness (cosine)", (series,), says)
