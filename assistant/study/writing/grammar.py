"""The form of what the model writes, as a grammar for llama.cpp (GBNF)."""

from __future__ import annotations

_INSIDE = r'[^\n.?!:;"()*]'
"""A sentence has none of these inside: the model takes to lists, quotes and second thoughts otherwise."""


def one_sentence(start: str, shortest: int, longest: int, end: str) -> str:
    """Returns the grammar of one sentence on one line.

    Its length is bounded by repeating one character class, which llama.cpp checks in no time; ``maxLength`` of a JSON
    schema would take minutes, and would leave the form to the model.

    Args:
        start: How it begins, to the letter.
        shortest: The fewest characters behind it.
        longest: The most.
        end: Its last character.
    """
    literal = start.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'root ::= "{literal}" {_INSIDE}{{{shortest},{longest}}} "{end}"\n'
