"""Suites ``squad`` and ``squad-quiz``: articles as a student's documents; questions that they answer or seem to.

SQuAD 2.0: Rajpurkar, Jia and Liang 2018, "Know What You Don't Know" (https://arxiv.org/abs/1806.03822).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

from assistant.core.json_form import JsonForm
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.asking import run_questions
from assistant.evaluation.datasets import Case, Dataset, not_of_the_form, read_rows
from assistant.evaluation.report import Report
from assistant.evaluation.suite_quiz import run_quiz
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions
from assistant.types import Scope

GOALS = {
    "hit@4": 0.95,
    "balanced abstention, hard": 0.75,
    "unanswerable refused, easy": 0.97,
    "citation precision of right answers": 0.90,
    "citation recall of right answers": 0.95,
}


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article of ``dev_docs.json``."""

    doc: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SquadRow:
    """A line of ``dev_questions.jsonl``: the paragraph it was asked of, and where in it each answer begins."""

    id: str
    doc: str
    para: int
    question: str
    answers: tuple[str, ...]
    answer_starts: tuple[int, ...]


_DOCS = JsonForm[tuple[ArticleRow, ...]](tuple[ArticleRow, ...])
_QUESTION = JsonForm[SquadRow](SquadRow)


def load_squad(folder: Path) -> Dataset:
    """Returns SQuAD 2.0 articles as notes: each question within its own article, and again within another one (easy).

    Raises:
        UsageError: A file is missing.
    """
    file = folder / "dev_docs.json"
    if not file.is_file():
        raise UsageError(f"There is no {file}.", hint="Name the folder that holds it.")
    docs = _DOCS.read(file.read_bytes(), partial(not_of_the_form, file, ""))
    articles = {doc.doc: _article(doc) for doc in docs}
    pairs = [_squad_cases(row, articles) for row in read_rows(folder / "dev_questions.jsonl", _QUESTION)]
    notes = tuple(parse(name, text, "markdown", name) for name, (text, _) in articles.items())
    return Dataset("squad", notes, tuple(case for pair in pairs for case in pair))


def _article(doc: ArticleRow) -> tuple[str, tuple[int, ...]]:
    """Returns an article's text, and where its paragraphs begin."""
    paragraphs = [paragraph + "\n\n" for paragraph in doc.paragraphs]
    return "".join(paragraphs), tuple(accumulate(map(len, paragraphs[:-1]), initial=0))


def _squad_cases(row: SquadRow, articles: Mapping[str, tuple[str, tuple[int, ...]]]) -> tuple[Case, Case]:
    """Returns the question within its own article, and within the next one."""
    if row.doc not in articles or not 0 <= row.para < len(articles[row.doc][1]):
        raise UsageError(f"Question {row.id} is about a paragraph that is not there.", hint="Take both files anew.")
    names, base = list(articles), articles[row.doc][1][row.para]
    pairs = zip(row.answer_starts, row.answers, strict=False)
    gold = tuple((row.doc, base + start, base + start + len(answer)) for start, answer in pairs)
    facts = ("|".join(answer.lower() for answer in row.answers),) if gold else ()
    other = names[(names.index(row.doc) + 1) % len(names)]
    own = Case(row.id, row.question, "hard", gold, facts, Scope(row.doc))
    return own, Case(f"{row.id}-easy", row.question, "easy", scope=Scope(other))


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Searches all articles together, and asks each question of its own article and of another one (easy).

    Raises:
        UsageError: The data are missing or of another form.
        ModelError: The model cannot be loaded.
    """
    if options.data is None:
        raise UsageError("The suite squad needs its data.", hint="assistant eval run squad --data FOLDER")
    return run_questions(subject, load_squad(options.data), options, GOALS)


def run_quiz_over_articles(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Examines quiz items made of the articles.

    Raises:
        UsageError: The data are missing or of another form.
        ModelError: The model failed.
    """
    if options.data is None:
        raise UsageError("The suite squad-quiz needs its data.", hint="assistant eval run squad-quiz --data FOLDER")
    return run_quiz(subject, load_squad(options.data), options)


SUITE = Suite("squad", "Articles of SQuAD 2.0 (--data): retrieval, answers, abstention, citations.", run)
QUIZ = Suite(
    "squad-quiz",
    "Quiz items made from the articles (--data): are they fair, and can they be guessed?",
    run_quiz_over_articles,
    searches=False,
    in_all=False,
)
