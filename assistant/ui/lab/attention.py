"""What the lesson on attention asks for. No Gradio here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from assistant.errors import UsageError
from assistant.index.embedder import Attentions
from assistant.lab.attention import Habit, attention_grid, habits, marks_share
from assistant.lab.interactive import figure_json
from assistant.ui.boundary import friendly
from assistant.ui.message import whole
from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]

MOST_TOKENS = 40
EXAMPLES = (
    "The student asked the model because it knows her notes.",
    "The bank of the river was steep.",
    "Batch inference takes many inputs at once.",
)


class AttentionDesk:
    """Shows who looks at whom. Every method returns what JSON can carry, errors included."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._found = lru_cache(maxsize=8)(self._attentions)

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.attention_begin, self.attention_map)

    @friendly
    def attention_begin(self, _: object = None) -> dict[str, Any]:
        """Returns ``examples``, and how many ``layers`` and ``heads`` there are."""
        shape = self._found(EXAMPLES[0]).weights.shape
        return {"examples": list(EXAMPLES), "layers": shape[0], "heads": shape[1]}

    @friendly
    def attention_map(self, request: Request) -> dict[str, Any]:
        """Returns a head. Request: ``text``, ``layer`` and ``head`` (from 1; 0 for the average of all), ``words_only``.

        Keys: ``figure``, ``marks`` (share of the words' attention at [CLS] and [SEP]), ``tokens``, ``weights`` (rows of
        shares) and ``heads`` with a habit: ``layer``, ``head``, ``says``.
        """
        found = self._found(_text(request))
        layer, head = (
            _number(request, name, top) for name, top in zip(("layer", "head"), found.weights.shape[:2], strict=True)
        )
        grid = attention_grid(found, layer, head)
        shown = attention_grid(found, layer, head, words_only=bool(request.get("words_only")))
        return {
            "figure": figure_json(shown),
            "marks": marks_share(found, layer, head),
            "tokens": list(grid.rows),
            "weights": [list(row) for row in grid.values],
            "heads": [{"layer": h.layer, "head": h.head, "says": says} for h, says in _typical(habits(found))],
        }

    def _attentions(self, text: str) -> Attentions:
        found = self._lab.embedder().attentions(text)
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


def _text(request: Request) -> str:
    text = " ".join(str(request.get("text", "")).split())
    if not text:
        raise UsageError("There is nothing to look at.", hint="Write a sentence.")
    return text


def _number(request: Request, name: str, top: int) -> int:
    number = whole(request, name, 0)
    if not 0 <= number <= top:
        raise UsageError(f"There is no {name} {number}.", hint=f"Take 1 to {top}, or 0 for all.")
    return number
