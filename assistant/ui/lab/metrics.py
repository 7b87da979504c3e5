"""What the lesson on metrics asks for: an examination in the background, and what it says at a threshold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from assistant.answering.evidence import CLEARLY_ABSENT
from assistant.errors import UsageError
from assistant.lab.asked import course_questions
from assistant.lab.interactive import figure_json
from assistant.lab.prices import Prices
from assistant.lab.running import Measurement, Report, giving_way
from assistant.lab.trial import Examined, Session, Trial, course_session, no_model, own_session, trials
from assistant.lab.verdict import CELLS, Verdict, cost_figure, judge, percent, roc_figure, scores_figure
from assistant.ui.boundary import friendly
from assistant.ui.message import number
from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]

_EXAMPLES = 6
_OWN, _COURSE = "own", "course"
_AUC_MEANS = "how often what is in the notes scores above what is not"


@dataclass(slots=True)
class _Run:
    """An examination; the thread that runs it writes here, and the page reads."""

    source: str
    with_model: bool
    cancel: threading.Event = field(default_factory=threading.Event)
    hidden: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()


class MetricsDesk:
    """The lesson on metrics. One examination runs at a time; the newest is the one that is shown."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._run: _Run | None = None
        self._running: Measurement[None] = Measurement("examination")

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.metrics_open, self.metrics_run, self.metrics_state, self.metrics_stop, self.metrics_at)

    @friendly
    def metrics_open(self, _: object = None) -> dict[str, Any]:
        """Returns ``sources`` (``value``, ``label``), ``model`` (whether it is loaded), ``first`` and ``second``.

        ``first`` and ``second`` are the thresholds that the assistant uses, without and with the model.
        """
        sources = [{"value": _OWN, "label": "questions of your quiz bank"}]
        if self._has_course():
            sources.append({"value": _COURSE, "label": "questions written for the course"})
        thresholds = {"first": CLEARLY_ABSENT, "second": self._lab.config.answering.min_evidence}
        return {"sources": sources, "model": self._lab.ready_engine() is not None, **thresholds}

    @friendly
    def metrics_run(self, request: Request) -> dict[str, Any]:
        """Begins an examination and ends the one before. Request: ``source``, ``model``. Returns the state."""
        if self._run is not None:
            self._run.cancel.set()
        run = _Run(_COURSE if request.get("source") == _COURSE else _OWN, bool(request.get("model")))
        self._running.start(lambda report: self._examine(run, report))
        self._run = run
        return self._state(run)

    @friendly
    def metrics_state(self, _: object = None) -> dict[str, Any]:
        """Returns how far it is.

        Keys: ``running``, ``phase``, ``done``, ``total``, ``answerable`` (of those done), ``hidden``, ``model``.

        Raises:
            AssistantError: Why it ended early.
        """
        run = self._current()
        if (fault := self._running.progress.error) is not None:
            raise fault
        return self._state(run)

    @friendly
    def metrics_stop(self, _: object = None) -> dict[str, Any]:
        """Ends the examination after the question under way; what was asked stays."""
        run = self._current()
        run.cancel.set()
        self._running.stop()
        return self._state(run)

    @friendly
    def metrics_at(self, request: Request) -> dict[str, Any]:
        """Returns what the examination says so far. Request: ``threshold`` in [0, 1], ``wrong``, ``refusal``."""
        found = self._current().trials
        prices = Prices(number(request, "wrong"), number(request, "refusal"))
        threshold = number(request, "threshold")
        verdict = judge(found, threshold, prices)
        pictures = {
            "scores": figure_json(scores_figure(found, threshold)),
            "roc": figure_json(roc_figure(found, threshold)),
            "costs": figure_json(cost_figure(found, threshold, prices)),
        }
        return _verdict_view(verdict) | pictures

    def _current(self) -> _Run:
        if self._run is None:
            raise UsageError("No examination was begun.", hint="Begin one.")
        return self._run

    def _state(self, run: _Run) -> dict[str, Any]:
        now = self._running.progress
        return {
            "running": now.state == "running",
            "phase": now.what,
            "done": len(run.trials),
            "total": max(now.total, len(run.trials)),
            "answerable": sum(trial.asked.answerable for trial in run.trials),
            "hidden": list(run.hidden),
            "model": run.with_model,
        }

    def _has_course(self) -> bool:
        workspace = self._lab.workspace
        try:
            return bool(course_questions(workspace.notes, workspace.root / "eval" / "questions"))
        except UsageError:
            return False

    # -- in the thread of the examination ----------------------------------------------------------------------

    def _examine(self, run: _Run, report: Report) -> None:
        with self._lab.undisturbed() as is_asked, self._session(run, report) as session:
            run.hidden = session.hidden
            polite = giving_way(report, is_asked)
            polite("Asking", 0, len(session.questions))
            for trial in trials(session, run.cancel, with_model=run.with_model):
                run.trials += (trial,)
                polite("Asking", len(run.trials), len(session.questions))

    def _session(self, run: _Run, report: Report) -> AbstractContextManager[Session]:
        lab = self._lab
        examined = Examined(lab.retriever(), lab.embedder(), lab.config, lab.engine if run.with_model else no_model)
        if run.source == _COURSE:
            return course_session(examined, lab.workspace)
        report("Writing questions from your notes", 0, 0)
        if not lab.quizzes.room.bank.items():
            lab.quizzes.build(run.cancel)
        report("Hiding a third of your notes", 0, 0)
        return own_session(examined, lab.quizzes.room.bank.items())


def _verdict_view(verdict: Verdict) -> dict[str, Any]:
    return {
        "asked": sum(map(len, verdict.cells.values())),
        "cost": verdict.cost,
        "best": {"threshold": verdict.best[0], "cost": verdict.best[1]},
        "recall": verdict.counted.recall,
        "rates": [
            *([rate.name, percent(rate.value), rate.arithmetic, rate.means] for rate in verdict.rates),
            ["AUC", "–" if verdict.area is None else f"{verdict.area:.2f}", "all thresholds", _AUC_MEANS],
        ],
        "cells": [
            {
                "key": key,
                "name": CELLS[key][0],
                "means": CELLS[key][1],
                "count": len(found),
                "right": key in ("tp", "tn"),
                "examples": [
                    {"text": one.asked.text, "score": one.score, "origin": one.asked.origin}
                    for one in found[:_EXAMPLES]
                ],
            }
            for key, found in verdict.cells.items()
        ],
    }
