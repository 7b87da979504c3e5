"""The status line: the model, the notes, and whatever long work is going on."""

from __future__ import annotations

import threading

from assistant.answering.warming import WarmStatus
from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.app.calibrating import CalibrationStatus
from assistant.errors import StudyDatabaseError
from assistant.types import BuildProgress, EngineStatus, IndexStatus
from assistant.ui import wording
from assistant.ui.render import render_answer
from assistant.ui.tabs.quiz.handlers import QuizHandlers
from assistant.ui.tabs.quiz.view import BankView
from assistant.ui.tabs.review.handlers import ReviewHandlers

_ENGINE = {
    "loading": ("warming up", "The model is being loaded. You can ask already; the answer comes when it is ready."),
    "ready": ("ready", "The model is loaded and waits for your question."),
    "missing": ("model missing", "The model's file is not on this computer."),
    "failed": ("model failed", "The model could not be loaded."),
}


class EngineView(Payload):
    """The state of the model, in a word, what that means, and what mends it."""

    state: str
    word: str
    means: str
    mend: str


class BuildView(Payload):
    """How far an update of the index is; ``share`` is None before it is known."""

    says: str
    share: float | None
    current: str


class WarmView(Payload):
    """How many sections are ready, what that means, and whether more are prepared; nothing before they are counted."""

    says: str
    means: str
    on: bool


class StudyLine(Payload):
    """Cards that are due, questions that are ready, and how far the writing of more is.

    Where ``study.db`` cannot be used, all are None, and the tabs say why.
    """

    due: int | None = None
    ready: int | None = None
    bank: BankView | None = None


class StatusLine(Payload):
    """The status line.

    ``waiting`` says that notes changed, ``fault`` why the last update failed; something can be asked about if
    ``indexed``; there is no note at all if ``empty``. The ``fingerprint`` changes with the notes and the index.
    ``sends_to`` is the host that questions and passages leave this computer for; empty if they stay.
    """

    model: str
    sends_to: str
    engine: EngineView
    notes: str
    build: BuildView | None
    waiting: str
    fault: str
    indexed: bool
    empty: bool
    warm: WarmView
    fingerprint: str
    study: StudyLine


class PageHandlers:
    """What every tab of the page shows: the status line.

    Args:
        service: The assistant; its models are loaded as soon as the line is asked for.
        quiz: Knows how far the writing of questions is.
        review: Knows what is due.
    """

    area = "page"

    def __init__(self, service: Assistant, quiz: QuizHandlers, review: ReviewHandlers) -> None:
        self._service = service
        self._quiz = quiz
        self._review = review
        self._warming = threading.Lock()

    @call
    def status(self) -> StatusLine:
        """Returns the status line. Cheap: called about once a second."""
        self.warm()
        service = self._service
        return status_view(
            service.models.status(),
            service.index.status(),
            service.answers.warmer.status(),
            self._study(),
            service.calibrator.status(),
        )

    @call
    def warming(self, on: bool) -> WarmView:
        """Lets sections be prepared while nobody asks, or not."""
        self._service.answers.warmer.switch(on)
        return warm_view(self._service.answers.warmer.status())

    def warm(self) -> None:
        """Starts loading the models, once."""
        if self._warming.acquire(blocking=False):
            render_answer("*ready*", ())  # the first rendering builds the parser
            self._service.warm()

    def _study(self) -> StudyLine:
        try:
            due, (ready, bank) = self._review.due(), self._quiz.bank()
        except StudyDatabaseError:
            return StudyLine()
        return StudyLine(due=due, ready=ready, bank=bank)


def status_view(
    engine: EngineStatus,
    index: IndexStatus,
    warm: WarmStatus,
    study: StudyLine = StudyLine(),  # noqa: B008  (frozen)
    calibration: CalibrationStatus = CalibrationStatus(),  # noqa: B008  (frozen)
) -> StatusLine:
    """Returns the status line."""
    word, means = _ENGINE.get(engine.state, (engine.state, ""))
    means = f"{means} {wording.calibration(calibration)}".strip()
    return StatusLine(
        model=engine.model,
        sends_to=engine.sends_to,
        engine=EngineView(state=engine.state, word=word, means=means, mend=engine.message),
        notes=f"{wording.count(index.notes, 'note')}, {wording.count(index.passages, 'passage')}",
        build=_build(index.progress) if index.state == "building" else None,
        waiting=wording.waiting(index),
        fault=index.fault,
        indexed=index.passages > 0,
        empty=index.notes == 0 and index.waiting == 0,
        warm=warm_view(warm),
        fingerprint=f"{index.fingerprint}/{index.state}/{index.notes}/{index.passages}/{index.waiting}",
        study=study,
    )


def warm_view(warm: WarmStatus) -> WarmView:
    """Returns how many sections are ready, in words."""
    return WarmView(says=wording.warmth(warm), means=wording.warmth_means(warm), on=warm.on)


def _build(progress: BuildProgress | None) -> BuildView:
    if progress is None:
        return BuildView(says="Looking for changes…", share=None, current="")
    return BuildView(says=wording.building(progress), share=round(progress.share, 3), current=progress.current)
