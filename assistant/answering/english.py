"""Small pieces of English that sentences about an answer are made of."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, singular: str, plural: str = "") -> str:
    """Returns ``1 note``, ``2 notes``, ``1,024 notes``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def ordinal(number: int) -> str:
    """Returns ``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def joined(parts: Sequence[str], most: int = 0) -> str:
    """Returns ``a``, ``a and b`` or ``a, b and c``; of more than ``most`` (0: no limit) the last are only counted."""
    shown = list(parts)
    if 0 < most < len(shown):
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def quoted(words: Sequence[str], most: int = 0) -> str:
    """Returns the words as ``joined`` does, each in quotation marks."""
    shown = [f"“{word}”" for word in words]
    return joined(shown, most)
