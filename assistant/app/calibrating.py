"""Fits the gate of the model in use, when told to, or by itself in the background for a model that has none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.answering.evidence import FITTED_ON
from assistant.answering.fitted_gates import Calibration
from assistant.app.model_loading import Models
from assistant.errors import AssistantError, Cancelled
from assistant.evaluation.calibration import are_here, calibrate
from assistant.evaluation.suites import MeasuredAssistant
from assistant.models.scheduler import Lease, Priority


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a calibration gave.

    Attributes:
        file: Where it is kept; None for a model that comes with a gate, which stays.
    """

    made: Calibration
    file: Path | None


@dataclass(frozen=True, slots=True)
class CalibrationStatus:
    """How far a calibration in the background is.

    Attributes:
        done: How many questions were asked.
        total: Of how many; 0 while nothing is asked.
        fault: Why the last one failed; empty if it did not.
    """

    done: int = 0
    total: int = 0
    fault: str = ""


class Calibrator:
    """Asks the model in use questions with known answers, and keeps the gate that is fitted on what it says.

    What was asked is kept whenever it is stopped, so the next time goes on there. May be used from several threads.

    Args:
        subject: The assistant.
        models: Its models.
        rests: Whether the model is to do nothing in the background: on battery, say.
    """

    def __init__(self, subject: MeasuredAssistant, models: Models, rests: Callable[[], bool]) -> None:
        self._subject = subject
        self._models = models
        self._rests = rests
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None
        self._status = CalibrationStatus()

    def run(self, cancel: threading.Event, on_progress: Callable[[int, int], None]) -> Calibrated:
        """Calibrates the model in this thread; loads it if it is not.

        Args:
            cancel: Set it from another thread to stop.
            on_progress: Called with how many questions were asked, and of how many.

        Raises:
            Cancelled: ``cancel`` was set.
            ModelError: The model cannot be loaded or cannot say how probable its words are, or the gate not be kept.
            UsageError: The questions are not here.
        """
        with self._subject.scheduler.lease(Priority.QUIZ, cancel) as lease:
            return self._calibrate(lease, on_progress)

    def start(self) -> None:
        """Begins in the background if the model that is loaded is on this computer and has no gate; asks only once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._quietly, name="calibration", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stops what ``start`` began, and waits for it."""
        self._cancel.set()
        if self._thread is not None:
            self._thread.join()

    def status(self) -> CalibrationStatus:
        """Returns how far it is in the background. Cheap."""
        return self._status

    def _quietly(self) -> None:
        try:
            if self._is_due():
                with self._subject.scheduler.lease(Priority.CALIBRATION, self._cancel, self._rests) as lease:
                    self._calibrate(lease, lambda done, total: self._tell(CalibrationStatus(done, total)))
            self._tell(CalibrationStatus())
        except Cancelled:
            self._tell(CalibrationStatus())
        except AssistantError as error:  # until it works, the search decides alone
            self._tell(CalibrationStatus(fault=f"{error.message} {error.hint}".strip()))
        except OSError as error:
            self._tell(CalibrationStatus(fault=f"What was asked cannot be kept: {error}."))

    def _tell(self, status: CalibrationStatus) -> None:
        self._status = status

    def _is_due(self) -> bool:
        model = self._models.engine.ready
        if model is None or model.scorer is None or not self._models.has_file:
            return False
        return are_here() and not self._models.gates.has_own(model.name)

    def _calibrate(self, lease: Lease, on_progress: Callable[[int, int], None]) -> Calibrated:
        gates, model = self._models.gates, self._models.engine.get().name
        margins = gates.begun(model)

        def report(done: int, total: int) -> None:
            gates.keep_begun(model, margins)
            on_progress(done, total)

        made = calibrate(self._subject, datetime.now(UTC), lease, report, margins)
        is_shipped = model in FITTED_ON
        file = None if is_shipped else gates.keep(replace(made, sha256=self._models.weights_sha256()))
        gates.keep_begun(model, {})
        return Calibrated(made, file)
