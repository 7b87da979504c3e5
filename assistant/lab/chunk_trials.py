"""Ways of cutting measured side by side, on the same questions; the way in use is the measure of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.errors import StudyError
from assistant.lab.chunk_trial import Bench, Outcome, Probe, measure
from assistant.lab.cutting import Settings, in_use
from assistant.lab.running import Report
from assistant.types import Note

Way = Callable[[str], Settings]


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

    def __init__(self, bench: Bench, notes: Sequence[Note], questions: Sequence[Probe], note: str = "") -> None:
        if not questions:
            where = note or "your notes"
            raise StudyError(f"The quiz bank has no questions on {where} yet.", hint="assistant quiz bank build")
        self._bench = bench
        self._notes = notes
        self._questions = questions
        self._note = note
        self._outcomes: dict[Settings, Outcome] = {}

    @property
    def used(self) -> Settings:
        """How the notes are cut in the index."""
        return in_use(self._bench.chunking)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was measured, the way in use first."""
        return tuple(self._outcomes.values())

    def run(self, settings: Settings, report: Report = lambda what, done, total: None) -> Outcome:
        """Measures the way in use, then ``settings``; what was measured before is not measured again.

        Raises:
            Cancelled: ``report`` raised it.
        """
        for wanted in (self.used, settings):
            if wanted not in self._outcomes:
                found = measure(self._notes, self._way(wanted), self._questions, self._bench, report)
                self._outcomes[wanted] = found
        return self._outcomes[settings]

    def _way(self, settings: Settings) -> Way:
        return lambda path: settings if path == self._note or not self._note else self.used
