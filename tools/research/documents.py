"""Suite ``documents``: how well what is in a file is read from it.

    made        documents made of one source by the tools that people use; what is in them is known exactly
    bookmarks   PDF files of ``--data``, read without their bookmarks and with them: are the headings those?
    pictures    the first page of each made PDF as a picture: how many characters does text recognition get right?
    marks       the PDFs, those of ``--data`` and pictures of pages: are the words that a citation marks the cited ones?
    questions   questions over the made documents of each format: is the sentence, list item, line or cell found?
    elsewhere   questions over a manual and a deck of slides in ``--data`` that are not part of the project: are the
                words found, and on the page where they stand? ``elsewhere.jsonl`` names the files by their sha256

The sources lie in ``eval/documents``. A tool that is not on this machine makes nothing; the report says which.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.config import NotesConfig
from assistant.core.json_form import JsonForm
from assistant.documents.formats import format_of
from assistant.documents.loading import load_document, parse
from assistant.documents.ocr.recognizer import install_hint
from assistant.errors import UnreadableNote, UsageError
from assistant.evaluation.datasets import Dataset, indexed, read_rows
from assistant.evaluation.intervals import mean, ratio
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.retrieval import TOP
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.index.retriever import Retriever
from assistant.types import Document
from tools.research.bookmarks import bookmarks_of, findable, hidden_bookmarks, names_slides, shown_bookmarks
from tools.research.document_scores import normal, parts_of_document, parts_of_markdown, scores
from tools.research.made_documents import FORMATS, MadeFormat, NotMade, make, sources
from tools.research.marked_words import marked_in_pdf, marked_in_scan, marks_row
from tools.research.scanned_pages import CONDITIONS, accuracy, page_characters, recognized_characters

SOURCES = Path(__file__).parents[2] / "eval" / "documents"
ELSEWHERE = SOURCES / "elsewhere.jsonl"
MADE, BOOKMARKS, PICTURES, MARKS, QUESTIONS = "made", "bookmarks", "pictures", "marks", "questions"
FOREIGN = "elsewhere"
GOALS = {"headings": 0.98, "cells": 0.97, "order": 0.99, "hit@4": 0.92, "page": 0.92}
BOOKMARK_GOALS = {"hidden recall": 0.95, "hidden precision": 0.92, "shown recall": 1.0, "shown precision": 1.0}
PICTURE_GOALS = {"300 dpi": 0.99, "150 dpi": 0.97}
MARKS_GOAL = 0.98
_PICTURED = "pdf typst"
_MARKED_PICTURES = ("300 dpi", "150 dpi")
_CELL = "cell"
_WORD = re.compile(r"[^\W_]+")
_SEED = 0


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """A line of ``questions.jsonl``.

    Attributes:
        note: The source that answers it, without its ending.
        kind: What answers: ``text``, ``list``, ``code`` or ``cell``.
        quote: The words that answer; of a cell, what it says.
        row: The first cell of the row, of a cell.
        column: The head of the column, of a cell.
    """

    id: str
    kind: str
    question: str
    note: str
    quote: str
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class ForeignQuestion:
    """A line of ``elsewhere.jsonl``.

    Attributes:
        file: What the document was called; a reader knows it by its checksum.
        quote: The words that answer; of a cell, what it says.
        page: The page they stand on, from 1.
        row: The first cell of the row, of a cell.
    """

    id: str
    file: str
    sha256: str
    kind: str
    question: str
    quote: str
    page: int
    row: str = ""


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """A file that is read, or a question over files.

    Attributes:
        kind: ``made``, ``bookmarks``, ``pictures``, ``marks`` or ``questions``.
        group: Whose figures are reported together: the format, or what was made of a page.
        file: What is read; of a question, nothing.
        source: What it was made of.
        asked: The question.
        page: Where its answer stands, of a document that is not part of the project.
    """

    id: str
    kind: str
    group: str
    file: Path = Path()
    source: Path = Path()
    deepest_heading: int = 6
    asked: DocumentQuestion | None = None
    page: int = 0


_QUESTION = JsonForm[DocumentQuestion](DocumentQuestion)
_FOREIGN = JsonForm[ForeignQuestion](ForeignQuestion)


@dataclass(slots=True)
class _Material:
    """The files that could be made, and why others could not."""

    cases: list[DocumentCase] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Makes the documents, reads them, and searches them.

    Raises:
        UsageError: No case is of the kinds that were asked for.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as open_:
        material = _material(Path(folder), options)
        cases = sample(of_kinds(material.cases, options.kinds, SUITE.name), options.limit, options.seed, _group_of)
        reader = _Reader(subject, Path(folder), material.cases, open_)
        rows, complete = run_cases(cases, reader.row, options)
    sound = [row for row in rows if not row["error"]]
    return Report(
        suite=SUITE.name,
        settings={**options.drawn, "skipped": material.skipped},
        fingerprint=subject.index.fingerprint(),
        metrics=(crashed(rows), *metrics(sound)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _material(folder: Path, options: SuiteOptions) -> _Material:
    wanted = options.kinds or (MADE, BOOKMARKS, PICTURES, MARKS, QUESTIONS, FOREIGN)
    material = _Material()
    if {MADE, PICTURES, MARKS, QUESTIONS} & set(wanted):
        for kind in FORMATS:
            _add_format(material, kind, folder)
    if PICTURES in wanted:
        _add_pictures(material)
    if MARKS in wanted:
        _add_marks(material, options.data)
    if BOOKMARKS in wanted:
        _add_bookmarks(material, options.data)
    if FOREIGN in wanted:
        _add_foreign(material, options.data)
    return material


def _add_format(material: _Material, kind: MadeFormat, folder: Path) -> None:
    if format_of(f"note{kind.ending}") is None:
        material.skipped.append(f"{kind.name}: files of this kind are not read")
        return
    place = folder / kind.name.replace(" ", "-")
    place.mkdir()
    try:
        made = [(source, make(kind, source, place)) for source in sources(SOURCES)]
    except NotMade as reason:
        material.skipped.append(f"{kind.name}: {reason}")
        return
    for source, file in made:
        name = f"{kind.name} {source.stem}"
        material.cases.append(DocumentCase(name, MADE, kind.name, file, source, kind.deepest_heading))
    for asked in read_rows(SOURCES / "questions.jsonl", _QUESTION):
        material.cases.append(DocumentCase(f"{kind.name} {asked.id}", QUESTIONS, kind.name, asked=asked))


def _add_pictures(material: _Material) -> None:
    if hint := install_hint():
        material.skipped.append(f"pictures: text recognition is not installed. {hint}")
        return
    pdfs = [case for case in material.cases if case.kind == MADE and case.group == _PICTURED]
    for condition in CONDITIONS:
        for made in pdfs:
            name = f"{made.source.stem}, {condition}"
            material.cases.append(DocumentCase(name, PICTURES, condition, made.file))


def _add_marks(material: _Material, data: Path | None) -> None:
    pdfs = [case for case in material.cases if case.kind == MADE and case.file.suffix == ".pdf"]
    others = sorted(data.glob("*.pdf")) if data else []
    material.cases += [DocumentCase(f"marks, {one.id}", MARKS, one.group, one.file) for one in pdfs]
    material.cases += [DocumentCase(f"marks, {file.name}", MARKS, "pdf", file) for file in others]
    if not install_hint():
        material.cases += [
            DocumentCase(f"marks, {one.source.stem}, {condition}", MARKS, condition, one.file)
            for condition in _MARKED_PICTURES
            for one in pdfs
            if one.group == _PICTURED
        ]


def _add_bookmarks(material: _Material, data: Path | None) -> None:
    if data is None:
        material.skipped.append("bookmarks: name a folder of PDF files with --data")
        return
    if not data.is_dir():
        raise UsageError(f"There is no folder {data}.", hint="Name a folder of PDF files that have bookmarks.")
    for file in sorted(data.glob("*.pdf")):
        named = bookmarks_of(file)
        marks = findable(named, file)
        if not marks:
            why = "none of its bookmarks stands on its page" if named else "it has no bookmarks"
            material.skipped.append(f"{file.name}: {why}")
        elif not names_slides(file, marks):
            material.skipped.append(f"{file.name}: its bookmarks name parts, not slides")
        else:
            material.cases.append(DocumentCase(file.name, BOOKMARKS, "pdf", file))


def _add_foreign(material: _Material, data: Path | None) -> None:
    asked = list(read_rows(ELSEWHERE, _FOREIGN))
    files = [file for file in sorted(data.iterdir()) if file.is_file()] if data is not None and data.is_dir() else []
    known = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}
    for name, checksum in dict.fromkeys((one.file, one.sha256) for one in asked):
        if checksum not in known:
            material.skipped.append(f"elsewhere: {name} with the checksum {checksum[:12]}... is not in --data")
    for one in asked:
        if one.sha256 in known:
            file = known[one.sha256]
            question = DocumentQuestion(one.id, one.kind, one.question, file.stem, one.quote, one.row)
            case_id = f"{one.file} {one.id}"
            material.cases.append(DocumentCase(case_id, FOREIGN, one.file, file, asked=question, page=one.page))


def _group_of(case: DocumentCase) -> Hashable:
    return case.kind, case.group


class _Reader:
    """Reads and searches the files of the cases. The index of a format is made when it is first asked."""

    def __init__(
        self, subject: MeasuredAssistant, folder: Path, cases: Sequence[DocumentCase], open_: contextlib.ExitStack
    ) -> None:
        self._subject = subject
        self._config = subject.settings.now.notes
        self._folder = folder
        self._cases = cases
        self._open = open_
        self._retrievers: dict[str, Retriever] = {}
        self._notes: dict[str, tuple[Document, ...]] = {}

    def row(self, case: DocumentCase) -> Row:
        """Returns what is to be said of a case."""
        row: Row = {"id": case.id, "kind": case.kind, "group": case.group, "error": ""}
        if case.kind == MADE:
            return row | made_row(case, self._config)
        if case.kind == BOOKMARKS:
            return row | self._bookmark_row(case)
        if case.kind == PICTURES:
            return row | picture_row(case)
        if case.kind == MARKS:
            return row | marks_of(case, self._config)
        if case.asked is None:
            raise ValueError(f"case {case.id} has no question")
        found = self._question_row(case.asked, self._retriever(case.group))
        return row | found | (self._page_row(case, case.asked) if case.kind == FOREIGN else {})

    def _bookmark_row(self, case: DocumentCase) -> Row:
        hidden = hidden_bookmarks(case.file, self._folder, self._config)
        shown = shown_bookmarks(case.file, self._config).agreement
        return {
            "bookmarks": hidden.agreement.there,
            "hidden right": hidden.agreement.right,
            "hidden found": hidden.agreement.found,
            "shown right": shown.right,
            "shown found": shown.found,
            "missed": [str(one) for one in hidden.missed],
            "wrong": [str(one) for one in hidden.wrong],
        }

    def _question_row(self, asked: DocumentQuestion, retriever: Retriever) -> Row:
        hits = retriever.search(asked.question).hits[:TOP]
        texts = [hit.chunk.text for hit in hits if Path(hit.chunk.note).stem == asked.note]
        found = any(answers(asked, text) for text in texts)
        return {"question": asked.question, "answered by": asked.kind, f"hit@{TOP}": found}

    def _page_row(self, case: DocumentCase, asked: DocumentQuestion) -> Row:
        """Returns whether the first passage that answers names the page on which the words stand."""
        hits = self._retriever(case.group).search(asked.question).hits[:TOP]
        chunk = next((hit.chunk for hit in hits if answers(asked, hit.chunk.text)), None)
        if chunk is None:
            return {"page": False, "cited page": 0}
        words = r"[\W_]*".join(map(re.escape, _WORD.findall(asked.quote)))
        found = re.search(words, chunk.text, re.IGNORECASE)
        page = self._notes[case.group][0].page_at(chunk.start + (found.start() if found else 0)) or 0
        return {"page": page == case.page, "cited page": page}

    def _retriever(self, group: str) -> Retriever:
        if group not in self._retrievers:
            made = {c.file: c for c in self._cases if c.group == group and c.kind in (MADE, FOREIGN)}
            notes = tuple(_read(case, self._config) for case in made.values())
            self._notes[group] = notes
            self._retrievers[group] = self._open.enter_context(indexed(Dataset(group, notes, ()), self._subject))
        return self._retrievers[group]


def made_row(case: DocumentCase, config: NotesConfig) -> Row:
    """Returns how well a made document was read; one that cannot be read counts as read wholly wrong."""
    truth = parts_of_markdown(case.source.read_text(encoding="utf-8"), case.deepest_heading)
    return dict(scores(truth, parts_of_document(_read(case, config))))


def picture_row(case: DocumentCase) -> Row:
    """Returns how many characters of a page are recognised in its picture, and how sure the recognition was."""
    from assistant.documents.ocr.recognition import read_page_picture

    page = read_page_picture(CONDITIONS[case.group](case.file))
    right = accuracy(page_characters(case.file), recognized_characters(page))
    return {"characters": right, "confidence": page.confidence}


def marks_of(case: DocumentCase, config: NotesConfig) -> Row:
    """Returns how many of the marked passages of a PDF, or of the picture of its first page, are the cited ones."""
    if case.group not in CONDITIONS:
        return dict(marks_row(marked_in_pdf(case.file, config, _SEED)))
    return dict(marks_row(marked_in_scan(case.file, CONDITIONS[case.group], config, _SEED), scanned=True))


def _read(case: DocumentCase, config: NotesConfig) -> Document:
    """Returns a made document as it is read; one that cannot be read is an empty one."""
    try:
        return load_document(case.file, case.file.name, config)
    except UnreadableNote:
        return parse(case.file.name, "")


def answers(asked: DocumentQuestion, passage: str) -> bool:
    """Returns whether a passage holds the words that answer; of a cell, in one line with the first cell of its row."""
    wanted = [normal(part) for part in (asked.row, asked.quote) if part]
    lines = passage.split("\n") if asked.kind == _CELL else [passage]
    return any(all(part in normal(line) for part in wanted) for line in lines)


def metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the figures of each format, then those of the bookmarks."""
    for group in dict.fromkeys(row["group"] for row in rows if row["kind"] in (MADE, QUESTIONS, FOREIGN)):
        of_group = [row for row in rows if row["group"] == group and row["kind"] in (MADE, QUESTIONS, FOREIGN)]
        for name in dict.fromkeys(key for row in of_group for key, value in row.items() if _is_figure(value)):
            values = [float(row[name]) for row in of_group if name in row]
            yield Metric(f"{name}, {group}", mean(values), GOALS.get(name))
    for condition in dict.fromkeys(row["group"] for row in rows if row["kind"] == PICTURES):
        of_condition = [row for row in rows if row["group"] == condition]
        goal = PICTURE_GOALS.get(condition)
        yield Metric(f"characters, {condition}", mean([row["characters"] for row in of_condition]), goal)
        yield Metric(f"confidence, {condition}", mean([row["confidence"] for row in of_condition]))
    for group in dict.fromkeys(row["group"] for row in rows if row["kind"] == MARKS):
        of_group = [row for row in rows if row["kind"] == MARKS and row["group"] == group]
        share = ratio([row["marked right"] for row in of_group], [row["marked"] for row in of_group])
        yield Metric(f"marked words, {group}", share, MARKS_GOAL)
    yield from _bookmark_metrics([row for row in rows if row["kind"] == BOOKMARKS])


def _is_figure(value: object) -> bool:
    return isinstance(value, bool | float)


def _bookmark_metrics(rows: Sequence[Mapping[str, int]]) -> Iterator[Metric]:
    if not rows:
        return
    for name, goal in BOOKMARK_GOALS.items():
        way, measure = name.split()
        bottoms = [row["bookmarks" if measure == "recall" else f"{way} found"] for row in rows]
        yield Metric(f"bookmarks {name}", ratio([row[f"{way} right"] for row in rows], bottoms), goal)


SUITE = Suite(
    "documents",
    "Files of every format (--data: PDF with bookmarks): is what is in them read right, and found?",
    run,
    needs_data=False,
    asks=False,
)
