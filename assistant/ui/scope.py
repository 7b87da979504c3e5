"""The scope picker: folders, notes and headings as one tree, and example questions made of the headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from assistant.types import NoteStatus, Scope, Section

MAX_HEADING_LEVEL = 3
EXAMPLES = 3

_VERB = re.compile(
    r"^(?:describe|identify|explain|understand|determine|discuss|define|compare|list|select)\w*\s+(?:the\s+)?", re.I
)
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)+[.):]?|(?:\d+|[IVX]+)[.):])\s+|\s*[:.-]+$")
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
_SINGULAR_IN_S = frozenset(("bias", "gas", "lens", "atlas", "canvas", "news"))


@dataclass
class _Branch:
    """A folder, note or heading with what is below it."""

    label: str
    scope: str
    kind: str
    children: list[_Branch] = field(default_factory=list)

    def view(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "scope": self.scope,
            "kind": self.kind,
            "children": [child.view() for child in self.children],
        }


def scope_tree(notes: Sequence[NoteStatus], sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Returns folders, notes and their headings, nested: ``{"label", "scope", "kind", "children"}``.

    Args:
        notes: The library; notes that are not in the index yet or cannot be read are left out.
        sections: The sections of all notes, in the order of each note.
    """
    root = _Branch("", "", "folder")
    folders = {PurePosixPath("."): root}
    branches: dict[str, _Branch] = {}
    for note in sorted((note for note in notes if note.passages), key=lambda note: note.path.lower()):
        branches[note.path] = _Branch(note.title, note.path, "note")
        _folder(PurePosixPath(note.path).parent, folders).children.append(branches[note.path])
    for section in sections:
        if section.note in branches and 0 < section.level <= MAX_HEADING_LEVEL:
            _add_heading(branches[section.note], section)
    return root.view()["children"]  # type: ignore[no-any-return]


def _folder(path: PurePosixPath, folders: dict[PurePosixPath, _Branch]) -> _Branch:
    if path not in folders:
        folders[path] = _Branch(path.name, str(path), "folder")
        _folder(path.parent, folders).children.append(folders[path])
    return folders[path]


def _add_heading(note: _Branch, section: Section) -> None:
    """Adds a heading below its own parent. A single top heading that is the note's title adds nothing."""
    headings = [h for i, h in enumerate(section.heading_path) if not (i == 0 and h == note.label)]
    if not headings:
        return
    parent = note
    for heading in headings[:-1]:
        parent = next((child for child in parent.children if child.label == heading), parent)
    parent.children.append(_Branch(headings[-1], str(Scope(section.note, section.heading_path)), "heading"))


def scope_label(scope: Scope, notes: Iterable[NoteStatus]) -> str:
    """Returns the scope in a few words: ``All notes``, a folder's name, a note's title or a heading."""
    if scope.heading_path:
        return scope.heading_path[-1]
    if not scope.path:
        return "All notes"
    return next((note.title for note in notes if note.path == scope.path), PurePosixPath(scope.path).name)


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
    topic = _VERB.sub("", _NUMBERING.sub("", heading.strip()))
    words = topic.split()
    if not words or len(words) > _MAX_TOPIC_WORDS or _NOT_A_TOPIC.match(topic) or topic.endswith("?"):
        return ""
    if _SAYS_NOTHING_ALONE.fullmatch(words[-1]) or (len(words) == 1 and topic.endswith("ed")):
        return ""
    kinds = _KINDS.match(topic)
    if kinds:
        return f"What {kinds[1].lower()} of {inside_a_sentence(kinds[2])} are there?"
    verb = (
        "are"
        if _is_plural(re.split(r" (?:of|for|in|with|between) ", topic)[0].split()[-1]) or " and " in topic
        else "is"
    )
    return f"What {verb} {inside_a_sentence(topic)}?"


def _is_plural(word: str) -> bool:
    word = word.lower()
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "ics")) and word not in _SINGULAR_IN_S


def inside_a_sentence(topic: str) -> str:
    """Returns the topic as it stands inside a sentence: its first letter small, unless it is a name or a short form."""
    first, *others = topic.split()
    if first.lower() in ("a", "an", "the"):
        return f"{first.lower()} {' '.join(others)}"
    is_name = len(first) < 2 or bool(_NAME_LIKE.search(first[1:])) or any(map(_CAPITALISED.match, others))
    return topic if is_name else topic[0].lower() + topic[1:]
