"""Asks the questions of a dataset, over an index of its own, and reports what was found and answered."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.answering.answer import Answerer
from assistant.answering.prompts import SYSTEM, render_block
from assistant.config import AnsweringConfig
from assistant.errors import UsageError
from assistant.evaluation.alce import alce_controls, alce_fields, alce_metrics
from assistant.evaluation.datasets import Case, Dataset, indexed
from assistant.evaluation.intervals import balanced, mean, ratio
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.retrieval import found_row, retrieval_metrics, with_goals
from assistant.evaluation.suites import MeasuredAssistant, SuiteOptions, crashed, run_cases
from assistant.index.retriever import Retriever
from assistant.models.generator import Generator
from assistant.types import Answer, Citation, ContextBlock, Request, Retrieved, Sampling, answer_of

_MARKUP = re.compile(r"[*_`]")
_PASSAGES = 4


class Read(StrEnum):
    """What the model reads of what was found."""

    SECTIONS = "sections"
    PASSAGES = "passages"


@dataclass(frozen=True, slots=True)
class Variant:
    """How the questions are answered.

    Attributes:
        exact: Full prefill, without states of sections that were read before.
        read: Whole sections, as in production, or the best four passages alone.
    """

    exact: bool = False
    read: Read = Read.SECTIONS


class AnswerEvaluator:
    """Asks the questions of a dataset as a student would, one after the other.

    Unless the variant is exact, the sections of each question are read beforehand, as the warmer does it in production.

    Args:
        retriever: Over the dataset's notes.
        engine: Writes.
        config: Budgets and thresholds of production.
        variant: What differs from production.
    """

    def __init__(self, retriever: Retriever, engine: Generator, config: AnsweringConfig, variant: Variant) -> None:
        self._engine = engine
        self._variant = variant
        kind = PassageAnswerer if variant.read is Read.PASSAGES else Answerer
        if variant.read is Read.PASSAGES:
            config = replace(config, max_blocks=_PASSAGES)
        self._answerer = kind(retriever, lambda: engine, config, Sampling(), "evaluation")

    def evaluate(self, case: Case, cancel: threading.Event) -> Row:
        """Returns the row of one case."""
        return row_of(case, self._answer(case, cancel))

    def _answer(self, case: Case, cancel: threading.Event) -> Answer:
        request = Request(case.question, scope=case.scope, exact=self._variant.exact)
        if not self._variant.exact and (kept := self._engine.cache):
            blocks = self._answerer.search(request).blocks
            for _ in kept.warm(SYSTEM, [render_block(block) for block in blocks], cancel):
                pass
        return answer_of(self._answerer.ask(request, cancel))


class PassageAnswerer(Answerer):
    """An ``Answerer`` that reads the best passages, and nothing around them."""

    def search(self, request: Request) -> Retrieved:
        """Returns what was found, and its best passages as blocks."""
        found = super().search(request).search
        passages = (hit.chunk for hit in found.hits[:_PASSAGES])
        return Retrieved(
            found,
            tuple(ContextBlock(c.note, c.heading_path, c.parents, c.start, c.end, c.text, c.block) for c in passages),
        )


def row_of(case: Case, answer: Answer) -> Row:
    """Returns what is to be said of one answer. Fields that do not apply to the case are None.

    ``right`` looks at all that the student reads, the answer and the lines of the notes below it; ``right_stated`` and
    the citations at the answer alone.
    """
    cited = [] if answer.abstained else list(answer.numbered_citations())
    good = sum(overlaps(citation, case) for citation in cited)
    shown = "\n".join((answer.text, *(quote.quote for quote in answer.quotes)))
    right, stated = (
        holds_facts(text, case.facts) and not answer.abstained if case.answerable else None
        for text in (shown, answer.text)
    )
    claims = [sentence for sentence in answer.sentences if sentence.is_claim]
    return {
        "id": case.id,
        "kind": case.kind,
        "question": case.question,
        "answerable": case.answerable,
        "abstained": answer.abstained,
        "right": right,
        "right_stated": stated,
        "refusal_right": answer.abstained != case.answerable,
        "cited": len(cited),
        "cited_right": good if case.answerable else None,
        "right_with_proof": stated and good > 0 if case.answerable else None,
        "claims": len(claims),
        "claims_supported": sum(sentence.supported for sentence in claims),
        "evidence": round(answer.evidence, 4),
        "first_token_s": answer.timings.first_token_s,
        "prompt_tokens": answer.timings.prompt_tokens,
        "text": answer.draft or answer.text,
        "quotes": [quote.quote for quote in answer.quotes] or [s.text for s in answer.sentences if answer.draft],
        "only_quoted": bool(answer.draft) and not answer.abstained,
        "error": "",
        **alce_fields(answer),
    }


def metrics_of(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the figures of answers, from the rows that did not crash."""
    asked = [row for row in rows if row["answerable"]]
    yield Metric("answered rightly", mean([float(row["right"]) for row in asked]))
    yield Metric("without the lines below it", mean([float(row["right_stated"]) for row in asked]))
    own = [float(row["right_stated"] and not row["only_quoted"]) for row in asked]
    yield Metric("in the model's own words", mean(own))
    yield Metric("answerable but refused", mean([float(row["abstained"]) for row in asked]), lower_is_better=True)
    absent = [row for row in rows if not row["answerable"]]
    if absent:
        yield Metric("unanswerable refused", mean([float(row["abstained"]) for row in absent]))
    for kind in dict.fromkeys(row["kind"] for row in absent):
        yield from _abstention(kind, asked, [row for row in absent if row["kind"] == kind])
    yield Metric("citation precision", ratio([r["cited_right"] for r in asked], [r["cited"] for r in asked]))
    right = [row for row in asked if row["right_stated"]]
    cited_right, cited = [row["cited_right"] for row in right], [row["cited"] for row in right]
    yield Metric("citation precision of right answers", ratio(cited_right, cited))
    yield Metric("citation recall of right answers", mean([float(row["right_with_proof"]) for row in right]))
    claims = [row for row in rows if row["claims"]]
    supported, all_claims = [row["claims_supported"] for row in claims], [row["claims"] for row in claims]
    yield Metric("claims supported by the notes", ratio(supported, all_claims))
    yield from alce_metrics(rows)


def _abstention(kind: str, asked: Sequence[Row], absent: Sequence[Row]) -> Iterator[Metric]:
    """Yields the share of a kind that was refused, and its mean with the share of the answerable that was answered."""
    refused = [float(row["abstained"]) for row in absent]
    yield Metric(f"unanswerable refused, {kind}", mean(refused))
    yield Metric(f"balanced abstention, {kind}", balanced([float(not row["abstained"]) for row in asked], refused))


def holds_facts(text: str, facts: Sequence[str]) -> bool:
    """Returns whether each fact occurs in ``text``, markup, case and spacing aside; ``|`` separates alternatives."""
    shown = _plain(text)
    return all(any(_plain(alternative) in shown for alternative in fact.split("|")) for fact in facts)


def overlaps(citation: Citation, case: Case) -> bool:
    """Returns whether the cited words and a gold passage have a character in common."""
    return any(
        note == citation.note and start < citation.end and citation.start < end for note, start, end in case.gold
    )


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub("", text.lower()).split())


More = Callable[[Retriever], tuple[list[Row], list[Metric]]]
"""Further rows and figures of a suite that need its index."""


def run_questions(
    subject: MeasuredAssistant,
    dataset: Dataset,
    options: SuiteOptions,
    goals: Mapping[str, float],
    *,
    more: More = lambda retriever: ([], []),
    of_rows: Callable[[Sequence[Row]], Iterator[Metric]] = metrics_of,
) -> Report:
    """Searches, and unless only retrieval is measured asks, every question of ``dataset``.

    A stopped run has the rows it came to.

    Args:
        subject: The models and settings.
        dataset: Its notes are indexed in a folder of their own.
        options: What was asked for.
        goals: The least good value, by the name of a metric.
        more: Measures what else needs the index.
        of_rows: What is counted of the answers.

    Raises:
        UsageError: No case is of the kinds asked for, or there is no such thing to read.
        ModelError: The model cannot be loaded.
    """
    if options.read not in list(Read):
        raise UsageError(f"There is nothing {options.read!r} to read.", hint="--read sections or --read passages")
    chosen = dataset.sample(options.limit, options.seed, options.kinds)
    variant = Variant(options.exact, Read(options.read))
    with indexed(dataset, subject) as retriever:
        settings = {**options.drawn, "retrieval only": options.retrieval}
        evaluate = _searched(retriever)
        if not options.retrieval:
            engine = subject.models.engine.get()
            settings |= {"model": engine.name, "exact": variant.exact, "read": variant.read.value}
            asked = AnswerEvaluator(retriever, engine, subject.settings.now.answering, variant)
            evaluate = _both(evaluate, lambda case: asked.evaluate(case, options.cancel))
        rows, complete = run_cases(chosen.cases, evaluate, options)
        further, figures = more(retriever)
    sound = [row for row in rows if not row["error"]]
    metrics = [*retrieval_metrics(sound), *figures, *(() if options.retrieval else of_rows(sound))]
    return Report(
        suite=dataset.name,
        settings=settings,
        fingerprint=subject.index.fingerprint(),
        metrics=(crashed(rows), *with_goals(metrics, goals)),
        controls=() if options.retrieval else tuple(alce_controls(sound)),
        rows=(*rows, *further),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _searched(retriever: Retriever) -> Callable[[Case], Row]:
    """The search of a case among all notes, whatever its scope; nothing for what the notes do not answer."""

    def evaluate(case: Case) -> Row:
        row: Row = {"id": case.id, "kind": case.kind, "question": case.question, "error": ""}
        if not case.answerable:
            return row
        hits = retriever.search(case.question).hits
        return row | found_row(case.gold, [(hit.chunk.note, hit.chunk.start, hit.chunk.end) for hit in hits])

    return evaluate


def _both(first: Callable[[Case], Row], second: Callable[[Case], Row]) -> Callable[[Case], Row]:
    return lambda case: first(case) | second(case)
