"""The tables of LaTeX as those of HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from assistant.documents.latex.parsing import arguments_of, nodes_of

_COUNT = re.compile(r"\d+")


def table_html(nodes: Sequence[Any], write: Callable[[Sequence[Any]], str]) -> str:
    r"""Returns the rows between ``\\`` with the cells between ``&``; the first row is the head.

    Args:
        nodes: What stands in the table.
        write: Returns nodes as the text of a cell.
    """
    rows: list[list[list[Any]]] = [[[]]]
    for node in nodes:
        if getattr(node, "macroname", "") in ("\\", "tabularnewline", "cr"):
            rows.append([[]])
        elif getattr(node, "specials_chars", "") == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(node)
    written = ["".join(_cell(cell, write, "td" if number else "th") for cell in row) for number, row in enumerate(rows)]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in written) + "</table>"


def _cell(nodes: list[Any], write: Callable[[Sequence[Any]], str], tag: str) -> str:
    span = ""
    for name, attribute in (("multicolumn", "colspan"), ("multirow", "rowspan")):
        found = next((node for node in nodes if getattr(node, "macroname", "") == name), None)
        arguments = [one for one in arguments_of(found) if one is not None] if found is not None else []
        if len(arguments) > 1:
            counted = next((match for one in arguments if (match := _COUNT.search(one.latex_verbatim()))), None)
            span += f' {attribute}="{counted[0]}"' if counted else ""
            nodes = nodes_of(arguments[-1])
    return f"<{tag}{span}>{write(nodes)}</{tag}>"
