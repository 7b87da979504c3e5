"""Grades a short answer against its key points: by words first, by meaning where words leave it open.

A point is said if the answer covers its words, or words that mean the same. It is contradicted if the answer says it
with the opposite sign ("does not ...", "low" for "high"), gives other numbers, or has the parts change places; an
answer that contradicts a point does not pass, however many of its words are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.answering.units import Words
from assistant.index.words import stem, words
from assistant.study.exam.texts import jaccard, meaning, share
from assistant.study.grading.opposites import denials, opposites, synonyms
from assistant.study.grading.roles import change_places
from assistant.study.items import KeyPoint

SAID, HALF = 0.6, 0.34
"""Share of a point's words that says it, and that says half of it. Tuned on one half of the graded answers."""

NEAR, AKIN = 0.62, 0.45
"""Cosine of answer and point that says it by itself, and that lifts a half to a whole."""

_RIVAL_LIKENESS = 0.25
_RIVAL_SHARE = 0.6
_PASS = 0.75
_PART = 0.25
_MAX_CONTRADICTED = 0.2
_MIN_STEM_PREFIX = 5

_CLAUSE = re.compile(r"(?<=[.!?;:,])\s+|\s+(?=(?:and|so|because|since|but|while|whereas)\s)", re.IGNORECASE)

_DENIAL_SCOPE = re.compile(
    r"[.!?;:,]\s+|\s+(?:and|so|because|since|but|while|whereas|which|that|when|where|if|although)\s+", re.IGNORECASE
)

Similarity = Callable[[str, str], float]
"""Cosine of two texts, in [-1, 1]."""


class Verdict(StrEnum):
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
    verdict: Verdict
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
    text = _named(answer, sheet.names)
    if not meaning(text):
        return Grade(tuple(PointGrade(p, Verdict.MISSING, "Nothing is said.") for p in sheet.points), 0.0)
    points = tuple(_grade_point(text, point, sheet, similarity) for point in sheet.points)
    return Grade(points, total(points))


def total(points: Sequence[PointGrade]) -> float:
    """Returns the share of what was to be said; little where something was contradicted."""
    worth = {Verdict.SAID: 1.0, Verdict.PARTLY: 0.5}
    earned = sum(worth.get(grade.verdict, 0.0) for grade in points) / max(1, len(points))
    contradicted = any(grade.verdict is Verdict.CONTRADICTED for grade in points)
    return min(earned, _MAX_CONTRADICTED) if contradicted else earned


def _grade_point(answer: str, point: KeyPoint, sheet: Sheet, similarity: Similarity | None) -> PointGrade:
    wanted = meaning(_named(point.text, sheet.names))
    wanted = wanted - meaning(sheet.question) or wanted
    given = meaning(answer)
    covered = sum(_is_given(one, given) for one in wanted) / len(wanted) if wanted else 0.0
    cosine = similarity(answer, point.text) if similarity else 0.0
    said = covered >= SAID or cosine >= NEAR or (covered >= HALF and cosine >= AKIN)
    speaks_of_it = said or covered >= HALF or cosine >= AKIN
    if speaks_of_it and (fault := _contradiction(answer, point, sheet)):
        return PointGrade(point, Verdict.CONTRADICTED, fault)
    if said and Words(point.text).numbers <= Words(answer).numbers:
        return PointGrade(point, Verdict.SAID, "Your answer says this.", covered < HALF)
    if speaks_of_it:
        return PointGrade(point, Verdict.PARTLY, "Your answer says part of this.", is_unclear=True)
    return PointGrade(point, Verdict.MISSING, "Your answer does not say this.")


def _is_given(wanted: str, given: frozenset[str]) -> bool:
    if wanted in given or not given.isdisjoint(synonyms().get(wanted, ())):
        return True
    long = [one for one in given if len(one) >= _MIN_STEM_PREFIX <= len(wanted)]
    return any(one.startswith(wanted) or wanted.startswith(one) for one in long)


def _contradiction(answer: str, point: KeyPoint, sheet: Sheet) -> str:
    if other := _strange_numbers(answer, point, sheet):
        return f"Your notes do not give the number {other} here."
    if _opposite(answer, point.text):
        return "Your answer says the opposite."
    if change_places(answer, ". ".join(p.text for p in sheet.points)):
        return "Your answer has the parts the other way round."
    if rival := _rival(answer, point, sheet):
        return f"Your notes say this of something else: “{rival}”"
    return ""


def _strange_numbers(answer: str, point: KeyPoint, sheet: Sheet) -> str:
    there, given = Words(point.text).numbers, Words(answer).numbers
    known = there | Words(sheet.question).numbers | frozenset(n for p in sheet.points for n in Words(p.text).numbers)
    return min(given - known, default="") if there and not there <= given else ""


def _opposite(answer: str, point: str) -> bool:
    """Whether some clause of the answer has the other sign than the point.

    It has if it denies a word that the point affirms, or the reverse. A clause with the opposite of one of the point's
    words has it unless just one of both denies: "has no labels" is "unlabelled".
    """
    said = frozenset(_stems_in_order(answer))
    signs = _signs(point)
    return any(_differs(clause, signs, said) for clause in _DENIAL_SCOPE.split(_best_clauses(answer, point)))


def _differs(clause: str, signs: dict[str, bool], answer: frozenset[str]) -> bool:
    denies = denials(clause) % 2 == 1
    said = frozenset(_stems_in_order(clause))
    reversed_ = [
        denies == signs[one]
        for one in signs
        if one not in answer and said & (opposites().get(one, frozenset()) - signs.keys())
    ]
    return any(reversed_) if reversed_ else any(denies != signs[one] for one in meaning(clause) if one in signs)


def _signs(text: str) -> dict[str, bool]:
    """Returns for each stem of ``text`` whether it stands in denying clauses only."""
    found: dict[str, bool] = {}
    for clause in _DENIAL_SCOPE.split(text):
        denies = denials(clause) % 2 == 1
        for one in (*_stems_in_order(clause), *meaning(clause)):
            found[one] = found.get(one, True) and denies
    return found


def _best_clauses(answer: str, point: str) -> str:
    """The clauses of the answer that speak of the point: the best one, and others that add something of it."""
    left = meaning(point)
    clauses = [clause for clause in _CLAUSE.split(answer) if clause.strip()]
    chosen: list[int] = []
    while left:
        gains = [sum(_is_given(one, meaning(clause)) for one in left) for clause in clauses]
        best = max(range(len(clauses)), key=gains.__getitem__, default=-1)
        if best < 0 or not gains[best]:
            break
        chosen.append(best)
        left = frozenset(one for one in left if not _is_given(one, meaning(clauses[best])))
    return ", ".join(clauses[number] for number in sorted(chosen)) or answer


def _stems_in_order(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def _rival(answer: str, point: KeyPoint, sheet: Sheet) -> str:
    """Returns what the answer says instead, if that is what the notes say of a rival."""
    own, given = meaning(point.text), meaning(answer)
    for rival in sheet.rivals:
        other = meaning(rival)
        only_own, only_other = own - other, other - own
        if jaccard(own, other) >= _RIVAL_LIKENESS:
            if share(only_other, given) > _given_share(only_own, given) and share(only_other, given) > 0:
                return rival
        elif _given_share(other, given) >= _RIVAL_SHARE > _given_share(own, given):
            return rival
    return ""


def _given_share(wanted: frozenset[str], given: frozenset[str]) -> float:
    return sum(_is_given(one, given) for one in wanted) / len(wanted) if wanted else 0.0


def _named(text: str, names: Sequence[tuple[str, str]]) -> str:
    for short, full in names:
        text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", full, text, flags=re.IGNORECASE)
    return text
