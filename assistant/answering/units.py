"""Takes the notes that were read apart into sentences, each with what its place in the outline says about it.

In outline notes a line says little alone: "Use- forecasting" belongs to the item and the heading above it. A unit
therefore has its own words and, apart from them, those of its headings and parent items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assistant.answering.sentences import split_sentences
from assistant.index.words import STOPWORDS, stem, typed_in_haste, words
from assistant.notes.labels import MARKER, item_term, plain
from assistant.types import Block

_OTHER_MARKER = re.compile(r"(?:#{1,6}|>)\s+")
_LETTER = re.compile(r"\b([A-Za-z])-(?=[A-Za-z]{2})")  # "K-means" is one word, not a letter and a stopword
_MAX_ITEM_CHARS = 80
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = "two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED.split(), start=2)}
_DENIALS = (
    "not no never without none neither nor cannot can't don't doesn't didn't isn't aren't wasn't weren't won't "
    "wouldn't shouldn't couldn't hasn't haven't hadn't"
)
NEGATIONS = frozenset(typed_in_haste(_DENIALS.split()))


@dataclass(frozen=True)
class Words:
    """The words of a text that carry its meaning."""

    text: str

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of the content words. Numbers are kept apart."""
        joined = _LETTER.sub(r"\1", self.text)
        found = (w for w in words(joined) if w not in STOPWORDS and not w.isdigit() and w not in NEGATIONS)
        return frozenset(stem(w) for w in found if len(w) > 1)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers in digits; the words two to twelve count too. A list's own numbering does not."""
        body = re.sub(r"^\s*\d{1,3}[.)]\s", "", self.text)
        written = {NUMBER_WORDS[w] for w in words(body) if w in NUMBER_WORDS}
        return frozenset({n.replace(",", "") for n in _NUMBER.findall(body)} | written)

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of the content words that stand next behind a negation, one each."""
        found, after = set(), 0
        for word in words(self.text):
            if word in NEGATIONS:
                after = 1
            elif after and word not in STOPWORDS:
                found.add(stem(word))
                after -= 1
        return frozenset(found)


@dataclass(frozen=True)
class Unit:
    """A sentence of the notes, the smallest thing that is cited.

    Attributes:
        start: Offset in the note, list marker not included.
        own: The words of the sentence.
        context: The words of the headings and list items above it.
        topics: What it is about: the term it begins with, and the nearest list item or heading above it.
        item: The name of the list item above it, or how that begins; empty if there is none.
    """

    block: Block
    start: int
    end: int
    heading_path: tuple[str, ...]
    own: Words
    context: Words
    topics: tuple[Words, ...] = ()
    item: str = ""

    @property
    def text(self) -> str:
        """The sentence as it stands in the note."""
        return self.block.text[self.start - self.block.start : self.end - self.block.start]


def source_units(block: Block) -> list[Unit]:
    """Returns the sentences of ``block`` in order, without headings and blank lines."""
    return list(_units(block))


def _units(block: Block) -> Iterator[Unit]:
    headings = list(block.heading_path)
    levels: list[int] = []
    above: list[tuple[int, str]] = []
    columns = ""
    offset = block.start
    for line in block.text.splitlines(keepends=True):
        body = line.strip()
        start = offset + len(line) - len(line.lstrip())
        offset += len(line)
        heading = re.match(r"(#{1,6})\s+(.*?)\s*#*$", body)
        if heading:
            _enter(headings, levels, len(heading.group(1)), heading.group(2), block)
            above.clear()
            continue
        if not body.startswith("|"):
            columns = ""
        if not body or not re.search(r"\w", body):
            continue
        indent = _indent(line)
        while above and above[-1][0] >= indent:
            above.pop()
        marker = MARKER.match(body) or _OTHER_MARKER.match(body)
        text = body[marker.end() :] if marker else body
        start += marker.end() if marker else 0
        context = Words(" ".join((*headings, *block.parents, *(label for _, label in above), columns)))
        if body.startswith("|"):
            yield Unit(block, start, start + len(text), tuple(headings), Words(text), context, (Words(columns),))
            columns = columns or text  # the first row of a table names its columns
            continue
        label = item_term(text)
        near = above[-1][1] if above else headings[-1] if headings else ""
        item = near if above else block.parents[-1] if block.parents else ""
        topics = tuple(Words(topic) for topic in (label, near) if topic)
        for low, high in split_sentences(text):
            inside = Words(f"{context.text} {label}") if low else context
            own = Words(text[low:high])
            yield Unit(block, start + low, start + high, tuple(headings), own, inside, topics, item)
        if marker:
            above.append((indent, label or plain(text)[:_MAX_ITEM_CHARS]))


def _enter(headings: list[str], levels: list[int], level: int, title: str, block: Block) -> None:
    """Moves to a heading inside the block: it replaces those of its rank and below that the block itself holds."""
    while levels and levels[-1] >= level:
        levels.pop()
        headings.pop()
    if title in block.heading_path and not levels:
        return  # the block's own heading line
    levels.append(level)
    headings.append(title)


def _indent(line: str) -> int:
    lead = line[: len(line) - len(line.lstrip())]
    return len(lead.expandtabs(4))
