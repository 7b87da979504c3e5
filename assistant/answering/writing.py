"""From what the model writes to attributed sentences, each as soon as it is finished, and what an answer is decided
by, for who looks on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from assistant.answering.attribution import Attributor
from assistant.documents.sentences import SentenceSplitter
from assistant.index.words import words
from assistant.models.generator import GenerationEvent
from assistant.types import ContextBlock, Fate, FoundSection, Generated, Packed, Sentence, Token

_FEWEST_WORDS = 4
"""Of a sentence that is one if it is said twice; "Yes." is none."""


class SentenceWriter:
    """Finds the sentences in what is written. Their offsets count in the joined texts of the tokens.

    A small model that says a sentence again goes on so until its limit; that sentence and what follows is none.

    Args:
        attributor: Finds what supports a sentence.
    """

    def __init__(self, attributor: Attributor) -> None:
        self._attributor = attributor
        self._splitter = SentenceSplitter()
        self._said: set[tuple[str, ...]] = set()
        self._repeats = False

    @property
    def repeats(self) -> bool:
        """Whether a sentence was written that had been written before."""
        return self._repeats

    def finished_by(self, event: GenerationEvent) -> Iterator[Sentence]:
        """Yields the sentences that an event of the model finishes; the last ones with ``Generated``."""
        spans: list[tuple[int, int]] = []
        if isinstance(event, Token):
            spans = self._splitter.feed(event.text)
        elif isinstance(event, Generated):
            spans = self._splitter.finish()
        for start, end in spans:
            said = tuple(words(self._splitter.text[start:end]))
            self._repeats |= len(said) >= _FEWEST_WORDS and said in self._said
            if self._repeats:
                return
            self._said.add(said)
            yield self._attributor.attribute(self._splitter.text, start, end)


def found_sections(
    sections: Sequence[ContextBlock], packed: Packed | None, read: Collection[ContextBlock]
) -> tuple[FoundSection, ...]:
    """Returns what became of each section that was found; ``packed`` is None where the model was not called."""
    return tuple(
        FoundSection(block.note, block.heading_path, len(block.text.split()), _fate(block, packed, read))
        for block in sections
    )


def _fate(section: ContextBlock, packed: Packed | None, read: Collection[ContextBlock]) -> Fate:
    if packed is None or not read:
        return Fate.NOT_ASKED
    if section in read:
        return Fate.READ
    if any((part.note, part.ordinal) == (section.note, section.ordinal) for part in read):
        return Fate.IN_PART
    if section not in packed.fitting:
        return Fate.NO_ROOM
    return Fate.NOT_NEEDED if section in packed.blocks else Fate.TOO_SLOW
