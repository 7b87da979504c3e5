"""Joins the lines of a paragraph: a word that was broken at the end of a line is whole again, a real hyphen stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"(?P<word>[^\W\d_][\w'’]*(?:-[\w'’]+)*)-$")
_FIRST = re.compile(r"[\w'’]+(?:-[\w'’]+)*")

_COMPOUND_STARTS = frozenset(
    re.findall(
        r"\w+",
        """
        all broad class close cold cost cross deep double early eight ever far fast fine first five four full good
        great half hard heat heavy high hot ill large late left light little long loose low lower main many mid
        middle nine old one open outer peer people price process quick rapid rapidly rate real rich right round
        second self seven short side single six slow small so soft solid state strong ten third three tight time top
        two type user value water weak well wide year zero
        """,
    )
)
"""What English compounds begin with that keep their hyphen: well-known, two-dimensional."""

_COMPOUND_ENDS = frozenset(
    re.findall(
        r"\w+",
        """
        based bearing borne bound catalyzed called catalysed centered centred coded controlled defined dependent
        determining dimensional directed driven encoded encoding established fold free friendly generated growing
        induced known letter level like limiting linked made making mediated minded named negative oriented positive
        powered producing quality related resistant rich scale selective sensitive shaped sided sized soluble
        specific standing stranded term trained tuned type used walled weighted wide
        """,
    )
)
"""What they end in."""

_PREFIXES = frozenset(
    re.findall(
        r"\w+",
        """
        an anti auto bi bio cardio chromo co contra counter cyto de di dis electro em en endo epi ex exo extra fore
        geo hemi hetero homo hydro hyper hypo im in inter intra ir iso macro mega meso meta micro mini mis mono
        multi neo neuro non omni out over para per peri photo poly post pre pro proto pseudo psycho quasi re retro
        semi sub super supra sym syn tele thermo trans tri ultra un under uni up
        """,
    )
)
"""Half a word before most others."""


class Joiner:
    """Knows the words of a document, and joins its lines.

    Args:
        texts: The lines of the document.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        for text in texts:
            inner = text if not text.endswith("-") else text[: _before_last_word(text)]
            self._words.update(word.casefold() for word in _WORD.findall(inner))

    def join(self, before: str, after: str) -> str:
        """Returns a text with what follows it on the next line."""
        if not before or not after:
            return before + after
        last, first = _LAST.search(before), _FIRST.match(after)
        if last is None or first is None or before.endswith("--"):
            return before + after if before.endswith(("-", "/")) and before[-2:-1].strip() else f"{before} {after}"
        return (before[:-1] if self._is_soft(last["word"], first.group()) else before) + after

    def _is_soft(self, first: str, second: str) -> bool:
        """Whether the hyphen between two halves of a word was set only because the line was full."""
        if not second[0].islower() or first.isupper() or any(map(str.isdigit, first)):
            return False
        start, rest = first.casefold(), second.casefold()
        joined, kept = self._words[start + rest], self._words[f"{start}-{rest}"]
        if joined or kept:
            return joined >= kept
        tail, head = start.rpartition("-")[2], rest.partition("-")[0]
        if tail in _PREFIXES:
            return True
        is_compound = head in _COMPOUND_ENDS and (tail in _COMPOUND_STARTS or self._words[tail] or len(tail) > 3)
        return not (is_compound or (tail in _COMPOUND_STARTS and (self._words[head] or tail == "self")))


def _before_last_word(text: str) -> int:
    last = _LAST.search(text)
    return last.start() if last else len(text)
