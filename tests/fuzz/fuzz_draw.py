"""Bytes become what the targets need: texts that look like notes, and JSON that is nearly right.

A fuzzer changes bytes and watches which code runs. Everything here is a pure function of those bytes, so one file is
one test, with or without the fuzzer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_TEXT = 20_000
_REPEAT = 0xFE
_MOTIF = 0xFD

MOTIFS = (
    *(
        "\n# ",
        "\n## Heading\n",
        "\n- ",
        "\n    - **Term** - ",
        "\n1. ",
        "\n\n",
        "\n```\n",
        "\n~~~",
        "\n---\n",
        "\n===\n",
    ),
    *(
        "| a | b |\n|---|---|\n",
        "\n> ",
        "**",
        "__",
        "*",
        "`",
        "``",
        "$$",
        "$",
        "\\",
        "[[a|b]]",
        "[a](",
        "![",
        "](data:",
    ),
    *("<b>", "</", "<script>", "<!--", "-->", "&amp;", "\u202e", "\u2066", "\u200b", "\ufeff", "\u0301", "\u00a0", "é"),
    *(
        "漢字",
        "🙂",
        "\x00",
        "\ud800",
        "\r",
        "\r\n",
        "\t",
        "\f",
        "\x1b[2J",
        "<|im_start|>",
        "<|im_end|>",
        "e.g. ",
        "3.14",
    ),
    *(". ", "? ", " is ", " not ", " which ", " because ", "Precision ", "precision", "recall", "the ", "12 ", "A::B"),
    *(
        "==gap==",
        "%",
        "'",
        '"',
        "“",
        "”",
        "’",
        "NEAR(",
        " OR ",
        "*) ",
        "NULL",
        "0.5",
        "title: x\n",
        "tags: a\n",
        "= = T =",
    ),
)
ODD = (
    *(None, True, False, 0, 1, -1, 2, 10**400, 2**63, -(2**63), 0.5, 1e308, "", " ", "0", "x", "NaN", "\x00", "\ud800"),
    *("2026-03-02T09:00:00+00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "../../etc/passwd"),
    *([], {}, [[]], [None], {"a": None}, float("inf"), float("nan"), "a" * 3000, list(range(50)), {"item": {}}),
)


class Draw:
    """Takes values off a string of bytes from its front; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """Returns the next byte."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def below(self, limit: int) -> int:
        """Returns a number from 0 to ``limit - 1``."""
        return (self.byte() << 8 | self.byte()) % limit if limit > 256 else self.byte() % limit

    def pick(self, values: Sequence[T]) -> T:
        """Returns one of the values."""
        return values[self.below(len(values))]

    def more(self) -> bool:
        """Whether bytes are left."""
        return self._at < len(self._data)

    def rest(self) -> bytes:
        """Returns all that is left."""
        found, self._at = self._data[self._at :], len(self._data)
        return found

    def text(self, share: float = 1.0, longest: int = LONGEST_TEXT) -> str:
        """Returns a text made of the next bytes: letters, what notes are made of, and long repetitions."""
        end = self._at + int(share * max(0, len(self._data) - self._at))
        parts: list[str] = []
        size = 0
        while self._at < end and size < longest:
            part = self._part(parts)
            parts.append(part)
            size += len(part)
        return "".join(parts)[:longest]

    def _part(self, parts: list[str]) -> str:
        byte = self.byte()
        if byte == _REPEAT:
            return "".join(parts[-1 - self.below(6) :]) * self.below(4000)
        if byte >= _MOTIF or byte >= 0x80:
            return MOTIFS[byte % len(MOTIFS)]
        return chr(byte)


def damaged(draw: Draw, sample: Any) -> Any:
    """Returns ``sample`` (JSON values) with up to four places changed; what is not changed is shared with it."""
    value = sample
    for _ in range(draw.below(5)):
        value = _changed(draw, value, 0)
    return value


def _changed(draw: Draw, value: Any, depth: int) -> Any:
    inside = isinstance(value, dict | list) and len(value) > 0 and depth < 8
    if not inside or draw.below(8) == 0:
        return draw.pick(ODD)
    if isinstance(value, list):
        place = draw.below(len(value))
        kept = [value[place]] * draw.below(3) if draw.below(6) == 0 else [_changed(draw, value[place], depth + 1)]
        return [*value[:place], *kept, *value[place + 1 :]]
    key = draw.pick(list(value))
    if draw.below(6) == 0:
        return {name: held for name, held in value.items() if name != key}
    return value | {key: _changed(draw, value[key], depth + 1)}
