"""The sections of a study guide: what stands below each heading, also below those that are headings in all but form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.documents.labels import plain
from assistant.documents.roles import names_nothing
from assistant.quiz.choosing import Span
from assistant.study.guide_lines import GuideLine, LineKind, ListPoint, SectionLines
from assistant.study.guide_reading import MOST_POINTS, SectionReader
from assistant.study.guide_words import names_several
from assistant.types import Document, Element, ElementKind

_MEMBER = 24
_LONGEST_TITLE = 6
_FEW_PAGES, _OF_COVER = 4, 40
_TITLE = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ][^\n.;?!=<>$()_]*[^\n.,;:?!=<>$…]")
"""A line without a full stop: with text below it, it may be a heading."""

_SPOKEN = re.compile(r"\b(?:let['’]s|we|our|today|i|you|so|now)\b", re.IGNORECASE)


def read_sections(document: Document, spans: Sequence[Span], asked: Mapping[int, str]) -> list[SectionLines]:
    """Returns what ``spans`` of a document teach, section by section, in order.

    Args:
        document: The note.
        spans: Parts of it.
        asked: For the offset of a line that is a question and its answer: the answer.
    """
    titles, cover = _titles(document), _cover(document)
    sections: dict[int, list[Element]] = {}
    above, start = -1, -1
    for block in document.blocks:
        if block.kind is ElementKind.HEADING or block.start < cover:
            continue
        heading = next((e.start for e in document.above(block) if e.kind is ElementKind.HEADING), -1)
        if heading != above:
            above = start = heading
        if block.start in titles:
            start = block.start
        elif any(span.start <= block.start < span.end for span in spans):
            sections.setdefault(start, []).append(block)
    found: dict[tuple[str, ...], SectionLines] = {}
    for start, blocks in sections.items():
        reader = SectionReader(document, blocks, asked)
        lines = _together(tuple(reader.read()), reader)
        path = (*reader.heading_path, *titles.get(start, ()))
        if path in found and lines:
            found[path] = replace(found[path], lines=(*found[path].lines, *lines))
        elif lines:
            found[path] = SectionLines(document.path, path, max(start, 0), lines)
    return list(found.values())


def _cover(document: Document) -> int:
    """Returns where the second page begins if the first one has no more than a title, a name and a date; else 0."""
    starts = document.page_starts
    is_deck = len(starts) >= _FEW_PAGES
    return starts[1] if is_deck and len(document.text[: starts[1]].split()) <= _OF_COVER else 0


def _titles(document: Document) -> dict[int, tuple[str]]:
    """Returns the paragraphs of a file of pages or of Word that are headings in all but form, by where they begin.

    Slide after slide may have the same heading, and what it is about as its first line.
    """
    if not document.page_starts and document.kind != "docx":
        return {}
    blocks = document.blocks
    heads = Counter(block.label for block in blocks if block.kind is ElementKind.HEADING)
    found: dict[int, tuple[str]] = {}
    for before, block, below in zip(blocks, blocks[1:], blocks[2:], strict=False):
        text = document.text[block.start : block.end].strip()
        stands = block.kind is ElementKind.PARAGRAPH and below.kind is not ElementKind.HEADING
        if document.page_starts:
            stands = stands and before.kind is ElementKind.HEADING and heads[before.label] > 1
        stands = stands and not _SPOKEN.search(text)
        if stands and _TITLE.fullmatch(text) and len(text.split()) <= _LONGEST_TITLE and not names_nothing(text):
            found[block.start] = (plain(text),)
    return found


def _together(lines: tuple[GuideLine, ...], reader: SectionReader) -> tuple[GuideLine, ...]:
    """Returns the sentences below a heading that names several things ("Assumptions of the t-test") as one list."""
    label = reader.heading_path[-1] if reader.heading_path else ""
    members = all(line.kind is LineKind.SENTENCE and len(line.text.split()) <= _MEMBER for line in lines)
    if not members or not 1 < len(lines) <= MOST_POINTS or not names_several(label):
        return lines
    points = tuple(ListPoint(line.text) for line in lines)
    return (reader.joined(lines, points),)
