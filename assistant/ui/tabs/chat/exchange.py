"""One question of the page and its answer, from the moment it is sent to the last sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.api.calls import Notice
from assistant.conversations.records import KeptTurn
from assistant.types import AnswerPhase, AnswerProgress

CUT_OFF = Notice(
    message="This question was not answered, because the page was closed or the program ended first.",
    hint="Ask it again.",
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and as much of its answer as there is.

    Attributes:
        id: Unique in its session.
        waits: What it waits for before anything is found: ``waiting``, ``warming``, or ``searching``; ``done`` if
            nothing more comes.
        notice: Why it went no further; what was written is kept.
        unread: Notes that were not indexed yet when it was asked.
    """

    id: str
    progress: AnswerProgress
    waits: AnswerPhase = AnswerPhase.WAITING
    notice: Notice | None = None
    unread: int = 0

    @property
    def phase(self) -> AnswerPhase:
        """What is happening to the question."""
        if self.notice is not None:
            return AnswerPhase.FAILED
        reached = self.progress.phase
        return self.waits if reached is AnswerPhase.SEARCHING or self.waits.final else reached

    def stop(self) -> Exchange:
        """Returns the exchange as the student stopped it: with what was written until then."""
        return self if self.phase.final else replace(self, progress=self.progress.stop())

    def kept(self, turn: KeptTurn) -> KeptTurn:
        """Returns what is kept of the question once this is over."""
        return turn.ended_with(self.progress, (self.notice.message, self.notice.hint) if self.notice else ("", ""))


def recalled(turn: KeptTurn, id_: str) -> Exchange:
    """Returns the exchange that was kept, under an id of the session that shows it."""
    notice = None
    if turn.answer is None and (turn.fault[0] or not turn.ended):
        notice = Notice(message=turn.fault[0], hint=turn.fault[1]) if turn.fault[0] else CUT_OFF
    return Exchange(id_, turn.progress, AnswerPhase.DONE, notice)
