"""What a study guide is made of: sentences that stand alone, and lists, tables and formulas as wholes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.documents.labels import plain
from assistant.quiz.item import Anchor


class LineKind(StrEnum):
    """What a line of a guide is."""

    SENTENCE = "sentence"
    LIST = "list"
    TABLE = "table"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class ListPoint:
    """An item of a list: its words, how deep it is nested, and its number where it has one."""

    text: str
    depth: int = 0
    number: str = ""


@dataclass(frozen=True, slots=True)
class GuideLine:
    """One thing that the notes say.

    Attributes:
        text: The sentence; of a list, table or formula what announces it, which may be empty.
        anchor: All of its words, as they stand in the note.
        points: Of a list: all of its items, in order.
        block: Of a table or formula: as it is written.
        behind: What explains the letters of a formula; may be empty.
        defines: The term that it is the definition of, by its place: it stands in a callout, or right below its
            heading as a quote.
    """

    kind: LineKind
    text: str
    anchor: Anchor
    points: tuple[ListPoint, ...] = ()
    block: str = ""
    behind: str = ""
    defines: str = ""

    @property
    def said(self) -> str:
        """Everything it says in one text."""
        parts = (self.text, *(point.text for point in self.points), plain(self.block) if self.block else "")
        return " ".join(part for part in (*parts, self.behind) if part)


@dataclass(frozen=True, slots=True)
class SectionLines:
    """What stands directly below a heading.

    Attributes:
        heading_path: The headings, outermost first; empty above the first heading.
        start: Where the section begins.
    """

    note: str
    heading_path: tuple[str, ...]
    start: int
    lines: tuple[GuideLine, ...]
