"""What the lesson on chunking asks for. No Gradio here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.api.calls import Notice, Payload, Whole, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.lab.charts.chunks import (
    NAMES,
    describe_settings,
    first_part,
    size_chart,
    stretches,
    trial_chart,
)
from assistant.lab.charts.interactive import figure_json
from assistant.lab.chunk_trial import DEEPEST, Outcome, Probe, TrialParts, Trials, compared, probes
from assistant.lab.kept import RememberingEmbedder
from assistant.lab.lessons.cutting import CutSettings, LessonChunk, cut, in_use
from assistant.lab.live import Measurement
from assistant.types import Document
from assistant.ui.tabs.lab.view import Picture

QUESTIONS = 60


class NoteName(Payload):
    """A note and its title."""

    path: str
    title: str


class LabelledValue(Payload):
    """A choice of a control, and how it is called."""

    value: str
    label: str


class CutInUse(Payload):
    """How the notes are cut."""

    splitter: str
    size: int
    overlap: int


class ChunkingStart(Payload):
    """The notes, the ways to cut them, and how many tokens the model that searches reads (``window``)."""

    notes: list[NoteName]
    splitters: list[LabelledValue]
    used: CutInUse
    window: int


class CutPiece(Payload):
    """A chunk: its tokens, what is put before it, and whether the model that searches reads it whole."""

    tokens: int
    context: str
    is_cut_short: bool


class CutNote(Picture):
    """A note in chunks; ``text`` has stretches with their chunk, whether two share them, and whether they are read."""

    says: str
    in_use: bool
    chunks: list[CutPiece]
    text: list[tuple[str, int | None, bool, bool]]
    left: int


class LostQuestion(Payload):
    """A question, and the words of a note that answer it."""

    question: str
    quote: str
    note: str


class TrialFound(Picture):
    """What was measured: a row for each way, and the questions that the latest way lost and won."""

    rows: list[list[Any]]
    questions: int
    latest: str
    is_used: bool
    lost: list[LostQuestion]
    won: list[LostQuestion]


class TrialState(Payload):
    """How the measurement stands, and what it and those before it found."""

    state: str
    what: str
    done: int
    total: int
    fault: Notice | None
    found: TrialFound | None


class ChunkingHandlers:
    """Cuts notes and measures what that does."""

    area = "lab/chunking"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._embedder: RememberingEmbedder | None = None
        self._trials: dict[str, Trials] = {}
        self._cut: tuple[object, ...] = ()
        self._shown: Trials | None = None
        self._running: Measurement[Outcome] = Measurement("chunking lesson", lab.scheduler)

    @call
    def notes(self) -> ChunkingStart:
        """Returns what there is to cut, and how."""
        store = self._lab.retriever().store
        used = in_use(self._lab.config.chunking)
        return ChunkingStart(
            notes=[NoteName(path=note.path, title=note.title) for note in store.notes() if note.passages],
            splitters=[
                LabelledValue(value=name, label=f"{label} (in use)" if name == used.splitter else label)
                for name, label in NAMES.items()
            ],
            used=CutInUse(splitter=used.splitter, size=used.size_tokens, overlap=used.overlap_tokens),
            window=self._lab.embedder().window_tokens,
        )

    @call
    def cut(self, note: str, splitter: str, size: Whole, overlap: Whole = 0) -> CutNote:
        """Returns a note with its chunks."""
        whole = self._lab.retriever().store.note(note)
        shown, settings = first_part(whole), _settings(splitter, size, overlap)
        _, cuts = cut(shown, settings, self._parts().embedder, self._lab.config.chunking)
        return CutNote(
            says=describe_settings(settings),
            in_use=settings == in_use(self._lab.config.chunking),
            chunks=[_chunk_view(piece) for piece in cuts],
            text=[(s.text, s.chunk, s.shared, s.unread) for s in stretches(shown.text, cuts)],
            left=len(whole.text) - len(shown.text),
            figure=figure_json(size_chart(cuts, settings, self._lab.embedder().window_tokens)),
        )

    @call
    def measure(self, splitter: str, size: Whole, overlap: Whole = 0, note: str = "") -> None:
        """Starts to measure; without a ``note``, on all notes."""
        trials, settings = self._trials_on(note), _settings(splitter, size, overlap)
        self._shown = trials
        self._running.start(lambda report, _: trials.run(settings, report))

    @call
    def trial(self, k: Whole = 3) -> TrialState:
        """Returns how the measurement stands, and what it and those before it found in the first ``k`` passages."""
        now = self._running.progress
        if not 1 <= k <= DEEPEST:
            raise UsageError(f"k is {k}.", hint=f"Use 1 to {DEEPEST}.")
        return TrialState(
            state=now.state,
            what=now.what,
            done=now.done,
            total=now.total,
            fault=Notice.of(now.error) if now.error else None,
            found=trial_view(self._shown.outcomes, now.result, k) if self._shown and self._shown.outcomes else None,
        )

    @call
    def stop(self) -> None:
        """Stops the measurement at its next step."""
        self._running.stop()

    def _parts(self) -> TrialParts:
        if self._embedder is None:
            store = self._lab.retriever().store
            self._embedder = RememberingEmbedder(self._lab.embedder(), store.known_vectors)
        config = self._lab.config
        return TrialParts(self._embedder, config.chunking, config.retrieval)

    def _trials_on(self, path: str) -> Trials:
        store, bench = self._lab.retriever().store, self._parts()
        if (cut := (store.generation(), bench.chunking, bench.retrieval)) != self._cut:
            self._cut = cut
            self._trials.clear()
        if path not in self._trials:
            notes: list[Document] = [store.note(note.path) for note in store.notes()]
            questions = probes(self._lab.quiz.room.bank.items(path), QUESTIONS, path)
            self._trials[path] = Trials(bench, notes, questions, path)
        return self._trials[path]


def trial_view(outcomes: Sequence[Outcome], latest: Outcome | None, k: int) -> TrialFound:
    """Returns what was measured: a row for each way, the picture, and the questions the latest way lost and won."""
    used = outcomes[0]
    after = latest or used
    lost, won = compared(used, after, k)
    rows = [
        [
            describe_settings(one.settings) + (" (in use)" if one is used else ""),
            one.chunks,
            one.recall(k),
            one.tokens[k - 1],
        ]
        for one in outcomes
    ]
    return TrialFound(
        rows=rows,
        figure=figure_json(trial_chart(outcomes, k)),
        questions=len(used.probes),
        latest=describe_settings(after.settings),
        is_used=after is used,
        lost=[_probe_view(probe) for probe in (lost if after is not used else [p for p, _ in used.lost(k)])],
        won=[_probe_view(probe) for probe in won],
    )


def _probe_view(probe: Probe) -> LostQuestion:
    return LostQuestion(question=probe.question, quote=probe.quote, note=probe.note)


def _chunk_view(piece: LessonChunk) -> CutPiece:
    chunk = piece.chunk
    return CutPiece(tokens=piece.tokens, context=chunk.context, is_cut_short=piece.read_to < chunk.end)


def _settings(splitter: str, size: int, overlap: int) -> CutSettings:
    try:
        return CutSettings(splitter, size, overlap)
    except (TypeError, ValueError) as error:
        raise UsageError("The chunks' size and overlap are whole numbers.", hint="Use the sliders.") from error
