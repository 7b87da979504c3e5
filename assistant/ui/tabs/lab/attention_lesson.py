"""What the lesson on attention asks for. No Gradio here."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from assistant.api.calls import Payload, Whole, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.index.embedder import Attentions, transformer_of
from assistant.lab.charts.interactive import figure_json
from assistant.lab.lessons.attention import Habit, attention_grid, habits, marks_share
from assistant.ui.tabs.lab.view import Picture

MOST_TOKENS = 40
EXAMPLES = (
    "The student asked the model because it knows her notes.",
    "The bank of the river was steep.",
    "Batch inference takes many inputs at once.",
)


class AttentionStart(Payload):
    """Sentences to begin with, and how many layers and heads there are."""

    examples: list[str]
    layers: int
    heads: int


class HeadHabit(Payload):
    """A head that does most of one simple thing."""

    layer: int
    head: int
    says: str


class HeadView(Picture):
    """What a head looks at: rows of shares, the share that rests on [CLS] and [SEP], and heads with a habit."""

    marks: float
    tokens: list[str]
    weights: list[list[float]]
    heads: list[HeadHabit]


class AttentionHandlers:
    """Shows who looks at whom."""

    area = "lab/attention"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._found = lru_cache(maxsize=8)(self._attentions)

    @call
    def begin(self) -> AttentionStart:
        """Returns what the lesson begins with."""
        shape = self._found(EXAMPLES[0]).weights.shape
        return AttentionStart(examples=list(EXAMPLES), layers=shape[0], heads=shape[1])

    @call
    def map(self, text: str = "", layer: Whole = 0, head: Whole = 0, words_only: bool = False) -> HeadView:
        """Returns a head: ``layer`` and ``head`` count from 1; 0 stands for the average of all."""
        found = self._found(_checked(text))
        layer, head = _there("layer", layer, found.weights.shape[0]), _there("head", head, found.weights.shape[1])
        grid = attention_grid(found, layer, head)
        shown = attention_grid(found, layer, head, words_only=words_only)
        return HeadView(
            figure=figure_json(shown),
            marks=marks_share(found, layer, head),
            tokens=list(grid.rows),
            weights=[list(row) for row in grid.values],
            heads=[HeadHabit(layer=h.layer, head=h.head, says=says) for h, says in _typical(habits(found))],
        )

    def _attentions(self, text: str) -> Attentions:
        found = transformer_of(self._lab.embedder()).attentions(text)
        if len(found.tokens) > MOST_TOKENS:
            raise UsageError(
                f"This sentence has {len(found.tokens)} tokens.", hint=f"Up to {MOST_TOKENS} can be seen at a time."
            )
        return found


def _typical(all_habits: tuple[Habit, ...]) -> list[tuple[Habit, str]]:
    """Returns the head that does most of each simple thing, in words."""
    kinds: tuple[tuple[str, Callable[[Habit], float]], ...] = (
        ("looks at the token before", lambda habit: habit.before),
        ("looks at the token after", lambda habit: habit.after),
        ("looks at the token itself", lambda habit: habit.itself),
        ("rests on [CLS] and [SEP]", lambda habit: habit.marks),
        ("looks at other words", lambda habit: 1 - habit.before - habit.after - habit.itself - habit.marks),
    )
    found = []
    for name, share in kinds:
        best = max(all_habits, key=share)
        found.append((best, f"{name}: {share(best):.0%}"))
    return found


def _checked(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise UsageError("There is no sentence to look at.", hint="Write a sentence.")
    return text


def _there(name: str, number: int, top: int) -> int:
    if not 0 <= number <= top:
        raise UsageError(f"There is no {name} {number}.", hint=f"Take 1 to {top}, or 0 for all.")
    return number
