"""The gates of the models: how sure of Yes a model is differs, so each has weights of its own, fitted on this computer.

``assistant.evaluation.calibration`` fits them; docs/decisions/0005 says on what, and how well they separate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.answering.evidence import FITTED_ON, FULL_GATE, Gate, gate_of
from assistant.core.files import safe_name, write_whole
from assistant.core.json_form import JsonForm, Moment
from assistant.errors import ModelError

FOLDER = "gates"
LEAST_GAIN = 0.02
"""So much more a model's Yes and No have to separate than the search alone; less is the luck of a hundred questions."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A gate that was fitted for one model, with its provenance.

    Attributes:
        model: Its name in the catalogue, or its file.
        gate: The weights, the model's own Yes and No among them.
        questions: How many were asked.
        questions_sha256: Of the question files.
        auc: Area under the ROC curve, in cross-validation: how well it tells questions that the notes answer from
            others; 0.5 is chance.
        first_auc: The same for the first look, which does not ask the model.
        declined: Share of the answerable questions that would be declined, in cross-validation.
        caught: Share of the others that would be declined.
        program: The version of the program.
        sha256: Of the model's file; empty for a model without one on this computer.
        weights: What tells these weights from others of the same name, as ``Gates`` was told; set when it is kept.
    """

    model: str
    gate: Gate
    questions: int
    questions_sha256: str
    auc: float
    first_auc: float
    declined: float
    caught: float
    program: str
    at: Moment
    sha256: str = ""
    weights: str = ""

    @property
    def pays(self) -> bool:
        """Whether the model's Yes and No tell more than the search alone; otherwise the first look decides."""
        return self.auc >= self.first_auc + LEAST_GAIN


_CALIBRATION: JsonForm[Calibration] = JsonForm(Calibration)
_MARGINS: JsonForm[dict[str, float]] = JsonForm(dict[str, float])


class Gates:
    """The gates of the models that are used in one workspace.

    Args:
        folder: Where they are kept, one file for each model; made when the first is.
        weights: Returns what tells the weights in use from others of the same name. A gate of other weights decides
            nothing.
    """

    def __init__(self, folder: Path, weights: Callable[[], str]) -> None:
        self._folder = folder
        self._weights = weights

    def of(self, model: str) -> Gate:
        """Returns what decides for a model after the sections were read.

        The gate that comes with the program, for the model it was fitted on; else the one that was fitted here, if it
        pays; else the first look's.

        Raises:
            ModelError: The file of its gate cannot be read.
        """
        if model in FITTED_ON:
            return FULL_GATE
        found = self.calibration(model)
        return found.gate if found and found.pays and found.weights == self._weights() else gate_of(model)

    def has_own(self, model: str) -> bool:
        """Returns whether there is a gate for these weights: it comes with the program, or was fitted here.

        Raises:
            ModelError: The file of its gate cannot be read.
        """
        if model in FITTED_ON:
            return True
        found = self.calibration(model)
        return found is not None and found.weights == self._weights()

    def calibration(self, model: str) -> Calibration | None:
        """Returns what was fitted for a model on this computer, or None.

        Raises:
            ModelError: Its file cannot be read.
        """
        file = self._file(model)
        if not file.is_file():
            return None
        try:
            return _CALIBRATION.read(file.read_bytes())
        except (OSError, ValueError) as error:
            raise ModelError(f"{file} cannot be read: {error}.", hint=f"assistant models calibrate {model}") from error

    def keep(self, made: Calibration) -> Path:
        """Writes a calibration of the weights in use and returns its file.

        Raises:
            ModelError: It cannot be written.
        """
        file = self._file(made.model)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, _CALIBRATION.write(replace(made, weights=self._weights()), indent=2).encode())
        except OSError as error:
            raise ModelError(
                f"{file} cannot be written: {error}.", hint="Make room or allow it, and try again."
            ) from error
        return file

    def begun(self, model: str) -> dict[str, float]:
        """Returns what these weights said so far in a calibration that was not ended, by the id of the question."""
        try:
            return _MARGINS.read(self._begun(model).read_bytes())
        except (OSError, ValueError):  # it is asked again, which costs seconds
            return {}

    def keep_begun(self, model: str, margins: dict[str, float]) -> None:
        """Keeps what a model said so far, or forgets it where there is nothing.

        Raises:
            OSError: It cannot be written.
        """
        if margins:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._begun(model), _MARGINS.write(margins).encode())
        else:
            self._begun(model).unlink(missing_ok=True)

    def _begun(self, model: str) -> Path:
        weights = hashlib.sha256(self._weights().encode()).hexdigest()[:12]
        return self._folder / f"{safe_name(model)}-{weights}.begun"

    def _file(self, model: str) -> Path:
        return self._folder / f"{safe_name(model)}.json"
