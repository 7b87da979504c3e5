"""Questions to begin with, made of what the student's own notes define and of their headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from assistant.study.making.facts import Fact
from assistant.study.making.outline_facts import outline_facts
from assistant.types import Note, Section
from assistant.ui.scope import EXAMPLES, example_questions, inside_a_sentence, question_about

Value = TypeVar("Value")

MAX_NOTES_READ = 12
"""So many notes are looked through, spread over all of them: the questions are wanted while the page opens."""

MAX_NOTE_CHARS = 60_000
_MAX_WORDS = 5
_NOT_A_NOTE = re.compile(r"(?:^|/)(?:readme|index|contents|todo)\.[^/]*$", re.IGNORECASE)
_NEEDS_NO_ARTICLE = re.compile(
    r"(?:ing|tion|sion|ment|ity|ness|ance|ence|sis|ism|ics|phy|logy)$|^[A-Z]+$", re.IGNORECASE
)
_IS_WHAT = re.compile(r"(?:the|an?|any|systematic|finding|making|using)\b", re.IGNORECASE)


def first_questions(sections: Sequence[Section], read: Callable[[str], Note]) -> list[str]:
    """Returns up to three questions that the notes surely answer, from different notes where possible.

    A definition comes before a heading: what it says is the answer. Notes that define nothing, or have no text of
    their own, give what their headings suggest.

    Args:
        sections: The sections of all notes, in the order of the notes.
        read: Returns the note at a path.

    Raises:
        NoteNotFound: A note was removed since ``sections`` were made.
    """
    paths = [path for path in dict.fromkeys(section.note for section in sections) if not _NOT_A_NOTE.search(path)]
    chosen = [_of_note(path, sections, read) for path in _spread(paths, MAX_NOTES_READ)]
    filled = _spread([questions for questions in chosen if questions], EXAMPLES)
    depth = max(map(len, filled), default=0)
    turns = (questions[i] for i in range(depth) for questions in filled if i < len(questions))
    return list(dict.fromkeys(turns))[:EXAMPLES]


def _spread(found: Sequence[Value], most: int) -> list[Value]:
    """Returns at most ``most`` of ``found``, evenly from its beginning to its end."""
    taken = min(most, len(found))
    return [found[i * len(found) // taken] for i in range(taken)]


def _of_note(path: str, sections: Sequence[Section], read: Callable[[str], Note]) -> list[str]:
    note = read(path)
    headings = example_questions([section for section in sections if section.note == path])
    facts = outline_facts(note).facts if len(note.text) <= MAX_NOTE_CHARS else ()
    defined = list(dict.fromkeys(filter(None, map(_question, facts))))
    return list(dict.fromkeys([*_spread(defined, EXAMPLES), *headings]))


def _question(fact: Fact) -> str:
    """Returns the question that a definition answers, or nothing if it defines nothing that stands alone."""
    if fact.aspect or len(fact.term.name.split()) > _MAX_WORDS or not question_about(fact.term.name):
        return ""
    if fact.subject and fact.link in ("is", "are"):
        return f"What {fact.link} {inside_a_sentence(fact.subject)}?"
    if _IS_WHAT.match(fact.text) and _NEEDS_NO_ARTICLE.search(fact.term.name.split()[-1]):
        return question_about(fact.term.name)
    return ""
