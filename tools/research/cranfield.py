"""Suite ``cranfield``: is the fused order of the search better than that by meaning, and than that by words?

Of abstracts on aerodynamics, for questions of researchers, with people's grades of how relevant each abstract is:

Cleverdon 1967, "The Cranfield tests on index language devices". Files: ``cran.all.1400``, ``cran.qry``, ``cranqrel``
(http://ir.dcs.gla.ac.uk/resources/test_collections/cran).

The judgements' own scale runs from 1, a complete answer, over 2 (of a high degree of relevance) and 3 (useful as
background) to 4, of minimum interest, so the gains are 4, 3, 2 and 1. (Some copies explain the scale the other way
round. The texts agree with Cleverdon: the mean cosine of question and abstract falls from 0.52 at 1 to 0.48 at 4.)
Each question also has one document with -1, which the collection does not explain. With 0.60 it is the nearest of all,
as the paper from which the question arose would be, so it counts like 1 here; the other reading is reported beside.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.datasets import Dataset, indexed
from assistant.evaluation.intervals import mean, paired_difference
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.index.retriever import Retriever
from assistant.types import Document

GAINS: Mapping[int, int] = {1: 4, 2: 3, 3: 2, 4: 1, -1: 4}
UNEXPLAINED = -1
TOP = 10
FUSION, MEANING, WORDS = "fusion", "meaning", "words"
_WITHOUT = "_without_unexplained"

_RECORD = re.compile(r"^\.I[ \t]+", re.MULTILINE)
_FIELD = re.compile(r"^\.([TABW])[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RankingCase:
    """A question. ``grades`` has the collection's own grade of each document that was judged relevant, by its path."""

    id: str
    question: str
    grades: Mapping[str, int]
    kind: str = "question"

    def gains(self, *, unexplained: bool = True) -> dict[str, int]:
        """Returns what finding each document is worth; those of grade -1 are worth nothing unless ``unexplained``."""
        return {path: GAINS[grade] for path, grade in self.grades.items() if unexplained or grade != UNEXPLAINED}


def load_cranfield(folder: Path) -> tuple[tuple[Document, ...], tuple[RankingCase, ...]]:
    """Returns the abstracts, each a note with its title as the heading, and the questions that have judgements.

    ``cranqrel`` numbers the questions by their order in ``cran.qry``, from 1, and not by what stands behind ``.I``.

    Raises:
        UsageError: A file is missing or of another form.
    """
    notes = tuple(_note(fields) for fields in _records(folder / "cran.all.1400"))
    grades = _judgements(folder / "cranqrel", {note.path for note in notes})
    asked = enumerate(_records(folder / "cran.qry"), start=1)
    cases = (
        RankingCase(f"q{number:03}", _joined(fields.get("W", "")), grades.get(number, {})) for number, fields in asked
    )
    return notes, tuple(case for case in cases if case.grades)


def ndcg(ranked: Sequence[str], gains: Mapping[str, int], k: int) -> float:
    """Returns the normalised discounted cumulative gain of the first ``k`` of distinct documents, in [0, 1].

    DCG@k = sum of gain / log2(rank + 1), divided by that of the best order (Järvelin and Kekäläinen 2002).
    """
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg([gains.get(path, 0) for path in ranked[:k]]) / ideal if ideal else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _records(path: Path) -> list[dict[str, str]]:
    records = _RECORD.split(_read(path))[1:]
    if not records:
        raise UsageError(f"{path} holds no record that begins with .I.", hint="Use the files of the collection.")
    found = []
    for record in records:
        number, *parts = _FIELD.split(record)
        fields = {"I": number.strip()}
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            fields.setdefault(name, text.strip())
        found.append(fields)
    return found


def _note(fields: Mapping[str, str]) -> Document:
    """Returns an abstract as a note. The collection begins each text with its title; here it stands once."""
    title, text = _joined(fields.get("T", "")), _joined(fields.get("W", ""))
    body = text.removeprefix(title).strip()
    path = fields["I"].lstrip("0") + ".md"
    return parse(path, f"# {title}\n\n{body}\n" if title else f"{body}\n", "markdown", title)


def _judgements(path: Path, known: set[str]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for number, line in enumerate(_read(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            question, document, grade = map(int, line.split())
            GAINS[grade]
        except (ValueError, KeyError) as error:
            raise UsageError(
                f"{path}, line {number} is not a question, a document and a grade: {line!r}.",
                hint="Grades are 1 to 4 and -1.",
            ) from error
        if f"{document}.md" in known:
            found.setdefault(question, {})[f"{document}.md"] = grade
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", hint="assistant eval run cranfield --data FOLDER"
        ) from error


def _joined(text: str) -> str:
    return " ".join(text.split())


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Ranks the abstracts for every question in three ways.

    Raises:
        UsageError: The data are missing or of another form.
    """
    if options.data is None:
        raise UsageError("The suite cranfield needs its data.", hint="assistant eval run cranfield --data FOLDER")
    notes, cases = load_cranfield(options.data)
    chosen = sample(of_kinds(cases, options.kinds, "cranfield"), options.limit, options.seed)
    with indexed(Dataset("cranfield", notes, ()), subject) as retriever:
        rows, complete = run_cases(chosen, lambda case: _row(case, retriever), options)
    sound = [row for row in rows if not row["error"]]
    return Report(
        suite="cranfield",
        settings={**options.drawn, "documents": len(notes)},
        fingerprint=subject.index.fingerprint(),
        metrics=(crashed(rows), *ranking_metrics(sound)),
        controls=tuple(ranking_controls(sound)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _row(case: RankingCase, retriever: Retriever) -> Row:
    row: Row = {"id": case.id, "kind": case.kind, "question": case.question, "error": ""}
    orders = rankings(case.question, retriever)
    for name, ranked in orders.items():
        row[f"ndcg_{name}"] = ndcg(ranked, case.gains(), TOP)
        row[f"ndcg_{name}{_WITHOUT}"] = ndcg(ranked, case.gains(unexplained=False), TOP)
    row["ndcg_backwards"] = ndcg(orders[FUSION][::-1], case.gains(), TOP)
    return row


def rankings(question: str, retriever: Retriever) -> Mapping[str, list[str]]:
    """Returns the notes in production's order, by meaning alone and by words alone; each stands at its best passage."""
    trace = retriever.trace(question)
    chunks = retriever.store.chunks(trace.fusion.ids)

    def notes(ids: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(chunks[id_].note for id_ in ids))

    return {
        FUSION: notes(trace.fusion.ids[row] for row in trace.fusion.order),
        MEANING: notes(id_ for id_, _ in trace.found.dense),
        WORDS: notes(id_ for id_, _ in trace.found.lexical),
    }


def ranking_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields nDCG@10 of the three orders, and by how much the fused one is better, question by question."""
    for name in (FUSION, MEANING, WORDS):
        yield Metric(f"nDCG@{TOP}, {name}", mean([row[f"ndcg_{name}"] for row in rows]))
    for suffix, noted in (("", ""), (_WITHOUT, ", documents of grade -1 left out")):
        fused = [row[f"ndcg_{FUSION}{suffix}"] for row in rows]
        for name in (MEANING, WORDS):
            gain = paired_difference([row[f"ndcg_{name}{suffix}"] for row in rows], fused)
            yield Metric(f"nDCG@{TOP}, fusion less {name}{noted}", gain, goal=0.0)


def ranking_controls(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields what must be bad: the fused order read from its end."""
    yield Metric(f"nDCG@{TOP}, fusion backwards", mean([row["ndcg_backwards"] for row in rows]))


SUITE = Suite("cranfield", "1,400 abstracts, graded (--data): is fusion better than either search?", run, asks=False)
