"""How much of what answers a question was retrieved, and how much else, counted in characters.

    inter     = characters of the excerpts that a retrieved chunk holds, each once
    recall    = inter / all characters of the excerpts
    precision = inter / all characters of the retrieved chunks, one that two chunks hold twice
    IoU       = inter / (those of the chunks + those of the excerpts that were missed)

The definitions are those of Smith and Troynikov 2024, "Evaluating Chunking Strategies for Retrieval"
(https://research.trychroma.com/evaluating-chunking). A chunk of another text than the excerpts' counts in the
denominators only.

The questions have the format of https://github.com/brandonstarxel/chunking_evaluation: ``questions.csv`` with the
columns ``question``, ``references`` (JSON: ``content``, ``start_index``, ``end_index``) and ``corpus_id``;
``corpora/*.md``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.retrieval import Span
from assistant.types import Document

_COLUMNS = {"question", "references", "corpus_id"}


@dataclass(frozen=True, slots=True)
class ExcerptCase:
    """A question. ``kind`` is the corpus that answers it, ``gold`` the excerpts."""

    id: str
    kind: str
    question: str
    gold: tuple[Span, ...]


def load_excerpts(folder: Path) -> tuple[tuple[Document, ...], tuple[ExcerptCase, ...]]:
    """Returns the corpora as notes, in order of their names, and the questions in the order of the file.

    Raises:
        UsageError: A file or column is missing, or an excerpt does not stand where the question says.
    """
    questions = folder / "questions.csv"
    if not questions.is_file():
        raise UsageError(f"There is no {questions}.", hint="assistant eval run chunking --data FOLDER")
    texts = {path.stem: _read(path) for path in sorted((folder / "corpora").glob("*.md"))}
    with questions.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = _COLUMNS - set(reader.fieldnames or ())
        if missing:
            raise UsageError(
                f"{questions} lacks the column {', '.join(sorted(missing))}.", hint="See docs/evaluation.md."
            )
        cases = tuple(_case(number, row, texts, questions) for number, row in enumerate(reader, start=1))
    return tuple(parse(name, text, "markdown", name) for name, text in texts.items()), cases


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:  # offsets count every character: no line end is translated
        return file.read()


def _case(number: int, row: dict[str, Any], texts: dict[str, str], file: Path) -> ExcerptCase:
    corpus = PurePosixPath(row["corpus_id"] or "").name.removesuffix(".md")
    if corpus not in texts:
        raise UsageError(f"{file}, question {number}: there is no corpora/{corpus}.md.", hint="Add it to the folder.")
    try:
        places = [
            (one["content"], int(one["start_index"]), int(one["end_index"])) for one in json.loads(row["references"])
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"{file}, question {number}: the references are not a JSON list of content, start_index and end_index.",
            hint="See docs/evaluation.md.",
        ) from error
    for content, start, end in places:
        if texts[corpus][start:end] != content:
            raise UsageError(
                f"{file}, question {number}: {content[:60]!r} does not stand at {start} of {corpus}.md.",
                hint="Use the corpora that belong to the questions.",
            )
    gold = tuple((corpus, start, end) for _, start, end in places)
    return ExcerptCase(f"{corpus}-{number}", corpus, row["question"], gold)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was retrieved for one question, against the excerpts that answer it; each in [0, 1], 0 where nothing is."""

    recall: float
    precision: float
    iou: float


def measure(excerpts: Sequence[Span], retrieved: Sequence[Span]) -> Overlap:
    """Returns how well ``retrieved`` chunks cover ``excerpts``; the order of both is of no importance."""
    shared = [cut for one in excerpts for other in retrieved if (cut := intersection(one, other)) is not None]
    inter = size(union(shared))
    wanted = size(excerpts)
    taken = size(retrieved)
    missed = sum(size([one]) - size(union(cut for cut in shared if intersection(one, cut) == cut)) for one in excerpts)
    return Overlap(_share(inter, wanted), _share(inter, taken), _share(inter, taken + missed))


def ceiling(excerpts: Sequence[Span], chunks: Iterable[Span]) -> float:
    """Returns the precision if exactly those of all ``chunks`` were retrieved that touch an excerpt (P-omega)."""
    touching = [chunk for chunk in chunks if any(intersection(chunk, one) is not None for one in excerpts)]
    return measure(excerpts, touching).precision


def first_characters(ranked: Iterable[Span], limit: int) -> list[Span]:
    """Returns the best chunks as far as they hold ``limit`` characters together; the last one may be cut short."""
    found: list[Span] = []
    left = limit
    for note, start, end in ranked:
        if left <= 0:
            break
        found.append((note, start, min(end, start + left)))
        left -= end - start
    return found


def intersection(one: Span, other: Span) -> Span | None:
    """Returns the characters that both hold, or None."""
    start, end = max(one[1], other[1]), min(one[2], other[2])
    return (one[0], start, end) if one[0] == other[0] and start < end else None


def union(spans: Iterable[Span]) -> list[Span]:
    """Returns the same characters in spans that neither overlap nor touch, sorted."""
    out: list[Span] = []
    for note, start, end in sorted(spans):
        if out and out[-1][0] == note and start <= out[-1][2]:
            out[-1] = (note, out[-1][1], max(out[-1][2], end))
        else:
            out.append((note, start, end))
    return out


def size(spans: Iterable[Span]) -> int:
    """Returns the number of characters; one that stands in two spans counts twice."""
    return sum(end - start for _, start, end in spans)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
