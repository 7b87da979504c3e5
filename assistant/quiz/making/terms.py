"""Which labels are the names of things, and which only place, date or state something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.documents.labels import FORMULA
from assistant.documents.roles import names_nothing
from assistant.quiz.making.facts import Shape, is_verb, shape

_LONGEST_TERM = 6
_NO_NAME = re.compile(
    r"\b(?:is|are|was|were|can|cannot|could|may|might|must|will|should|has|have|had|do|does|did|not|don't|let's|i|we|you|my"
    r"|your|our"
    r"|doesn't|isn't|aren't|this|that|these|those|it|its|they|ist|sind|wird|werden|kann|nicht|est|sont|peut|ne|pas"
    r"|son|puede|no|\w+[ai]ble by|or an?|or the|example|beispiel|exemple|ejemplo|vs|he|she|him|her|today|now|davon)\b"
    r"|\w [+×·] \w|[=<>→⇒:;?!…|@§\"“”«»]|\.\.|^[^\w$'\"(]",
    re.IGNORECASE,
)
"""In a label: it is a sentence, a relation or a remark, and names no thing."""

_PART_OF = re.compile(
    r"(?:[\w-]+ )?(?:importance|impact|influence|roles?|use|usage|uses|effects?|consequences?|benefits?"
    r"|(?:dis)?advantages?|causes?|reasons?|examples?|overview|definitions?|meaning|purpose|goals?|properties|characteristics|features"
    r"|limitations?|summary|introduction|differences?) (?:of|on|for|in|to|between|des?|du|d['’]\w+)\b"
    r"|(?:bedeutung|einfluss|rolle|auswirkung(?:en)?|folgen?|vorteile?|nachteile?|ursachen?|gründe?|zweck|ziele?|merkmale?"
    r"|eigenschaften|unterschiede?|vergleich|kritik) (?:der|des|von|an|auf|für|zwischen|zu[rm]?)\b"
    r"|(?:utilisation|rôle|effets?|importancia|papel|efectos?|uso|ventajas?|desventajas?|causas?|características"
    r"|diferencias?|objetivos?) (?:des?|du|d['’]\w+|del|entre)\b",
    re.IGNORECASE,
)
"""A label that names what is said of a thing, and not the thing: "Impact on housing"."""

_ANY_ONE = re.compile(r"[^\W\d_]{2}\s+\$|\$\s+[^\W\d_]{2}")
"""A word with a formula beside it, "point $x$": what is said of it is a statement about any one."""

_IN_BRACKETS = re.compile(r"\([^()]*\)")
_SIGNATURE = re.compile(r"\w\(\w+ \w")
"""The head of a function, as code has it."""

_LEADS_NOWHERE_LIST = """
    a an the for in on at by from to with without if when while after before between more most less some all any
    each every no just even such only thus hence other another below above here there using as also then now next
    finally first second third fourth fifth two three four five six because so but and or part step stage phase level
    figure fig table page line note ps increase decrease im am zu zur zum beim
    eg ie für bei mit ohne nach vor wenn alle jede einige weitere andere pour dans avec sans après avant si tous
    everything nothing something anything everyone nobody
    toutes autre autres para en con sin después antes cuando todos otros
"""
LEADS_NOWHERE = frozenset(_LEADS_NOWHERE_LIST.split())
"""First words of labels that place or count something and do not name it."""

_DATE = re.compile(
    r"\d{1,4}(?:[\s./–-]+\d{1,4})*(?:\s+[^\W\d]+\.?)?(?:\s+\d{2,4})?|[^\W\d]+\.?\s+\d{1,2}(?:,?\s+\d{4})?"
)
"""A label that is a day or a year: it dates something and names no thing."""

_GERMAN_QUALITY = re.compile(r"\w+(?:isch|lich)(?:e[nrms]?)?")
_NONE = frozenset(("n/a", "na", "none", "nil", "keine", "aucun", "ninguno"))
_ANYTHING = frozenset(("thing", "things", "ding", "dinge", "sache", "sachen", "chose", "choses", "cosa", "cosas"))
_VERDICTS = frozenset(("true", "false", "wahr", "falsch", "richtig", "vrai", "faux", "verdadero", "falso", "correct"))
_APPRAISES = re.compile(
    r"(?:\w+ )?(?:(?:dis)?advantages|pros|cons|(?:de)?merits|benefits|drawbacks|limitations|strengths|weaknesses"
    r"|vorteile|nachteile|stärken|schwächen|avantages|inconvénients|limites|(?:des)?ventajas|inconvenientes)"
    r"(?: (?:of|for|in|to|von|der|des?|du|del)\b.*)?",
    re.IGNORECASE,
)
_UNBALANCED = tuple((opens, closes) for opens, closes in ("()", "[]", "{}"))


def names_a_thing(label: str) -> bool:
    """Returns whether a label is the name of something that can be learned about."""
    text = FORMULA.sub("x", label).strip()
    if not 1 <= len(text.split()) <= _LONGEST_TERM or not is_balanced(label):
        return False
    first, *rest = re.findall(r"[\w'’]+", text.lower()) or [""]
    if _NO_NAME.search(text) or _DATE.fullmatch(text) or first in LEADS_NOWHERE or names_nothing(label):
        return False
    if text.lower() in _VERDICTS | _ANYTHING:
        return False
    if _ANY_ONE.search(FORMULA.sub("$", _IN_BRACKETS.sub("", label))):
        return False
    if (not rest and _GERMAN_QUALITY.fullmatch(text)) or _PART_OF.match(text) or _SIGNATURE.search(label):
        return False
    if is_verb(first) or (rest and is_verb(f"{first}s")):
        return shape(text) is not Shape.VERB and not rest  # "Occurs if", "Identify phrases"
    return "\\" not in text and sum(map(str.isalpha, label)) >= 2


def is_appraised(place: Sequence[str]) -> bool:
    """Returns whether what stands at a place is said of the thing that its heading names: "Limitations of X"."""
    return bool(place) and _APPRAISES.fullmatch(place[-1]) is not None


def is_label(text: str) -> bool:
    """Returns whether a text can stand for a row of a table: short, and no sentence or mark alone."""
    named = re.search(r"\w", text) is not None and text.lower() not in _NONE
    return 1 <= len(text.split()) <= _LONGEST_TERM and is_balanced(text) and named


def is_balanced(text: str) -> bool:
    """Returns whether what opens in a text closes there, and nothing else closes: brackets, quotes, code, formulas."""
    pairs = all(text.count(opens) == text.count(closes) for opens, closes in _UNBALANCED)
    quoted = text.count('"') % 2 == 0 and text.count("“") + text.count("„") >= text.count("”")
    return pairs and quoted and text.count("`") % 2 == 0 and text.count("$") % 2 == 0 and "**" not in text
