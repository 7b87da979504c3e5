"""The scope picker: folders, notes and headings as one tree; and questions to begin with, made of the notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import Field

from assistant.api.calls import Payload
from assistant.documents.labels import unnumbered
from assistant.documents.naming import is_generic
from assistant.quiz.making.facts import Fact, is_plural
from assistant.quiz.making.outline_facts import outline_facts
from assistant.quiz.making.phrasing import is_person
from assistant.types import NoteStatus, Scope, Section
from assistant.types.documents import Document

MAX_HEADING_LEVEL = 3
EXAMPLES = 3

_VERB = re.compile(
    r"^(?:describe|identify|explain|understand|determine|discuss|define|compare|list|select)\w*\s+(?:the\s+)?", re.I
)
_NOT_A_TOPIC = re.compile(
    r"^(?:introduction|overview|summary|conclusion|contents|references|notes?|readme|index|exercises?"
    r"|how |what |why |when |basic|key |main |other|more |fundamental|practical |\w+ing \w)",
    re.I,
)
_KINDS = re.compile(r"^((?:types|kinds|forms))\s+of\s+(.+)$", re.I)
_SAYS_NOTHING_ALONE = re.compile(
    r"(?:concept|term|advantage|disadvantage|benefit|limit|limitation|example|case|stage|step|process|capabilit|risk|goal"
    r"|idea|metric|service|tool)(?:s|es|ies|y)?|terminology|purpose|basics|common|differ",
    re.I,
)
_MAX_TOPIC_WORDS = 5
_NAME_LIKE = re.compile(r"[A-Z0-9]")
_CAPITALISED = re.compile(r"[A-Z](?:[a-z]|$)")


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


class ScopeBranch(Payload):
    """A folder, note or heading with what is below it; ``scope`` restricts a question to it."""

    label: str
    scope: str
    kind: str
    children: list[ScopeBranch] = Field(default_factory=list)


def scope_tree(notes: Sequence[NoteStatus], sections: Sequence[Section]) -> list[ScopeBranch]:
    """Returns folders, notes and their headings, nested.

    Args:
        notes: The library; notes that are not in the index yet or cannot be read are left out.
        sections: The sections of all notes, in the order of each note.
    """
    root = ScopeBranch(label="", scope="", kind="folder")
    folders = {PurePosixPath("."): root}
    branches: dict[str, ScopeBranch] = {}
    for note in sorted((note for note in notes if note.passages), key=lambda note: note.path.lower()):
        branches[note.path] = ScopeBranch(label=note.title, scope=note.path, kind="note")
        _folder(PurePosixPath(note.path).parent, folders).children.append(branches[note.path])
    for section in sections:
        if section.note in branches and 0 < section.level <= MAX_HEADING_LEVEL:
            _add_heading(branches[section.note], section)
    return root.children


def _folder(path: PurePosixPath, folders: dict[PurePosixPath, ScopeBranch]) -> ScopeBranch:
    if path not in folders:
        folders[path] = ScopeBranch(label=path.name, scope=str(path), kind="folder")
        _folder(path.parent, folders).children.append(folders[path])
    return folders[path]


def _add_heading(note: ScopeBranch, section: Section) -> None:
    """Adds a heading below its own parent. A single top heading that is the note's title adds nothing."""
    headings = [h for i, h in enumerate(section.heading_path) if not (i == 0 and h == note.label)]
    if not headings:
        return
    parent = note
    for heading in headings[:-1]:
        parent = next((child for child in parent.children if child.label == heading), parent)
    parent.children.append(_heading_branch(headings[-1], section))


def _heading_branch(label: str, section: Section) -> ScopeBranch:
    return ScopeBranch(label=label, scope=str(Scope(section.note, section.heading_path)), kind="heading")


def scope_label(scope: Scope, notes: Iterable[NoteStatus]) -> str:
    """Returns the scope in a few words: ``All notes``, a folder's name, a note's title or a heading."""
    if not scope.path and not scope.heading_path:
        return "All notes"
    note = next((note.title for note in notes if note.path == scope.path), PurePosixPath(scope.path).name)
    if not scope.heading_path:
        return note
    heading = scope.heading_path[-1]
    return f"{note} › {heading}" if note and is_generic(heading) else heading


def example_questions(sections: Sequence[Section]) -> list[str]:
    """Returns up to three questions that the student's own headings suggest, from different notes where possible."""
    questions: dict[str, list[str]] = {}
    for section in sections:
        question = question_about(section.heading_path[-1]) if section.level >= 2 else ""
        if question:
            questions.setdefault(section.note, []).append(question)
    depth = max(map(len, questions.values()), default=0)
    turns = (row[i] for i in range(depth) for row in questions.values() if i < len(row))
    return list(dict.fromkeys(turns))[:EXAMPLES]


def question_about(heading: str) -> str:
    """Returns the question that a heading or a term suggests, or nothing if it says nothing alone."""
    topic = _VERB.sub("", unnumbered(heading))
    words = topic.split()
    if not words or len(words) > _MAX_TOPIC_WORDS or _NOT_A_TOPIC.match(topic) or topic.endswith("?"):
        return ""
    if _SAYS_NOTHING_ALONE.fullmatch(words[-1]) or (len(words) == 1 and topic.endswith("ed")):
        return ""
    kinds = _KINDS.match(topic)
    if kinds:
        return f"What {kinds[1].lower()} of {inside_a_sentence(kinds[2])} are there?"
    verb = "are" if is_plural(topic) or " and " in topic else "is"
    return f"What {verb} {inside_a_sentence(topic)}?"


def inside_a_sentence(topic: str) -> str:
    """Returns the topic as it stands inside a sentence: its first letter small, unless it is a name or a short form."""
    first, *others = topic.split()
    if first.lower() in ("a", "an", "the"):
        return f"{first.lower()} {' '.join(others)}"
    is_name = len(first) < 2 or bool(_NAME_LIKE.search(first[1:])) or any(map(_CAPITALISED.match, others))
    return topic if is_name else topic[0].lower() + topic[1:]


def first_questions(sections: Sequence[Section], read: Callable[[str], Document]) -> list[str]:
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


def _of_note(path: str, sections: Sequence[Section], read: Callable[[str], Document]) -> list[str]:
    note = read(path)
    headings = example_questions([section for section in sections if section.note == path])
    facts = outline_facts(note).facts if len(note.text) <= MAX_NOTE_CHARS else ()
    defined = list(dict.fromkeys(filter(None, map(_question, facts))))
    return list(dict.fromkeys([*_spread(defined, EXAMPLES), *headings]))


def _question(fact: Fact) -> str:
    """Returns the question that a definition answers, or nothing if it defines nothing that stands alone."""
    if fact.aspect or len(fact.term.name.split()) > _MAX_WORDS or not question_about(fact.term.name):
        return ""
    if is_person(fact):
        return f"Who {fact.link or 'is'} {fact.term.name}?"
    if fact.subject and fact.link in ("is", "are"):
        return f"What {fact.link} {inside_a_sentence(fact.subject)}?"
    if _IS_WHAT.match(fact.text) and _NEEDS_NO_ARTICLE.search(fact.term.name.split()[-1]):
        return question_about(fact.term.name)
    return ""
