"""Web pages and e-books as Markdown."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from assistant.documents.decoding import decode
from assistant.documents.formats.format import NOTHING, Extract, Format
from assistant.documents.formats.inner_pictures import PictureList, archived_picture, listed_picture, marks_of
from assistant.documents.naming import is_generic
from assistant.documents.ocr.inner_texts import with_texts
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    from PIL.Image import Image

    from assistant.documents.ocr.pages import RecognizedPage

_DECLARED_ENCODING = re.compile(rb"""<[^>]{0,200}(?:charset|encoding)\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096
_CONTAINER = "META-INF/container.xml"
_NO_CHAPTERS = frozenset(("toc", "loi", "lot", "index", "cover", "landmarks"))


def read_html(
    file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING, pictures: PictureList | None = None
) -> Extract:
    """Returns a web page as Markdown; its own word on its encoding counts where its bytes leave it open.

    Pictures that lie in the page itself are put in ``pictures``; those beside it are not opened.
    """
    from assistant.documents.html.to_markdown import page_title, parsed, to_markdown

    soup = parsed(_decoded(file.read_bytes()))
    title = page_title(soup)
    inside = PictureList() if pictures is None else pictures
    text = to_markdown(soup, is_page=True, picture_mark=inside.mark_source)
    heads = [head.get_text() for head in soup("h1")]
    is_named = len(heads) == 1 and not is_generic(heads[0])
    return replace(with_texts((text,), recognized), title="" if is_named else title)


def _html_pictures(file: Path) -> PictureList:
    pictures = PictureList()
    read_html(file, pictures=pictures)
    return pictures


def read_epub(file: Path, recognized: Mapping[int, RecognizedPage] = NOTHING) -> Extract:
    """Returns the chapters of an e-book as Markdown, in the order in which they are read; its contents page is none.

    Raises:
        UnreadableNote: It names no chapters.
    """
    marks = marks_of(file, "")
    with zipfile.ZipFile(file) as book:
        title, names = _package(book)
        chapters = [_chapter(book, name, title, marks) for name in names]
    return replace(with_texts(("\n\n".join(filter(None, chapters)),), recognized), title=title)


def _epub_picture(file: Path, number: int) -> Image:
    return archived_picture(file, "", number)


def _decoded(data: bytes) -> str:
    declared = _DECLARED_ENCODING.search(data[:_HEAD_BYTES])
    return decode(data, declared[1].decode("ascii") if declared else "")


def _package(book: zipfile.ZipFile) -> tuple[str, list[str]]:
    """Returns the title of a book, and the files of its chapters (https://www.w3.org/TR/epub-33/#sec-package-doc)."""
    place = next((found for _, found in _attributes(book, _CONTAINER, "rootfile", "full-path")), "")
    if place not in book.namelist():
        raise UnreadableNote("The e-book does not say what is in it.", hint="Download or export it again.")
    package = _xml(book, place)
    folder = posixpath.dirname(place)
    items = {item.get("id"): item for item in package.iter("{*}manifest") for item in item.iter("{*}item")}
    leads = {unquote(str(part.get("href"))).partition("#")[0] for part in package.iter("{*}reference")
             if part.get("type") in _NO_CHAPTERS}  # fmt: skip
    names = []
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in str(item.get("properties") or "").split():
            continue
        href = unquote(str(item.get("href")))
        name = posixpath.normpath(posixpath.join(folder, href))
        if name in book.namelist() and href not in leads:
            names.append(name)
    title = next((" ".join("".join(one.itertext()).split()) for one in package.iter("{*}title")), "")
    return title, names


def _chapter(book: zipfile.ZipFile, name: str, book_title: str, marks: Mapping[str, str]) -> str:
    """Returns a chapter; one without a heading of its own has the title that its file has, where that is another."""
    from assistant.documents.html.to_markdown import page_title, parsed, to_markdown

    soup = parsed(_decoded(book.read(name)))
    title = page_title(soup)
    titled = soup.find(re.compile(r"h[1-6]\Z")) is not None or not title or title == book_title
    folder = posixpath.dirname(name)

    def picture_mark(source: str) -> str:
        return marks.get(posixpath.normpath(posixpath.join(folder, unquote(source))), "")

    text = to_markdown(soup, picture_mark=picture_mark)
    return text if titled or not text else f"# {title}\n\n{text}"


def _attributes(book: zipfile.ZipFile, member: str, tag: str, name: str) -> Iterator[tuple[Any, str]]:
    for element in _xml(book, member).iter(f"{{*}}{tag}"):
        yield element, str(element.get(name) or "")


def _xml(book: zipfile.ZipFile, member: str) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(book.read(member), etree.XMLParser(resolve_entities=False, no_network=True))
    except (KeyError, etree.XMLSyntaxError) as error:
        raise UnreadableNote(f"The e-book is damaged: {error}.", hint="Download or export it again.") from error


FORMATS = (
    Format(
        "html",
        (".html", ".htm", ".xhtml"),
        read_html,
        page_picture=partial(listed_picture, _html_pictures),
        read_recognized=read_html,
        has_inner_pictures=True,
    ),
    Format(
        "epub",
        (".epub",),
        read_epub,
        archive_part=_CONTAINER,
        page_picture=_epub_picture,
        read_recognized=read_epub,
        has_inner_pictures=True,
    ),
)
