"""Another way to join two searches: reciprocal rank fusion. It looks at the places only, not at the scores.

    RRF(passage) = sum over the searches that found it of  1 / (60 + place)

Cormack, Clarke and Büttcher: Reciprocal Rank Fusion outperforms Condorcet (2009); 60 is theirs. It needs no scale and
no weight, which is why it is popular. It also forgets how far ahead the first was: place 1 counts 1/61 whether it won
by a hair or by a mile. On the questions that this project was measured with, adding scores did a little better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.index.fusion import Candidates

RRF_CONSTANT = 60


def reciprocal_scores(found: Candidates) -> dict[int, float]:
    """Returns the RRF score of every passage that one of the two searches found, by id."""
    scores: dict[int, float] = {}
    for ranked in (found.dense, found.lexical):
        for place, (id_, _) in enumerate(ranked, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (RRF_CONSTANT + place)
    return scores


def places(scores: Mapping[int, float], ids: Sequence[int]) -> dict[int, int]:
    """Returns the place (from 1) of each passage of ``ids`` by its score; equal scores keep the order of ``ids``."""
    order = sorted(ids, key=lambda id_: -scores[id_])
    return {id_: place for place, id_ in enumerate(order, start=1)}
