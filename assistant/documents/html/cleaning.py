"""What of a web page its reader does not see, or does not read: hidden parts, menus, cookie lines, side columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Comment, Tag

_NO_TEXT = frozenset(
    (
        "script", "style", "template", "noscript", "iframe", "svg", "canvas", "object", "embed", "audio", "video",
        "map", "button", "input", "select", "textarea", "datalist", "link", "meta", "base", "head",
    )
)  # fmt: skip
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN_CLASSES = frozenset(
    (
        "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "skip-link", "skiplink", "hidden",
        "d-none", "noprint", "headerlink", "anchor-link", "mw-editsection", "mw-cite-backlink", "mw-jump-link",
        "navbox", "catlinks", "printfooter", "navheader", "navfooter",
    )
)  # fmt: skip
_ANCHORS = frozenset(("¶", "#", "§", "🔗", "⚓", "∞"))
"""What stands beside a heading to link to it."""

_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menubar", "doc-toc"))
_COOKIES = re.compile(r"cookie|consent|gdpr|privacy-?(?:banner|notice)", re.IGNORECASE)
_LEADS_ELSEWHERE = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|breadcrumbs?|toc|sidebar|related|share|social|pagination|pager|tags"
    r"|footer|header|prevnext|prev-next|rellinks)(?:$|[-_\s])",
    re.IGNORECASE,
)
_LONGEST_COOKIE_LINE = 1500
_LINKED = 0.5
_MAIN = 0.5
_PARTS = ("header", "footer", "aside")
_TEXTS = ("main", "article", "section", "blockquote", "figure", "td", "li", "details")


def remove_unseen(soup: BeautifulSoup) -> None:
    """Removes scripts, comments and whatever a browser does not show."""
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    _remove(soup, _is_unseen)


def remove_furniture(soup: BeautifulSoup) -> None:
    """Removes what belongs to the site and not to the text; keeps the main part alone where it is named as such."""
    _remove(soup, _is_furniture)
    body = soup.body or soup
    mains = soup("main") or soup(attrs={"role": "main"}) or soup("article")
    if len(mains) == 1 and _length(mains[0]) >= _MAIN * _length(body):
        heads = [head for head in body("h1") if head.find_parent(mains[0].name) is None]
        main = mains[0].extract()
        body.clear()
        for part in (*(heads if len(heads) == 1 and main.find("h1") is None else ()), main):
            body.append(part)


def _remove(soup: BeautifulSoup, is_unwanted: Callable[[Tag], bool]) -> None:
    """Removes every tag of a kind; what lies in one of them is not looked at."""
    place: Any = soup.contents[0] if soup.contents else None
    while place is not None:
        if isinstance(place, Tag) and is_unwanted(place):
            behind = _behind(place)
            place.extract()
            place = behind
        else:
            place = place.next_element


def _behind(tag: Tag) -> Any:
    """Returns what follows a tag and lies outside of it."""
    place: Any = tag
    while place is not None and place.next_sibling is None:
        place = place.parent
    return place.next_sibling if place is not None else None


def _is_unseen(tag: Tag) -> bool:
    if tag.name in ("html", "body"):
        return False
    return (
        tag.name in _NO_TEXT
        or (tag.name == "a" and tag.get_text(strip=True) in _ANCHORS)
        or tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or (tag.name == "dialog" and not tag.has_attr("open"))
        or bool(_UNSEEN_STYLE.search(str(tag.get("style") or "")))
        or not _UNSEEN_CLASSES.isdisjoint(tag.get_attribute_list("class"))
    )


def _is_furniture(tag: Tag) -> bool:
    if tag.name in ("html", "body", "main"):
        return False
    if tag.name == "nav" or tag.get("role") in _ROLES:
        return True
    if tag.name in _PARTS and tag.find_parent(_TEXTS) is None:
        return not _holds_text(tag)
    named = f"{' '.join(map(str, tag.get_attribute_list('class')))} {tag.get('id') or ''}"
    if _COOKIES.search(named):
        return _length(tag) <= _LONGEST_COOKIE_LINE and tag.find(("h1", "main")) is None
    return bool(_LEADS_ELSEWHERE.search(named)) and _linked(tag) > _LINKED and tag.find("h1") is None


def _holds_text(part: Tag) -> bool:
    """Whether what is marked as a part of the page holds its title, or is no such part: a page without a main part."""
    if part.name == "header":
        return part.find("h1") is not None
    if part.name == "footer":
        return part.find(class_="footnotes") is not None or part.find(role="doc-endnotes") is not None
    has_main = part.find_previous(("main", "article")) or part.find_next(("main", "article"))
    return has_main is None and _linked(part) <= _LINKED


def _linked(tag: Tag) -> float:
    """Returns which share of the text stands in links."""
    return sum(_length(link) for link in tag("a")) / max(1, _length(tag))


def _length(tag: Tag) -> int:
    return len("".join(tag.get_text().split()))
