"""Answers for the tests of kept conversations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.conversations.records import KeptTurn
from assistant.types import Answer, Chunk, Citation, Hit, Scope, SearchResult, Sentence

BATCH = "Batch inference processes many inputs at once."
REAL_TIME = "Real-time inference answers at once."
NOTE = f"# Inference\n\n## Kinds\n\n{BATCH}\n\n{REAL_TIME}\n"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PATH = ("Inference", "Kinds")


def citation(quote: str, text: str = NOTE, page: int | None = None) -> Citation:
    start = text.index(quote)
    return Citation("ml/inference.md", PATH, start, start + len(quote), quote, 0.9, page)


def answer(question: str, *sentences: tuple[str, tuple[str, ...]], between: str = " ") -> Answer:
    """An answer of sentences, each with the quotes that support it; one without any is not from the notes."""
    text, made = "", []
    for said, quotes in sentences:
        text += between if text else ""
        cited = tuple(map(citation, quotes))
        made.append(Sentence(said, len(text), len(text) + len(said), bool(quotes), 0.9 if quotes else 0.0, cited))
        text += said
    chunk = Chunk("ml/inference.md", PATH, (), "", 0, len(BATCH), BATCH, 0)
    search = SearchResult(question, (Hit(chunk, 1.0, 0.8, 3.0, 1, None),), (("infrence", "inference"),), ())
    return Answer(question, text, False, tuple(made), search, model="fake", evidence=0.9, threshold=0.25)


def refusal(question: str) -> Answer:
    why = "Your notes do not seem to say anything about this."
    return Answer(question, why, True, (), SearchResult(question, (), (), ("Napoleon",)), reason=why)


def turn(
    id_: str, question: str = "What is batch inference?", after_s: float = 0, *, said: str = BATCH, ended: bool = True
) -> KeptTurn:
    at = NOW + timedelta(seconds=after_s)
    found = answer(question, (said, (BATCH,))) if ended else None
    return KeptTurn(id_, question, at, Scope("ml"), found, ended=ended)
