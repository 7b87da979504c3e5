"""Reads single sentences of prose: what they define."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.documents.labels import plain
from assistant.quiz.making.facts import is_verb, readable

_FORMS = {
    "en": (
        "A|An|The",
        r"is|are|was|were|refers to|means|is defined as|are defined as|denotes",
        "an?|the|one of|any|how|when",
    ),
    "de": (
        "Ein|Eine|Der|Die|Das",
        "ist|sind|war|waren|bezeichnet|heißt",
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
    dadurch daher deshalb deswegen somit dann nun hierbei hiermit zudem außerdem jedoch
    es dies diese dieser dieses er sie wir man beide hier dort dabei damit wenn als auch
    il elle elles ils ce cela ceci c'est nous on ici cette ces aussi
    esto este esta estos estas ello él ella ellos ellas nosotros aquí también lo
"""
_POINTING = frozenset(_POINTING_LIST.split())
_VAGUE_LIST = """
    example distinction difference result idea aim purpose main first last key only use reason best most important
    notable common typical major other speed number acme advantage problem
    better worse simpler easier faster further similar additional different
    große großer großes wichtige wichtiger wichtiges weitere weiterer weiteres grund ziel folge ergebnis vorteil
    nachteil unterschied idee lösungsansatz but objectif problème différence objetivo problema diferencia
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
_MAX_WORDS = 60
_MAX_TERM_WORDS = 5

_FINITE = re.compile(
    r"\S (?:is|are|was|were|has|have|can|may|must|should|will|do|does|did|ist|sind|wird|werden|wurde|hat|haben|kann"
    r"|können|muss|müssen|soll|sollen|sich|est|sont|ont|peut|peuvent|doit|doivent|a (?:une?|le|la|les)|se|es|son|tiene"
    r"|tienen|puede|pueden|debe|deben)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:is|are) (?:called|known as|said to be)\b|\b(?:nennt man|heißt|heißen)\b|\b(?:est|sont) appelée?s?\b"
    r"|\bmeans that\b|s['’]appelle|\bse llaman?\b",
    re.IGNORECASE,
)
"""A sentence that names what it describes: said of its label, it would read "A leaf is a node ... is called a leaf"."""
_ENGLISH_CLAUSE = re.compile(
    r"\b\w{3,}ed (?:an?|the|its|their)\b|^Be \w+ (?:of|that|to)\b"
    r"|^[A-Z]\w+s (?!(?:of|for|in|with|by|from|on|at|to|and|or|per|over|under|into|via|as|than|within|without|through"
    r"|between|across|against|during|about|after|before|around|along|behind)\b)(?!\w+(?:ing|ed)\b)"
    r"\w{3,} (?:the|an?|its)\b"
)
"""A past form or a plural with its verb in front of an article: "AlexNet popularized the", "Embeddings capture the"."""
_SPANISH_CLAUSE = re.compile(r"(?!(?:de|para|por|sin|al?) )\w+[aeno] \w{2,}[aei]r(?:se)?\b", re.IGNORECASE)
"""A verb in front of an infinitive: "Busca garantizar"."""
_BEHIND_GERMAN_NOUNS_LIST = """
    der die das des dem den von vom für mit ohne in im an am auf aus bei zu zum zur über unter zwischen und oder durch
    um als nach vor wegen gegen einer eines eine ein ihrer seiner
"""
_BEHIND_GERMAN_NOUNS = frozenset(_BEHIND_GERMAN_NOUNS_LIST.split())


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
    if text.endswith(":") or _POINTS_BACK.search(found["text"][:40]) or len(text.split()) > _MAX_WORDS:
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


def is_sentence(text: str, language: str) -> bool:
    """Returns whether a text that begins like a definition goes on as a sentence: "The embryo embeds into ..."."""
    first = re.split(
        r";|\b(?:that|which|who|whose|where|when|qui|que|dont)\b", re.sub(r"\([^()]*\) ?|that is,", "", text)
    )[0]
    if _FINITE.search(first) or _CALLED.search(text):
        return True
    if language == "de":
        behind = re.findall(r"\b[A-ZÄÖÜ][\w-]+ ([a-zäöüß]+)\b", first.split(",")[0])
        return not _BEHIND_GERMAN_NOUNS.issuperset(behind)
    acts = re.match(r"(?:an?|the|each|every) [\w-]+ (?P<word>\w+s) (?!of\b)", first, re.IGNORECASE)
    if acts and is_verb(acts["word"].lower()):
        return True
    if language == "es":
        return (
            re.match(r"(?!(?:de|para|por|sin|al?) )\w+[aeno] \w{2,}[aei]r(?:se)?\b", first, re.IGNORECASE) is not None
        )
    return re.search(r"\w{2,}[^su\W]s (?:an?|the|its?|their|into|itself|themselves)\b", first) is not None or (
        _ENGLISH_CLAUSE.search(first) is not None
    )
