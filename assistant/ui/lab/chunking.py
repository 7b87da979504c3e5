"""What the lesson on chunking asks for. No Gradio here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.errors import UsageError
from assistant.lab.chunk_charts import NAMES, describe, size_chart, trial_chart
from assistant.lab.chunk_drawing import first_part, stretches
from assistant.lab.chunk_trial import DEEPEST, Bench, Outcome, Probe, compared, probes
from assistant.lab.chunk_trials import Trials
from assistant.lab.cutting import Cut, Settings, cut, in_use
from assistant.lab.interactive import figure_json
from assistant.lab.remembering import RememberingEmbedder
from assistant.lab.running import Measurement, Report, giving_way
from assistant.types import Note
from assistant.ui.boundary import Notice, friendly
from assistant.ui.message import whole
from assistant.wiring_lab import Laboratory

QUESTIONS = 60

Request = Mapping[str, Any]


class ChunkingDesk:
    """Cuts notes and measures what that does. Every method returns what JSON can carry, errors included."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._bench: Bench | None = None
        self._trials: dict[str, Trials] = {}
        self._generation = -1
        self._shown: Trials | None = None
        self._running: Measurement[Outcome] = Measurement("chunking lesson")

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.chunking_notes, self.chunking_cut, self.chunking_measure, self.chunking_trial, self.chunking_stop)

    @friendly
    def chunking_notes(self, _: object = None) -> dict[str, Any]:
        """Returns ``notes`` (``path``, ``title``), ``splitters``, how the notes are cut (``used``), the ``window``."""
        store = self._lab.retriever().store
        used = in_use(self._lab.config.chunking)
        return {
            "notes": [{"path": note.path, "title": note.title} for note in store.notes() if note.passages],
            "splitters": [
                {"value": name, "label": f"{label} (in use)" if name == used.splitter else label}
                for name, label in NAMES.items()
            ],
            "used": {"splitter": used.splitter, "size": used.size_tokens, "overlap": used.overlap_tokens},
            "window": self._lab.embedder().window_tokens,
        }

    @friendly
    def chunking_cut(self, request: Request) -> dict[str, Any]:
        """Returns a note with its chunks. Request: ``note``, ``splitter``, ``size``, ``overlap``."""
        whole = self._lab.retriever().store.note(str(request["note"]))
        note, settings = first_part(whole), _settings(request)
        _, cuts = cut(note, settings, self._parts().embedder, self._lab.config.chunking)
        return {
            "says": describe(settings),
            "in_use": settings == in_use(self._lab.config.chunking),
            "chunks": [_chunk_view(piece) for piece in cuts],
            "text": [[s.text, s.chunk, s.shared, s.unread] for s in stretches(note.text, cuts)],
            "left": len(whole.text) - len(note.text),
            "figure": figure_json(size_chart(cuts, settings, self._lab.embedder().window_tokens)),
        }

    @friendly
    def chunking_measure(self, request: Request) -> dict[str, Any]:
        """Starts to measure. Request as for ``chunking_cut``; an empty ``note`` means all notes."""
        trials, settings = self._trials_on(str(request.get("note", ""))), _settings(request)

        def work(report: Report) -> Outcome:
            with self._lab.undisturbed() as is_asked:
                return trials.run(settings, giving_way(report, is_asked))

        self._shown = trials
        self._running.start(work)
        return {}

    @friendly
    def chunking_trial(self, request: Request) -> dict[str, Any]:
        """Returns how the measurement stands, and ``found``: what it and those before it found. Request: ``k``."""
        now = self._running.progress
        k = whole(request, "k", 3)
        if not 1 <= k <= DEEPEST:
            raise UsageError(f"k is {k}.", hint=f"Use 1 to {DEEPEST}.")
        return {
            "state": now.state,
            "what": now.what,
            "done": now.done,
            "total": now.total,
            "fault": asdict(Notice.of(now.error)) if now.error else None,
            "found": trial_view(self._shown.outcomes, now.result, k) if self._shown and self._shown.outcomes else None,
        }

    @friendly
    def chunking_stop(self, _: object = None) -> dict[str, Any]:
        """Stops the measurement at its next step."""
        self._running.stop()
        return {}

    def _parts(self) -> Bench:
        if self._bench is None:
            store = self._lab.retriever().store
            embedder = RememberingEmbedder(self._lab.embedder(), store.known_vectors)
            self._bench = Bench(embedder, self._lab.config.chunking, self._lab.config.retrieval)
        return self._bench

    def _trials_on(self, path: str) -> Trials:
        store = self._lab.retriever().store
        if store.generation() != self._generation:
            self._generation = store.generation()
            self._trials.clear()
        if path not in self._trials:
            notes: list[Note] = [store.note(note.path) for note in store.notes()]
            questions = probes(self._lab.quizzes.room.bank.items(path), QUESTIONS, path)
            self._trials[path] = Trials(self._parts(), notes, questions, path)
        return self._trials[path]


def trial_view(outcomes: Sequence[Outcome], latest: Outcome | None, k: int) -> dict[str, Any]:
    """Returns what was measured: a row for each way, the picture, and the questions the latest way lost and won."""
    used = outcomes[0]
    after = latest or used
    lost, won = compared(used, after, k)
    rows = [
        [describe(one.settings) + (" (in use)" if one is used else ""), one.chunks, one.recall(k), one.tokens[k - 1]]
        for one in outcomes
    ]
    return {
        "rows": rows,
        "figure": figure_json(trial_chart(outcomes, k)),
        "questions": len(used.probes),
        "latest": describe(after.settings),
        "is_used": after is used,
        "lost": [_probe_view(probe) for probe in (lost if after is not used else [p for p, _ in used.lost(k)])],
        "won": [_probe_view(probe) for probe in won],
    }


def _probe_view(probe: Probe) -> dict[str, str]:
    return {"question": probe.question, "quote": probe.quote, "note": probe.note}


def _chunk_view(piece: Cut) -> dict[str, Any]:
    chunk = piece.chunk
    return {"tokens": piece.tokens, "context": chunk.context, "is_cut_short": piece.read_to < chunk.end}


def _settings(request: Request) -> Settings:
    try:
        return Settings(str(request["splitter"]), whole(request, "size"), whole(request, "overlap", 0))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError("The chunks' size and overlap are whole numbers.", hint="Use the sliders.") from error
