"""What the words of a line tell: whether it says something by itself, and what kind of thing a heading names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.documents.labels import FORMULA
from assistant.documents.roles import Role, role_of_sentence
from assistant.quiz.exam.texts import meaning
from assistant.quiz.making.facts import readable
from assistant.quiz.making.worth import stands_alone
from assistant.quiz.writing.ideas import needs_before

_LONGEST_SENTENCE = 55
MIN_WORDS = 4
_MIN_STEMS = 2
SHORT_LINE = 14
_LONGEST_UNENDED = 24
_ENDS = re.compile(r"[.!?…。][\s*_)\]”’\"]*$")
_GOES_ON = re.compile(
    r"(?:so|but|and|or|then|thus|hence|therefore|otherwise|instead|means?|known as|called|meaning|which|because|same"
    r"|again|the other|in effect|in this|darum|deshalb|daher|somit|dann|also|dadurch|außerdem|trotzdem|hierbei|hierfür"
    r"|dabei|davon|damit|danach|dort|auch|sowie|ebenso|dagegen|donc|ainsi|alors|mais|et|ou|puis|ensuite|cependant|toutefois"
    r"|c['’]est|cela|ceci|celui|celle|ceux|celles|en effet|entonces|pero|y|por lo tanto|por tanto|luego|además|también"
    r"|eso|esto|ello|así|dennoch|jedoch|zudem|ferner|insofern|however|moreover"
    r"|furthermore|meanwhile|nevertheless|nonetheless|similarly|likewise|finally|additionally|in addition|for example"
    r"|for instance|in contrast(?=,)|zum beispiel|par exemple|por ejemplo|wobei|where|donde|où|otr[oa]s?"
    r"|un autre|une autre|un otro"
    r"|das (?:ist|war|wird|wurde|kann|hat|[a-zäöü]+te?)(?=\s)"
    r"|(?:the )?(?:final|last|first|next|previous|above) (?:two |three )?examples?)\b",
    re.IGNORECASE,
)
"""How a sentence begins that goes on with what stands before it."""

_NOTES = re.compile(
    r"(?:recall|note|notice|remember) that\b|similar(?:ly)?,"
    r"|(?:pause (?:here|for)|walk (?:them )?through|emphasi[sz]e that|give examples|point out that"
    r"|(?:ask|remind|tell) (?:the |your )?(?:students|class|audience))\b"
    r"|(?:see|siehe|voir|véase|vedi)\s|(?:aside|side ?note|warning|disclaimer|by the way)\b|[∴⟹]|#|\d+\.\s|step \d",
    re.IGNORECASE,
)
"""How a line begins that is an aside, a word to who speaks, a conclusion without its reasons, a comment, or a step."""

_EXISTS = re.compile(r"\b(?:there (?:is|are|was|were|exists?)|es gibt|il y a|il existe)\b\s*", re.IGNORECASE)
"""Words that look as if they pointed to something, and only say that it is there."""

_NO_SUBJECT = re.compile(
    r"(?:can|need|have|has|must|should|may|found|used|given|based|gives?|allows?|usually|gets?|makes?|uses?|takes?|try"
    r"|don['’]t|do not)\b",
    re.IGNORECASE,
)
"""How a paragraph on a slide begins that leaves out what it speaks of."""

_GOES_ON_FROM_LINE = re.compile(r"[a-z]{4}|[,;.:)]")
"""How a line of a page begins that is not the beginning of its sentence."""

CAPITAL_WITHIN = re.compile(r"(?<=[a-zà-ÿ)%”’\]] )([A-ZÀ-Þ][a-zà-ÿ]+)\b")
CAPITALISES = ("de",)
"""Languages in which any noun has a capital letter."""

_UNFINISHED = re.compile(
    r"\b(?:is|are|was|of|the|an?|by|with|and|to|ist|sind|der|die|das|est|sont|de|es|son|une?|du|des|le"
    r"|la|les|et|ou|que|qui|dans|pour|par|el|los|las|y|con|for|from|in|on|at|as|or|that|which|und|oder|mit|von|für)"
    r"\s*[.:]?$",
    re.I,
)
OBJECTIVE = re.compile(
    r"(?:ascertain|describe|explain|identify|distinguish|discuss|summarize|understand|be able to|compare|define|analyze"
    r"|evaluate|recognize|outline|list|name|state|apply)\b(?!:)",
    re.IGNORECASE,
)
"""How an aim of learning or a task begins."""

_CHROME = re.compile(r"last updated|save as pdf|page id|edit (?:this page|on github)|table of contents", re.IGNORECASE)
_CITED = re.compile(r"[A-Z][\w'’-]+, [A-Z][a-z]+ [A-Z]\.|[A-Z][a-z]+, [A-Z]{2}: |[B-HJ-Z] [A-Z]\w|\[[^\]]{1,3}\]")
"""How a line of a bibliography begins, a footnote, or a line behind a bullet that was read as a letter."""

_BREAKS_OFF = re.compile(
    r",$|\b(?:the|an?|of|and|or|to|with|by|from|for|in|un|une|du|des|de|le|la|les|et|ou|der|die|das|und|mit|von|im|el|los"
    r"|las|y|con|del)$",
    re.IGNORECASE,
)
"""How a line ends that an editor has broken."""

_ELSEWHERE = re.compile(
    r"https?://|;$|; --|\(source:|\(\s\)|licen[sc]ed? under|all rights reserved|©|\\_|_{3}|\[link"
    r"|^an? (?:\w+ )?interesting (?:question|thing)"
    r"|\banterior(?:es|mente)?\b|\bprécédente?s?\b|\bvorherig|(?:(?<!\w)[a-zA-Z] ){3}"
    r"|\b(?:see|siehe|voir|véase|cf\.) |\b(?:we|you|i|let|they|it|that|he|she)['’](?:ve|ll|re|d|s|m)\b|::",
    re.IGNORECASE,
)
"""A sentence that leads elsewhere, or speaks as in a lecture."""

DEFINES = re.compile(r"def(?:inition)?|définition|definición|abstract|term|begriff", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?:the )?(?:(?!of\b)\w+ ){0,2}(?:types|kinds|forms|classes|categories|stages|steps|phases|properties|features"
    r"|assumptions|characteristics|(?:dis)?advantages|benefits|drawbacks|limitations|causes|effects|consequences|functions|components"
    r"|parts|elements|factors|ways|uses|reasons|principles|symptoms|conditions|requirements|layers|methods|tools"
    r"|instruments|objectives|goals|criteria|barriers|strategies|roles|rules|measures|policies"
    r"|problems|pitfalls|impacts|criticisms|challenges|strengths|weaknesses|risks|arten|formen|typen|phasen|merkmale|eigenschaften"
    r"|vorteile|nachteile|ursachen|folgen|gründe|aufgaben|funktionen|bestandteile|faktoren|prinzipien|ziele|maßnahmen"
    r"|bestimmungen|avantages|inconvénients|causes|conséquences|étapes|propriétés|caractéristiques|types|facteurs|fonctions"
    r"|ventajas|desventajas|causas|consecuencias|tipos|características|propiedades|etapas|fases|factores|funciones|pasos)"
    r"\b",
    re.IGNORECASE,
)
DETERMINER = re.compile(
    r"(?:the|an?|any|all|each|one|der|die|das|eine?|alle|jede[rs]?|le|la|les|une?|tout\w*|el|los|las|una?|tod[oa]s?)\s",
    re.IGNORECASE,
)
HAS_VERB = re.compile(
    r"^(?:\S+\s){1,9}?(?:ist|sind|war|waren|wird|werden|wurden?|hat|haben|hatte|kann|können|soll(?:te|ten)?|muss|müssen"
    r"|bestand|gilt|dient|führt|führten?|wollten?|sollten?|est|sont|était|a|ont|peut|peuvent|doit|es|son|era|fue|ha|han|puede|pueden|debe)\s",
    re.IGNORECASE,
)
"""A verb among the first words: the text has a subject of its own, and does not only say what something is."""

_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|may|will|would|must|should|does|do|means?|says?|argues?|claims?|gives?"
    r"|allows?|requires?|causes?|leads?|makes?|shows?|explains?|contributes?|contains?|thought|saw|[a-z]{3,}ed)\b",
)

_TELLS_HOW = re.compile(
    r"^\w+(?:al|ive|ic|ous|ed|ness)$|\b(?:context|background|history|lecture|info|evaluation|conclusion|summary|origin|answer)$",
    re.IGNORECASE,
)

EXPLAINS = re.compile(r"(?:where|with|here|wobei|mit|dabei ist|où|avec|donde|siendo|con|dove|onde)\b", re.IGNORECASE)
"""How the sentence below a formula begins that explains its letters."""

OF_LETTERS = re.compile(r"(?:symbole?s?|variables?|formelzeichen|größe|variablen?|símbolos?|letters?)", re.IGNORECASE)
"""Heads of the first column of a table that explains the letters of a formula."""

ALL_BOLD = re.compile(r"(\*\*|__)[^*_]+\1")


def says_something(text: str, *, is_prose: bool = True, is_printed: bool = False) -> bool:
    """Returns whether a sentence says something by itself.

    Args:
        text: Without markup.
        is_prose: It stands in a paragraph: without a full stop it is a fragment there.
        is_printed: It is from pages, where lines without a full stop may have been joined.
    """
    bare = FORMULA.sub("x", text)
    words = bare.split()
    if not MIN_WORDS <= len(words) <= _LONGEST_SENTENCE or len(meaning(bare)) < _MIN_STEMS:
        return False
    claim = _EXISTS.sub("", bare)
    if (
        bare.startswith("(")
        or bare.endswith((":", "?", ","))
        or needs_before(claim)
        or _GOES_ON.match(bare)
        or _NOTES.match(bare)
        or not stands_alone(claim)
    ):
        return False
    if (
        _UNFINISHED.search(bare)
        or is_chrome(bare)
        or OBJECTIVE.match(bare)
        or _CITED.match(bare)
        or _ELSEWHERE.search(text)
        or bare.count('"') % 2
    ):
        return False
    if is_prose and is_printed and (_NO_SUBJECT.match(bare) or _GOES_ON_FROM_LINE.match(bare)):
        return False
    is_whole = is_finished(bare)
    return is_whole or not (is_prose and (is_printed or len(words) > _LONGEST_UNENDED))


def has_verb(text: str) -> bool:
    """Returns whether a text has a verb that is known, so that it says something also without a full stop."""
    return bool(_VERB.search(text) or HAS_VERB.match(text))


def is_phrase(text: str) -> bool:
    """Returns whether a line is the name of a thing in several words, as a definition is that repeats no term.

    "Median of the deviations from the median": no verb that is known, no full stop, and a noun or article first.
    """
    begins = text[:1].isupper() or DETERMINER.match(text)
    is_one = MIN_WORDS < len(text.split()) <= _LONGEST_UNENDED and not re.search(r"[\n:;=?!$]", text)
    return bool(begins) and is_one and not (is_finished(text) or has_verb(text) or _NO_SUBJECT.match(text))


def is_aside(text: str) -> bool:
    """Returns whether a line leads elsewhere or is beside the point."""
    return bool(_NOTES.match(text))


def goes_on(text: str) -> bool:
    """Returns whether a text of several words goes on with what stands before it, or is a case of it."""
    follows = _GOES_ON.match(text) or role_of_sentence(text) is not Role.TEACHES
    return len(text.split()) > MIN_WORDS and bool(follows)


def is_broken_off(text: str) -> bool:
    """Returns whether a text announces or asks what it does not say itself."""
    return text.endswith((":", "?", "...", "…")) or bool(_UNFINISHED.search(text))


def names_several(label: str) -> bool:
    """Returns whether a heading promises a list that is learned as a whole: "Types of errors", "Advantages"."""
    return bool(_SEVERAL.match(label.strip()))


def tells_how(label: str) -> bool:
    """Returns whether a heading tells how something is or where it belongs, so that nobody could describe it."""
    return bool(_TELLS_HOW.search(label))


def is_chrome(text: str) -> bool:
    """Returns whether a text is of the page that a note was taken from, and not of the note."""
    return bool(_CHROME.match(text.strip()))


@lru_cache(maxsize=64)
def small_words(text: str) -> frozenset[str]:
    """Returns the words that a text has in small letters."""
    return frozenset(re.findall(r"(?<!\w)[a-zà-ÿ]{2,}(?!\w)", text))


def sentence_of(text: str) -> str:
    """Returns a piece of a note as a sentence: a capital letter first, a full stop at its end."""
    text = text.strip()
    if is_finished(text) or not text:
        return text
    return f"{readable(text)}."


def is_wrapped(lines: Sequence[str]) -> bool:
    """Returns whether lines are one text that an editor has broken: one breaks off, or only the last is finished."""
    breaks_off = any(_BREAKS_OFF.search(line) for line in lines[:-1])
    runs_on = is_finished(lines[-1]) and any(line[:1].islower() for line in lines[1:])
    return breaks_off or runs_on


def is_finished(text: str) -> bool:
    """Returns whether a text ends with a full stop or the like."""
    return bool(_ENDS.search(text))
