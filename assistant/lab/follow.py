"""One question followed all the way: what was found, what was packed, how each token of the answer was chosen.

Retrieval-augmented generation (Lewis et al. 2020, https://arxiv.org/abs/2005.11401) in the order in which it happens:

    question -> search -> sections within a budget -> is the answer in them? -> prompt -> tokens -> attributed sentences

Nothing is computed here. The answerer of the chat does its work, is watched, and this file keeps what it tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.answering.answer import Answerer, Request
from assistant.answering.observed import Observed, Packed, Weighed
from assistant.types import Answer, Block, Choice, Done, Reading, Retrieved, SearchResult, Sentence, Token, Watch


@dataclass(frozen=True, slots=True)
class Journey:
    """How far a question has come. What has not happened yet is None or empty.

    Attributes:
        search: What was found.
        packed: What of it fits the budget.
        looks: How sure it was that the notes hold the answer: before the model read anything, and after.
        reading: How much of the prompt is read.
        choices: The tokens of the answer, each with its probability and what else it could have been.
        starts: For each of ``choices`` the offset in ``text`` at which it begins.
        text: What is written; after an abstention, the draft.
        sentences: Those that are finished, each with what supports it.
        answer: The answer as the chat would give it.
        restarts: How often a question of the chat came in between and it began anew.
    """

    question: str
    search: SearchResult | None = None
    packed: Packed | None = None
    looks: tuple[Weighed, ...] = ()
    reading: Reading | None = None
    choices: tuple[Choice, ...] = ()
    starts: tuple[int, ...] = ()
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    answer: Answer | None = None
    restarts: int = 0

    @property
    def read(self) -> tuple[Block, ...]:
        """The sections that the model has read."""
        return next((look.blocks for look in reversed(self.looks) if look.blocks), ())


def follow(answerer: Answerer, request: Request, watch: Watch = Watch()) -> Iterator[Journey]:  # noqa: B008
    """Yields how far the question has come, after each thing that happens; the last one has the answer.

    A question of the chat goes first: the model is handed over, and the journey begins anew.

    Raises:
        QuestionError: The question is empty or too long.
        AssistantError: The model cannot be used.
    """
    restarts = 0
    while True:
        journey = Journey(request.question, restarts=restarts)
        for event in answerer.observe(request, watch):
            journey = grown(journey, event)
            yield journey
        stopped = journey.answer is not None and journey.answer.stopped
        if not stopped or (request.cancel is not None and request.cancel.is_set()):
            return
        restarts += 1


def grown(journey: Journey, event: Observed) -> Journey:
    """Returns ``journey`` with what ``event`` tells."""
    match event:
        case Retrieved():
            return replace(journey, search=event.search)
        case Packed():
            return replace(journey, packed=event)
        case Weighed():
            return replace(journey, looks=(*journey.looks, event))
        case Reading():
            return replace(journey, reading=event)
        case Choice():
            starts = (*journey.starts, len(journey.text))
            return replace(journey, choices=(*journey.choices, event), starts=starts)
        case Token():
            return replace(journey, text=journey.text + event.text)
        case Sentence():
            return replace(journey, sentences=(*journey.sentences, event))
        case Done():
            return replace(journey, answer=event.answer)
