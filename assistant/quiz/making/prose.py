"""Reads single sentences of prose: what they define, and which of their words can be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.documents.labels import FORMULA, plain
from assistant.index.words import STOPWORDS
from assistant.quiz.item import Anchor
from assistant.quiz.making.facts import Blank, Facts, readable
from assistant.types import Document, ElementKind

_FORMS = {
    "en": (
        "A|An|The",
        r"is|are|was|were|refers to|means|is defined as|are defined as|denotes|describes",
        "an?|the|one of|any|how|when",
    ),
    "de": (
        "Ein|Eine|Der|Die|Das",
        "ist|sind|war|waren|bezeichnet|beschreibt|heißt",
        "eine?|einen|der|die|das|den|jede[rs]?",
    ),
    "fr": ("Une?|Le|La|Les", "est|sont|était|désigne|désignent|signifie", "une?|l[ae]|les|l['’]un|toute?|chaque"),
    "es": ("Una?|El|La|Los|Las", "es|son|era|se define como|significa", "una?|el|las?|los|cualquier|todo|toda|cada"),
}
"""For each language: articles before a term, what stands between it and what it is, and how that begins."""

_DEFINITIONS = {
    language: re.compile(
        rf"(?P<det>(?:{articles})\s+)?(?P<term>[^\s,;:()].{{1,60}}?)(?P<bracket>\s\([^()]{{1,30}}\))?\s+"
        rf"(?P<link>{links})\s+(?P<text>(?:{begins})\b.+)",
        re.DOTALL,
    )
    for language, (articles, links, begins) in _FORMS.items()
}
_BOLD_FIRST = re.compile(
    r"(?:(?:A|An|The)\s+)?(?P<mark>\*\*|__)(?P<term>[^*\n]{2,60})(?P=mark)\s+(?P<text>[a-z].+)", re.DOTALL
)
LINKS = frozenset(("is", "are", "was", "were", "means", "ist", "sind", "est", "sont", "es", "son"))
_POINTING_LIST = """
    it this that these those they he she we i you there such another other its his her their our my here what who
    which however therefore thus moreover both one some many most few several all each neither either
    sometimes often usually generally typically mostly then now also nor
    whenever wherever since because if as so although though while once until unless given when
    es dies diese dieser dieses er sie wir man beide hier dort dabei damit wenn als auch
    il elle elles ils ce cela ceci c'est nous on ici cette ces aussi
    esto este esta estos estas ello él ella ellos ellas nosotros aquí también lo
"""
_POINTING = frozenset(_POINTING_LIST.split())
_VAGUE_LIST = """
    example distinction difference result idea aim purpose main first last key only use reason best most important
    notable common typical major other speed number acme advantage problem
"""
_VAGUE = frozenset(_VAGUE_LIST.split())
"""First words of subjects that are no term: "The main idea is ..."."""

_LEADING_ANAPHORA = re.compile(
    r"(?:this|these|those|that|such|it|its|he|his|she|her|they|their|there|however|therefore|thus|also|moreover|in this"
    r"|in these|for this|at this|another|other|both|similarly|likewise|instead|hence|then|the (?:former|latter|same)"
    r"|as such|by this|with this|here|finally|furthermore|additionally|but|and|or|so|yet)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(?:he|she|they|it|this|these|those|such|latter|former|here|below|above)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w.,-])(1[0-9]{3}|20[0-4][0-9])(?![\w%]|[.,-]\d)")
_NUMBER = re.compile(r"(?<![\w.,/#§[^-])(\d{1,3}(?:,\d{3})+|\d+\.\d+|\d{1,6})(?![\w/]|[.,-]\d|\])(?:\s?%| percent)?")
_NAME = re.compile(r"\b[A-Z][\w'’-]*[a-z][\w'’-]*(?:\s+(?:(?:of|de|du|von|van|al|y|the)\s+)?[A-Z][\w'’-]*)*")
_BEFORE_YEAR = re.compile(
    r"(?:\b(?:in|by|since|of|from|until|till|during|around|after|before|about|circa|year|January|February|March|April|May"
    r"|June|July|August|September|October|November|December))\s?$",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(r"\b(?:by|in|at|from|of|with|to|near|as|for|called|named)(?:\s+the)?\s$", re.IGNORECASE)
_MIN_WORDS, _MAX_WORDS = 8, 30
_MAX_TERM_WORDS = 5
_PROSE = (ElementKind.PARAGRAPH, ElementKind.QUOTE)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a sentence defines: ``subject link text``; ``subject`` is the term with its article."""

    term: str
    subject: str
    link: str
    text: str
    offset: int


def read_definition(sentence: str, language: str = "en") -> Definition | None:
    """Returns what ``sentence`` defines; None for a sentence of another form, or of a language whose forms are unknown.

    A sentence defines if it begins with a term in bold letters, or reads "X is a ..." with a short X, no pronoun.
    """
    bold = _BOLD_FIRST.match(sentence)
    if bold:
        first, _, rest = bold["text"].partition(" ")
        term, subject = readable(bold["term"]), readable(sentence[: bold.start("text")])
        if language != "en" and not (first in LINKS and _begins_noun(rest, language)):
            return None
        if first in LINKS and rest:
            return Definition(term, subject, first, readable(rest), bold.start("text") + len(first) + 1)
        return Definition(term, subject, "", readable(bold["text"]), bold.start("text"))
    text = plain(sentence)
    form = _DEFINITIONS.get(language or "en")
    found = form.match(text) if form else None
    if found is None or _LEADING_ANAPHORA.match(text) or not _can_be_term(found["term"], found["det"] or ""):
        return None
    if text.endswith(":") or _POINTS_BACK.search(found["text"][:40]) or len(text.split()) > 2 * _MAX_WORDS:
        return None
    term = found["term"] + (found["bracket"] or "")
    offset = max(0, sentence.find(found["text"][:20]))
    return Definition(term, (found["det"] or "") + term, found["link"], readable(found["text"]), offset)


def _begins_noun(text: str, language: str) -> bool:
    form = _FORMS.get(language)
    return form is not None and re.match(rf"(?:{form[2]})\b", text) is not None


def points_back(text: str) -> bool:
    """Returns whether a sentence begins with a word that only the sentence before it explains."""
    return bool(_LEADING_ANAPHORA.match(text))


def _can_be_term(term: str, determiner: str) -> bool:
    words = term.split()
    if len(words) == 1 and determiner.startswith("The") and term.islower():
        return False  # "The input is ...": of something named before
    if not 1 <= len(words) <= _MAX_TERM_WORDS or words[0].lower() in _POINTING:
        return False
    if words[0].endswith("ly") or re.search(
        r"[,;:\"“”]|\b(?:that|which|who|where|when|if|than|because|although|while|called|not|is|are|was|were|has|have|there|it|this|these|those)\b",
        term,
        re.IGNORECASE,
    ):
        return False
    return words[0].lower() not in _VAGUE


def find_blanks(note: Document) -> Facts:
    """Returns the words of a note's paragraphs that can be left out and asked for."""
    blanks: list[Blank] = []
    for sentence in note.sentences():
        above = list(note.above(sentence))
        if above[0].kind in _PROSE and not any(element.kind is ElementKind.ITEM for element in above):
            quote = note.text[sentence.start : sentence.end]
            blanks += _blanks(Anchor(note.path, note.headings_above(sentence), sentence.start, sentence.end, quote))
    return Facts(blanks=tuple(blanks))


def _blanks(anchor: Anchor) -> Iterator[Blank]:
    """Yields what can be left out of a sentence that is understood by itself."""
    sentence = plain(re.sub(r"(?<!\\sqrt)\[[^\]]{0,30}\]", "", anchor.quote))
    size = len(sentence.split())
    if not _MIN_WORDS <= size <= _MAX_WORDS or _LEADING_ANAPHORA.match(sentence) or sentence[-1:] not in ".!":
        return
    if _POINTS_BACK.search(sentence):
        return
    taken = {place for formula in FORMULA.finditer(sentence) for place in range(*formula.span())}
    for kind, pattern in (("year", _YEAR), ("number", _NUMBER), ("name", _NAME)):
        for match in pattern.finditer(sentence):
            spot = set(range(*match.span()))
            if not spot & taken and _may_ask(kind, match, sentence):
                taken |= spot
                before = sentence[: match.start()].split()[-1:] or [""]
                yield Blank(kind, sentence, match[0], match.start(), before[0].lower(), anchor)


def _may_ask(kind: str, match: re.Match[str], sentence: str) -> bool:
    before, after = sentence[: match.start()], sentence[match.end() :]
    if sentence.count(match[0]) > 1:
        return False
    if kind == "number":
        beside = re.search(r"\d\S*\s*(?:to|and|or|[-–])\s*$", before) or re.match(r"\s*(?:to|and|or|[-–])\s*\d", after)
        named = re.search(r"[A-Z]\w*\s+$", before)
        return (
            not beside
            and not named
            and not _YEAR.fullmatch(match[0])
            and bool(re.match(r"\s+[a-z]", after) or match[0][-1] in "%t")
        )
    if kind == "name":
        words = match[0].split()
        plain_word = words[0].lower() in STOPWORDS or match[0].endswith(("'s", "’s")) or "-" in match[0]
        if len(words[-1]) == 1:
            return False  # "Richard A. Becker": the name goes on behind the full stop
        joined = re.match(r"\s+(?:[A-Z0-9]|[a-z-]*al-)|['’-]|\s*\(|\.\s[a-z]", after) or re.search(
            r"[A-Z]\S*\s$", before
        )
        return bool(_BEFORE_NAME.search(before)) and len(match[0]) > 3 and not plain_word and not joined
    dated = _BEFORE_YEAR.search(before) and not re.match(r"\s+(?:years|times|people|[a-z]+s\b)", after)
    return (
        bool(dated)
        and not re.match(r"\s*(?:[-–]|to\s|and\s|or\s)\s*\d", after)
        and not re.search(r"\d\s*(?:[-–]|to|and|or)\s*$", before)
    )
