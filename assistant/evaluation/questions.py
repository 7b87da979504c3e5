"""The question sets: questions with the place of their answer, or without one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.evaluation.retrieval import Span
from assistant.evaluation.running import of_kinds, sample
from assistant.types import Note, Scope


@dataclass(frozen=True, slots=True)
class Case:
    """One question.

    Attributes:
        kind: How it was made, e.g. ``plain``, ``typed``, ``near``, ``far``.
        gold: ``(note, start, end)`` of every passage that answers it; empty if the notes do not.
        facts: Each must occur in a right answer, in lower case; ``|`` separates alternatives.
    """

    id: str
    question: str
    kind: str
    gold: tuple[tuple[str, int, int], ...] = ()
    facts: tuple[str, ...] = ()
    scope: Scope = Scope()  # noqa: RUF009  (frozen)

    @property
    def answerable(self) -> bool:
        """Whether the notes answer it."""
        return bool(self.gold)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Notes, and questions about them."""

    name: str
    notes: tuple[Note, ...]
    cases: tuple[Case, ...]

    def sample(self, limit: int = 0, seed: int = 0, kinds: Sequence[str] = ()) -> Dataset:
        """Returns a dataset of some of the cases, in their order. The same arguments always give the same cases.

        Args:
            limit: At most so many, every kind (answerable or not) in its share; 0 for all.
            seed: Of the draw.
            kinds: Only these; empty for all.

        Raises:
            UsageError: No case is of these kinds.
        """
        cases = of_kinds(self.cases, kinds, self.name)
        return replace(self, cases=tuple(sample(cases, limit, seed, lambda case: (case.kind, case.answerable))))


def load_notes_set(notes_root: Path, questions: Path) -> Dataset:
    """Returns the questions over the sample course.

    Raises:
        UsageError: A file is missing, or a quote does not stand in its note.
    """
    texts = read_notes(notes_root)
    notes = tuple(Note(name, text, "markdown", name) for name, text in texts.items() if name != "README.md")
    cases = []
    for row in (*read_rows(questions / "answerable.jsonl"), *read_rows(questions / "unanswerable.jsonl")):
        quotes = [*row.get("gold", []), *row.get("also", [])]
        gold = tuple(find_quote(texts, quote["note"], quote["quote"]) for quote in quotes)
        cases.append(Case(row["id"], row["question"], row["kind"], gold, tuple(row.get("facts", ()))))
    return Dataset("notes", notes, tuple(cases))


def read_notes(notes_root: Path) -> dict[str, str]:
    """Returns the texts of the sample course by their paths below ``notes_root``, in order."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(notes_root.glob("*.md"))}


def load_squad(folder: Path) -> Dataset:
    """Returns SQuAD 2.0 articles as notes: each question within its own article, and again within another one (easy).

    Raises:
        UsageError: A file is missing.
    """
    if not (folder / "dev_docs.json").is_file():
        raise UsageError(f"There is no {folder / 'dev_docs.json'}.", hint="Name the folder that holds it.")
    notes, starts = [], {}
    for doc in json.loads((folder / "dev_docs.json").read_text(encoding="utf-8")):
        text, offsets = "", []
        for paragraph in doc["paragraphs"]:
            offsets.append(len(text))
            text += paragraph + "\n\n"
        notes.append(Note(doc["doc"], text, "markdown", doc["doc"]))
        starts[doc["doc"]] = offsets
    names = [note.path for note in notes]
    cases = []
    for row in read_rows(folder / "dev_questions.jsonl"):
        base = starts[row["doc"]][row["para"]]
        pairs = zip(row["answer_starts"], row["answers"], strict=False)
        gold = tuple((row["doc"], base + start, base + start + len(answer)) for start, answer in pairs)
        facts = ("|".join(answer.lower() for answer in row["answers"]),) if gold else ()
        other = names[(names.index(row["doc"]) + 1) % len(names)]
        cases.append(Case(row["id"], row["question"], "hard", gold, facts, Scope(row["doc"])))
        cases.append(Case(row["id"] + "-easy", row["question"], "easy", scope=Scope(other)))
    return Dataset("squad", tuple(notes), tuple(cases))


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the objects of a file with one JSON object per line.

    Raises:
        UsageError: The file is missing.
    """
    if not path.is_file():
        raise UsageError(f"There is no {path}.", hint="Name the folder that holds it with --data.")
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def find_quote(texts: Mapping[str, str], note: str, quote: str) -> Span:
    """Returns where ``quote`` stands in ``note``; ``texts`` holds the notes' texts by their paths.

    Raises:
        UsageError: It does not stand there.
    """
    start = texts.get(note, "").find(quote)
    if start < 0:
        raise UsageError(f"The quote {quote[:60]!r} does not stand in {note}.", hint="Correct the question set.")
    return note, start, start + len(quote)
