"""HTML to Markdown. The door of Beautiful Soup and markdownify."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from textwrap import dedent
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from markdownify import ATX, MarkdownConverter

from assistant.documents.escaping import escaped, words_for_picture
from assistant.documents.html.cleaning import remove_furniture, remove_unseen
from assistant.documents.html.footnotes import MARK, write_footnotes
from assistant.documents.html.grids import cells_of, grid_of, is_layout, rows_of
from assistant.documents.html.mathml import FORMULA, write_formulas
from assistant.documents.scripts import lowered, raised
from assistant.documents.tables import markdown_table

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_CLOSED = re.compile(r"<([A-Za-z][\w:-]*)((?:\s[^<>]*)?)/>")
_BLOCKS = (
    "header", "footer", "aside", "main", "nav", "address", "fieldset", "legend", "form", "figure", "hgroup", "details",
    "summary", "center", "dialog", "label", "option", "article", "section",
)  # fmt: skip
_LANGUAGE = re.compile(r"(?:language|lang|highlight|brush:?|sourceCode)[-\s:]+([\w+#-]+)")
_ABROAD = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\u200b]+$", re.MULTILINE)
_GAPS = re.compile(r"\n{3,}")
_DEEPEST = 5000
_HYPHENS = {0x00AD: "", 0x2011: "-", 0x2061: "", 0x2062: "", 0x2063: "", 0xFEFF: ""}
"""Hyphens that are only seen where a line breaks there, or where none may; and signs that are never seen."""


def parsed(html: str) -> BeautifulSoup:
    """Returns the tree of a page or a chapter; ``<a/>`` is closed, as in XHTML."""
    closed = _CLOSED.sub(lambda tag: tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>", html)
    return BeautifulSoup(closed, "lxml")


def page_title(soup: BeautifulSoup) -> str:
    """Returns what a page is called in its head."""
    return " ".join(soup.title.get_text().split()) if soup.title else ""


def _unmarked(source: str) -> str:
    return ""


def to_markdown(soup: BeautifulSoup, *, is_page: bool = False, picture_mark: Callable[[str], str] = _unmarked) -> str:
    """Returns a tree as Markdown, and uses it up.

    Args:
        soup: The tree.
        is_page: It is a page of a site: its menus and the like are left out.
        picture_mark: Returns what stands for the picture at an address, besides the words for it.
    """
    write_formulas(soup)
    remove_unseen(soup)
    if is_page:
        remove_furniture(soup)
    write_footnotes(soup)
    _write_definitions(soup)
    _write_ruby(soup)
    text = _written(soup.body or soup, picture_mark)
    return _GAPS.sub("\n\n", _BLANKS.sub("", text.translate(_HYPHENS))).strip("\n")


def _written(tree: Tag, picture_mark: Callable[[str], str]) -> str:
    """Returns the Markdown of a tree; of one that no person wrote, so deep is it, the words."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)
    try:
        return str(_Writer(picture_mark).convert_soup(tree))
    except RecursionError:
        return str(tree.get_text("\n", strip=True))
    finally:
        sys.setrecursionlimit(limit)


def _write_definitions(soup: BeautifulSoup) -> None:
    """Makes a list of terms an ordinary one: ``**term**: what it means``."""
    for listed in soup("dl"):
        listed.name = "ul"
        item: Tag | None = None
        for part in listed(("dt", "dd")):
            if part.find_parent(("ul", "dl")) is not listed:
                continue
            if item is None or part.name == "dt":
                item = part.wrap(soup.new_tag("li"))
                if part.name == "dt" and part.get_text(strip=True):
                    for bold in part(("strong", "b", "em", "i")):
                        bold.unwrap()
                    part.name = "strong"
                    item.append(": ")
                else:
                    part.unwrap()
                continue
            first = part.find(True, recursive=False)
            if first is not None and first.name == "p" and first.previous_sibling in (None, "\n"):
                first.unwrap()
            part.insert_before(" ")
            item.append(part.extract())
            part.unwrap()


def _write_ruby(soup: BeautifulSoup) -> None:
    """Puts the reading of a word behind the word: ``漢字(かんじ)``."""
    for ruby in soup("ruby"):
        reading = "".join(part.get_text(strip=True) for part in ruby("rt"))
        for part in ruby(("rt", "rp")):
            part.extract()
        ruby.replace_with(ruby.get_text(strip=True) + (f"({reading})" if reading else ""))


_Converter: Any = MarkdownConverter  # its types leave out most of it


class _Writer(_Converter):  # type: ignore[misc]
    """Writes Markdown as ``reading`` reads it.

    Signs stay the document's own, since they are quoted to the student; escaped is only what would begin a heading, a
    quote, a fence, a table or a comment.
    """

    def __init__(self, picture_mark: Callable[[str], str]) -> None:
        self._picture_mark = picture_mark
        super().__init__(
            heading_style=ATX, bullets="-", escape_asterisks=False, escape_underscores=False, wrap=True, wrap_width=None
        )
        for name in _BLOCKS:
            setattr(self, f"convert_{name}", self.convert_div)
        setattr(self, f"convert_{MARK.replace('-', '_')}", self._mark)
        setattr(self, f"convert_{FORMULA}", self._formula)

    def process_tag(self, node: Tag, parent_tags: set[str] | None = None) -> str:
        """Writes a tag; the cells of a table once, and not as a part of their rows."""
        if node.name == "table":
            return self._table(node, parent_tags or set())
        return str(super().process_tag(node, parent_tags=parent_tags))

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        """Writes a text, in which nothing becomes markup that is none."""
        text = str(super().process_text(el, parent_tags=parent_tags))
        if "_noformat" in (parent_tags or ()):
            return text
        return escaped(text, begins_line=_begins_line(el))

    def _table(self, node: Tag, parents: set[str]) -> str:
        if "_inline" in parents:
            rows = ([self._cell(cell, parents) for cell in cells_of(row)] for row in rows_of(node))
            return " " + "; ".join(", ".join(filter(None, row)) for row in rows) + " "
        if is_layout(node):
            cells = [cell for row in rows_of(node) for cell in cells_of(row)]
            for cell in cells:
                cell.name = "div"
            return "".join(self.process_tag(cell, {*parents, "div"}) for cell in cells if not _holds_numbers(cell))
        caption = node.find("caption")
        above = [self._cell(caption, parents)] if caption is not None and caption.find_parent("table") is node else []
        grid = grid_of(node, lambda cell: self._cell(cell, parents))
        parts = [*above, *([grid.title] if grid.title else []), markdown_table(grid.rows, keep_head=True)]
        return "\n\n" + "\n\n".join(part.strip() for part in parts if part.strip()) + "\n\n"

    def _cell(self, cell: Tag, parents: set[str]) -> str:
        was, cell.name = cell.name, "td"
        text = self.process_tag(cell, {*parents, "table", "_inline"})
        cell.name = was
        return " ".join(text.split())

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes what stands in a cell."""
        return text

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes a superscript."""
        return raised(_text_before(el), text)

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes a subscript."""
        return lowered(_text_before(el), text)

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes a link; of one that leads to a place in the page or a file beside it only the words."""
        return str(super().convert_a(el, text, parent_tags)) if _ABROAD.match(str(el.get("href") or "")) else text

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes the words that stand for a picture, where they are words."""
        return self._picture_mark(str(el.get("src") or "")) + words_for_picture(str(el.get("alt") or ""))

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes a line between parts as a gap: dashes could be taken for something else."""
        return "\n\n"

    def convert_figcaption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes the words below a picture."""
        return str(self.convert_div(el, text, parent_tags))

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes an item; in a cell behind a semicolon."""
        if "_inline" in parent_tags:
            return f"{text.strip()}; " if el.find_next_sibling("li") else f"{text.strip()} "
        return str(super().convert_li(el, text, parent_tags))

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Writes code in a fence that is longer than every fence in it."""
        if "_inline" in parent_tags:
            return f" `{' '.join(text.split())}` " if text.strip() else ""
        lines = text.expandtabs(4).rstrip().split("\n")
        body = dedent("\n".join(lines[next((n for n, line in enumerate(lines) if line.strip()), 0) :]))
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", body))])
        holders = [tag for tag in (el, el.find("code"), el.parent) if tag is not None]
        named = " ".join(str(name) for tag in holders for name in tag.get_attribute_list("class"))
        language = _LANGUAGE.search(named)
        return f"\n\n{fence}{language[1] if language else ''}\n{body}\n{fence}\n\n" if body else ""

    def _mark(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        label = "-".join(re.findall(r"\w+|[*†‡§¶]+", text)) or "note"
        return f"[^{label}]: " if el.has_attr("lead") else f"[^{label}]"

    def _formula(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        latex = el.get_text().strip()
        if "_inline" in parent_tags:  # a bar would end the cell
            return f"${latex.replace('|', chr(92) + 'vert ')}$"
        if el.has_attr("display"):
            return f"\n\n$$\n{latex}\n$$\n\n"
        before = el.previous_sibling
        return f"{' ' if isinstance(before, Tag) and before.name == FORMULA else ''}${latex}$"


def _begins_line(text: NavigableString) -> bool:
    """Whether nothing stands before a text in its block."""
    place: Any = text
    while place is not None and (before := place.previous_sibling) is None:
        place = place.parent
        if place is None or place.name in ("p", "div", "li", "dd", "section", "article", "blockquote", "body", "td"):
            return True
    return isinstance(before, Tag) and before.name in ("br", "p", "div", "ul", "ol", "table", "pre", "section", FORMULA)


def _text_before(tag: Tag) -> str:
    """Returns the end of the text before a tag, to which it is glued."""
    before = tag.previous_element
    while before is not None and not isinstance(before, NavigableString):
        if before.name in ("p", "div", "li", "td", "th", "br"):
            return ""
        before = before.previous_element
    return str(before or "")[-40:]


def _holds_numbers(cell: Tag) -> bool:
    """Whether a cell holds the line numbers beside a listing."""
    return any(name in ("linenos", "lineno", "gutter", "blob-num") for name in cell.get_attribute_list("class"))
