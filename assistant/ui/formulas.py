r"""Formulas in Markdown: ``$...$``, ``\(...\)``, ``$$...$$`` and ``\[...\]`` become ``math`` tokens.

A dollar sign opens a formula only where no space follows, and closes it only where no space precedes and no digit
follows (Pandoc's rule), so "from $5 to $10" stays text.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_DISPLAY = {"$$": "$$", "\\[": "\\]"}


def formulas(parser: MarkdownIt) -> None:
    """Adds the rules for formulas to a parser (a markdown-it plugin)."""
    parser.inline.ruler.before("escape", "math_inline", _inline)
    parser.block.ruler.before("fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _inline(state: StateInline, silent: bool) -> bool:
    found = _delimited(state.src, state.pos, state.posMax)
    if found is None:
        return False
    content, end, display = found
    if not silent:
        token = state.push("math", "math", 0)
        token.content, token.meta = content, {"display": display}
    state.pos = end
    return True


def _delimited(text: str, pos: int, end: int) -> tuple[str, int, bool] | None:
    """Returns the formula that begins at ``pos``: its TeX, the offset behind it, and whether it is displayed."""
    two = text[pos : pos + 2]
    if two in _DISPLAY or two == "\\(":
        close = text.find(_DISPLAY.get(two, "\\)"), pos + 2, end)
        content = text[pos + 2 : close].strip() if close > 0 else ""
        return (content, close + 2, two in _DISPLAY) if content else None
    if text[pos] != "$" or text[pos + 1 : pos + 2] in ("", " ", "\n", "\t"):
        return None
    close = _closing_dollar(text, pos + 1, end)
    return (text[pos + 1 : close], close + 1, False) if close > pos + 1 else None


def _closing_dollar(text: str, pos: int, end: int) -> int:
    close = text.find("$", pos, end)
    while close > 0:
        if text[close - 1] not in " \n\t\\" and not text[close + 1 : close + 2].isdigit():
            return close
        close = text.find("$", close + 1, end)
    return -1


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A displayed formula over several lines: its opening begins a line, its closing ends one."""
    if state.is_code_block(start_line):
        return False
    first = state.src[state.bMarks[start_line] + state.tShift[start_line] : state.eMarks[start_line]]
    close = _DISPLAY.get(first[:2])
    if close is None:
        return False
    lines = [first[2:]]
    line = start_line
    while not lines[-1].rstrip().endswith(close):
        line += 1
        if line >= end_line:
            return False
        lines.append(state.getLines(line, line + 1, state.blkIndent, False))
    content = "\n".join(lines).rstrip()[: -len(close)]
    if close in content or not content.strip():
        return False
    if not silent:
        state.line = line + 1
        token = state.push("math", "math", 0)
        token.block, token.content, token.meta = True, content.strip(), {"display": True}
    return True
