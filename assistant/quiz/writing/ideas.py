"""What of a section is worth asking: sentences that give a reason, an effect, a definition, a contrast..., and how much
the material makes of each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.units import Unit, source_units
from assistant.documents.labels import FORMULA, plain
from assistant.documents.naming import title_of_whole
from assistant.documents.roles import Role, names_nothing, role_at
from assistant.quiz.exam.texts import meaning, share
from assistant.quiz.item import Anchor, KeyPoint
from assistant.quiz.making.facts import is_plural
from assistant.quiz.making.prose import is_sentence
from assistant.quiz.making.terms import names_a_thing
from assistant.quiz.making.worth import says_little
from assistant.quiz.writing.cues import ENGLISH, Asked, Cues, cues_of
from assistant.quiz.writing.named import NamedText, Names
from assistant.types import ContextBlock, Document, ElementKind


@dataclass(frozen=True, slots=True)
class Idea:
    """A sentence of the notes, or a list, that can be asked about.

    Attributes:
        anchor: Its exact words.
        said: The same without markup.
        answer: The part of ``said`` that answers the question, or all of it.
        points: What a short answer has to say.
        told: The other part, which the question is about.
        place: What a question adds to a name that means many things, such as `` (in “Networks”)``; may be empty.
        worth: How much the material makes of it; from ``LEAST_WORTH`` on it is asked.
        cues: Of its language.
    """

    asks: Asked
    anchor: Anchor
    said: str
    answer: str
    points: tuple[KeyPoint, ...]
    told: str
    worth: float
    cues: Cues
    place: str = ""


_WORTH = {
    Asked.REASON: 1.0,
    Asked.EFFECT: 0.8,
    Asked.CONDITION: 0.7,
    Asked.WAY: 0.8,
    Asked.DEFINITION: 1.0,
    Asked.CONTRAST: 0.9,
    Asked.USE: 0.7,
    Asked.PARTS: 0.8,
    Asked.CLAIM: 0.8,
    Asked.LIST: 0.8,
}
_EMPHASIS = re.compile(r"\*\*|__|==|(?<![*\w])\*(?=\w)|<(?:b|strong|mark|em)>")
_CONNECTS = re.compile(
    r"(?:in the (?:context|field|case|theory) of [^,]{3,60}|in \w+(?:logy|ics|nomy|istry|sophy|analysis|law)|however"
    r"|moreover|furthermore|in addition|additionally|finally|hence|thus|therefore|similarly|likewise|also|so"
    r"|but|and|or|instead|otherwise|in general|generally|usually|of course|in fact|note that|notice that|recall that"
    r"|jedoch|außerdem|deshalb|daher|aber|und|auch|ainsi|donc|mais|et|cependant|enfin|de plus)(?:,\s|\s(?=[a-z]))",
    re.IGNORECASE,
)
"""How a sentence begins that goes on from the one before; what it says is understood without it."""

_POINTS_BACK = re.compile(
    r"(?:this|these|those|that|such|it|its|he|his|she|her|they|their|there|here|both|another"
    r"|the (?:former|latter|same|above|following)|as (?:such|above|mentioned)|for this|in this|since|just|like|dies\w*"
    r"|er|sie|es|ihre?|sein\w*|dadurch|dabei|damit|dazu|ce(?:t|tte|s|la|ci)?|il|elle|ils|elles|son|sa|ses|leurs?)\b",
    re.IGNORECASE,
)
_DEICTIC = re.compile(
    r"\b(?:this|these|those|following|figure|as above|see below|here|aforementioned"
    r"|dies(?:e[rsmn]?)?|oben|ci-dess[uo]\w+)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:I|we|you|your|my|our|us|me|let'?s)\b", re.IGNORECASE)
_TRAILING = re.compile(
    r"[\s,]+(?:can|could|may|might|will|would|should|must|also|typically|often|usually|generally|normally|mainly|simply"
    r"|always|then|thereby|thus|directly)$",
    re.IGNORECASE,
)
"""What stands between what a sentence is about and its answer, and belongs to neither."""

_OPEN_END = re.compile(
    r"\b(?:the|an?|to|and|or|of|that|which|who|not|used|in|by|for|with|from|as|is|are|was|were|be|this|it|they|its|their"
    r"|but|because|so|if|when|such|satisfies|following)$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:that|which|who|whose|where|how|why|whether|is|are|was|were|has|have|had|can|may|will|if|when"
    r"|because|argue\w*|sa(?:id|ys?)|believ\w+|th(?:ink|ought)\w*|claim\w*|dass|weil|wenn|qui|que|quand|lorsque|si|dont|où)\b|[=→]|->",
    re.IGNORECASE,
)
"""What a sentence is about has none of these if the verb that follows is its own."""

_FINITE = re.compile(
    r"\S\s(?:\S+\s)*?(?:is|are|was|were|has|have|had|can|could|may|might|must|will|would|should|do|does|did|became|began"
    r"|rose|fell|grew|went|took|made|make|use|need|want|keep|rise|fall|become|increase|decrease|\w{2,}ed|\w{2,}[^su\W]s)\b",
    re.IGNORECASE,
)
"""A clause: a subject and a verb, as far as endings tell."""

_LACKS_SUBJECT = re.compile(r"(?:can|cannot|could|may|must|should|will|need|needs|is|are)\b", re.IGNORECASE)
_SPLICED = re.compile(r"\w[:.–—-]\s|::|\s[–—-]\s")
"""Within what a sentence is about: it is two, of which the first is a label or belongs to the line before."""

_GOES_ON = re.compile(r"(?:and|or|but|und|oder|et|ou|e\.g|i\.e|z\. ?b)\b", re.IGNORECASE)
_PART_OF = re.compile(
    r"(?:an?|the|one|another)\s(?:[\w-]+\s){0,2}?(?:component|aspect|feature|part|example|number|variety|kind|type|result|way)\sof\b"
    r"|(?:all|most|many|some|several|other|few)\b",
    re.IGNORECASE,
)
"""A subject that does not name what is spoken of, but a part or some of it."""

_CALLED = re.compile(r"^the (?:term|word|concept|notion) ", re.IGNORECASE)
_QUOTES = re.compile(r"[\"“”]|^['‘’]|['‘’]$")
_COUNTABLE = re.compile(r"(?:^|\s)(?P<noun>[\w’'-]+)(?:\s(?:of|for|in|to|on|against|between|behind|by|and)\b.*)?[:.]?$")
_CITED_NUMBER = re.compile(r"(?<!\\sqrt)\[(?:\d+(?:[,–-]\s?\d+)*|citation needed|[a-z]+ needed)\]")
_FULL_STOP = re.compile(r"[.!][\s*_)]*$")
_ENDS = re.compile(r"[\s.;:,–—-]+$")
_LISTED = re.compile(r",\s*(?:and\s|or\s)?|;\s*(?:and\s|or\s)?|\s(?:and|or)\s")
_WORDS = (7, 48)
_MIN_STEMS = 2
_DEFINITION_WORDS = 5
_MAX_NAMES = 0.4
_OF_A_SUBJECT = (Asked.EFFECT, Asked.USE, Asked.PARTS)
_MEMBERS = (3, 7)
_MEMBER_WORDS = 7
_LONGEST_MEMBER = 110
_LONGEST_LABEL_WORDS = 7
_HAD_BY_ALL = re.compile(
    r"(?:(?:key|main|central|basic) )?(?:ideas|features|characteristics|properties|assumptions|principles|functions"
    r"|uses|goals|aims|causes|reasons|effects|impacts|consequences|(?:dis)?advantages|benefits|drawbacks|strengths|weaknesses"
    r"|problems|pitfalls|limits|limitations|criticisms|challenges|risks|symptoms)",
    re.IGNORECASE,
)
"""A heading that many texts have: what stands below it are those of what the text is about."""

_NO_NAME = re.compile(
    r"(?:is|are|was|can|cannot|could|may|must|no|not|if|when|has|have|does|do|don't|because|by|to|\w+ed)\b",
    re.IGNORECASE,
)
"""How a line begins that says something of what stands above it, and is no member of it."""
_PROSE = (ElementKind.PARAGRAPH, ElementKind.ITEM, ElementKind.QUOTE)
LEAST_WORTH = 1.0


def clean(markdown: str) -> str:
    """Returns a piece of a note without its markup, marks of sources and what dangles at its end."""
    return _ENDS.sub("", plain(_CITED_NUMBER.sub("", markdown))).strip()


def needs_before(text: str) -> bool:
    """Returns whether a sentence begins with a word that only what stands before it explains."""
    return bool(_POINTS_BACK.match(text.lstrip("*_ ")))


class Importance:
    """How much a note makes of the words of a sentence: how many of its other sentences have them.

    Attributes:
        names: What its lines are called.
        ends_lines: Whether most items of its lists end with a full stop: one that does not is no sentence there.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self._counts: Counter[str] = Counter()
        for unit in units:
            self._counts.update(meaning(unit.text))
        items = [bool(_FULL_STOP.search(unit.text)) for unit in units if unit.kind is ElementKind.ITEM]
        self.ends_lines = 2 * sum(items) > len(items)
        self.names = Names(units)

    def of(self, stems: frozenset[str]) -> float:
        """Returns the importance of what has ``stems``, in [0, 1]: 1 if its best three words come again and again."""
        best = sorted((self._counts[stem] for stem in stems if not stem.isdigit()), reverse=True)[:3]
        return sum(min(count - 1, 4) / 4 for count in best if count) / 3


def ideas_in(block: ContextBlock, importance: Importance) -> list[Idea]:
    """Returns what is worth asking about ``block``, the best first, each sentence at most once."""
    cues = cues_of(block.text)
    if cues is None:
        return []
    units = [unit for unit in source_units(block) if unit.kind in _PROSE and _teaches(unit)]
    found = [*_lists(block, units, importance, cues), *_sentences(units, importance, cues)]
    return sorted((idea for idea in found if idea.worth >= LEAST_WORTH), key=lambda idea: -idea.worth)


def _teaches(unit: Unit) -> bool:
    document = unit.block.document
    return document is None or role_at(document, unit.start) is Role.TEACHES


def _sentences(units: Sequence[Unit], importance: Importance, cues: Cues) -> Iterator[Idea]:
    for number, unit in enumerate(units):
        if len(unit.text.split()) > _WORDS[1] or clean(unit.text).endswith("?"):
            continue
        before = units[number - 1] if number else None
        is_long = len(unit.text.split()) >= _WORDS[0]
        found = importance.names.behind(unit, cues.language) or (_parsed(unit.text, cues) if is_long else None)
        found = found or importance.names.below(unit, before, cues.language)
        if found is None:
            continue
        asks, told, answer = found.asks, found.told, found.answer
        is_first = before is None or before.heading_path != unit.heading_path
        worth = _WORTH[asks] + _made_of(unit, told, answer, importance, is_first=is_first)
        if asks is Asked.DEFINITION:
            worth += 0.5 * bool(_PERSONAL.search(unit.text))  # "what we acquire" is said of everybody
        points = _points(asks, answer)
        if points and _says_enough(told, answer):
            name = term_of(told) if asks is Asked.DEFINITION else clean(told)
            said, full = clean(unit.text), _full(clean(answer))
            yield Idea(asks, _anchor(unit), said, full, points, name, worth, cues, found.place)


def _parsed(text: str, cues: Cues) -> NamedText | None:
    """Returns what a sentence can be asked for by its form: what the question is about, and the answer, as written."""
    bare = _CONNECTS.sub("", text.lstrip("*_ "), count=1) if _CONNECTS.match(text.lstrip("*_ ")) else text
    if bare.rstrip("*_ ").endswith(":") or "::" in bare or _POINTS_BACK.match(bare.lstrip("*_ ")):
        return None
    formulas = [found.span() for found in FORMULA.finditer(bare)]
    is_sentence = text.lstrip("*_ ")[:1].isupper()
    for asks, pattern in cues.patterns:
        found = pattern.match(bare)
        if found is None or any(low < found.start("answer") < high for low, high in formulas):
            continue
        answer, told = found["answer"], _subject(found["told"]) if asks is not Asked.CONTRAST else ""
        if told is None or not _says_enough(told, answer) or (asks is Asked.CONDITION and not is_sentence):
            continue
        if _SPLICED.search(clean(told)) or told.count("(") != told.count(")") or _GOES_ON.match(answer):
            continue
        if asks in _OF_A_SUBJECT and (_CLAUSE.search(told) or _PART_OF.match(told)):
            continue
        if asks is Asked.REASON and cues is ENGLISH and not _FINITE.search(told):
            continue
        if asks is Asked.CONDITION and _LACKS_SUBJECT.match(answer):
            continue
        if asks is Asked.DEFINITION and not _defines(told, answer, cues.language):
            continue
        return NamedText(asks, told, answer)
    return None


def _defines(told: str, answer: str, language: str) -> bool:
    names, size = re.findall(r"(?<=\s)[A-Z]\w+", answer), len(answer.split())
    if language != "de" and len(names) > _MAX_NAMES * size:
        return False  # the rest of a title
    says = not says_little(answer) and not is_sentence(answer, language)
    return _is_term(told) and says and size >= _DEFINITION_WORDS


def _says_enough(told: str, answer: str) -> bool:
    said = clean(answer)
    if len(meaning(said)) < _MIN_STEMS or _OPEN_END.search(said):
        return False
    return not told or bool(meaning(clean(told)))


def _subject(told: str) -> str | None:
    """Returns what a sentence is about, without what hangs at its end; None if it is cut in the middle."""
    bare = _TRAILING.sub("", told.strip())
    return None if _OPEN_END.search(clean(bare)) else _EMPHASIS.sub("", bare).strip("*_ ")


def _is_term(told: str) -> bool:
    name = re.sub(r"\s\([^()]*\)$", "", term_of(told))
    bare = re.sub(r"^(?:an?|the|eine?|der|die|das|une?|les?|la)\s", "", name, flags=re.IGNORECASE)
    return not _POINTS_BACK.match(told) and names_a_thing(bare)


def term_of(told: str) -> str:
    """Returns a term without quotation marks, and without "The term"."""
    return _QUOTES.sub("", _CALLED.sub("", clean(told.strip("*_ ")))).rpartition(" or ")[2]


def _made_of(unit: Unit, told: str, answer: str, importance: Importance, *, is_first: bool) -> float:
    """Returns what the material makes of a sentence, and how well it stands alone, as a sum of small reasons."""
    text, stems = unit.text, meaning(unit.text)
    heading = next((meaning(label) for label in reversed(unit.heading_path) if not names_nothing(label)), frozenset())
    worth = 0.3 * bool(_EMPHASIS.search(text)) + 0.3 * share(heading, stems) + 0.2 * is_first
    worth += 0.5 * importance.of(stems)
    worth -= 0.2 * text.lstrip("*_ ")[:1].islower() + 0.5 * bool(_DEICTIC.search(answer))
    worth -= 1.0 * bool(_PERSONAL.search(text)) + 0.3 * (len(text.split()) > 36)
    worth -= 0.3 * (importance.ends_lines and unit.kind is ElementKind.ITEM and not _FULL_STOP.search(text))
    worth -= 0.3 * bool(re.search(r"\d", answer))
    return worth - 0.4 * (bool(told) and len(meaning(told)) < _MIN_STEMS and not heading)


def _points(asks: Asked, answer: str) -> tuple[KeyPoint, ...]:
    """Returns what an answer has to say, each point exact words of the notes."""
    pieces = [answer]
    if asks is Asked.PARTS:
        members = [piece for piece in _LISTED.split(answer) if piece.strip()]
        if 2 <= len(members) <= _MEMBERS[1] and all(len(piece.split()) <= 8 for piece in members):
            pieces = members
    elif asks is Asked.CONTRAST:
        halves = re.split(r",\s(?=(?:whereas|while|während|wohingegen)\s)", answer)
        pieces = halves if len(halves) == 2 else [answer]
    return tuple(KeyPoint(clean(piece), piece.strip()) for piece in pieces if meaning(clean(piece)))


def _lists(block: ContextBlock, units: Sequence[Unit], importance: Importance, cues: Cues) -> Iterator[Idea]:
    """Yields the lists of a section whose members answer together what their opening line or heading names."""
    document = block.document
    if document is None:
        return
    lines: dict[int, list[Unit]] = {}
    for unit in units:
        item = document.block_at(unit.start)
        if item is not None and item.kind is ElementKind.ITEM:
            lines.setdefault(item.parent, []).append(unit)
    low, high = _MEMBERS
    for parent, group in lines.items():
        label, is_whole = _told_by(document, parent)
        starts = {held.start for unit in group if (held := document.block_at(unit.start))}
        if not label or not low <= len(group) <= high or len(starts) < len(group):
            continue
        fits = _is_line if is_whole else _is_member
        if any(len(unit.text) > _LONGEST_MEMBER or not fits(unit, document) for unit in group):
            continue
        start, end = group[0].start, group[-1].end
        said = "; ".join(clean(unit.text) for unit in group)
        worth = _WORTH[Asked.LIST] + 0.3 + 0.5 * importance.of(meaning(label))
        worth -= 1.0 * bool(_PERSONAL.search(said)) + 0.5 * bool(_DEICTIC.search(said))
        points = tuple(KeyPoint(clean(unit.text), unit.text) for unit in group)
        anchor = Anchor(block.note, group[0].heading_path, start, end, document.text[start:end])
        yield Idea(Asked.LIST, anchor, said, _full(said), points, label, worth, cues)


def _told_by(document: Document, parent: int) -> tuple[str, bool]:
    """Returns what the lines of a list answer together, and whether the list is one for what stands above it.

    That is an opening line ("The scale grows in three directions:"), or a heading that every text has, of what the
    text is about ("Pitfalls"); otherwise the heading or line has to name a kind, whose members the lines are. Empty if
    it does neither.
    """
    above = document.elements[parent] if parent >= 0 else None
    if above is None:
        return "", False
    line = document.text[above.body : above.end].strip().split("\n", 1)[0]
    if above.kind is ElementKind.ITEM and line.endswith(":") and len(meaning(line)) >= _MIN_STEMS:
        return clean(line), True
    if above.kind is ElementKind.HEADING and _HAD_BY_ALL.fullmatch(above.label):
        thing = next(
            (one for one in reversed(document.headings_above(above)) if not names_nothing(one)),
            title_of_whole(document),
        )
        return (f"{clean(above.label)} of {thing}", True) if names_a_thing(thing) else ("", False)
    return (above.label, False) if _names_several(above.label) else ("", False)


def _is_line(unit: Unit, document: Document) -> bool:
    """Returns whether a line of a list says something and goes on in nothing but lines below it."""
    said = clean(unit.text)
    return bool(meaning(said)) and not _OPEN_END.search(said) and not unit.text.rstrip().endswith((":", "?"))


def _is_member(unit: Unit, document: Document) -> bool:
    """Returns whether a line says something by itself: it is no opening line of others, and is not cut."""
    said = clean(unit.text)
    name = re.split(r":\s|\s[–—-]\s|\s\(", said, maxsplit=1)[0]
    if len(name.split()) > _MEMBER_WORDS or _NO_NAME.match(name) or _CLAUSE.search(name):
        return False
    item = document.block_at(unit.start)
    number = document.elements.index(item) if item is not None else -1
    opens = any(other.parent == number and other.kind is ElementKind.ITEM for other in document.blocks)
    return not opens and _is_line(unit, document)


def _names_several(label: str) -> bool:
    """Returns whether a heading or opening line names a kind of which the lines below it are members."""
    noun = _COUNTABLE.search(clean(label))
    if noun is None or names_nothing(label) or len(label.split()) > _LONGEST_LABEL_WORDS or _CLAUSE.search(label):
        return False
    return is_plural(noun["noun"])


def _anchor(unit: Unit) -> Anchor:
    return Anchor(unit.block.note, unit.heading_path, unit.start, unit.end, unit.text)


def _full(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('!', '?', '…')) else '.'}"
