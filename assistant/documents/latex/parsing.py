"""Parses LaTeX, forgiving what TeX would not. The door of pylatexenc."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latex2text import get_default_latex_context_db as default_words
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
    LatexWalker,
)
from pylatexenc.latexwalker import get_default_latex_context_db as default_context
from pylatexenc.macrospec import std_environment, std_macro

from assistant.documents.latex.source import LatexSource

CHARS, MATH, GROUP, ENVIRONMENT, MACRO, SPECIAL, COMMENT = (
    "chars", "math", "group", "environment", "macro", "special", "comment"
)  # fmt: skip
_KINDS = {
    LatexCharsNode: CHARS, LatexMathNode: MATH, LatexGroupNode: GROUP, LatexEnvironmentNode: ENVIRONMENT,
    LatexMacroNode: MACRO, LatexSpecialsNode: SPECIAL, LatexCommentNode: COMMENT,
}  # fmt: skip
_MACROS = {
    "title": "[{", "frametitle": "[{", "framesubtitle": "[{", "subtitle": "[{", "author": "[{", "date": "[{",
    "institute": "[{", "caption": "*[{", "textcolor": "[{{", "multirow": "[{[{[{", "multicolumn": "{{{", "href": "[{{",
    "column": "[{", "resizebox": "*{{{", "scalebox": "{[{", "parbox": "[[[{{", "vspace": "*{", "hspace": "*{",
    "addcontentsline": "{{{", "footnote": "[{", "footnotetext": "[{", "item": "[", "bibitem": "[{", "input": "{",
    "include": "{", "cite": "[[{", "citep": "*[[{", "citet": "*[[{", "citealt": "*[[{", "parencite": "*[[{",
    "textcite": "*[[{", "autocite": "*[[{", "cline": "{", "cmidrule": "[{", "addlinespace": "[", "rule": "[{{",
    "makebox": "[[{", "framebox": "[[{", "raisebox": "{[[{", "colorbox": "[{{", "fcolorbox": "[{{{",
    "par": "", "hline": "", "toprule": "[", "midrule": "[", "bottomrule": "[", "newline": "", "centering": "",
    "texttt": "{", "url": "{", "index": "[{", "chapter": "*[{", "part": "*[{", "frame": "", "textsuperscript": "{",
    "textsubscript": "{", "includegraphics": "*[[{", "newpage": "", "maketitle": "", "let": "", "keptcode": "{",
}  # fmt: skip
_ENVIRONMENTS = {
    "tabular": "[{", "tabular*": "{[{", "tabularx": "{[{", "tabulary": "{[{", "longtable": "[{", "tabu": "{",
    "longtabu": "{", "minipage": "[[[{", "multicols": "{[", "column": "[{", "columns": "[", "adjustbox": "{",
    "wrapfigure": "[{[{", "wraptable": "[{[{", "thebibliography": "{", "figure": "[", "figure*": "[", "table": "[",
    "table*": "[", "tcolorbox": "[", "mdframed": "[", "spacing": "{", "labeling": "[{", "list": "{{", "subfigure": "[{",
    "tasks": "[", "algorithm": "[", "algorithmic": "[", "algorithm2e": "[", "onlyenv": "", "sloppypar": "",
}  # fmt: skip
_PLACE = re.compile(r"%(?:s|\()")
_NARROW = frozenset("\u2009\u200a\u2002\u2003\u00a0")


class LatexParser:
    """Parses the pieces of one text."""

    def __init__(self, source: LatexSource) -> None:
        theorems = [std_environment(name, "{{" if name in source.with_braces else "[") for name in source.theorems]
        self._context = default_context()
        self._context.add_context_category(
            "notes",
            macros=[std_macro(name, given) for name, given in _MACROS.items()],
            environments=[*(std_environment(name, given) for name, given in _ENVIRONMENTS.items()), *theorems],
            prepend=True,
        )
        self._words = LatexNodes2Text()
        self._known_words = default_words()

    def parsed(self, latex: str) -> list[Any]:
        """Returns the nodes of a text; what does not fit is text, and what is not closed ends with the text."""
        nodes: list[Any] = LatexWalker(latex, latex_context=self._context, tolerant_parsing=True).get_latex_nodes()[0]
        return nodes

    def arguments(self, node: Any, nodes: Sequence[Any], at: int) -> tuple[list[Any], int]:
        """Returns the arguments of a command, and where ``nodes`` go on behind them.

        Those of an unknown command are the braces right behind it.
        """
        given = arguments_of(node)
        known = self._context.get_macro_spec(node.macroname)
        if given or (known is not None and known.macroname):
            return [one for one in given if one is not None], at
        found: list[Any] = []
        while not node.macro_post_space and at < len(nodes):
            if kind_of(nodes[at]) == GROUP:
                found.append(nodes[at])
            elif not _is_option(nodes, at):
                break
            at += 1
        return found, at

    def words(self, node: Any) -> str:
        """Returns the characters that a command or a sign stands for; a narrow blank is one."""
        text = str(self._words.nodelist_to_text([node]))
        return " " if text in _NARROW else text

    def is_word(self, node: Any) -> bool:
        """Returns whether a command stands for characters, and has the arguments that they are made of."""
        known = self._known_words.get_macro_spec(node.macroname)
        if known is None or not known.macroname or known.simplify_repl is None:
            return False
        given = arguments_of(node)
        if isinstance(known.simplify_repl, str):
            count = len(_PLACE.findall(known.simplify_repl))
            return count <= len(given) and (not count or all(self._is_plain(one) for one in given if one is not None))
        parsed = self._context.get_macro_spec(node.macroname)
        takes_any = parsed is not None and bool(parsed.args_parser.argspec)
        return (bool(given) or not takes_any) and all(self._is_plain(one) for one in given)

    def _is_plain(self, node: Any) -> bool:
        """Returns whether a node is nothing but characters, so that an accent can stand on it."""
        if kind_of(node) == GROUP:
            return all(map(self._is_plain, node.nodelist))
        return kind_of(node) == CHARS or (kind_of(node) == MACRO and not arguments_of(node) and self.is_word(node))


def kind_of(node: Any) -> str:
    """Returns what a node is; of nothing nothing."""
    return _KINDS.get(type(node), "")


def arguments_of(node: Any) -> list[Any]:
    """Returns the arguments that the parser found, None for one that was left out."""
    return list(node.nodeargd.argnlist) if node.nodeargd and node.nodeargd.argnlist else []


def nodes_of(argument: Any) -> list[Any]:
    """Returns what stands in the braces of an argument, or the one sign that it is."""
    return list(argument.nodelist) if kind_of(argument) == GROUP else [argument]


def _is_option(nodes: Sequence[Any], at: int) -> bool:
    """Whether brackets stand there, and braces behind them."""
    chars = nodes[at].chars if kind_of(nodes[at]) == CHARS else ""
    return chars[:1] == "[" and chars.find("]") == len(chars) - 1 and kind_of((nodes[at + 1 :] or [None])[0]) == GROUP
