"""Do the citations of an answer support its sentences? The formulas of ALCE, with a judge that only counts words.

    citation recall    = share of the sentences that their citations together support; an uncited one counts 0
    citation precision = share of the citations that are right

A citation is right if its sentence is supported, unless it is irrelevant: it does not support the sentence alone, and
the others support it without it (Gao et al. 2023, https://arxiv.org/abs/2305.14627, section 4). There a language model
judges support; here the judge asks for 68 % of the sentence's content-word stems and all of its numbers. It is not the
``Attributor`` that wrote the citations: it knows no spelling errors, no outline and nothing of what else was read. A
refusal has no sentences: it is counted on its own and scores neither way.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TypedDict

from assistant.answering.units import Words
from assistant.evaluation.intervals import mean, ratio
from assistant.evaluation.report import Metric, Row
from assistant.types import Answer, Chunk, Citation

MIN_COVER = 0.68
"""Share of the stems; chosen on the development part of AttributionBench (macro-F1 66 together with the numbers)."""

_GOAL = 0.95


class AlceSentence(TypedDict):
    """A sentence of an answer with what is cited for it.

    Attributes:
        text: The sentence.
        cited: The cited words, each below its headings.
        shuffled: As many other passages that were found for the question; fewer where fewer were found.
    """

    text: str
    cited: list[str]
    shuffled: list[str]


def is_supported(sentence: str, passages: Sequence[str]) -> bool:
    """Returns whether the passages together hold 68 % of the sentence's stems and all of its numbers."""
    claim, there = Words(sentence), Words("\n".join(passages))
    covered = len(claim.stems & there.stems) >= MIN_COVER * len(claim.stems)
    return bool(passages) and covered and claim.numbers <= there.numbers


def citation_recall(sentence: str, cited: Sequence[str]) -> bool:
    """Returns whether the citations together support the sentence; without citations they do not."""
    return is_supported(sentence, cited)


def right_citations(sentence: str, cited: Sequence[str]) -> int:
    """Returns how many of the citations are right."""
    if not citation_recall(sentence, cited):
        return 0
    return sum(not _is_irrelevant(sentence, cited, number) for number in range(len(cited)))


def _is_irrelevant(sentence: str, cited: Sequence[str], number: int) -> bool:
    others = [*cited[:number], *cited[number + 1 :]]
    return bool(others) and not is_supported(sentence, [cited[number]]) and is_supported(sentence, others)


def judged_sentences(answer: Answer) -> list[AlceSentence]:
    """Returns the sentences of an answer that state something; none for a refusal."""
    if answer.abstained:
        return []
    draw = random.Random(answer.question)
    return [
        AlceSentence(
            text=sentence.text,
            cited=[_passage(citation) for citation in sentence.citations],
            shuffled=_shuffled(sentence.citations, [hit.chunk for hit in answer.search.hits], draw),
        )
        for sentence in answer.sentences
        if sentence.is_claim
    ]


def alce_fields(answer: Answer) -> Row:
    """Returns what a row of an answer has to hold for ``alce_metrics`` and ``alce_controls``."""
    sentences = judged_sentences(answer)
    recalled = sum(citation_recall(one["text"], one["cited"]) for one in sentences)
    cited = sum(len(one["cited"]) for one in sentences)
    right = sum(right_citations(one["text"], one["cited"]) for one in sentences)
    return {
        "alce": sentences,
        "alce_recall": recalled / len(sentences) if sentences else None,
        "alce_precision": right / cited if cited else None,
    }


def alce_metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields citation recall and precision over the answers that were given, and how many were not.

    Args:
        rows: With the fields of ``alce_fields``. The interval is that of drawing other questions.
    """
    yield from _recall_and_precision("ALCE citation", [row["alce"] for row in rows], "cited", _GOAL)
    yield Metric("ALCE: refused, not counted", mean([float(not row["alce"]) for row in rows]))


def alce_controls(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields what the formulas say of citations that are known to be wrong, or right.

    Passages that were found for the question but are not cited (must fall sharply), the citations of another question
    (must be about 0), and the cited words as the sentence itself (must be 1).
    """
    answers = [row["alce"] for row in rows if row["alce"]]
    yield from _recall_and_precision("ALCE, shuffled citations:", answers, "shuffled")
    moved = [_with_citations_of(own, other) for own, other in zip(answers, answers[1:] + answers[:1], strict=True)]
    yield from _recall_and_precision("ALCE, citations of another question:", moved if len(answers) > 1 else [], "cited")
    verbatim = [[_itself(passage) for one in own for passage in one["cited"]] for own in answers]
    yield from _recall_and_precision("ALCE, verbatim sentences:", verbatim, "cited")


def _recall_and_precision(
    name: str, answers: Sequence[Sequence[AlceSentence]], field: str, goal: float | None = None
) -> Iterator[Metric]:
    """Yields both figures of ``answers``; a question is drawn with all of its sentences."""
    pairs = [[(one["text"], one[field]) for one in own] for own in answers]  # type: ignore[literal-required]
    recalled = [float(sum(citation_recall(*pair) for pair in own)) for own in pairs]
    right = [float(sum(right_citations(*pair) for pair in own)) for own in pairs]
    cited = [float(sum(len(passages) for _, passages in own)) for own in pairs]
    yield Metric(f"{name} recall", ratio(recalled, [float(len(own)) for own in pairs]), goal)
    yield Metric(f"{name} precision", ratio(right, cited), goal)


def _with_citations_of(own: Sequence[AlceSentence], other: Sequence[AlceSentence]) -> list[AlceSentence]:
    return [
        AlceSentence(text=one["text"], cited=other[number % len(other)]["cited"], shuffled=[])
        for number, one in enumerate(own)
    ]


def _itself(passage: str) -> AlceSentence:
    return AlceSentence(text=passage.rpartition("\n")[2], cited=[passage], shuffled=[])


def _shuffled(citations: Sequence[Citation], found: Sequence[Chunk], draw: random.Random) -> list[str]:
    """As many passages as there are citations, none of which holds a cited word."""
    free = [chunk for chunk in found if not any(_overlap(citation, chunk) for citation in citations)]
    return [_below(chunk.heading_path, chunk.text) for chunk in draw.sample(free, min(len(citations), len(free)))]


def _overlap(citation: Citation, chunk: Chunk) -> bool:
    return citation.note == chunk.note and citation.start < chunk.end and chunk.start < citation.end


def _passage(citation: Citation) -> str:
    return _below(citation.heading_path, citation.quote)


def _below(heading_path: Sequence[str], text: str) -> str:
    """The text as the student sees it: with its headings, on one line each."""
    return "\n".join((*heading_path, " ".join(text.split())))
