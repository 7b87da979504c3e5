"""Files and names that mean to leave the workspace, fill the disk or break their readers, against the real library."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from attack_data import attacks
from through_api import Asked

from assistant.app.assistant import Assistant
from assistant.config import AnsweringConfig, Config, ModelConfig, NotesConfig
from assistant.documents.loading import load_document
from assistant.errors import AssistantError, ModelError, NoteNotFound, NotesError, UnreadableNote
from assistant.models.llama.engine import load_engine
from assistant.models.llama.options import EngineOptions
from assistant.notes import add_notes, scan
from assistant.ui.tabs.library.handlers import LibraryHandlers
from assistant.workspace import Workspace

ATTACKS = attacks("files")
SECRET = "The secret lies outside."
WORD_MAIN = "word/document.xml"
TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONS = b"""<?xml version="1.0"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>"""


@dataclass(frozen=True)
class Place:
    """A workspace in a folder with things around it that nobody may touch."""

    root: Path
    assistant: Assistant
    desk: Asked
    uploads: Path
    secret: Path

    @property
    def notes(self) -> Path:
        return self.assistant.workspace.notes

    def call(self, name: str, message: object) -> dict[str, Any]:
        """Calls the desk as the browser does."""
        answer: dict[str, Any] = getattr(self.desk, name)(message)
        return answer

    def outside(self) -> dict[str, bytes]:
        """Everything around the notes folder, but for the index and what was uploaded."""
        inside = (self.notes, self.assistant.workspace.index, self.uploads)
        files = (path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink())
        return {str(p): p.read_bytes() for p in files if not any(p.is_relative_to(folder) for folder in inside)}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    root = tmp_path / "a" / "b" / "workspace"
    (root / "notes").mkdir(parents=True)
    secret = tmp_path / "secret.md"
    secret.write_text(f"# Secret\n\n{SECRET}\n", encoding="utf-8")
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    config = Config(model=ModelConfig(name="none"), answering=AnsweringConfig(warm=False))
    assistant = Assistant(Workspace(root), config, model_named=True)
    monkeypatch.setattr(assistant.index, "start", lambda: None)  # nothing here is searched for
    yield Place(tmp_path, assistant, Asked(LibraryHandlers(assistant, uploads)), uploads, secret)
    assistant.close()


def upload_named(place: Place, attack: dict[str, Any]) -> None:
    arrived = place.uploads / "blob"
    arrived.write_text("# Escaped\n\nwords\n", encoding="utf-8")
    answer = place.call("add", {"files": [{"file": arrived.name, "name": attack["name"]}]})
    (added,) = answer["added"]
    there = (place.notes / added).resolve()
    assert there.is_relative_to(place.notes) and there.is_file()
    assert not any(part.startswith(".") or set(part) & set('<>:"|?*\x00\n') for part in Path(added).parts)
    assert not arrived.exists(), "what was taken is not kept twice"


def upload_of_system_file(place: Place, attack: dict[str, Any]) -> None:
    for path in ("/etc/passwd", str(place.secret), f"{place.uploads}/../secret.md", "\x00", str(place.uploads)):
        answer = place.call("add", {"files": [{"file": path, "name": "mine.md"}]})
        assert "did not arrive" in answer["error"]["message"]
    assert list(place.notes.iterdir()) == []


def upload_program(place: Place, attack: dict[str, Any]) -> None:
    for name in ("run.exe", "run.sh", "page.svg", "page.js", "page.md.exe", ".md"):
        arrived = place.uploads / "blob"
        arrived.write_bytes(b"\x7fELF")
        answer = place.call("add", {"files": [{"file": arrived.name, "name": name}]})
        assert answer["error"]["message"].startswith(("Nothing was added", f"{name} did not arrive")), name
    assert [path for path in place.notes.rglob("*") if path.is_file()] == []


def read_outside(place: Place, attack: dict[str, Any]) -> None:
    up = "../" * 8
    spellings = (
        *(f"{up}etc/passwd", "/etc/passwd", f"{up}{str(place.secret)[1:]}", str(place.secret), "../study.db"),
        *("..\\..\\secret.md", "....//....//secret.md", "%2e%2e/secret.md", "notes/../../secret.md", "\x00secret.md"),
        *("~/secret.md", "file:///etc/passwd", "a" * 5000 + ".md", "．．/secret.md", "", "."),
    )
    for path in spellings:
        with pytest.raises(NoteNotFound):
            place.assistant.notes.read(path)
        answer = place.call("read", {"path": path})
        assert "There is no note" in answer["error"]["message"]
        assert SECRET not in str(answer)


def remove_outside(place: Place, attack: dict[str, Any]) -> None:
    for path in ("../study.db", str(place.secret), "../../../secret.md", "..", "/", ""):
        assert "error" in place.call("remove", {"path": path})
    for kept in ("../study.db", str(place.secret), "x/../../../../secret.md", "a\x00/b", "..", ""):
        assert "error" in place.call("restore", {"kept": kept})


def link_to_file(place: Place, attack: dict[str, Any]) -> None:
    (place.notes / "link.md").symlink_to(place.secret)
    _nothing_is_read(place, "link.md")


def link_to_folder(place: Place, attack: dict[str, Any]) -> None:
    (place.notes / "folder").symlink_to(place.root)
    (place.notes / "loop").symlink_to(place.notes / "loop")
    (place.notes / "up").symlink_to("..")
    _nothing_is_read(place, "folder/secret.md")


def _nothing_is_read(place: Place, path: str) -> None:
    found = scan(place.notes, max_file_mb=50)
    assert found.files == ()
    assert all("link leads" in skipped.reason for skipped in found.skipped) and found.skipped
    with pytest.raises(NoteNotFound):
        place.assistant.notes.read(path)


def add_through_link(place: Place, attack: dict[str, Any]) -> None:
    (place.notes / "out").symlink_to(place.root)
    mine = place.uploads / "mine.md"
    mine.write_text("# Mine\n", encoding="utf-8")
    with pytest.raises(NotesError, match="leads out of the notes folder"):
        add_notes(place.notes, [mine], folder="out", config=NotesConfig())


def zip_bomb(place: Place, attack: dict[str, Any]) -> None:
    file = place.root / "bomb.docx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(WORD_MAIN, "w", force_zip64=True) as member:
            for _ in range(64):
                member.write(b"\0" * (1 << 20))
        for number in range(14):
            archive.writestr(f"word/{number}.xml", b"\0" * (1 << 20))
    _is_refused(file, "would unpack to")
    with zipfile.ZipFile(place.root / "parts.epub", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"META-INF/{number}", b"")
    _is_refused(place.root / "parts.epub", "parts")


def zip_members_outside(place: Place, attack: dict[str, Any]) -> None:
    for name, main in (("a.docx", WORD_MAIN), ("a.epub", "META-INF/container.xml")):
        with zipfile.ZipFile(place.root / name, "w") as archive:
            for member in ("../../escaped.md", "/tmp/escaped.md", "..\\escaped.md", main):
                archive.writestr(member, b"<x/>")
        with pytest.raises(UnreadableNote):
            load_document(place.root / name, name, NotesConfig())
        (place.root / name).unlink()


def external_references(place: Place, attack: dict[str, Any]) -> None:
    page = place.root / "page.html"
    page.write_text(
        f'<html><base href="file:///"><body><iframe src="{place.secret}"></iframe><img src="{place.secret}">'
        f'<object data="file://{place.secret}"></object><link rel=import href="file://{place.secret}"><p>Words.</p>',
        encoding="utf-8",
    )
    note = load_document(page, "page.html", NotesConfig())
    assert "Words." in note.text and SECRET not in note.text
    body = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body><w:p><w:hyperlink'
        ' r:id="rId9"><w:r><w:t>Words.</w:t></w:r></w:hyperlink></w:p></w:body></w:document>'
    )
    links = RELATIONS.replace(b"rId1", b"rId9").replace(b"word/document.xml", f"file://{place.secret}".encode())
    file = _docx(
        place.root / "linked.docx", body.encode(), links.replace(b'Target="', b'TargetMode="External" Target="')
    )
    assert SECRET not in load_document(file, "linked.docx", NotesConfig()).text
    page.unlink()
    file.unlink()


def xml_entities(place: Place, attack: dict[str, Any]) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for entities in (f'<!ENTITY l0 "ha">{laughs}', f'<!ENTITY l11 SYSTEM "file://{place.secret}">'):
        body = (
            f'<?xml version="1.0"?><!DOCTYPE d [{entities}]><w:document xmlns:w='
            '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p>'
            "</w:body></w:document>"
        )
        file = _docx(place.root / "entities.docx", body.encode())
        try:
            note = load_document(file, "entities.docx", NotesConfig(convert_timeout_s=60))
        except UnreadableNote as refusal:
            assert refusal.message
        else:
            assert SECRET not in note.text and len(note.text) < 10_000
        file.unlink()


def false_endings(place: Place, attack: dict[str, Any]) -> None:
    contents = {
        "a.md": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20,
        "b.pdf": b"only text",
        "c.docx": b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
        "d.ipynb": b"[1, 2",
        "e.epub": b"PK\x03\x04" + b"\xff" * 100,
        "f.xlsx": b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
    }
    for name, content in contents.items():
        (place.root / name).write_bytes(content)
        _is_refused(place.root / name, "")
        (place.root / name).unlink()


def false_model(place: Place, attack: dict[str, Any]) -> None:
    for content in (b"", b"GGUF", b"GGUF\x03\x00\x00\x00" + b"\xff" * 64, os.urandom(4096), b"#!/bin/sh\nexit\n"):
        file = place.uploads / "model.gguf"
        file.write_bytes(content)
        with pytest.raises(ModelError):
            load_engine(file, "model", EngineOptions(context_tokens=256, threads=1))


def _docx(file: Path, body: bytes, relations: bytes = b"") -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(WORD_MAIN, body)
        if relations:
            archive.writestr("word/_rels/document.xml.rels", relations)
    return file


def _is_refused(file: Path, why: str) -> None:
    with pytest.raises(UnreadableNote) as refused:
        load_document(file, file.name, NotesConfig())
    assert why in refused.value.message and refused.value.hint
    assert isinstance(refused.value, AssistantError)


@pytest.mark.slow
@pytest.mark.parametrize("id_", list(ATTACKS))
def test_it_stays_outside(id_: str, place: Place) -> None:
    run: Callable[[Place, dict[str, Any]], None] = globals()[ATTACKS[id_]["does"]]
    before = place.outside()
    run(place, ATTACKS[id_])
    after = place.outside()
    new = {path for path in after if path not in before and not path.endswith((".docx", ".epub", ".html"))}
    assert {path: after[path] for path in before} == before and new == set()
    assert not list(Path("/tmp").glob("escaped.md"))
