"""Suite ``notes``: the questions of ``eval/questions`` over the notes of the workspace, and its conversations.

Does the search find what a follow-up question means, and leave a change of subject alone?

follow-up hit@4      = hit@4 of the turns that cannot be understood without the turns before them
standalone untouched = share of the later turns that stand on their own which are searched word for word

What a turn was answered counts as said rightly: the passages that answer it stand for the answer, so that a wrong
answer of a model is not blamed on the search for the next question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering.followup import complete
from assistant.core.json_form import JsonForm
from assistant.evaluation.asking import run_questions
from assistant.evaluation.datasets import GoldQuote, find_quotes, load_notes_set, read_notes, read_rows
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.retrieval import TOP, Span, found_row
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions
from assistant.index.retriever import Retriever
from assistant.types import Turn

GOALS = {
    "hit@4, plain": 0.98,
    "hit@4, typed": 0.95,
    "answered rightly": 0.92,
    "answerable but refused": 0.03,
    "unanswerable refused": 0.97,
}
FILE = "conversations.jsonl"
FIRST, FOLLOW_UP, STANDALONE = "first", "follow-up", "standalone"
FOLLOW_UP_GOAL = 0.95


@dataclass(frozen=True, slots=True)
class TurnCase:
    """One question of a conversation.

    Attributes:
        gold: ``(note, start, end)`` of every passage that answers it.
        facts: Each must occur in a right answer, in lower case; ``|`` separates alternatives.
        standalone: It can be understood without the turns before it.
        answer: What the notes say to it: the passages that answer it together.
    """

    question: str
    gold: tuple[Span, ...]
    facts: tuple[str, ...]
    standalone: bool
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ConversationCase:
    """Questions that were asked one after the other; the first one stands on its own."""

    id: str
    turns: tuple[TurnCase, ...]


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A question in a line of the file; eval/README.md has the fields."""

    question: str
    gold: tuple[GoldQuote, ...]
    facts: tuple[str, ...]
    standalone: bool
    also: tuple[GoldQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A line of the file."""

    id: str
    turns: tuple[TurnRow, ...]


_CONVERSATION = JsonForm[ConversationRow](ConversationRow)


def load_conversations(notes_root: Path, questions: Path) -> tuple[ConversationCase, ...]:
    """Returns the conversations over the sample course.

    Args:
        notes_root: The folder of the notes.
        questions: The folder of the question set.

    Raises:
        UsageError: The file is missing, a row lacks a field, or a quote does not stand in its note.
    """
    texts = read_notes(notes_root)
    rows = read_rows(questions / FILE, _CONVERSATION)
    return tuple(ConversationCase(row.id, tuple(_turn(turn, texts) for turn in row.turns)) for row in rows)


def _turn(row: TurnRow, texts: Mapping[str, str]) -> TurnCase:
    gold = find_quotes(texts, row.gold + row.also)
    answer = "\n".join(entry.quote for entry in row.gold)
    return TurnCase(row.question, gold, row.facts, row.standalone, answer)


def follow_up_rows(conversations: Sequence[ConversationCase], retriever: Retriever) -> list[Row]:
    """Returns a row per turn: what was searched for it, and whether that found its passages.

    Its fields are ``id``, ``kind`` (``first``, ``follow-up`` or ``standalone``), ``question``, ``searched``, those of
    ``found_row``, and for later turns that stand on their own ``untouched``.
    """
    return [row for conversation in conversations for row in _rows_of(conversation, retriever)]


def _rows_of(conversation: ConversationCase, retriever: Retriever) -> Iterator[Row]:
    history: tuple[Turn, ...] = ()
    for number, turn in enumerate(conversation.turns, start=1):
        searched = complete(turn.question, history)
        hits = retriever.search(searched).hits
        row: Row = {
            "id": f"{conversation.id}-{number}",
            "kind": FIRST if number == 1 else STANDALONE if turn.standalone else FOLLOW_UP,
            "question": turn.question,
            "searched": searched,
            "error": "",
            **found_row(turn.gold, [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in hits]),
        }
        yield row | {"untouched": searched == turn.question} if row["kind"] == STANDALONE else row
        history = (*history, Turn(turn.question, turn.answer))


def follow_up_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields hit@4 of the follow-ups and of the other later turns, and the share of these that are left untouched."""
    goals = {FOLLOW_UP: FOLLOW_UP_GOAL, STANDALONE: None}
    for kind, goal in goals.items():
        values = [float(row[f"hit_at_{TOP}"]) for row in rows if row["kind"] == kind]
        if values:
            yield Metric(f"conversations: hit@{TOP}, {kind}", mean(values), goal)
    untouched = [float(row["untouched"]) for row in rows if "untouched" in row]
    if untouched:
        yield Metric("conversations: standalone untouched", mean(untouched), 1.0)


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Searches and asks every question, and searches every turn of the conversations, if there are any.

    Raises:
        UsageError: The questions are missing, or a quote does not stand in the notes.
        ModelError: The model cannot be loaded.
    """
    questions = options.data or subject.workspace.root / "eval" / "questions"
    dataset = load_notes_set(subject.workspace.notes, questions)
    there = (questions / FILE).is_file()
    conversations = load_conversations(subject.workspace.notes, questions) if there else ()

    def follow_ups(retriever: Retriever) -> tuple[list[Row], list[Metric]]:
        rows = follow_up_rows(conversations, retriever)
        return rows, list(follow_up_metrics(rows))

    return run_questions(subject, dataset, options, GOALS, more=follow_ups)


SUITE = Suite("notes", "Questions over the sample course, answerable and not.", run, needs_data=False)
