"""The library as the page receives it, and what can be done there. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import assistant
from assistant.errors import NotesError, StudyDatabaseError
from assistant.notes.names import safe_name
from assistant.study.cards import Card
from assistant.types import NoteChanges, NoteStatus
from assistant.ui.boundary import friendly
from assistant.ui.examples import first_questions
from assistant.ui.message import objects, whole
from assistant.ui.note_view import Around, cards_of, render_note, resolver
from assistant.ui.scope import scope_tree
from assistant.ui.service import StudyService

_STATES = {
    "ready": "Ready",
    "waiting": "Not indexed yet",
    "indexing": "Indexing",
    "unreadable": "Cannot be read",
    "away": "Not there now",
}
_NAMED = 50
"""As many notes of each kind of change are named; of more, their number is."""


class LibraryDesk:
    """What the Library tab asks for. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
        uploads: The folder into which the browser's files were put; files from anywhere else are refused.
    """

    def __init__(self, service: StudyService, uploads: Path) -> None:
        self._service = service
        self._uploads = uploads

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        shown = (self.contents, self.notes, self.read)
        return (*shown, self.add, self.add_sample, self.remove, self.restore, self.update, self.cancel)

    @friendly
    def contents(self, _: object = None) -> dict[str, Any]:
        """Returns what there is to ask about: the tree of the scope picker, and example questions."""
        sections = self._service.outline()
        return {
            "tree": scope_tree(self._service.library(), sections),
            "examples": first_questions(sections, self._service.note),
        }

    @friendly
    def notes(self, _: object = None) -> dict[str, Any]:
        """Returns the table: one row for each file of the notes folder."""
        status = self._service.index_status()
        return {
            "notes": [_row(note, building=status.state == "building") for note in self._service.library()],
            "folder": str(self._service.workspace.notes),
            "sample": sample_course(self._service) is not None,
            "changes": _changes(status.changes),
            "last": {"at": status.last_at, "changes": _changes(status.last)} if status.last_at else None,
        }

    @friendly
    def read(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns a note's text and outline. Request: ``path`` and, to mark a stretch, ``start`` and ``end``."""
        note = self._service.note(str(request["path"]))
        service = self._service
        around = Around(
            [section for section in service.outline() if section.note == note.path],
            service.passages(note.path),
            self._cards(note.path),
            resolver(note.path, service.library(), service.note),
        )
        stretch = (whole(request, "start"), whole(request, "end")) if "start" in request else None
        return render_note(note, around, stretch)

    @friendly
    def add(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Adds uploaded files. Request: ``files``, each ``path`` (where it was put) and ``name`` (with its folders)."""
        with tempfile.TemporaryDirectory(prefix="study-upload-") as staging:
            for file in objects(request, "files"):
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
        """Moves a note to the trash and brings the index up to date. Request: ``path``.

        ``kept`` in the reply is what ``restore`` takes it back with.
        """
        kept = self._service.remove_note(str(request["path"]))
        self._service.start_build()
        return {"removed": str(request["path"]), "trash": str(self._service.workspace.trash), "kept": kept}

    @friendly
    def restore(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Takes a note back from the trash. Request: ``kept``, as ``remove`` gave it."""
        path = self._service.restore_note(str(request["kept"]))
        self._service.start_build()
        return {"restored": path}

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

    def _cards(self, path: str) -> list[Card]:
        """Returns the cards of a note; none where ``study.db`` cannot be used, which its own tabs say."""
        try:
            return cards_of(path, self._service.study.deck.cards())
        except StudyDatabaseError:
            return []

    def _stage(self, uploaded: Path, name: str, staging: Path) -> None:
        """Puts an uploaded file under its own name, folders included, where ``add_notes`` can take it from."""
        parts = [safe_name(part) for part in PurePosixPath(name.replace("\\", "/")).parts if part.strip("/. ")]
        arrived = uploaded.resolve().is_relative_to(self._uploads.resolve()) and uploaded.is_file()
        if not parts or not arrived:
            raise NotesError(f"{name or 'A file'} did not arrive.", hint="Drop it again.")
        target = staging.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(uploaded, target)
        except OSError as error:
            fault = f"{name[:100]} cannot be taken: {error.strerror or error}."
            raise NotesError(fault, hint="Check the free space on the disk, or give it a shorter name.") from error


def sample_course(service: StudyService) -> Path | None:
    """Returns the folder of the sample course, or None where there is none or it is the student's own folder."""
    course = Path(assistant.__file__).resolve().parent.parent / "notes"
    own = service.workspace.notes.resolve()
    return course if course.is_dir() and course != own and any(course.glob("*.md")) else None


def _changes(changes: NoteChanges) -> list[dict[str, Any]]:
    """Returns what was added, edited, renamed and removed, by name: ``word``, ``count``, ``names`` (the first ones)."""
    groups = (
        ("added", changes.added),
        ("edited", changes.changed),
        ("renamed", tuple(f"{old} → {new}" for old, new in changes.renamed)),
        ("removed", changes.removed),
    )
    return [{"word": word, "count": len(names), "names": list(names[:_NAMED])} for word, names in groups if names]


def _row(note: NoteStatus, *, building: bool) -> dict[str, Any]:
    state = "indexing" if building and note.state == "waiting" else note.state
    return {
        "path": note.path,
        "title": note.title,
        "kind": note.kind,
        "passages": note.passages,
        "state": state,
        "says": _STATES.get(state, state),
        "reason": note.reason,
        "modified_at": note.modified_at,
        "bytes": note.size_bytes,
        "same": note.same_as,
        "linked": note.linked,
    }
