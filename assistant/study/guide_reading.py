"""Reads the lines of a study guide from a section of a note: what it says, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.documents.labels import MARKER, item_term, plain
from assistant.documents.language import language_of
from assistant.documents.naming import spelled_out
from assistant.documents.roles import Role, role_at, role_of_sentence
from assistant.documents.tables import markdown_table, table_rows
from assistant.quiz.item import Anchor
from assistant.quiz.making.terms import names_a_thing
from assistant.study.guide_lines import GuideLine, LineKind, ListPoint
from assistant.study.guide_words import (
    ALL_BOLD,
    CAPITAL_WITHIN,
    CAPITALISES,
    DEFINES,
    DETERMINER,
    EXPLAINS,
    MIN_WORDS,
    OBJECTIVE,
    OF_LETTERS,
    SHORT_LINE,
    goes_on,
    has_verb,
    is_aside,
    is_broken_off,
    is_chrome,
    is_finished,
    is_phrase,
    is_wrapped,
    says_something,
    small_words,
)
from assistant.types import HIDDEN, UNSEARCHED, Document, Element, ElementKind

MOST_POINTS = 14
_LONGEST_LIST = 1100
_DEEPEST = 2
_LONGEST_POINT = 360
_MOST_ROWS = 14
_LONGEST_TABLE = 1800
_FEW_LINES = 2
_NAME = 3
_LABEL_WORDS = 2
"""What stands beside a formula that is a line of its own: "MAD $= ...$", "Berechnung: $z = ...$"."""

_OF_SLIDE = 700
"""Pages with fewer characters are slides: a paragraph without a full stop is a point there, and no torn line."""

_PICTURE = re.compile(r"!\[\[[^\]\n]*\]\]|!\[[^\]\n]*\]\([^)\n]*\)|\{:[^}\n]*\}")
"""A picture, or the attributes that kramdown gives a word."""

_DEFINED = re.compile(r"^(?P<term>[^\n:][^\n]{1,60})\n:[ \t]+(?P<text>[^\n]+)", re.MULTILINE)
"""An entry of a glossary: a term, and below it what it means behind a colon."""

_RELATES = re.compile(r"=|\\(?:approx|leq?|geq?|neq?|equiv|propto|to|rightarrow|Rightarrow|sim|in|iff)\b|[<>≈≤≥→]")
_SKIPPED = UNSEARCHED | {ElementKind.CODE, ElementKind.CAPTION, ElementKind.HEADING}
_TEXTS = (ElementKind.PARAGRAPH, ElementKind.QUOTE)


class SectionReader:
    """Reads what stands directly below a heading.

    Args:
        document: The note.
        blocks: What stands there.
        asked: For the offset of a line that is a question and its answer: the answer.
    """

    def __init__(self, document: Document, blocks: Sequence[Element], asked: Mapping[int, str]) -> None:
        self._document = document
        self._blocks = list(self._teaching(blocks))
        self._asked = asked
        pages = len(document.page_starts)
        self._are_slides = pages > 0 and len(document.text) <= _OF_SLIDE * pages
        is_joined = pages > 0 and language_of(document.text) not in CAPITALISES
        self._small = small_words(document.text) if is_joined else frozenset()
        self.heading_path = document.headings_above(blocks[0]) if blocks else ()

    def read(self) -> Iterator[GuideLine]:
        """Yields the lines in order."""
        number = 0
        while number < len(self._blocks):
            block = self._blocks[number]
            if block.kind is ElementKind.ITEM:
                count = self._items_from(number)
                if not self._explains_letters(number):
                    yield from self._list(self._blocks[number : number + count], self._opening(number))
                number += count
                continue
            if block.kind is ElementKind.TABLE:
                yield from self._table(number)
            elif block.kind in _TEXTS:
                yield from self._texts(number)
            number += 1

    def _teaching(self, blocks: Sequence[Element]) -> Iterator[Element]:
        """Yields the blocks that teach, without the list that a sentence of another kind announces."""
        is_led = False
        for block in blocks:
            if block.kind in _SKIPPED:
                continue
            teaches = self._teaches(block)
            if block.kind in _TEXTS:
                is_led = not teaches and not is_finished(self._text(block).strip())
            if teaches and not (is_led and block.kind is ElementKind.ITEM):
                yield block

    def _teaches(self, block: Element) -> bool:
        role = role_at(self._document, block.start)
        if block.kind is ElementKind.ITEM and role is Role.NAVIGATION:
            return bool(self._number(block))  # what is numbered is said, also where each item is a link
        return role is Role.TEACHES or (role is Role.EXAMPLE and block.kind is ElementKind.ITEM)

    def _number(self, item: Element) -> str:
        marker = MARKER.match(self._document.text, item.start, item.end)
        return marker["number"] or "" if marker else ""

    def _items_from(self, number: int) -> int:
        """Returns how many blocks from ``number`` on are one list, with what stands within its items."""
        count = 1
        while number + count < len(self._blocks):
            block = self._blocks[number + count]
            within = block.parent >= 0 and self._document.elements[block.parent].kind is ElementKind.ITEM
            if block.kind is not ElementKind.ITEM and not within:
                break
            count += 1
        return count

    def _opening(self, number: int) -> Element | None:
        """Returns the sentence right above a block that announces it, if it ends with a colon."""
        before = self._blocks[number - 1] if number else None
        if before is None or before.kind not in _TEXTS:
            return None
        sentences = self._document.sentences(before.body, before.end)
        if not sentences:
            return None
        announces = self._text(sentences[-1]).rstrip("*_ ").endswith((":", ",")) or (
            len(sentences) == 1 and self._is_title(sentences[0])
        )
        return sentences[-1] if announces else None

    def _explains_letters(self, number: int) -> bool:
        """Whether what stands above a block goes on in it with what each letter of a formula means."""
        before = self._neighbour(number - 1)
        words = self._text(before[-1]).rstrip(" :,").rpartition(" ")[2] if before else ""
        return bool(EXPLAINS.fullmatch(words))

    def _is_title(self, sentence: Element) -> bool:
        """Whether a line is a heading in all but form: short, and bold from end to end."""
        text = self._text(sentence).strip()
        return bool(ALL_BOLD.fullmatch(text)) and not is_finished(text)

    def _list(self, blocks: Sequence[Element], opening: Element | None) -> Iterator[GuideLine]:
        items = [block for block in blocks if block.kind is ElementKind.ITEM]
        top = min(item.level for item in items)
        points = [point for item in items if (point := self._point(item, top)).text]
        if not points or any(is_chrome(point.text) for point in points) or are_objectives(points):
            return
        is_outline = 2 * sum(point.depth > 0 for point in points) > len(points) and not points[0].number
        if is_outline and _size(points) > _LONGEST_LIST:
            yield from self._branches(blocks, top)
            return
        while any(point.depth for point in points) and (
            _size(points) > _LONGEST_LIST
            or len(points) > MOST_POINTS
            or max(point.depth for point in points) > _DEEPEST
        ):
            deepest = max(point.depth for point in points)
            points = [point for point in points if point.depth < deepest]
        labels = [item_term(point.text) for point in points]
        is_long = _size(points) > _LONGEST_LIST or any(len(point.text) > _LONGEST_POINT for point in points)
        if is_long and all(labels):
            points = [replace(point, text=label) for point, label in zip(points, labels, strict=True)]
            is_long = False
        elif is_long:
            points = [point for item in items if item.level == top and (point := self._point(item, top, 1)).text]
            is_long = _size(points) > _LONGEST_LIST or any(len(point.text) > _LONGEST_POINT for point in points)
        is_whole = len(points) <= MOST_POINTS and not is_long and points[0].number in ("", "0", "1")
        lead = self._shown(opening) if opening else points[0].text
        is_whole = is_whole and not is_aside(lead) and not (opening is None and goes_on(lead))
        if len(points) > 1 and is_whole and not _opens_nothing(points) and not self._are_fragments(points, opening):
            yield self._line(LineKind.LIST, opening, blocks, points=tuple(points))
            return
        for item in items:
            if item.level == top:
                yield from self._sentences(item)

    def _branches(self, blocks: Sequence[Element], top: int) -> Iterator[GuideLine]:
        """Yields the lists of an outline: what is nested in each of its items, announced by the item."""
        at = [n for n, block in enumerate(blocks) if block.kind is ElementKind.ITEM and block.level == top]
        for start, end in zip(at, [*at[1:], len(blocks)], strict=True):
            item, inner = replace(blocks[start], start=blocks[start].body), blocks[start + 1 : end]
            if any(block.kind is ElementKind.ITEM for block in inner):
                yield from self._list(inner, item)
            else:
                yield from self._sentences(blocks[start])

    def _are_fragments(self, points: Sequence[ListPoint], opening: Element | None) -> bool:
        """Whether a list is only two names that nothing announces, beside other text."""
        named = all(len(point.text.split()) <= _NAME for point in points)
        is_alone = all(block.kind is ElementKind.ITEM for block in self._blocks)
        return len(points) == 2 and named and opening is None and not is_alone

    def _point(self, item: Element, top: int, most: int | None = None) -> ListPoint:
        """Returns an item, or its first ``most`` sentences."""
        sentences = self._document.sentences(item.body, item.end)[:most]
        text = " ".join(self._shown(sentence) for sentence in sentences)
        number = self._number(item)
        others = (Role.TODO, Role.REFERENCE) if number else (Role.TODO, Role.REFERENCE, Role.NAVIGATION)
        is_other = role_at(self._document, item.start) in others
        return ListPoint("" if is_other else text.strip().removesuffix("-"), item.level - top, number)

    def _table(self, number: int) -> Iterator[GuideLine]:
        """Yields a table if it is whole: one whose head comes again on the next page is cut."""
        block = self._blocks[number]
        head = self._document.head_of(block)
        same = [b for b in self._blocks if b.kind is ElementKind.TABLE and self._document.head_of(b) == head]
        is_cut = bool(self._document.page_starts) and len(same) > 1
        above = self._blocks[number - 1] if number else None
        explains = above is not None and any(map(self._is_displayed, self._document.inside(above.start, above.end)))
        rows = table_rows(self._document.text, block.start, block.end)
        of_letters = bool(rows) and bool(OF_LETTERS.fullmatch(plain(rows[0].cells[0].head)))
        explains = explains or of_letters
        if 1 < len(rows) <= _MOST_ROWS and block.end - block.start <= _LONGEST_TABLE and not is_cut and not explains:
            yield self._line(LineKind.TABLE, self._opening(number), [block], block=self._drawn(block))

    def _drawn(self, table: Element) -> str:
        """Returns a table as Markdown, its cells without links and emphasis."""
        rows = table_rows(self._document.text, table.start, table.end)
        heads = [plain(cell.head) for cell in rows[0].cells] if rows else []
        return markdown_table(
            [heads, *([plain(cell.text) for cell in row.cells] for row in rows)], keep_head=True
        ).strip()

    def _texts(self, number: int) -> Iterator[GuideLine]:
        """Yields what a paragraph says: a formula, a list without bullets, or sentences."""
        block = self._blocks[number]
        formulas = [e for e in self._document.inside(block.start, block.end) if self._is_displayed(e)]
        if formulas:
            yield from self._formulas(number, formulas)
            return
        entries = list(self._glossary(block))
        if entries:
            yield from entries
            return
        points = tuple(ListPoint(text) for text in self._loose_lines(block))
        if points and len(points) <= MOST_POINTS:
            yield self._line(LineKind.LIST, self._opening(number), [block], points=points)
            return
        yield from self._sentences(block)

    def _glossary(self, block: Element) -> Iterator[GuideLine]:
        for found in _DEFINED.finditer(self._document.text, block.start, block.end):
            term, text = (plain(_PICTURE.sub("", found[name])).strip() for name in ("term", "text"))
            if term and text:
                quote = found[0].rstrip()
                start = found.start()
                anchor = Anchor(self._document.path, self.heading_path, start, start + len(quote), quote)
                yield GuideLine(LineKind.SENTENCE, text, anchor, defines=term)

    def _loose_lines(self, block: Element) -> list[str]:
        """Returns the lines of a paragraph that is a list without bullets: short lines without full stops."""
        sentences = self._document.sentences(block.body, block.end)
        lines = [line for sentence in sentences for line in self._text(sentence).split("\n")]
        teaching = [line for line in lines if role_of_sentence(line) is Role.TEACHES]
        shown = [text for line in teaching if (text := plain(_PICTURE.sub(" ", line)).lstrip("> "))]
        shown = [text for text in shown if not is_aside(text)]
        loose = sum(not is_finished(text) and len(text.split()) <= SHORT_LINE for text in shown)
        is_list = len(shown) > _FEW_LINES and loose >= len(shown) - 1 and not is_wrapped(shown)
        return shown if is_list and not self._document.page_starts else []

    def _is_displayed(self, element: Element) -> bool:
        """Whether an element is a formula that states something, on a line of its own."""
        if element.kind is not ElementKind.FORMULA:
            return False
        written, block = self._text(element), self._document.block_of(element)
        within = [s for s in self._document.sentences(block.body, block.end) if s.start <= element.start < s.end]
        rest = "".join(self._text(one).replace(written, "") for one in within)
        alone = len(plain(rest).strip(" .,;:*_").split()) <= _LABEL_WORDS
        return bool(_RELATES.search(written)) and (alone or written[:2] in ("$$", "\\["))

    def _formulas(self, number: int, formulas: Sequence[Element]) -> Iterator[GuideLine]:
        """Yields each displayed formula with the sentence that announces it and the one that explains it."""
        block = self._blocks[number]
        first, last = formulas[0], formulas[-1]
        before = [s for s in self._document.sentences(block.body, first.start) if s.end <= first.start]
        behind = [s for s in self._document.sentences(last.end, block.end) if s.start >= last.end]
        previous, following = self._neighbour(number - 1), self._neighbour(number + 1)
        lead = before or list(previous)
        explained = behind or list(following)
        written = "\n".join(self._document.text[one.start : one.end] for one in formulas)
        text = self._shown(lead[-1]) if lead else ""
        note = self._shown(explained[0]) if explained and EXPLAINS.match(self._text(explained[0])) else ""
        below = self._blocks[number + 1] if number + 1 < len(self._blocks) else None
        if below is not None and below.kind is ElementKind.TABLE:
            note = self._drawn(below)
        is_told = len(text.split()) >= MIN_WORDS and text.count("(") == text.count(")")
        if lead and is_told and (before or self._text(lead[-1]).rstrip("*_ ").endswith((":", ","))):
            opening = lead[-1]
        else:
            text, opening = "", None
        yield self._line(LineKind.FORMULA, opening, [block], text=text, block=written, behind=note)
        for sentence in (*before[:-1], *behind[bool(note) :]):
            yield from self._sentences(replace(sentence, body=sentence.start))

    def _neighbour(self, number: int) -> tuple[Element, ...]:
        if not 0 <= number < len(self._blocks) or self._blocks[number].kind not in _TEXTS:
            return ()
        return self._document.sentences(self._blocks[number].body, self._blocks[number].end)

    def _sentences(self, block: Element) -> Iterator[GuideLine]:
        is_prose = block.kind is ElementKind.PARAGRAPH
        term = self._defined_by(block)
        for sentence in self._document.sentences(block.body, block.end):
            if role_at(self._document, sentence.start) is not Role.TEACHES or self._is_title(sentence):
                continue
            text = self._asked.get(sentence.start) or self._shown(sentence).rpartition("::")[2].strip().lstrip(". ")
            is_printed = bool(self._document.page_starts) and not (self._are_slides and has_verb(text))
            says = says_something(text, is_prose=is_prose, is_printed=is_printed) and not self._is_joined(text)
            if says or (term and len(text.split()) >= MIN_WORDS):
                line = self._line(LineKind.SENTENCE, None, [sentence], text=text)
                yield replace(line, defines=term) if term else line
                term = ""

    def _is_joined(self, text: str) -> bool:
        """Whether lines of a page were joined to one sentence: a word that is no name has a capital in the middle."""
        return any(found[1].lower() in self._small for found in CAPITAL_WITHIN.finditer(text))

    def _defined_by(self, block: Element) -> str:
        """Returns the term that a callout, quote or phrase right below a heading says the meaning of, or nothing."""
        if block is not self._blocks[0]:
            return ""
        name = self.heading_path[-1] if self.heading_path else spelled_out(self._document.title)
        if block.kind is ElementKind.PARAGRAPH and self.heading_path and not self._document.page_starts:
            return name if is_phrase(self._text(block).strip()) and names_a_thing(name) else ""
        if block.kind is not ElementKind.QUOTE:
            return ""
        says = DEFINES.fullmatch(block.label) or (
            not block.label and DETERMINER.match(self._document.text[block.body : block.end].lstrip("> *_"))
        )
        return name if says and names_a_thing(name) else ""

    def _line(
        self,
        kind: LineKind,
        opening: Element | None,
        parts: Sequence[Element],
        *,
        text: str = "",
        points: tuple[ListPoint, ...] = (),
        block: str = "",
        behind: str = "",
    ) -> GuideLine:
        start = opening.start if opening else parts[0].start
        end = max(part.end for part in parts)
        quote = self._document.text[start:end].rstrip()
        anchor = Anchor(self._document.path, self.heading_path, start, start + len(quote), quote)
        lead = text or (self._shown(opening).lstrip(". ").removesuffix("-") if opening else "")
        return GuideLine(kind, lead, anchor, points, block, behind)

    def joined(self, lines: Sequence[GuideLine], points: tuple[ListPoint, ...]) -> GuideLine:
        """Returns lines as one list."""
        start, end = lines[0].anchor.start, lines[-1].anchor.end
        anchor = replace(lines[0].anchor, end=end, quote=self._document.text[start:end])
        return GuideLine(LineKind.LIST, "", anchor, points)

    def _text(self, element: Element) -> str:
        return self._document.text[element.start : element.end]

    def _shown(self, element: Element) -> str:
        """Returns the words of a sentence as they are read: without pictures and what is hidden."""
        hidden = [e for e in self._document.inside(element.start, element.end) if e.kind in HIDDEN]
        text, done = "", element.start
        for one in hidden:
            text += self._document.text[done : one.start]
            done = max(done, one.end)
        return plain(_PICTURE.sub(" ", text + self._document.text[done : element.end]))


def are_objectives(points: Sequence[ListPoint]) -> bool:
    """Returns whether a list says what is to be learned, and not what it is."""
    return 3 * sum(bool(OBJECTIVE.match(point.text)) for point in points) >= 2 * len(points)


def _opens_nothing(points: Sequence[ListPoint]) -> bool:
    """Whether an item announces something that is no item of the list."""
    deeper = [*(point.depth for point in points[1:]), 0]
    return any(is_broken_off(point.text) and below <= point.depth for point, below in zip(points, deeper, strict=True))


def _size(points: Sequence[ListPoint]) -> int:
    return sum(len(point.text) for point in points)
