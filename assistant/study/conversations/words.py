"""Words as they are searched: without case and accents, wherever they stand."""

from __future__ import annotations

import unicodedata

_AROUND = 45


def folded(text: str) -> str:
    """Returns ``text`` without case and accents, with single blanks."""
    return " ".join("".join(map(_fold, text)).split())


def wanted(query: str) -> tuple[str, ...]:
    """Returns the words, and phrases in quotation marks, that a query asks for; each once."""
    found: list[str] = []
    for place, part in enumerate(folded(query).replace("“", '"').replace("”", '"').split('"')):
        found += [part.strip()] if place % 2 else part.split()
    return tuple(dict.fromkeys(word for word in found if word))


def excerpt(text: str, words: tuple[str, ...], around: int = _AROUND) -> str:
    """Returns the place of ``text`` where one of ``words`` stands first, with a little around it, or nothing."""
    plain = " ".join(text.split())
    places = [(number, _fold(char)) for number, char in enumerate(plain)]
    offsets = [number for number, fold in places for _ in fold]  # one character may become two
    spelled = "".join(fold for _, fold in places)
    found = min((at for word in words if (at := spelled.find(word)) >= 0), default=-1)
    if found < 0:
        return ""
    start, end = max(0, offsets[found] - around), min(len(plain), offsets[found] + 2 * around)
    if start:
        start = plain.find(" ", start, offsets[found]) + 1 or start
    if end < len(plain):
        end = max(plain.rfind(" ", offsets[found] + 1, end), offsets[found] + around)
    return f"{'…' if start else ''}{plain[start:end].strip()}{'…' if end < len(plain) else ''}"


def _fold(char: str) -> str:
    if char.isascii():
        return char.lower()
    return "".join(part for part in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(part))
