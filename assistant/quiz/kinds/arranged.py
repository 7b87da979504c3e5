"""Questions that are answered by arranging: descriptions to terms, or steps in order."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import meaning
from assistant.quiz.item import Check, Item, Kind
from assistant.quiz.kinds.kind import (
    MAX_WRONG_SUPPORT,
    AnswerForm,
    ItemKind,
    Mark,
    Response,
    ShortGrader,
    bullets,
    one_answer,
    places,
    unfit,
)


class _Arranged(ItemKind):
    form = AnswerForm.PLACES

    def mark(self, item: Item, order: tuple[int, ...], response: Response, grade_short: ShortGrader) -> Mark:
        count = len(item.key)
        if isinstance(response, int | str) or len(response) != count or not all(0 <= p < len(order) for p in response):
            raise unfit(item, response, f"{count} numbers from 1 to {len(order)}")
        chosen = [order[place] for place in response]
        good = sum(a == b for a, b in zip(chosen, item.key, strict=True))
        return Mark(good / count, good == count, self.joined(item, chosen), self.right(item))

    def read(self, item: Item, typed: str) -> Response | None:
        found = places(typed)
        fits = len(found) == len(item.key) and all(0 <= place < len(item.options) for place in found)
        return tuple(found) if fits else None

    def right(self, item: Item) -> str:
        return self.joined(item, item.key)

    def joined(self, item: Item, chosen: Sequence[int]) -> str:
        """Returns the options in the order chosen, in words."""
        raise NotImplementedError

    @staticmethod
    def _uses_each_option(item: Item) -> bool:
        return sorted(item.key) == list(range(len(item.options)))


class Match(_Arranged):
    """Terms, and a description for each."""

    kind = Kind.MATCH
    name = "Match"
    how = "for each term the number of its description, as 2 1 3"
    seconds = 90

    def fault(self, item: Item) -> str:
        """Two or more terms, each with a description and a proof."""
        fits = len(item.lefts) == len(item.options) == len(item.proofs) and self._uses_each_option(item)
        return "" if fits and len(item.lefts) >= 2 else "It needs two or more terms with one description each."

    def giveaway(self, item: Item) -> str:
        """A term is in its own description."""
        for left, right in zip(item.lefts, item.key, strict=False):
            words = meaning(left)
            if words and words <= meaning(item.options[right]):
                return f"“{left}” is in its own description."
        return ""

    def claims(self, item: Item) -> list[tuple[str, int]]:
        """Each term with its description; a term that is a question claims nothing."""
        stated = ["" if left.endswith("?") else left for left in item.lefts]
        pairs = enumerate(zip(stated, item.key, strict=True))
        return [(f"{left} {item.options[right]}", number) for number, (left, right) in pairs]

    def rival(self, item: Item, ground: Ground) -> Check:
        """No description may be said of another term."""
        for number, left in enumerate(item.lefts):
            for other, option in enumerate(item.options):
                if other != item.key[number] and ground.support(meaning(left), meaning(option)) >= MAX_WRONG_SUPPORT:
                    return one_answer(False, f"“{option}” may be said of “{left}” as well.")
        return one_answer(True, "Each description fits one term only.")

    def joined(self, item: Item, chosen: Sequence[int]) -> str:
        """Each term with a description."""
        return "; ".join(f"{left}: {item.options[i]}" for left, i in zip(item.lefts, chosen, strict=True))

    def front(self, item: Item) -> str:
        """The question with its terms."""
        return f"{item.question}\n\n{bullets(item.lefts)}"

    def back(self, item: Item) -> str:
        """Each term with its description."""
        return bullets(f"{left} - {item.options[right]}" for left, right in zip(item.lefts, item.key, strict=True))

    def solution(self, item: Item, letters: str) -> str:
        """Each term with a letter."""
        return "; ".join(f"{left}: {letters[right]}" for left, right in zip(item.lefts, item.key, strict=True)) + "."

    def for_chat(self, item: Item) -> str:
        """What sets the terms apart."""
        return f"What is the difference between {', '.join(item.lefts[:-1])} and {item.lefts[-1]}?"


class Order(_Arranged):
    """Steps to put in order."""

    kind = Kind.ORDER
    name = "Put in order"
    how = "the numbers in the right order, as 2 1 3"
    seconds = 60

    def fault(self, item: Item) -> str:
        """Three or more steps."""
        return "" if len(item.options) >= 3 and self._uses_each_option(item) else "It needs three or more steps."

    def claims(self, item: Item) -> list[tuple[str, int]]:
        """Each step, with a proof of its own."""
        return [(item.options[step], number) for number, step in enumerate(item.key)]

    def rival(self, item: Item, ground: Ground) -> Check:
        """The notes name the steps in this order."""
        starts = [(proof.note, proof.start) for proof in item.proofs]
        return one_answer(starts == sorted(starts), "The steps are in this order in your notes.")

    def joined(self, item: Item, chosen: Sequence[int]) -> str:
        """The steps one after the other."""
        return ", ".join(item.options[i] for i in chosen)

    def front(self, item: Item) -> str:
        """The question with its steps."""
        return f"{item.question}\n\n{bullets(item.options)}"

    def back(self, item: Item) -> str:
        """The steps, numbered."""
        return "\n".join(f"{place}. {item.options[step]}" for place, step in enumerate(item.key, start=1))

    def solution(self, item: Item, letters: str) -> str:
        """The letters in order."""
        return ", ".join(letters[step] for step in item.key) + "."
