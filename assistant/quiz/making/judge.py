"""Judges whether a teacher would ask an item, by what can be seen of it, its term and its place without a model.

``judge.json`` holds the weights, and what they were fitted on; ``python -m tools.research.fit_quiz_judge FOLDER`` fits
them anew. docs/decisions/0032 says how well they tell items of note sets that they had not seen.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from assistant.core.json_form import JsonForm, Moment
from assistant.documents.labels import FORMULA, plain
from assistant.quiz.exam.expected import Told
from assistant.quiz.exam.gates import WORTH
from assistant.quiz.item import Check, Item, Kind
from assistant.quiz.making.facts import Fact, Shape, is_plural
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.worth import KIND_OF_THING
from assistant.types import Document

_MOST_WORDS = 30
_LONG_NOTE = 20_000
_SHORT_NAME = 3
_NEAR = 120
_BLANK = re.compile(r"\s*")
_ARTICLE = re.compile(r"(?:an?|the|ein\w*|die|der|das|une?|la|le|el|una?|los|las)\s", re.IGNORECASE)
_CUT_OFF = re.compile(r"\b(?:follow\w*|suivant\w*|siguiente\w*|folgend\w*|form[ea]?)$", re.IGNORECASE)
_LIST_NEXT = re.compile(r"[ \t*_]*:(?!:)")
"""Behind a proof: it was the beginning of a list."""

_WHERE = re.compile(r"\b(?:where|with|où|wobei|donde)\b\W*(?:\n.*){0,3}$", re.IGNORECASE)
"""Before a proof: it explains the letters of a formula."""

_WORKED = re.compile(
    r"\b(?:examples?|exercises?|exercices?|beispiel\w*|aufgabe\w*|ejemplos?|ejercicios?|practi[cs]e \d|case stud\w+"
    r"|assignments?|workshop|lab \d|step[- ]by[- ]step|steps for|licen[cs]es?|copyrights?|install\w*|acknowledg\w*)\b"
    r"|^steps?$",
    re.IGNORECASE,
)
"""In a heading: something is worked out or set up there, for once."""

_GUIDE = re.compile(r"\b(?:steps?|guide|samples?|pasos|étapes|schritte)\b(?! (?:of|in|de|der|von)\b)", re.IGNORECASE)
"""What steps are said to be of where they are those of one piece of work: "Step-by-step guide"."""

_QUOTED = re.compile(r"[“„«\"](.+)[”“»\"]")
"""In the question of an order: what its steps are of."""


@dataclass(frozen=True, slots=True)
class FittedJudge:
    """The weights of the signs, with their provenance.

    Attributes:
        weights: By the name of the sign; ``SIGNS`` says what each is.
        threshold: The least probability of being fair.
        items: How many labelled items were fitted on.
        labels_sha256: Of the file of labels.
        auc: Area under the ROC curve over note sets that were left out of the fit; 0.5 is chance.
        fair_before: Share of the items that are fair.
        fair: Share of those at or above the threshold, over note sets left out.
        kept: Share of the items at or above it.
        program: The version of the program.
    """

    bias: float
    weights: Mapping[str, float]
    threshold: float
    items: int
    sets: int
    labels_sha256: str
    auc: float
    fair_before: float
    fair: float
    kept: float
    program: str
    at: Moment

    def probability(self, signs: Mapping[str, float]) -> float:
        """Returns how probable it is that a teacher would call an item with these signs fair, in (0, 1)."""
        total = self.bias + sum(weight * signs[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-total))


FITTED_JUDGE: JsonForm[FittedJudge] = JsonForm(FittedJudge)


@lru_cache(maxsize=1)
def fitted_judge() -> FittedJudge:
    """Returns the judge that comes with the program."""
    return FITTED_JUDGE.read(resources.files("assistant.quiz.making").joinpath("judge.json").read_bytes())


@dataclass(frozen=True, slots=True)
class Seen:
    """An item beside what it was made of.

    Attributes:
        fact: What the notes say, where the item asks for one thing that they say.
        note: Where it stands.
        term: What is asked about; for a match the first row.
        said: What the notes say of it; the answer where there is no fact.
    """

    item: Item
    fact: Fact | None
    note: Document
    term: str
    said: str

    def before(self, count: int) -> str:
        """Returns the characters in front of the first proof."""
        start = self.item.source.start
        return self.note.text[max(0, start - count) : start]

    @property
    def behind(self) -> str:
        """What stands behind the first proof."""
        return self.note.text[self.item.source.end : self.item.source.end + _NEAR]

    @property
    def link(self) -> str:
        """The verb between the term and what it is."""
        return self.fact.link if self.fact else ""


Sign = Callable[[Seen], float]


def _is_any_one(seen: Seen) -> bool:
    return seen.fact is not None and _ARTICLE.match(seen.fact.subject) is not None


def _is_whole(seen: Seen) -> bool:
    if seen.item.kind is Kind.ORDER:
        return False  # how a step ends says nothing
    return seen.item.source.quote.rstrip("*_ \\")[-1:] in (".", "!") or seen.behind[:1] == "."


def _is_cut_off(seen: Seen) -> bool:
    gap = _BLANK.match(seen.behind)
    below = gap is not None and "\n" in gap[0] and FORMULA.match(seen.behind, gap.end()) is not None
    return (
        (below and not _is_whole(seen))
        or _LIST_NEXT.match(seen.behind) is not None
        or _CUT_OFF.search(seen.said) is not None
    )


def _words_of_rows(seen: Seen) -> float:
    lefts = seen.item.lefts
    return sum(len(left.split()) for left in lefts) / max(1, len(lefts))


def _is_worked(seen: Seen) -> bool:
    source = seen.item.source
    if seen.item.kind is Kind.ORDER:
        label = "".join(_QUOTED.findall(seen.item.question))
        return _GUIDE.search(label) is not None or any(_WORKED.search(head) for head in source.heading_path[:-1])
    return any(_WORKED.search(head) for head in source.heading_path)


def _has_short_name(seen: Seen) -> bool:
    letters = re.sub(r"\W", "", seen.term)
    return 1 <= len(letters) <= _SHORT_NAME and not (len(letters) > 1 and letters.isupper())


SIGNS: Mapping[str, Sign] = {
    "words": lambda seen: min(_MOST_WORDS, len(seen.said.split())) / 10,
    "any_one": lambda seen: float(_is_any_one(seen)),
    "order": lambda seen: float(seen.item.kind is Kind.ORDER),
    "acts": lambda seen: float(seen.fact is not None and seen.fact.shape is Shape.VERB),
    "formula": lambda seen: float(FORMULA.search(seen.said) is not None),
    "short_name": lambda seen: float(_has_short_name(seen)),
    "kind_of": lambda seen: float(KIND_OF_THING.match(seen.said) is not None),
    "cut_off": lambda seen: float(_is_cut_off(seen)),
    "several": lambda seen: float(not (seen.fact and seen.fact.aspect) and is_plural(seen.term)),
    "whole": lambda seen: float(_is_whole(seen)),
    "row_words": _words_of_rows,
    "long_note": lambda seen: max(0.0, math.log(max(1, len(seen.note.text)) / _LONG_NOTE)),
    "pdf": lambda seen: float(seen.note.path.lower().endswith(".pdf")),
    "letters_of_formula": lambda seen: float(_WHERE.search(seen.before(_NEAR)) is not None),
    "worked": lambda seen: float(_is_worked(seen)),
    "past": lambda seen: float(seen.link in ("was", "were")),
}
"""What is seen of an item: how much is said, in tens of words; that its subject has an article, so that any one of a
kind is defined; that it puts steps in order, acts, has a formula, says which kind of thing it is; that its term is a
letter or two, or in the plural; that it is a whole sentence, or goes on behind its end; words of a match's rows; by how
much the note is longer than ten pages (logarithm); a PDF; that it explains letters of a formula, or stands where
something is worked out for once; and the past."""

_GOOD = {
    "any_one": "it defines any one of its kind",
    "words": "the notes say enough of it",
    "kind_of": "they say what kind of thing it is",
    "whole": "it is a whole sentence of the notes",
    "acts": "it says what the thing does",
    "formula": "it has its formula",
}
_BAD = {
    "worked": "it stands where something is worked out or set up for once",
    "letters_of_formula": "it only explains letters of a formula",
    "cut_off": "the sentence goes on in what stands behind it",
    "short_name": "its name is only a letter or two",
    "several": "it is about several things at once",
    "past": "it tells what once was",
    "row_words": "its rows are long",
    "long_note": "in a long text much is mentioned that need not be known",
}
"""How a sign is told to the student, where it counts for or against an item."""


class Judge:
    """Judges the items of one note.

    Args:
        note: Its path.
        pool: What the notes say.
    """

    def __init__(self, note: str, pool: Pool) -> None:
        self._note = pool.ground.notes[note]
        self._at: dict[int, list[Fact]] = defaultdict(list)
        for fact in pool.of_note[note].facts:
            self._at[fact.anchor.start].append(fact)

    def judged(self, item: Item) -> Item:
        """Returns ``item`` with the check whether it is worth asking in front of its others."""
        return replace(item, checks=(verdict(self.signs(item), fitted_judge()), *item.checks))

    def signs(self, item: Item) -> dict[str, float]:
        """Returns all signs of an item of the note, by their names."""
        seen = self._seen(item)
        return {name: sign(seen) for name, sign in SIGNS.items()}

    def told(self, item: Item) -> Told | None:
        """Returns what an item is about; None for one that asks for several things."""
        fact = self._fact(item)
        if fact is None or item.lefts:
            return None
        return Told(plain(fact.term.name), plain(fact.text), (self._note.title, *item.source.heading_path))

    def _seen(self, item: Item) -> Seen:
        fact = self._fact(item)
        term = fact.term.name if fact else next(iter(item.lefts), "")
        return Seen(item, fact, self._note, term, fact.text if fact else item.answer)

    def _fact(self, item: Item) -> Fact | None:
        """Returns the fact at the item's first proof, the one that the item names where there are several."""
        here, words = self._at[item.source.start], f"{item.question} {item.answer}".lower()
        named = (fact for fact in here if fact.term.name.lower() in words)
        return next(named, here[0] if here else None)


def verdict(signs: Mapping[str, float], fitted: FittedJudge) -> Check:
    """Returns the check whether an item with these signs is worth asking, with the two reasons that count most."""
    probability = fitted.probability(signs)
    passed = probability >= fitted.threshold
    told = _GOOD if passed else _BAD
    counts = {name: abs(fitted.weights[name] * signs[name]) for name in told if signs[name]}
    reasons = [told[name] for name in sorted(counts, key=counts.__getitem__, reverse=True)[:2]]
    says = "A teacher would probably ask this" if passed else "A teacher would probably not ask this"
    because = f": {', and '.join(reasons)}" if reasons else ""
    return Check(WORTH, passed, f"{says}{because} ({probability:.0%}).")
