"""Answers questions from one index with one model: what an answer needs, for each ``AnswerRun``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.answering import followup
from assistant.answering.attribution import Attributor
from assistant.answering.comparing import compared, with_each
from assistant.answering.evidence import Gate, gate_of
from assistant.answering.packing import choose_blocks
from assistant.answering.plan import subject_of
from assistant.answering.run import AnswerRun
from assistant.config import AnsweringConfig
from assistant.documents.decoding import clean
from assistant.errors import QuestionError
from assistant.index.retriever import Retriever
from assistant.models.generator import Generator
from assistant.types import (
    ContextBlock,
    Document,
    Event,
    Request,
    Retrieved,
    Sampling,
)


class Answerer:
    """Answers from one index with one model.

    Args:
        retriever: Finds passages.
        generator: Called when the model is needed for the first time; may wait until it is loaded.
        config: Budgets and thresholds.
        sampling: How the model writes.
        fingerprint: Identifies the index in the answers.
        gate: Returns what decides for a model, by its name, once it has read the sections.
    """

    def __init__(
        self,
        retriever: Retriever,
        generator: Callable[[], Generator],
        config: AnsweringConfig,
        sampling: Sampling,
        fingerprint: str,
        gate: Callable[[str], Gate] = gate_of,
    ) -> None:
        self._retriever = retriever
        self._generator = generator
        self._config = config
        self._sampling = sampling
        self._fingerprint = fingerprint
        self._gate = gate

    def ask(self, request: Request, cancel: threading.Event | None = None) -> Iterator[Event]:
        """Yields ``Retrieved``, then ``ReadingProgress``, ``Token`` and ``Sentence``, and ``Done`` at the end.

        Between them comes what it decides by: ``Packed`` and ``Weighed``.

        Where the notes do not hold the answer, ``Done`` follows with an answer that says so. A stopped answer ends with
        ``Done`` too, and keeps what was written.

        Args:
            request: The question with all that belongs to it.
            cancel: Set it from another thread to stop; what was written until then is kept.

        Raises:
            QuestionError: At the call: the question is empty or too long.
        """
        return AnswerRun(self, self._checked(request), cancel or threading.Event()).events()

    def _checked(self, request: Request) -> Request:
        question = clean(request.question).strip()
        limit = self._config.max_question_chars
        if not question:
            raise QuestionError("The question is empty.", hint="Type what you want to know about your notes.")
        if len(question) > limit:
            raise QuestionError(
                f"The question has {len(question):,} characters; at most {limit:,} are read.",
                hint="Ask in a few sentences, and put long texts into your notes instead.",
            )
        return replace(request, question=question)

    # What a run needs of its answerer.

    def search(self, request: Request) -> Retrieved:
        """Returns what was found with the sections that it lies in."""
        query = subject_of(followup.complete(request.question, request.history))
        most = self._config.max_blocks
        whole, *parts = (self._found(each, request) for each in (query, *compared(query)))
        sections = with_each(whole.blocks, [part.blocks for part in parts], most)
        return replace(whole, blocks=sections, parts=tuple(parts))

    def _found(self, query: str, request: Request) -> Retrieved:
        found = self._retriever.search(query, request.scope)
        return Retrieved(found, tuple(choose_blocks(self._retriever.store, found.hits, self._config.max_blocks)))

    def attributor(self, blocks: Sequence[ContextBlock], query: str) -> Attributor:
        """Returns what compares the sentences of an answer with ``blocks``."""
        return Attributor(blocks, query, self._config.min_support, self.notes(blocks))

    def notes(self, blocks: Sequence[ContextBlock]) -> dict[str, Document]:
        """Returns the notes that ``blocks`` are of, by path."""
        return {path: self._retriever.store.note(path) for path in {block.note for block in blocks}}

    def cosines(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the cosines of a question with some texts, shape (len(texts),)."""
        return self._retriever.cosines(question, texts)

    @property
    def fingerprint(self) -> str:
        """Identifies the index."""
        return self._fingerprint

    def gate(self, model: str) -> Gate:
        """Returns what decides for a model once it has read the sections."""
        return self._gate(model)

    @property
    def config(self) -> AnsweringConfig:
        """Budgets and thresholds."""
        return self._config

    @property
    def sampling(self) -> Sampling:
        """How the model writes."""
        return self._sampling

    def wait_for_model(self) -> Generator:
        """Returns the generator, waiting until it is loaded."""
        return self._generator()
