r"""Formulas of LaTeX as the page draws them and the reader knows them: without labels, in environments of KaTeX."""

from __future__ import annotations

import re

from assistant.documents.latex.known_commands import ALIGNED

_ENDS = re.compile(r"\A(?:\\\[|\\\(|\$\$?|\\begin\{[\w*]+\})|(?:\\\]|\\\)|\$\$?|\\end\{[\w*]+\})\Z")
_UNSEEN = re.compile(
    r"\\(?:label|tag\*?|ref|eqref|cref|hspace\*?|vspace\*?|setlength|index|footnotemark)\s*\{[^{}]*\}"
    r"|\\(?:nonumber|notag|noindent|displaystyle|bigskip|medskip|smallskip|protect)(?![A-Za-z])"
)
_COLUMNS = re.compile(r"\A\s*(?:\{[^{}]*\})")
_RETURN = re.compile(r"\\cr(?![A-Za-z])")
_MIDDLE = re.compile(r"&([^&\\]{0,40}|[^&]{0,8}\\[A-Za-z]+\s*)&")
_INNER = re.compile(r"(?<!\\)\$(?P<dollars>[^$]*)\$|\\\((?P<brackets>.*?)\\\)", re.DOTALL)
_NEW_LINE = re.compile(r"\\\\(?:\s*\[[^\]]*\])?\s*")


def in_line(latex: str) -> str:
    """Returns a formula of a line, without the signs around it."""
    return _clean(_ENDS.sub("", latex))


def displayed(environment: str, latex: str) -> str:
    """Returns a formula on lines of its own.

    Args:
        environment: Its name without a star; empty for one between signs.
        latex: With what begins and ends it.
    """
    body = _clean(_ENDS.sub("", latex))
    if environment in ("alignat", "xalignat", "IEEEeqnarray"):
        body = _COLUMNS.sub("", body).strip()
    if environment in ("eqnarray", "IEEEeqnarray"):
        body = _MIDDLE.sub(r"&\1", body)
    body = re.sub(r"(?:\s*\\\\\s*)+\Z", "", body)
    is_aligned = environment in ALIGNED and "&" in body
    if is_aligned or (environment and _NEW_LINE.search(body) and "\\begin" not in body):
        inner = "aligned" if is_aligned or "&" in body else "gathered"
        return f"\\begin{{{inner}}} {body} \\end{{{inner}}}" if body else ""
    return body


def _clean(latex: str) -> str:
    """Returns the formula in one line; dollar signs within its words end no formula."""
    latex = _UNSEEN.sub("", latex).replace("\\$", "\\textdollar ")
    latex = _INNER.sub(lambda found: f"}}{found[found.lastgroup or 0]}\\text{{", latex)
    return " ".join(_RETURN.sub(r"\\\\", latex.replace("\\text{}", "").replace("$", "")).split())
