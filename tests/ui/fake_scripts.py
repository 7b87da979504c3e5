"""The notes of the stand-in for the assistant, and what it says about them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.documents.loading import parse
from assistant.types import Document

try:
    from tests.ui.fake_notes import ATTENTION, COSTS_PAGES, INFERENCE
except ModuleNotFoundError:  # pytest puts this folder, not the repository, on the path
    from fake_notes import ATTENTION, COSTS_PAGES, INFERENCE

FUNDAMENTALS, TRANSFORMERS, COSTS = "ai/fundamentals.md", "ai/transformers.md", "aws/costs.pdf"


@dataclass(frozen=True)
class Said:
    """A sentence of a scripted answer, with the words of the notes that support it, if any do."""

    text: str
    quotes: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    is_claim: bool = True


@dataclass(frozen=True)
class Script:
    """An answer, found by a word of the question; ``below``, of the item ``under``, are lines that it does not say."""

    word: str
    sentences: tuple[Said, ...]
    passages: tuple[tuple[str, str], ...]
    corrections: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()
    under: str = ""


BATCH = "processes a large number of inputs at once. It suits tasks where no immediate answer is needed"
REAL_TIME = "handles each input individually as it arrives. It gives an immediate prediction"

SCRIPTS = (
    Script(
        "real-time",
        (
            Said(
                "**Batch inference** takes many inputs at once, where no immediate answer is needed.",
                ((FUNDAMENTALS, BATCH),),
            ),
            Said(
                " **Real-time inference** handles each input as it arrives and answers at once.",
                ((FUNDAMENTALS, REAL_TIME),),
            ),
            Said("\n\nIn short:\n\n", is_claim=False),
            Said(
                "- Batch suits data that is sent *at set periods*.\n",
                ((FUNDAMENTALS, "large chunks of data are sent at set periods"),),
            ),
            Said(
                "- Batch jobs cost about half as much, because they run when capacity is free.",
                ((COSTS, "Batch jobs cost about half of on-demand requests"), (FUNDAMENTALS, BATCH)),
            ),
        ),
        (
            (FUNDAMENTALS, BATCH),
            (FUNDAMENTALS, REAL_TIME),
            (COSTS, "Batch jobs cost about half"),
            (FUNDAMENTALS, "using a trained model"),
            (TRANSFORMERS, "Attention alone"),
        ),
        (("infrence", "inference"),),
    ),
    Script(
        "softmax",
        (
            Said(
                "Softmax turns any numbers into positive weights that sum to one:\n\n",
                ((TRANSFORMERS, "Softmax turns any numbers into positive weights that sum to one"),),
            ),
            Said(
                "$$\\mathrm{softmax}(x)_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}$$\n\n",
                ((TRANSFORMERS, "$$\\mathrm{softmax}(x)_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}$$"),),
            ),
            Said(
                "It was invented by Ludwig Boltzmann in 1868.",
                reason="“Boltzmann” and “1868” do not occur in your notes",
            ),
            Said(
                " In attention the scores are first divided by $\\sqrt{d_k}$, so that it stays less sharp.\n\n",
                ((TRANSFORMERS, "The scores are divided by $\\sqrt{d_k}$ so that softmax does not become too sharp"),),
            ),
            Said("In Python:\n\n", is_claim=False),
            Said(
                "```python\ndef softmax(x):\n    e = np.exp(x - x.max())  # no overflow\n    return e / e.sum()\n```",
                ((TRANSFORMERS, "e = np.exp(x - x.max())\n    return e / e.sum()"),),
            ),
        ),
        (
            (TRANSFORMERS, "Softmax turns any numbers"),
            (TRANSFORMERS, "The scores are divided"),
            (FUNDAMENTALS, "using a trained model"),
        ),
    ),
    Script(
        "unrelated",
        (Said("Photosynthesis makes sugar from light.", reason="no passage is about “photosynthesis”"),),
        ((FUNDAMENTALS, "using a trained model"),),
    ),
)


def course() -> dict[str, Document]:
    """Returns the notes that most tests use."""
    costs = "".join(COSTS_PAGES)
    return {
        FUNDAMENTALS: parse(FUNDAMENTALS, INFERENCE, "markdown", "Fundamentals of AI and ML"),
        TRANSFORMERS: parse(TRANSFORMERS, ATTENTION, "markdown", "Transformers"),
        COSTS: parse(COSTS, costs, "pdf", "AWS cost trade-offs", (0, len(COSTS_PAGES[0]))),
    }
