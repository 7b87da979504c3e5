"""Structure answers structure: a list, a table, a formula, code or an example is the notes' own, whole and in order.

"What are the stages of X?", "list all ...", "why did ...?", "the formula for X": where a list of the notes (or what
else is asked for) stands below words that say all that the question names, it is the answer, and the model writes no
more than the sentence before it: none retypes nine items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.attribution import says_absent
from assistant.answering.comparing import compared
from assistant.answering.followup import list_items
from assistant.answering.plan import ASKED_AS, KINDS, Wanted, wanted
from assistant.answering.quoting import INDENT, INTRODUCTION, ListedItem, is_said, with_items
from assistant.answering.units import Words
from assistant.documents.labels import FORMULA, MARKER, trimmed
from assistant.documents.naming import called
from assistant.documents.roles import Role, role_at
from assistant.documents.tables import column_names
from assistant.index.retriever import corrected
from assistant.index.words import NUMBER_WORDS, content_words, stem, words
from assistant.types import Citation, ContextBlock, Document, Element, ElementKind, SearchResult, Sentence

_ORDER = re.compile(r"\bin (?:the right )?order\b", re.I)
_CAUSE = ASKED_AS[stem("cause")]
_STEP = frozenset({ASKED_AS[stem("step")]})
"""What a numbered list is without being called so."""

_ANNOUNCED = frozenset({ASKED_AS[stem("type")]}) | _STEP
"""What the headings below a heading with this word are, each of them; below "Characteristics" stands anything."""

_SAYS_NOTHING = frozenset(
    map(
        stem,
        words(
            "different main various key major important start begin happen occur work get got made make look use go"
            " come take carry run exist call consist belong distinguish"
            " welche welcher welches welchen gibt geben läuft laufen ab unterscheidet unterscheiden nennt nennen"
            " quels quelles existe existent cuáles existen quali esistono"
        ),
    )
)
"""What a question has besides what it is about."""

_TELLING = frozenset({Role.TEACHES, Role.EXAMPLE})
_LISTED = frozenset({Wanted.LIST, Wanted.STEPS, Wanted.WAY, Wanted.REASON})
_IN_ORDER = frozenset({Wanted.WAY, Wanted.FORMULA})
"""Asked how, only steps in an order tell."""

_ALONE = frozenset({Wanted.FORMULA, Wanted.CODE, Wanted.EXAMPLE})
_ALONE_WORDS = frozenset(
    ASKED_AS.get(stem(word), stem(word))
    for word in (
        *("formula", "equation", "calculate", "compute", "calculated", "computed", "code", "snippet", "syntax"),
        *("example", "give", "show", "write", "tell", "state", "provide"),
    )
)
"""What asks for an element, and what it is called: its lead need not say it."""

_SETS = re.compile(r"=|\\(?:leq?|geq?|approx|propto|sim|equiv|to|in)\b|[<>≤≥≈∝∼≡]")
"""What a formula has that says something, and not only names a quantity."""

_FEWEST, _MOST = 2, 40
_MOST_BELOW = 12
"""A line that introduces more lines is quoted without them."""


@dataclass(frozen=True, slots=True)
class _NotesList:
    """Neighbouring items below one lead, with all that is nested in them; or a table."""

    document: Document
    items: tuple[Element, ...]
    nested: tuple[Element, ...]
    lead: frozenset[str]
    above: frozenset[str]

    @property
    def lines(self) -> int:
        """How long it is, in items and rows."""
        rows = (self.document.text.count("\n", block.start, block.end) for block in self.nested)
        return sum(rows) if self.items[0].kind is ElementKind.TABLE else len(self.nested)

    @property
    def is_numbered(self) -> bool:
        """Whether it is in an order."""
        return all(_number(self.document, item) for item in self.items)


def whole_list(question: str, search: SearchResult, sections: Sequence[ContextBlock]) -> tuple[ListedItem, ...]:
    """Returns the list or the other element of the notes that answers a question; nothing where none does.

    A list comes with what is nested in it.

    Args:
        question: As it was asked.
        search: What was found for it.
        sections: The sections that were found, best first; the list begins or goes on in one of them.
    """
    kind = wanted(question)
    asked = _asked(search)
    if kind is Wanted.COMPARISON:
        return _table_of(compared(question), _of_sections(sections))
    if kind in _ALONE:
        told = _best(asked - _ALONE_WORDS, [one for one in _of_sections(sections, kind) if one.lines <= _MOST])
        if told or kind is Wanted.CODE:
            return told
    if kind is Wanted.REASON:
        asked |= {_CAUSE}
    if kind is Wanted.ANYTHING:  # "complications of measles" names the list itself
        return _best(asked, [one for one in _of_sections(sections) if one.lead <= asked])
    if kind not in _LISTED and not asked & KINDS:
        return ()
    lists = [one for one in _of_sections(sections) if kind not in _IN_ORDER or one.is_numbered]
    return _best(asked, lists) or _best(asked, lists, question)


def _best(asked: frozenset[str], lists: Iterable[_NotesList], question: str = "") -> tuple[ListedItem, ...]:
    """The one whose lead says most of what is asked and least else, if it and what is above it say all of that.

    Args:
        asked: The stems that it has to say.
        lists: Which there are.
        question: Where one stem may be missing above the list: as it was asked.
    """
    best: _NotesList | None = None
    fit = (0, 0)
    for one in lists:
        missing = asked - (one.lead | one.above) - (_STEP if one.is_numbered else frozenset())
        if missing and (not question or len(missing) > 1 or not _makes_good(one, missing, question)):
            continue
        says = (len(asked & one.lead), -len(one.lead - asked))
        if says[0] and (not best or says > fit):
            best, fit = one, says
    return tuple(_told(best)) if best and best.lines <= _MOST else ()


def _makes_good(one: _NotesList, missing: frozenset[str], question: str) -> bool:
    """Whether a list has the number of items asked for, or is of the kinds asked for and its items say what is missing.

    "Which kind of learning has rewards?" asks for one of its items, and "which drawbacks has a lens?" for all.
    """
    if str(len(one.items)) in Words(question).numbers:
        return True
    several = {ASKED_AS.get(stem(word), "") for word in words(question) if word.endswith("s")}
    items = Words(one.document.text[one.items[0].start : one.items[-1].end])
    return bool(several & one.lead & KINDS) and missing <= items.stems


def _table_of(things: Sequence[str], lists: Iterable[_NotesList]) -> tuple[ListedItem, ...]:
    """The table that has a column for each of the things compared."""
    for one in lists:
        table = one.items[0]
        heads = [Words(head).stems for head in column_names(table.label).split(", ")]
        if table.kind is ElementKind.TABLE and all(
            any(Words(thing).stems <= head for head in heads) for thing in things
        ):
            return tuple(_told(one))
    return ()


def _asked(search: SearchResult) -> frozenset[str]:
    """What the lead of the list has to say: the words of the question, as the notes spell them."""
    typos = [pair for pair in search.corrections if _SAYS_NOTHING.isdisjoint(map(stem, words(pair[0])))]
    query = _ORDER.sub(" ", corrected(search.query, typos))
    named = (stem(word) for word in content_words(query) if word not in NUMBER_WORDS)
    return frozenset(ASKED_AS.get(word, word) for word in named if word not in _SAYS_NOTHING)


def _meant(text: str) -> frozenset[str]:
    return frozenset(ASKED_AS.get(each, each) for each in Words(text).stems)


def _of_sections(sections: Sequence[ContextBlock], kind: Wanted = Wanted.LIST) -> Iterator[_NotesList]:
    """Yields the lists that the sections have a part of, or what else is wanted; those of the best section first."""
    found: dict[str, list[_NotesList]] = {}
    for section in sections:
        if section.document is None:
            continue
        if section.note not in found:
            names = called(section)
            found[section.note] = (
                [*_alone_in(section.document, names, kind)]
                if kind in _ALONE
                else [*_lists_in(section.document, names), *_headings_in(section.document, names)]
            )
        lists = found[section.note]
        for one in lists:
            if one.nested[0].start < section.end and section.start < one.nested[-1].end:
                yield one


def _lists_in(document: Document, names: Sequence[str]) -> Iterator[_NotesList]:
    blocks, grouped = document.blocks, set[int]()
    for number, first in enumerate(blocks):
        if first.kind is ElementKind.TABLE and role_at(document, first.start) in _TELLING:
            lead, above = _lead(document, number)
            yield _NotesList(document, (first,), (first,), _meant(lead), _meant(" ".join((*names, *above))))
        if first.kind is not ElementKind.ITEM or first.start in grouped:
            continue
        items, nested = _items_from(document, number)
        grouped.update(item.start for item in items)
        telling = [item for item in items if role_at(document, item.start) in _TELLING]
        if len(items) >= _FEWEST and len(telling) > len(items) / 2:
            lead, above = _lead(document, number)
            yield _NotesList(document, items, nested, _meant(lead), _meant(" ".join((*names, *above))))


def _items_from(document: Document, number: int) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """Returns the items of the list that a block begins, and these with all that is nested in them."""
    first = document.blocks[number]
    items, nested = [first], [first]
    for block in document.blocks[number + 1 :]:
        if block.kind is ElementKind.ITEM and block.parent == first.parent:
            items.append(block)
        elif items[-1] not in document.items_above(block):
            break
        nested.append(block)
    return tuple(items), tuple(nested)


def _alone_in(document: Document, names: Sequence[str], kind: Wanted) -> Iterator[_NotesList]:
    """Yields the formulas, the listings or the examples of a note, each with the block that it stands in.

    What explains a formula or an example stands in its block as often as before it; code explains nothing.
    """
    for number, block in enumerate(document.blocks):
        if block.kind is ElementKind.HEADING or not _is_wanted(document, block, kind):
            continue
        lead, above = _lead(document, number)
        own = "" if block.kind is ElementKind.CODE else document.text[block.body : block.end]
        near = own if block.kind is ElementKind.ITEM else " ".join((lead, own, *document.headings_above(block)[-1:]))
        yield _NotesList(
            document,
            (block,),
            (block,),
            _meant(FORMULA.sub(" ", near)) - _ALONE_WORDS,
            _meant(" ".join((*names, lead, *above))),
        )


def _is_wanted(document: Document, block: Element, kind: Wanted) -> bool:
    if kind is Wanted.CODE:
        return block.kind is ElementKind.CODE
    if kind is Wanted.EXAMPLE:
        return role_at(document, block.start) is Role.EXAMPLE
    inside = document.inside(block.start, block.end)
    return any(one.kind is ElementKind.FORMULA and _SETS.search(document.text, one.start, one.end) for one in inside)


def _headings_in(document: Document, names: Sequence[str]) -> Iterator[_NotesList]:
    """Yields the headings below one that announces them: "The nine stages" over "1. Collection", "2. Cleaning"..."""
    blocks = document.blocks
    below: dict[int, list[Element]] = {}
    for heading in (block for block in blocks if block.kind is ElementKind.HEADING):
        below.setdefault(heading.parent, []).append(heading)
    for parent, headings in below.items():
        holder = document.elements[parent]
        lead = _meant(holder.label) if parent >= 0 else frozenset()
        if lead & _ANNOUNCED and len(headings) >= _FEWEST:
            above = " ".join((*names, *document.headings_above(holder)))
            yield _NotesList(document, tuple(headings), tuple(headings), lead, _meant(above))


def _lead(document: Document, number: int) -> tuple[str, tuple[str, ...]]:
    """Returns the words that a list stands below, and the headings and items above those."""
    first, before = document.blocks[number], document.blocks[number - 1] if number else None
    items, headings = [item.label for item in document.items_above(first)], document.headings_above(first)
    holder = document.elements[first.parent] if first.parent >= 0 else None
    near = items[-1] if items else headings[-1] if headings else ""
    above = (*headings, *items[:-1]) if items else headings[:-1]
    if holder is not None and holder.kind is ElementKind.ITEM:
        near = document.text[holder.body : holder.end]
    if before is None or before is holder or before.kind not in (ElementKind.PARAGRAPH, ElementKind.CAPTION):
        return near, above
    sentence = _last_sentence(document, before)
    opens = sentence.rstrip("* _").endswith(":")
    if opens and len(Words(sentence).stems) == 1 and number > 1:  # a label goes with what stands before it
        above = (*above, _last_sentence(document, document.blocks[number - 2]))
    return (sentence, (*above, near)) if opens and Words(sentence).stems else (f"{near} {sentence}", above)


def _last_sentence(document: Document, block: Element) -> str:
    said = document.sentences(block.start, block.end)
    return document.text[said[-1].start : said[-1].end] if said else ""


def with_list(
    line: str, sentences: Sequence[Sentence], listed: Sequence[ListedItem]
) -> tuple[str, tuple[Sentence, ...]]:
    """Returns an answer: the line that the model wrote, or another where the notes do not support it, and the list.

    Each item is a sentence that cites itself. A line that says all the items is the answer alone.
    """
    is_kept = bool(sentences) and all(each.supported or not each.is_claim for each in sentences)
    is_kept = is_kept and not any(says_absent(each.text) for each in sentences)
    spoken = Words(line).stems
    if is_kept and all(is_said(Words(item.text), spoken) for item in listed):
        return line, tuple(sentences)
    is_kept = is_kept and not list_items(line)  # what lists other things, or a part of these
    text, said = with_items(*((line, sentences) if is_kept else (INTRODUCTION.text, (INTRODUCTION,))), listed)
    return text, tuple(said)


def introduced_by(line: Citation, document: Document) -> tuple[ListedItem, ...]:
    """Returns the list that a line of the notes introduces: what is nested in it, or what stands behind its colon."""
    blocks = document.blocks
    number = next((n for n, block in enumerate(blocks) if block.start <= line.start < block.end), len(blocks))
    first = blocks[number + 1] if number + 1 < len(blocks) else None
    if first is None or first.kind is not ElementKind.ITEM:
        return ()
    if blocks[number] not in document.items_above(first) and not line.quote.rstrip("* _").endswith(":"):
        return ()
    items, nested = _items_from(document, number + 1)
    made = _NotesList(document, items, nested, frozenset(), frozenset())
    return tuple(_told(made)) if made.lines <= _MOST_BELOW else ()


def _shown(document: Document, block: Element, quote: str, level: int) -> tuple[str, str]:
    """Returns an item as it is shown, and what stands before it; all but items keep their lines, as code does."""
    if block.kind is ElementKind.HEADING:
        return (block.label, "\n") if MARKER.match(f"{block.label} ") else (block.label, "\n- ")
    if block.kind is not ElementKind.ITEM and not document.items_above(block):
        return quote, "\n\n"
    if block.kind is ElementKind.ITEM:
        indent = INDENT * (block.level - level)
        return " ".join(quote.split()), f"\n{indent}{_number(document, block) or '-'} "
    indent = INDENT * (document.items_above(block)[-1].level - level + 1)
    return quote.replace("\n", f"\n{indent}"), f"\n\n{indent}"


def _told(one: _NotesList) -> Iterator[ListedItem]:
    document, level = one.document, one.items[0].level
    for block in one.nested:
        start, end = trimmed(document.text, block.body, block.end)
        if block.kind is ElementKind.HEADING:
            end = start + len(document.text[start:end].partition("\n")[0])
        if start < end:
            words = Citation(
                note=document.path,
                heading_path=document.headings_above(block),
                start=start,
                end=end,
                quote=document.text[start:end],
                score=1.0,
                page=document.page_at(start),
                confidence=document.confidence_at(start, end),
            )
            yield ListedItem(words, *_shown(document, block, words.quote, level))


def _number(document: Document, item: Element) -> str:
    """Returns ``2.`` for an item that is numbered, or nothing."""
    marker = MARKER.match(document.text, item.body if item.kind is ElementKind.HEADING else item.start)
    return f"{marker['number']}." if marker and marker["number"] else ""
