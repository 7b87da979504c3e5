"""Says which words of the notes support a sentence of the answer, by computation.

Small models do not write citations reliably (ALCE, https://arxiv.org/abs/2305.14627: citation recall 6 for a 7B
model), so each sentence is compared with the sentences of the notes after it was written. It is supported where

- so many of its content-word stems stand in at most three sentences of the notes, and close together, that people
  would probably call it supported (``support``), or at least ``min_support`` of them;
- every number stands there, every name stands in what was read, and so does each part by itself: each clause, each
  member of a list, and what is given as a reason (``parts``);
- laid beside its sources it changes none of their numbers, names, negations and directions (``conflicts``), and what
  it says of an item of a list is said of that item (``items``).

All of it is fitted on public human labels (AttributionBench dev), with each of their sources left out in turn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from assistant.answering.claim_parts import ClaimParts
from assistant.answering.conflicts import OTHER_WAY_ROUND, WordToken, conflict, tokens
from assistant.answering.formula_check import KnownFormulas
from assistant.answering.support import MIN_PROBABILITY, SUPPORT, Items, Signs, in_order, together
from assistant.answering.units import Unit, Words, against_arrows, cite, source_units
from assistant.documents.labels import is_heading
from assistant.documents.tables import column_names
from assistant.index.words import NUMBER_WORDS, STOPWORDS, content_words, fold, language_of, stem, words
from assistant.types import Citation, ContextBlock, Document, ElementKind, Sentence

MAX_CITATIONS = 3
NOT_SAID = "your notes do not say this"
_FEW_WORDS = 3
_MIN_OWN_SHARE = 0.3
"""Of the words a unit covers, the share that must stand in the sentence itself rather than in its headings; its numbers
are words too, as in the row "7 | Hept" below "Carbon atoms | Prefix"."""

_MIN_GAIN = 0.12
"""A further citation must cover this share of the sentence that no earlier one covers."""

_MOST = 0.68
"""Of a sentence, what its other sources must cover for one of them to be left out."""

_POINTS_BACK = re.compile(r"\b(?:the|these|those|all)\s+([a-z]+)\b", re.I)
_NAME = re.compile(r"(?<![.!?:\n]\s)(?<=\s)(?:\*\*)?([A-Z][\w&+-]*[\w+])")
_CODE = re.compile(r"`([^`\n]+)`")
_CALLED = re.compile(r"[A-Za-z_]\w*(?:[._]\w+)+|[A-Za-z_]\w*\(")
"""A name of code that can be told from a word: with a dot or an underscore in it, or called."""

_SAYS_ABSENT = re.compile(
    r"\b(notes?|text|passages?|context|information|document|material)\b[^.]{0,60}?"
    r"\b(do(es)?n['’]?t|do(es)? not|not|no|never)\b"
    r"[^.]{0,60}?\b(mention|contain|provide|specif|include|cover|say|state|discuss|define|describe|explain|answer|have)"
    r"|\b(not|isn['’]t|aren['’]t)\s+"
    r"(mentioned|specified|covered|provided|stated|included|described|defined|discussed|found)\b"
    r"|\b(there is|i have|i found) no (information|mention|answer)\b",
    re.I,
)


def says_absent(sentence: str) -> bool:
    """Returns whether a sentence of the answer says that the notes do not hold the answer."""
    return bool(_SAYS_ABSENT.search(sentence))


@dataclass(frozen=True, slots=True)
class _Cover:
    """What one unit covers of a sentence."""

    unit: Unit
    stems: frozenset[str]
    own: frozenset[str]


class Attributor:
    """Compares sentences of one answer with the notes that were read for it.

    Args:
        blocks: What the model read.
        question: The student's question; words that only it has say nothing about the notes.
        min_support: Share of a sentence's stems that is enough, in [0, 1].
        notes: The notes by path, for page numbers; a note that is missing has none.
    """

    def __init__(
        self,
        blocks: Sequence[ContextBlock],
        question: str,
        min_support: float,
        notes: dict[str, Document] | None = None,
    ) -> None:
        self._units = [unit for block in blocks for unit in source_units(block)]
        self._read = [in_order(block.text) for block in blocks]
        numbers = {word for block in self._read for word in block if word.isdigit()}
        self._vocabulary = numbers.union(s for u in self._units for s in (*u.own.stems, *u.context.stems))
        self._asked = Words(question).stems
        self._asked_counts = frozenset(NUMBER_WORDS[word] for word in words(question) if word in NUMBER_WORDS)
        self._min_support = min_support
        self._notes = notes or {}
        self._same: dict[str, frozenset[str]] = {}
        self._numbers = frozenset(n for u in self._units for n in u.own.numbers | u.context.numbers)
        self._texts = [block.text for block in blocks]
        self._items = Items(self._units, self._equals)
        self._parts = ClaimParts(self._units, self._equals, self._wanted_of, self._asked)
        self._formulas = KnownFormulas(self._units)
        self._taken_apart: dict[Unit, tuple[WordToken, ...]] = {}

    def attribute(self, text: str, start: int, end: int) -> Sentence:
        """Returns the sentence ``text[start:end]`` of the answer with what supports it."""
        body = text[start:end]
        claim = Words(body)
        if not _is_claim(body, claim):
            return Sentence(body, start, end, supported=True, score=0.0, is_claim=False)
        wanted = self._wanted(claim)
        chosen = self._choose(wanted, claim)
        score = _share_of(chosen, wanted)
        reason = self._fault(body, claim, chosen, score)
        if reason:
            return Sentence(body, start, end, supported=False, score=score, reason=reason)
        citations = tuple(self._cite(cover, wanted) for cover in self._needed(body, claim, chosen))
        return Sentence(body, start, end, supported=True, score=score, citations=citations)

    def _wanted(self, claim: Words) -> frozenset[str]:
        """The stems to be found. Words that repeat the question and that no note has are not a claim.

        "A grown-up has 4-6 liters of blood" claims the numbers, and that they are of blood, where the notes say "Adult:
        4-6 l" under "Blood"; a word alone would be found anywhere.
        """
        own = self._wanted_of(claim)
        return own if len(own) + len(claim.numbers) >= 2 and own else claim.stems

    def _equals(self, wanted: str) -> frozenset[str]:
        """The stems of the notes that are ``wanted``, spelling errors of either side allowed for."""
        if wanted not in self._same:
            self._same[wanted] = frozenset(s for s in self._vocabulary if _alike(wanted, s))
        return self._same[wanted]

    def _choose(self, wanted: frozenset[str], claim: Words) -> list[_Cover]:
        """The units that together cover most, the best first; a later one only if it adds something."""
        covers = [cover for unit in self._units if (cover := self._cover(unit, wanted, claim.numbers)) is not None]
        chosen: list[_Cover] = []
        left, numbers = wanted, claim.numbers
        while covers and len(chosen) < MAX_CITATIONS:
            best = max(covers, key=lambda c: self._worth(c, left, numbers))
            gain = len(best.stems & left) / max(1, len(wanted))
            if chosen and gain < _MIN_GAIN and not best.unit.own.numbers & numbers:
                break
            if chosen and (_counts_another(best.unit, claim, numbers) or not self._is_about(best, claim)):
                covers.remove(best)
                continue
            chosen.append(best)
            left, numbers = left - best.stems, numbers - best.unit.own.numbers
            covers.remove(best)
            if not left and not numbers:
                break
        return chosen

    def _needed(self, body: str, claim: Words, chosen: list[_Cover]) -> list[_Cover]:
        """The sources without those that the others can do without: a student who looks up a citation finds the proof.

        The best one always stays.
        """
        kept = list(chosen)
        for cover in reversed(chosen[1:]):
            others = [other for other in kept if other is not cover]
            score = _share_of(others, self._wanted(claim))
            if score >= _MOST and not self._fault(body, claim, others, score):
                kept = others
        return kept

    def _worth(self, cover: _Cover, left: frozenset[str], numbers: frozenset[str]) -> tuple[int, int, int]:
        """What a source adds; among equals the one that says it itself, then the one on the question's subject."""
        unit = cover.unit
        asked = sum(bool(self._equals(s) & (unit.own.stems | unit.context.stems)) for s in self._asked)
        return len(cover.stems & left) + len(unit.own.numbers & numbers), len(cover.own & left), asked

    def _is_about(self, cover: _Cover, claim: Words) -> bool:
        """Whether a further source speaks of what the sentence speaks of, and does not merely share words with it.

        "Batch inference takes many inputs, which increases costs" shares "increases costs" with a sentence on real-time
        inference: a true half and a borrowed half make no truth.
        """
        unit = cover.unit
        if unit.kind is ElementKind.TABLE:  # another row says something of another thing
            row = Words(column_names(unit.text).partition(", ")[0]).stems
            return not row or any(self._in(s, claim.stems) for s in row)
        if any(topic.stems and all(self._in(s, claim.stems) for s in topic.stems) for topic in unit.topics):
            return True
        shared = sum(self._in(s, claim.stems) for s in unit.own.stems)
        if shared >= 2 and shared >= len(unit.own.stems) / 3:
            return True
        subject = self._subject(claim)
        return bool(subject) and bool(self._equals(subject) & (unit.own.stems | unit.context.stems))

    def _in(self, wanted: str, stems: frozenset[str]) -> bool:
        return wanted in stems or any(_alike(wanted, other) for other in stems)

    def _subject(self, claim: Words) -> str:
        """The rarer, in what was read, of the sentence's first two content words."""
        first = [s for s in map(stem, content_words(claim.text)) if s in claim.stems][:2]
        return min(first, key=lambda s: sum(bool(self._equals(s) & u.own.stems) for u in self._units), default="")

    def _cover(self, unit: Unit, wanted: frozenset[str], numbers: frozenset[str]) -> _Cover | None:
        own = frozenset(s for s in wanted if self._equals(s) & unit.own.stems)
        around = frozenset(s for s in wanted if self._equals(s) & unit.context.stems)
        stems = own | around
        given = len(unit.own.numbers & numbers)
        if not own or len(own) + given < _MIN_OWN_SHARE * (len(stems) + given):
            return None
        return _Cover(unit, stems, own)

    def _fault(self, body: str, claim: Words, chosen: list[_Cover], score: float) -> str:
        """Returns why the sentence is not supported, or an empty string."""
        if says_absent(body):
            return "this says what the notes do not contain"
        if not chosen or not self._is_likely(body, score):
            return NOT_SAID
        if len(claim.stems) <= _FEW_WORDS and not self._is_asked_there(chosen[0].unit):
            return NOT_SAID
        covered = frozenset().union(*(cover.stems for cover in chosen))
        present = frozenset(n for c in chosen for n in c.unit.own.numbers | c.unit.context.numbers)
        absent = claim.numbers - present - self._repeated_counts(body)
        if strange := sorted(absent | _borrowed_numbers(claim, chosen)):
            return f"your notes do not give the number {', '.join(strange)} here"
        if strange := self._strange_names(body) or self._strange_code(body):
            return f"your notes do not name {', '.join(strange)} here"
        if strange_formula := self._formulas.fault(body):
            return strange_formula
        if part := self._parts.fault(body, [cover.unit for cover in chosen], covered):
            return part
        if self._opposite(claim, chosen):
            return OTHER_WAY_ROUND
        if other := self._items.other_owner(body, [cover.unit for cover in chosen]):
            return f"your notes say this of “{other}”"
        return self._changed(body, chosen)

    def _cite(self, cover: _Cover, wanted: frozenset[str]) -> Citation:
        return cite(cover.unit, len(cover.stems) / max(1, len(wanted)), self._notes.get(cover.unit.block.note))

    def _changed(self, body: str, chosen: Iterable[_Cover]) -> str:
        """Returns what the sentence changes of its sources, or an empty string."""
        said = tokens(body)
        found = (conflict(said, self._tokens_of(c.unit), c.unit.context.stems, _alike) for c in chosen)
        return next(filter(None, found), "")

    def _tokens_of(self, unit: Unit) -> tuple[WordToken, ...]:
        if unit not in self._taken_apart:
            self._taken_apart[unit] = tokens(unit.text)
        return self._taken_apart[unit]

    def _is_likely(self, body: str, covered: float) -> bool:
        enough = covered >= self._min_support - 1e-9
        return enough or SUPPORT.probability(self._signs(body, covered)) >= MIN_PROBABILITY

    def signs(self, text: str) -> Signs:
        """Returns what is seen of a sentence beside everything that was read."""
        claim = Words(text)
        wanted = self._wanted(claim)
        return self._signs(text, _share_of(self._choose(wanted, claim), wanted))

    def _signs(self, text: str, covered: float) -> Signs:
        said = in_order(text)
        echoed = {word for word in said if word in self._asked and not self._equals(word)}
        strange = Words(text).numbers - self._numbers
        near = together(said, self._read, self._equals, echoed)
        return Signs(near, covered, float(min(2, len(strange))), math.log(max(1, len(said))))

    def _repeated_counts(self, body: str) -> frozenset[str]:
        """The counts in words that the question gave, or that only point back: "the two classes"."""
        pointed = (match.lower() for match in _POINTS_BACK.findall(body))
        return self._asked_counts | {NUMBER_WORDS[word] for word in pointed if word in NUMBER_WORDS}

    def _is_asked_there(self, unit: Unit) -> bool:
        """Whether a source speaks of what was asked: over a third of the question's words that the notes know.

        A few words alone ("Classification") stand in many places; they are a claim about what was asked.
        """
        known = [s for s in self._asked if self._equals(s)]
        there = sum(bool(self._equals(s) & (unit.own.stems | unit.context.stems)) for s in known)
        return not known or there > len(known) / 3

    def _wanted_of(self, clause: Words) -> frozenset[str]:
        return frozenset(s for s in clause.stems if s not in self._asked or self._equals(s))

    def _strange_names(self, body: str) -> list[str]:
        """The names that were not read. In German every noun has a capital, so there it says nothing."""
        if language_of(body) == "de":
            return []
        names = (name for name in _NAME.findall(body.strip()) if fold(name) not in STOPWORDS)
        return sorted({name for name in names if not all(map(self._known, Words(name).stems))})

    def _strange_code(self, body: str) -> list[str]:
        """What is called by the sentence in code and stands nowhere in what was read: `breusch.pagan`."""
        called = (name for code in _CODE.findall(body) for name in _CALLED.findall(code))
        return sorted({name.rstrip("(") for name in called if not any(name in text for text in self._texts)})

    def _known(self, name: str) -> bool:
        return bool(self._equals(name)) or name in self._asked

    def _opposite(self, claim: Words, chosen: Iterable[_Cover]) -> bool:
        """Whether a word is denied in the sentence and plainly said in its best source, or the other way round."""
        source = next(iter(chosen)).unit.own
        said, denied = claim.stems - claim.denied, source.stems - source.denied
        flipped_here = any(self._equals(s) & denied for s in claim.denied) and not source.denied
        flipped_there = any(self._equals(s) & source.denied for s in said) and not claim.denied
        return flipped_here or flipped_there or against_arrows(claim, source.text)


def _share_of(chosen: Sequence[_Cover], wanted: frozenset[str]) -> float:
    """The share of the wanted stems that the sources have together."""
    return len(frozenset().union(*(cover.stems for cover in chosen))) / max(1, len(wanted))


def shares_words(question: str, said: Sequence[Sentence]) -> bool:
    """Returns whether sentences, or what supports them with its headings, say any word that a question asks about.

    "How many people starved?" was answered with the share of the works of art that were destroyed: true, and cited.
    """
    asked = Words(question).stems
    there = Words(" ".join(sentence.text for sentence in said)).stems
    cited = (one for sentence in said for one in sentence.citations)
    return (
        not asked
        or any(_alike(one, word) for one in asked for word in there)
        or any(names_any(question, one) for one in cited)
    )


def names_any(question: str, line: Citation) -> bool:
    """Returns whether a line, its item or a heading above it says any word that a question asks about."""
    there = Words(" ".join((*line.heading_path, line.item, line.quote))).stems
    return any(_alike(one, word) for one in Words(question).stems for word in there)


def _counts_another(unit: Unit, claim: Words, left: frozenset[str]) -> bool:
    """Whether a further source has other numbers, where the numbers of the sentence are found already.

    "10 ml/kg over 1 hour" of one fluid neither proves nor disproves "10 ml/kg over 15 minutes" of another.
    """
    return bool(claim.numbers) and not left and bool(unit.own.numbers - claim.numbers)


def _borrowed_numbers(claim: Words, chosen: Sequence[_Cover]) -> frozenset[str]:
    """Returns the numbers that a line brings which says nothing else, while its better has others in their place.

    "NADH gives 1.5 ATP" has all its words in "1 NADH gives 2.5 ATP", and its number in the line about FADH2.
    """
    best, *further = chosen
    if best.unit.own.numbers <= claim.numbers:
        return frozenset()
    brought = (cover.unit.own.numbers for cover in further if cover.stems <= best.stems)
    present = best.unit.own.numbers | best.unit.context.numbers
    return (frozenset().union(*brought) & claim.numbers) - present


def _is_claim(body: str, claim: Words) -> bool:
    """A heading, an introduction ("The types are:") or a lone word states nothing that could be checked."""
    if is_heading(body) or body.rstrip("*_ ").endswith(":"):
        return False
    return len(claim.stems) + len(claim.numbers) >= 1


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    if a[0] != b[0]:
        return False
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < 5 or any(char.isdigit() for char in a + b):
        return False
    if longer.startswith(shorter) and len(longer) - len(shorter) <= 3:
        return True
    return DamerauLevenshtein.normalized_similarity(a, b, score_cutoff=0.8) >= 0.8
