"""The question sets: questions with the place of their answer, or without one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from assistant.errors import UsageError
from assistant.evaluation.retrieval import Span
from assistant.evaluation.running import of_kinds, sample
from assistant.types import Note, Scope

T = TypeVar("T")


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
    files = (questions / "answerable.jsonl", questions / "unanswerable.jsonl")
    cases = tuple(case for file in files for case in parsed(file, lambda row: _notes_case(row, texts)))
    return Dataset("notes", notes, cases)


def _notes_case(row: Mapping[str, Any], texts: Mapping[str, str]) -> Case:
    quotes = [*row.get("gold", []), *row.get("also", [])]
    gold = tuple(find_quote(texts, str(quote["note"]), str(quote["quote"])) for quote in quotes)
    facts = tuple(map(str, row.get("facts", ())))
    return Case(str(row["id"]), str(row["question"]), str(row["kind"]), gold, facts)


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
    with _readable(folder / "dev_docs.json"):
        docs = json.loads((folder / "dev_docs.json").read_text(encoding="utf-8"))
        articles = dict(_article(doc) for doc in docs)
    pairs = parsed(folder / "dev_questions.jsonl", lambda row: _squad_cases(row, articles))
    notes = tuple(Note(name, text, "markdown", name) for name, (text, _) in articles.items())
    return Dataset("squad", notes, tuple(case for pair in pairs for case in pair))


def _article(doc: Mapping[str, Any]) -> tuple[str, tuple[str, tuple[int, ...]]]:
    """Returns an article's name, its text, and where its paragraphs begin."""
    paragraphs = [str(paragraph) + "\n\n" for paragraph in doc["paragraphs"]]
    starts = tuple(accumulate(map(len, paragraphs[:-1]), initial=0))
    return str(doc["doc"]), ("".join(paragraphs), starts)


def _squad_cases(row: Mapping[str, Any], articles: Mapping[str, tuple[str, tuple[int, ...]]]) -> tuple[Case, Case]:
    """Returns the question within its own article, and within the next one."""
    name, question, names = str(row["doc"]), str(row["question"]), list(articles)
    base = articles[name][1][row["para"]]
    pairs = zip(row["answer_starts"], row["answers"], strict=False)
    gold = tuple((name, base + start, base + start + len(answer)) for start, answer in pairs)
    facts = ("|".join(answer.lower() for answer in row["answers"]),) if gold else ()
    other = names[(names.index(name) + 1) % len(names)]
    own = Case(str(row["id"]), question, "hard", gold, facts, Scope(name))
    return own, Case(f"{row['id']}-easy", question, "easy", scope=Scope(other))


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the objects of a file with one JSON object per line.

    Raises:
        UsageError: The file is missing, or a line is no JSON.
    """
    yield from parsed(path, lambda row: row)


def parsed(path: Path, read: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    """Yields what ``read`` makes of each line of a file with one JSON object per line.

    Raises:
        UsageError: The file is missing, or ``read`` cannot make anything of a line.
    """
    if not path.is_file():
        raise UsageError(f"There is no {path}.", hint="Name the folder that holds it with --data.")
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                with _readable(path, f", line {number}"):
                    made = read(json.loads(line))
                yield made


@contextlib.contextmanager
def _readable(path: Path, where: str = "") -> Iterator[None]:
    """Says which place of a file is not of the form that is read."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        fault = f"{path.name}{where} is not of the form that is read: {type(error).__name__}: {str(error)[:200]}."
        raise UsageError(fault, hint="Mend it, or take the file from its source again.") from error


def find_quote(texts: Mapping[str, str], note: str, quote: str) -> Span:
    """Returns where ``quote`` stands in ``note``; ``texts`` holds the notes' texts by their paths.

    Raises:
        UsageError: It does not stand there.
    """
    start = texts.get(note, "").find(quote)
    if start < 0:
        raise UsageError(f"The quote {quote[:60]!r} does not stand in {note}.", hint="Correct the question set.")
    return note, start, start + len(quote)
