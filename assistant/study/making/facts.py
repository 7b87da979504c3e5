"""The records that items are made from: what the notes say of a term, and which terms stand together."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.study.items import Anchor
from assistant.study.making.phrases import Shape, names_of, shape


@dataclass(frozen=True, slots=True)
class Term:
    """Something that the notes say things of.

    Attributes:
        label: As it stands in the notes, without markup: "Natural language processing (NLP)".
        place: The headings and list items above it; terms with the same place are siblings.
    """

    label: str
    place: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called, the full name first."""
        return names_of(self.label)

    @property
    def name(self) -> str:
        """The full name without what stands in brackets."""
        return self.names[0] if self.names else self.label

    @property
    def group(self) -> str:
        """The nearest heading or list item above it; empty at the top."""
        return self.place[-1] if self.place else ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the notes say of a term.

    Attributes:
        aspect: Empty for what the term is; otherwise as it is labelled: "Use", "Purpose", "Example".
        text: What is said, without markup; follows the term, or is a sentence of its own.
        anchor: The words that say it, the term included where it stands in the same line.
        offset: Where the text begins in the anchor's quote.
        subject: The term as the subject of a sentence ("A neural network"); empty for "Term - text".
        link: The verb behind the subject, if it is a form of "be".
        is_sentence: The text has a subject of its own: "Neural networks" - "Every connection carries a weight".
    """

    term: Term
    aspect: str
    text: str
    anchor: Anchor
    offset: int = 0
    subject: str = ""
    link: str = ""
    is_sentence: bool = False

    @property
    def shape(self) -> Shape:
        """How the text begins."""
        return Shape.SENTENCE if self.is_sentence else shape(self.text)


@dataclass(frozen=True, slots=True)
class Group:
    """Things that the notes list together.

    Attributes:
        label: What they are, as the heading or list item above them says.
        place: The headings and list items above the label.
        anchors: For each member, where it is named.
        ordered: They are numbered, so their order means something.
    """

    label: str
    place: tuple[str, ...]
    members: tuple[Term, ...]
    anchors: tuple[Anchor, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """A word of a sentence that can be left out and asked for.

    Attributes:
        kind: ``year``, ``number`` or ``name``: only its like can stand in its place.
        before: The word in front of it, in small letters.
        start: Offset of ``answer`` in ``sentence``.
    """

    kind: str
    sentence: str
    answer: str
    start: int
    before: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was found in some notes, in the order of the text."""

    facts: tuple[Fact, ...] = ()
    groups: tuple[Group, ...] = ()
    blanks: tuple[Blank, ...] = ()

    def __add__(self, other: Facts) -> Facts:
        """Returns both together."""
        return Facts(self.facts + other.facts, self.groups + other.groups, self.blanks + other.blanks)
