"""The gates of the exam: on the form of an item, and on its truth."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from itertools import combinations

from assistant.answering.evidence import yes_margin
from assistant.answering.prompts import YES_NO
from assistant.models.generator import Generator, Scorer, scorer_of
from assistant.quiz.exam import expected
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import count_words, meaning, same, share
from assistant.quiz.item import Check, Item
from assistant.quiz.kinds import AnswerForm, kind_of
from assistant.types import Prompt

QUESTION_WORDS = (3, 40)
STATEMENT_WORDS = (4, 60)
MAX_COSINE = 0.95
MEANING = "different_meaning"
WORTH = "worth_asking"
"""The check that a maker brings with an item that it has judged."""

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
    fault = kind_of(item).fault(item)
    return Check("complete", not fault, fault or "It has everything that a question of its kind needs.")


def asks_clearly(item: Item) -> Check:
    """A question of 6 to 40 words that ends in a question mark, or a statement that can be read at once."""
    size = count_words(item.question)
    asks = kind_of(item).asks
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
    return Check("distinct", True, "No two options say the same.")


def has_no_all_of_the_above(item: Item) -> Check:
    """No option speaks of the other options."""
    found = [option for option in item.options if _ABOVE.search(option)]
    detail = f"“{found[0]}” is not an answer." if found else "Each option is an answer of its own."
    return Check("no_all_of_the_above", not found, detail)


def needs_no_passage(item: Item) -> Check:
    """The question can be understood without the notes in sight."""
    found = _PASSAGE.search(" ".join((item.question, *item.options)))
    detail = f"It refers to “{found[0]}”." if found else "It can be understood without looking at the notes."
    return Check("stands_alone", found is None, detail)


def gives_nothing_away(item: Item) -> Check:
    """The question does not contain the answer, nor a word that only the right option has."""
    fault = kind_of(item).giveaway(item)
    return Check("gives_nothing_away", not fault, fault or "The question does not give the answer away.")


def is_not_told_by_length(item: Item) -> Check:
    """The right option is about as long as the others."""
    if not kind_of(item).has_distractors or not _wrong(item):
        return Check("length", True, "Its length gives nothing away.")
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


def quotes_exactly(item: Item, ground: Ground) -> Check:
    """Every proof stands in its note to the letter, at its offsets."""
    lost = [proof for proof in item.proofs if not ground.holds(proof)]
    points = [point for point in item.key_points if not _stands(point.quote, item, ground)]
    fault = lost[0].quote if lost else points[0].quote if points else ""
    good = bool(item.proofs) and not lost and not points
    detail = "Its proof is quoted exactly." if good else f"“{fault[:60]}” is not there."
    return Check("exact_quote", good, detail)


def _stands(quote: str, item: Item, ground: Ground) -> bool:
    note = ground.notes.get(item.source.note)
    return bool(quote) and note is not None and quote in note.text


def is_proven(item: Item, ground: Ground) -> Check:
    """The words of the right answer stand in the proof, its numbers all of them."""
    weakest = min((_cover(text, place, item, ground) for text, place in kind_of(item).claims(item)), default=0.0)
    detail = f"{weakest:.0%} of the answer's words are in its proof."
    return Check("proven", weakest >= kind_of(item).min_cover, detail)


def _cover(text: str, number: int, item: Item, ground: Ground) -> float:
    proofs = item.proofs if number < 0 or number >= len(item.proofs) else (item.proofs[number],)
    there = frozenset().union(*(ground.around(proof) for proof in proofs))
    wanted = meaning(text)
    if any(stem.isdigit() and stem not in there for stem in wanted):
        return 0.0
    return share(wanted, there) if wanted else float(any(text.lower() in p.quote.lower() for p in proofs))


def has_one_right_answer(item: Item, ground: Ground) -> Check:
    """No wrong option is right by any sentence of the notes, and each is less supported than the key."""
    return kind_of(item).rival(item, ground)


PROOF_GATES = (quotes_exactly, is_proven, has_one_right_answer)


SYSTEM = "You answer one question about a student's notes. The notes are right. Reply as briefly as you can."
NAME = "model_agrees"
NEEDS_NOTES = "needs_notes"
"""A record for whoever wants to know: how sure the model is with the notes, and without them."""

LETTERS = ("A", "B", "C", "D")
_MIN_RIGHT_SHARE = 0.75
_PENDING = "The model has not been asked yet; it will be when the computer is idle."


def is_asked(item: Item) -> bool:
    """Returns whether the model is asked about items of this kind: those that ask for one thing."""
    return kind_of(item).form in (AnswerForm.OPTION, AnswerForm.TEXT)


def not_yet_asked() -> Check:
    """Returns the check of an item that the model has not seen. It counts as passed until it has."""
    return Check(NAME, True, _PENDING)


def is_pending(item: Item) -> bool:
    """Returns whether the model still has to be asked about ``item``."""
    return is_asked(item) and any(check.name == NAME and check.detail == _PENDING for check in item.checks)


def verdicts(item: Item) -> tuple[Check, ...]:
    """Returns what the model was asked about ``item`` already, by its maker or in an earlier exam."""
    return tuple(c for c in item.checks if c.name in (expected.NAME, NAME, NEEDS_NOTES) and c.detail != _PENDING)


def asked_about(item: Item, told: expected.Told | None, generator: Generator, cancel: threading.Event) -> list[Check]:
    """Returns what the model says of an item: whether what is asked for is expected, then whether it answers rightly.

    Args:
        item: One that ``is_asked``.
        told: What it is about; None where that is not one thing.
        generator: Must score replies.
        cancel: Ends it early.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed, or scores nothing.
    """
    first = expected.is_expected(told, generator, cancel) if told else None
    checks = [first] if first else []
    if all(check.passed for check in checks) and kind_of(item).form is AnswerForm.OPTION:
        checks.append(answers_rightly(item, scorer_of(generator), cancel))
    return checks


def answers_rightly(item: Item, generator: Scorer, cancel: threading.Event) -> Check:
    """Asks the model, once for each rotation of the options.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed.
    """
    if kind_of(item).is_statement:
        change = evidence_for(item.question, _passage(item), generator, cancel)
        word = "more" if change > 0 else "less"
        detail = f"With the notes, the model believes the statement {word} than without them."
        return Check(NAME, (change > 0) == (item.key == (0,)), detail)
    count = len(item.options)
    right = sum(_is_right(item, turn, generator, cancel) for turn in range(count))
    detail = f"With the notes, the model was right in {right} of {count} orders of the options."
    return Check(NAME, right >= _MIN_RIGHT_SHARE * count, detail)


def evidence_for(statement: str, passage: str, generator: Scorer, cancel: threading.Event) -> float:
    """Returns by how much ``passage`` raises the model's log-odds that the notes say ``statement``.

    Raises:
        Cancelled: ``cancel`` was set meanwhile.
        ModelError: The model failed.
    """
    asked = f"Do the notes say this: {statement}\nReply with Yes or No only."
    yes_with, yes_without = (
        yes_margin(generator.compare_next(Prompt(SYSTEM, blocks, asked), YES_NO, cancel=cancel))
        for blocks in ((passage,), ())
    )
    return yes_with - yes_without


def _is_right(item: Item, turn: int, generator: Scorer, cancel: threading.Event) -> bool:
    shown = item.options[turn:] + item.options[:turn]
    letters = LETTERS[: len(shown)]
    lines = "\n".join(f"{letter}) {option}" for letter, option in zip(letters, shown, strict=True))
    prompt = Prompt(SYSTEM, (_passage(item),), f"Question: {item.question}\n{lines}\nReply with one letter.")
    found = generator.compare_next(prompt, letters, cancel=cancel)
    best = max(range(len(letters)), key=found.__getitem__)
    return (best + turn) % len(item.options) == item.key[0]


def _passage(item: Item) -> str:
    place = " > ".join(item.source.heading_path)
    quotes = "\n".join(dict.fromkeys(proof.quote for proof in item.proofs))
    return f"## {place}\n{quotes}\n\n" if place else f"{quotes}\n\n"
