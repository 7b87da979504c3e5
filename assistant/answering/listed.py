"""The list in an answer, and which item of it a question points at: "what happens in the second one?"."""

from __future__ import annotations

import re

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NOUNS = "ones?|step|stage|point|item|part|phase|type|kind"
_POINTER = re.compile(
    rf"\bthe ({'|'.join(_ORDINALS)}|last|\d+(?:st|nd|rd|th))(?: (?:{_NOUNS})\b|(?=\W*$))"
    rf"|\b(?:step|stage|point|number|item|part|phase) (\d+)\b",
    re.I,
)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+(\S.*)$", re.M)
_LABEL_ENDS = re.compile(r"\s+[-–—]\s|:\s|[.;](?:\s|$)")
_ROW = re.compile(r"[^,.;:\n]+(?:, [^,.;:\n]+)+(?:,? and [^,.;:\n]+)?")
_BEFORE_ROW = re.compile(r"^.*\b(?:are|is|include|includes|such as)\s+", re.I)
_MIN_ITEMS = 3
_MAX_LABEL_CHARS = 80


def with_item_named(question: str, answer: str) -> str:
    """Returns ``question`` with the item of the list in ``answer`` that it points at in place of the pointer.

    "What is the second stage for?" becomes "What is pre-training for?". Returns nothing where it points at no item. Of
    an item that is explained ("**Recall** - the ratio ...") the name is taken.
    """
    pointer = _POINTER.search(question)
    items = list_items(answer) if pointer else ()
    if pointer is None or not items:
        return ""
    place = _place((pointer.group(1) or pointer.group(2)).lower(), len(items))
    return question[: pointer.start()] + items[place - 1] + question[pointer.end() :] if place else ""


def list_items(answer: str) -> tuple[str, ...]:
    """Returns the names of the items that ``answer`` lists: of its bullets, or else of its longest row of commas."""
    bullets = [_label(match.group(1)) for match in _BULLET.finditer(_with_first_bullet(answer))]
    if len(bullets) > 1:
        return tuple(bullets)
    rows = [_parts(match.group()) for match in _ROW.finditer(answer)]
    longest = max(rows, key=len, default=())
    return longest if len(longest) >= _MIN_ITEMS else ()


def _with_first_bullet(answer: str) -> str:
    """A quoted list may begin with the text of its first bullet."""
    lines = answer.splitlines()
    return "- " + answer if len(lines) > 1 and not _BULLET.match(lines[0]) and _BULLET.match(lines[1]) else answer


def _place(named: str, count: int) -> int:
    """The place from 1, or 0 where the list has no such item."""
    if named == "last":
        return count
    number = _ORDINALS.index(named) + 1 if named in _ORDINALS else int(re.sub(r"\D", "", named))
    return number if number <= count else 0


def _label(text: str) -> str:
    plain = text.replace("*", "")
    return _LABEL_ENDS.split(plain, maxsplit=1)[0][:_MAX_LABEL_CHARS].strip()


def _parts(row: str) -> tuple[str, ...]:
    parts = [part.strip(" *") for part in re.split(r",\s*(?:and\s+)?", row)]
    last = parts[-1].rsplit(" and ", 1)
    parts[-1:] = last
    parts[0] = _BEFORE_ROW.sub("", parts[0])
    return tuple(part.strip() for part in parts if part.strip())
