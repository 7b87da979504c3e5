"""The lessons of the laboratory, in the order of the path: what each asks, explains and leaves out.

A lesson's words stand in ``lessons/<id>.md``: front matter of ``key: value`` lines, then ``## Idea`` and
``## What this leaves out``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import UsageError

ORDER = ("tokens", "chunking", "embeddings", "search", "rag", "sampling", "attention", "metrics", "clustering")
"""The path: each lesson uses what the ones before it showed."""

FOLDER = Path(__file__).parent / "lessons"

_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_PART = re.compile(r"^## (?P<name>.+)\n(?P<text>(?:(?!## ).*\n?)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson's words.

    Attributes:
        question: The one sentence that it answers.
        concepts: Words that name what it shows, as notes name it: ``token``, ``tokenization``.
        idea: Markdown.
        leaves_out: Markdown: a list.
        needs_model: It has something to show only with the model that writes.
    """

    id: str
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
        ValueError: There is no front matter, or ``minutes`` is no number.
    """
    match = _FRONT.match(text)
    if match is None:
        raise ValueError(f"lesson {id_}: no front matter")
    front = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in match["front"].split("\n"))
    }
    parts = {part["name"].strip(): _unwrapped(part["text"].strip()) for part in _PART.finditer(match["body"])}
    return Lesson(
        id=id_,
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
    files = [(id_, FOLDER / f"{id_}.md") for id_ in ORDER]
    return tuple(read_lesson(id_, file.read_text(encoding="utf-8")) for id_, file in files if file.is_file())


def lesson(id_: str) -> Lesson:
    """Returns the lesson with this id.

    Raises:
        UsageError: There is none.
    """
    found = next((one for one in lessons() if one.id == id_), None)
    if found is None:
        raise UsageError(f"There is no lesson {id_!r}.", hint="See: assistant lab lessons")
    return found
