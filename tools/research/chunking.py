"""Suite ``chunking``: how notes are cut and searched, judged by the excerpts that answer each question.

All corpora lie in one index, cut and searched as production does it. Beside it stand cuts with published figures,
searched by vectors alone: where they come out as published, what is measured here can be compared with other figures.
``tools.research.excerpts`` has the definitions.

The published cuts count tokens of OpenAI's cl100k (Smith and Troynikov 2024). Its vocabulary is not part of this
program; Qwen2.5's, in the file of the model that writes, is nearly the same byte-level BPE, so sizes agree to a few per
cent.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np

from assistant.errors import ModelError, UsageError
from assistant.evaluation.datasets import Dataset, indexed
from assistant.evaluation.intervals import Estimate, mean
from assistant.evaluation.report import Metric, Report, Row, RunSetting
from assistant.evaluation.retrieval import Span, with_goals
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.index.embedder import Embedder
from assistant.index.retriever import Retriever
from assistant.models.llama.library import LlamaModel
from assistant.types import Document
from tools.research.excerpts import ExcerptCase, ceiling, first_characters, load_excerpts, measure

Cut = Callable[[str, LlamaModel], list[tuple[int, int]]]


TOP = 5
CHARACTERS = 3000
"""Five chunks find more where chunks are larger; at equal text sizes can be compared."""

_DEEPEST = 60
_SMALL = frozenset({"chatlogs", "state_of_the_union", "wikitexts"})
_ALL = _SMALL | {"finance", "pubmed"}
_KNOWN: Mapping[frozenset[str], Mapping[str, float]] = {
    _ALL: {"TokenText 250/125": 0.824, "Recursive 200/0": 0.757},  # published, for all-MiniLM-L6-v2 and n = 5
    _SMALL: {"Recursive 200/0": 0.861},  # measured once apart from this program
}
_CALIBRATED = 0.015
_GOALS = {f"recall at n = {TOP}": 0.95, f"recall at {CHARACTERS:,} characters": 0.92, f"IoU at n = {TOP}": 0.062}
"""Set for the three small corpora, where most figures of this project come from."""


def token_windows(text: str, model: LlamaModel, size: int = 250, overlap: int = 125) -> list[tuple[int, int]]:
    """Returns every window of ``size`` tokens, each beginning ``size - overlap`` tokens after the one before."""
    starts = token_starts(text, model)
    edges = [*starts, len(text)]
    found = []
    for first in range(0, len(starts), size - overlap):
        found.append((edges[first], edges[min(first + size, len(starts))]))
        if first + size >= len(starts):
            break
    return found


def recursive(text: str, model: LlamaModel, size: int = 200) -> list[tuple[int, int]]:
    """Returns the pieces of LangChain's recursive splitter without overlap, stripped of blanks as it does.

    The settings are those of https://github.com/brandonstarxel/chunking_evaluation, with which the figures were made.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n\n", "\n", ".", "?", "!", " ", ""],
        keep_separator=True,
        chunk_size=size,
        chunk_overlap=0,
        length_function=lambda piece: len(model.tokenize(piece, special=False)),
    )
    return list(_places(text, splitter.split_text(text)))


CUTS: Mapping[str, Cut] = {"TokenText 250/125": token_windows, "Recursive 200/0": recursive}


def token_starts(text: str, model: LlamaModel) -> list[int]:
    """Returns the offset of the character in which each token begins, ascending."""
    behind = list(accumulate(len(char.encode()) for char in text))  # the byte behind each character
    sizes = [len(model.piece(token)) for token in model.tokenize(text, special=False)]
    begins = (end - own for end, own in zip(accumulate(sizes), sizes, strict=True))
    return [bisect_left(behind, byte + 1) for byte in begins]


def _places(text: str, pieces: list[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for piece in pieces:
        start = text.index(piece, at)
        at = start + len(piece)
        yield start, at


class Finder:
    """Spans for a question, best first, from production's search or from a cut that is searched by vectors alone."""

    def __init__(self, retriever: Retriever) -> None:
        self.search = lru_cache(maxsize=None)(self._search)
        self._retriever = retriever
        store = retriever.store
        self.chunks = [(c.note, c.start, c.end) for c in store.chunks(store.chunk_ids().tolist()).values()]

    def _search(self, question: str) -> list[Span]:
        hits = self._retriever.search(question, k=_DEEPEST).hits
        return [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in hits]


class CutFinder:
    """A published cut of the notes, searched by cosine. Texts beyond the embedder's window are cut by it silently."""

    def __init__(self, notes: Sequence[Document], spans: Sequence[Span], embedder: Embedder) -> None:
        texts = {note.path: note.text for note in notes}
        self.chunks = list(spans)
        self._embedder = embedder
        self._vectors = embedder.embed_chunks([texts[note][start:end] for note, start, end in spans])

    def search(self, question: str) -> list[Span]:
        """Returns the spans nearest to ``question``, nearest first."""
        cosines = self._vectors @ self._embedder.embed_query(question)
        return [self.chunks[row] for row in np.argsort(-cosines, kind="stable")[:_DEEPEST]]


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Searches all corpora for every question.

    Raises:
        UsageError: The data are missing or of another form.
    """
    if options.data is None:
        raise UsageError("The suite chunking needs its data.", hint="assistant eval run chunking --data FOLDER")
    notes, cases = load_excerpts(options.data)
    chosen = sample(of_kinds(cases, options.kinds, "chunking"), options.limit, options.seed)
    corpora = frozenset(note.path for note in notes)
    settings: dict[str, RunSetting] = {**options.drawn, "corpora": sorted(corpora)}
    with indexed(Dataset("chunking", notes, ()), subject) as retriever:
        ours = Finder(retriever)
        known: Mapping[str, float | None] = _KNOWN.get(corpora, {"Recursive 200/0": None})
        cuts = _cut_finders(subject, notes, tuple(known), settings)
        others = dict(zip((case.id for case in chosen), (*chosen[1:], *chosen[:1]), strict=True))
        rows, complete = run_cases(chosen, lambda case: _row(case, others[case.id], ours, cuts), options)
    sound = [row for row in rows if not row["error"]]
    goals = _GOALS if corpora == _SMALL else {}
    return Report(
        suite="chunking",
        settings=settings | {"chunks": len(ours.chunks)},
        fingerprint=subject.index.fingerprint(),
        metrics=(crashed(rows), *with_goals(chunking_metrics(sound), goals)),
        controls=tuple(chunking_controls(sound, known)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _cut_finders(
    subject: MeasuredAssistant, notes: Sequence[Document], names: Sequence[str], settings: dict[str, RunSetting]
) -> dict[str, CutFinder]:
    """Returns the published cuts; none, and the reason in ``settings``, where there is no vocabulary to count with."""
    try:
        name, model = subject.models.vocabulary()
    except ModelError as error:
        settings["published cuts"] = f"left out: {error.message}"
        return {}
    settings["published cuts"] = f"counted in tokens of {name}, nearly OpenAI's cl100k"
    found = {}
    for cut in names:
        spans = [(note.path, start, end) for note in notes for start, end in CUTS[cut](note.text, model)]
        found[cut] = CutFinder(notes, spans, subject.models.embedder.get())
    return found


def _row(case: ExcerptCase, other: ExcerptCase, ours: Finder, cuts: Mapping[str, CutFinder]) -> Row:
    found = ours.search(case.question)
    row: Row = {"id": case.id, "kind": case.kind, "question": case.question, "error": ""}
    row |= _scores("", case, found) | {"p_omega": ceiling(case.gold, ours.chunks)}
    for name, cut in cuts.items():
        row |= _scores(f"{name}: ", case, cut.search(case.question))
    row["recall of another question's chunks"] = measure(case.gold, ours.search(other.question)[:TOP]).recall
    return row


def _scores(prefix: str, case: ExcerptCase, found: Sequence[Span]) -> Row:
    best = measure(case.gold, found[:TOP])
    return {
        f"{prefix}recall": best.recall,
        f"{prefix}precision": best.precision,
        f"{prefix}iou": best.iou,
        f"{prefix}recall_{CHARACTERS}": measure(case.gold, first_characters(found, CHARACTERS)).recall,
    }


def chunking_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the figures of production's cut and search, and its recall corpus by corpus."""
    yield from _figures("", rows)
    yield Metric("P-omega: precision of exactly the right chunks", mean([row["p_omega"] for row in rows]))
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    for kind in kinds if len(kinds) > 1 else ():
        of_kind = [row["recall"] for row in rows if row["kind"] == kind]
        yield Metric(f"recall at n = {TOP}, {kind}", mean(of_kind))


def chunking_controls(rows: Sequence[Row], known: Mapping[str, float | None]) -> Iterator[Metric]:
    """Yields the published cuts' figures, how far they are off, and what chunks of another question would find."""
    for name, expected in known.items():
        if not rows or f"{name}: recall" not in rows[0]:
            continue
        figures = list(_figures(f"{name}: ", rows))
        yield from figures
        if expected is not None:
            off = abs(figures[0].estimate.value - expected)
            distance = Estimate(off, off, off, len(rows))
            yield Metric(f"{name}: off the known recall of {expected:.1%}", distance, _CALIBRATED, lower_is_better=True)
    wrong = [row["recall of another question's chunks"] for row in rows]
    yield Metric("recall of another question's chunks", mean(wrong))


def _figures(prefix: str, rows: Sequence[Row]) -> Iterator[Metric]:
    for name, field in (
        (f"recall at n = {TOP}", "recall"),
        (f"precision at n = {TOP}", "precision"),
        (f"IoU at n = {TOP}", "iou"),
        (f"recall at {CHARACTERS:,} characters", f"recall_{CHARACTERS}"),
    ):
        yield Metric(prefix + name, mean([row[prefix + field] for row in rows]))


SUITE = Suite("chunking", "Questions with exact excerpts (--data): how notes are cut and found.", run, asks=False)
