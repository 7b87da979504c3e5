"""What each part of a document is there for: most of it teaches, the rest gives examples, sets exercises, names
sources, leads elsewhere, is about the course, or gives orders to the program that answers from it.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from assistant.documents.labels import plain
from assistant.documents.naming import is_generic
from assistant.documents.prompt_injection import gives_orders
from assistant.documents.tables import table_rows
from assistant.types import Document, Element, ElementKind


class Role(StrEnum):
    """What a part of a document is there for."""

    TEACHES = "teaches"
    EXAMPLE = "example"  # a case, a listing, the caption of a picture, sample data
    EXERCISE = "exercise"  # a task or question for the reader, with its solution
    REFERENCE = "reference"  # of a bibliography
    NAVIGATION = "navigation"  # links, contents, an index
    ADMINISTRATIVE = "administrative"  # about the course or the text itself
    TODO = "todo"
    ORDER = "order"  # to whoever answers from it


_WORDS = tomllib.loads(resources.files("assistant.documents").joinpath("roles.toml").read_text("utf-8"))
_HEADS = {Role(role): re.compile("|".join(words), re.IGNORECASE) for role, words in _WORDS["headings"].items()}
_PARTS = frozenset(_WORDS["parts"]["words"].split())
_BETWEEN = frozenset(_WORDS["parts"]["between"].split())
_WITHIN = (ElementKind.FORMULA, ElementKind.BLOCK_ID, ElementKind.NOTE_MARK)
_LEADS = re.compile(
    r"(?P<example>(?:(?:worked |counter)?example|beispiel|exemple|ejemplo|esempio|exemplo|case)\b"
    r"(?: ?[\d.]+)?(?:\s*[:.(–—]|\s+-\s|$))"
    r"|(?P<exercise>(?:exercise|problem|question|task|aufgabe|übung|exercice|ejercicio|quiz|solution|answer)\b"
    r"(?: ?[\d.]+\w?)?(?:\s*[:.(–—]|\s+-\s|$))"
    r"|(?P<todo>(?:todo|fixme|tbd|tbc|tba|(?:\w+ ){1,2}to be (?:added|written|done)|coming soon|placeholder)\b)",
    re.IGNORECASE,
)
"""How a heading or a line begins that is one example, exercise or note to oneself: "Example 3: ..."."""

_SIGNS = re.compile(r"^[\W\d_]+|[\W_]+$")
_NUMBER = re.compile(
    r"^(?:(?:chapter|section|part|lecture|week|unit|appendix|kapitel|teil)\s+)?[\dIVX]+(?:\.\d+)*[.):]?\s+", re.I
)

_CASE = re.compile(
    r"for (?:example|instance)|e\.?\s?g\b|as an example|consider|suppose|imagine|assume|say,|take (?:the|a|an|for)\b"
    r"|let'?s (?:say|take|look|consider|see)|here (?:is|are)\b|zum beispiel|z\.\s?b\.|beispielsweise|angenommen"
    r"|par exemple|p\.\s?ex\.|supposons|consid[ée]rons|por ejemplo|supongamos|ad esempio|per esempio",
    re.IGNORECASE,
)
_THIS_TEXT = "course|lecture|class|tutorial|module|chapter|section|article|book|page|document|manual|note|unit|lesson"
_COURSE = re.compile(
    r"\b(?:office hours?|mid-?terms?|homework|assignments?|syllabus|due (?:on|by|date)|canvas|moodle|piazza)\b"
    rf"|\b(?:this|the|our) (?:{_THIS_TEXT})\b.{{0,30}}\b(?:will|we|you|covers?|introduces?|describes?|explains?"
    r"|discusses|presents?|shows?|is about|assumes?)\b"
    rf"|\b(?:next|last|previous|following|earlier|later) (?:week|slide|{_THIS_TEXT})\b"
    rf"|\bin (?:this|the next|the following) (?:{_THIS_TEXT})\b"
    r"|\bwe (?:have seen|saw)\b|\bwe (?:will|shall) (?:\w+ )?(?:cover|see|use|focus|look|learn|study|explain|introduce"
    r"|discuss|show|talk|go|return)\b|\bwill be (?:discussed|covered|explained)\b|\b(?:slides?|chapter) \d"
    rf"|\bsee (?:also |the )?(?:figure|fig\.|table|below|above|slide|appendix|\[|{_THIS_TEXT})"
    r"|\b(?:click|download|subscribe|sign up|log in)\b|\bin dieser (?:vorlesung|einheit)"
    r"|\bin diesem (?:kapitel|abschnitt)|\bsiehe (?:kapitel|abschnitt|seite)|\bdans ce (?:chapitre|cours)"
    r"|\ben este (?:cap[ií]tulo|curso|tema)",
    re.IGNORECASE,
)
_TASK = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\]\s")
_LINKED = re.compile(
    r"!?\[(?P<text>[^\[\]]*)\]\([^()\s]*[^()]*\)|!?\[\[(?P<wiki>[^\[\]]*)\]\]"
    r"|(?P<address>\b(?:https?://|www\.)[^\s<>]+)"
)
_ADDRESS = re.compile(r"https?://|\bwww\.|\]\(")
_MOSTLY_LINKS = 0.6
_CITED = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\b(?:doi|isbn|issn|arxiv)\b|retrieved from|accessed (?:on )?\d|available (?:at|from)", re.IGNORECASE),
        (r"\((?:19|20)\d\d[a-z]?(?:, \w+(?: \d+)?)?\)|[,.] (?:19|20)\d\d[a-z]?\.", 0),
        (r"\b[A-Z][\w'’-]+,? (?:[A-Z]\.[ -]?){1,3}(?:[,;&(]|and\b|et al)|\b(?:[A-Z]\. ?){1,2}[A-Z][\w'’-]+,", 0),
        (r"\bpp?\. ?\d+|\bvol(?:\.|ume) ?\d+|\b\d+ ?\(\d+\)[:,] ?\d+|\b\d+[:,] ?\d+[-–]\d+|\bet al\b", re.IGNORECASE),
        (
            r"\b(?:press|publish(?:er|ing|ers)|journal|proceedings|university|verlag|springer|elsevier|wiley|o['’]reilly"
            r"|edition|conference|transactions|eds?\.)",
            re.IGNORECASE,
        ),
    )
)
"""What a line of a bibliography has: an identifier, a year, names with initials, pages, a publisher."""

_LONGEST_LEAD = 80
_MIN_LINKS = 2
_MIN_CITED = 3
_MIN_ASKED = 2
_LONGEST_CITATION = 420
_RECORD_HEADS = re.compile(
    r"(?:\w+[ _-])?(?:id|no|nr|#)|(?:first|last|sur|full|user|student|employee|customer)?[ _-]?name|e-?mail|phone|age"
    r"|salary|birthday|address|grade|password|matrikel\w*|vorname|nachname|alter|nom|pr[ée]nom|nombre|edad",
    re.IGNORECASE,
)
_NO_TERM = re.compile(r"[\W\d_]*|\W*\d[\d.,:/-]*\s*\w{0,3}\W*|\w\d*")
_SPELLED = re.compile(
    r"(?:what|how|why|when|where|which|who|was|wie|warum|wann|wo|wer|welche\w*|qu['e]\w*|quoi|comment|pourquoi|quand|où"
    r"|qui|qué|cómo|por qué|cuándo|dónde|quién)\b.*|.*\?$",
    re.IGNORECASE,
)


def role_at(document: Document, offset: int) -> Role:
    """Returns what the sentence of ``document`` at ``offset`` is there for: by its headings, its block, its words."""
    starts, found = _roles(document)
    at = bisect_right(starts, offset) - 1
    return found[at] if at >= 0 else Role.TEACHES


def proves_nothing(document: Document, sentence: Element) -> bool:
    """Returns whether a sentence names a source, is mostly addresses or gives orders: it says nothing of its subject.

    Links within the notes are words of the notes, as in a vault: "[[Mitosis]] and [[Meiosis]]".
    """
    if gives_orders(document.text[sentence.start : sentence.end]):
        return True
    role = role_at(document, sentence.start)
    if role is not Role.NAVIGATION:
        return role is Role.REFERENCE
    return bool(_ADDRESS.search(document.text, sentence.start, sentence.end))


def role_of_sentence(text: str) -> Role:
    """Returns what a sentence is there for, as far as its own words tell."""
    said = plain(text.strip())
    if gives_orders(said):
        return Role.ORDER
    if _CASE.match(said):
        return Role.EXAMPLE
    lead = _LEADS.match(said)
    if lead and lead.lastgroup:
        return Role(lead.lastgroup)
    if said.endswith("?"):
        return Role.EXERCISE
    return Role.ADMINISTRATIVE if _COURSE.search(said) else Role.TEACHES


def names_nothing(label: str) -> bool:
    """Returns whether a heading, term or column name names no thing of its own: ``History``, ``Step 3``, a question."""
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|&", label.lower())
    if not words or is_generic(label) or _SPELLED.fullmatch(label.strip()) or _LEADS.match(label.strip()):
        return True
    return all(word in _PARTS or word in _BETWEEN for word in words) or _role_of_label(label) is not Role.TEACHES


@lru_cache(maxsize=512)
def _roles(document: Document) -> tuple[tuple[int, ...], tuple[Role, ...]]:
    """Returns where each block and each sentence of a document begins, and what it is there for."""
    known: dict[int, Role] = {}
    starts, found = [], []
    led = Role.TEACHES
    linked = frozenset(_in_lists_of_links(document))
    for number, element in enumerate(document.elements):
        if element.kind is ElementKind.SENTENCE:
            role = known[element.parent]
            if role is Role.TEACHES:
                role = role_of_sentence(document.text[element.start : element.end])
        elif element.kind in _WITHIN or element.inline:
            inside = known.get(element.parent, Role.TEACHES)
            known[number] = Role.EXAMPLE if element.kind is ElementKind.CODE else inside
            continue
        else:
            role = known.get(element.parent, Role.TEACHES)
            role = _role_of_block(document, element) if role is Role.TEACHES else role
            if element.kind is not ElementKind.ITEM:
                led = _role_of_lead(document, element)
            elif element.start in linked:
                role = Role.NAVIGATION
            elif role is Role.TEACHES:
                role = led
            if role is Role.EXERCISE and element.kind is ElementKind.HEADING and _are_answered(document, number):
                role = Role.TEACHES
            known[number] = role
        starts.append(element.start)
        found.append(role)
    return tuple(starts), tuple(found)


def _are_answered(document: Document, heading: int) -> bool:
    """Whether the questions right below a heading have their answers below them: then they are how the note teaches."""
    elements = document.elements
    holders = {element.parent for element in elements if element.kind in (ElementKind.ITEM, ElementKind.PARAGRAPH)}
    below = [n for n, e in enumerate(elements) if e.kind is ElementKind.ITEM and e.parent == heading]
    lines = {n: document.text[elements[n].body : elements[n].end].rstrip("* \n") for n in below}
    asked = [n for n, line in lines.items() if line.endswith("?")]
    return len(asked) >= _MIN_ASKED and sum(n in holders for n in asked) > len(asked) / 2


def _role_of_block(document: Document, block: Element) -> Role:
    text = document.text[block.start : block.end]
    if block.kind is ElementKind.NAVIGATION:
        return Role.NAVIGATION
    if block.kind in (ElementKind.CODE, ElementKind.CAPTION):
        return Role.EXAMPLE
    if block.kind is ElementKind.HEADING:
        return _role_of_label(block.label)
    if block.kind is ElementKind.TABLE:
        return Role.EXAMPLE if _is_sample(document, block) else Role.TEACHES
    if block.kind is ElementKind.ITEM:
        if _TASK.match(text):
            return Role.TODO
        role = _role_of_label(plain(document.text[block.body : block.end].split("\n", 1)[0]))
        if role is not Role.TEACHES:
            return role
    return _role_of_lines(document.text[block.body : block.end] if block.body > block.start else text)


def _in_lists_of_links(document: Document) -> Iterator[int]:
    """Yields where the items of lists begin that are links for the most part; what is between them is none either."""
    run: list[Element] = []
    for block in (*document.blocks, None):
        if block is not None and block.kind is ElementKind.ITEM and (not run or block.parent == run[-1].parent):
            run.append(block)
            continue
        leading = sum(_role_of_block(document, item) is Role.NAVIGATION for item in run)
        if leading >= _MIN_LINKS and leading > len(run) / 2:
            yield from (item.start for item in run)
        run = [block] if block is not None and block.kind is ElementKind.ITEM else []


def _role_of_lead(document: Document, block: Element) -> Role:
    """Returns what the list right below a block is there for, where that is a line of its own: ``**Objectives**``."""
    line = document.text[block.start : block.end].strip()
    if block.kind is not ElementKind.PARAGRAPH or "\n" in line or len(line) > _LONGEST_LEAD:
        return Role.TEACHES
    return _role_of_label(plain(line))


def _role_of_label(label: str) -> Role:
    bare = _SIGNS.sub("", _NUMBER.sub("", label.strip()))
    lead = _LEADS.match(bare)
    if lead and lead.lastgroup:
        return Role(lead.lastgroup)
    return next((role for role, pattern in _HEADS.items() if pattern.fullmatch(bare)), Role.TEACHES)


def _role_of_lines(text: str) -> Role:
    """Returns the role of a paragraph or item by its form."""
    bare = text.strip()
    if not bare:
        return Role.TEACHES
    lead = _LEADS.match(plain(bare[:200]))
    if lead and lead.lastgroup:
        return Role(lead.lastgroup)
    linked = sum(len(found[found.lastgroup or 0]) for found in _LINKED.finditer(bare))
    if linked >= _MOSTLY_LINKS * len(plain(bare)):
        return Role.NAVIGATION
    if len(bare) <= _LONGEST_CITATION and sum(bool(sign.search(bare)) for sign in _CITED) >= _MIN_CITED:
        return Role.REFERENCE
    return Role.TEACHES


def _is_sample(document: Document, table: Element) -> bool:
    """Whether a table holds records or measurements rather than what is to be learned of its rows' names."""
    rows = table_rows(document.text, table.start, table.end)
    if len(rows) < 2:
        return True
    heads = [plain(cell.head) for cell in rows[0].cells]
    if sum(bool(_RECORD_HEADS.fullmatch(head)) for head in heads) >= 2 or not any(heads):
        return True
    return _share(_NO_TERM.fullmatch(plain(row.cells[0].text)) is not None for row in rows if row.cells) >= 0.5


def _share(found: Iterator[bool]) -> float:
    all_ = list(found)
    return sum(all_) / max(1, len(all_))
