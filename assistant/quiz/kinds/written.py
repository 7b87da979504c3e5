"""Questions that are answered by writing: a gap to fill, or an answer in one's own words."""

from __future__ import annotations

import re

from rapidfuzz.distance import DamerauLevenshtein

from assistant.documents.equations import formulas_of
from assistant.index.words import fold, stem, words
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import meaning
from assistant.quiz.item import GAP, Check, Item, Kind
from assistant.quiz.kinds.kind import (
    MAX_WRONG_SUPPORT,
    AnswerForm,
    ItemKind,
    Mark,
    Response,
    ShortGrader,
    contains,
    mostly,
    one_answer,
    unfit,
)

_MIN_TYPO_LENGTH = 5
_MAX_TYPO_DISTANCE = 0.21


class _Written(ItemKind):
    form = AnswerForm.TEXT

    def read(self, item: Item, typed: str) -> Response | None:
        return typed

    def right(self, item: Item) -> str:
        return item.answer

    @staticmethod
    def _text(item: Item, response: Response) -> str:
        if not isinstance(response, str):
            raise unfit(item, response, "a text")
        return response.strip()


class Cloze(_Written):
    """A sentence with a gap."""

    kind = Kind.CLOZE
    name = "Fill the gap"
    how = "the missing words"
    weight = 2

    def fault(self, item: Item) -> str:
        """One gap, and what fills it."""
        return "" if item.question.count(GAP) == 1 and item.answer else "It does not have exactly one gap."

    def shown(self, item: Item) -> str:
        """The gap has the first letter of each missing word.

        A description fits several names ("a string of literals": a clause, a disjunction); with its letters, one.
        """
        initials = " ".join(f"{word[0]}{GAP}" if word[0].isalpha() else GAP for word in item.answer.split())
        return item.question.replace(GAP, initials)

    def giveaway(self, item: Item) -> str:
        """The rest of the sentence says what is missing."""
        if any(contains(item.question, way) for way in (item.answer, *item.accepted)):
            return "The sentence says the missing word elsewhere."
        told = mostly(meaning(item.answer), meaning(item.question))
        return "Most of what is missing is said elsewhere." if told else ""

    def rival(self, item: Item, ground: Ground) -> Check:
        """No other sentence of the notes fills the gap with something else."""
        other = ground.also_says(ground.known(meaning(item.question)), meaning(item.answer), MAX_WRONG_SUPPORT)
        if other:
            return one_answer(False, f"“{other[:60]}” may fill the gap with something else.")
        return one_answer(True, "No other sentence of your notes fills the gap.")

    def mark(self, item: Item, order: tuple[int, ...], response: Response, grade_short: ShortGrader) -> Mark:
        """Any spelling and small slips count as right."""
        text = self._text(item, response)
        good = fills(item, text)
        return Mark(float(good), good, text, item.answer)

    def for_chat(self, item: Item) -> str:
        """The whole sentence."""
        return f"Explain this: {item.question.replace(GAP, item.answer)}"


class Short(_Written):
    """An answer in one's own words, graded by its key points."""

    kind = Kind.SHORT
    name = "Short answer"
    how = "in your own words"
    seconds = 120
    asks = True
    is_graded = True

    def fault(self, item: Item) -> str:
        """What an answer has to contain, and a model answer."""
        return "" if item.key_points and item.answer else "It does not say what an answer has to contain."

    def giveaway(self, item: Item) -> str:
        """The question contains one of the points itself."""
        told = [p.text for p in item.key_points if mostly(meaning(p.text), meaning(item.question))]
        return f"The question contains “{told[0]}” itself." if told else ""

    def claims(self, item: Item) -> list[tuple[str, int]]:
        """Each of the points."""
        return [(point.text, -1) for point in item.key_points]

    def rival(self, item: Item, ground: Ground) -> Check:
        """There are no other answers to compare."""
        return one_answer(True, "It is answered in free words.")

    def mark(self, item: Item, order: tuple[int, ...], response: Response, grade_short: ShortGrader) -> Mark:
        """Point by point."""
        text = self._text(item, response)
        grade = grade_short(item, text)
        return Mark(grade.share, grade.passed, text, item.answer, grade)


def fills(item: Item, text: str) -> bool:
    """Returns whether ``text`` fills the gap: in any spelling, number of the noun or article, small slips allowed.

    A formula fills it in any form that means the same.
    """
    given = _key(text)
    return bool(given) and any(_fits(text, given, way) for way in (item.answer, *item.accepted))


def _fits(text: str, given: str, way: str) -> bool:
    formulas = formulas_of(way)
    if not formulas:
        return _alike(given, _key(way))
    typed = formulas_of(text, {name for one in formulas for name in one.symbols})
    return all(any(one.same(other) for other in typed) for one in formulas)


def _key(text: str) -> str:
    kept = [word for word in words(re.sub(r"^(?:an?|the)\s+", "", fold(text.strip()))) if word]
    return " ".join(stem(word) for word in kept)


def _alike(given: str, wanted: str) -> bool:
    if given == wanted or given.replace(" ", "") == wanted.replace(" ", ""):
        return True
    if any(char.isdigit() for char in wanted) or len(wanted) < _MIN_TYPO_LENGTH:
        return False
    return DamerauLevenshtein.normalized_distance(given, wanted) <= _MAX_TYPO_DISTANCE and given[0] == wanted[0]
