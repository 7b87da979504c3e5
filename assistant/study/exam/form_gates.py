"""Gates on the form of an item: what can be judged without looking into the notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from assistant.study.exam.texts import asked, count_words, meaning, same, shared
from assistant.study.items import GAP, Check, Item, Kind

QUESTION_WORDS = (6, 40)
STATEMENT_WORDS = (4, 60)
OPTIONS = 4
MAX_COSINE = 0.95
MEANING = "different_meaning"
KEY_LENGTH = (0.5, 1.8)
"""Length of the right option over the mean of the others; beyond it the length gives the answer away."""

_ABOVE = re.compile(
    r"\b(?:all|none|both|neither|any) of (?:the )?(?:above|these|them|other)|\bboth [a-d] and [a-d]\b", re.IGNORECASE
)
_PASSAGE = re.compile(
    r"\b(?:the|this|that|above|given|following) (?:passage|text|paragraph|excerpt|context|document)\b", re.IGNORECASE
)


def is_complete(item: Item) -> Check:
    """Four options and one key for a choice; for every kind, all that it needs and no more."""
    fault = _FAULTS[item.kind](item)
    return Check("complete", not fault, fault or "It has everything that a question of its kind needs.")


def _choice_fault(item: Item) -> str:
    if len(item.options) != OPTIONS:
        return f"It has {len(item.options)} options instead of {OPTIONS}."
    return "" if len(item.key) == 1 and 0 <= item.key[0] < OPTIONS else "It has not exactly one right option."


def _judgement_fault(item: Item) -> str:
    fits = len(item.options) == 2 and item.key in ((0,), (1,)) and bool(item.answer)
    return "" if fits else "It needs True, False, one of them right, and the statement as it is."


def _gap_fault(item: Item) -> str:
    return "" if item.question.count(GAP) == 1 and item.answer else "It has not exactly one gap."


def _match_fault(item: Item) -> str:
    fits = len(item.lefts) == len(item.options) == len(item.proofs) and _is_order(item)
    return "" if fits and len(item.lefts) >= 2 else "It needs two or more terms with one description each."


def _order_fault(item: Item) -> str:
    return "" if len(item.options) >= 3 and _is_order(item) else "It needs three or more steps."


def _short_fault(item: Item) -> str:
    return "" if item.key_points and item.answer else "It does not say what an answer has to say."


def _is_order(item: Item) -> bool:
    return sorted(item.key) == list(range(len(item.options)))


_FAULTS = {
    Kind.CHOICE: _choice_fault,
    Kind.TRUE_FALSE: _judgement_fault,
    Kind.CLOZE: _gap_fault,
    Kind.MATCH: _match_fault,
    Kind.ORDER: _order_fault,
    Kind.SHORT: _short_fault,
}


def asks_clearly(item: Item) -> Check:
    """A question of 6 to 40 words that ends in a question mark, or a statement that can be read at once."""
    size = count_words(item.question)
    asks = item.kind in (Kind.CHOICE, Kind.SHORT)
    low, high = QUESTION_WORDS if asks else STATEMENT_WORDS
    if not low <= size <= high:
        return Check("clear", False, f"It has {size} words; {low} to {high} are clear.")
    if asks and not item.question.endswith("?"):
        return Check("clear", False, "It does not end with a question mark.")
    return Check("clear", True, f"It has {size} words.")


def has_distinct_options(item: Item) -> Check:
    """No two options are equal, nearly equal, or one within the other."""
    for group in (item.options, item.lefts):
        for a, b in combinations(group, 2):
            if same(a, b):
                return Check("distinct", False, f"“{a}” and “{b}” are too much alike.")
    return Check("distinct", True, "No option is another one in other words.")


def has_no_all_of_the_above(item: Item) -> Check:
    """No option speaks of the other options."""
    found = [option for option in item.options if _ABOVE.search(option)]
    detail = f"“{found[0]}” is no answer." if found else "Each option is an answer of its own."
    return Check("no_all_of_the_above", not found, detail)


def needs_no_passage(item: Item) -> Check:
    """The question can be understood without the notes in sight."""
    found = _PASSAGE.search(" ".join((item.question, *item.options)))
    detail = f"It speaks of “{found[0]}”." if found else "It can be understood without looking at the notes."
    return Check("stands_alone", found is None, detail)


def gives_nothing_away(item: Item) -> Check:
    """The question does not contain the answer, nor a word that only the right option has."""
    fault = _TELLS[item.kind](item) if item.kind in _TELLS else ""
    return Check("gives_nothing_away", not fault, fault or "The question does not give the answer away.")


def _choice_tells(item: Item) -> str:
    right = _right(item)
    own, elsewhere = meaning(right), frozenset().union(*map(meaning, _wrong(item)))
    if told := shared(own - shared(own, elsewhere), asked(item.question)):
        return f"Only the right option has “{min(told)}”, which the question has too."
    return "The question contains the answer." if _contains(item.question, right) else ""


def _gap_tells(item: Item) -> str:
    stems = meaning(item.answer)
    if any(_contains(item.question, way) for way in (item.answer, *item.accepted)):
        return "The sentence says the missing word elsewhere."
    return "Most of what is missing stands elsewhere." if _mostly(stems, meaning(item.question)) else ""


def _match_tells(item: Item) -> str:
    left = _told_pair(item)
    return f"“{left}” stands in its own description." if left else ""


def _short_tells(item: Item) -> str:
    told = [p.text for p in item.key_points if _mostly(meaning(p.text), meaning(item.question))]
    return f"The question says “{told[0]}” itself." if told else ""


def _judgement_tells(item: Item) -> str:
    """A statement that only says its own subject again can be judged without the notes."""
    subject, _, said = item.answer.partition(" is ") if " is " in item.answer else item.answer.partition(":")
    return "It only says its subject again." if _mostly(meaning(subject), meaning(said)) else ""


_TELLS = {
    Kind.CHOICE: _choice_tells,
    Kind.TRUE_FALSE: _judgement_tells,
    Kind.CLOZE: _gap_tells,
    Kind.MATCH: _match_tells,
    Kind.SHORT: _short_tells,
}


def _mostly(stems: frozenset[str], there: frozenset[str]) -> bool:
    return bool(stems) and len(shared(stems, there)) > len(stems) / 2


def _told_pair(item: Item) -> str:
    for left, right in zip(item.lefts, item.key, strict=False):
        words = meaning(left)
        if words and words <= meaning(item.options[right]):
            return left
    return ""


def _contains(text: str, part: str) -> bool:
    return bool(part) and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) is not None


def is_not_told_by_length(item: Item) -> Check:
    """The right option is about as long as the others."""
    if item.kind is not Kind.CHOICE or not _wrong(item):
        return Check("length", True, "Its length tells nothing.")
    ratio = length_ratio(item)
    low, high = KEY_LENGTH
    return Check("length", low <= ratio <= high, f"The right option is {ratio:.2f} times as long as the others.")


def length_ratio(item: Item) -> float:
    """Returns the length of the right option over the mean length of the others, in characters."""
    others = _wrong(item)
    return len(_right(item)) / max(1.0, sum(map(len, others)) / len(others))


def means_different_things(item: Item, vectors: Sequence[Sequence[float]]) -> Check:
    """No two options have nearly the same vector. ``vectors``: one row of norm 1 for each option."""
    pairs = combinations(range(len(item.options)), 2)
    nearest = max((sum(x * y for x, y in zip(vectors[a], vectors[b], strict=True)) for a, b in pairs), default=0.0)
    return Check(MEANING, nearest < MAX_COSINE, f"The nearest two options have a cosine of {nearest:.2f}.")


def _right(item: Item) -> str:
    return item.options[item.key[0]]


def _wrong(item: Item) -> list[str]:
    return [option for number, option in enumerate(item.options) if number != item.key[0]]


FORM_GATES = (
    asks_clearly,
    has_distinct_options,
    has_no_all_of_the_above,
    needs_no_passage,
    gives_nothing_away,
    is_not_told_by_length,
)
"""Run after ``is_complete``, which they rely on."""
