"""Pictures of cutting: how large the chunks are, and what larger ones find and cost."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from assistant.lab.chunk_trial import DEEPEST, Outcome
from assistant.lab.cutting import Cut, Settings
from assistant.lab.figures import Chart, Series
from assistant.lab.splitters import OURS

NAMES = {
    OURS: "Headings and lists",
    "recursive": "Recursive (LangChain)",
    "sentences": "Sentences",
    "tokens": "Fixed number of tokens",
}


def describe(settings: Settings) -> str:
    """Returns the settings in a few words."""
    overlap = f", {settings.overlap_tokens} shared" if settings.overlap_tokens else ""
    return f"{NAMES[settings.splitter]}, {settings.size_tokens} tokens{overlap}"


def size_chart(cuts: Sequence[Cut], settings: Settings, window_tokens: int) -> Chart:
    """Returns the sizes of a note's chunks in reading order, and the most that the embedder reads."""
    sizes = tuple(float(cut.tokens) for cut in cuts)
    places = tuple(float(place) for place in range(1, len(cuts) + 1))
    labels = tuple(f"Chunk {place}: {cut.tokens} tokens. {cut.chunk.text[:80]}" for place, cut in enumerate(cuts, 1))
    too_long = sum(cut.read_to < cut.chunk.end for cut in cuts)
    says = f"{len(cuts)} chunks" + (f" of {fmean(sizes):.0f} tokens on average" if cuts else "")
    says += f"; {too_long} of them longer than the embedder reads." if too_long else "."
    edge = (0.5, len(cuts) + 0.5)
    limit = Series("Most that the embedder reads", edge, (float(window_tokens),) * 2, mark="line")
    bars = Series("Chunks", places, sizes, labels, mark="bar")
    return Chart(f"Chunk sizes: {describe(settings)}", "Chunk", "Tokens", (bars, limit), says)


def trial_chart(outcomes: Sequence[Outcome], k: int) -> Chart:
    """Returns recall against its price, a line for each way of cutting from 1 chunk to ``DEEPEST``; a star marks k."""
    lines = tuple(
        Series(
            describe(outcome.settings),
            outcome.tokens,
            tuple(outcome.recall(depth) for depth in range(1, DEEPEST + 1)),
            tuple(_says(outcome, depth) for depth in range(1, DEEPEST + 1)),
            mark="line",
        )
        for outcome in outcomes
    )
    stars = Series(
        f"The first {k}",
        tuple(outcome.tokens[k - 1] for outcome in outcomes),
        tuple(outcome.recall(k) for outcome in outcomes),
        tuple(_says(outcome, k) for outcome in outcomes),
        mark="star",
    )
    says = " ".join(_says(outcome, k) + "." for outcome in outcomes)
    return Chart(
        "What is found, and what it costs to read", "Tokens to read", f"Recall@1 to @{DEEPEST}", (*lines, stars), says
    )


def _says(outcome: Outcome, k: int) -> str:
    return (
        f"{describe(outcome.settings)}: the first {k} hold {outcome.recall(k):.0%} of the proofs "
        f"in {outcome.tokens[k - 1]:.0f} tokens"
    )
