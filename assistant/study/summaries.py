"""Summaries of sections, every sentence with the words of the notes that say so: written by the model, or picked."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answering.attribution import Attributor
from assistant.answering.prompts import SYSTEM, render_block
from assistant.answering.units import Unit, source_units
from assistant.documents.labels import MARKER
from assistant.documents.sentences import split_sentences
from assistant.errors import Cancelled
from assistant.index.embedder import TextEmbedder
from assistant.models.generator import Generator
from assistant.quiz.exam.texts import jaccard, meaning
from assistant.quiz.making.facts import readable
from assistant.quiz.making.prose import points_back
from assistant.types import Citation, ContextBlock, Document, ElementKind, Generated, Prompt, Sentence, Token

MIN_STEMS = 3
"""A sentence of the notes with fewer content words says too little to stand alone."""

_SAME = 0.6
"""Two sentences that share this much of their content words say the same."""

_REPEATS = 0.5
"""Weight of a sentence's likeness to those picked before it, against its nearness to the middle of the topic.
(Maximal marginal relevance: Carbonell and Goldstein 1998.)"""

_TOKENS_A_SENTENCE = 48
_POINTS = re.compile(r"\b(?:this|these|those)\b", re.IGNORECASE)


def write_summary(
    prompt: Prompt, count: int, attributor: Attributor, generator: Generator, cancel: threading.Event
) -> tuple[list[Sentence], int]:
    """Returns what the model writes, as far as the notes say so, and how many sentences they do not support.

    Args:
        prompt: See ``summary_prompt``.
        count: How many sentences were asked for.
        attributor: Compares with the block that the model reads.
        generator: Writes.
        cancel: Ends it early.

    Raises:
        Cancelled: ``cancel`` was set; nothing is kept of what is not finished.
        ModelError: The model failed.
    """
    text = ""
    for event in generator.generate(prompt, max_tokens=_TOKENS_A_SENTENCE * count, cancel=cancel):
        if isinstance(event, Token):
            text += event.text
        elif isinstance(event, Generated) and event.finish == "cancelled":
            raise Cancelled("The summary was stopped.")
        elif isinstance(event, Generated) and event.finish == "length":
            text = _finished(text)
    claims = [sentence for sentence in _sentences(text, attributor) if sentence.is_claim]
    kept = [sentence for sentence in claims if sentence.supported]
    return kept[:count], len(claims) - len(kept)


def summary_prompt(block: ContextBlock, topic: str, count: int) -> Prompt:
    """Returns the prompt for a summary of ``block``, or of what it says on ``topic`` where that is not empty.

    It begins like that of a question, so that a block that was read before is not read again.
    """
    about = f" about {topic}" if topic else ""
    question = (
        f"Question: What are the {count} most important things that the notes say{about}? Write a list of {count} "
        "short full sentences. Each names what it is about, so that it can be read alone.\nQuote the notes closely."
    )
    return Prompt(SYSTEM, (render_block(block),), question)


def _sentences(text: str, attributor: Attributor) -> Iterator[Sentence]:
    for start, end in split_sentences(text):
        marker = MARKER.match(text, start, end)
        start = marker.end() if marker else start
        if start < end:
            yield attributor.attribute(text, start, end)


def _finished(text: str) -> str:
    """Returns the text without the sentence that was cut off."""
    spans = split_sentences(text)
    return text[: spans[-1][0]] if spans else ""


def pick_summary(
    blocks: Sequence[ContextBlock], notes: dict[str, Document], embedder: TextEmbedder, count: int, topic: str = ""
) -> list[Sentence]:
    """Returns the sentences of the notes that stand for the rest, in their order; no model is needed.

    They are those nearest to the mean of all, or to the topic where there is one, and least like one another.
    """
    every = [unit for block in blocks for unit in source_units(block)]
    whole = [unit for unit in every if _says_something(unit)]
    units = [unit for unit in whole if not _POINTS.search(unit.own.text) and not points_back(unit.own.text)] or whole
    if not units:
        return []
    vectors = embedder.embed_chunks([f"{unit.context.text}\n{unit.own.text}" for unit in units])
    centre = vectors.mean(axis=0)
    if topic:
        centre = centre / max(1e-9, float(np.linalg.norm(centre))) + embedder.embed_chunks([topic])[0]
    near = vectors @ (centre / max(1e-9, float(np.linalg.norm(centre))))
    chosen = _spread(near, vectors @ vectors.T, count)
    labels = Counter(_label(unit) for unit in every)
    return [_quoted(units[i], notes, labels) for i in sorted(chosen)]


def _spread(near: NDArray[np.float32], likeness: NDArray[np.float32], count: int) -> list[int]:
    """Picks one after another: near to the centre, and unlike those that were picked."""
    chosen: list[int] = []
    left = set(range(len(near)))
    while left and len(chosen) < count:
        best = max(left, key=lambda i: near[i] - _REPEATS * max((likeness[i][j] for j in chosen), default=0.0))
        chosen.append(best)
        left.remove(best)
    return chosen


def without_repeats(sentences: Sequence[Sentence], said: Sequence[Sentence]) -> list[Sentence]:
    """Returns the sentences that say what no earlier one and none of ``said`` says."""
    kept: list[Sentence] = []
    for sentence in sentences:
        others = (*said, *kept)
        if all(jaccard(meaning(sentence.text), meaning(other.text)) < _SAME for other in others):
            kept.append(sentence)
    return kept


def _says_something(unit: Unit) -> bool:
    text = unit.own.text.strip()
    is_row = unit.kind in (ElementKind.TABLE, ElementKind.CODE)
    return len(unit.own.stems) >= MIN_STEMS and not text.endswith(":") and not is_row


def _label(unit: Unit) -> str:
    """Returns the term that a unit begins with, or an empty string."""
    return (
        unit.topics[0].text
        if len(unit.topics) > 1 and unit.own.text.lstrip("*_").startswith(unit.topics[0].text)
        else ""
    )


def _quoted(unit: Unit, notes: dict[str, Document], labels: Counter[str]) -> Sentence:
    """Returns a sentence of the notes. "Use - ...", which many items have, gets the item or heading above it."""
    text = readable(unit.own.text)
    if labels[_label(unit)] > 1 and _label(unit):
        text = f"{readable(unit.topics[-1].text)}: {text[:1].lower() + text[1:] if not text[:2].isupper() else text}"
    note = notes.get(unit.block.note)
    quote = unit.block.text[unit.start - unit.block.start : unit.end - unit.block.start]
    page = note.page_at(unit.start) if note else None
    cited = Citation(unit.block.note, unit.heading_path, unit.start, unit.end, quote, score=1.0, page=page)
    return Sentence(f"{text}.", 0, len(text) + 1, supported=True, score=1.0, citations=(cited,))
