"""Would prompt lookup pay? Drafts are copied from the prompt, checked in one batch, and kept as far as they are right.

A trial on paper: greedy decoding accepts a drafted token exactly where it is the one that would have come anyway, so
what would be accepted can be counted on a finished answer, and what a batch costs can be measured by itself. (Saxena
2023, "Prompt Lookup Decoding"; Leviathan et al. 2023 for the acceptance rule.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_LONGEST_MATCH, _SHORTEST_MATCH = 3, 2


def draft(context: Sequence[int], length: int) -> tuple[int, ...]:
    """Returns the at most ``length`` tokens that followed the last earlier occurrence of the context's end."""
    for size in range(_LONGEST_MATCH, _SHORTEST_MATCH - 1, -1):
        end = tuple(context[-size:])
        for start in range(len(context) - size - 1, -1, -1):
            if tuple(context[start : start + size]) == end:
                return tuple(context[start + size : start + size + length])
    return ()


def speedup(prompt: Sequence[int], answer: Sequence[int], length: int, costs: Mapping[int, float]) -> float:
    """Returns how many times faster ``answer`` would be written with drafts of ``length`` tokens; below 1 is slower.

    Args:
        prompt: What stands before the answer; drafts come from here and from the answer so far.
        answer: The greedy answer, in tokens.
        length: The longest draft.
        costs: Time of a batch of so many tokens, in units of a single token; needs 1 to ``length`` + 1.
    """
    context, at, spent = list(prompt), 0, 0.0
    while at < len(answer):
        guess = draft(context, min(length, len(answer) - at - 1))
        right = 0
        while right < len(guess) and guess[right] == answer[at + right]:
            right += 1
        spent += costs[1 + len(guess)]
        context += answer[at : at + right + 1]
        at += right + 1
    return len(answer) / spent if spent else 1.0
