"""Suite ``mine``: how well the student's own notes are found, by the names in them, the quiz bank and questions kept.

Of every list item with a bold name that no other has it is asked what that is. Every question of the bank knows the
words of the notes that prove its key, and a kept question those that were cited in an answer the student called right.
All are asked of the index in use; no model is needed. Choices, short answers
and gaps (without the gap) are asked; a statement may be false, and a match or an order does not name what it is about.

The names and the questions of the bank are the notes' own words, so they are easier than a student's. The kept ones are
not: the more there are, the more the figures say.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from assistant.errors import NoteNotFound, UsageError
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.retrieval import TOP, Span, covered, found_row, retrieval_metrics
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.quiz.bank_store import Bank
from assistant.quiz.item import GAP, Anchor, Item, Kind
from assistant.study.anchoring import QuoteMatch, relocate
from assistant.study.database import StudyDatabase
from assistant.study.kept_questions import KeptQuestion, KeptQuestions
from assistant.study.schema import MIGRATIONS
from assistant.types import Document, Element, ElementKind
from assistant.workspace import Workspace

KEPT = "kept"
NAME = "name"
_ASKED = (Kind.CHOICE, Kind.SHORT, Kind.CLOZE)
_HINT = (
    "Make some: assistant quiz bank build. Or keep a question under a right answer in the app, or give list items bold "
    "names."
)

ReadNote = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A question about the student's notes.

    Attributes:
        kind: Of the item in the bank, ``kept`` or ``name``.
        proofs: The words that answer it.
    """

    id: str
    kind: str
    question: str
    proofs: tuple[Anchor, ...]


def cases_of(items: Iterable[Item], kept: Iterable[KeptQuestion]) -> tuple[OwnCase, ...]:
    """Returns the cases of a bank and of kept questions; each question once."""
    asked = (OwnCase(item.id, str(item.kind), _question(item), item.proofs) for item in items if item.kind in _ASKED)
    saved = (OwnCase(one.id, KEPT, one.question, one.proofs) for one in kept)
    by_question: dict[tuple[str, str], OwnCase] = {}
    for case in (*saved, *asked):
        by_question.setdefault((case.kind, case.question), case)
    return tuple(by_question.values())


def _question(item: Item) -> str:
    return " ".join(item.question.replace(GAP, " ").split())


def name_cases(notes: Iterable[Document]) -> tuple[OwnCase, ...]:
    """Returns a question for every list item of the notes with a bold name that no other item has."""
    found = [(note, _line(note, s), name) for note in notes for s in note.sentences() if (name := _bold_name(note, s))]
    times = Counter(name.casefold() for _, _, name in found)
    return tuple(
        OwnCase(f"{note.path}:{line.start}", NAME, f"What is {name}?", (line,))
        for note, line, name in found
        if times[name.casefold()] == 1
    )


def _bold_name(note: Document, sentence: Element) -> str:
    """Returns the bold name that a list item begins with, or nothing."""
    holder = note.elements[sentence.parent]
    is_first = holder.kind is ElementKind.ITEM and sentence.start == holder.body
    is_bold = is_first and note.text.startswith("**", sentence.start)
    return re.sub(r"\([^)]*\)", " ", sentence.label).strip(" -–:") if is_bold else ""


def _line(note: Document, sentence: Element) -> Anchor:
    start = note.elements[sentence.parent].start
    newline = note.text.find("\n", sentence.end)
    end = newline if newline >= 0 else len(note.text)
    return Anchor(note.path, (), start, end, note.text[start:end])


def load_cases(workspace: Workspace) -> tuple[OwnCase, ...]:
    """Returns the cases of a workspace; ``study.db`` is not made where there is none.

    Raises:
        StudyDatabaseError: It cannot be opened.
    """
    if not workspace.study_db.is_file():
        return ()
    with closing(StudyDatabase(workspace.study_db, MIGRATIONS)) as database:
        return cases_of(Bank(database).items(), KeptQuestions(database).all())


def gold_of(case: OwnCase, read: ReadNote) -> tuple[Span, ...]:
    """Returns where the proofs stand now, found again by their words; nothing if one does not stand any more.

    A passage that is only like the proof does not count: what is measured must be certain.
    """
    places = [_place(proof, read) for proof in case.proofs]
    return tuple(place for place in places if place is not None) if all(places) else ()


def _place(proof: Anchor, read: ReadNote) -> Span | None:
    try:
        note = read(proof.note)
    except NoteNotFound:
        return None
    if note.text[proof.start : proof.end] == proof.quote:
        return proof.note, proof.start, proof.end
    found = relocate(note, proof)
    if found is None or found.match is QuoteMatch.NEAR:
        return None
    return proof.note, found.anchor.start, found.anchor.end


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Searches the student's notes for every question whose proof still stands in them.

    Raises:
        UsageError: There is no such question.
        IndexMissing: The notes are not indexed.
    """
    retriever = subject.index.retriever.get()
    read = _remembered(retriever.store.note)
    everything = (*load_cases(subject.workspace), *name_cases(read(note.path) for note in retriever.store.notes()))
    if not everything:
        raise UsageError("There are no questions about your own notes yet.", hint=_HINT)
    golds = {case.id: gold for case in everything if (gold := gold_of(case, read))}
    standing = [case for case in everything if case.id in golds]
    if not standing:
        raise UsageError(
            f"The words that prove your {len(everything)} questions are no longer in your notes.",
            hint="Make new ones: assistant quiz bank build",
        )
    cases = sample(of_kinds(standing, options.kinds, "your notes"), options.limit, options.seed)
    found: dict[str, list[Span]] = {}

    def evaluate(case: OwnCase) -> Row:
        hits = retriever.search(case.question).hits
        found[case.id] = [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in hits]
        return _row(case, golds[case.id], found[case.id])

    rows, complete = run_cases(cases, evaluate, options)
    sound = [row for row in rows if not row["error"]]
    skipped = len(everything) - len(standing)
    return Report(
        suite=SUITE.name,
        settings={**options.drawn, "passages": subject.settings.now.retrieval.hits, "skipped as changed": skipped},
        fingerprint=subject.index.fingerprint(),
        metrics=(crashed(rows), *_metrics(sound)),
        controls=tuple(_controls([row["id"] for row in sound], golds, found)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _remembered(read: ReadNote) -> ReadNote:
    """Returns ``read`` that reads each note once."""
    notes: dict[str, Document] = {}

    def remembering(path: str) -> Document:
        if path not in notes:
            notes[path] = read(path)
        return notes[path]

    return remembering


def _row(case: OwnCase, gold: Sequence[Span], found: Sequence[Span]) -> Row:
    row: Row = {"id": case.id, "kind": case.kind, "question": case.question, "error": ""}
    return row | found_row(gold, found) | {"recall": covered(gold, found)}


def _metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the figures of all questions, then of each source where there are several."""
    everything = [row | {"kind": "all"} for row in rows]
    yield from retrieval_metrics(everything)
    yield Metric("recall", mean([row["recall"] for row in rows]))
    kinds = sorted({row["kind"] for row in rows})
    if len(kinds) > 1:
        yield from retrieval_metrics(rows)
        for kind in kinds:
            yield Metric(f"recall, {kind}", mean([row["recall"] for row in rows if row["kind"] == kind]))


def _controls(
    ids: Sequence[str], golds: Mapping[str, Sequence[Span]], found: Mapping[str, Sequence[Span]]
) -> Iterator[Metric]:
    """Yields hit@4 where each question is judged by the proof of another one, which must be low."""
    half = math.ceil(len(ids) / 2)
    others = [*ids[half:], *ids[:half]]
    wrong = [found_row(golds[other], found[id_])[f"hit_at_{TOP}"] for id_, other in zip(ids, others, strict=True)]
    yield Metric(f"hit@{TOP} by the proof of another question", mean([float(hit) for hit in wrong]))


SUITE = Suite(
    "mine",
    "Your own notes: what is named in them, your quiz bank, questions you kept.",
    run,
    needs_data=False,
    asks=False,
    in_all=False,
)
