"""What a benchmark reports, and what it measures with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import answer_prompt
from assistant.config import Config
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.search import Retriever
from assistant.models.engine import LlamaEngine
from assistant.types import Event, IndexStatus, Note, NoteStatus, Prompt, Scope, Turn
from assistant.workspace import Workspace

QUESTIONS = (
    "What is the difference between batch and real-time inference?",
    "Which metrics tell how good a model is?",
    "wat are embedings used for",
    "How are costs kept low with serverless services?",
    "What is overfitting?",
    "Which stages does the machine learning lifecycle have?",
)
"""What is asked in benchmarks over the sample course."""

_MANY_HITS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``goal`` says what is good, in words; ``met`` is None where nothing is demanded."""

    name: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None


class Subject(Protocol):
    """What is measured: an assistant with its parts."""

    workspace: Workspace
    config: Config

    def embedder(self) -> SentenceTransformerEmbedder:
        """Returns the embedder."""

    def engine(self) -> LlamaEngine:
        """Returns the engine."""

    def retriever(self) -> Retriever:
        """Returns the retriever."""

    def index_status(self) -> IndexStatus:
        """Returns the state of the index."""

    def library(self) -> tuple[NoteStatus, ...]:
        """Returns the notes."""

    def note(self, path: str) -> Note:
        """Returns a note."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), exact: bool = False) -> Iterator[Event]:
        """Yields the events of an answer."""


def at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    """Returns a figure that is good up to ``goal``."""
    return Figure(name, value, unit, f"<= {goal:g}", value <= goal)


def at_least(name: str, ratio: float, goal: float) -> Figure:
    """Returns a ratio that is good from ``goal`` on."""
    return Figure(name, ratio, "x", f">= {goal:g}", ratio >= goal)


def full_prompt(assistant: Subject, question: str) -> Prompt:
    """Returns a prompt like production's, with as many sections as the budget of notes allows."""
    retriever, config = assistant.retriever(), assistant.config.answering
    hits = retriever.search(question, Scope(), _MANY_HITS).hits
    blocks = choose_blocks(retriever.store, hits, _MANY_HITS)
    return answer_prompt(question, pack(blocks, hits, config.notes_tokens, assistant.engine().count_tokens))
