"""Follow-up questions: "and its disadvantages?" is searched with what the conversation is about.

Decided by rules, without the model: a question that stands on its own must come through word for word, and a rewriting
model changes those too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.index.words import content_words, stem, words
from assistant.types import Turn

_POINTS_BACK_WORDS = "it its they them their theirs this that these those he his she her former latter both ones there"
_POINTS_BACK = frozenset(_POINTS_BACK_WORDS.split())
_CONNECTS = re.compile(r"^\s*(and|but|so|or|also|then|what about|how about|why( not)?\s*\?*$|how so|what else)\b", re.I)

# Nouns that ask for a side of something named before: alone they name no subject.
_SIDES_WORDS = """
advantage disadvantage benefit drawback downside upside pro con limitation strength weakness difference similarity
purpose goal type kind step stage part component detail reason cause effect impact cost alternative metric service
formula history meaning case tradeoff risk challenge application important importance work happen second third last
next first another again simple simply simpler short shorter elaborate sentence word table bullet point compare
comparison
"""
_SIDES = frozenset(stem(word) for word in _SIDES_WORDS.split())
_MAX_OWN_WORDS = 3


def is_followup(question: str) -> bool:
    """Returns whether ``question`` cannot be understood without what was asked before it."""
    own = [word for word in content_words(question) if stem(word) not in _SIDES]
    if not own:
        return True
    if len(own) > _MAX_OWN_WORDS:
        return False
    return bool(_CONNECTS.match(question)) or any(word in _POINTS_BACK for word in words(question))


def complete(question: str, history: Sequence[Turn]) -> str:
    """Returns the words to search for ``question``: itself, or with the question it follows put before it."""
    if not history or not is_followup(question):
        return question
    return f"{complete(history[-1].question, history[:-1])} {question}"


def relevant_turns(question: str, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """Returns the turn that the model must know to understand ``question``: the last one, or none."""
    return tuple(history[-1:]) if history and is_followup(question) else ()
