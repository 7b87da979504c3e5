"""The decision under examination: production's own score for "do the notes hold the answer?".

Without the model it is the first look (``answering.evidence.weigh`` and ``FIRST_GATE``): what the search found decides,
in milliseconds. With the model it is the score that an answer carries (``Answer.evidence``): the model reads the
sections and its own Yes or No counts too. One token of the answer is written then and thrown away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.answering.answer import Answerer, Request
from assistant.answering.evidence import FIRST_GATE, weigh
from assistant.config import Config
from assistant.errors import ModelMissing
from assistant.index.embedder import Embedder
from assistant.index.search import Retriever
from assistant.lab.asked import Asked, course_questions, examination
from assistant.lab.hiding import copy_without_parts
from assistant.models.engine import Generator
from assistant.study.items import Item
from assistant.types import Answer, Done, Sampling
from assistant.workspace import Workspace

LIMIT = 60
"""Questions of either side, with an answer in the notes and without."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One question, and the probability that the notes hold its answer, as production sees it."""

    asked: Asked
    score: float


@dataclass(frozen=True, slots=True)
class Session:
    """An examination that is ready to begin.

    Attributes:
        questions: In the order in which they are asked.
        answerer: Over the index that is examined.
        hidden: The parts of the notes that this index lacks.
    """

    questions: tuple[Asked, ...]
    answerer: Answerer
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What is examined: production's parts.

    Attributes:
        generator: Returns the model; called only when it takes part.
    """

    retriever: Retriever
    embedder: Embedder
    config: Config
    generator: Callable[[], Generator]


@contextmanager
def own_session(examined: Examined, items: Sequence[Item], limit: int = LIMIT) -> Iterator[Session]:
    """Gives an examination on the student's own questions, over a copy of the index that lacks a third of the notes.

    Raises:
        UsageError: The notes have too few headings.
    """
    with TemporaryDirectory(prefix="assistant-lab-") as folder:
        hidden = copy_without_parts(examined.retriever.store, Path(folder), examined.embedder.dimension)
        mark = examined.retriever.store.meta("fingerprint")
        copy = Retriever(Path(folder), examined.embedder, examined.config.retrieval, mark)
        try:
            answerer = answerer_over(copy, examined)
            yield Session(tuple(examination(items, hidden, answerer, limit)), answerer, hidden.parts)
        finally:
            copy.close()


@contextmanager
def course_session(examined: Examined, workspace: Workspace) -> Iterator[Session]:
    """Gives an examination on the questions written by hand over the sample course.

    Raises:
        UsageError: The questions are not there, or the notes are others.
    """
    questions = course_questions(workspace.notes, workspace.root / "eval" / "questions")
    yield Session(tuple(questions), answerer_over(examined.retriever, examined))


def answerer_over(retriever: Retriever, examined: Examined) -> Answerer:
    """Returns production's answerer, which stops after its first token."""
    config = replace(examined.config.answering, max_output_tokens=1)
    return Answerer(retriever, examined.generator, config, Sampling(), "laboratory")


def no_model() -> Generator:
    """Stands for the model where none takes part.

    Raises:
        ModelMissing: Always.
    """
    raise ModelMissing("This examination was started without the model.", hint="Start it with the model.")


def trials(session: Session, cancel: threading.Event, *, with_model: bool = False) -> Iterator[Trial]:
    """Yields each question with its score, until ``cancel`` is set.

    Raises:
        ModelError: With the model: it cannot be used.
    """
    for asked in session.questions:
        if with_model:
            answer = full_look(session.answerer, asked.text, cancel)
            if answer.stopped:
                return
            yield Trial(asked, answer.evidence)
        else:
            yield Trial(asked, first_look(session.answerer, asked.text))
        if cancel.is_set():
            return


def first_look(answerer: Answerer, question: str) -> float:
    """Returns the probability that the notes hold the answer, without the model."""
    found, sections = answerer.search(Request(question))
    return FIRST_GATE.probability(weigh(found, sections, found.query))


def full_look(answerer: Answerer, question: str, cancel: threading.Event) -> Answer:
    """Returns production's answer, of which only ``evidence`` and ``stopped`` matter here."""
    done = [event for event in answerer.ask(Request(question, cancel=cancel)) if isinstance(event, Done)]
    return done[-1].answer
