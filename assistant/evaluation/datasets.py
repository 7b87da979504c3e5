"""The question sets: questions with the place of their answer, or without one."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from assistant.config import Config
from assistant.core.json_form import JsonForm
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.retrieval import Span
from assistant.evaluation.suites import MeasuredAssistant, of_kinds, sample
from assistant.index.chunking import split
from assistant.index.embedder import Embedder
from assistant.index.entries import Entry, FileState
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.types import Document, Scope

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
    notes: tuple[Document, ...]
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


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """Words of a note that answer a question."""

    note: str
    quote: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A line of a question set; ``also``: where the answer is said once more."""

    id: str
    question: str
    kind: str
    gold: tuple[GoldQuote, ...] = ()
    also: tuple[GoldQuote, ...] = ()
    facts: tuple[str, ...] = ()


_QUESTION = JsonForm[QuestionRow](QuestionRow)


def load_notes_set(notes_root: Path, questions: Path) -> Dataset:
    """Returns the questions over the sample course.

    Raises:
        UsageError: A file is missing or of another form, or a quote does not stand in its note.
    """
    texts = read_notes(notes_root)
    notes = tuple(parse(name, text, "markdown", name) for name, text in texts.items() if name != "README.md")
    files = (questions / "answerable.jsonl", questions / "unanswerable.jsonl")
    cases = tuple(_notes_case(row, texts) for file in files for row in read_rows(file, _QUESTION))
    return Dataset("notes", notes, cases)


def _notes_case(row: QuestionRow, texts: Mapping[str, str]) -> Case:
    return Case(row.id, row.question, row.kind, find_quotes(texts, row.gold + row.also), row.facts)


@contextlib.contextmanager
def indexed(
    dataset: Dataset, subject: MeasuredAssistant, pause: Callable[[], object] = lambda: None
) -> Iterator[Retriever]:
    """Gives a retriever over the dataset's notes; its index is gone afterwards. Calls ``pause`` before each note."""
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(
            index_dataset(dataset, Path(folder), subject.models.embedder.get(), subject.settings.now, pause)
        ) as retriever,
    ):
        yield retriever


def read_notes(notes_root: Path) -> dict[str, str]:
    """Returns the texts of the sample course by their paths below ``notes_root``, in order."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(notes_root.glob("*.md"))}


def index_dataset(
    dataset: Dataset, folder: Path, embedder: Embedder, config: Config, pause: Callable[[], object] = lambda: None
) -> Retriever:
    """Returns a retriever over the dataset's notes, indexed in ``folder`` as production does it."""
    store = Store(folder, create=True)
    store.begin_fingerprint("evaluation")
    for note in dataset.notes:
        pause()
        blocks, chunks = split(note, embedder, config.chunking)
        vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
        store.put(Entry(note, FileState(0, 0, ""), blocks, chunks), vectors)
    store.close()
    return Retriever(folder, embedder, lambda: config.retrieval, "evaluation")


def read_rows(path: Path, form: JsonForm[T]) -> Iterator[T]:
    """Yields the records of a file with one JSON object per line.

    Raises:
        UsageError: The file is missing, or a line is no such record.
    """
    if not path.is_file():
        raise UsageError(f"There is no {path}.", hint="Name its folder with --data.")
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield form.read(line, partial(not_of_the_form, path, f", line {number}"))


def read_folder(folder: Path, form: JsonForm[T], pattern: str = "*.jsonl") -> Iterator[tuple[Path, T]]:
    """Yields the records of every file of a folder that is so called, in order of their names, each with its file.

    Raises:
        UsageError: There is no such file, or a line is no such record.
    """
    files = sorted(folder.glob(pattern))
    if not files:
        raise UsageError(
            f"There is no {pattern.removeprefix('*')} file in {folder}.", hint="Name its folder with --data."
        )
    for file in files:
        for record in read_rows(file, form):
            yield file, record


def not_of_the_form(path: Path, where: str, fault: str) -> UsageError:
    """Returns the error of a file of which a place is not of the form that is read."""
    said = f"{path.name}{where} is not of the form that is read: {fault[:200]}."
    return UsageError(said, hint="Mend it, or take the file from its source again.")


def find_quotes(texts: Mapping[str, str], quotes: Sequence[GoldQuote]) -> tuple[Span, ...]:
    """Returns where the quotes stand; ``texts`` holds the notes' texts by their paths.

    Raises:
        UsageError: One does not stand in its note.
    """
    return tuple(_find_quote(texts.get(one.note, ""), one) for one in quotes)


def _find_quote(text: str, wanted: GoldQuote) -> Span:
    start = text.find(wanted.quote)
    if start < 0:
        fault = f"The quote {wanted.quote[:60]!r} is not in {wanted.note}."
        raise UsageError(fault, hint="Correct the question set.")
    return wanted.note, start, start + len(wanted.quote)
