"""The form of what the model writes, as a grammar for llama.cpp (GBNF)."""

from __future__ import annotations

from collections.abc import Sequence

_INSIDE = r'[^\n.?!:;"()*]'
"""A sentence has none of these inside: the model takes to lists, quotes and second thoughts otherwise."""


def one_sentence(starts: Sequence[str], shortest: int, longest: int, end: str) -> str:
    """Returns the grammar of one sentence on one line.

    Its length is bounded by repeating one character class, which llama.cpp checks in no time; ``maxLength`` of a JSON
    schema would take minutes, and would leave the form to the model.

    Args:
        starts: How it may begin, to the letter; none for any beginning.
        shortest: The fewest characters behind it.
        longest: The most.
        end: Its last character.
    """
    literals = " | ".join(f'"{_escaped(start)}"' for start in starts)
    first = f"({literals})" if literals else "[A-Z]"
    return f'root ::= {first} {_INSIDE}{{{shortest},{longest}}} "{end}"\n'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
