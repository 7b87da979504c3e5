"""A quiz on paper, as Markdown: the questions, and on a sheet of its own what is right and where the notes say so."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence

from assistant.quiz.item import Anchor
from assistant.quiz.kinds import kind_of
from assistant.quiz.session import Posed
from assistant.study.gaps import escaped

_BLANK = r"\_" * 8
_LINES = 2
"""To write a short answer on."""


def quiz_markdown(title: str, posed: Sequence[Posed], page_of: Callable[[Anchor], int | None]) -> str:
    """Returns a quiz as Markdown; behind a rule follow the answers.

    Args:
        title: What it is about.
        posed: Its questions.
        page_of: Returns the page (from 1) that words are on, or None for a note without pages.
    """
    asked = (_question(number, one) for number, one in enumerate(posed, start=1))
    told = (_answer(number, one, page_of) for number, one in enumerate(posed, start=1))
    head = f"# Quiz: {escaped(title)}"
    return "\n\n".join([head, *asked, "---", "## Answers", *told]) + "\n"


def _question(number: int, posed: Posed) -> str:
    return "\n".join(
        [f"{number}. {_flat(kind_of(posed.item).lead + kind_of(posed.item).shown(posed.item))}", *_below(posed)]
    )


def _below(posed: Posed) -> Iterator[str]:
    """Yields what stands below a question: places to fill in, options, or room to write."""
    indent = "    "
    if posed.item.lefts or posed.options:
        yield ""
    yield from (f"{indent}- {_flat(left)} {_BLANK}" for left in posed.item.lefts)
    yield from (f"{indent}- {letter}) {_flat(option)}" for letter, option in zip(_LETTERS, posed.options, strict=False))
    if kind_of(posed.item).is_graded:
        yield from ("", *[f"{indent}{_BLANK * 6}\n"] * _LINES)


_LETTERS = string.ascii_uppercase


def _answer(number: int, posed: Posed, page_of: Callable[[Anchor], int | None]) -> str:
    item = posed.item
    source, page = item.source, page_of(item.source)
    place = " > ".join((source.note, *source.heading_path)) + (f", page {page}" if page else "")
    said = [f"{number}. **{_flat(kind_of(item).right(item))}**"]
    if item.explanation:
        said.append(f"    {_flat(item.explanation)}")
    said.append(f"    {escaped(place)}: “{_flat(source.quote)}”")
    return "\n\n".join(said)


def _flat(text: str) -> str:
    return escaped(" ".join(text.split()))
