"""Questions for judging chunking: each with the exact excerpts of a corpus that answer it.

The format is that of https://github.com/brandonstarxel/chunking_evaluation: ``questions.csv`` with the columns
``question``, ``references`` (JSON: ``content``, ``start_index``, ``end_index``) and ``corpus_id``; ``corpora/*.md``.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.errors import UsageError
from assistant.evaluation.retrieval import Span
from assistant.types import Note

_COLUMNS = {"question", "references", "corpus_id"}


@dataclass(frozen=True, slots=True)
class ExcerptCase:
    """A question. ``kind`` is the corpus that answers it, ``gold`` the excerpts."""

    id: str
    kind: str
    question: str
    gold: tuple[Span, ...]


def load_excerpts(folder: Path) -> tuple[tuple[Note, ...], tuple[ExcerptCase, ...]]:
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
    return tuple(Note(name, text, "markdown", name) for name, text in texts.items()), cases


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
