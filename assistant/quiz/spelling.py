"""Writes an answer and the points of the notes in one spelling, so that both can be compared word by word.

A formula becomes a word, the same one for all formulas that mean the same; a number is written as the notes write it
(``0.5`` and ``half`` as the ``50`` of ``50 %``); arrows become words, and a letter that stands for something is a word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.documents.equations import Equation, find_equations, formulas_of, one_spelling, symbols_of_formulas
from assistant.index.words import stem, words
from assistant.quiz.opposites import UN

_FORMULA = "sameformula"
_OTHER = "otherformula"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ARROWS = (
    (re.compile(r"\s*(?:→|⇒|->|=>|⟶)\s*"), " leads to "),
    (re.compile(r"↑+\s*(?=\w)"), "increases "),
    (re.compile(r"↓+\s*(?=\w)"), "decreases "),
    (re.compile(r"\s*↑+"), " increases"),
    (re.compile(r"\s*↓+"), " decreases"),
)
_RELATIONS = (
    (re.compile(r"\s+/\s+|(?<=\))\s*/\s*(?=\()"), " divided by "),
    (re.compile(r"\s*(?:≥|>=)\s*"), " is greater than or equal to "),
    (re.compile(r"\s*(?:≤|<=)\s*"), " is less than or equal to "),
    (re.compile(r"\s+>\s+"), " is greater than "),
    (re.compile(r"\s+<\s+"), " is less than "),
)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<low>\d+(?:,\d{3})*(?:\.\d+)?)(?:(?P<join>\s*(?:-|to)\s*|/)(?P<high>\d+(?:\.\d+)?))?"
    r"(?:(?P<percent>\s*(?:%|per ?cent\b))|\s*(?P<unit>[^\W\d_]{1,12})\b)?"
)
_UNITS = {
    unit: (kind, factor)
    for kind, units in (
        ("time", "ns=1e-9 µs=1e-6 ms=1e-3 milliseconds=1e-3 s=1 sec=1 second=1 seconds=1 min=60 minute=60 minutes=60"
                 " h=3600 hour=3600 hours=3600 day=86400 days=86400 week=604800 weeks=604800"),
        ("length", "nm=1e-9 µm=1e-6 mm=1e-3 cm=1e-2 m=1 metres=1 meters=1 km=1e3 kilometres=1e3 kilometers=1e3"),
        ("mass", "µg=1e-9 mg=1e-6 g=1e-3 grams=1e-3 kg=1 kilograms=1 t=1e3 tonnes=1e3"),
        ("volume", "µl=1e-6 ml=1e-3 dl=0.1 l=1 litres=1 liters=1"),
        ("energy", "j=1 joules=1 kj=1e3 kilojoules=1e3 mj=1e6 cal=4.184 kcal=4184"),
    )
    for unit, factor in ((one.split("=")[0], float(one.split("=")[1])) for one in units.split())
}  # fmt: skip
"""What a unit measures, and how many of the standard unit it is."""

_PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "twice": 2.0, "double": 2.0}
_PART = re.compile(rf"\b(?:{'|'.join(_PARTS)})\b", re.IGNORECASE)
_LETTER = re.compile(r"(?<![\w'’])[A-Za-z](?![\w'’])")
_PREFIXED = re.compile(r"\b(un|in|im|il|ir|non-?|dis)([A-Za-z]{4,})\b", re.IGNORECASE)
_NO_SYMBOLS = frozenset("aAI")


@dataclass(frozen=True, slots=True)
class Spelled:
    """Texts in one spelling.

    Attributes:
        formulas: For each point, the words that stand for its formulas.
        others: For each point, the words that stand for a formula of the answer where this one should be.
    """

    answer: str
    question: str
    points: tuple[str, ...]
    rivals: tuple[str, ...] = ()
    formulas: tuple[frozenset[str], ...] = ()
    others: tuple[frozenset[str], ...] = ()


def spelled(answer: str, question: str, points: Sequence[str], rivals: Sequence[str] = ()) -> Spelled:
    """Returns the texts as the points write what they have in common."""
    notes = _Notes(points)
    letters = frozenset(letter for text in notes.texts for letter in _LETTER.findall(text)) - _NO_SYMBOLS
    read = [notes.read_point(number) for number in range(len(points))]
    said = notes.read_answer(one_spelling(answer))
    written = " ".join((question, *points))
    read = [(_without_prefixes(text, answer, written), names) for text, names in read]
    said = _without_prefixes(said, " ".join(points), "")
    for number in _numbers(" ".join(one_spelling(point) for point in points)):
        said = number.written_alike(said)
    return Spelled(
        _plain(said, letters),
        _plain(one_spelling(question), letters),
        tuple(_plain(text, letters) for text, _ in read),
        tuple(_plain(notes.read_answer(one_spelling(rival)), letters) for rival in rivals),
        tuple(frozenset(_FORMULA + name for name, is_telling in names if is_telling) for _, names in read),
        tuple(frozenset(_OTHER + name for name, _ in names) for _, names in read),
    )


def _without_prefixes(text: str, other: str, contrasted: str) -> str:
    """Returns ``text`` with "permeable" and a sign for "impermeable" where the other text speaks of "permeable".

    Not where both words are contrasted with one another.
    """
    there = {stem(word) for word in words(other)} - {stem(word) for word in words(contrasted)}

    def apart(found: re.Match[str]) -> str:
        is_there = stem(found[0].lower()) in there
        return found[0] if is_there or stem(found[2].lower()) not in there else f"{UN} {found[2]}"

    return _PREFIXED.sub(apart, text)


def _plain(text: str, letters: frozenset[str]) -> str:
    for sign, word in (*_ARROWS, *_RELATIONS):
        text = sign.sub(word, text)
    return _LETTER.sub(lambda found: f"letter{found[0]}" if found[0] in letters else found[0], text)


class _Notes:
    """The formulas of the points, those that mean the same under one name."""

    def __init__(self, points: Sequence[str]) -> None:
        self.texts = [one_spelling(point) for point in points]
        self._of_points = [formulas_of(point) for point in points]
        marked = frozenset(name for point in points for name in symbols_of_formulas(point))
        self._known = marked | {name for made in self._of_points for one in made for name in one.symbols}
        self._classes: list[Equation] = []

    def read_point(self, number: int) -> tuple[str, list[tuple[str, bool]]]:
        """Returns a point with words for its formulas, their names, and whether they are more than a number."""
        names = [(made, self._name(made)) for made in self._of_points[number]]
        text = _replaced(self.texts[number], [(made, _FORMULA + name) for made, name in names])
        return text, [(name, bool(made.symbols)) for made, name in names]

    def read_answer(self, text: str) -> str:
        """Returns an answer with words for the formulas that the points have, or should have."""
        return _replaced(text, [(made, self._word(made)) for made in find_equations(text, self._known)])

    def _name(self, made: Equation) -> str:
        for number, known in enumerate(self._classes):
            if known.same(made):
                return _LETTERS[number]
        self._classes.append(made)
        return _LETTERS[len(self._classes) - 1]

    def _word(self, made: Equation) -> str:
        same = [number for number, known in enumerate(self._classes) if known.same(made)]
        if same:
            return " ".join(_FORMULA + _LETTERS[number] for number in same)
        rivals = [number for number, one in enumerate(self._classes) if one.competes(made, self._known)]
        return " ".join(_OTHER + _LETTERS[number] for number in rivals)


def _replaced(text: str, words: Sequence[tuple[Equation, str]]) -> str:
    for made, word in reversed(words):
        if word:
            numbers = " ".join(f"{number:g}" for number in made.numbers)
            text = f"{text[: made.start]} {word} {numbers} {text[made.end :]}"
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of the notes as it is written there, the values that it may mean, and its unit."""

    written: str
    values: frozenset[float]
    unit: str = ""

    def written_alike(self, text: str) -> str:
        """Returns ``text`` with this number written as in the notes, and with their unit."""
        text = _NUMBER.sub(self._alike, text)
        return _PART.sub(lambda found: self.written if self._means({_PARTS[found[0].lower()]}) else found[0], text)

    def _alike(self, found: re.Match[str]) -> str:
        low, high, unit = found["low"], found["high"], found["unit"] or ""
        if found["join"] == "/" and float(high):
            if self._means({float(low.replace(",", "")) / float(high)}):
                return self.written + found[0][found.end("high") - found.start() :]
            return found[0]
        kind, factor = _UNITS.get(unit.lower(), ("", 1.0))
        mine, per = _UNITS.get(self.unit.lower(), ("", 1.0))
        if mine and kind and factor != per:
            if mine != kind:
                return found[0]
            parts = [f"{float(one.replace(',', '')) * factor / per:.10g}" for one in (low, high) if one]
            behind = f" {self.unit}"
        else:
            parts, behind = (
                [one for one in (low, high) if one],
                found[0][found.end("high" if high else "low") - found.start() :],
            )
        percent = found["percent"]
        return (found["join"] or "").join(
            self.written if self._means(_values(one, percent)) else one for one in parts
        ) + behind

    def _means(self, values: set[float]) -> bool:
        return any(math.isclose(one, other, rel_tol=1e-9) for one in self.values for other in values)


def _values(number: str, percent: str | None) -> set[float]:
    value = float(number.replace(",", ""))
    return {value, value / 100} if percent else {value}


def _numbers(text: str) -> list[_Number]:
    found = []
    for match in _NUMBER.finditer(text):
        if match["join"] == "/" and float(match["high"]):
            continue
        found += [
            _Number(one.replace(",", ""), frozenset(_values(one, match["percent"])), match["unit"] or "")
            for one in (match["low"], match["high"])
            if one
        ]
    return found
