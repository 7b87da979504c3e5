"""The library as the page receives it, and what can be done there. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import assistant
from assistant.errors import NotesError
from assistant.types import Note, NoteStatus, Section
from assistant.ui.boundary import friendly
from assistant.ui.marks import Mark
from assistant.ui.nodes import Element, to_json
from assistant.ui.render import render_passage
from assistant.ui.scope import example_questions, scope_tree
from assistant.ui.service import StudyService

MAX_SHOWN_CHARS = 200_000
"""A longer note is shown up to here: the browser, not the student, would be the one to read it."""

_STATES = {"ready": "Ready", "waiting": "Not indexed yet", "unreadable": "Cannot be read"}


class LibraryDesk:
    """What the Library tab asks for. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
        uploads: The folder into which the browser's files were put; files from anywhere else are refused.
    """

    def __init__(self, service: StudyService, uploads: Path) -> None:
        self._service = service
        self._uploads = uploads

    @friendly
    def contents(self, _: object = None) -> dict[str, Any]:
        """Returns what there is to ask about: the tree of the scope picker, and example questions."""
        sections = self._service.outline()
        return {"tree": scope_tree(self._service.library(), sections), "examples": example_questions(sections)}

    @friendly
    def notes(self, _: object = None) -> dict[str, Any]:
        """Returns the table: one row for each file of the notes folder."""
        rows = [_row(note) for note in self._service.library()]
        return {
            "notes": rows,
            "folder": str(self._service.workspace.notes),
            "sample": sample_course(self._service) is not None,
        }

    @friendly
    def read(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns a note's text and outline. Request: ``path`` and, to mark a stretch, ``start`` and ``end``."""
        note = self._service.note(str(request["path"]))
        sections = [section for section in self._service.outline() if section.note == note.path]
        stretch = (int(request["start"]), int(request["end"])) if "start" in request else None
        return render_note(note, sections, stretch)

    @friendly
    def add(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Adds uploaded files. Request: ``files``, each ``path`` (where it was put) and ``name`` (with its folders)."""
        with tempfile.TemporaryDirectory(prefix="study-upload-") as staging:
            for file in request["files"]:
                self._stage(Path(str(file["path"])), str(file["name"]), Path(staging))
            added = self._service.add_notes(sorted(Path(staging).iterdir()))
        self._service.start_build()
        return {"added": list(added)}

    @friendly
    def add_sample(self, _: object = None) -> dict[str, Any]:
        """Adds the sample course."""
        course = sample_course(self._service)
        if course is None:
            raise NotesError("The sample course is not here.", hint="Add your own notes instead.")
        added = self._service.add_notes(sorted(course.iterdir()))
        self._service.start_build()
        return {"added": list(added)}

    @friendly
    def remove(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Moves a note to the trash and brings the index up to date. Request: ``path``."""
        self._service.remove_note(str(request["path"]))
        self._service.start_build()
        return {"removed": str(request["path"]), "trash": str(self._service.workspace.trash)}

    @friendly
    def update(self, _: object = None) -> dict[str, Any]:
        """Starts bringing the index up to date."""
        self._service.start_build()
        return {}

    @friendly
    def cancel(self, _: object = None) -> dict[str, Any]:
        """Ends a running update; what is done is kept."""
        self._service.cancel_build()
        return {}

    def _stage(self, uploaded: Path, name: str, staging: Path) -> None:
        """Puts an uploaded file under its own name, folders included, where ``add_notes`` can take it from."""
        parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
        if not parts or not uploaded.resolve().is_relative_to(self._uploads.resolve()):
            raise NotesError(f"{name or 'A file'} did not arrive.", hint="Drop it again.")
        target = staging.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(uploaded, target)


def sample_course(service: StudyService) -> Path | None:
    """Returns the folder of the sample course, or None where there is none or it is the student's own folder."""
    course = Path(assistant.__file__).resolve().parent.parent / "notes"
    own = service.workspace.notes.resolve()
    return course if course.is_dir() and course != own and any(course.glob("*.md")) else None


def _row(note: NoteStatus) -> dict[str, Any]:
    return {
        "path": note.path,
        "title": note.title,
        "kind": note.kind,
        "passages": note.passages,
        "state": note.state,
        "says": _STATES.get(note.state, note.state),
        "reason": note.reason,
        "modified_at": note.modified_at,
        "bytes": note.size_bytes,
    }


def render_note(note: Note, sections: Sequence[Section], stretch: tuple[int, int] | None = None) -> dict[str, Any]:
    """Returns a note as a tree with its outline; ``stretch`` is marked.

    Each entry of the outline carries the place of its heading among all headings, which is how the page finds it.
    """
    text = note.text[:MAX_SHOWN_CHARS]
    marks = [Mark(*stretch, Element("mark"))] if stretch and stretch[1] <= len(text) else []
    outline = [{"label": s.heading_path[-1], "level": s.level} for s in sections if s.level and s.start < len(text)]
    return {
        "path": note.path,
        "title": note.title,
        "kind": note.kind,
        "pages": len(note.page_starts),
        "body": [to_json(node) for node in render_passage(text, marks, note.kind)],
        "outline": outline,
        "cut": len(note.text) - len(text),
    }
