"""Outlines and notes of Emacs' org-mode as Markdown (https://orgmode.org/worg/org-syntax.html)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import dedent

from assistant.documents.decoding import decode
from assistant.documents.escaping import escaped, fenced
from assistant.documents.formats.format import Extract, Format
from assistant.documents.latex.known_commands import DISPLAYED, THEOREMS
from assistant.documents.latex.latex_formulas import displayed, in_line
from assistant.documents.tables import markdown_table

_OPENS = re.compile(
    r"(?P<lead>\s*)(?:#\+begin_(?P<block>[\w-]+)(?P<options>.*)|\\begin\{(?P<name>\w+\*?)\}.*|:(?P<drawer>[\w-]+):\s*|(?P<shown>\\\[).*)",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"\s*(?:#\+end_([\w-]+)\s*|:(end):\s*|.*\\end\{(\w+\*?)\}\s*|.*(\\\])\s*)", re.IGNORECASE)
_TITLE = re.compile(r"^[ \t]*#\+title:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_UNSEEN = re.compile(r"\s*#(?:\+[\w-]+(?:\[[^\]]*\])?:.*|\s.*)?|\s*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):.*|-{5,}\s*")
_HEADING = re.compile(r"(\*+)[ \t]+(.*?)(?:[ \t]+:[\w@#%:]+:)?\s*")
_PRIORITY = re.compile(r"(?:^|(?<=\s))\[#\w\]\s+")
_ITEM = re.compile(r"(?P<lead>\s*)(?P<sign>[-+]|(?<=\s)\*|\d+[.)])(?P<box>\s+(?:\[[ X-]\]\s+)?)(?P<text>.*)")
_TERM = re.compile(r"(.*?)\s+::(?:\s+(.*)|$)")
_NOTE = re.compile(r"\[fn:([\w-]+)\]\s+")
_FIXED = re.compile(r"\s*:(?: (.*)|\s*)")
_ROW = re.compile(r"\s*\|.*")
_RULE = re.compile(r"\s*\|-[-+|]*\s*")
_INNER = re.compile(
    r"(?P<formula>\$\$.+?\$\$|\$(?=[^\s$])[^$]*?(?<=\S)\$(?!\w)|\\\(.+?\\\)|\\\[.+?\\\])"
    r"|\[\[(?P<to>[^\]\[]+)\](?:\[(?P<said>(?:[^\]\[]|\[[^\]\[]*\])+)\])?\]"
    r"|\[fn:(?P<note>[\w-]+)\]|\[fn:[\w-]*:(?P<aside>[^\]]+)\]|\{\{\{\w+\((?P<given>[^)]*)\)\}\}\}"
    r"|<{2,3}(?P<target>[^<>]+)>{2,3}"
    r"|(?:(?<=[\s\-({'\"—])|^)(?P<sign>[*/_+=~])(?P<text>\S|\S[^\n]*?\S)(?P=sign)(?=[\s\-.,;:!?'\")}\[—]|$)",
    re.DOTALL,
)
_OWN_LINES = (_OPENS, _ROW, _FIXED, _HEADING, _ITEM, _NOTE)
_MARKS = {"*": "**", "/": "*", "_": "", "+": "~~", "=": "`", "~": "`"}
_PICTURE = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp|pdf)", re.IGNORECASE)
_ABROAD = ("http://", "https://", "mailto:")
_DROPPED = frozenset(("comment", "export", "html", "latex"))
_DEEPEST = 6
_LONGEST_LINE = 20_000
"""In a longer one no partner is looked for, which takes the square of its length."""


def read_org(file: Path) -> Extract:
    """Returns an outline with its headings, lists, tables, code and formulas; not what only Emacs reads.

    Raises:
        UnreadableNote: It is no text.
    """
    text = decode(file.read_bytes())
    title = _TITLE.search(text)
    lines = text.split("\n")
    ranks = [len(found[1]) for line in lines if (found := _HEADING.fullmatch(line)) and found[2]]
    writer = _OrgWriter(lines, (2 if title else 1) - min(ranks, default=1))
    head = f"# {_inner(title[1].strip())}\n\n" if title else ""
    return Extract((head + re.sub(r"\n{3,}", "\n\n", "\n".join(writer.written(0, len(lines)))).strip() + "\n",))


class _OrgWriter:
    """Writes the lines of one file; each is looked at once."""

    def __init__(self, lines: Sequence[str], shift: int) -> None:
        self._lines = lines
        self._shift = shift
        self._ends: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(lines):
            if closing := _CLOSES.fullmatch(line):
                self._ends[next(filter(None, closing.groups())).lower()].append(number)
        self._headings = [number for number, line in enumerate(lines) if _HEADING.fullmatch(line)]

    def written(self, at: int, end: int) -> Iterator[str]:
        """Yields Markdown for the lines from ``at`` to before ``end``."""
        while at < end:
            line, start = self._lines[at], at
            opening = _OPENS.fullmatch(line)
            if opening and (close := self._close(opening, at)) >= 0:
                yield from self._block(opening, at, close)
                at = close + 1
            elif (kind := next((kind for kind in (_ROW, _FIXED) if kind.fullmatch(line)), None)) is not None:
                while at < end and kind.fullmatch(self._lines[at]):
                    at += 1
                yield from (_table if kind is _ROW else _fixed)(self._lines[start:at])
            elif heading := _HEADING.fullmatch(line):
                yield from _heading(len(heading[1]) + self._shift, _PRIORITY.sub("", heading[2], count=1))
                at += 1
            elif not line.strip() or _UNSEEN.fullmatch(line):
                yield from () if line.strip() else ("",)
                at += 1
            else:
                at += 1
                while at < end and self._goes_on(start, at):
                    at += 1
                yield _text("\n".join(self._lines[start:at]))

    def _goes_on(self, start: int, at: int) -> bool:
        """Whether a line belongs to the paragraph or item that begins at another."""
        line, item = self._lines[at], _ITEM.fullmatch(self._lines[start])
        if not line.strip():
            return False
        if item and len(line) - len(line.lstrip()) <= len(item["lead"]):
            return False
        return not any(kind.match(line) for kind in _OWN_LINES) and not _UNSEEN.fullmatch(line)

    def _close(self, opening: re.Match[str], at: int) -> int:
        """Returns where the block ends that opens at a line; -1 where it is none."""
        is_formula = bool(opening["name"] or opening["shown"])
        if opening["name"] and opening["name"].rstrip("*") not in DISPLAYED:
            return -1
        name = opening["block"] or opening["name"] or ("end" if opening["drawer"] else "\\]")
        ends = self._ends.get(name.lower(), [])
        found = bisect_right(ends, at - is_formula)
        close = ends[found] if found < len(ends) else -1
        following = bisect_right(self._headings, at)
        is_cut = following < len(self._headings) and self._headings[following] < close
        return -1 if is_cut and not opening["block"] else close

    def _block(self, opening: re.Match[str], at: int, close: int) -> Iterator[str]:
        lines, lead = self._lines[at + 1 : close], opening["lead"]
        kind = (opening["block"] or "").lower()
        if opening["drawer"]:
            return
        if not kind:
            latex = displayed((opening["name"] or "").rstrip("*"), "\n".join(self._lines[at : close + 1]).strip())
            yield from (f"{lead}{line}" for line in ("$$", latex, "$$"))
        elif kind in ("src", "example"):
            named = opening["options"].split() if kind == "src" else []
            yield from (f"{lead}{line}" for line in fenced(dedent("\n".join(lines)), (named or [""])[0]).split("\n"))
        elif kind == "quote":
            yield from ("> " + line.strip() for line in self.written(at + 1, close))
        elif kind not in _DROPPED:
            name = THEOREMS.get(kind.rpartition("-")[2], "")
            label = f"**{name}.** " if name else ""
            yield from ("", label + "\n".join(self.written(at + 1, close)).strip("\n"), "")


def _heading(rank: int, title: str) -> Iterator[str]:
    """Yields a heading; one deeper than Markdown has them is an item of an outline."""
    if rank <= _DEEPEST:
        yield from ("", f"{'#' * rank} {_inner(title)}", "")
    else:
        yield f"{'  ' * (rank - _DEEPEST - 1)}- {_inner(title)}"


def _table(lines: Sequence[str]) -> Iterator[str]:
    rows = [_inner(line.strip().strip("|")).split("|") for line in lines if not _RULE.fullmatch(line)]
    yield from ("", markdown_table(rows))


def _fixed(lines: Sequence[str]) -> Iterator[str]:
    yield fenced("\n".join((_FIXED.fullmatch(line) or [""] * 2)[1] or "" for line in lines), "")


def _text(text: str) -> str:
    """Returns the lines of a paragraph or an item."""
    first, _, rest = text.partition("\n")
    rest = f"\n{rest}" if rest else ""
    item, note = _ITEM.fullmatch(first), _NOTE.match(first)
    if item:
        term = _TERM.match(item["text"])
        words = f"**{_inner(term[1])}**: {_inner((term[2] or '') + rest)}" if term else _inner(item["text"] + rest)
        return f"{item['lead']}{item['sign']}{item['box']}{words}"
    if note:
        return f"[^{note[1]}]: {_inner(first[note.end() :] + rest)}"
    return "\n".join(map(escaped, _inner(text).split("\n")))


def _inner(text: str) -> str:
    """Returns a text with emphasis, links and formulas as Markdown writes them."""
    return text if len(text) > _LONGEST_LINE else _INNER.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    if found["formula"]:
        is_shown = found["formula"].startswith(("$$", "\\["))
        latex = in_line(found["formula"])
        return f"$${latex}$$" if is_shown else f"${latex}$"
    if found["to"]:
        to, said = found["to"], found["said"]
        if not said:
            return "" if _PICTURE.fullmatch(to) else to.removeprefix("file:")
        said = " ".join(said.split())
        return f"[{_inner(said)}]({to})" if to.startswith(_ABROAD) else _inner(said)
    if found["sign"]:
        mark = _MARKS[found["sign"]]
        return f"{mark}{found['text'] if mark == '`' else _inner(found['text'])}{mark}"
    if found["note"]:
        return f"[^{found['note']}]"
    return f" ({found['aside']})" if found["aside"] else found["given"] or found["target"] or ""


FORMATS = (Format("org", (".org",), read_org, is_foreign=False),)
