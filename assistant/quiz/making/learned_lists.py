"""Which lists are learned as a whole, and which are steps."""

from __future__ import annotations

import re

from assistant.quiz.making.facts import Group
from assistant.quiz.making.terms import is_balanced, names_a_thing

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
_KINDS_OF = re.compile(
    r"(?:the )?(?:\w+ )?(?:types?|kinds?|forms?|classes|categories|branches|stages?|phases|arten|formen|typen|phasen"
    r"|types|formes|étapes|tipos|clases|formas|etapas|fases)\b",
    re.IGNORECASE,
)
_TOPIC_GROUP = re.compile("|".join(_LISTED), re.IGNORECASE)
"""A heading that promises a list which is learned as a whole: "Types of unemployment"."""

_PROCESS = re.compile(
    r"\b(?:steps?|stages?|phases?|process|procedure|algorithm|cycle|sequence|timeline|workflow|pipeline"
    r"|order|life ?cycle|recipe|protocol|schritte|ablauf|phasen|verfahren|reihenfolge|zyklus|vorgehen|étapes|processus"
    r"|procédure|déroulement|pasos|etapas|fases|proceso|procedimiento|ciclo)\b",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(r"(?<=\w) (?:of|in|for|with|von|der|des|bei|de|du|des|dans|del|en)\b", re.IGNORECASE)
"""Behind it in a heading stands what its head belongs to: "Roles in the process" are roles, and no process."""

_ACTIVITY = re.compile(r"(?:how to |\w+ing )(?!.*\band\b)", re.IGNORECASE)
"""One thing that is done, of which other things that are done are the steps: "Cooking rice"."""

_STEP = re.compile(r"(?:step|stage|phase|schritt|étape|etapa|paso|fase)\b", re.IGNORECASE)
_ONLY_COUNTED = re.compile(rf"{_STEP.pattern} (?:[IVX]+|\d+)\w*\W*", re.IGNORECASE)
"""A step without a name: "Stage II" is put in order by counting, and its parts are no steps of anything."""


def is_learned_list(group: Group) -> bool:
    """Returns whether the members of a group are learned as a whole."""
    if group.of_headings and not _KINDS_OF.match(group.label):
        return False  # headings cut a chapter into parts, and those seldom are all there is
    return bool(_TOPIC_GROUP.match(group.label)) and all(names_a_thing(term.label) for term in group.members)


def is_process(group: Group) -> bool:
    """Returns whether the members of a group are steps, and not merely numbered."""
    if any(_ONLY_COUNTED.fullmatch(label) for label in (group.label, *(term.label for term in group.members))):
        return False
    named = _PROCESS.search(_OF_WHAT.split(group.label, maxsplit=1)[0])
    acts = all(term.label.split()[0].endswith("ing") for term in group.members if term.label)
    activity = acts and _ACTIVITY.match(group.label) is not None
    steps = all(_STEP.match(anchor.quote.lstrip("#*- ")) for anchor in group.anchors)
    whole = all(is_balanced(term.label) for term in group.members)
    chapters = group.of_headings and not group.place
    return group.ordered and whole and (steps or activity or (bool(named) and (acts or not chapters)))
