"""What of that which the notes say is worth a question: it teaches, it names a thing, and it can stand alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from assistant.documents.labels import FORMULA
from assistant.documents.language import language_of, speaks
from assistant.documents.roles import Role, names_nothing, role_at
from assistant.quiz.exam.texts import meaning
from assistant.quiz.item import Anchor
from assistant.quiz.making.facts import (
    Column,
    Fact,
    Facts,
    OwnQuestion,
    Shape,
    Term,
    before_next_clause,
    is_finished,
    is_plural,
    is_verb,
)
from assistant.quiz.making.phrasing import USES, can_be_asked, is_property
from assistant.quiz.making.prose import is_sentence
from assistant.quiz.making.terms import LEADS_NOWHERE, is_appraised, is_balanced, names_a_thing
from assistant.quiz.making.word_use import ASKING, WordUse
from assistant.types import Document, ElementKind

_PERSONS = frozenset(("he", "she", "his", "her", "him", "er", "sein", "seine", "ihre", "il", "elle", "él", "ella"))
_PRONOUNS = frozenset(("it", "its", "they", "them", "their", "es", "sie", "ihr", "ils", "elles", "ellos", "ellas"))
_ASKS_LIST = """
    what which who whose how why when where was welche welcher welches welchen wer wie warum wieso weshalb wann wo wozu
    que qu quel quelle quels quelles qui comment pourquoi quand où qué cuál cuáles quién quiénes cómo cuándo dónde por
    in at for to from by according bei nach durch pour dans en à selon a para
"""
_CONTINUES = re.compile(
    r"^what (?:about|if|else)\b|\bother\b|\b(?:is|are|was|does|do|did|of|in|for) th(?:at|ose)\b", re.IGNORECASE
)
_ASKS = frozenset(_ASKS_LIST.split())
"""First words of questions that are not answered by Yes or No."""

_MIN_QUESTION, _MIN_ANSWER = 2, 4
"""Stems of a question of the notes that names its subject, and words of its answer."""
_POINTING_LIST = """
    this these those such above below following here there previous previously former latter earlier later
    aforementioned figure fig diagram image picture screenshot i we you your our us my me let's lets opposite etc siehe
    oben unten folgende folgender folgenden dies diese dieser dieses diesen diesem wir uns unser unsere cette ces nous
    notre este esta estos estas siguiente siguientes nosotros nuestro nuestra aquí veremos vimos continuación
    anteriormente précédemment yo ich mein meine meinem meinen meiner
"""
_POINTING = frozenset(_POINTING_LIST.split())
"""Words in what is said that only what stands around it, or who wrote it, explains."""

_RELATION = re.compile(r"^-|[=→⇒<>|]|->|=>|`|\w -\w|\b(?:section|page|chapter|kapitel|seite) \d", re.IGNORECASE)
"""In what is said, outside of formulas: it is a rule or code, not words that describe."""

_IS_EQUAL = re.compile(r"[^\W\d_]{2} \$\s*(?:[=<>]|\\(?:approx|leq?|geq?|sim|to)\b)")
"""A formula that begins with its relation says something of the word in front of it: "DFT $= N^2$ mults"."""

_HAD_BY_ALL = re.compile(
    r"\b(?:purpose|aim|goal|impact|effect|benefit|advantage|disadvantage|drawback|trade-?off|cost|risk|role|function"
    r"|formula|unit|symbol|cause|result|consequence|limit(?:ation)?|method|mechanism|symptom|treatment|diagnosis|capital"
    r"|location|meaning|complexity|author|inventor|founder|year|date|structure|zweck|ziel|wirkung|vorteil|nachteil"
    r"|funktion|formel|einheit|ursache|folge|symptom|but|effet|avantage|inconvénient|rôle|formule|unité|finalidad"
    r"|objetivo|efecto|ventaja|desventaja|papel|función|fórmula|unidad|causa)e?[ns]?$",
    re.IGNORECASE,
)
"""What a thing has whatever it is: "the purpose of X" can always be asked, "the provides of X" cannot."""

_MIN_SENTENCE, _MIN_LABELLED, _MIN_OF_ASPECT = 5, 4, 3
"""Words of what is said, from which on it can be the answer to a question."""

_GLOSSARY, _GLOSSARY_OF_OTHERS = 4, 6
"""Siblings of one form that make a list one of terms and descriptions; more where the form tells nothing."""

_ANY = re.compile(r"(?:an?|eine?|une?|una) ", re.IGNORECASE)

_EMPHASIS = r"(?:[*_]|==|<(?:b|em|strong|i|dfn)>|\\\w+ ?\{|\{\\\w+ )"
_WORDS_OF_NAME, _WORDS_OF_MEANING = 1, 14
_NOUN_OF = re.compile(
    r"(?:an?|the|d[aeiou]\w?|l[aeo]s?|ein\w*|une?|el|una) (?:[\w'’-]+ ){0,3}?[\w'’-]+(?:,| (?:of|that|which|who|whose"
    r"|where|for|in|with|to|between|made|used|von|der|des|die|das|zur?|für|aus|de|du|d['’]\w+|qui|que|del|para)\b)",
    re.IGNORECASE,
)
_INSTANCE = re.compile(r"\bcalled\b(?! (?:an?|the)\b)")
"""In a label's text: it names one that it is about, "a method called create"."""

_SEPARATED = re.compile(r"[-–—:=]\W*$")
_LONG_NOTE = 40_000
"""Characters; in a manual of a million, anything is mentioned four times."""

_MENTIONS, _COMES_BACK = 1, 4
"""Times that a note has a term which it is about."""

KIND_OF_THING = re.compile(
    r"(?:(?!to\b|by\b|in\b|if\b|when\b|wenn\b)[^\W\d][\w'’-]*,? ){1,4}?"
    r"(?:that|which|who|whose|where|of|made|used|found|obtained|caused|produced|formed|given)\b"
    r"|(?:[^\W\d][\w'’-]*,? ){1,3}?\w{3,}ed (?:in|at|by|on|as|to|from|with|for|into|or|and)\b"
    r"|(?:[^\W\d][\w'’-]*,? ){1,3}?(?:qui|que|dont)\b"
    r"|(?:[^\W\d][\w'’-]* ){0,3}?[^\W\d][\w'’-]*, (?:die|der|das|dem|den|deren|dessen|welche[rsmn]?)\b",
    re.IGNORECASE,
)
"""How a description without an article begins: "parts of the body that ...", "Welle, die auf ..."."""

_MIN_SAID, _MANY = 2, 5
"""Words that a cell has on average, and those that a formula counts for: single words are lists side by side."""

_WORDS_OF_FIGURE = 3
_WORD = re.compile(r"[^\W\d_]{4,}")
_ONLY_A_KIND = re.compile(
    r"an? (?:[\w-]+ )?(?:example|kind|part|type|form|member|class|set|aspect) of (?:[\w'’-]+ ?){1,3}", re.IGNORECASE
)
_SAYS_LITTLE = re.compile(
    r"(?:an?|the|one)\s(?:very |most |key |also |equally )?(?:bit|lot|only|norm|first|second|third|fourth|same"
    r"|best|most|main|key|result|reason|case|good|great|big|major|important|common|primary|little|few|real|very|way|thing|problem"
    r"|question|matter|of|central|popular|poor|typical|special|simple|useful|further|basic|easy|flexible|powerful"
    r"|competitive|significant|essential|crucial|critical|vital|complex|difficult|new|old|one|other|latter|former"
    r"|next|number|indispens[ai]ble|invaluable|enormous|precisely|powerhouse|querying powerhouse|fundamental"
    r"|widely|core|comprehensive|broad and|epitome|essence|solution to|shift|acronym|abbreviation|output|much|more|less"
    r"|better|(?:in|de)creasing function)\b|(?:much|more|less) |the (?:kind|sort) of\b"
    r"|un (?:moyen|medio) (?:pour|para)\b|(?:two|three|four|both) (?:\w+ )?(?:ways|kinds|types|methods|terms)\b"
    r"|(?:one|some|part|many|most|several|any) of\b|an? little\b|(?:some|all) [\w-]+ (?!of\b)"
    r"|(?:the|an?) (?:foundation|backbone|cornerstone|[‘“']?fuel|tool|weapon|product) (?:of|to)\b"
    r"|an? (?:registered )?(?:trademark|consequence|response to|reaction to|prerequisite|sign of)\b"
    r"|un (?:indicio|signe|indice) de\b|una disciplina (?:característica|importante)\b|eine[rs]? der\b|ein relativer\b"
    r"|eine? (?:reaktion|voraussetzung|folge|grund|zeichen|teil|beispiel|problem|möglichkeit)\b"
    r"|une? (?:conséquence|réponse|condition|exemple|partie)\b"
    r"|una? (?:consecuencia|respuesta|condición|ejemplo|parte)\b"
    r"|(?:die|das|der|eine?) (?:entscheidend\w*|sogenannte\w*|wichtig\w*|gut\w*"
    r"|groß\w*|erste\w*|gleiche\w*|einzige\w*)\b"
    r"|z\. ?b\."
    r"|l[ae]s? plus\b|(?:el|las?|los) más\b|(?:lo mismo|el mismo|la misma|le même|la même|dasselbe|das gleiche)\b",
    re.IGNORECASE,
)

_FIRST_CLAUSE = re.compile(r"\b(?:that|which|who|whose|where|qui|que|dont|die|der|das)\b")
_IF = re.compile(r"\b(?:if|iff|when|si|lorsque|quand|wenn|falls|cuando)\b")
"""In what a thing is said to be: "a function is a bijection if" says what a bijection is, not what a function is."""

_INFERRED = re.compile(
    r"\b(?:therefore|thus|hence|donc|ainsi|daher|deshalb|somit|folglich|por (?:lo )?tanto)\b", re.IGNORECASE
)
_GOES_ON_LIST = """
    and or but that which who to in of for with as by at from on seen since because after before if also not no only
    still und oder aber dort et ou mais y o pero
"""
_GOES_ON = frozenset(_GOES_ON_LIST.split())
"""First words of a text that only goes on with what stands before it."""


def worth_asking(found: Facts, note: Document, words: WordUse) -> Facts:
    """Returns what of ``found``, which is from ``note``, is worth a question: definitions, and what tables compare."""
    language = language_of(note.text)
    if not can_be_asked(language):
        return Facts()
    things = [fact for fact in found.facts if not is_appraised(fact.term.place)]
    named = [fact for fact in things if _teaches(fact.anchor, note) and names_a_thing(fact.term.label)]
    acting = {fact.term.place for fact in named if fact.shape is Shape.VERB or words.acts(fact.text)}
    read = [fact for fact in (_read(fact, words, in_acting=fact.term.place in acting) for fact in named) if fact]
    said = [fact for fact in read if _says(fact, language)]
    same = _said_of_several(said)
    said = [fact for fact in said if fact.text.lower() not in same]
    described = [fact for fact in said if not (fact.link or fact.subject or fact.aspect)]
    alike = Counter((fact.term.place, _begins(fact) or fact.shape is Shape.VERB) for fact in described)
    asked = Counter((fact.term, fact.aspect.lower()) for fact in found.facts)
    kept = tuple(
        fact
        for fact in said
        if (_is_determined(fact, note, asked) if fact.aspect else _defines(fact, note, language, alike))
    )
    groups = (group for group in found.groups if all(_teaches(anchor, note) for anchor in group.anchors))
    columns = (column for column in found.columns if _teaches(column.anchors[0], note) and _is_learned(column))
    answered = (one for one in found.answered if all(_teaches(a, note) for a in one.answers) and _is_question(one))
    return Facts(kept, tuple(groups), tuple(columns), tuple(answered))


def _said_of_several(facts: Sequence[Fact]) -> frozenset[str]:
    """Returns what is said of two things in the same words, in small letters: it tells neither from the other."""
    of = defaultdict(set)
    for fact in facts:
        if not fact.aspect:
            of[fact.text.lower()].add(fact.term.name.lower())
    return frozenset(text for text, names in of.items() if len(names) > 1)


def _defines(fact: Fact, note: Document, language: str, alike: Counter[tuple[tuple[str, ...], bool]]) -> bool:
    """Whether what is said of a term defines it, so that it can be asked for without the note in sight.

    A sentence does if it says what kind of thing the term is, and the note makes something of the term. A label's text
    does if it begins as definitions do, or if many of its siblings are described in the same form: a glossary.
    """
    size, place = len(re.split(r":\s", before_next_clause(fact.text))[0].split()), fact.term.place
    if _is_circular(fact) or says_little(fact.text) or not speaks(fact.text, language):
        return False
    if fact.shape is Shape.VERB:
        return not fact.subject and alike[place, True] >= _GLOSSARY
    begins = _begins(fact)
    if fact.link or fact.subject:
        known = _is_made_much_of(fact, note, at_least=_MENTIONS if is_any(fact) else _COMES_BACK)
        return bool(fact.link) and begins and known and size >= _MIN_SENTENCE
    if size < _MIN_LABELLED or _goes_on(fact, note, language) or _INSTANCE.search(fact.text):
        return False
    is_glossary = language in ("en", "") and alike[place, False] >= _GLOSSARY_OF_OTHERS
    return begins or (is_glossary and size == len(fact.text.split()))


def _is_circular(fact: Fact) -> bool:
    """Whether the term is in what it is said to be: "yield is the yield of a field"."""
    first = re.split(r"[,;]", _FIRST_CLAUSE.split(fact.text)[0])[0]
    return re.search(rf"\b{re.escape(fact.term.name.lower())}\b", first.lower()) is not None


def _goes_on(fact: Fact, note: Document, language: str) -> bool:
    """Whether what stands behind or below a label is a remark about it: a sentence, or the rest of the same phrase."""
    if not fact.offset and not _is_row(fact, note) and not _defines_from_below(fact):
        return True
    if language not in ("en", "") and not _SEPARATED.search(fact.anchor.quote[: fact.offset] or ":"):
        return True  # "**Wirtschaft** der Mächte"
    return fact.text.split()[0].lower() not in ASKING and is_sentence(fact.text, language)


def _defines_from_below(fact: Fact) -> bool:
    """Whether a line below a label says what it is, and is not one thing of several that stand there."""
    if ": " in fact.text:
        return False
    if fact.shape is Shape.DOING:
        return len(fact.term.label.split()) <= _WORDS_OF_NAME
    is_short = len(fact.text.split()) <= _WORDS_OF_MEANING and fact.anchor.quote[-1:] not in ".!"
    return fact.shape is Shape.NOUN and is_short and _NOUN_OF.match(fact.text) is not None


def _begins(fact: Fact) -> bool:
    """Whether what is said begins as definitions do: "the ratio of", "feeding data to", "how well", "a disc that"."""
    first = fact.text.split(" ", 1)[0].lower()
    if fact.link and first.endswith("ed"):
        return False  # "was dissatisfied and"
    return fact.shape in (Shape.NOUN, Shape.DOING) or first in ASKING or bool(KIND_OF_THING.match(fact.text))


def _is_determined(fact: Fact, note: Document, asked: Counter[tuple[Term, str]]) -> bool:
    """Whether there is one answer to what an aspect of a term is; below a label in the plural there are several."""
    return asked[fact.term, fact.aspect.lower()] == 1 and (_is_row(fact, note) or not is_plural(fact.aspect))


def _is_row(fact: Fact, note: Document) -> bool:
    block = note.block_at(fact.anchor.start)
    return block is not None and block.kind is ElementKind.TABLE


def _is_made_much_of(fact: Fact, note: Document, at_least: int) -> bool:
    """Whether a note is about a term, or comes back to it; in a long one, more often."""
    wanted = max(at_least, round(at_least * len(note.text) / _LONG_NOTE))
    return is_subject(fact, note) or note.text.lower().count(fact.term.name.lower()) >= wanted


def is_any(fact: Fact) -> bool:
    """Returns whether a fact is about every thing of its kind: "A diuretic is a compound that ..."."""
    return _ANY.match(fact.subject) is not None


def is_subject(fact: Fact, note: Document) -> bool:
    """Returns whether a note emphasises the term of a fact, or has it in a heading or in its title."""
    name = fact.term.name.lower()
    emphasised = re.search(rf"{_EMPHASIS}{re.escape(name)}", fact.anchor.quote.lower()) is not None
    return emphasised or any(name in head.lower() for head in (*fact.anchor.heading_path, note.title))


def says_little(text: str) -> bool:
    """Returns whether what is said would be true of much else: "an important part of ...", "the basic tools"."""
    return bool(_SAYS_LITTLE.match(text) or _ONLY_A_KIND.fullmatch(text))


def stands_alone(text: str) -> bool:
    """Returns whether what is said is understood without what stands around it."""
    words = re.findall(r"[\w'’]+", FORMULA.sub("x", text.lower()).replace("such as", ""))
    return is_balanced(text) and _POINTING.isdisjoint(words)


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
    described = KIND_OF_THING.match(fact.text) is not None and not words.commands(fact.text)
    return fact if words.names(fact.text) or described else None


def _says(fact: Fact, language: str) -> bool:
    first, *others = re.findall(r"[\w'’-]+", FORMULA.sub("", fact.text.lower())) or [""]
    if not fact.aspect and (
        first in _GOES_ON or len(others) < (3 if fact.shape is Shape.OTHER and first not in ASKING else 2)
    ):
        return False
    if fact.text.startswith(("(", '"', "“", "„", "«")) or (
        not fact.aspect and (_is_enumeration(fact.text) or (language != "de" and _is_title(fact.text)))
    ):
        return False
    if not is_finished(fact.text) or _INFERRED.search(fact.text):
        return False
    if fact.link and _IF.search(_FIRST_CLAUSE.split(fact.text)[0]):
        return False
    if not stands_alone(fact.text) or _RELATION.search(FORMULA.sub("x", fact.text)) or _IS_EQUAL.search(fact.text):
        return False
    if not fact.aspect:
        return fact.shape is not Shape.SENTENCE
    if fact.shape is Shape.SENTENCE or not any(map(str.isalpha, fact.text)):
        return False
    if len(fact.text.split()) < _MIN_OF_ASPECT:
        return False
    return fact.aspect.lower() in USES or bool(_HAD_BY_ALL.search(fact.aspect))


def _is_enumeration(text: str) -> bool:
    """Whether a text only lists names, and so says nothing of what they have in common."""
    parts = re.split(r"[,;/]|\band\b|\bor\b", re.sub(r"\([^()]*\)", "", text))
    return len(parts) >= 3 and sum(len(part.split()) for part in parts) <= 2.5 * len(parts)


def _is_title(text: str) -> bool:
    """Whether a text is written as an English heading is: "The Costs of World War II"."""
    long = [word for word in re.findall(r"[^\W\d_][\w'’-]+", text) if len(word) > 3]
    return len(long) >= 2 and all(word[0].isupper() for word in long)


def _is_question(asked: OwnQuestion) -> bool:
    """Whether a question of the notes is understood by itself, and is not answered by a word."""
    first, *others = re.findall(r"[\w'’]+", asked.question.lower()) or [""]
    said = sum(len(answer.quote.split()) for answer in asked.answers)
    alone = (_POINTING | _PERSONS | _PRONOUNS).isdisjoint((first, *others)) and first in _ASKS
    alone = alone and _CONTINUES.search(asked.question) is None
    told = all(is_finished(a.quote) and not _RELATION.search(FORMULA.sub("x", a.quote)) for a in asked.answers)
    subject = [stem for stem in meaning(" ".join(others)) if len(stem) > 1]
    return alone and told and said >= _MIN_ANSWER and len(subject) >= _MIN_QUESTION


def _is_learned(column: Column) -> bool:
    """Whether what a column has for each row is to be known, and is no list of figures."""
    in_words = sum(bool(FORMULA.search(cell) or (_WORD.search(cell) and not _is_figure(cell))) for cell in column.cells)
    words = sum(_MANY if FORMULA.search(cell) else len(cell.split()) for cell in column.cells)
    is_said = words >= _MIN_SAID * len(column.cells)
    return _is_property(column.head) and is_said and in_words > len(column.cells) / 2


def _is_figure(cell: str) -> bool:
    """Whether a cell is a number with its unit or name: "12.600 USD", "Rank 75"."""
    return len(cell.split()) <= _WORDS_OF_FIGURE and re.search(r"\d", cell) is not None


def _is_property(head: str) -> bool:
    words = head.lower().split()
    named = is_property(head) and not names_nothing(head)
    return named and LEADS_NOWHERE.isdisjoint(words) and not any(map(is_verb, words))
