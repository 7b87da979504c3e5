"""The identity of a question: typed with other capitals, blanks or signs at its end, it is the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from assistant.errors import NoSuchQuestion

_ENDS = " ?!."


def folded(question: str) -> str:
    """Returns a question without what does not count: case, spacing, and the signs at its end."""
    return " ".join(question.casefold().split()).rstrip(_ENDS)


def question_id(question: str) -> str:
    """Returns the id that a question has in every workspace."""
    return hashlib.blake2b(folded(question).encode(), digest_size=6).hexdigest()


def complete_id(given: str, known: Iterable[str], hint: str) -> str:
    """Returns the one id that begins with ``given``.

    Raises:
        NoSuchQuestion: None does, or several do.
    """
    found = sorted(id_ for id_ in known if given and id_.startswith(given.lower()))
    if len(found) == 1:
        return found[0]
    fault = "None" if not found else f"Each of {', '.join(found)}"
    raise NoSuchQuestion(f"{fault} has an id that begins with {given!r}.", hint=hint)
