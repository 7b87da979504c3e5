"""What a note is called, and what its names add to what its headings say."""

from __future__ import annotations

import pytest

from assistant.answering.prompts import render_block
from assistant.config import ChunkingConfig
from assistant.documents.loading import parse
from assistant.documents.naming import about, called, is_generic, name_of, spelled_out, title_of_whole
from assistant.index.chunking import split
from assistant.testing import FakeEmbedder


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("n/a.md", "# Osmosis\n\nx", "Osmosis"),
        ("n/osmosis.md", "# Basics\n\nx", "osmosis"),
        ("n/osmosis.md", "# Chapter 3\n\nx", "osmosis"),
        ("n/a.md", "---\ntitle: Diffusion\n---\n# Overview\n", "Diffusion"),
        ("n/a.md", "---\ntitle: Diffusion\n---\n# Osmosis\n", "Osmosis"),
        ("n/a.md", "---\ntitle: Diffusion\n---\n## Part of it\n", "Diffusion"),
        ("n/w3.md", "## Osmosis\n\nx\n\n# Appendix\n", "Osmosis"),
        ("n/w3.md", "### Osmosis\n\nx\n\n#### Detail\n", "Osmosis"),
        ("n/transport.md", "## Osmosis\n\nx\n\n## Diffusion\n", "transport"),
        ("transport/index.md", "# Introduction\n", "transport"),
        ("week 2/lecture 3.md", "## Osmosis\n\n## Diffusion\n", "Osmosis"),
        ("notes.md", "just text", "notes"),
    ],
)
def test_the_title_is_what_names_a_note_best(path: str, text: str, title: str) -> None:
    assert parse(path, text).title == title


@pytest.mark.parametrize("name", ["Basics", "Chapter 12", "IV.", "Lecture 3 - notes", "2024-05-06", "IMG_1"])
def test_names_that_say_nothing(name: str) -> None:
    assert is_generic(name)


@pytest.mark.parametrize("name", ["Osmosis", "C# and F#", "pH", "Chapter 3: Cells", "細胞"])
def test_names_that_say_something(name: str) -> None:
    assert not is_generic(name)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("osmosis.md", "Water moves.", "osmosis"),
        ("02-osmosis.md", "# Osmosis\n", ""),
        ("bio/CellDivision.md", "# Basics\n", "Cell Division, bio"),
        ("ml-basics.md", "# Machine learning\n", ""),
        ("a.md", "---\ntags: [exam/one, osmosis]\n---\n# Osmosis\n", "exam one"),
        ("lecture 1.md", "# Osmosis\n", ""),
    ],
)
def test_what_the_names_of_a_note_add(path: str, text: str, said: str) -> None:
    assert about(parse(path, text)) == said


def test_notes_with_one_generic_heading_are_told_apart() -> None:
    places = [name_of(path, ("Basics", "Water")) for path in ("osmosis.md", "x/diffusion.md")]
    assert places == ["osmosis.md", "diffusion.md"]
    assert name_of("a.md", ("Cells", "Basics")) == "Cells"


def test_a_passage_is_embedded_and_read_under_the_name_of_its_note() -> None:
    note = parse("bio/cell_wall.md", "It is stiff and lies outside of the membrane.")
    blocks, chunks = split(note, FakeEmbedder(), ChunkingConfig())
    assert chunks[0].embedding_text.startswith("cell wall, bio\n")
    assert chunks[0].names == ("cell wall",)
    assert called(blocks[0]) == ("cell wall",)
    assert render_block(blocks[0]).startswith("## cell wall\n")


def test_a_heading_that_names_the_note_is_not_said_twice() -> None:
    blocks, chunks = split(parse("cells.md", "# Cells\n\nAlive."), FakeEmbedder(), ChunkingConfig())
    assert chunks[0].context == "Cells"
    assert render_block(blocks[0]).startswith("## Cells\n# Cells")


def test_every_piece_of_a_long_table_has_its_heads() -> None:
    rows = "\n".join(f"| metal{n} | {n} grams | {n * 3} degrees |" for n in range(60))
    note = parse("t.md", f"# Metals\n\nTable 2. Melting\n\n| Metal | Mass | Melts at |\n|---|---|---|\n{rows}\n")
    blocks, chunks = split(note, FakeEmbedder(), ChunkingConfig(40, 150))
    assert len(chunks) > 3
    for chunk in (chunk for chunk in chunks if chunk.text.startswith("| metal")):
        assert "Table 2. Melting: Metal, Mass, Melts at" in chunk.context
    for block in blocks[1:]:
        assert block.shown.startswith("| Metal | Mass | Melts at |\n|---|---|---|\n| metal")


def test_names_of_files_are_spelled_out() -> None:
    assert spelled_out("03_cell-division") == "cell division"
    assert spelled_out("CellDivision") == "Cell Division"
    assert spelled_out("s5_risk_management") == "s5 risk management"
    assert spelled_out("W2N3 - Types") == "W2N3 Types"


def test_a_whole_note_is_called_by_the_one_heading_above_it_or_by_its_file() -> None:
    assert title_of_whole(parse("notes/canal_locks.md", "# The old lock\n\n## Gates\n\nOak.\n")) == "The old lock"
    assert title_of_whole(parse("notes/canal_locks.md", "# History\n\nOld.\n\n# Gates\n\nOak.\n")) == "canal locks"
    tagged = "---\ntags: [water]\n---\n\n# History\n\nOld.\n\n# Gates\n\nOak.\n"
    assert title_of_whole(parse("notes/canal_locks.md", tagged)) == "canal locks"
    assert title_of_whole(parse("notes/canal_locks.md", tagged.replace("tags: [water]", "title: Locks"))) == "Locks"
