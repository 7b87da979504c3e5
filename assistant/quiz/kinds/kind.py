"""What every kind of question can say of an item of its own, and the mark of an answer."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from assistant.errors import StudyError
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import shared
from assistant.quiz.grading import Grade
from assistant.quiz.item import Check, Item, Kind

Response = int | str | tuple[int, ...]
"""What the student gives: the place of an option as shown (from 0); the places of several; or a text."""

ShortGrader = Callable[[Item, str], Grade]

MIN_KEY_COVER = 0.68
"""Share of the key's stems that its proof must have; chosen on public human labels, see ``answering.attribution``."""

MAX_WRONG_SUPPORT = 0.8
"""A wrong option that a sentence of the notes supports this far may be right. Precision and recall, the likeliest of
confusions, share 0.75 of their words."""


class AnswerForm(StrEnum):
    """What an answer consists of: one option, the places of several, or a text."""

    OPTION = "option"
    PLACES = "places"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """How right an answer is.

    Attributes:
        share: In [0, 1]; pairs and steps count each.
        given: What was answered, in words.
        right: What would have been right, in words.
        grade: Point by point, for a short answer.
    """

    share: float
    is_right: bool
    given: str
    right: str
    grade: Grade | None = None


class ItemKind(ABC):
    """One kind of question.

    Attributes:
        kind: Its name in the record of an item.
        form: What an answer consists of.
        name: Its name for the student.
        how: How to answer in the terminal; ``{count}`` is the number of options.
        weight: How often it is asked, in proportion to the others.
        seconds: How long an exam gives for it.
        asks: It is a question with a question mark; others are statements or orders.
        lead: What stands before the question on a card and in a study guide.
        has_fixed_options: The options are always the same, such as True and False: neither shuffled nor listed.
        has_distractors: It has one right option among wrong ones that could be taken for it.
        is_statement: The student judges a statement.
        is_graded: An answer is graded point by point.
        min_cover: Share of a claim's stems that its proof must have.
    """

    kind: ClassVar[Kind]
    form: ClassVar[AnswerForm]
    name: ClassVar[str]
    how: ClassVar[str]
    weight: ClassVar[int] = 1
    seconds: ClassVar[int] = 45
    asks: ClassVar[bool] = False
    lead: ClassVar[str] = ""
    has_fixed_options: ClassVar[bool] = False
    has_distractors: ClassVar[bool] = False
    is_statement: ClassVar[bool] = False
    is_graded: ClassVar[bool] = False
    min_cover: ClassVar[float] = MIN_KEY_COVER

    @abstractmethod
    def fault(self, item: Item) -> str:
        """Returns what ``item`` lacks or has too much of, or nothing."""

    def giveaway(self, item: Item) -> str:
        """Returns how the question gives its answer away, or nothing."""
        return ""

    def claims(self, item: Item) -> list[tuple[str, int]]:
        """Returns what has to be proven, each with the number of its proof; -1 for all proofs together."""
        return [(item.answer, -1)]

    @abstractmethod
    def rival(self, item: Item, ground: Ground) -> Check:
        """Checks that no other answer is right by any sentence of the notes."""

    @abstractmethod
    def mark(self, item: Item, order: tuple[int, ...], response: Response, grade_short: ShortGrader) -> Mark:
        """Returns the mark of a response.

        Args:
            item: The question.
            order: For each place as shown, the option that is there.
            response: What the student gave.
            grade_short: Grades short answers.

        Raises:
            StudyError: The response does not fit the kind of question.
        """

    @abstractmethod
    def read(self, item: Item, typed: str) -> Response | None:
        """Returns what was typed in the terminal as a response, or None if it cannot be one."""

    @abstractmethod
    def right(self, item: Item) -> str:
        """Returns the right answer in words."""

    def front(self, item: Item) -> str:
        """Returns the question as the front of a card."""
        return f"{self.lead}{item.question}"

    def back(self, item: Item) -> str:
        """Returns the answer as the back of a card."""
        return item.answer or item.options[item.key[0]]

    def solution(self, item: Item, letters: str) -> str:
        """Returns the key for a study guide, in which the options have ``letters``."""
        return item.answer.rstrip(".") + "."

    def shown(self, item: Item) -> str:
        """Returns the question as the student reads it."""
        return item.question

    def for_chat(self, item: Item) -> str:
        """Returns what to ask in the chat to hear more about it."""
        return item.question


def one_answer(good: bool, detail: str) -> Check:
    """Returns the check that there is one right answer."""
    return Check("one_answer", good, detail)


def unfit(item: Item, response: Response, wanted: str) -> StudyError:
    """Returns the error for a response that does not fit the kind of question."""
    return StudyError(f"{response!r} is not an answer to a {item.kind} question.", hint=f"Give {wanted}.")


def places(typed: str) -> list[int]:
    """Returns the numbers in what was typed as places, from 0."""
    return [int(digits) - 1 for digits in re.findall(r"\d+", typed)]


def bullets(lines: Iterator[str] | tuple[str, ...]) -> str:
    """Returns lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


def mostly(stems: frozenset[str], there: frozenset[str]) -> bool:
    """Returns whether more than half of ``stems`` are ``there``."""
    return bool(stems) and len(shared(stems, there)) > len(stems) / 2


def contains(text: str, part: str) -> bool:
    """Returns whether ``part`` occurs in ``text`` as whole words."""
    return bool(part) and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) is not None
