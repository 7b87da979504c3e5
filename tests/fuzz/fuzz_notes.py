"""Targets: what reads files and cuts them into passages."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fuzz_draw import Draw

from assistant.cards.note_lines import read_lines, unread_lines
from assistant.config import ChunkingConfig, NotesConfig
from assistant.core.files import safe_folder, safe_name
from assistant.documents.formats import formats
from assistant.documents.loading import load_document, parse
from assistant.documents.outline import Node, tree
from assistant.documents.sandbox import check_archive
from assistant.errors import ConfigError, UnreadableNote
from assistant.index.chunking import split
from assistant.quiz.making.pool import read_facts
from assistant.testing import FakeEmbedder
from assistant.types import Document

_HERE = Path(tempfile.mkdtemp(prefix="fuzz-notes-"))
_TEXT_ENDINGS = (".md", ".txt", ".csv", ".ipynb", ".org")
_ARCHIVES = ("docx", "pptx", "xlsx", "epub")
_FORBIDDEN = frozenset("\r\x00")


def loaders(data: bytes) -> None:
    """A file of any bytes is a note with a sound text and outline, or is refused with a reason."""
    draw = Draw(data)
    ending = draw.pick(_TEXT_ENDINGS)
    file = _HERE / f"note{ending}"
    file.write_bytes(draw.rest() if draw.byte() % 2 else draw.text().encode("utf-8", "surrogatepass"))
    try:
        note = load_document(file, file.name, NotesConfig(max_file_mb=1))
    except UnreadableNote as refusal:
        assert refusal.message
        return
    assert note.text.strip() and note.title
    assert not _FORBIDDEN & set(note.text) and not any("\ud800" <= char <= "\udfff" for char in note.text)
    check_outline(note)


def check_outline(note: Document) -> None:
    """Every character has one place in the tree, and sections lie in the text."""
    root = tree(note)
    assert (root.start, root.end) == (0, len(note.text))
    for node in root.walk():
        _check_tiles(node)
    for section in note.outline:
        assert 0 <= section.start <= section.body_start <= section.end <= len(note.text)


def _check_tiles(node: Node) -> None:
    at = node.start
    for child in node.children:
        assert child.start == at and child.end >= at
        at = child.end
    assert not node.children or at == node.end


def archives(data: bytes) -> None:
    """A file that should be an office document passes or is refused; its name becomes the name of one visible file."""
    draw = Draw(data)
    kind = draw.pick(_ARCHIVES)
    name = safe_name(draw.text(0.2, 400))
    assert "/" not in name and "\\" not in name and not name.startswith(".") and len(name.encode()) <= 255
    assert not any(part in ("", ".", "..") for part in safe_folder(draw.text(0.1, 400)).split("/")[1:])
    file = _HERE / f"file.{kind}"
    file.write_bytes(draw.rest())
    try:
        check_archive(file, formats()[kind])
    except UnreadableNote as refusal:
        assert refusal.message


def chunker(data: bytes) -> None:
    """Offsets are exact, nothing overlaps, everything fits the embedder's window and lies in its block."""
    draw = Draw(data)
    embedder = FakeEmbedder(window_tokens=24 + draw.below(100))
    config = ChunkingConfig(8 + draw.below(60), 60 + draw.below(200))
    kind = draw.pick(("markdown", "markdown", "text"))
    text = draw.text(longest=4000).replace("\r", "").replace("\x00", "").encode("utf-8", "ignore").decode()
    blocks, chunks = split(parse("n.md", text, kind, "n"), embedder, config)
    for pieces in (blocks, chunks):
        end = 0
        for piece in pieces:
            assert text[piece.start : piece.end] == piece.text == piece.text.strip() != ""
            assert piece.start >= end
            end = piece.end
    for chunk in chunks:
        assert embedder.token_starts(chunk.embedding_text).size <= embedder.window_tokens
        block = blocks[chunk.block]
        assert block.start <= chunk.start and chunk.end <= block.end


def lines(data: bytes) -> None:
    """What cards and quiz items are made of stands word for word in the note."""
    text = Draw(data).text().replace("\r", "").replace("\x00", "").encode("utf-8", "ignore").decode()
    note = parse("n.md", text, "markdown", "n")
    assert all(0 < line.line <= note.text.count("\n") + 1 for line in unread_lines(note))
    for line in read_lines(note):
        assert note.text[line.anchor.start : line.anchor.end] == line.anchor.quote
    for fact in read_facts(note).facts:
        assert note.text[fact.anchor.start : fact.anchor.end] == fact.anchor.quote


def settings(data: bytes) -> None:
    """Any file in place of assistant.toml gives settings, or says what is wrong with it."""
    from assistant.config import load_config

    file = _HERE / "assistant.toml"
    file.write_bytes(data)
    try:
        load_config(file)
    except ConfigError as error:
        assert error.hint
