"""Grades a short answer against its key points: by words first, by meaning where words leave it open, then by the
model.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.answering.units import NEGATIONS, Words
from assistant.index.words import stem, words
from assistant.models.generator import Scorer
from assistant.quiz.exam.texts import jaccard, meaning, share
from assistant.quiz.item import KeyPoint
from assistant.quiz.opposites import Denials, change_places, denied, opposites, turned
from assistant.quiz.parts import Parts, contrasting, find_parts, is_exchanged, is_given, own_stems
from assistant.quiz.spelling import Spelled, spelled
from assistant.types import Prompt

SAID, HALF = 0.6, 0.34
"""Share of a point's words that says it, and that says half of it. Tuned on one half of the graded answers."""

NEAR, AKIN = 0.62, 0.45
"""Cosine of answer and point that says it by itself, and that lifts a half to a whole."""

_RIVAL_LIKENESS = 0.25
_RIVAL_SHARE = 0.6
_PASS = 0.75
_PART = 0.25
_MAX_CONTRADICTED = 0.2
_CUT, _ONLY_ITS_WORDS = 0.5, 0.75

_CLAUSE = re.compile(r"(?<=[.!?;:,])\s+|\s+(?=(?:and|so|because|since|but|while|whereas)\s)", re.IGNORECASE)

_DENIAL_SCOPE = re.compile(
    r"[.!?;:,]\s+|\s+(?:and|so|because|since|but|while|whereas|which|that|when|where|if|although)\s+", re.IGNORECASE
)

Similarity = Callable[[str, str], float]
"""Cosine of two texts, in [-1, 1]."""


class PointVerdict(StrEnum):
    """What an answer says of a point."""

    SAID = "said"
    PARTLY = "partly"
    MISSING = "missing"
    CONTRADICTED = "contradicted"


class Result(StrEnum):
    """The grade as a whole."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class PointGrade:
    """One key point and whether it was said.

    Attributes:
        reason: Why, in words for the student.
        is_unclear: Words do not decide it; a second opinion is worth asking for.
    """

    point: KeyPoint
    verdict: PointVerdict
    reason: str
    is_unclear: bool = False


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of a short answer. ``share`` is the share of what was to be said, in [0, 1]."""

    points: tuple[PointGrade, ...]
    share: float

    @property
    def result(self) -> Result:
        """Right, partly right or wrong."""
        return Result.RIGHT if self.share >= _PASS else Result.PARTLY if self.share >= _PART else Result.WRONG

    @property
    def passed(self) -> bool:
        """Whether it counts as right."""
        return self.result is Result.RIGHT


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an answer is graded against.

    Attributes:
        question: Words that stand in it prove nothing.
        rivals: What the notes say of what is easily confused with it.
        names: Other names from the notes: ``{"ml": "machine learning"}``, both in small letters.
    """

    question: str
    points: tuple[KeyPoint, ...]
    rivals: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def grade_short(answer: str, sheet: Sheet, similarity: Similarity | None = None) -> Grade:
    """Returns the grade of ``answer``. Without ``similarity`` only words are compared."""
    named = [_named(text, sheet.names) for text in (answer, sheet.question, *(p.text for p in sheet.points))]
    texts = spelled(named[0], named[1], named[2:], sheet.rivals)
    if not meaning(texts.answer):
        return Grade(tuple(PointGrade(p, PointVerdict.MISSING, "Nothing is said.") for p in sheet.points), 0.0)
    reading = _Reading(answer, sheet, texts, find_parts(texts.answer, texts.points, texts.question), similarity)
    points = tuple(reading.grade(number) for number in range(len(sheet.points)))
    return Grade(points, total(points))


def total(points: Sequence[PointGrade]) -> float:
    """Returns the share of what was to be said; little where something was contradicted."""
    worth = {PointVerdict.SAID: 1.0, PointVerdict.PARTLY: 0.5}
    earned = sum(worth.get(grade.verdict, 0.0) for grade in points) / max(1, len(points))
    contradicted = any(grade.verdict is PointVerdict.CONTRADICTED for grade in points)
    return min(earned, _MAX_CONTRADICTED) if contradicted else earned


class _Reading:
    """An answer beside what it is graded against, both in one spelling."""

    def __init__(self, typed: str, sheet: Sheet, texts: Spelled, parts: Parts, similarity: Similarity | None) -> None:
        self._typed = typed
        self._sheet = sheet
        self._texts = texts
        self._parts = parts
        self._own = own_stems(texts.points)
        self._similarity = similarity

    def grade(self, number: int) -> PointGrade:
        """Returns the grade of one point."""
        point, part = self._sheet.points[number], self._parts.texts[number]
        if not meaning(part):
            return PointGrade(point, PointVerdict.MISSING, "Your answer does not say this.")
        wanted, given = self._wanted(number), meaning(part) | contrasting(part)
        formulas = self._texts.formulas[number]
        covered = _given_share(wanted, given)
        cosine = self._cosine(number)
        has_formula = not formulas.isdisjoint(given)
        # in the words of the notes, but not all that they say
        is_cut = covered < _CUT and share(meaning(part), meaning(self._texts.points[number])) >= _ONLY_ITS_WORDS
        own = self._own[number] & wanted
        own_share = _given_share(own, given) if own else 1.0
        is_meant = not formulas and (cosine >= NEAR or (covered >= HALF and cosine >= AKIN))
        said = covered >= SAID or (is_meant and not is_cut)
        said = has_formula or (said and (own_share >= HALF or cosine >= NEAR))
        speaks_of_it = said or (covered >= HALF and own_share >= HALF) or cosine >= AKIN
        if (speaks_of_it or self._is_strange(number) or self._is_turned(number)) and (
            fault := self._contradiction(number)
        ):
            return PointGrade(point, PointVerdict.CONTRADICTED, fault)
        if said and Words(self._texts.points[number]).numbers <= Words(self._texts.answer).numbers:
            return PointGrade(point, PointVerdict.SAID, "Your answer says this.", covered < HALF and not has_formula)
        if speaks_of_it:
            return PointGrade(point, PointVerdict.PARTLY, "Your answer says part of this.", is_unclear=not is_cut)
        return PointGrade(point, PointVerdict.MISSING, "Your answer does not say this.")

    def _wanted(self, number: int) -> frozenset[str]:
        wanted = meaning(self._texts.points[number])
        return wanted - meaning(self._texts.question) or wanted

    def _cosine(self, number: int) -> float:
        """Returns how near what the answer says is to a point, by those parts that are nearest to it of all points."""
        if self._similarity is None:
            return 0.0
        points = [point.text for point in self._sheet.points]
        if len(points) == 1:
            return self._similarity(self._typed, points[0])
        part = self._parts.texts[number]
        if self._parts.subjects:
            return self._similarity(part, points[number])
        whole = self._similarity(part, points[number])
        found = 0.0
        for text in {part, *filter(meaning, _CLAUSE.split(part))}:
            cosines = [self._similarity(text, point) for point in points]
            if max(cosines) == cosines[number] >= whole:  # a clause that another point needs, too, says nothing of this
                found = max(found, cosines[number])
        return found

    def _is_strange(self, number: int) -> bool:
        """Whether the part has a formula where the notes have another one."""
        part = meaning(self._parts.texts[number])
        return not self._texts.others[number].isdisjoint(part) and self._texts.formulas[number].isdisjoint(part)

    def _is_turned(self, number: int) -> bool:
        """Whether something changes the other way than in this point, and no other point says that it does."""
        points = self._texts.points
        others = points[:number] + points[number + 1 :]
        return bool(others) and turned(self._parts.named[number], points[number], others)

    def _contradiction(self, number: int) -> str:
        part, point, sheet = self._parts.named[number], self._texts.points[number], self._sheet
        if self._is_strange(number):
            return "Your notes have another formula here."
        if other := _strange_numbers(part, point, self._texts):
            return f"Your notes do not give the number {other} here."
        if is_exchanged(number, self._parts, self._texts.points):
            return "Your answer has the parts the other way round."
        if _opposite(part, point) or self._is_turned(number) or turned(_best_clauses(part, point), point):
            return "Your answer says the opposite."
        if change_places(part, point) or change_places(self._texts.answer, ". ".join(self._texts.points)):
            return "Your answer has the parts the other way round."
        if rival := _rival(part, point, sheet.rivals, self._texts.rivals):
            return f"Your notes say this of something else: “{rival}”"
        return ""


def _strange_numbers(answer: str, point: str, texts: Spelled) -> str:
    there, given = Words(point).numbers, Words(answer).numbers
    known = there | Words(texts.question).numbers | frozenset(n for p in texts.points for n in Words(p).numbers)
    return min(given - known, default="") if there and not there <= given else ""


def _opposite(answer: str, point: str) -> bool:
    """Whether some clause of the answer has the other sign than the point.

    It has if it denies a word that the point affirms, or the reverse. A clause with the opposite of one of the point's
    words has it unless just one of both denies: "has no labels" is "unlabelled".
    """
    said = frozenset(_stems_in_order(answer))
    signs = _signs(point)
    return any(_differs(clause, signs, said) for clause in _scopes(_best_clauses(answer, point)))


def _differs(clause: str, signs: Denials, answer: frozenset[str]) -> bool:
    said = denied(clause)
    reversed_ = [
        said.whole[other] == signs.whole[one] and said.behind[other] == signs.behind[one]
        for one in signs.whole.keys() - answer - NEGATIONS
        for other in opposites().get(one, frozenset()) & said.whole.keys() - signs.whole.keys() - NEGATIONS
    ]
    if reversed_:
        return any(reversed_)
    both = meaning(clause) & signs.whole.keys() & said.whole.keys()
    if any(said.behind[one] == signs.behind[one] for one in both & (said.turned | signs.turned)):
        return False  # "not permeable" for "impermeable"
    return any(said.whole[one] != signs.whole[one] and said.behind[one] != signs.behind[one] for one in both)


def _scopes(text: str) -> list[str]:
    """Returns what a denial may be of; one without anything to deny is of what follows: "never, if ..."."""
    found: list[str] = []
    for clause in _DENIAL_SCOPE.split(text):
        if found and not meaning(found[-1]):
            found[-1] = f"{found[-1]} {clause}"
        else:
            found.append(clause)
    return found


def _signs(text: str) -> Denials:
    """Returns for each stem of ``text`` whether it is denied wherever it stands."""
    clauses = [denied(clause) for clause in _scopes(text)]
    stems = {one for clause in clauses for one in clause.whole}
    return Denials(
        {one: all(clause.whole.get(one, True) for clause in clauses) for one in stems},
        {one: all(clause.behind.get(one, True) for clause in clauses) for one in stems},
        frozenset().union(*(clause.turned for clause in clauses)),
    )


def _best_clauses(answer: str, point: str) -> str:
    """The clauses of the answer that speak of the point: the best one, and others that add something of it."""
    left = meaning(point)
    clauses = [clause for clause in _CLAUSE.split(answer) if clause.strip()]
    chosen: list[int] = []
    while left:
        gains = [sum(is_given(one, meaning(clause)) for one in left) for clause in clauses]
        best = max(range(len(clauses)), key=gains.__getitem__, default=-1)
        if best < 0 or not gains[best]:
            break
        chosen.append(best)
        left = frozenset(one for one in left if not is_given(one, meaning(clauses[best])))
    return ", ".join(clauses[number] for number in sorted(chosen)) or answer


def _stems_in_order(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def _rival(answer: str, point: str, rivals: Sequence[str], texts: Sequence[str]) -> str:
    """Returns what the answer says instead, if that is what the notes say of a rival."""
    own, given = meaning(point), meaning(answer)
    for rival, text in zip(rivals, texts, strict=True):
        other = meaning(text)
        only_own, only_other = own - other, other - own
        if jaccard(own, other) >= _RIVAL_LIKENESS:
            if share(only_other, given) > _given_share(only_own, given) and share(only_other, given) > 0:
                return rival
        elif _given_share(other, given) >= _RIVAL_SHARE > _given_share(own, given):
            return rival
    return ""


def _given_share(wanted: frozenset[str], given: frozenset[str]) -> float:
    return sum(is_given(one, given) for one in wanted) / len(wanted) if wanted else 0.0


def _named(text: str, names: Sequence[tuple[str, str]]) -> str:
    for short, full in names:
        text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", full, text, flags=re.IGNORECASE)
    return text


SYSTEM = "You check a student's answer against one point of the notes. Reply with Yes or No only."
_YES_NO = ("Yes", "No")
_SURE = 1.0
"""log P(Yes) - log P(No) from which the model's word counts."""


def settle(answer: str, grade: Grade, question: str, generator: Scorer, cancel: threading.Event) -> Grade:
    """Returns ``grade`` with its unclear points settled as far as the model is sure. Contradictions stay.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed.
    """
    points = tuple(_settled(answer, point, question, generator, cancel) for point in grade.points)
    return Grade(points, total(points))


def _settled(answer: str, point: PointGrade, question: str, generator: Scorer, cancel: threading.Event) -> PointGrade:
    if not point.is_unclear:
        return point
    asked = (
        f"Question: {question}\nPoint: {point.point.text}\nStudent's answer: {answer}\n"
        "Does the student's answer say the same as the point?"
    )
    yes, no = generator.compare_next(Prompt(SYSTEM, (), asked), _YES_NO, cancel=cancel)
    if yes - no > _SURE:
        return replace(point, verdict=PointVerdict.SAID, reason="The model reads your answer as saying this.")
    if no - yes > _SURE and point.verdict is PointVerdict.SAID:
        return replace(point, verdict=PointVerdict.PARTLY, reason="The model reads your answer as saying part of this.")
    return point
