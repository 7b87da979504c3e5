"""Suite ``notes``: the questions of ``eval/questions`` over the notes of the workspace."""

from __future__ import annotations

from assistant.evaluation.asking import run_questions
from assistant.evaluation.conversations import FILE, follow_up_metrics, follow_up_rows, load_conversations
from assistant.evaluation.questions import load_notes_set
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.running import Options, Subject, Suite
from assistant.index.search import Retriever

GOALS = {
    "hit@4, plain": 0.98,
    "hit@4, typed": 0.95,
    "answered rightly": 0.92,
    "answerable but refused": 0.03,
    "unanswerable refused": 0.97,
}


def run(subject: Subject, options: Options) -> Report:
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
