"""Citation recall and precision of ALCE, against hand-worked tables."""

import math
from dataclasses import replace

import pytest

from assistant.evaluation.alce import (
    alce_controls,
    alce_fields,
    alce_metrics,
    citation_recall,
    is_supported,
    judged_sentences,
    right_citations,
)
from assistant.evaluation.report import Metric
from assistant.types import Answer, Chunk, Citation, Hit, SearchResult, Sentence

CATS = "Cats purr loudly at night."
DOGS = "Dogs bark early in spring."
TOOLS = "Hammers drive iron nails into wood."


@pytest.mark.parametrize(
    ("passages", "holds"),
    [
        ([CATS], True),
        ([DOGS], False),
        ([], False),
        (["Cats purr loudly."], True),  # three of the four stems: 75 %
        (["Cats purr."], False),  # half of them
        (["Cats purr.", "Loud nights."], True),
    ],
)
def test_support_is_68_percent_of_the_stems(passages: list[str], holds: bool) -> None:
    assert is_supported("Cats purr loudly at night.", passages) is holds


def test_every_number_must_stand_there() -> None:
    assert is_supported("Cats purr loudly 20 times a night.", ["Cats purr loudly, 20 times a night."])
    assert not is_supported("Cats purr loudly 20 times a night.", ["Cats purr loudly, 30 times a night."])


@pytest.mark.parametrize(
    ("cited", "recalled", "right"),
    [
        ([], False, 0),
        ([CATS], True, 1),
        ([DOGS], False, 0),
        ([CATS, DOGS], True, 1),  # the dogs support nothing alone, and the cats do without them
        ([CATS, CATS], True, 2),  # either does alone
        (["Cats purr.", "Loud nights."], True, 2),  # neither does alone, and neither can be missed
        (["Cats purr.", "Loud nights.", DOGS], True, 2),
        (["Cats purr.", DOGS], False, 0),
    ],
)
def test_recall_and_right_citations(cited: list[str], recalled: bool, right: int) -> None:
    assert citation_recall(CATS, cited) is recalled
    assert right_citations(CATS, cited) == right


def chunk(text: str, start: int) -> Chunk:
    return Chunk("n.md", ("Notes",), (), "", start, start + len(text), text, 0)


CHUNKS = (chunk(CATS, 0), chunk(DOGS, 100), chunk(TOOLS, 200))
HITS = tuple(Hit(one, 1.0, 0.5, 1.0, 1, 1) for one in CHUNKS)


def cite(which: int) -> Citation:
    one = CHUNKS[which]
    return Citation(one.note, one.heading_path, one.start, one.end, one.text, 1.0)


def answer(*sentences: tuple[str, tuple[int, ...]], question: str = "q") -> Answer:
    said = tuple(
        Sentence(text, 0, len(text), supported=bool(cited), score=1.0, citations=tuple(map(cite, cited)))
        for text, cited in sentences
    )
    return Answer(question, " ".join(s.text for s in said), False, said, SearchResult(question, HITS))


REFUSED = replace(answer((CATS, (0,))), abstained=True)


def figures(metrics: list[Metric]) -> dict[str, float]:
    return {metric.name: metric.estimate.value for metric in metrics}


def test_figures_of_a_hand_worked_table() -> None:
    rows = [
        alce_fields(answer((CATS, (0,)), (DOGS, ()), question="one")),  # 1 of 2 sentences, 1 of 1 citation
        alce_fields(answer((TOOLS, (2, 0)), question="two")),  # 1 of 1, 1 of 2
        alce_fields(REFUSED),
    ]
    found = figures(list(alce_metrics(rows)))
    assert found["ALCE citation recall"] == pytest.approx(2 / 3)
    assert found["ALCE citation precision"] == pytest.approx(2 / 3)
    assert found["ALCE: refused, not counted"] == pytest.approx(1 / 3)
    assert (rows[0]["alce_recall"], rows[0]["alce_precision"]) == (0.5, 1.0)
    assert (rows[2]["alce_recall"], rows[2]["alce_precision"]) == (None, None)


def test_refusals_alone_are_no_good_answers() -> None:
    found = figures(list(alce_metrics([alce_fields(REFUSED)])))
    assert math.isnan(found["ALCE citation recall"])
    assert math.isnan(found["ALCE citation precision"])
    assert found["ALCE: refused, not counted"] == 1.0


def test_what_states_nothing_is_not_judged() -> None:
    said = answer((CATS, (0,)))
    heading = replace(said.sentences[0], is_claim=False, citations=())
    assert len(judged_sentences(replace(said, sentences=(*said.sentences, heading)))) == 1


def test_the_controls_come_out_as_they_must() -> None:
    rows = [
        alce_fields(answer((CATS, (0,)), question="one")),
        alce_fields(answer((TOOLS, (2,)), question="two")),
        alce_fields(REFUSED),
    ]
    found = figures(list(alce_controls(rows)))
    assert found["ALCE, shuffled citations: recall"] == 0.0
    assert found["ALCE, citations of another question: recall"] == 0.0
    assert found["ALCE, verbatim sentences: recall"] == 1.0
    assert found["ALCE, verbatim sentences: precision"] == 1.0


def test_shuffled_citations_are_other_passages_that_were_found() -> None:
    first, again = (judged_sentences(answer((CATS, (0, 1)))) for _ in range(2))
    assert first == again
    assert first[0]["shuffled"] == [f"Notes\n{TOOLS}"]  # only one is left that holds no cited word
