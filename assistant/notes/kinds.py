"""Which files are notes, by the ending of their name."""

from __future__ import annotations

from pathlib import PurePath

from assistant.errors import UnreadableNote

_KINDS = {
    "markdown": (".md", ".markdown", ".mdown", ".mkd", ".mdx"),
    "text": (".txt", ".text", ".rst", ".org", ".tex", ".adoc"),
    "pdf": (".pdf",),
    "docx": (".docx",),
    "pptx": (".pptx",),
    "xlsx": (".xlsx",),
    "html": (".html", ".htm", ".xhtml"),
    "epub": (".epub",),
    "ipynb": (".ipynb",),
    "csv": (".csv", ".tsv"),
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings}

_SAVE_AS = {
    ".doc": ".docx",
    ".odt": ".docx",
    ".rtf": ".docx",
    ".pages": ".docx",
    ".ppt": ".pptx",
    ".odp": ".pptx",
    ".key": ".pptx",
    ".xls": ".xlsx",
    ".ods": ".xlsx",
    ".numbers": ".xlsx",
}


def kind_of(name: str) -> str | None:
    """Returns the kind of note that a file of this name is (see ``Note.kind``), or None where it is no note."""
    return _KIND_OF.get(PurePath(name).suffix.lower())


def better_ending(name: str) -> str | None:
    """Returns the ending to save a document with that cannot be read as it is, or None for any other file."""
    return _SAVE_AS.get(PurePath(name).suffix.lower())


def endings() -> tuple[str, ...]:
    """Returns every ending that a note may have, with its dot, in lower case."""
    return tuple(_KIND_OF)


def check_size(size_bytes: int, max_file_mb: int) -> None:
    """Does nothing for a file of an acceptable size.

    Raises:
        UnreadableNote: It is larger than ``max_file_mb`` (1 MB = 1,000,000 bytes).
    """
    if size_bytes > max_file_mb * 1_000_000:
        raise UnreadableNote(
            f"The file has {size_bytes / 1e6:.1f} MB; the limit is {max_file_mb} MB (notes.max_file_mb).",
            hint="Split the file, or raise notes.max_file_mb in assistant.toml.",
        )
