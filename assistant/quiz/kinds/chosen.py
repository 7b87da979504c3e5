"""Questions that are answered by choosing one option: four options, or true and false."""

from __future__ import annotations

from typing import ClassVar

from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import asked, meaning, shared
from assistant.quiz.item import Check, Item, Kind
from assistant.quiz.kinds.kind import (
    MAX_WRONG_SUPPORT,
    MIN_KEY_COVER,
    AnswerForm,
    ItemKind,
    Mark,
    Response,
    ShortGrader,
    bullets,
    contains,
    mostly,
    one_answer,
    places,
    unfit,
)

OPTIONS = 4
MARGIN = 0.1
MIN_STATEMENT_COVER = 0.8

_JUDGED = {"t": 0, "true": 0, "y": 0, "1": 0, "f": 1, "false": 1, "n": 1, "2": 1}


class _Chosen(ItemKind):
    form = AnswerForm.OPTION

    def mark(self, item: Item, order: tuple[int, ...], response: Response, grade_short: ShortGrader) -> Mark:
        if not isinstance(response, int) or not 0 <= response < len(order):
            raise unfit(item, response, f"a number from 1 to {len(order)}")
        option = order[response]
        good = option == item.key[0]
        return Mark(float(good), good, item.options[option], self.right(item))


class Choice(_Chosen):
    """One right option of four."""

    kind = Kind.CHOICE
    name = "Multiple choice"
    how = "1-{count}"
    weight = 5
    asks = True
    has_distractors = True

    def fault(self, item: Item) -> str:
        """Four options, and one of them right."""
        if len(item.options) != OPTIONS:
            return f"It has {len(item.options)} options instead of {OPTIONS}."
        return "" if len(item.key) == 1 and 0 <= item.key[0] < OPTIONS else "It does not have exactly one right option."

    def giveaway(self, item: Item) -> str:
        """The question contains the answer, or a word that only the right option has."""
        right = item.options[item.key[0]]
        wrong = [option for number, option in enumerate(item.options) if number != item.key[0]]
        own, elsewhere = meaning(right), frozenset().union(*map(meaning, wrong))
        if found := shared(own - shared(own, elsewhere), asked(item.question)):
            return f"Only the right option contains “{min(found)}”, which is also in the question."
        return "The question contains the answer." if contains(item.question, right) else ""

    def claims(self, item: Item) -> list[tuple[str, int]]:
        """The right option."""
        return [(item.options[item.key[0]], -1)]

    def rival(self, item: Item, ground: Ground) -> Check:
        """No wrong option is right by a sentence of the notes, and each is less supported than the key."""
        subject = ground.known(asked(item.question))
        right = ground.support(subject, meaning(item.options[item.key[0]]))
        for number, option in enumerate(item.options):
            if number == item.key[0]:
                continue
            support = ground.support(subject, meaning(option))
            if support >= MAX_WRONG_SUPPORT or (subject and support > max(right, MIN_KEY_COVER) - MARGIN):
                return one_answer(False, f"“{option}” may be right as well.")
        return one_answer(True, "No other option is right by any sentence of your notes.")

    def read(self, item: Item, typed: str) -> Response | None:
        """The number of an option."""
        found = places(typed)
        return found[0] if len(found) == 1 and 0 <= found[0] < len(item.options) else None

    def right(self, item: Item) -> str:
        """The right option."""
        return item.options[item.key[0]]

    def front(self, item: Item) -> str:
        """The question with its options."""
        return f"{item.question}\n\n{bullets(item.options)}"

    def solution(self, item: Item, letters: str) -> str:
        """The right option with its letter."""
        return f"{letters[item.key[0]]}) {item.options[item.key[0]].rstrip('.')}."


class TrueFalse(_Chosen):
    """A statement to judge."""

    kind = Kind.TRUE_FALSE
    name = "True or false"
    how = "t or f"
    weight = 2
    lead = "True or false? "
    has_fixed_options = True
    is_statement = True
    min_cover: ClassVar[float] = MIN_STATEMENT_COVER

    def fault(self, item: Item) -> str:
        """True and False, one of them right, and the statement as the notes make it."""
        fits = len(item.options) == 2 and item.key in ((0,), (1,)) and bool(item.answer)
        return "" if fits else "It needs True, False, one of them right, and the statement as it is."

    def giveaway(self, item: Item) -> str:
        """A statement that only says its own subject again can be judged without the notes."""
        subject, _, said = item.answer.partition(" is ") if " is " in item.answer else item.answer.partition(":")
        return "It only repeats its subject." if mostly(meaning(subject), meaning(said)) else ""

    def rival(self, item: Item, ground: Ground) -> Check:
        """A true statement is what the notes say; what a false one adds is said by no sentence of the notes."""
        same = meaning(item.question) == meaning(item.answer)
        if item.key == (0,):
            return one_answer(same, "It says what your notes say.")
        kept = meaning(item.question) & meaning(item.answer)
        added = meaning(item.question) - meaning(item.answer)
        support = ground.support(asked(item.question) & kept, added)
        wrong = bool(added) and not same and support < MAX_WRONG_SUPPORT
        return one_answer(wrong, "No sentence of your notes says it." if wrong else "It may be true after all.")

    def read(self, item: Item, typed: str) -> Response | None:
        """True or False, by a letter, a word or a number."""
        return _JUDGED.get(typed.lower())

    def right(self, item: Item) -> str:
        """True or False, and the statement as the notes make it."""
        return f"{item.options[item.key[0]]}: {item.answer}"

    def back(self, item: Item) -> str:
        """True or False, and for a false statement the right one."""
        said = item.options[item.key[0]]
        return f"{said}. {item.answer}".strip() if item.answer not in ("", item.question) else said

    def solution(self, item: Item, letters: str) -> str:
        """True or False."""
        return f"{item.options[item.key[0]]}."

    def for_chat(self, item: Item) -> str:
        """Whether the statement is true."""
        return f"Is this true, and why? {item.question}"
