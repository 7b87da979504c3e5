"""What the styles of an OpenDocument file mean: headings, code, quotes, raised signs, hidden parts, numbered lists."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from assistant.errors import UnreadableNote

_OF_ONE_WIDTH = re.compile(r"courier|consol|mono|menlo|monaco|typewriter", re.IGNORECASE)
_LENGTH = re.compile(r"(-?[0-9.]+)(cm|mm|in|pt|px)?")
_POINTS = {"cm": 28.35, "mm": 2.835, "in": 72.0, "pt": 1.0, "px": 0.75}
_CODE = frozenset(("Preformatted_20_Text", "Source_20_Code", "Source_Text", "Source_20_Text", "Teletype"))
_QUOTES = frozenset(("Quotations", "Quote"))
_TITLES = frozenset(("Title",))


def local(element: Any) -> str:
    """Returns the name of a tag without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "annotation"


def value(element: Any, name: str) -> str:
    """Returns the attribute of this name, whatever its namespace; empty where there is none."""
    return next((str(text) for key, text in element.attrib.items() if key.rpartition("}")[2] == name), "")


def whole(element: Any, name: str) -> int:
    """Returns the number that an attribute holds; 1 where it holds none."""
    text = value(element, name)
    return int(text) if text.isascii() and text.isdigit() else 1


def length(text: str) -> int:
    """Returns a length in points; 0 for what is none."""
    found = _LENGTH.fullmatch(text)
    return round(float(found[1]) * _POINTS[found[2] or "pt"]) if found and found[1].count(".") < 2 else 0


def parsed_part(archive: zipfile.ZipFile, name: str, *, needed: bool = True) -> Any:
    """Returns the tree of a part; None for one that is not there and not needed.

    Raises:
        UnreadableNote: It is damaged, or not there.
    """
    from lxml import etree

    if name not in archive.namelist() and not needed:
        return None
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        return etree.fromstring(archive.read(name), parser)
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile) as error:
        raise UnreadableNote(f"The file is damaged: {error}.", hint="Open it and save it again.") from error


class OpenStyles:
    """The styles of one file, those that it names and those that the program made by itself."""

    def __init__(self, *parts: Any) -> None:
        self._styles: dict[str, Any] = {}
        self._lists: dict[str, Any] = {}
        for part in parts:
            for style in part.iter("{*}style", "{*}list-style") if part is not None else ():
                known = self._lists if local(style) == "list-style" else self._styles
                known.setdefault(value(style, "name"), style)

    def heading_level(self, paragraph: Any) -> int:
        """Returns the level of the heading that a paragraph is by its style, 0 for any other."""
        for name, style in self._line(paragraph):
            if name in _TITLES:
                return 1
            level = value(style, "default-outline-level")
            if level.isascii() and level.isdigit():
                return min(6, int(level))
        return 0

    def is_code(self, element: Any) -> bool:
        """Returns whether the signs of a paragraph or a span are of one width."""
        for name, style in self._line(element):
            if name in _CODE:
                return True
            font = self._property(style, "font-name") or self._property(style, "font-family")
            if font:
                return _OF_ONE_WIDTH.search(font) is not None
        return False

    def is_quote(self, paragraph: Any) -> bool:
        """Returns whether a paragraph is set as a quotation."""
        return any(name in _QUOTES for name, _ in self._line(paragraph))

    def is_hidden(self, element: Any) -> bool:
        """Returns whether an element is not shown."""
        if value(element, "display") in ("none", "condition"):
            return True
        if local(element) not in ("p", "h", "span", "section", "table"):
            return False
        return any(self._property(style, "display") in ("none", "false") for _, style in self._line(element))

    def raises(self, span: Any) -> str:
        """Returns ``sup`` or ``sub`` where a style raises or lowers signs, else nothing."""
        for _, style in self._line(span):
            place = self._property(style, "text-position").split(" ")[0]
            if place and place not in ("0%", "0"):
                return "sub" if place == "sub" or place.startswith("-") else "sup"
        return ""

    def is_numbered(self, listed: Any, depth: int) -> bool:
        """Returns whether the items of a list at this depth, from 1, have numbers."""
        holders = (listed, *listed.iterancestors())
        name = next(
            (value(one, "style-name") for one in holders if local(one) == "list" and value(one, "style-name")), ""
        )
        for level in self._lists.get(name, ()):
            if value(level, "level") == str(depth):
                return local(level) == "list-level-style-number" and bool(value(level, "num-format"))
        return False

    def _line(self, element: Any) -> Iterator[tuple[str, Any]]:
        """Yields the names and styles of an element and of what they are based on."""
        name, seen = value(element, "style-name"), set[str]()
        while name and name not in seen:
            seen.add(name)
            style = self._styles.get(name)
            if style is None:
                return
            yield name, style
            name = value(style, "parent-style-name")

    @staticmethod
    def _property(style: Any, name: str) -> str:
        return next((text for part in style if (text := value(part, name))), "")
