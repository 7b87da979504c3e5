"""A quiz that a program takes, and what a program writes to files: the short ways of ``Assistant``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistant.conversations.export import conversation_markdown
from assistant.conversations.records import Conversation, KeptTurn, new_id, title_of
from assistant.quiz.item import Anchor
from assistant.quiz.kinds import Mark, Response
from assistant.quiz.quiz_sheet import quiz_markdown
from assistant.quiz.results import QuizResult
from assistant.quiz.room import QuizRoom
from assistant.quiz.session import Posed, Quiz
from assistant.study.guide import Guide
from assistant.study.guide_text import guide_markdown
from assistant.study.printable import as_file
from assistant.study.transfer import write_export
from assistant.types import Answer

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Returns the time."""
    return datetime.now(UTC)


class TakenQuiz:
    """A quiz that a program takes: go through its questions and answer each. Every answer is stored, as a student's is.

        for posed in quiz:
            mark = quiz.answer(0 if posed.options else "in my own words")

    Args:
        room: Where it was started.
        quiz: Nothing of it is answered yet.
        clock: Returns the time, UTC.
    """

    def __init__(self, room: QuizRoom, quiz: Quiz, clock: Clock = utc_now) -> None:
        self._room = room
        self._quiz = quiz
        self._clock = clock
        self._shown_at = clock()
        self._number = 0

    @property
    def title(self) -> str:
        """What it is about."""
        return self._quiz.topic

    @property
    def posed(self) -> tuple[Posed, ...]:
        """Its questions, each with its options in the order in which they are shown."""
        return self._quiz.posed

    def __iter__(self) -> Iterator[Posed]:
        """Yields each question that is not answered; ``answer`` answers the one that was yielded last."""
        answered = {reply.number for reply in self._quiz.replies}
        for number, posed in enumerate(self.posed):
            if number not in answered:
                self._number, self._shown_at = number, self._clock()
                yield posed

    def answer(self, response: Response) -> Mark:
        """Answers the question that is on, stores that, and returns how right it is.

        Args:
            response: The place of an option (from 0), places for pairs and steps, or words where there are no options;
                words are graded point by point (``Mark.grade``).

        Raises:
            StudyError: It does not fit the question, or the question was answered before.
        """
        now = self._clock()
        took_ms = int(1000 * (now - self._shown_at).total_seconds())
        self._quiz = self._room.answer(self._quiz, self._number, response, now, took_ms)
        return self._quiz.replies[-1].mark

    def finish(self) -> QuizResult:
        """Ends it and returns what came out: points, and the places to read again. What was not answered is left out.

        Raises:
            StudyDatabaseError: It cannot be stored.
        """
        if not self._quiz.is_over:
            self._quiz = self._room.finish(self._quiz, self._clock())
        return self._room.result(self._quiz)


Exported = Answer | Sequence[Answer] | Guide | TakenQuiz


def export_file(what: Exported, file: Path, page_of: Callable[[Anchor], int | None], clock: Clock = utc_now) -> Path:
    """Writes answers, a guide or a quiz to a file; see ``Assistant.export``."""
    markdown, title, language = _written(what, page_of, clock())
    write_export(file, as_file(file, markdown, title, language).encode("utf-8", "replace"))
    return file


def _written(what: Exported, page_of: Callable[[Anchor], int | None], now: datetime) -> tuple[str, str, str]:
    """Returns the Markdown, its title and its language, which is empty where it is not known."""
    if isinstance(what, Guide):
        return guide_markdown(what), what.title, what.language
    if isinstance(what, TakenQuiz):
        return quiz_markdown(what.title, what.posed, page_of), f"Quiz: {what.title}", ""
    answers = [what] if isinstance(what, Answer) else list(what)
    turns = tuple(KeptTurn(new_id(), one.question, now, answer=one, ended=True) for one in answers)
    title = title_of(answers[0].question) if answers else "Answers"
    return conversation_markdown(Conversation(new_id(), title, False, now, now, turns)), title, ""
