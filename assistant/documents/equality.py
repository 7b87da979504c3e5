"""Whether two expressions are the same: whether they have the same value wherever their symbols are tried.

Schwartz 1980, "Fast probabilistic algorithms for verification of polynomial identities": so ``n*log(n)`` is ``n log n``
and ``b(a + 1)`` is ``ab + b``, without rules of algebra.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType

from assistant.documents.expressions import OPERATIONS, Expression, symbols_in

Side = Sequence[Expression]
"""One side of an equation in its readings; none where it is missing."""

_TRIALS = 5


def fits(wanted: Side, said: Side) -> bool:
    """Whether two sides are the same; a symbol that something is said of need not be named."""
    if wanted and said:
        return equal(wanted, said)
    return is_bare(wanted) and is_bare(said)


def is_bare(side: Side) -> bool:
    """Whether a side is one symbol, f(x), or missing."""
    return not side or (has_symbols(side) and (not side[0].parts or side[0].name not in OPERATIONS))


def named_in(side: Side) -> frozenset[str]:
    """Returns the symbols of a side in all its readings."""
    return frozenset(name for node in side for name in symbols_in(node))


def has_symbols(side: Side) -> bool:
    """Whether a side is more than a number."""
    return bool(side) and any(True for _ in symbols_in(side[0]))


def equal(one: Side, other: Side) -> bool:
    """Whether two sides have the same value in some reading of both; the case of letters may differ."""
    pairs = [(a, b) for a in one for b in other]
    for fold in (False, True) if _may_fold(one) and _may_fold(other) else (False,):
        if any(_close(_values(a, fold), _values(b, fold)) for a, b in pairs):
            return True
    return False


def _may_fold(side: Side) -> bool:
    names = {name for node in side for name in symbols_in(node)}
    return len({name.casefold() for name in names}) == len(names)


def _values(node: Expression, fold: bool) -> list[float]:
    return [value_of(node, trial, fold) for trial in range(_TRIALS)]


def same_equation(one: tuple[Expression, Expression], other: tuple[Expression, Expression]) -> bool:
    """Whether both sides are multiplied alike, or one equation holds wherever the other one does."""
    (left, right), (left_2, right_2) = one, other
    ratios = [_ratio(left, right, trial) for trial in range(_TRIALS)]
    others = [_ratio(left_2, right_2, trial) for trial in range(_TRIALS)]
    if _close(ratios, others) or _close(ratios, [1 / ratio for ratio in others]):
        return True
    return _are_zero_alike(one, other) or _holds(one, other) or _holds(other, one)


def _are_zero_alike(one: tuple[Expression, Expression], other: tuple[Expression, Expression]) -> bool:
    """Whether what one equation says to be zero is a multiple of what the other one does: 0 = a - b, and b = a."""
    apart = [
        [value_of(left, trial) - value_of(right, trial) for trial in range(_TRIALS)] for left, right in (one, other)
    ]
    factors = [a / b if b else math.nan for a, b in zip(*apart, strict=True)]
    return factors[0] != 0 and _close(factors, factors[:1] * _TRIALS)


def natural(node: Expression) -> Expression:
    """Returns an expression with all logarithms to the same base."""
    if node.name == "log":
        return Expression("log", (natural(node.parts[0]), Expression("", (), math.e)))
    return Expression(node.name, tuple(map(natural, node.parts)), node.number)


def _ratio(left: Expression, right: Expression, trial: int) -> float:
    """Left by right; NaN where one of them is zero, which every factor leaves as it is."""
    above, below = value_of(left, trial), value_of(right, trial)
    return above / below if above and below else math.nan


def _holds(definition: tuple[Expression, Expression], other: tuple[Expression, Expression]) -> bool:
    """Whether ``other`` is true wherever a symbol has the value that ``definition`` gives it."""
    for defined, by in (definition, definition[::-1]):
        names = list(symbols_in(defined))
        if (
            defined.parts
            or not names
            or names[0] in symbols_in(by)
            or names[0] not in [*symbols_in(other[0]), *symbols_in(other[1])]
        ):
            continue
        known = [{names[0]: value_of(by, trial)} for trial in range(_TRIALS)]
        sides = [[value_of(side, trial, False, known[trial]) for trial in range(_TRIALS)] for side in other]
        if _close(*sides):
            return True
    return False


def _close(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(one, other, strict=True))


def value_of(
    node: Expression, trial: int, fold: bool = False, known: Mapping[str, float] = MappingProxyType({})
) -> float:
    """Returns the value of an expression for the numbers of a trial; NaN where it has none."""
    if not node.name:
        return node.number
    if not node.parts:
        name = node.name.casefold() if fold else node.name
        return known[name] if name in known else 0.5 + 4 * _drawn(f"{name} {trial}")
    values = [value_of(part, trial, fold, known) for part in node.parts]
    try:
        return _applied(node.name, values)
    except (ArithmeticError, ValueError):
        return math.nan


def _applied(name: str, values: Sequence[float]) -> float:
    first, last = values[0], values[-1]
    match name:
        case "+" | "-" if len(values) == 2:
            return first + last if name == "+" else first - last
        case "-":
            return -first
        case "*":
            return first * last
        case "/":
            return first / last
        case "^":
            return float(first**last) if first >= 0 or last == int(last) else math.nan
        case "√":
            return math.sqrt(first)
        case "log":
            return math.log(first) / math.log(last)
    # a function that is not known: some number that depends on its name and on what it is applied to
    return 2.5 + math.sin(sum((at + 3.7) * value for at, value in enumerate(values)) + 10 * _drawn(name))


@lru_cache(maxsize=4096)
def _drawn(name: str) -> float:
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest()) / 2**48
