"""What the lesson on metrics asks for: an examination in the background, and what it says at a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from assistant.answering.evidence import CLEARLY_ABSENT
from assistant.api.calls import Payload, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.lab.charts.interactive import figure_json
from assistant.lab.lessons.decisions import Prices
from assistant.lab.lessons.examination import (
    Examination,
    Examined,
    JudgedQuestion,
    course_questions,
    course_session,
    no_model,
    own_session,
    trials,
)
from assistant.lab.lessons.examination_report import (
    CELLS,
    ExaminationResult,
    cost_figure,
    judge,
    percent,
    roc_figure,
    scores_figure,
)
from assistant.lab.live import Measurement, Report
from assistant.models.generator import LeasedGenerator
from assistant.models.scheduler import Lease
from assistant.ui.tabs.lab.chunking_lesson import LabelledValue
from assistant.ui.tabs.lab.view import PlotlyFigure

Source = Literal["own", "course"]

_EXAMPLES = 6
_OWN: Source = "own"
_COURSE: Source = "course"
_AUC_MEANS = "how often what is in the notes scores above what is not"


@dataclass(slots=True)
class _RunningExamination:
    """An examination; the thread that runs it writes here, and the page reads."""

    source: Source
    with_model: bool
    hidden: tuple[str, ...] = ()
    trials: tuple[JudgedQuestion, ...] = ()


class ExaminationChoices(Payload):
    """Where the questions may come from, whether the model is loaded, the thresholds without it and with it."""

    sources: list[LabelledValue]
    model: bool
    first: float
    second: float


class ExaminationState(Payload):
    """How far the examination is, and which notes are hidden from it."""

    running: bool
    phase: str
    done: int
    total: int
    answerable: int
    hidden: list[str]
    model: bool


class JudgedExample(Payload):
    """A question, its score, and where it comes from."""

    text: str
    score: float
    origin: str


class DecisionCell(Payload):
    """One of the four ways that a decision can end, with examples."""

    key: str
    name: str
    means: str
    count: int
    right: bool
    examples: list[JudgedExample]


class BestThreshold(Payload):
    """The threshold that costs least."""

    threshold: float
    cost: float


class ExaminationView(Payload):
    """What an examination says at a threshold, in numbers and pictures."""

    asked: int
    cost: float
    best: BestThreshold
    recall: float | None
    rates: list[list[str]]
    cells: list[DecisionCell]
    scores: PlotlyFigure
    roc: PlotlyFigure
    costs: PlotlyFigure


class MetricHandlers:
    """The lesson on metrics. One examination runs at a time; the newest is the one that is shown."""

    area = "lab/metrics"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._run: _RunningExamination | None = None
        self._running: Measurement[None] = Measurement("examination", lab.scheduler)

    @call
    def open(self) -> ExaminationChoices:
        """Returns what the lesson begins with."""
        sources = [LabelledValue(value=_OWN, label="questions of your quiz bank")]
        if self._has_course():
            sources.append(LabelledValue(value=_COURSE, label="questions written for the course"))
        return ExaminationChoices(
            sources=sources,
            model=self._lab.ready_engine() is not None,
            first=CLEARLY_ABSENT,
            second=self._lab.config.answering.min_evidence,
        )

    @call
    def run(self, source: Source = "own", model: bool = False) -> ExaminationState:
        """Begins an examination, with or without the model, and ends the one before. Returns the state."""
        run = _RunningExamination(source, model)
        self._running.start(lambda report, lease: self._examine(run, report, lease))
        self._run = run
        return self._state(run)

    @call
    def state(self) -> ExaminationState:
        """Returns how far it is.

        Raises:
            AssistantError: Why it ended early.
        """
        run = self._current()
        if (fault := self._running.progress.error) is not None:
            raise fault
        return self._state(run)

    @call
    def stop(self) -> ExaminationState:
        """Ends the examination after the question under way; what was asked stays."""
        run = self._current()
        self._running.stop()
        return self._state(run)

    @call
    def at(self, threshold: float, wrong: float, refusal: float) -> ExaminationView:
        """Returns what the examination says so far at a threshold in [0, 1], where errors cost so much."""
        found = self._current().trials
        prices = Prices(wrong, refusal)
        verdict = judge(found, threshold, prices)
        return ExaminationView(
            asked=sum(map(len, verdict.cells.values())),
            cost=verdict.cost,
            best=BestThreshold(threshold=verdict.best[0], cost=verdict.best[1]),
            recall=verdict.counted.recall,
            rates=_rates(verdict),
            cells=[_cell(key, judged) for key, judged in verdict.cells.items()],
            scores=figure_json(scores_figure(found, threshold)),
            roc=figure_json(roc_figure(found, threshold)),
            costs=figure_json(cost_figure(found, threshold, prices)),
        )

    def _current(self) -> _RunningExamination:
        if self._run is None:
            raise UsageError("No test was started.", hint="Start one.")
        return self._run

    def _state(self, run: _RunningExamination) -> ExaminationState:
        now = self._running.progress
        return ExaminationState(
            running=now.state == "running",
            phase=now.what,
            done=len(run.trials),
            total=max(now.total, len(run.trials)),
            answerable=sum(trial.asked.answerable for trial in run.trials),
            hidden=list(run.hidden),
            model=run.with_model,
        )

    def _has_course(self) -> bool:
        workspace = self._lab.workspace
        try:
            return bool(course_questions(workspace.notes, workspace.root / "eval" / "questions"))
        except UsageError:
            return False

    # -- in the thread of the examination ----------------------------------------------------------------------

    def _examine(self, run: _RunningExamination, report: Report, lease: Lease) -> None:
        with self._session(run, report, lease) as session:
            run.hidden = session.hidden
            report("Asking", 0, len(session.questions))
            for trial in trials(session, lease.cancel, with_model=run.with_model):
                run.trials += (trial,)
                report("Asking", len(run.trials), len(session.questions))

    def _session(self, run: _RunningExamination, report: Report, lease: Lease) -> AbstractContextManager[Examination]:
        lab = self._lab
        generator = (lambda: LeasedGenerator(lab.engine(), lease)) if run.with_model else no_model
        examined = Examined(lab.retriever(), lab.embedder(), lab.config, generator)
        if run.source == _COURSE:
            return course_session(examined, lab.workspace)
        report("Writing questions from your notes", 0, 0)
        if not lab.quiz.room.bank.items():
            lab.quiz.room.build(lease)
        report("Hiding a third of your notes", 0, 0)
        return own_session(examined, lab.quiz.room.bank.items())


def _rates(verdict: ExaminationResult) -> list[list[str]]:
    area = "–" if verdict.area is None else f"{verdict.area:.2f}"
    rates = [[rate.name, percent(rate.value), rate.arithmetic, rate.means] for rate in verdict.rates]
    return [*rates, ["AUC", area, "all thresholds", _AUC_MEANS]]


def _cell(key: str, judged: Sequence[JudgedQuestion]) -> DecisionCell:
    name, means = CELLS[key]
    shown = judged[:_EXAMPLES]
    return DecisionCell(
        key=key,
        name=name,
        means=means,
        count=len(judged),
        right=key in ("tp", "tn"),
        examples=[JudgedExample(text=one.asked.text, score=one.score, origin=one.asked.origin) for one in shown],
    )
