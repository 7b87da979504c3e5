"""The Quiz, Review and Progress tabs. Their views call the desks through the status line, which is on every tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.ui.boundary import friendly
from assistant.ui.components import view
from assistant.ui.conversations_desk import ConversationsDesk
from assistant.ui.frame import Frame
from assistant.ui.progress_desk import ProgressDesk
from assistant.ui.questions_desk import QuestionsDesk
from assistant.ui.quiz_desk import QuizDesk
from assistant.ui.review_desk import ReviewDesk
from assistant.ui.service import StudyService


@dataclass(frozen=True, slots=True)
class StudyDesks:
    """The desks of one page that work with ``study.db`` and ``conversations.db``."""

    quiz: QuizDesk
    review: ReviewDesk
    progress: ProgressDesk
    questions: QuestionsDesk
    conversations: ConversationsDesk

    @classmethod
    def of(cls, service: StudyService) -> StudyDesks:
        """Returns the desks over a service."""
        questions, conversations = QuestionsDesk(service), ConversationsDesk(service)
        return cls(QuizDesk(service), ReviewDesk(service), ProgressDesk(service), questions, conversations)

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        quiz, review = self.quiz, self.review
        return (
            *(quiz.quiz_home, quiz.quiz_start, quiz.quiz_open, quiz.quiz_answer, quiz.quiz_finish, quiz.quiz_appeal),
            *(quiz.quiz_report, quiz.quiz_retry, quiz.quiz_cards, quiz.quiz_bank_stop),
            *(review.review_open, review.review_rate, review.review_undo, review.card_keep, review.card_fix),
            *(review.card_edit, review.card_suspend, review.card_add, review.card_scan),
            self.progress.progress,
            *self.questions.calls(),
            *self.conversations.calls(),
        )

    def line(self) -> dict[str, Any]:
        """Returns what the status line says: ``due`` (cards), ``ready`` (questions), ``bank`` (see ``bank_view``).

        Where ``study.db`` cannot be used they are None; the tabs say why.
        """
        found: dict[str, Any] = friendly(lambda: {"due": self.review.due(), **self.quiz.bank()})()
        return {"due": None, "ready": None, "bank": None} if "error" in found else found


def build_quiz(frame: Frame) -> None:
    """Builds the Quiz tab."""
    del frame
    view("quiz")


def build_review(frame: Frame) -> None:
    """Builds the Review tab."""
    del frame
    view("review")


def build_progress(frame: Frame) -> None:
    """Builds the Progress tab."""
    del frame
    view("progress")
