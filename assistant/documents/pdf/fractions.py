"""Fractions stand in one line: what is above and below a bar becomes ``(a + b)/(c)``, in the place of the bar."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.documents.pdf.letters import Word
from assistant.documents.pdf.lines import Line, baselines
from assistant.documents.pdf.rules import Rule

_LONGEST = 260.0
_SHORTEST = 4.0
_OVERHANG = 2.5
_NEAREST, _FARTHEST = 0.05, 1.9
"""How far above and below its bar the parts of a fraction stand, as shares of their size."""

_CENTRED = 3.0
_FITS = 8.0
_ALONE = 1.2
_AXIS = 0.25
"""The bar stands so high above the baseline that the fraction belongs to."""

_MOST = 200
_MOST_LETTERS = 60


def with_fractions(words: Sequence[Word], rules: Sequence[Rule]) -> list[Word]:
    """Returns the words of a page with each fraction as one word."""
    bars = [rule for rule in rules if rule.is_across and _SHORTEST <= rule.x1 - rule.x0 <= _LONGEST]
    if not bars or len(bars) > _MOST:
        return list(words)
    found = list(words)
    for bar in sorted(bars, key=lambda rule: rule.x1 - rule.x0):  # a fraction in a fraction first
        near = [word for word in found if abs(word.y - bar.y0) < _FARTHEST * word.font.size]
        above = _part(near, bar, 1)
        below = _part(near, bar, -1)
        letters = sum(len(word.text) for word in (*above, *below))
        if not above or not below or letters > _MOST_LETTERS or not _is_fraction(above, below, bar, near):
            continue
        gone = {id(word) for word in (*above, *below)}
        largest = max((*above, *below), key=lambda word: word.font.size)
        text = f"{_bracketed(above)}/{_bracketed(below)}"
        y = bar.y0 - _AXIS * largest.font.size
        found = [word for word in found if id(word) not in gone]
        found.append(Word(text, bar.x0, bar.x1, y, largest.font))
    return found


def _part(near: Sequence[Word], bar: Rule, side: int) -> list[Word]:
    """Returns the words above a bar (1) or below it (-1) that lie within its ends."""
    part = []
    for word in near:
        # letters stand on their baseline: those below a bar begin a letter's height further away
        away = side * (word.y - bar.y0) / word.font.size
        close = _NEAREST <= away <= 1.0 if side > 0 else 0.4 <= away <= _FARTHEST
        if close and word.x0 >= bar.x0 - _OVERHANG and word.x1 <= bar.x1 + _OVERHANG:
            part.append(word)
    return part


def _is_fraction(above: Sequence[Word], below: Sequence[Word], bar: Rule, near: Sequence[Word]) -> bool:
    """Whether both parts stand in the middle of the bar, one of them fills it, and nothing goes on beside them."""
    ends = [(min(word.x0 for word in part), max(word.x1 for word in part)) for part in (above, below)]
    middle = (bar.x0 + bar.x1) / 2
    if any(abs((x0 + x1) / 2 - middle) > _CENTRED for x0, x1 in ends):
        return False
    if bar.x1 - bar.x0 - max(x1 - x0 for x0, x1 in ends) > _FITS:
        return False
    inside = {id(word) for word in (*above, *below)}
    for part, (x0, x1) in zip((above, below), ends, strict=True):
        size = part[0].font.size
        for word in near:
            level = id(word) not in inside and any(abs(word.y - one.y) < 0.12 * size for one in part)
            if level and x0 - _ALONE * size < word.x1 and word.x0 < x1 + _ALONE * size:
                return False
    return True


def _bracketed(part: Sequence[Word]) -> str:
    rows = baselines(list(part))
    text = " ".join(Line(sorted(row, key=lambda word: word.x0)).text for row in rows)
    return text if text.isalnum() or (text[0] == "(" and text[-1] == ")" and text.count("(") == 1) else f"({text})"
