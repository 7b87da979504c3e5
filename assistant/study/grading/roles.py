"""Finds answers that have the right words in the wrong roles: "X does A, Y does B" with X and Y exchanged."""

from __future__ import annotations

import re
from itertools import combinations

from assistant.index.words import words
from assistant.study.exam.texts import meaning

_CLAUSE = re.compile(r"[,;:.]\s+|\s+(?:and|while|whereas|but|than)\s+", re.IGNORECASE)
_AROUND = re.compile(
    r"\b(?:from|to|into|by|with|on|of|for|at|than|over|between|divided by|instead of|subset of|part of|is|are"
    r"|uses?|using|makes?|trains?|predicts?|converts?|turns?|learns?|causes?|leads? to|reduces?|increases?"
    r"|improves?|adds?)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+\w+(?:ed|en|lt|de|nt)\b.*\bby\b", re.IGNORECASE)


def change_places(answer: str, reference: str) -> bool:
    """Returns whether parts of ``answer`` stand in each other's places, compared with ``reference``."""
    return _clauses_exchanged(answer, reference) or _sides_exchanged(answer, reference)


def _clauses_exchanged(answer: str, reference: str) -> bool:
    """Two clauses of the answer each join a half of one clause of the reference with a half of another."""
    meant = [clause for clause in map(meaning, _CLAUSE.split(reference)) if len(clause) >= 2]
    said = [clause for clause in map(meaning, _CLAUSE.split(answer)) if len(clause) >= 2]
    for one, other in combinations(meant, 2):
        only_one, only_other = one - other, other - one
        mixed = [clause for clause in said if clause & only_one and clause & only_other]
        pure = [clause for clause in said if bool(clause & only_one) != bool(clause & only_other)]
        for first, second in combinations(mixed, 2):
            crossed = not (first & second & (only_one | only_other))
            if crossed and not pure:
                return True
    return False


def _sides_exchanged(answer: str, reference: str) -> bool:
    """What stands before and behind one and the same verb or preposition is exchanged; a passive does that rightly."""
    if bool(_PASSIVE.search(answer)) != bool(_PASSIVE.search(reference)):
        return False
    for joint in dict.fromkeys(match[0].lower() for match in _AROUND.finditer(reference)):
        meant, said = _sides(reference, joint), _sides(answer, joint)
        if meant is None or said is None:
            continue
        to_left, to_right = said[0] & (meant[1] - meant[0]), said[1] & (meant[0] - meant[1])
        straight = len(said[0] & (meant[0] - meant[1])) + len(said[1] & (meant[1] - meant[0]))
        if to_left and to_right and len(to_left) + len(to_right) > straight:
            return True
    return False


def _sides(text: str, joint: str) -> tuple[frozenset[str], frozenset[str]] | None:
    parts = re.split(rf"\b{re.escape(joint)}\b", text, flags=re.IGNORECASE)
    if len(parts) != 2:
        return None
    left, right = _near(parts[0], last=True), _near(parts[1], last=False)
    return (left, right) if left and right else None


def _near(text: str, *, last: bool) -> frozenset[str]:
    """The words of the same clause that stand next to a joint."""
    clauses = [clause for clause in re.split(r"[,;:.]\s", text) if clause.strip()]
    clause = (clauses[-1] if last else clauses[0]) if clauses else ""
    found = words(clause)
    return meaning(" ".join(found[-5:] if last else found[:5]))
