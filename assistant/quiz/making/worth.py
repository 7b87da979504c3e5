"""What of that which the notes say is worth a question: it teaches, it names a thing, and it can stand alone."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.documents.labels import FORMULA
from assistant.documents.roles import Role, names_nothing, role_at
from assistant.quiz.item import Anchor
from assistant.quiz.making.facts import Blank, Fact, Facts, Group, OwnQuestion, Shape, is_verb, shape
from assistant.quiz.making.phrasing import EXAMPLES, USES, is_property
from assistant.quiz.making.word_use import ASKING, WordUse
from assistant.types import Document

_LONGEST_TERM = 6
_PERSONS = frozenset(("he", "she", "his", "her", "him", "er", "sein", "seine", "ihre", "il", "elle", "él", "ella"))
_MIN_QUESTION, _MIN_ANSWER = 4, 4
_NO_NAME = re.compile(
    r"\b(?:is|are|was|were|can|cannot|could|may|might|must|will|should|has|have|had|do|does|did|not|don't|let's|i|we|you|my"
    r"|your|our"
    r"|doesn't|isn't|aren't|this|that|these|those|it|its|they|ist|sind|wird|werden|kann|nicht|est|sont|peut|ne|pas"
    r"|son|puede|no)\b"
    r"|[=<>→⇒:;?!…|\"“”«»]|\.\.",
    re.IGNORECASE,
)
"""In a label: it is a sentence, a relation or a remark, and names no thing."""

_LEADS_NOWHERE_LIST = """
    a an the for in on at by from to with without if when while after before between more most less some all any
    each every no just even such only thus hence other another below above here there using as also then now next
    finally first second third because so but and or part step stage phase level figure fig table page line note ps
    eg ie für bei mit ohne nach vor wenn alle jede einige weitere andere pour dans avec sans après avant si tous
    toutes autre autres para en con sin después antes cuando todos otros
"""
_LEADS_NOWHERE = frozenset(_LEADS_NOWHERE_LIST.split())
"""First words of labels that place or count something and do not name it."""

_POINTING_LIST = """
    this these those such above below following here there previous previously former latter earlier later
    aforementioned figure fig diagram image picture screenshot i we you your our us my me let's lets opposite etc siehe
    oben unten folgende folgender folgenden dies diese dieser dieses diesen diesem wir uns unser unsere cette ces nous
    notre este esta estos estas siguiente siguientes nosotros nuestro nuestra aquí
"""
_POINTING = frozenset(_POINTING_LIST.split())
"""Words in what is said that only what stands around it, or who wrote it, explains."""

_DATE = re.compile(
    r"\d{1,4}(?:[\s./–-]+\d{1,4})*(?:\s+[^\W\d]+\.?)?(?:\s+\d{2,4})?|[^\W\d]+\.?\s+\d{1,2}(?:,?\s+\d{4})?"
)
"""A label that is a day or a year: it dates something and names no thing."""

_RELATION = re.compile(r"[=→⇒<>]|->|=>|`")
"""In what is said, outside of formulas: it is a rule or code, not words that describe."""

_LISTED = (
    r"(?:the )?(?:\w+ )?(?:types?|kinds?|forms?|classes|categories|stages?|steps|phases|properties|characteristics"
    r"|features|advantages|disadvantages|benefits|drawbacks|limitations|causes|effects|consequences|functions|components"
    r"|parts|elements|factors|principles|symptoms|assumptions|conditions|requirements|layers|methods|pillars|tools"
    r"|sources|instruments|branches|theories|dimensions|strategies|roles|goals|criteria) (?:of|for|in|that)\b",
    r"(?:arten|formen|typen|phasen|stufen|merkmale|eigenschaften|vorteile|nachteile|ursachen|folgen|aufgaben|funktionen"
    r"|bestandteile|elemente|faktoren|prinzipien|symptome|methoden) (?:von|der|des)\b",
    r"(?:types|formes|étapes|phases|propriétés|caractéristiques|avantages|inconvénients|causes|effets|fonctions|facteurs)"
    r" (?:de|du|des|d')",
    r"(?:tipos|clases|formas|etapas|fases|propiedades|características|ventajas|desventajas|causas|efectos|funciones"
    r"|factores) (?:de|del)\b",
)
_HAD_BY_ALL = re.compile(
    r"\b(?:purpose|aim|goal|impact|effect|benefit|advantage|disadvantage|drawback|trade-?off|cost|risk|role|function"
    r"|formula|unit|symbol|cause|result|consequence|limit(?:ation)?|method|mechanism|symptom|treatment|diagnosis|capital"
    r"|location|meaning|complexity|author|inventor|founder|year|date|structure|zweck|ziel|wirkung|vorteil|nachteil"
    r"|funktion|formel|einheit|ursache|folge|symptom|but|effet|avantage|inconvénient|rôle|formule|unité|finalidad"
    r"|objetivo|efecto|ventaja|desventaja|papel|función|fórmula|unidad|causa)e?[ns]?$",
    re.IGNORECASE,
)
"""What a thing has whatever it is: "the purpose of X" can always be asked, "the provides of X" cannot."""

_TOPIC_GROUP = re.compile("|".join(_LISTED), re.IGNORECASE)
"""A heading that promises a list which is learned as a whole: "Types of unemployment"."""

_PROCESS = re.compile(
    r"\b(?:steps?|stages?|phases?|process|procedure|algorithm|cycle|sequence|timeline|workflow|pipeline|how to"
    r"|order|life ?cycle|recipe|protocol|schritte|ablauf|phasen|verfahren|reihenfolge|zyklus|vorgehen|étapes|processus"
    r"|procédure|déroulement|pasos|etapas|fases|proceso|procedimiento|ciclo)\b",
    re.IGNORECASE,
)
_STEP = re.compile(r"(?:step|stage|phase|schritt|étape|etapa|paso|fase)\b", re.IGNORECASE)
_EVENT_NAME = re.compile(r"(?<=[\w,;] )[A-Z][a-zà-ÿ]{2,}")
_UNBALANCED = tuple((opens, closes) for opens, closes in ("()", "[]", "{}"))


_GOES_ON_LIST = """
    and or but that which who to in of for with as by at from on seen since because after before if also not no only
    still und oder aber et ou mais y o pero
"""
_GOES_ON = frozenset(_GOES_ON_LIST.split())
"""First words of a text that only goes on with what stands before it."""


def worth_asking(found: Facts, note: Document, words: WordUse) -> Facts:
    """Returns what of ``found``, which is from ``note``, is worth a question."""
    named = [fact for fact in found.facts if _teaches(fact.anchor, note) and names_a_thing(fact.term.label)]
    acting = {fact.term.place for fact in named if fact.shape is Shape.VERB or words.acts(fact.text)}
    facts = (_read(fact, words, in_acting=fact.term.place in acting) for fact in named)
    groups = (group for group in found.groups if all(_teaches(anchor, note) for anchor in group.anchors))
    blanks = (blank for blank in found.blanks if _teaches(blank.anchor, note) and _is_learned(blank))
    columns = (column for column in found.columns if _teaches(column.anchors[0], note) and _is_property(column.head))
    said = tuple(fact for fact in facts if fact and _says(fact))
    answered = (one for one in found.answered if all(_teaches(a, note) for a in one.answers) and _is_question(one))
    return Facts(said, tuple(groups), tuple(blanks), tuple(columns), tuple(answered))


def names_a_thing(label: str) -> bool:
    """Returns whether a label is the name of something that can be learned about."""
    text = FORMULA.sub("x", label).strip()
    if not 1 <= len(text.split()) <= _LONGEST_TERM or not _is_balanced(label):
        return False
    first, *rest = re.findall(r"[\w'’]+", text.lower()) or [""]
    if _NO_NAME.search(text) or _DATE.fullmatch(text) or first in _LEADS_NOWHERE or names_nothing(label):
        return False
    if is_verb(first) or (rest and is_verb(f"{first}s")):
        return shape(text) is not Shape.VERB and not rest  # "Occurs if", "Identify phrases"
    return "\\" not in text and sum(map(str.isalpha, label)) >= 2


def is_label(text: str) -> bool:
    """Returns whether a text can stand for a row of a table: short, and no sentence or mark alone."""
    return 1 <= len(text.split()) <= _LONGEST_TERM and _is_balanced(text) and re.search(r"\w", text) is not None


def stands_alone(text: str) -> bool:
    """Returns whether what is said is understood without what stands around it."""
    return _is_balanced(text) and _POINTING.isdisjoint(re.findall(r"[\w'’]+", FORMULA.sub("x", text.lower())))


def is_learned_list(group: Group) -> bool:
    """Returns whether the members of a group are learned as a whole."""
    return bool(_TOPIC_GROUP.match(group.label)) and all(names_a_thing(term.label) for term in group.members)


def is_process(group: Group) -> bool:
    """Returns whether the members of a group are steps, and not merely numbered."""
    named = _PROCESS.search(" ".join((*group.place[-1:], group.label)))
    acts = all(term.label.split()[0].endswith("ing") for term in group.members if term.label)
    steps = all(_STEP.match(anchor.quote.lstrip("#*- ")) for anchor in group.anchors)
    return group.ordered and (bool(named) or acts or steps)


def _teaches(anchor: Anchor, note: Document) -> bool:
    return role_at(note, anchor.start) is Role.TEACHES


def _read(fact: Fact, words: WordUse, *, in_acting: bool) -> Fact | None:
    """Returns ``fact`` with its form told by how the notes use its first word; None if that stays open.

    Where another thing of the same list does something, a word that may be a verb is one.
    """
    if fact.aspect or fact.shape is not Shape.OTHER:
        return fact
    acts = words.acts(fact.text)
    if acts or (acts is None and in_acting):
        return replace(fact, form=Shape.VERB)
    return fact if words.names(fact.text) else None


def _says(fact: Fact) -> bool:
    first, *others = re.findall(r"[\w'’-]+", FORMULA.sub("", fact.text.lower())) or [""]
    if not fact.aspect and (
        first in _GOES_ON or len(others) < (3 if fact.shape is Shape.OTHER and first not in ASKING else 2)
    ):
        return False
    if fact.text.startswith("(") or (not fact.aspect and (_is_enumeration(fact.text) or _is_title(fact.text))):
        return False
    if not stands_alone(fact.text) or _RELATION.search(FORMULA.sub("x", fact.text)):
        return False
    if not fact.aspect:
        return fact.shape is not Shape.SENTENCE
    if fact.shape is Shape.SENTENCE or not any(map(str.isalpha, fact.text)):
        return False
    return fact.aspect.lower() in USES | EXAMPLES or bool(_HAD_BY_ALL.search(fact.aspect))


def _is_enumeration(text: str) -> bool:
    """Whether a text only lists names, and so says nothing of what they have in common."""
    parts = re.split(r"[,;/]|\band\b|\bor\b", re.sub(r"\([^()]*\)", "", text))
    return len(parts) >= 3 and sum(len(part.split()) for part in parts) <= 2.5 * len(parts)


def _is_title(text: str) -> bool:
    """Whether a text is written as a heading is: "The Costs of World War II"."""
    long = [word for word in re.findall(r"[^\W\d_][\w'’-]+", text) if len(word) > 3]
    return len(long) >= 2 and all(word[0].isupper() for word in long)


def _is_question(asked: OwnQuestion) -> bool:
    """Whether a question of the notes is understood by itself, and is not answered by a word."""
    first = next(iter(re.findall(r"[\w'’]+", asked.question.lower())), "")
    said = sum(len(answer.quote.split()) for answer in asked.answers)
    words = re.findall(r"[\w'’]+", asked.question.lower())
    alone = (_POINTING | _PERSONS).isdisjoint(words) and first not in ("and", "but", "so")
    return alone and len(asked.question.split()) >= _MIN_QUESTION and said >= _MIN_ANSWER


def _is_property(head: str) -> bool:
    return is_property(head) and not names_nothing(head)


def _is_learned(blank: Blank) -> bool:
    """Whether a year or name is worth knowing: it is that of an event with a name, or of who did it."""
    if not stands_alone(blank.sentence) or blank.kind == "number":
        return False
    if blank.kind == "year":
        return bool(_EVENT_NAME.search(blank.sentence))
    return blank.before in ("by", "called", "named")


def _is_balanced(text: str) -> bool:
    pairs = all(text.count(opens) == text.count(closes) for opens, closes in _UNBALANCED)
    return pairs and text.count("`") % 2 == 0 and text.count("$") % 2 == 0 and "**" not in text
