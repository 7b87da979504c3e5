"""One side of a formula as a tree: read from tokens, with the readings that its writing leaves open."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.documents.formulas import names_of_letters

LOGARITHMS = {"log": 10.0, "lg": 2.0, "ld": 2.0, "ln": math.e}
FUNCTIONS = ("sin", "cos", "tan", "cot", "exp", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "sqrt")
OPERATIONS = ("+", "-", "*", "/", "%", "^", "√", "log")
GROWTH = frozenset("OoΩΘω")
"""What says how something grows: O(n)."""

WITHIN = ",|"
"""What is part of a formula within brackets only: f(x, y), P(A | B)."""

_READINGS = ((True, False), (False, False), (True, True), (False, True))
_LONGEST_PRODUCT = 3
_FACTOR = re.compile(r"[A-Za-z]\d*")


@dataclass(frozen=True, slots=True)
class MathToken:
    """A word or a sign of a text. ``kind`` is number, name or sign, or empty for what belongs to no formula."""

    kind: str
    text: str
    start: int
    end: int
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Expression:
    """A number, a symbol, an operation or a function, with what it is applied to."""

    name: str
    parts: tuple[Expression, ...] = ()
    number: float = 0.0


def readings(tokens: Sequence[MathToken]) -> tuple[Expression, ...]:
    """Returns what tokens may mean: ``f(x)`` is a function or a product, ``ab`` one symbol or two."""
    return tuple(node for way in _READINGS if (node := _Parser(tokens, *way).read()) is not None)


def symbol(name: str) -> str:
    """Returns the one spelling of a symbol: ``MU_a`` and ``MUa``, ``α`` and ``alpha``."""
    bare = name.replace("_", "").replace("(", "").replace(")", "")
    stem = bare.rstrip("0123456789")
    bare = names_of_letters().get(stem, stem) + bare[len(stem) :]
    return bare.casefold() if len(bare) > 1 else bare


def factors_of(name: str) -> list[str]:
    """Returns the letters that a name may be the product of, each with its index; a longer name is one."""
    found = _FACTOR.findall(name)
    is_product = "".join(found) == name and len(found) <= _LONGEST_PRODUCT and name not in names_of_letters()
    return found if is_product else [name]


def symbols_in(node: Expression) -> Iterator[str]:
    """Yields the symbols of an expression, each as often as it stands there."""
    if node.name and not node.parts:
        yield node.name
    for part in node.parts:
        yield from symbols_in(part)


class _Parser:
    """Reads one side. A name before a bracket is a function or a factor, a short name one symbol or several."""

    def __init__(self, tokens: Sequence[MathToken], calls: bool, letters: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._calls = calls
        self._letters = letters
        self._in_growth = False

    def read(self) -> Expression | None:
        """Returns the side; None if it is not one whole expression."""
        node = self._sum()
        return node if self._at == len(self._tokens) else None

    def _sign(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token.text if token is not None and token.kind == "sign" else ""

    def _sum(self) -> Expression | None:
        left = self._product()
        while left is not None and self._sign() in ("+", "-"):
            name = self._sign()
            self._at += 1
            right = self._product()
            if right is None:
                return None
            left = Expression(name, (left, right))
        return left

    def _product(self) -> Expression | None:
        left = self._power()
        while left is not None and self._at < len(self._tokens):
            name, start = self._sign(), self._at
            if name in ("*", "/", "%"):
                self._at += 1
                if (right := self._power()) is None:
                    if name != "%":
                        return None
                    self._at = start + 1
                    left = Expression("/", (left, Expression("", (), 100.0)))  # a percentage
                    continue
            elif name in ("", "(", "√", "√√"):
                name = "*"
                if (right := self._power()) is None:
                    return None
            else:
                return left
            left = Expression(name, (left, right))
        return left

    def _power(self) -> Expression | None:
        base = self._base()
        if base is None or self._sign()[:1] != "^":
            return base
        sign = self._sign()
        self._at += 1
        exponent = Expression("", (), float(sign[1:])) if len(sign) > 1 else self._base()
        return None if exponent is None else Expression("^", (base, exponent))

    def _base(self) -> Expression | None:
        if self._at >= len(self._tokens):
            return None
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "number":
            return Expression("", (), token.value)
        if token.kind == "name":
            return self._named(token.text)
        if token.text == "(":
            inner = self._inner()
            closed = inner is not None and self._sign() == ")"
            self._at += closed
            return inner if closed else None
        if token.text == "√√":  # in words: of all that follows
            inner = self._product()
            return None if inner is None else Expression("√", (inner,))
        if token.text in ("-", "√"):
            inner = self._power() if token.text == "-" else self._base()
            return None if inner is None else Expression(token.text, (inner,))
        return None

    def _inner(self) -> Expression | None:
        """What stands in brackets: one expression, or several."""
        parts = [self._sum()]
        sign = self._sign()
        while parts[-1] is not None and (found := self._sign()) and found in WITHIN:
            self._at += 1
            parts.append(self._sum())
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return None
        return whole[0] if len(whole) == 1 else Expression(sign, tuple(whole))

    def _named(self, name: str) -> Expression | None:
        function = name.lower().split()[0]
        if function in LOGARITHMS:
            argument = self._power()
            base = float(name.split()[1]) if " " in name else LOGARITHMS[function]
            base = math.e if self._in_growth else base  # O(log n) is the same for every base
            return None if argument is None else Expression("log", (argument, Expression("", (), base)))
        if name in FUNCTIONS:
            argument = self._power()
            return None if argument is None else Expression("√" if name == "sqrt" else name, (argument,))
        if self._sign() == "(" and (self._calls or name in GROWTH):
            before, self._in_growth = self._in_growth, self._in_growth or name in GROWTH
            argument = self._base()
            self._in_growth = before
            return None if argument is None else Expression(name if name in GROWTH else symbol(name), (argument,))
        if self._sign() == "(" and self._at and self._tokens[self._at].start == self._tokens[self._at - 1].end:
            argument = self._base()  # a product that is written like a function is divided by as a whole
            return None if argument is None else Expression("*", (Expression(symbol(name)), argument))
        factors = factors_of(name)
        return self._product_of(factors) if self._letters and len(factors) > 1 else Expression(symbol(name))

    def _product_of(self, factors: Sequence[str]) -> Expression | None:
        """``mc^2`` is ``m c^2``."""
        product = Expression(symbol(factors[0]))
        for factor in factors[1:-1]:
            product = Expression("*", (product, Expression(symbol(factor))))
        self._at -= 1
        last = self._tokens[self._at]
        rest = [MathToken("name", factors[-1], last.end - 1, last.end), *self._tokens[self._at + 1 :]]
        self._tokens = [*self._tokens[: self._at], *rest]
        power = self._power()
        return None if power is None else Expression("*", (product, power))
