"""Suite ``squad``: articles as a student's documents, with questions that they answer or only seem to answer."""

from __future__ import annotations

from assistant.errors import UsageError
from assistant.evaluation.asking import run_questions
from assistant.evaluation.questions import load_squad
from assistant.evaluation.report import Report
from assistant.evaluation.running import Options, Subject, Suite

GOALS = {
    "hit@4": 0.95,
    "balanced abstention, hard": 0.75,
    "unanswerable refused, easy": 0.97,
    "citation precision of right answers": 0.90,
    "citation recall of right answers": 0.95,
}


def run(subject: Subject, options: Options) -> Report:
    """Searches all articles together, and asks each question of its own article and of another one (easy).

    Raises:
        UsageError: The data are missing or of another form.
        ModelError: The model cannot be loaded.
    """
    if options.data is None:
        raise UsageError("The suite squad needs its data.", hint="assistant eval run squad --data FOLDER")
    return run_questions(subject, load_squad(options.data), options, GOALS)


SUITE = Suite("squad", "Articles of SQuAD 2.0 (--data): retrieval, answers, abstention, citations.", run)
