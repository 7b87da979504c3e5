"""Formats register in one place, and another package may bring its own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from assistant.config import NotesConfig
from assistant.documents import formats
from assistant.documents.formats import Extract, Format
from assistant.documents.loading import load_document
from assistant.errors import UnreadableNote


def read_slips(file: Path) -> Extract:
    """A format of three lines: slips of paper, one a page; the first says what is on the others."""
    return Extract(tuple(file.read_text(encoding="utf-8").split("\f")), navigation=(1,))


SLIPS = Format("slips", (".slip",), read_slips, has_pages=True, is_foreign=False)


@pytest.fixture
def with_slips(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    point = EntryPoint("slips", f"{__name__}:SLIPS", formats.GROUP)
    monkeypatch.setattr(formats, "entry_points", lambda group: [point] if group == formats.GROUP else [])
    formats.formats.cache_clear()
    formats._by_ending.cache_clear()
    yield
    monkeypatch.undo()
    formats.formats.cache_clear()
    formats._by_ending.cache_clear()


def test_every_ending_belongs_to_one_format() -> None:
    every = [ending for one in formats.formats().values() for ending in one.endings]
    assert len(every) == len(set(every)) == len(formats.endings())
    assert all(ending == ending.lower() and ending.startswith(".") for ending in every)


def test_every_module_of_a_format_is_registered() -> None:
    folder = Path(formats.__file__).parent
    modules = {file.stem for file in folder.glob("*.py") if "FORMATS = (" in file.read_text(encoding="utf-8")}
    assert modules == set(formats._BUILT_IN)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.MD", "markdown"), ("a.b.pdf", "pdf"), ("a.tsv", "csv"), ("a.png", "picture"), ("a.gif", None), ("pdf", None)],
)
def test_the_ending_tells_the_format(name: str, kind: str | None) -> None:
    assert formats.kind_of(name) == kind


@pytest.mark.usefixtures("with_slips")
def test_a_format_of_another_package_is_read_like_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.slip").write_text("- Cats, 2\f# Cats\n\nThey purr.", encoding="utf-8")
    document = load_document(tmp_path / "a.slip", "a.slip", NotesConfig())
    assert (document.kind, document.title) == ("slips", "Cats")
    assert [document.text[s.start : s.end] for s in document.sentences()] == ["They purr."]
    assert document.page_at(document.sentences()[0].start) == 2
    assert [block.kind for block in document.blocks] == ["navigation", "heading", "paragraph"]


def test_without_its_package_the_format_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.slip").write_text("Cats", encoding="utf-8")
    with pytest.raises(UnreadableNote, match="not read"):
        load_document(tmp_path / "a.slip", "a.slip", NotesConfig())
