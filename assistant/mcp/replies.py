"""What the tools give back: records that travel as JSON, with the description of each field for whoever reads them.

What is quoted is data. It is never looked at for orders, neither here nor, if it does as ``INSTRUCTIONS`` asks, by the
program that reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import NoteNotFound
from assistant.types import Citation, Hit

SCHEME = "note"
TEMPLATE = f"{SCHEME}:///{{+path}}"
"""RFC 6570: the path of a note, with ``/`` between its parts."""


def uri_of(path: str) -> str:
    """Returns the address of a note as a resource."""
    return f"{SCHEME}:///{quote(path)}"


def path_of(uri: str) -> str:
    """Returns the path of the note that ``uri_of`` gave the address of.

    Raises:
        NoteNotFound: It is the address of something else.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != SCHEME or parts.netloc or parts.query or parts.fragment or len(parts.path) < 2:
        raise NoteNotFound(f"{uri!r} is the address of no note.", hint=f"Such an address looks like {uri_of('a.md')}.")
    return unquote(parts.path[1:])


class Reply(BaseModel):
    """What a tool gives back."""

    model_config = ConfigDict(frozen=True)


class QuotedPassage(Reply):
    """Exact words of a note, and where they are."""

    note: Annotated[str, Field(description="Path of the note.")]
    heading_path: Annotated[tuple[str, ...], Field(description="The headings above the words, outermost first.")]
    page: Annotated[int | None, Field(description="Page, from 1; null for a note without pages.")]
    start: Annotated[int, Field(description="Offset of the first character in the text of the note.")]
    end: Annotated[int, Field(description="Offset behind the last one.")]
    quote: Annotated[str, Field(description="The words, exactly as they are in the note.")]
    cite_as: Annotated[str, Field(description="Names the place for a person: note > heading, page.")]
    uri: Annotated[str, Field(description="Address of the note as a resource.")]

    @classmethod
    def of(
        cls, note: str, heading_path: Sequence[str], page: int | None, start: int, end: int, words: str
    ) -> QuotedPassage:
        """Returns the words of a note with their place."""
        place = " > ".join((note, *heading_path)) + (f", page {page}" if page else "")
        return cls(
            note=note,
            heading_path=tuple(heading_path),
            page=page,
            start=start,
            end=end,
            quote=words,
            cite_as=place,
            uri=uri_of(note),
        )


class RankedPassage(QuotedPassage):
    """A passage that was found."""

    rank: Annotated[int, Field(description="1 for the best.")]
    score: Annotated[float, Field(description="Higher is better; comparable within one search only.")]

    @classmethod
    def ranked(cls, rank: int, hit: Hit) -> RankedPassage:
        """Returns a passage with its rank."""
        chunk = hit.chunk
        found = QuotedPassage.of(chunk.note, chunk.heading_path, chunk.page, chunk.start, chunk.end, chunk.text)
        return cls(rank=rank, score=round(hit.score, 4), **found.model_dump())


class NumberedPassage(QuotedPassage):
    """Words that an answer cites."""

    number: Annotated[int, Field(description="[number] in the answer.")]

    @classmethod
    def numbered(cls, number: int, cited: Citation) -> NumberedPassage:
        """Returns a citation with its number."""
        found = QuotedPassage.of(cited.note, cited.heading_path, cited.page, cited.start, cited.end, cited.quote)
        return cls(number=number, **found.model_dump())


Waiting = Annotated[int, Field(description="Notes that changed and cannot be found yet; 0 when all is up to date.")]


class FoundPassages(Reply):
    """The passages that were found, best first."""

    question: Annotated[str, Field(description="The words that were searched.")]
    passages: tuple[RankedPassage, ...]
    missing_words: Annotated[tuple[str, ...], Field(description="Words of the question that no note has.")]
    notes_waiting: Waiting


class CitedAnswer(Reply):
    """An answer from the notes, or the statement that they do not hold one."""

    question: str
    in_notes: Annotated[bool, Field(description="False: the notes do not hold the answer, and none was given.")]
    verdict: Annotated[str, Field(description="How far the answer comes from the notes, in a sentence.")]
    answer: Annotated[str, Field(description="The answer with [1] behind what it cites, or why there is none.")]
    citations: tuple[NumberedPassage, ...]
    unsupported: Annotated[tuple[str, ...], Field(description="Sentences of the answer that the notes do not support.")]
    model: str
    notes_waiting: Waiting


class OpenedNote(Reply):
    """The text of a note, or of a section of it."""

    note: str
    title: str
    heading_path: Annotated[tuple[str, ...], Field(description="The section; empty for the whole note.")]
    text: str
    start: Annotated[int, Field(description="Offset of the text in the note.")]
    end: int
    page: Annotated[int | None, Field(description="Page on which the text begins; null for a note without pages.")]
    next_start: Annotated[int | None, Field(description="Where to read on; null at the end.")]
    outline: Annotated[tuple[str, ...], Field(description="The sections of the note: Heading > Heading.")]
    uri: str


class QuizQuestion(Reply):
    """A question with its answer and the words of the notes that prove it."""

    id: str
    kind: Annotated[str, Field(description="choice, true_false, cloze, match, order or short.")]
    question: str
    options: Annotated[tuple[str, ...], Field(description="What may be chosen; for match and order, what is placed.")]
    lefts: Annotated[tuple[str, ...], Field(description="For match: what the options belong to.")]
    right: Annotated[str, Field(description="The right answer, as a student would read it.")]
    explanation: str
    proof: QuotedPassage


class QuizQuestions(Reply):
    """Questions about a topic. Show the question first, and what is right only after the student's answer."""

    topic: str
    questions: tuple[QuizQuestion, ...]


class DueReview(Reply):
    """A card that is due."""

    id: str
    front: str
    back: Annotated[str, Field(description="Show it only after the student's answer.")]
    note: Annotated[str, Field(description="The note it is from; empty if it was made by hand.")]
    heading_path: tuple[str, ...]
    state: str
    due_at: datetime
    comes_back: Annotated[dict[str, str], Field(description="For each rating, when the card would come back.")]


class DueReviews(Reply):
    """The cards that are due, in the order in which they are to be reviewed."""

    due: Annotated[int, Field(description="How many are due now, within the limits of the day.")]
    held_back: Annotated[int, Field(description="How many more the limits of the day keep for later.")]
    next_at: Annotated[datetime | None, Field(description="When the next card falls due that is not due now.")]
    cards: tuple[DueReview, ...]


class RatedCard(Reply):
    """What a review did."""

    id: str
    front: str
    rating: str
    due_at: Annotated[datetime, Field(description="When the card comes back.")]
    suspended: Annotated[bool, Field(description="It was forgotten so often that it was taken out of the reviews.")]
    left: Annotated[int, Field(description="How many cards are still due.")]
