"""What cutting does to finding: the student's own questions, asked of copies of the index that are cut differently."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.errors import StudyError
from assistant.evaluation.retrieval import Span, coverage_at, recall_at
from assistant.index.entries import Entry, FileState
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.lab.kept import RememberingEmbedder
from assistant.lab.lessons.cutting import CutSettings, cut, in_use
from assistant.lab.live import Report
from assistant.quiz.item import Item, Kind
from assistant.types import Document

DEEPEST = 10
"""The largest k."""

_FINGERPRINT = "a copy for a lesson"
_ASKED = (Kind.SHORT, Kind.CHOICE)
"""Kinds whose text is a question; statements and gaps repeat the words of the notes."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, and the words that have to be found for it: ``proofs`` are their places, ``quote`` the first ones."""

    question: str
    proofs: tuple[Span, ...]
    quote: str

    @property
    def note(self) -> str:
        """The note it is about."""
        return self.proofs[0][0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one way of cutting did.

    Attributes:
        settings: The way.
        chunks: In the whole copy.
        coverages: For each probe, the share of its proofs in the first 1 to ``DEEPEST`` chunks.
        tokens: Tokens of the first 1 to ``DEEPEST`` chunks, on average.
    """

    settings: CutSettings
    chunks: int
    probes: tuple[Probe, ...]
    coverages: tuple[tuple[float, ...], ...]
    tokens: tuple[float, ...]

    def recall(self, k: int) -> float:
        """Returns recall@k, in [0, 1]."""
        return recall_at(self.coverages, k)

    def lost(self, k: int) -> list[tuple[Probe, float]]:
        """Returns the probes whose proof is not wholly in the first k chunks, with the share that is, worst first."""
        pairs = zip(self.probes, (coverage[k - 1] for coverage in self.coverages), strict=True)
        return sorted(((probe, share) for probe, share in pairs if share < 1), key=lambda pair: pair[1])


def compared(before: Outcome, after: Outcome, k: int) -> tuple[list[Probe], list[Probe]]:
    """Returns the questions that ``after`` lost and those that it won: wholly found before or after, but not both."""
    pairs = list(zip(before.probes, before.coverages, after.coverages, strict=True))
    lost = [probe for probe, was, now in pairs if was[k - 1] == 1 > now[k - 1]]
    return lost, [probe for probe, was, now in pairs if was[k - 1] < 1 == now[k - 1]]


@dataclass(frozen=True, slots=True)
class TrialParts:
    """What a trial works with: the parts and settings of production."""

    embedder: RememberingEmbedder
    chunking: ChunkingConfig
    retrieval: RetrievalConfig


def probes(items: Iterable[Item], limit: int, note: str = "") -> tuple[Probe, ...]:
    """Returns at most ``limit`` questions, spread over all notes or one; for each place only the shortest question."""
    by_place: dict[tuple[Span, ...], Probe] = {}
    for item in items:
        places = tuple((proof.note, proof.start, proof.end) for proof in item.proofs)
        if item.kind not in _ASKED or (note and item.source.note != note):
            continue
        if places not in by_place or len(item.question) < len(by_place[places].question):
            by_place[places] = Probe(item.question, places, item.source.quote)
    found = [by_place[places] for places in sorted(by_place)]
    return tuple(found[i * len(found) // limit] for i in range(limit)) if len(found) > limit else tuple(found)


def measure(
    notes: Sequence[Document],
    settings_of: Callable[[str], CutSettings],
    questions: Sequence[Probe],
    bench: TrialParts,
    report: Report = lambda what, done, total: None,
) -> Outcome:
    """Cuts, embeds and searches a copy of ``notes``, and returns what was found.

    Args:
        notes: As they are in the index.
        settings_of: How to cut the note with this path. The outcome names the way of the first question's note.
        questions: At least one.
        bench: Does the work.
        report: See ``running``.
    """
    embedder = bench.embedder
    entries: list[Entry] = []
    sizes: dict[Span, int] = {}
    for note in notes:
        report("Cutting", len(entries), len(notes))
        blocks, cuts = cut(note, settings_of(note.path), embedder, bench.chunking)
        entries.append(Entry(note, FileState(0, 0, ""), blocks, tuple(piece.chunk for piece in cuts)))
        sizes |= {(note.path, piece.chunk.start, piece.chunk.end): piece.tokens for piece in cuts}
    texts = [chunk.embedding_text for entry in entries for chunk in entry.chunks]
    waiting = len(embedder.unknown(texts))
    embedder.embed_chunks(texts, lambda done: report("Embedding", done, waiting))
    with tempfile.TemporaryDirectory(prefix="study-lab-") as folder:
        retriever = _copy(entries, Path(folder), bench)
        try:
            ranked = [_found(retriever, probe, report, (i, len(questions))) for i, probe in enumerate(questions)]
        finally:
            retriever.close()
    return Outcome(
        settings_of(questions[0].note),
        len(texts),
        tuple(questions),
        tuple(coverage_at(probe.proofs, spans, DEEPEST) for probe, spans in zip(questions, ranked, strict=True)),
        tuple(fmean(sum(sizes[span] for span in spans[:k]) for spans in ranked) for k in range(1, DEEPEST + 1)),
    )


def _copy(entries: Sequence[Entry], folder: Path, bench: TrialParts) -> Retriever:
    store = Store(folder, create=True)
    store.begin_fingerprint(_FINGERPRINT)
    for entry in entries:
        store.put(entry, bench.embedder.embed_chunks([chunk.embedding_text for chunk in entry.chunks]))
    store.close()
    return Retriever(folder, bench.embedder, lambda: bench.retrieval, _FINGERPRINT)


def _found(retriever: Retriever, probe: Probe, report: Report, place: tuple[int, int]) -> list[Span]:
    report("Asking", *place)
    hits = retriever.search(probe.question, k=DEEPEST).hits
    return [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in hits]


Way = Callable[[str], CutSettings]


class Trials:
    """Measures ways of cutting and keeps what was found.

    Args:
        bench: The parts of production.
        notes: All notes of the index: the other notes are what a question may be mistaken for.
        questions: What is asked.
        note: Only this note is cut another way; empty for all.

    Raises:
        StudyError: There are no questions.
    """

    def __init__(
        self, bench: TrialParts, notes: Sequence[Document], questions: Sequence[Probe], note: str = ""
    ) -> None:
        if not questions:
            where = note or "your notes"
            raise StudyError(f"The quiz bank has no questions on {where} yet.", hint="assistant quiz bank build")
        self._bench = bench
        self._notes = notes
        self._questions = questions
        self._note = note
        self._outcomes: dict[CutSettings, Outcome] = {}

    @property
    def used(self) -> CutSettings:
        """How the notes are cut in the index."""
        return in_use(self._bench.chunking)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was measured, the way in use first."""
        return tuple(self._outcomes.values())

    def run(self, settings: CutSettings, report: Report = lambda what, done, total: None) -> Outcome:
        """Measures the way in use, then ``settings``; what was measured before is not measured again.

        Raises:
            Cancelled: ``report`` raised it.
        """
        for wanted in (self.used, settings):
            if wanted not in self._outcomes:
                found = measure(self._notes, self._way(wanted), self._questions, self._bench, report)
                self._outcomes[wanted] = found
        return self._outcomes[settings]

    def _way(self, settings: CutSettings) -> Way:
        return lambda path: settings if path == self._note or not self._note else self.used
