"""Checks the parts of a sentence by themselves: its clauses, the members of its lists, and what it gives as a reason.

A sentence that is true as a whole may have a false part: a long true half carries a short clause, "A, B and C" an
invented C, and two true halves a "because" that nobody said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from assistant.answering.plan import GIVES_REASON
from assistant.answering.units import Unit, Words
from assistant.index.words import stem, words

NO_REASON = "your notes do not give this as the reason"

_CLAUSE = re.compile(r";\s|,?\s(?:which|because|so that|but|although|while|whereas|making|leading to|resulting in)\s")
_WORD = r"[\w'’-]+"
_NO_MEMBER = "including|such|like|especially|which|who|where|when|while|but|so|in|at|on|for|from|to|with|by|away|not"
_LIST = re.compile(
    rf"(?P<first>{_WORD} {_WORD})(?P<middle>(?:, (?!(?:{_NO_MEMBER})\b){_WORD}(?: {_WORD}){{0,3}})+)"
    rf",? (?:and|or) (?P<last>{_WORD}(?: {_WORD}){{0,3}})"
)
"""A list within a sentence, of its first member no more than two words."""

_REASON = re.compile(
    r",?\s(?:because|and so|therefore|thus|hence|consequently|as a result|which is why|due to|owing to)\s"
    r"|, so\s(?!that|as|called)",
    re.I,
)
_NEAR = re.compile(r"[,;:]\s|\s[-–]\s|\sand\s")
_FEW = 3
"""Of a clause beside a "because" that has fewer words to check, the whole half is looked at."""


class ClaimParts:
    """Checks the parts of sentences beside the sentences of the notes.

    Args:
        units: The sentences that were read, in order.
        equals: The stems of the notes that are the same word as a stem.
        wanted: The stems of some words of an answer that have to be found.
        asked: The stems of the question.
    """

    def __init__(
        self,
        units: Sequence[Unit],
        equals: Callable[[str], frozenset[str]],
        wanted: Callable[[Words], frozenset[str]],
        asked: frozenset[str],
    ) -> None:
        self._units = units
        self._equals = equals
        self._wanted = wanted
        self._asked = asked

    def fault(self, body: str, sources: Sequence[Unit], covered: Collection[str]) -> str:
        """Returns which part of a sentence the notes do not have, as a reason for the student, or an empty string.

        Args:
            body: The sentence.
            sources: The sentences of the notes that are thought to support it.
            covered: The stems of the sentence that stand in them.
        """
        if added := self._added_clause(body, covered):
            return f"your notes do not say “{added}”"
        if invented := self._invented_member(body, sources):
            return f"your notes do not say “{invented}” here"
        return NO_REASON if self._is_false_reason(body) else ""

    def _added_clause(self, body: str, covered: Collection[str]) -> str:
        """Returns the first clause of which the sources have no word, or an empty string: "..., which costs more"."""
        for clause in _CLAUSE.split(body):
            wanted = self._wanted(Words(clause))
            if len(wanted) >= 2 and wanted.isdisjoint(covered):
                return clause.strip(" .*_")
        return ""

    def _invented_member(self, body: str, sources: Sequence[Unit]) -> str:
        """Returns the member of a list that the sections of its sources do not have while they have most others."""
        sections = {(unit.block.note, unit.heading_path) for unit in sources}
        units = [unit for unit in self._units if (unit.block.note, unit.heading_path) in sections]
        there = frozenset().union(*(unit.own.stems | unit.context.stems for unit in units))
        for found in _LIST.finditer(body):
            members = [found["first"], *found["middle"].split(", ")[1:], found["last"]]
            wanted = {member: self._wanted(Words(member)) for member in members}
            strange = [m for m, stems in wanted.items() if stems and not any(self._equals(s) & there for s in stems)]
            if strange and 2 * len(strange) <= len(members):
                return str(strange[0])
        return ""

    def _is_false_reason(self, body: str) -> bool:
        """Whether one thing is given as the reason of another, and nothing in the notes speaks of both.

        What speaks of both is one sentence, its headings included, or two neighbours of which one gives a reason. A
        half that only repeats the question is not looked for: why it is so was asked.
        """
        first, *rest = _REASON.split(body, maxsplit=1)
        if not rest:
            return False
        told = self._told(first, -1), self._told(rest[0], 0)
        if min(map(len, told)) < 2 or any(half <= self._asked for half in told):
            return False
        (own, other_own), (whole, other_whole) = (
            [[at for at, unit in enumerate(self._units) if self._says_most(unit, half, wide)] for half in told]
            for wide in (False, True)
        )
        pairs = ((a, b) for one, other in ((own, other_whole), (whole, other_own)) for a in one for b in other)
        return not any(a == b or self._reasons(a, b) for a, b in pairs)

    def _told(self, half: str, at: int) -> frozenset[str]:
        """The stems of the clause next to the word that joins; of the whole half where the clause says too little."""
        clause = self._wanted(Words(_NEAR.split(half)[at]))
        return clause if len(clause) >= _FEW else self._wanted(Words(half))

    def _says_most(self, unit: Unit, wanted: Collection[str], wide: bool) -> bool:
        known = unit.own.stems | unit.context.stems if wide else unit.own.stems
        return 2 * sum(bool(self._equals(s) & known) for s in wanted) >= len(wanted)

    def _reasons(self, a: int, b: int) -> bool:
        """Whether two sentences are neighbours in a section, and one of them gives a reason."""
        one, other = self._units[a], self._units[b]
        said = {stem(word) for word in words(f"{one.text} {other.text}")}
        return abs(a - b) == 1 and one.heading_path == other.heading_path and bool(said & GIVES_REASON)
