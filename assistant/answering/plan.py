"""What a question asks for: that decides which element of the notes answers it, and which lines stand beside it.

Decided by the form of the question alone, so it costs nothing and is the same each time.
"""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.answering.comparing import compared
from assistant.index.words import NUMBER_WORDS, content_words, stem, words


class Wanted(StrEnum):
    """What a question asks for."""

    COMPARISON = "comparison"
    PLACE = "place"  # where the notes say something
    FORMULA = "formula"
    CODE = "code"
    EXAMPLE = "example"
    NUMBER = "number"  # how many, how much, when
    REASON = "reason"
    STEPS = "steps"
    WAY = "way"  # how something is done or works
    LIST = "list"
    YES_OR_NO = "yes or no"
    PLAIN_WORDS = "plain words"
    MEANING = "meaning"
    ANYTHING = "anything"


_BEGINS = r"^\W*(?:(?:and|but|so|then|ok|also|pl(?:ease|z|s))\W+)*"
_PART = r"(?:notes?|files?|lectures?|slides?|chapters?|sections?|pages?|documents?|pdfs?)"
_IN_NOTES = (
    rf"\b(?:in|on|of) (?:my|the|our|these) (?:\w+ )?(?:{_PART}|script|book)\b"
    r"|\bin (?:meinen|den|unseren) (?:notizen|unterlagen|folien|mitschriften)\b"
    r"|\bdans (?:mes|les|nos) (?:notes|cours)\b"
    r"|\ben (?:mis|los|las) (?:apuntes|notas|diapositivas)\b|\b(?:nei miei|negli) appunti\b"
)
_TELLS = (
    r"(?:(?:is|are|talks?|speaks?|says?) (?:\w+ )?about|cover(?:s|ed)?|mention(?:s|ed)?|explain(?:s|ed)?"
    r"|discuss(?:es|ed)?|describe[sd]?|define[sd]?|introduce[sd]?|deals? with)\b"
)
_SHAPES: tuple[tuple[Wanted, tuple[str, ...]], ...] = (
    (
        Wanted.PLACE,
        (
            rf"{_BEGINS}(?:where|wo|où|d[oó]nde|dove)\b.*(?:{_IN_NOTES})",
            rf"{_BEGINS}where (?:do|can|could|did) (?:i|we|you) (?:find|read|see|write|note)\b",
            rf"{_BEGINS}(?:which|what) (?:of my )?{_PART}\b.*\b{_TELLS}",
            rf"{_BEGINS}(?:in|on) (?:which|what) {_PART} (?:is|are|was|were|do|does|did|can|could)\b",
        ),
    ),
    (
        Wanted.FORMULA,
        (
            r"\b(?:formulas?|formulae|equations?) (?:\w+ )?(?:for|of|is|are|describes?|gives?)\b",
            r"\b(?:what|which|show|give|write|state)\b.*\b(?:formula|equation)\W*$",
            r"\b(?:formel|gleichung) (?:für|von|der|des|zur)\b",
            r"\bwie (?:lautet|ist) die (?:formel|gleichung)\b",
            r"\b(?:formule|équation|fórmula|ecuación|formula|equazione) (?:de|du|des|pour|del?|para|per|della)\b",
            rf"{_BEGINS}(?:wie|comment|cómo|come) (?:\S+ ){{0,6}}?(?:berechnet|calculer?|calcular?|calcola)\b",
            rf"{_BEGINS}how (?:is|are|to|(?:do|can) (?:i|you|we)) (?:\S+ ){{0,6}}?(?:calculated?|computed?)\b",
        ),
    ),
    (
        Wanted.CODE,
        (
            r"\b(?:show|give|write|what|whats)\b.*\b(?:code|snippet|syntax)\b",
            r"\b(?:code|syntax|snippet) (?:for|of|to)\b",
        ),
    ),
    (
        Wanted.EXAMPLE,
        (
            r"\b(?:give|show|tell|name|need|want|provide|what i?s|whats|is there)\b.{0,12}"
            r"\b(?:an?|one|another) (?:\w+ )?example\b",
            rf"{_BEGINS}(?:an )?example (?:of|for)\b",
            r"\b(?:ein|une?|un|uno) (?:beispiel|exemple|ejemplo|esempio)\b",
        ),
    ),
    (
        Wanted.NUMBER,
        (
            rf"{_BEGINS}how (?:many|much|long|far|old|often|big|large|high|tall|fast|deep|heavy|likely)\b",
            rf"{_BEGINS}when (?:was|were|did|is the|are the)\b",
            r"\b(?:what|which) (?:\w+ )?(?:year|date|percentage|number|amount|age|share|century)\b",
            rf"{_BEGINS}(?:wie (?:viele?|hoch|gro(?:ß|ss)|lange?|oft|weit|alt)|wieviele?)\b",
            rf"{_BEGINS}(?:combien|cu[áa]nt[oa]s?|quant[oaie])\b",
            rf"{_BEGINS}(?:wann|quand|cu[áa]ndo|quando)\b|\bin welchem jahr\b|\ben quelle année\b|\ben qué año\b",
        ),
    ),
    (
        Wanted.REASON,
        (
            rf"{_BEGINS}(?:why|y|warum|weshalb|wieso|pourquoi|por qué|perch[eé])\b",
            r"\bhow come\b",
            r"\bwhat (?:causes|caused|makes|made|leads to|led to)\b",
        ),
    ),
    (
        Wanted.STEPS,
        (
            r"\b(?:steps|stages|phases|procedure)\b",
            r"\b(?:schritte|phasen|etappen|stadien|étapes|pasos|etapas|fases|fasi|passi)\b",
        ),
    ),
    (Wanted.WAY, (rf"{_BEGINS}(?:how|wie|comment|c[óo]mo|come)\b",)),
    (
        Wanted.LIST,
        (
            r"\b(?:list|(?<!the )(?<!a )(?<!its )(?<!whose )name|enumerate)\b",
            r"\bgive (?:me )?(?:all|the|some|\w+ (?:examples|reasons))\b",
            r"\b(?:what|wat|wht)(?: \w+){0,2}? (?:are|r|were) (?:all )?(?:the|its|their|some)\b",
            r"\bwhich(?: [\w-]+){1,4}? (?:are|were|do|does|did|can|exist)\b",
            r"\b(?:nennen?|liste|zähle|aufzählen|énumère|cite|liste[rz]?|enumera|nombra|elenca)\b",
            r"\b(?:welche(?: \w+){1,3}? (?:gibt|sind|hat|haben)|was sind)\b",
            rf"\b(?:which|what|welche|quels|quelles|qu[ée]|cu[áa]les|quali) (?:{'|'.join(NUMBER_WORDS)})\b",
            r"\b(?:quel(?:le)?s sont|cu[áa]les son|quali sono)\b",
        ),
    ),
    (
        Wanted.YES_OR_NO,
        (
            rf"{_BEGINS}(?!was (?:ist|sind|hei(?:ß|ss)t|\w{{4,}}t)\b)"
            r"(?:is|are|was|were|do|does|did|can|could|has|have|had|should|will|would|may|must)(?:n['’]?t)?\b",
        ),
    ),
    (Wanted.PLAIN_WORDS, (r"\b(?:simply|simple (?:words|terms)|plain (?:words|english|terms)|eli5|for dummies)\b",)),
    (
        Wanted.MEANING,
        (
            rf"{_BEGINS}(?:what|wat|wht|who)\W?s?\b",
            rf"{_BEGINS}(?:was|wer|qu['’]est-ce|que|qu[ée]|qui|quién|chi|(?:che )?cos[a'’]?)\b",
            r"\b(?:define|definition of|meaning of|explain|describe|tell me about)\b",
            r"\b(?:definiere|erkläre?|beschreibe?|définis|explique|décris|define|explica|describe|spiega|descrivi)\b",
        ),
    ),
)
_FORMS = tuple((kind, tuple(re.compile(shape, re.IGNORECASE) for shape in shapes)) for kind, shapes in _SHAPES)

_ASKS_FOR_PLACE = re.compile(
    rf"{_IN_NOTES}|{_BEGINS}where (?:do|can|could|did) (?:i|we|you) (?:find|read|see|write|note)(?: (?:about|of))?\b"
    rf"|{_BEGINS}(?:(?:in|on) )?(?:which|what) (?:of my )?{_PART}\b|\b{_TELLS}",
    re.IGNORECASE,
)

_SAME = (
    "type kind sort form category class classification variety arten typ typen kategorie kategorien tipo tipos tipi",
    "step stage phase procedure schritt schritte phasen ablauf étape étapes paso pasos etapa etapas fase fases fasi",
    "advantage benefit pro pros strength upside"
    " vorteil vorteile avantage avantages ventaja ventajas vantaggio vantaggi",
    "disadvantage drawback con cons weakness downside limitation nachteil nachteile inconvénient inconvénients"
    " desventaja desventajas svantaggio svantaggi",
    "cause reason factor ursache ursachen grund gründe raison raisons causa causas motivo motivos motivi",
    "effect consequence impact result outcome folge folgen auswirkung auswirkungen conséquence conséquences"
    " consecuencia consecuencias conseguenza conseguenze",
    "characteristic feature property trait attribute symptom sign hallmark manifestation"
    " symptome anzeichen merkmal merkmale eigenschaft eigenschaften caractéristique"
    " caractéristiques propriété propriétés característica características propiedad propiedades",
    "component part element bestandteil bestandteile komponente komponenten composante"
    " composantes componente componentes",
    "function role purpose funktion funktionen",
    "requirement condition criterion criteria prerequisite voraussetzung voraussetzungen bedingung bedingungen",
    "tool instrument instrumente werkzeug werkzeuge",
    "example instance beispiel beispiele exemple exemples ejemplo ejemplos esempio esempi",
)
"""Words that ask for the same list; a question with one of them asks for a list."""

ASKED_AS = {stem(word): stem(alike.split()[0]) for alike in _SAME for word in alike.split()}
"""For the stem of each word that asks for a list, the stem of the one that stands for all that ask for the same."""

GIVES_REASON = frozenset(
    map(
        stem,
        words(
            "because since so therefore thus hence due owing causes leads results why reason weil deshalb daher dadurch"
            " folglich grund parce car donc puisque raison porque pues causa perché poiché quindi"
        ),
    )
)
"""Stems of the words by which a sentence gives a reason."""

KINDS = frozenset(ASKED_AS.values())


def wanted(question: str) -> Wanted:
    """Returns what a question asks for; ``anything`` where its form does not say."""
    if compared(question):
        return Wanted.COMPARISON
    found = next((kind for kind, forms in _FORMS if any(form.search(question) for form in forms)), Wanted.ANYTHING)
    is_open = found in (Wanted.MEANING, Wanted.PLAIN_WORDS, Wanted.ANYTHING)
    return Wanted.LIST if is_open and any(stem(word) in ASKED_AS for word in content_words(question)) else found


def subject_of(question: str) -> str:
    """Returns what is looked for: the question, without what asks for the place where the notes say it."""
    rest = _ASKS_FOR_PLACE.sub(" ", question) if wanted(question) is Wanted.PLACE else ""
    return " ".join(rest.split()) if content_words(rest) else question
