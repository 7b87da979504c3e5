"""Footnotes of HTML as Markdown has them: a mark ``[^1]`` in the text, and ``[^1]: `` before the note."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

MARK = "footnote-mark"
"""The tag that a mark becomes, and the lead of a note."""

_LABEL = re.compile(r"[\[(]?\s*(?:note\s+)?([0-9]{1,3}|[a-z]|[ivx]{1,6}|[*†‡§¶]+)\s*[\])]?", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\s*(?:note\s+)?([0-9]{1,3}|[a-z])\s*\]", re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9]{1,3}(?:\s*[,–-]\s*[0-9]{1,3})*")
_BACK = re.compile(r"[\s↩↑⤴⏎^*\ufe0e\ufe0f]*|(?:return|back|jump up)\b.*", re.IGNORECASE | re.DOTALL)
_BEHIND = re.compile(r"(?:[.,;:!?”\"»]|[^\W\d_]{5,})\s*\Z")
"""Where a small number is the number of a note: behind a sign, or a word that is too long for a unit or a variable."""

_NOTES = ("li", "aside", "dd", "p", "div", "td")
_REFERENCE_ROLES = frozenset(("doc-noteref", "noteref"))


def write_footnotes(soup: BeautifulSoup) -> None:
    """Marks every reference to a footnote, and the beginning of every note that one leads to."""
    targets = {str(tag["id"]): tag for tag in soup.find_all(id=True)}
    targets.update({str(tag["name"]): tag for tag in soup.find_all("a", attrs={"name": True})})
    notes: dict[str, Tag] = {}
    for place, label, target in list(_references(soup)):
        if soup not in place.parents:  # a part of one that was replaced
            continue
        note = _note_at(targets.get(target)) if target else None
        if note is not None and note not in place.parents:
            notes.setdefault(label, note)
        place.replace_with(_mark(soup, label))
    for label, note in notes.items():
        _lead(soup, label, note)


def _references(soup: BeautifulSoup) -> Iterator[tuple[Tag, str, str]]:
    """Yields what stands for a mark, its label, and the id that it leads to."""
    for link in soup("a"):
        roles = {str(link.get("role")), str(link.get("epub:type"))}
        place = link.find_parent("sup") or link
        inner = link.find("sup")
        found = _LABEL.fullmatch(place.get_text().strip())
        target = str(link.get("href") or "").rpartition("#")[2] if "#" in str(link.get("href") or "") else ""
        is_raised = place is not link or inner is not None
        if found and target and (is_raised or roles & _REFERENCE_ROLES) and not _is_back_link(link):
            yield place, found[1], target
    for raised in soup("sup"):
        text = raised.get_text().strip()
        bracketed = _BRACKETED.fullmatch(text)
        if bracketed or (_NUMBERS.fullmatch(text) and _BEHIND.search(_before(raised))):
            yield raised, bracketed[1] if bracketed else text, ""


def _is_back_link(link: Tag) -> bool:
    """Whether a link stands at the beginning of a note: it leads back to the text."""
    note = link.find_parent(("li", "aside"))
    return note is not None and note.has_attr("id") and _before(link, within=note) == ""


def _before(tag: Tag, within: Tag | None = None) -> str:
    """Returns some of the text before a tag, in the same block."""
    block = within or tag.find_parent(("p", "li", "td", "th", "dd", "div", "section", "body", "aside", "blockquote"))
    texts: list[str] = []
    for part in tag.previous_elements:
        if part is block:
            break
        if isinstance(part, NavigableString):
            texts.append(str(part))
            if len("".join(texts).strip()) > 24:
                break
    return "".join(reversed(texts)).strip()


def _note_at(target: Tag | None) -> Tag | None:
    """Returns the block of the note that an id names: its own, or that around a small anchor."""
    if target is None or target.name in _NOTES:
        return target
    found: Tag | None = target.find_parent(_NOTES)
    return found


def _lead(soup: BeautifulSoup, label: str, note: Tag) -> None:
    """Puts the label before a note, in place of what leads back from it."""
    for link in note("a"):
        leads_back = str(link.get("href") or "").startswith("#") or "#" in str(link.get("href") or "")
        text = link.get_text().strip()
        if leads_back and (_BACK.fullmatch(text) or _LABEL.fullmatch(text)):
            (link.find_parent("sup") or link).extract()
    first = note.find("p") or note
    for part in list(first.children):  # an empty ``[]`` or ``.`` that stood around the number
        text = str(part).strip(" \n.[]():") if isinstance(part, NavigableString) else part.get_text(strip=True)
        if text:
            break
        part.extract()
    lead = _mark(soup, label)
    lead["lead"] = "note"
    first.insert(0, lead)
    if note.name == "li":
        note.name = "div"


def _mark(soup: BeautifulSoup, label: str) -> Tag:
    mark = soup.new_tag(MARK)
    mark.string = label
    return mark
