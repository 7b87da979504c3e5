"""Headings and list items as short plain text, without their markup, and the terms that they begin with."""

from __future__ import annotations

import re

from assistant.documents.scripts import lowered, raised

_LONGEST_TERM = 60
_LONGEST_LABEL = 80
_LONGEST_HEADING = 300
_LONGEST_LINE = 4000

_MARKUP = re.compile(r"[\[*_`<~=\\${^]")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s\"[^\"\n]*\"|\s[^()]*)?\)")
_ATTRIBUTES = re.compile(r"\{:\s?[^{}\n]*\}")
"""How kramdown (Jekyll) gives the words before them a class."""

_WIKI_LINK = re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_EMPHASIS = re.compile(r"(\*{1,3}|~~|==)(?=\S)(.+?)(?<=\S)\1")
_UNDERSCORES = re.compile(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"(`+)(.+?)\1")
_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|mark|sub|sup|span|br|code|font|small|ul|ol|li|p|div)\b[^<>]*>", re.IGNORECASE
)
_BREAK = re.compile(r"\s*<br\b[^<>]*>\s*", re.IGNORECASE)
_BETWEEN_ITEMS = re.compile(r"\s*</li>\s*<li[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = r"(?:[#.][A-Za-z][^\s{}]*|[A-Za-z][\w-]*=(?:\"[^\"{}]*\"|[^\s{}\"]+)|-)"
ATTRIBUTES = re.compile(rf"[ \t]\{{:?[ \t]*{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}(?=[ \t#]*$)", re.MULTILINE)
"""What Pandoc, kramdown and MyST read behind a heading: ``{#sec:one .unnumbered}``, ``{-}``, ``{: #one}``."""

_UNSEEN = re.compile(r"%%.*?%%|<!--.*?-->|\s\^[A-Za-z0-9-]+\s*$")  # a comment, or the id that Obsidian gives a block
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

MARKER = re.compile(r"\s*(?:[-*+•‣◦▪●○]|(?P<number>\d{1,3})[.)])(?:[ \t\u00a0]+|$)(?:\[[ xX]\]\s+)?")
"""How the line of a list item begins: a bullet or a number, and the box of a task."""

_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)+[.):]?|(?:\d+|[IVX]+)[.):])\s+|\s*[:.-]+$")
_HASHES = re.compile(r"#{1,6}[ \t]+")
_ARROWS = re.compile(r"(?:>[ \t]?)+")
_BOLD_TERM = re.compile(r"(\*{2,3}|__)(?=\S)(.+?)(?<=\S)\1")
_TERM_END = re.compile(r"\s[-–—]\s|[:–—-](?=\s|$)")


FORMULA = re.compile(r"\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)|(?<!\\)\$(?=\S)[^$\n]*?(?<=[^\s\\])\$(?!\d)", re.DOTALL)
_SMALL = re.compile(
    r"(?P<code>`+).+?(?P=code)|\[\^[^\]\s]{1,40}\]:?|\^\[(?P<note>[^\[\]]*)\]"
    r"|<(?P<script>sup|sub)\b[^<>]*>(?P<text>[^<>]*)</(?P=script)>|(?<=\w)\^(?P<pandoc>\d?[+−-]{1,3})\^",
    re.IGNORECASE,
)
"""Footnotes, their marks, and what is raised or lowered; but not in code."""

_KEPT = "\ue000"
"""Stands for a formula while markup is removed around it: a sign that no text has (``decoding`` leaves it alone)."""


def plain(text: str) -> str:
    """Returns one line of Markdown as the reader sees it: links by their text, no emphasis, single spaces.

    Formulas stay as they are written. A line that is longer than any sentence keeps its marks: to look for their
    partners takes the square of its length.
    """
    if len(text) > _LONGEST_LINE or not _MARKUP.search(text):
        return " ".join(text.split())
    formulas = FORMULA.findall(text) if _KEPT not in text else []
    text = FORMULA.sub(_KEPT, text) if formulas else text
    text = _SMALL.sub(_in_line, _ATTRIBUTES.sub("", text))
    text = _CODE.sub(r"\2", _WIKI_LINK.sub(r"\1", _LINK.sub(r"\1", text)))
    text = _UNDERSCORES.sub(r"\2", _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text)))
    text = _ESCAPE.sub(r"\1", _TAG.sub("", _BREAK.sub(" ", _BETWEEN_ITEMS.sub(", ", text))))
    for formula in formulas:
        text = text.replace(_KEPT, formula, 1)
    return " ".join(text.split())


def _in_line(found: re.Match[str]) -> str:
    if found["code"]:
        return found[0]
    before = found.string[max(0, found.start() - 40) : found.start()]
    if found["pandoc"]:
        return raised(before, found["pandoc"])
    if found["script"]:
        return raised(before, found["text"]) if found["script"].lower() == "sup" else lowered(before, found["text"])
    return f" ({found['note']})" if found["note"] else ""


def heading_label(text: str) -> str:
    """Returns the text of a heading, its markers already removed; the raw text where nothing else would be left."""
    text = ATTRIBUTES.sub("", _UNSEEN.sub("", text[:_LONGEST_HEADING])).strip() or text.strip()
    return plain(text) or text


def unnumbered(heading: str) -> str:
    """Returns a heading without its number, and without the colon or full stop behind it: "2.1 Bias:" is "Bias"."""
    return _NUMBERING.sub("", heading.strip())


def item_label(line: str) -> str:
    """Returns what a list item is about: its term, else its first 80 characters, cut between words."""
    text = _UNSEEN.sub("", line.strip()[:_LONGEST_LINE])
    marker = MARKER.match(text)
    text = text[marker.end() if marker else 0 :][: 3 * _LONGEST_LABEL]
    return item_term(text) or shortened(plain(text), _LONGEST_LABEL)


def item_term(text: str) -> str:
    """Returns the term that a line begins with, its marker already removed; empty if it begins with none.

    ``**Batch**- many at once`` is about ``Batch``: the bold text it begins with, else what stands before the first dash
    or colon, if that is no longer than 60 characters.
    """
    text = text[: 4 * _LONGEST_TERM]
    bold = _BOLD_TERM.match(text)
    if bold:
        term = plain(bold[2]).rstrip(" :–—-")
        return term if len(term) <= _LONGEST_TERM else ""
    text = plain(text)
    end = _TERM_END.search(text)
    return text[: end.start()].rstrip() if end and 0 < end.start() <= _LONGEST_TERM else ""


def shortened(text: str, longest: int) -> str:
    """Returns the beginning of ``text``, at most ``longest`` characters, cut between words where there are some."""
    if len(text) <= longest:
        return text
    cut = text.rfind(" ", 0, longest + 1)
    return text[: cut if cut > 0 else longest].rstrip()


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns ``[start, end)`` without the blanks at its ends."""
    body = text[start:end]
    low = start + len(body) - len(body.lstrip())
    return low, max(low, start + len(body.rstrip()))


def without_signs(line: str) -> str:
    """Returns a line without what it begins with as a heading, a list item or a quote."""
    line = line.strip()
    for sign in (_HASHES, _ARROWS, MARKER):
        lead = sign.match(line)
        line = line[lead.end() :] if lead else line
    return line


def is_heading(line: str) -> bool:
    """Returns whether a line of Markdown is a heading."""
    return bool(_HASHES.match(line.lstrip()))
