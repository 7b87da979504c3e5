"""Takes the notes that were read apart into sentences, each with what its place in the outline says about it.

In outline notes a line says little alone: "Use- forecasting" belongs to the item and the heading above it. A unit
therefore has its own words and, apart from them, those of its headings and parent items.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.documents.labels import MARKER
from assistant.documents.loading import parse
from assistant.documents.naming import called
from assistant.documents.roles import proves_nothing
from assistant.documents.tables import column_names
from assistant.index.words import NUMBER_WORDS, STOPWORDS, stem, typed_in_haste, words
from assistant.types import Citation, ContextBlock, Document, Element, ElementKind

_LETTER = re.compile(r"\b([A-Za-z])-(?=[A-Za-z]{2})")  # "K-means" is one word, not a letter and a stopword
_MICRO = re.compile(r"\$\\mu\$")  # "1.1 $\mu$m" is what a model writes as "1.1 μm"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ROMAN = re.compile(r"(?<![\w.-])(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})(?![\w-])")
_ARROWS = {
    sign: frozenset(map(stem, read.split()))
    for signs, read in (
        ("↓ \\downarrow", "decrease reduce lower fall drop less decline"),
        ("↑ \\uparrow", "increase raise higher rise grow more"),
    )
    for sign in signs.split()
}
"""What an arrow of a table of changes says: "v_max | ↓"."""

_DENIALS = (
    "not no never without none neither nor cannot can't don't doesn't didn't isn't aren't wasn't weren't won't "
    "wouldn't shouldn't couldn't hasn't haven't hadn't"
)
NEGATIONS = frozenset(typed_in_haste(_DENIALS.split()))


def _value(numeral: str) -> int:
    """Returns the number that a Roman numeral of I, V and X stands for."""
    signs = [{"I": 1, "V": 5, "X": 10}[sign] for sign in numeral]
    return sum(-sign if sign < after else sign for sign, after in zip(signs, [*signs[1:], 0], strict=True))


@dataclass(frozen=True)
class Words:
    """The words of a text that carry its meaning."""

    text: str

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of the content words. Numbers are kept apart."""
        joined = _MICRO.sub("μ", _LETTER.sub(r"\1", self.text))
        roman = {numeral.lower() for numeral in _ROMAN.findall(joined)}
        left_out = STOPWORDS | NEGATIONS | roman
        found = (w for w in words(joined) if w not in left_out and not w.isdigit())
        return frozenset(stem(w) for w in found if len(w) > 1)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers in digits; two to twelve in words count too, and II to XXXIX. A list's own numbering does not."""
        marker = MARKER.match(self.text)
        body = self.text[marker.end() :] if marker else self.text
        written = {NUMBER_WORDS[w] for w in words(body) if w in NUMBER_WORDS}
        roman = {str(_value(numeral)) for numeral in _ROMAN.findall(body)}
        return frozenset({n.replace(",", "") for n in _NUMBER.findall(body)} | written | roman)

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
class _LineWords(Words):
    """The words of a line of the notes; an arrow is one of each that it may be read as."""

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of the content words, and of what arrows say."""
        said = (read for arrow, read in _ARROWS.items() if arrow in self.text)
        return Words(self.text).stems.union(*said)


def against_arrows(claim: Words, line: str) -> bool:
    """Returns whether a sentence says that something rises of which a line shows that it falls, or the other way."""
    shown = [read for arrow, read in _ARROWS.items() if arrow in line]
    said = frozenset().union(*shown)
    return bool(shown) and said.isdisjoint(claim.stems) and any(read & claim.stems for read in _ARROWS.values())


@dataclass(frozen=True)
class Unit:
    """A sentence of the notes, the smallest thing that is cited.

    Attributes:
        start: Offset in the note, list marker not included.
        own: The words of the sentence, and what its arrows say.
        context: The words of the headings and list items above it, and of what introduces its list.
        topics: What it is about: the term it begins with, and the nearest list item or heading above it.
        item: The name of the list item above it, or how that begins; the heads of its columns for a row of a
            table; empty if there is none.
        kind: What it stands in: a paragraph, a list item, a table...
    """

    block: ContextBlock
    start: int
    end: int
    heading_path: tuple[str, ...]
    own: Words
    context: Words
    topics: tuple[Words, ...] = ()
    item: str = ""
    kind: ElementKind = ElementKind.PARAGRAPH

    @property
    def text(self) -> str:
        """The sentence as it stands in the note."""
        return self.own.text


def cite(unit: Unit, score: float, document: Document | None) -> Citation:
    """Returns the words of a unit as what supports a sentence; page and confidence where its document is known."""
    return Citation(
        note=unit.block.note,
        heading_path=unit.heading_path,
        start=unit.start,
        end=unit.end,
        quote=unit.text,
        score=score,
        page=document.page_at(unit.start) if document else None,
        item=unit.item,
        confidence=document.confidence_at(unit.start) if document else None,
    )


def source_units(block: ContextBlock) -> list[Unit]:
    """Returns the sentences of ``block`` in order, without headings, blank lines, sources and lists of links.

    Of a block whose document is not known its own words are read, below its headings and parents.
    """
    document, shift = block.document, 0
    if document is None:
        document, shift = parse(block.note, block.text), block.start
    found = document.sentences(block.start - shift, block.end - shift)
    lists = _introductions(document)
    return [
        _unit(block, document, sentence, shift, lists) for sentence in found if not proves_nothing(document, sentence)
    ]


@lru_cache(maxsize=64)
def _introductions(document: Document) -> dict[int, str]:
    """The line with a colon before each list, by where each of its items begins: "New in Debian 11, among others:"."""
    found: dict[int, str] = {}
    before: Element | None = None
    said = ""
    for block in document.blocks:
        if block.kind is ElementKind.ITEM:
            if before is not None and before.kind is ElementKind.PARAGRAPH:
                lines = document.sentences(before.start, before.end)
                line = document.text[lines[-1].start : lines[-1].end] if lines else ""
                said = line if line.rstrip("* _").endswith(":") else ""
            elif before is None or before.kind is not ElementKind.ITEM:
                said = ""
            if said:
                found[block.start] = said
        before = block
    return found


def _unit(block: ContextBlock, document: Document, sentence: Element, shift: int, lists: Mapping[int, str]) -> Unit:
    holder = document.elements[sentence.parent]
    headings = document.headings_above(holder)
    named = tuple(name for name in called(block) if name not in headings)
    items = [item.label for item in document.items_above(sentence)]
    if holder.kind is ElementKind.ITEM and sentence.body == holder.body:
        items.pop()  # the item's own line
    if block.document is None:
        headings = (*block.heading_path, *(title for title in headings if title not in block.heading_path))
        items = [*block.parents, *items]
    start, end = sentence.start + shift, sentence.end + shift
    own = _LineWords(document.text[sentence.start : sentence.end])
    if holder.kind is ElementKind.TABLE:
        is_head = not document.text[holder.start : sentence.start].strip()
        columns = "" if is_head else holder.label
        context = Words(" ".join((*named, *headings, *items, columns)))
        heads = column_names(columns)
        return Unit(block, start, end, headings, own, context, (Words(columns),), heads, kind=holder.kind)
    above = (*named, *headings, *items)
    near = above[-1] if above else ""
    topics = tuple(Words(topic) for topic in (sentence.label, near) if topic)
    introduction = lists.get(holder.start, "") if holder.kind is ElementKind.ITEM else ""
    behind = (sentence.label,) if sentence.start > sentence.body else ()
    context = Words(" ".join((*above, *behind, introduction)))
    return Unit(block, start, end, headings, own, context, topics, items[-1] if items else "", holder.kind)
