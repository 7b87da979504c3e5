"""A small Obsidian vault is read as it is: nothing is rewritten, and what is not for readers is not searched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import ChunkingConfig, NotesConfig
from assistant.documents.front_matter import properties
from assistant.documents.loading import load_document, parse
from assistant.documents.outline import tree
from assistant.documents.wiki import WikiLink, link_names, resolve, wiki_links
from assistant.errors import UnreadableNote
from assistant.index.chunking import split
from assistant.notes.scan import scan
from assistant.testing import FakeEmbedder

ENTROPY = """---
title: "Entropy: a note"
aliases:
  - Disorder
  - "Second law"
tags: [physics, heat/engines]
created: 2026-01-02
---

# Entropy ^top

> [!note] Definition
> ==Entropy== measures ^def
> how spread out energy is.

%%
TODO ask the tutor
# not a heading
%%

See [[Ideas/Carnot engine#Efficiency|the engine]], ![[pv-diagram.png|300]] and ![[Carnot engine]]. %% check %%

- **Closed system** - entropy never falls ^law
"""

FILES = {
    "Entropy.md": ENTROPY,
    "Ideas/Carnot engine.md": "# Carnot engine\n\n## Efficiency\n\nAt most one minus the ratio.",
    "Drawing.excalidraw.md": "---\nexcalidraw-plugin: parsed\n---\n\n# Text Elements\nabc ^x1\n",
    ".obsidian/workspace.json": "{}",
    ".obsidian/plugins/readme.md": "# Plugin",
    ".trash/old.md": "# Old",
    "pv-diagram.png": "no picture",
    "Board.canvas": "{}",
}


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_only_notes_are_read(vault: Path) -> None:
    found = scan(vault, max_file_mb=1)
    assert [file.path for file in found.files] == [
        "Drawing.excalidraw.md",
        "Entropy.md",
        "Ideas/Carnot engine.md",
        "pv-diagram.png",
    ]
    assert found.skipped == ()
    with pytest.raises(UnreadableNote, match="drawing made with Excalidraw"):
        load_document(vault / "Drawing.excalidraw.md", "Drawing.excalidraw.md", NotesConfig())


def test_the_outline_has_no_marks_of_obsidian(vault: Path) -> None:
    note = load_document(vault / "Entropy.md", "Entropy.md", NotesConfig())
    assert note.text == ENTROPY
    assert note.title == "Entropy"
    assert [section.heading_path for section in note.outline] == [("Entropy",)]
    assert [node.label for node in tree(note).walk() if node.kind == "item"] == ["Closed system"]


def test_passages_are_exact_and_leave_out_front_matter_and_comments(vault: Path) -> None:
    note = load_document(vault / "Entropy.md", "Entropy.md", NotesConfig())
    blocks, chunks = split(note, FakeEmbedder(), ChunkingConfig(30, 120))
    assert all(note.text[part.start : part.end] == part.text for part in (*blocks, *chunks))
    searched = "\n".join(chunk.text for chunk in chunks)
    assert "never falls" in searched
    assert "[[Ideas/Carnot engine#Efficiency|the engine]]" in searched
    for hidden in ("TODO", "not a heading", "created:", "Disorder"):
        assert hidden not in searched


def test_front_matter_gives_names_and_tags() -> None:
    known = properties(ENTROPY)
    assert ENTROPY[known.end :].startswith("# Entropy")
    assert (known.title, known.aliases) == ("Entropy: a note", ("Disorder", "Second law"))
    assert known.tags == ("physics", "heat/engines")
    assert properties("tags: [a]\n\nno front matter").tags == ()
    assert properties("---\ntags: one, '#two'\nalias: Name\n---\ntext").tags == ("one", "two")


def test_links_know_what_they_mean() -> None:
    found = [(link.target, link.place, link.label, link.embeds, link.is_file) for link in wiki_links(ENTROPY)]
    assert found == [
        ("Ideas/Carnot engine", "Efficiency", "the engine", False, False),
        ("pv-diagram.png", "", "300", True, True),
        ("Carnot engine", "", "Carnot engine", True, False),
    ]
    assert list(wiki_links("`[[code]]` and\n```\n[[fenced]]\n```\n[[ ]] [[a\nb]]")) == []
    assert list(wiki_links("[[#Here]]")) == [WikiLink(0, 9, "", "Here", "Here", False)]
    assert [link.label for link in wiki_links(r"| [[a\|b]] |")] == ["b"]
    assert [link.place for link in wiki_links("[[a#One#Two]] [[a#^id]]")] == ["Two", "^id"]


def test_a_link_finds_the_nearest_note_of_its_name() -> None:
    notes = [("Entropy.md", ("Disorder",)), ("Ideas/Carnot.md", ()), ("Old/Carnot.md", ()), ("deep/er/Carnot.md", ())]
    names = link_names(notes)
    assert resolve("carnot", "Entropy.md", names) == "Ideas/Carnot.md"
    assert resolve("Carnot", "Old/x.md", names) == "Old/Carnot.md"
    assert resolve("er/Carnot.md", "Entropy.md", names) == "deep/er/Carnot.md"
    assert resolve("../Entropy", "Ideas/Carnot.md", names) == "Entropy.md"
    assert resolve("disorder", "Ideas/Carnot.md", names) == "Entropy.md"
    assert resolve("Nothing", "Entropy.md", names) == ""


def test_what_is_shown_keeps_every_offset() -> None:
    shown = parse("n.md", ENTROPY).readable
    assert len(shown) == len(ENTROPY)
    for hidden in ("%%", "TODO", "^law", "^def", "^top", "created"):
        assert hidden not in shown
    for kept in ("# Entropy", "==Entropy== measures", "how spread out", "never falls"):
        assert shown.index(kept) == ENTROPY.index(kept)
    assert parse("n.md", "```\n%% code %%\nx ^id\n```").readable == "```\n%% code %%\nx ^id\n```"


@given(st.text(alphabet="ab%^[]|#`~\n- :!=>{}x", max_size=200))
def test_any_text_is_read_without_losing_an_offset(text: str) -> None:
    shown = parse("n.md", text).readable
    assert len(shown) == len(text)
    assert all(one in (other, " ") for one, other in zip(shown, text, strict=True))
    assert all(text[link.start : link.end].endswith("]]") for link in wiki_links(text))
    properties(text)
