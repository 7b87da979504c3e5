"""Reads formulas that stand in a text, in LaTeX, in signs or half in words, and says whether two mean the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.documents.equality import (
    Side,
    equal,
    fits,
    has_symbols,
    is_bare,
    named_in,
    natural,
    same_equation,
    value_of,
)
from assistant.documents.expressions import (
    FUNCTIONS,
    GROWTH,
    LOGARITHMS,
    WITHIN,
    Expression,
    MathToken,
    factors_of,
    readings,
    symbol,
    symbols_in,
)
from assistant.documents.formulas import drawn_as_typed, names_of_letters
from assistant.documents.labels import FORMULA

_OPERATORS = str.maketrans(
    {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "⁄": "/", "≈": "~"}
    | {"≃": "~", "≅": "~", "⩽": "≤", "⩾": "≥", "∣": "|"}
)
_RAISED = re.compile(r"(?<=[^\W\d_])[⁰-⁹²³¹]*[⁺⁻]+|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ⁿⁱˣ]+")
_LOOKALIKES = dict(zip("АВЕКМНОРСТХІаеорсухі", "ABEKMHOPCTXIaeopcyxi", strict=True))
_DELTA = re.compile(r"\s*[Δ∆]\s*(?=[^\W\d_])")
_DELTA_WRITTEN = re.compile(r"\b[Dd]elta\s+(?=[A-Z]\b)")
_STANDARD = re.compile(r"(?<=[^\W\d_])\^?\(?[°∘]\)?")
"""The sign of a standard state, as in ΔG°."""

_CYRILLIC = re.compile(r"[Ѐ-ӿ]+")
_WRITTEN = (
    ("≤", r"(?:is )?(?:less|smaller|lower) than or equal to|(?:is )?at most|<=|=<"),
    ("≥", r"(?:is )?(?:greater|larger|more|higher) than or equal to|(?:is )?at least|>="),
    ("≠", r"(?:is )?not equal to|!="),
    ("=", r"(?:is |are )?equal to|equals|:=|=="),
    ("<", r"(?:is )?(?:less|smaller|lower|fewer) than|below|under"),
    (">", r"(?:is )?(?:greater|larger|more|higher|bigger) than|above|exceeds"),
    ("/", r"(?:is )?divided by|over"),
    ("*", r"(?:is )?(?:multiplied by|times)"),
    ("+", r"plus"),
    ("-", r"minus"),
    ("%", r"mod(?:ulo)?"),
    ("√√", r"(?:the )?(?:square )?root of"),
    ("^2", r"squared"),
    ("^3", r"cubed"),
)
_WORD_OPERATORS = tuple((sign, re.compile(rf"(?:{way})(?![\w=])", re.IGNORECASE)) for sign, way in _WRITTEN)
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?!\d|(?:st|nd|rd|th)\b)")
_SHARE = re.compile(r"(?:one |a )?(?P<share>half|third|quarter)(?: of)?(?!\w)", re.IGNORECASE)
_SHARES = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4}
_VECTOR = "\u20d7"
_NAME = re.compile(r"[A-Za-z]_?\d+(?=[A-Za-z]_?\d)|[^\W\d_]\w*(?:_\(\w+\))?'?")
_LOGARITHM = re.compile(r"(log)_?(\d+)(?=$|\D)", re.IGNORECASE)
_BRACKETS = {"[": "(", "]": ")", "{": "(", "}": ")"}
_SINGLE = "+-*/^=<>~%()≤≥≠√"
_RELATIONS = "=<>~≤≥≠"
_TOUCHING = "+-*/^=<>~≤≥≠("
_SMALL_WORDS_LIST = """
    a i an as at be by do go he if in is it me my no of on or so to up us we and the for its
"""
_SMALL_WORDS = frozenset(_SMALL_WORDS_LIST.split())
_LONGEST_NAME = 4
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Equation:
    """Sides with the relations between them; a side may be missing before the first relation: ``> 2000``.

    Attributes:
        sides: Each in its readings: ``f(x)`` is a function or a product.
        start: Where it stands in the text in one spelling.
    """

    sides: tuple[tuple[Expression, ...], ...]
    relations: tuple[str, ...]
    symbols: frozenset[str]
    start: int
    end: int

    @property
    def numbers(self) -> tuple[float, ...]:
        """The sides that are plain numbers."""
        return tuple(value_of(side[0], 0) for side in self.sides if side and not has_symbols(side))

    @property
    def is_growth(self) -> bool:
        """Whether it says how something grows: O(n)."""
        return any(node.name in GROWTH and node.parts for side in self.sides for node in side[:1])

    def same(self, other: Equation) -> bool:
        """Whether ``other`` says what some relation of this formula says; what a formula defines may be left out."""
        if not self.relations:
            if self.is_growth and not other.relations and not other.is_growth:
                return equal(self.sides[0][0].parts, [natural(node) for node in other.sides[0]])  # n log n
            return any(equal(self.sides[0], side) for side in other.sides)
        return any(
            _says(self.sides[at], relation, self.sides[at + 1], other) for at, relation in enumerate(self.relations)
        )

    def competes(self, other: Equation, known: Collection[str] = ()) -> bool:
        """Whether ``other`` is about the same symbols, so that it should be the same.

        Args:
            other: What may be wrong.
            known: Symbols that it may have besides.
        """
        if not other.symbols:
            return bool(self.relations and other.relations and set(self.numbers) & set(other.numbers))
        if not self.symbols:
            return False
        said = _letters(other.symbols - other._defined)
        if not said <= _letters(self.symbols | frozenset(known)):
            return False
        if self.is_growth and other.is_growth:
            return True
        own = _letters(self.symbols - self._defined)
        return bool(own) and len(own & said) >= min(2, len(own))

    @property
    def _defined(self) -> frozenset[str]:
        """The symbol that the formula says what it is, if it does."""
        is_one = self.relations[:1] == ("=",) and len(self.symbols) > 1 and is_bare(self.sides[0])
        return frozenset(symbols_in(self.sides[0][0])) if is_one and self.sides[0] else frozenset()


def one_spelling(text: str) -> str:
    """Returns a text with its formulas in one spelling: LaTeX drawn, signs of Unicode as those of a keyboard."""
    text = _RAISED.sub(_lifted, drawn_as_typed(text))
    text = unicodedata.normalize("NFKC", text).translate(_OPERATORS).replace(_VECTOR, "")
    text = _DELTA.sub(" Δ", _DELTA_WRITTEN.sub(" Δ", _STANDARD.sub("", text)))
    if not text.isascii():
        text = _CYRILLIC.sub(_latin, text)
    return text


def find_equations(text: str, known: Collection[str] = ()) -> list[Equation]:
    """Returns the formulas of a text in one spelling, in order.

    Args:
        text: See ``one_spelling``.
        known: Symbols that a formula of the text may have, whatever they look like.
    """
    found, run, depth = list[Equation](), list[MathToken](), 0
    for token in [*_tokens(text, frozenset(known)), MathToken("", "", len(text), len(text))]:
        if token.kind or (depth > 0 and token.text and token.text in WITHIN):
            run.append(token if token.kind else replace(token, kind="sign"))
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
            continue
        depth = 0
        if 0 < len(run) <= _LONGEST:
            found += _read(run)
        run = []
    return found


def formulas_of(text: str, known: Collection[str] = ()) -> list[Equation]:
    """Returns what a text has of formulas: what it marks as one, and what says that one thing is like another.

    Args:
        text: As it is written.
        known: Symbols of the formulas that are looked for; with them, every expression counts.
    """
    marked = symbols_of_formulas(text)
    is_formula = FORMULA.fullmatch(text.strip()) is not None
    found = find_equations(one_spelling(text), marked | frozenset(known))
    return [one for one in found if known or is_formula or one.relations or one.is_growth]


def symbols_of_formulas(text: str) -> frozenset[str]:
    """Returns the letters that stand alone in the formulas that a text marks as such."""
    formulas = " ".join(one_spelling(found[0]) for found in FORMULA.finditer(text))
    return frozenset(symbol(name) for name in _NAME.findall(formulas) if len(name) == 1)


def _lifted(found: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFKC", found[0]).replace("−", "-")
    return "" if plain[-1] in "+-" else f"^({plain})"  # a charge, as in Na⁺, is no power


def _latin(found: re.Match[str]) -> str:
    letters = [_LOOKALIKES.get(letter, "") for letter in found[0]]
    return "".join(letters) if all(letters) else found[0]


# -- a text as tokens ------------------------------------------------------------------------------------------


def _tokens(text: str, known: frozenset[str]) -> Iterator[MathToken]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _token(text, at, known)
        yield token
        at = token.end


def _token(text: str, at: int, known: frozenset[str]) -> MathToken:
    if at == 0 or not text[at - 1].isalnum():
        for sign, way in _WORD_OPERATORS:
            if found := way.match(text, at):
                return MathToken("sign", sign, at, found.end())
        if found := _SHARE.match(text, at):
            return MathToken("number", found[0], at, found.end(), _SHARES[found["share"].lower()])
    if found := _NUMBER.match(text, at):
        return MathToken("number", found[0], at, found.end(), float(found[0].replace(",", "")))
    if found := _LOGARITHM.match(text, at):
        return MathToken("name", f"log {found[2]}", at, found.end())
    if found := _NAME.match(text, at):
        is_symbol = _is_symbol(found[0], text[:at].rstrip()[-1:], text[found.end() :].lstrip()[:1], known)
        return MathToken("name" if is_symbol else "", found[0], at, found.end())
    sign = _BRACKETS.get(text[at], text[at])
    return MathToken("sign" if sign in _SINGLE else "", sign, at, at + 1)


def _is_symbol(name: str, before: str, after: str, known: frozenset[str]) -> bool:
    if symbol(name) in known or name.lower() in LOGARITHMS or name in FUNCTIONS or _is_greek(name):
        return True
    touches = bool(before and before in _TOUCHING) or bool(after and after in _TOUCHING)
    if name.lower() in _SMALL_WORDS:
        return touches and len(name) == 1
    if len(name) <= 2 or "_" in name or not name.isascii() or any(char.isdigit() for char in name):
        return True
    if name.isupper():
        return len(name) <= _LONGEST_NAME + 1
    return touches and len(name) <= _LONGEST_NAME and not name.islower()


def _is_greek(name: str) -> bool:
    return name.rstrip("0123456789_").lower() in names_of_letters()


def _read(run: list[MathToken]) -> Iterator[Equation]:
    """Yields the formula that a run of tokens is, without what stands loosely around it."""
    while run and run[0].kind == "sign" and run[0].text not in ("-", "(", "√", "√√", "<", ">", "≤", "≥"):
        run = run[1:]
    while len(run) > 1:
        made = _equation(run)
        if made is not None:
            if made.relations or (made.symbols and _is_telling(run)):
                yield made
            return
        run = run[:-1]


def _is_telling(run: Sequence[MathToken]) -> bool:
    names = {token.text.lower().split()[0] for token in run if token.kind == "name"}
    has_operation = any(token.text[0] in "+-*/^%√" for token in run if token.kind == "sign")
    is_growth = run[0].text in GROWTH and any(token.text == "(" for token in run)
    return has_operation or is_growth or not names.isdisjoint((*LOGARITHMS, *FUNCTIONS))


def _equation(run: Sequence[MathToken]) -> Equation | None:
    sides: list[list[MathToken]] = [[]]
    relations = []
    for token in run:
        if token.kind == "sign" and token.text in _RELATIONS:
            relations.append("=" if token.text == "~" else token.text)
            sides.append([])
        else:
            sides[-1].append(token)
    read = [readings(side) for side in sides]
    if not all(read[1:]) or (not read[0] and (sides[0] or not relations)):
        return None
    symbols = frozenset(name for side in read for node in side for name in symbols_in(node))
    return Equation(tuple(read), tuple(relations), symbols, run[0].start, run[-1].end)


def _says(left: Sequence[Expression], relation: str, right: Sequence[Expression], other: Equation) -> bool:
    """Whether ``other`` says that ``left`` has this relation to ``right``."""
    if not other.relations:
        return relation == "=" and is_bare(left) and equal(right, other.sides[0])
    wanted = _ascending(left, relation, right)
    if relation == "=" and is_bare(left):
        numbers = [side for side in other.sides if side and not has_symbols(side)]
        telling = [side for side in other.sides if side and has_symbols(side)]
        if numbers and len(telling) == 1 and equal(right, telling[0]):
            return True  # a / b = 0.2, for c = a / b
    for at, found in enumerate(other.relations):
        given = _ascending(other.sides[at], found, other.sides[at + 1])
        if given[1] != wanted[1]:
            continue
        if fits(wanted[0], given[0]) and fits(wanted[2], given[2]):
            return True
        is_renamed = at == 0 and relation == "=" and is_bare(left) and is_bare(other.sides[0])
        if is_renamed and not named_in(other.sides[0]) & named_in((*left, *right)) and equal(right, given[2]):
            return True
        if relation == "=" and any(
            same_equation((a, b), (c, d))
            for a, b in zip(left, right, strict=False)
            for c, d in zip(other.sides[at], other.sides[at + 1], strict=False)
        ):
            return True
    return False


def _ascending(left: Side, relation: str, right: Side) -> tuple[Side, str, Side]:
    if relation in ">≥":
        return right, "<" if relation == ">" else "≤", left
    return left, relation, right


def _letters(names: Collection[str]) -> frozenset[str]:
    """Returns symbols, those that may be products of letters as their letters."""
    return frozenset(part.casefold() for name in names for part in factors_of(name))
