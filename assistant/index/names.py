"""Names: what a passage explains under a name of its own, as "- **Bias** - systematic errors", and who asks for it.

"What is bias?" is asked for the line that explains bias, and not for one of the twenty that mention it. Neither search
sees the difference: to the words a mention is worth as much as the name, and in the meaning of a passage of ten items
each of them is a tenth. So a passage in which an item or a heading is named as the question says counts more
(``fusion.NAMED``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.index.words import content_words, stem
from assistant.notes.labels import MARKER, item_term

_HEADING = re.compile(r"#{1,6}[ \t]+(.*)")
_ASIDE = re.compile(r"\(([^()]*)\)")
_HEADING_CHARS = 60
_FEWEST_INITIALS = 2
INITIALS = 0.7
"""What a name counts that is said by initials: "memory loss" has those of ML too, and is another thing."""


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name that carry its meaning.

    Attributes:
        words: Folded, in order, at least one.
    """

    words: tuple[str, ...]

    @property
    def initials(self) -> str:
        """The first letters: "llm" of "Large Language Model"."""
        return "".join(word[0] for word in self.words)


class Asked:
    """The words of a question with what each of them weighs.

    Args:
        question: With its typing errors corrected.
        weigh: Returns the weight of a folded word, at least 0: its IDF.
    """

    def __init__(self, question: str, weigh: Callable[[str], float]) -> None:
        in_order = content_words(question)
        self._stems = [stem(word) for word in in_order]
        self._initials = "".join(word[0] for word in in_order)
        self._weights = {stem(word): weigh(word) for word in in_order}
        self._total = sum(self._weights.values())

    def share(self, names: Iterable[Name]) -> float:
        """Returns how much of the question is a name that the passage explains, by weight, in [0, 1].

        A name counts where the question says all of it. "Large language models" says "LLM", and the other way round,
        but less surely (``INITIALS``).
        """
        if not self._total:
            return 0.0
        said: dict[str, float] = {}
        for name in names:
            for one, surely in self._said(name).items():
                said[one] = max(surely, said.get(one, 0.0))
        return sum(self._weights[one] * surely for one, surely in said.items()) / self._total

    def _said(self, name: Name) -> dict[str, float]:
        """The stems of the question that say the name, each with how surely it does."""
        if len(name.words) >= _FEWEST_INITIALS and stem(name.initials) in self._weights:
            return {stem(name.initials): INITIALS}
        parts = [self._says(word) for word in name.words]
        return {one: surely for part in parts for one, surely in part.items()} if all(parts) else {}

    def _says(self, word: str) -> dict[str, float]:
        """The stems of the question that say a word of a name: its own, or those of the words it is the initials of."""
        if stem(word) in self._weights:
            return {stem(word): 1.0}
        for initials in (word, stem(word)):
            at = self._initials.find(initials) if len(initials) >= _FEWEST_INITIALS else -1
            if at >= 0:
                return dict.fromkeys(self._stems[at : at + len(initials)], INITIALS)
        return {}


@lru_cache(maxsize=8192)
def names_of(text: str) -> tuple[Name, ...]:
    """Returns the names of the items and headings of a passage; a name in brackets is one of its own."""
    return tuple(dict.fromkeys(name for label in _labels(text) for name in _both(label)))


def _labels(text: str) -> Iterator[str]:
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            yield heading.group(1).rstrip("# \t")[:_HEADING_CHARS]
        elif (marker := MARKER.match(line)) and (term := item_term(line[marker.end() :])):
            yield term


def _both(label: str) -> Iterator[Name]:
    for written in (_ASIDE.sub(" ", label), *_ASIDE.findall(label)):
        if found := content_words(written):
            yield Name(tuple(found))
