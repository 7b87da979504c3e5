"""What Anki keeps in a field, as the text of a card: its HTML, and its gaps ``{{c1::answer::hint}}``."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.documents.scripts import lowered, raised
from assistant.quiz.item import GAP

_MARK = re.compile(
    r"<!--.*?(?:-->|\Z)|<(style|script)\b.*?(?:</\1\s*>|\Z)|<(/?)([a-z][\w:-]*)([^<>]*)>|\[sound:([^\[\]\n]*)\]",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = r"""\b{}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
_NAMED = {name: re.compile(_ATTRIBUTE.format(name), re.IGNORECASE) for name in ("src", "alt", "block")}
_BREAKS = re.compile(
    r"(?:address|article|blockquote|dd|div|dl|dt|fig\w+|footer|h[1-6]|header|hr|li|ol|p|pre|section|table|tr|ul)\Z"
)
_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_FORMULAS = re.compile(r"\[(\$\$?|latex)\]((?:(?!\[(?:\$|latex)).)*?)\[/\1\]", re.DOTALL)
_SPEECH = re.compile(r"\[/?anki:tts[^\[\]]*\]")
_IS_HTML = re.compile(
    r"<(b|i|u|em|strong|span|div|p|sub|sup|ul|ol|code|pre|font|a)\b[^<>]*>.*?</\1>|<img\b[^<>]*\bsrc="
    r"|\w<br ?/?>|&nbsp;",
    re.IGNORECASE | re.DOTALL,
)


_SIGNS = {"br": ("\n", "\n"), "rt": ("(", ")"), "code": ("`", "`")}
"""What stands for a mark, and for its end."""
_LOOKED_AT = 2000
_DEEPEST = 8
"""What is nested deeper than this is read as if it were not nested."""


@dataclass(frozen=True, slots=True)
class FieldText:
    """A field as text.

    Attributes:
        media: Names of the pictures and sounds that it has; a picture leaves its name in the text.
        is_bare: Nothing but pictures and sounds stood in it.
    """

    text: str
    media: tuple[str, ...] = ()
    is_bare: bool = False


def is_html(text: str) -> bool:
    """Whether a text that does not say so is HTML: a mark with its end, a picture, a line break behind a word."""
    return bool(_IS_HTML.search(text[:_LOOKED_AT]))


def read_field(field: str) -> FieldText:
    """Returns a field of Anki's as text: powers as ``10^23``, lists as lines, no other markup.

    The time it takes grows with the length of the field and with nothing else, also where marks are left open.
    """
    reader = _FieldReader()
    done = 0
    for mark in _MARK.finditer(field):
        reader.add(field[done : mark.start()])
        done = mark.end()
        if mark[5] is not None:
            reader.media.append(mark[5].strip())
        elif mark[3]:
            reader.mark(mark[3].lower(), mark[4], closes=bool(mark[2]))
    reader.add(field[done:])
    text = _SPEECH.sub("", _FORMULAS.sub(_formula, "".join(reader.parts)))
    lines = "\n".join(line.strip(" ") if not reader.has_code else line.rstrip() for line in text.split("\n"))
    tidy = re.sub(r"\n{3,}", "\n\n", lines).strip()
    return FieldText(tidy, tuple(filter(None, reader.media)), not reader.has_words and bool(reader.media))


def _formula(found: re.Match[str]) -> str:
    sign = found[1] if found[1] != "latex" else "" if "$" in found[2] else "$$"
    return f"{sign}{found[2].strip()}{sign}"


def joined(fields: Sequence[FieldText]) -> FieldText:
    """Returns several fields below one another."""
    text = "\n".join(field.text for field in fields if field.text)
    media = tuple(name for field in fields for name in field.media)
    return FieldText(text, media, bool(media) and all(field.is_bare or not field.text for field in fields))


class _FieldReader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.media: list[str] = []
        self.has_words = False
        self.has_code = False
        self._lists: list[int] = []  # number of the last item of each open list; -1 for one without numbers
        self._raised: list[int] = []  # where each open <sup> or <sub> began
        self._code = False
        self._in_row = False
        self._formula = ""

    def add(self, text: str) -> None:
        text = html.unescape(text)
        if not self._code:
            text = _SPACE.sub(" ", text)
            if self._at_line_start():
                text = text.lstrip(" ")
        self.has_words = self.has_words or bool(text.strip())
        if text:
            self.parts.append(text)

    def mark(self, name: str, rest: str, *, closes: bool) -> None:
        if name == "img":
            self._picture(rest)
        elif name in ("sup", "sub"):
            self._raise(name, closes)
        elif name in ("td", "th"):
            self.parts += [" | "] if self._in_row and not closes else []
            self._in_row = self._in_row or closes
        elif name == "anki-mathjax":
            self._formula = self._formula if closes else "$$" if _attribute("block", rest) == "true" else "$"
            self.parts.append(self._formula)
        elif _BREAKS.match(name):
            self._block(name, closes)
        elif name in _SIGNS and not (name == "code" and self._code):
            self.parts.append(_SIGNS[name][closes])

    def _block(self, name: str, closes: bool) -> None:
        if not self._at_line_start():
            self.parts.append("\n")
        if name == "tr":
            self._in_row = False
        elif name == "pre":
            self._fence(closes)
        elif name in ("ul", "ol") and closes:
            del self._lists[-1:]
        elif name in ("ul", "ol"):
            self._lists.append(0 if name == "ol" else -1)
        elif name == "li" and not closes:
            self.parts.append(self._bullet())

    def _fence(self, closes: bool) -> None:
        if closes != self._code:
            return  # one within another, or a lone end
        self._code = not closes
        self.has_code = True
        self.parts.append("```\n")

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _picture(self, rest: str) -> None:
        name = _attribute("src", rest)
        name = "" if name.lower().startswith("data:") else name.strip()
        self.media.append(name or "a picture")
        said = _attribute("alt", rest).strip()
        self.has_words = self.has_words or bool(said)
        self.parts.append(said or f"[picture{': ' if name else ''}{name}]")

    def _raise(self, name: str, closes: bool) -> None:
        if not closes and len(self._raised) < _DEEPEST:
            self._raised.append(len(self.parts))
        elif closes and self._raised:
            start = self._raised.pop()
            inside = "".join(self.parts[start:]).strip()
            before = self.parts[start - 1] if start else ""
            self.parts[start:] = [(raised if name == "sup" else lowered)(before, inside)] if inside else []

    def _at_line_start(self) -> bool:
        return not self.parts or self.parts[-1].endswith("\n")


def _attribute(name: str, rest: str) -> str:
    found = _NAMED[name].search(rest)
    return html.unescape(next((value for value in found.groups() if value is not None), "")) if found else ""


# -- gaps ------------------------------------------------------------------------------------------------------------

_GAP_SIGN = re.compile(r"\{\{c(\d{1,3})::|\}\}")
_MOST_GAPS = 200


def _gap(hint: str) -> str:
    return f"{GAP} ({hint.strip()})" if hint.strip() else GAP


def gap_numbers(text: str) -> list[int]:
    """Returns the numbers of the gaps of a text in ascending order, each once; at most 200."""
    return sorted({int(found[1]) for found in _GAP_SIGN.finditer(text) if found[1]})[:_MOST_GAPS]


def with_gap(text: str, number: int, signs: str = "") -> tuple[str, list[str]]:
    """Returns the text with the gaps of this number left open and all others filled in, and what belongs into them.

    Args:
        text: With ``{{c1::answer}}`` or ``{{c1::answer::hint}}``, which may lie in one another.
        number: Of the gaps that are asked for; 0 fills in all.
        signs: The text, as long as it is, without the braces that begin and end no gap; the text itself if empty.
    """
    answers: list[str] = []
    open_: list[tuple[int, str, list[str]]] = [(-1, "", [])]
    done = 0
    for sign in _GAP_SIGN.finditer(signs or text):
        open_[-1][2].append(text[done : sign.start()])
        done = sign.end()
        if sign[1] and len(open_) <= _DEEPEST:
            open_.append((int(sign[1]), sign.group(), []))
        elif sign[1] or len(open_) == 1:
            open_[-1][2].append(sign.group())
        else:
            found, _, parts = open_.pop()
            answer, _, hint = "".join(parts).partition("::")
            if found == number:
                answers.append(answer)
            open_[-1][2].append(_gap(hint) if found == number else answer)
    open_[-1][2].append(text[done:])
    return "".join(_flat(open_)), answers


def _flat(open_: list[tuple[int, str, list[str]]]) -> Iterator[str]:
    """Yields the text with what was opened and never closed as it was written."""
    for _, sign, parts in open_:
        yield sign
        yield from parts
