"""What a question compares: each thing is looked for by itself, since one search for both finds one of them.

Of pairs of terms, "What is the difference between A and B?", 14 to 67 in 100 had both explained in the sections read
when the question was searched as a whole, over four sets of notes, and 33 to 97 with a search for each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.index.words import content_words
from assistant.types import ContextBlock

_COMPARES = tuple(
    re.compile(rf"{pattern}\W*$", re.I)
    for pattern in (
        r"\b(?:diff?|diff?\w*nces?|distinctions?|similarit(?:y|ies)|comparison|contrast|trade-?offs?) (?:\w+ )?"
        r"(?:between|btwn?|of) ([^?.!;]+?)",
        r"\b(?:compare|contrast|distinguish|differentiate)(?: and contrast)?(?: between)? ([^?.!;]+?)",
        r"\bhow (?:do|does|did|is|are|r) ([^?.!;]+? (?:differ|different|compared?) (?:from|to|with|than) [^?.!;]+?)",
        r"^\W*(?:what(?: i|')?s )?([^?.!;]+? (?:vs\.?|versus|(?:as )?compared (?:to|with)) [^?.!;]+?)",
        r"\b(?:unterschied\w*|unterscheidung|vergleich) (?:\w+ )?zwischen ([^?.!;]+?)",
        r"\bvergleiche? ([^?.!;]+?)",
        r"\b(?:unterscheide[nt] sich|diffèrent|difieren|differiscono) ([^?.!;]+?)",
        r"\b(?:différences?|comparaison) (?:\w+ )?entre ([^?.!;]+?)",
        r"\b(?:diferencias?|comparación|differenz[ae]|confronto) (?:\w+ )?(?:entre|tra|fra) ([^?.!;]+?)",
        r"\b(?:compare[rz]?|compara|confronta) ([^?.!;]+?)",
    )
)
_BETWEEN = re.compile(
    r"\s*,\s*(?:and\s+)?|\s+(?:(?:differ|different|compared?)\s+)?(?:and|n|&|from|to|with|than|vs\.?|versus)\s+", re.I
)
_ELSEWHERE = re.compile(r"\s*,\s*|\s+(?:und|mit|et|avec|y|con|ed?)\s+", re.I)
"""The same in German, French, Spanish and Italian; asked second, since "y" and "e" are names in formulas too."""

_MOST = 3
_WITH_NOUN = 2


def compared(question: str) -> tuple[str, ...]:
    """Returns the things that a question compares; nothing where it compares none, or too many.

    What "criminal" is a word of in "criminal and civil law" is said once, and added.
    """
    sides = next((found[1] for pattern in _COMPARES if (found := pattern.search(question))), "")
    several = _BETWEEN.split(sides)
    split = several if several[1:] else _ELSEWHERE.split(sides)
    parts = [part for part in map(str.strip, split) if content_words(part)]
    if len(parts) > _MOST:
        return ()
    *_, shared = parts[-1].split() if parts and len(parts[-1].split()) == _WITH_NOUN else ("",)
    return tuple(part if " " in part else f"{part} {shared}".strip() for part in parts)


def with_each(
    found: Sequence[ContextBlock], of_parts: Sequence[Sequence[ContextBlock]], most: int
) -> tuple[ContextBlock, ...]:
    """Returns at most ``most`` sections: the best of those found for all, the best for each part, then the rest."""
    firsts = (section for sections in of_parts for section in sections[:1])
    mixed = dict.fromkeys((block.note, block.ordinal) for block in (*found[:1], *firsts, *found[1:]))
    known = {(block.note, block.ordinal): block for sections in (found, *of_parts) for block in sections}
    return tuple(known[key] for key in mixed)[:most]
