"""Finds facts and groups in the outline of a note: labelled items, nested bullets, headings, tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from assistant.documents.labels import plain, trimmed
from assistant.documents.language import language_of
from assistant.documents.outline import Node, tree
from assistant.documents.roles import names_nothing
from assistant.documents.tables import table_rows
from assistant.quiz.item import Anchor
from assistant.quiz.making.facts import (
    Column,
    Fact,
    Facts,
    Group,
    OwnQuestion,
    Shape,
    Term,
    is_plural,
    readable,
    shape,
)
from assistant.quiz.making.prose import LINKS, Definition, points_back, read_definition
from assistant.types import Document, ElementKind

_NUMBERED = re.compile(r"(?:(?:step|stage|phase|part)\s+)?\d{1,2}[.):]\s+", re.IGNORECASE)
_BOLD = re.compile(
    r"(?P<mark>\*\*|__)(?P<term>[^*\n]{1,70}?)\s*[:–—-]?\s*(?P=mark)(?P<link>\s*[-–—:=]+(?:\s+|$)|\s+|$)"
)
_PLAIN = re.compile(r"(?P<term>[^\s:–—.;,][^:–—.;]{0,48}?)(?P<link>\s+[-–—=]\s+|\s*[:–—](?:\s+|$)|(?<=\w)-(?:\s+|$))")
_ADDS = re.compile(r"(?:like|not|e\.?g|i\.?e|such as|for example|see)\b", re.IGNORECASE)
_ASPECTS_LIST = """
    advantage aim application benefit cause cost definition disadvantage drawback effect example field formula
    function goal impact limit limitation location meaning method purpose result risk role symptom trade-off
    tradeoff treatment unit use
"""
_ASPECTS = frozenset(_ASPECTS_LIST.split())
_DEFINES_LIST = """
    definition meaning description explanation details describes what definition: bedeutung beschreibung erklärung
    définition signification definición significado descripción
"""
_DEFINES = frozenset((*_DEFINES_LIST.split(), "what it is", "what it does"))
_NOUN_THAT = re.compile(r"(?:[\w'’-]+ ){1,4}(?:that|which|who|whose|where|when|obtained|used|caused|given|made)\b")
_COMPARED_BY = re.compile(
    r"(?:|feature|features|aspect|aspects|property|properties|criteri(?:on|a)|parameters?|characteristics?|attributes?"
    r"|basis(?: of \w+)?|category|dimension|point|merkmal|kriterium|eigenschaft|aspekt|crit[èe]re|caract[ée]ristique"
    r"|criterio|caracter[íi]stica|aspecto)",
    re.IGNORECASE,
)
"""Heads of a first column whose rows are properties: then the other columns are the things that are compared."""
_SIDE_BY_SIDE = re.compile(
    r"(?:dis)?advantages?|pros?|cons?|(?:de)?merits?|benefits?|drawbacks?|limitations?|strengths?|weakness(?:es)?|risks?"
    r"|effects?|symptoms?|causes?|signs?|examples?|vorteile?|nachteile?|stärken?|schwächen?|ursachen?|folgen?|beispiele?"
    r"|avantages?|inconvénients?|causes?|effets?|exemples?|(?:des)?ventajas?|causas?|efectos?|ejemplos?",
    re.IGNORECASE,
)
"""Heads of a first column whose rows are things said of what stands above the table, and no things themselves."""
_SHORTEST_MISTYPED = 5
"""Shorter labels have real neighbours: a "case" is no "cause"."""
_MAX_TERM_WORDS = 6
_MAX_PLAIN_WORDS = 4
_MAX_HEADING_WORDS = 12
_MAX_BODIES = 6
_PROSE = (ElementKind.PARAGRAPH, ElementKind.QUOTE)
_MIN_SHARED = 0.25
_MOST_HOLES = 0.2


@dataclass(slots=True)
class _Entry:
    """A list item or a section, read."""

    node: Node
    label: str
    text_start: int
    """Where the words behind the label begin; the end of the line if there are none."""

    text_end: int
    start: int
    number: str = ""
    children: list[_Entry] = field(default_factory=list)
    bodies: list[tuple[int, int]] = field(default_factory=list)
    """Paragraphs and items without a label: their offsets without markers."""


def outline_facts(note: Document) -> Facts:
    """Returns what the outline of ``note`` says. Takes time linear in its length."""
    return _FactReader(note).read()


class _FactReader:
    def __init__(self, note: Document) -> None:
        self._note = note
        self._text = note.text
        self._language = language_of(note.text)
        self._headings: dict[int, tuple[str, ...]] = {}
        self._facts: list[Fact] = []
        self._groups: list[Group] = []
        self._columns: list[Column] = []

    def read(self) -> Facts:
        root = self._entry(tree(self._note), ())
        self._visit(root, (), frozenset())
        columns = (*self._columns, *self._shared_aspects())
        return Facts(tuple(self._facts), tuple(self._groups), columns=columns, answered=tuple(self._answered()))

    def _answered(self) -> Iterator[OwnQuestion]:
        """Yields the questions of the note that have their answers right below them."""
        elements = self._note.elements
        for number, element in enumerate(elements):
            said = self._text[element.body : element.end]
            if element.kind is not ElementKind.ITEM or not said.rstrip("* \n").endswith("?"):
                continue
            below = [e for e in elements[number + 1 :] if e.parent == number and e.kind in (ElementKind.ITEM, *_PROSE)]
            found = [self._note.sentences(block.body, block.end)[:1] for block in below]
            headings = self._note.headings_above(element)
            answers = tuple(
                Anchor(self._note.path, headings, s.start, s.end, self._text[s.start : s.end])
                for sentences in found
                for s in sentences
            )
            if answers:
                yield OwnQuestion(plain(said).lstrip("?& "), answers)

    def _shared_aspects(self) -> Iterator[Column]:
        """Yields, as if they stood in a table, what a list says of its items under the same label."""
        in_tables = {anchor for column in self._columns for anchor in column.anchors}
        found: dict[tuple[tuple[str, ...], str], list[Fact]] = {}
        for fact in self._facts:
            if fact.aspect and fact.anchor not in in_tables:
                found.setdefault((fact.term.place, fact.aspect), []).append(fact)
        for (place, aspect), facts in found.items():
            if is_plural(aspect):
                continue  # of several, the first one alone belongs to nothing
            terms, cells, anchors = zip(*((fact.term, fact.text, fact.anchor) for fact in facts), strict=True)
            yield Column(aspect, "", place, terms, cells, anchors)

    # -- reading the tree --------------------------------------------------------------------------------------

    def _entry(self, node: Node, headings: tuple[str, ...]) -> _Entry:
        if node.kind == "section":
            match = _NUMBERED.match(node.label)
            label = readable(node.label[match.end() :] if match else node.label)
            headings = (*headings, node.label)
            entry = _Entry(node, label, node.start, node.start, node.start, number=match[0] if match else "")
        elif node.kind == "item":
            entry = self._item(node)
        else:
            entry = _Entry(node, "", node.start, node.start, node.start)
        self._headings[id(entry)] = headings
        for child in node.children:
            self._take(entry, child, headings)
        return entry

    def _take(self, entry: _Entry, child: Node, headings: tuple[str, ...]) -> None:
        if child.kind in ("section", "item"):
            below = self._entry(child, headings)
            if below.label:
                entry.children.append(below)
            else:
                entry.bodies.append((below.start, below.text_end))
        elif child.kind in _PROSE:
            entry.bodies.append((child.start, child.end))
        elif child.kind == "table":
            self._table(child, headings)

    def _item(self, node: Node) -> _Entry:
        """Reads a list item; one without a label that holds labelled ones is taken as their heading."""
        line = node.children[0]
        start, end = self._own_text(line)
        marker = self._text[line.start : line.body].split("[")[0].strip()
        number = marker[:-1] if marker[:-1].isdigit() else ""
        found = _BOLD.match(self._text, start, end) or _PLAIN.match(self._text, start, end)
        if found is None or not _is_term(found, has_children=len(node.children) > 1):
            label = readable(self._text[start:end])
            heads = sum(self._is_labelled(child) for child in node.children) >= 2
            label = label if heads and len(label.split()) <= _MAX_HEADING_WORDS else ""
            return _Entry(node, label, end if label else start, end, start, number)
        return _Entry(node, readable(plain(found["term"])), found.end(), end, start, number)

    def _is_labelled(self, node: Node) -> bool:
        if node.kind != "item":
            return False
        return bool(_BOLD.match(self._text, *self._own_text(node.children[0])))

    def _own_text(self, line: Node) -> tuple[int, int]:
        """Returns where the sentences of an item's own lines begin and end, without what is hidden behind them."""
        found = self._note.sentences(line.body, line.end)
        return (found[0].start, found[-1].end) if found else (line.body, line.body)

    # -- what it says ------------------------------------------------------------------------------------------

    def _visit(self, entry: _Entry, place: tuple[str, ...], aspects: frozenset[str]) -> None:
        common = _common_labels(entry.children)
        inside = (*place, entry.label) if entry.label else place
        members = [child for child in entry.children if not _is_aspect(child, aspects)]
        if entry.label and not names_nothing(entry.label):
            self._own(entry, Term(entry.label, place), aspects, is_leaf=not members)
        else:
            self._sentences(entry, inside)
        self._group(entry, members, place)
        for child in members:
            self._visit(child, inside, common)

    def _own(self, entry: _Entry, term: Term, aspects: frozenset[str], *, is_leaf: bool) -> None:
        """Takes what is said of a labelled entry: behind its label, below it, and by its aspects."""
        self._add(entry, term, "", entry.text_start, entry.text_end)
        if entry.node.kind == "item" or (is_leaf and len(entry.bodies) <= _MAX_BODIES and self._is_short(entry)):
            for number, (start, end) in enumerate(entry.bodies):
                self._body(entry, term, start, end, is_first=number == 0)
        else:
            self._sentences(entry, (*term.place, term.label))
        for child in entry.children:
            if _is_aspect(child, aspects):
                aspect = "" if child.label.lower() in _DEFINES else child.label
                self._add(child, term, aspect, child.text_start, child.text_end)
                for start, end in child.bodies:
                    self._add(child, term, aspect, start, end, begin=start)

    def _is_short(self, entry: _Entry) -> bool:
        """Whether all that stands below a heading is about it, as in notes and unlike in an article."""
        return sum(len(self._spans(start, end)) for start, end in entry.bodies) <= _MAX_BODIES

    def _body(self, entry: _Entry, term: Term, start: int, end: int, *, is_first: bool) -> None:
        """Takes sentences below a label: definitions of what they name, else the first one as what the label means."""
        for number, (low, high) in enumerate(self._spans(start, end)):
            found = self._definition(low, high)
            if found is not None:
                self._define(entry, term.place, found, (low, high))
            elif is_first and number == 0 and (entry.node.kind == "item" or self._defines(low, high)):
                self._add(entry, term, "", low, high, begin=low)

    def _defines(self, start: int, end: int) -> bool:
        """Whether the first words below a heading say what it means: "the ratio of ...", "curve that shows ..."."""
        text = readable(self._text[start:end])
        return shape(text) in (Shape.NOUN, Shape.VERB, Shape.DOING) or bool(_NOUN_THAT.match(text))

    def _definition(self, start: int, end: int) -> Definition | None:
        return read_definition(self._text[start:end], self._language)

    def _define(self, entry: _Entry, place: tuple[str, ...], found: Definition, span: tuple[int, int]) -> None:
        anchor = self._anchor(entry, *span)
        term = Term(found.term, place)
        self._facts.append(Fact(term, "", found.text, anchor, found.offset, found.subject, found.link))

    def _sentences(self, entry: _Entry, place: tuple[str, ...]) -> None:
        for start, end in entry.bodies:
            for low, high in self._spans(start, end):
                found = self._definition(low, high)
                if found is not None:
                    self._define(entry, place, found, (low, high))

    def _spans(self, start: int, end: int) -> list[tuple[int, int]]:
        return [(sentence.start, sentence.end) for sentence in self._note.sentences(start, end)]

    def _add(self, entry: _Entry, term: Term, aspect: str, start: int, end: int, *, begin: int | None = None) -> None:
        """Adds the first sentence of ``[start, end)`` as a fact; ``begin`` is where its proof starts."""
        spans = self._spans(start, end)
        if not spans:
            return
        low, high = spans[0]
        text = readable(self._text[low:high])
        if self._text[high - 1] == ":":
            return  # it announces a list
        if (len(text.split()) >= 2 or (aspect and text)) and not points_back(text) and not _ADDS.match(text):
            proof = self._anchor(entry, entry.start if begin is None else begin, high)
            whole = begin is not None and text[:1].isupper() and self._text[high - 1] == "."
            link, _, rest = text.partition(" ")
            offset = low - proof.start
            if link.lower() in LINKS and rest and not aspect:
                behind = self._text.find(rest[:12], low)
                offset = max(low, behind) - proof.start
                if link in LINKS:
                    subject = readable(self._text[proof.start : low])
                    self._facts.append(Fact(term, "", rest, proof, offset, subject, link))
                    return
                text = rest  # "Worm: Is a program that"
            self._facts.append(Fact(term, aspect, text, proof, offset, is_sentence=whole))

    def _group(self, entry: _Entry, members: Sequence[_Entry], place: tuple[str, ...]) -> None:
        if not entry.label or len(members) < 2 or (entry.node.kind == "section" and not place and len(members) > 9):
            return
        inside = (*place, entry.label)
        anchors = tuple(self._label_anchor(member) for member in members)
        terms = tuple(Term(member.label, inside) for member in members)
        ordered = len(members) >= 3 and all(member.number for member in members)
        of_headings = all(member.node.kind == "section" for member in members)
        self._groups.append(Group(entry.label, place, terms, anchors, ordered, of_headings))

    def _table(self, node: Node, headings: tuple[str, ...]) -> None:
        owner = _Entry(node, "", node.start, node.start, node.start)
        self._headings[id(owner)] = headings
        rows = [row for row in table_rows(self._text, node.start, node.end) if len(row.cells) > 1]
        if not rows or _is_full_of_holes([cell.text for row in rows for cell in row.cells]):
            return
        called = readable(rows[0].cells[0].head)
        compares = _COMPARED_BY.fullmatch(called.strip()) is not None
        if _SIDE_BY_SIDE.fullmatch(called.strip()):
            return
        if compares and len({row.cells[0].text for row in rows}) < len(rows):
            return  # the same property again and again: which row is meant, nobody could say
        found: dict[str, list[Fact]] = {}
        for row in rows:
            first, *others = row.cells
            anchor = self._anchor(owner, row.start, row.end)
            for cell in others:
                name, column = (cell.head, first.text) if compares else (first.text, cell.head)
                term, column, text = (
                    Term(_NUMBERED.sub("", readable(name)), headings),
                    readable(column),
                    readable(cell.text),
                )
                if term.label and column and re.search(r"\w", text):
                    aspect = "" if column.lower() in _DEFINES else column
                    self._facts.append(Fact(term, aspect, text, anchor))
                    found.setdefault(column, []).append(self._facts[-1])
        for column, facts in found.items():
            terms, cells, anchors = zip(*((fact.term, fact.text, fact.anchor) for fact in facts), strict=True)
            self._columns.append(Column(column, "" if compares else called, headings, terms, cells, anchors))

    # -- anchors -----------------------------------------------------------------------------------------------

    def _label_anchor(self, entry: _Entry) -> Anchor:
        line_end = self._text.find("\n", entry.start)
        end = line_end if line_end >= 0 else len(self._text)
        return self._anchor(entry, *trimmed(self._text, entry.start, end))

    def _anchor(self, entry: _Entry, start: int, end: int) -> Anchor:
        return Anchor(self._note.path, self._headings[id(entry)], start, end, self._text[start:end])


def _is_term(found: re.Match[str], *, has_children: bool) -> bool:
    """Whether the beginning of an item is a label: bold, or a few words before a dash or colon."""
    words = plain(found["term"]).split()
    if found.re is _BOLD:
        marked = re.search(r"[-:–—]\s*(?:\*\*|__)", found[0]) is not None
        follows = marked or bool(found["link"].strip()) or found.end() == found.endpos or has_children
        most = _MAX_HEADING_WORDS if has_children and found.end() == found.endpos else _MAX_TERM_WORDS
        stated = found.string[found.end() : found.endpos].split(" ", 1)[0] in LINKS
        return len(words) <= most and (follows or stated)
    return 1 <= len(words) <= _MAX_PLAIN_WORDS and not words[0].lower().startswith(("http", "e.g"))


def _is_full_of_holes(cells: Sequence[str]) -> bool:
    """Whether so many cells are empty that a table is a form, or rows and columns of a page were taken apart."""
    return sum(not cell.strip() for cell in cells) > _MOST_HOLES * len(cells)


def _common_labels(entries: Sequence[_Entry]) -> frozenset[str]:
    """Returns the labels that most of some siblings have below them: they name aspects, not things.

    A thing that two lists happen to name is none: most of what stands beside it is not shared.
    """
    holders = [{child.label.lower() for child in entry.children} for entry in entries if entry.children]
    counts = Counter(label for labels in holders for label in labels)
    shared = {label for label, count in counts.items() if count >= 2 and count >= len(holders) / 2}
    alien = {label for labels in holders if len(labels & shared) < _MIN_SHARED * len(labels) for label in labels}
    return frozenset(shared - alien)


def _is_aspect(entry: _Entry, common: frozenset[str]) -> bool:
    if entry.children or (entry.node.kind == "section" and not entry.bodies):
        return False
    label = entry.label.lower()
    known = label in common or label in _ASPECTS or label.removesuffix("s") in _ASPECTS or label in _DEFINES
    return known or any(_is_typed_for(label, aspect) for aspect in _ASPECTS)


def _is_typed_for(label: str, word: str) -> bool:
    """Whether ``label`` is ``word`` with one typing error: "Eample"."""
    return min(len(label), len(word)) >= _SHORTEST_MISTYPED and OSA.distance(label, word, score_cutoff=1) == 1
