"""Headings and list items as short plain text, without their markup, and the terms that they begin with."""

from __future__ import annotations

import re

_LONGEST_LABEL = 60
_LONGEST_HEADING = 300
_LONGEST_LINE = 4000

_MARKUP = re.compile(r"[\[*_`<~=\\]")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s[^()]*)?\)")
_WIKI_LINK = re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_EMPHASIS = re.compile(r"(\*{1,3}|~~|==)(?=\S)(.+?)(?<=\S)\1")
_UNDERSCORES = re.compile(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"(`+)(.+?)\1")
_TAG = re.compile(r"</?(?:a|b|i|u|em|strong|mark|sub|sup|span|br|code|font|small)\b[^<>]*>", re.IGNORECASE)
_UNSEEN = re.compile(r"%%.*?%%|\s\^[A-Za-z0-9-]+\s*$")  # a comment, or the id that Obsidian gives a block
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

MARKER = re.compile(r"\s*(?:[-*+•‣◦▪●○]|(?P<number>\d{1,3})[.)])(?:[ \t\u00a0]+|$)(?:\[[ xX]\]\s+)?")
"""How the line of a list item begins: a bullet or a number, and the box of a task."""

_BOLD_TERM = re.compile(r"(\*{2,3}|__)(?=\S)(.+?)(?<=\S)\1")
_TERM_END = re.compile(r"\s[-–—]\s|[:–—-](?=\s|$)")


def plain(text: str) -> str:
    """Returns one line of Markdown as the reader sees it: links by their text, no emphasis, single spaces.

    A line that is longer than any sentence keeps its marks: to look for their partners takes the square of its length.
    """
    if len(text) > _LONGEST_LINE or not _MARKUP.search(text):
        return " ".join(text.split())
    text = _CODE.sub(r"\2", _WIKI_LINK.sub(r"\1", _LINK.sub(r"\1", text)))
    text = _UNDERSCORES.sub(r"\2", _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text)))
    return " ".join(_ESCAPE.sub(r"\1", _TAG.sub("", text)).split())


def heading_label(text: str) -> str:
    """Returns the text of a heading, its markers already removed; the raw text where nothing else would be left."""
    text = _UNSEEN.sub("", text[:_LONGEST_HEADING]).strip() or text.strip()
    return plain(text) or text


def item_label(line: str) -> str:
    """Returns what a list item is about: its term, else its first 60 characters, cut between words."""
    text = _UNSEEN.sub("", line.strip())
    marker = MARKER.match(text)
    text = text[marker.end() if marker else 0 :][: 4 * _LONGEST_LABEL]
    return item_term(text) or _shorten(plain(text))


def item_term(text: str) -> str:
    """Returns the term that a line begins with, its marker already removed; empty if it begins with none.

    ``**Batch**- many at once`` is about ``Batch``: the bold text it begins with, else what stands before the first dash
    or colon, if that is no longer than 60 characters.
    """
    text = text[: 4 * _LONGEST_LABEL]
    bold = _BOLD_TERM.match(text)
    if bold:
        term = plain(bold[2]).rstrip(" :–—-")
        return term if len(term) <= _LONGEST_LABEL else ""
    text = plain(text)
    end = _TERM_END.search(text)
    return text[: end.start()].rstrip() if end and 0 < end.start() <= _LONGEST_LABEL else ""


def _shorten(text: str) -> str:
    if len(text) <= _LONGEST_LABEL:
        return text
    cut = text.rfind(" ", 0, _LONGEST_LABEL + 1)
    return text[: cut if cut > 0 else _LONGEST_LABEL].rstrip()
