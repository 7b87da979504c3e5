"""The tools: what another program may do with the notes, each as one function of an assistant.

Nothing here knows the protocol. A tool that fails raises an ``AssistantError``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.answering.verdict import verdict
from assistant.app.assistant import Assistant
from assistant.cards.card import Card
from assistant.cards.reviews import LEARN_AHEAD, cards_at
from assistant.cards.scheduling import Rating, interval_text
from assistant.conversations.export import with_numbers
from assistant.errors import StudyError
from assistant.index.inventory import complete_scope
from assistant.mcp.replies import (
    CitedAnswer,
    DueReview,
    DueReviews,
    FoundPassages,
    NumberedPassage,
    OpenedNote,
    QuizQuestion,
    QuizQuestions,
    QuotedPassage,
    RankedPassage,
    RatedCard,
    Reply,
    uri_of,
)
from assistant.quiz.item import Kind
from assistant.quiz.kinds import kind_of
from assistant.quiz.room import QuizRequest
from assistant.quiz.session import Posed
from assistant.types import AnswerPhase, AnswerProgress, Document, Event, Request, Scope, Section, answer_of

LONGEST_TEXT_CHARS = 20_000
"""Of a note that is opened, at once: about 5,000 tokens of a language model."""
_HEADINGS = 200

Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    Field(description="The question, in the language of the notes."),
]
Part = Annotated[
    str,
    Field(max_length=500, description="Only this part of the notes: note.md, folder, note.md#Heading > Sub. Else all."),
]


class Arguments(BaseModel):
    """What a tool is called with. What it does not know is refused: it would be missed without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SearchArguments(Arguments):
    """Of ``search_notes``."""

    question: Question
    count: Annotated[int, Field(ge=1, le=20, description="How many passages at most.")] = 8
    scope: Part = ""


class AskArguments(Arguments):
    """Of ``ask_notes``."""

    question: Question
    scope: Part = ""


class OpenArguments(Arguments):
    """Of ``open_note``."""

    note: Annotated[
        str, Field(min_length=1, max_length=1_000, description="Path of the note, as in the passages that are found.")
    ]
    section: Annotated[str, Field(max_length=500, description="Heading, or Heading > Sub. Empty: the whole note.")] = ""
    start: Annotated[int, Field(ge=0, le=2**40, description="Offset in the note to read on from: next_start.")] = 0


class QuizArguments(Arguments):
    """Of ``quiz_questions``."""

    topic: Annotated[str, Field(max_length=500, description="A heading, a note, #tag or free words. Empty: all.")] = ""
    count: Annotated[int, Field(ge=1, le=20, description="How many questions at most.")] = 5
    kinds: Annotated[tuple[Kind, ...], Field(max_length=6, description="Only these kinds. Empty: all.")] = ()


class DueArguments(Arguments):
    """Of ``due_cards``."""

    count: Annotated[int, Field(ge=1, le=50, description="How many cards at most.")] = 20
    scope: Part = ""


class ReviewArguments(Arguments):
    """Of ``review_card``."""

    card: Annotated[str, Field(min_length=8, max_length=64, description="Id of a card that is due.")]
    rating: Annotated[
        Literal["again", "hard", "good", "easy"],
        Field(description="How well the student recalled it: again means not at all."),
    ]


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that waits for a tool.

    Attributes:
        left: Set when it waits no more.
        tell: Says in words how far the tool is. Many programs give up on what says nothing for a minute.
    """

    left: threading.Event
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StudyTool:
    """Something that can be done with the notes.

    Attributes:
        description: For the model that chooses among tools.
        reads_only: It changes nothing of the student's.
        run: Does it for a caller.
    """

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    reply: type[Reply]
    run: Callable[[Assistant, Any, Caller], Reply]
    reads_only: bool = True


def search_notes(assistant: Assistant, asked: SearchArguments, _: Caller) -> FoundPassages:
    """Returns the best passages, without the model."""
    scope = assistant.index.find_scope(Scope.parse(asked.scope))
    found = assistant.index.search(asked.question, scope=scope, k=asked.count)
    return FoundPassages(
        question=found.query,
        passages=tuple(RankedPassage.ranked(rank, hit) for rank, hit in enumerate(found.hits, start=1)),
        missing_words=found.missing_words,
        notes_waiting=assistant.index.status().waiting,
    )


def ask_notes(assistant: Assistant, asked: AskArguments, caller: Caller) -> CitedAnswer:
    """Returns the answer that the page and the terminal would give."""
    scope = assistant.index.find_scope(Scope.parse(asked.scope))
    events = assistant.answers.ask(Request(asked.question, scope=scope), caller.left, noted=False)
    answer = answer_of(_followed(asked.question, events, caller))
    said, cited = verdict(answer), answer.numbered_citations()
    sources = [*enumerate(cited, start=1), *answer.numbered_quotes()]
    return CitedAnswer(
        question=asked.question,
        in_notes=not answer.abstained,
        verdict=f"{said.word}. {said.reason}",
        answer=with_numbers(answer.text, answer.sentences, cited).strip(),
        citations=tuple(NumberedPassage.numbered(number, one) for number, one in dict(sources).items()),
        unsupported=tuple(one.text for one in answer.sentences if one.is_claim and not one.supported),
        model=answer.model,
        notes_waiting=assistant.index.status().waiting,
    )


def _followed(question: str, events: Iterable[Event], caller: Caller) -> Iterator[Event]:
    """Passes an answer's events on, and tells the caller how far it is whenever that can be said anew."""
    progress, told = AnswerProgress(question), ""
    for event in events:
        progress = progress.after(event)
        if (now := _how_far(progress)) != told:
            told = now
            caller.tell(told)
        yield event


def _how_far(progress: AnswerProgress) -> str:
    if progress.share_read is not None:
        return f"reading the notes: {10 * int(10 * progress.share_read)} %"
    if progress.phase is AnswerPhase.WRITING:
        return f"writing: {10 * (len(progress.text.split()) // 10)} words"
    return progress.phase.value


def open_note(assistant: Assistant, asked: OpenArguments, _: Caller) -> OpenedNote:
    """Returns the text of a note or of a section of it, as much as is given at once."""
    note = assistant.notes.read(asked.note)
    section = _section(note, asked.section) if asked.section.strip() else None
    first, last = (section.start, section.end) if section else (0, len(note.text))
    start = min(max(first, asked.start), last)
    end = min(last, start + LONGEST_TEXT_CHARS)
    return OpenedNote(
        note=note.path,
        title=note.title,
        heading_path=section.heading_path if section else (),
        text=note.text[start:end],
        start=start,
        end=end,
        page=note.page_at(start),
        next_start=end if end < last else None,
        outline=tuple(" > ".join(one.heading_path) for one in note.outline if one.level)[:_HEADINGS],
        uri=uri_of(note.path),
    )


def _section(note: Document, heading: str) -> Section:
    """Returns the section that a heading names; the first one, where several have all of its headings.

    Raises:
        NoteNotFound: None has it, or several have, below different ones.
    """
    wanted = Scope.parse(f"#{heading}").heading_path
    place = next((one.heading_path for one in note.outline if one.heading_path == wanted), None)
    if place is None:
        place = complete_scope(Scope(note.path, wanted), note.outline).heading_path
    return next(one for one in note.outline if one.heading_path == place)


def quiz_questions(assistant: Assistant, asked: QuizArguments, _: Caller) -> QuizQuestions:
    """Returns questions on a topic; no quiz is begun, and nothing is stored of how they are answered."""
    request = QuizRequest(topic=asked.topic, count=asked.count, kinds=frozenset(asked.kinds))
    offered = assistant.quiz.room.offer(request)
    return QuizQuestions(topic=asked.topic, questions=tuple(_question(assistant, one) for one in offered))


def _question(assistant: Assistant, posed: Posed) -> QuizQuestion:
    item, kind = posed.item, kind_of(posed.item)
    source = item.source
    page = assistant.notes.read(source.note).page_at(source.start)
    return QuizQuestion(
        id=item.id,
        kind=str(item.kind),
        question=kind.shown(item),
        options=posed.options,
        lefts=item.lefts,
        right=kind.right(item),
        explanation=item.explanation,
        proof=QuotedPassage.of(source.note, source.heading_path, page, source.start, source.end, source.quote),
    )


def due_cards(assistant: Assistant, asked: DueArguments, _: Caller) -> DueReviews:
    """Returns the cards that are due."""
    now = datetime.now(UTC)
    assistant.study.refresh(now)
    queue = assistant.cards.reviews.queue(now, chosen=cards_at(Scope.parse(asked.scope)))
    return DueReviews(
        due=len(queue.cards),
        held_back=queue.held_back,
        next_at=queue.next_at,
        cards=tuple(_due(assistant, card, now) for card in queue.cards[: asked.count]),
    )


def _due(assistant: Assistant, card: Card, now: datetime) -> DueReview:
    intervals = assistant.cards.reviews.preview(card, now)
    return DueReview(
        id=card.id,
        front=card.front,
        back=card.back,
        note=card.note,
        heading_path=card.topic,
        state=card.state,
        due_at=card.schedule.due_at,
        comes_back={rating.name.lower(): interval_text(interval) for rating, interval in intervals.items()},
    )


def review_card(assistant: Assistant, asked: ReviewArguments, _: Caller) -> RatedCard:
    """Stores how well a card was recalled, which moves it to a later day.

    Raises:
        NoSuchCard: There is no such card.
        StudyError: It is not due, or takes no part in reviews.
    """
    now, reviews = datetime.now(UTC), assistant.cards.reviews
    card = assistant.cards.card(asked.card)
    if not card.is_live or card.schedule.due_at > now + LEARN_AHEAD:
        why = f"is due at {card.schedule.due_at:%Y-%m-%d %H:%M} UTC" if card.is_live else f"is {card.state}"
        raise StudyError(f"The card {card.id} {why}, so it cannot be reviewed now.", hint="Review one that is due.")
    done = reviews.review(card.id, Rating[asked.rating.upper()], now)
    return RatedCard(
        id=done.card.id,
        front=done.card.front,
        rating=asked.rating,
        due_at=done.card.schedule.due_at,
        suspended=done.card.suspended,
        left=len(reviews.queue(now).cards),
    )


READING = (
    StudyTool(
        "search_notes",
        "Search the notes",
        "Finds the passages of the student's own notes that fit a question best, ranked, each with its exact words, "
        "headings, page and place. Quick; needs no language model. Use it to read for yourself what the notes say.",
        SearchArguments,
        FoundPassages,
        search_notes,
    ),
    StudyTool(
        "ask_notes",
        "Ask the notes",
        "Answers a question from the student's own notes alone, with the exact words behind each sentence. Says so "
        "when the notes do not hold the answer. A small model on the student's computer writes it, which takes seconds "
        "to a minute.",
        AskArguments,
        CitedAnswer,
        ask_notes,
    ),
    StudyTool(
        "open_note",
        "Open a note",
        "Returns the text of a note, or of one section of it, with its outline. Long ones come in parts: next_start.",
        OpenArguments,
        OpenedNote,
        open_note,
    ),
    StudyTool(
        "quiz_questions",
        "Get quiz questions",
        "Returns checked questions about a topic of the notes, each with the right answer and the words that prove it. "
        "Ask the student one at a time and show what is right only afterwards.",
        QuizArguments,
        QuizQuestions,
        quiz_questions,
    ),
    StudyTool(
        "due_cards",
        "List due cards",
        "Lists the flashcards that are due for review now, in their order, with when each would come back. It reviews "
        "none of them.",
        DueArguments,
        DueReviews,
        due_cards,
    ),
)
"""The tools that change nothing of the student's."""

REVIEWING = (
    StudyTool(
        "review_card",
        "Review a card",
        "Stores how well the student recalled one card that is due, which decides when it comes back. Only after the "
        "student has answered and said how well: never rate for the student.",
        ReviewArguments,
        RatedCard,
        review_card,
        reads_only=False,
    ),
)
"""Those that the student has to allow."""
