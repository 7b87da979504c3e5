"""The lessons of the laboratory, in the order of the path: what each asks, explains and leaves out.

A lesson's words stand in ``lessons/<id>.md``: front matter of ``key: value`` lines, then ``## Idea`` and
``## What this leaves out``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.types import ElementKind

FOLDER = Path(__file__).parent / "lessons"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson's words.

    Attributes:
        place: Where it comes on the path, from 1: each lesson uses what the ones before it showed.
        question: The one sentence that it answers.
        concepts: Words that name what it shows, as notes name it: ``token``, ``tokenization``.
        idea: Markdown.
        leaves_out: Markdown: a list.
        needs_model: It has something to show only with the model that writes.
    """

    id: str
    place: int
    title: str
    question: str
    concepts: tuple[str, ...]
    minutes: int
    idea: str
    leaves_out: str
    needs_model: bool = False


def read_lesson(id_: str, text: str) -> Lesson:
    """Returns the lesson that ``text`` describes.

    Raises:
        KeyError: A key of the front matter or a part is missing.
        ValueError: There is no front matter, or ``place`` or ``minutes`` is no number.
    """
    document = parse(f"{id_}.md", text)
    head = document.blocks[0] if document.blocks else None
    if head is None or head.kind is not ElementKind.FRONT_MATTER:
        raise ValueError(f"lesson {id_}: no front matter")
    front = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text[: head.end].split("\n"))
    }
    parts = {
        part.heading_path[-1]: _unwrapped(text[part.body_start : part.end].strip())
        for part in document.outline
        if part.level
    }
    return Lesson(
        id=id_,
        place=int(front["place"]),
        title=front["title"],
        question=front["question"],
        concepts=tuple(word.strip() for word in front["concepts"].split(",") if word.strip()),
        minutes=int(front["minutes"]),
        idea=parts["Idea"],
        leaves_out=parts["What this leaves out"],
        needs_model=front.get("needs") == "model",
    )


def _unwrapped(text: str) -> str:
    """A line break within a paragraph is the editor's and not the reader's."""
    return re.sub(r"(?<!\n)\n[ \t]*(?![\n-])", " ", text)


def lessons() -> tuple[Lesson, ...]:
    """Returns all lessons, in the order of the path."""
    found = (read_lesson(file.stem, file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.md"))
    return tuple(sorted(found, key=lambda one: one.place))


def lesson(id_: str) -> Lesson:
    """Returns the lesson with this id.

    Raises:
        UsageError: There is none.
    """
    found = next((one for one in lessons() if one.id == id_), None)
    if found is None:
        raise UsageError(f"There is no lesson {id_!r}.", hint="See: assistant lab lessons")
    return found
