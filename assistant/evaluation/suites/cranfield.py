"""Suite ``cranfield``: is the fused order of the search better than that by meaning, and than that by words?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from assistant.errors import UsageError
from assistant.evaluation.cranfield import RankingCase, load_cranfield, ndcg
from assistant.evaluation.gate import index_dataset
from assistant.evaluation.intervals import mean, paired_difference
from assistant.evaluation.questions import Dataset
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.running import Options, Subject, Suite, crashed, of_kinds, run_cases, sample
from assistant.index.search import Retriever

TOP = 10
FUSION, MEANING, WORDS = "fusion", "meaning", "words"
_WITHOUT = "_without_unexplained"


def run(subject: Subject, options: Options) -> Report:
    """Ranks the abstracts for every question in three ways.

    Raises:
        UsageError: The data are missing or of another form.
    """
    if options.data is None:
        raise UsageError("The suite cranfield needs its data.", hint="assistant eval run cranfield --data FOLDER")
    notes, cases = load_cranfield(options.data)
    chosen = sample(of_kinds(cases, options.kinds, "cranfield"), options.limit, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        index = index_dataset(Dataset("cranfield", notes, ()), Path(folder), subject.embedder(), subject.config)
        with closing(index) as retriever:
            rows, complete = run_cases(chosen, lambda case: _row(case, retriever), options)
    sound = [row for row in rows if not row["error"]]
    return Report(
        suite="cranfield",
        settings={**options.drawn, "documents": len(notes)},
        fingerprint=subject.fingerprint(),
        metrics=(crashed(rows), *ranking_metrics(sound)),
        controls=tuple(ranking_controls(sound)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def _row(case: RankingCase, retriever: Retriever) -> Row:
    row: Row = {"id": case.id, "kind": case.kind, "question": case.question, "error": ""}
    orders = rankings(case.question, retriever)
    for name, ranked in orders.items():
        row[f"ndcg_{name}"] = ndcg(ranked, case.gains(), TOP)
        row[f"ndcg_{name}{_WITHOUT}"] = ndcg(ranked, case.gains(unexplained=False), TOP)
    row["ndcg_backwards"] = ndcg(orders[FUSION][::-1], case.gains(), TOP)
    return row


def rankings(question: str, retriever: Retriever) -> Mapping[str, list[str]]:
    """Returns the notes in production's order, by meaning alone and by words alone; each stands at its best passage."""
    trace = retriever.trace(question)
    chunks = retriever.store.chunks(trace.fusion.ids)

    def notes(ids: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(chunks[id_].note for id_ in ids))

    return {
        FUSION: notes(trace.fusion.ids[row] for row in trace.fusion.order),
        MEANING: notes(id_ for id_, _ in trace.found.dense),
        WORDS: notes(id_ for id_, _ in trace.found.lexical),
    }


def ranking_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields nDCG@10 of the three orders, and by how much the fused one is better, question by question."""
    for name in (FUSION, MEANING, WORDS):
        yield Metric(f"nDCG@{TOP}, {name}", mean([row[f"ndcg_{name}"] for row in rows]))
    for suffix, told in (("", ""), (_WITHOUT, ", documents of grade -1 left out")):
        fused = [row[f"ndcg_{FUSION}{suffix}"] for row in rows]
        for name in (MEANING, WORDS):
            gain = paired_difference([row[f"ndcg_{name}{suffix}"] for row in rows], fused)
            yield Metric(f"nDCG@{TOP}, fusion less {name}{told}", gain, goal=0.0)


def ranking_controls(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields what must be bad: the fused order read from its end."""
    yield Metric(f"nDCG@{TOP}, fusion backwards", mean([row["ndcg_backwards"] for row in rows]))


SUITE = Suite("cranfield", "1,400 abstracts, graded (--data): is fusion better than either search?", run, asks=False)
