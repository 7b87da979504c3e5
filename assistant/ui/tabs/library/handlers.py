"""The library as the page receives it, and what can be done there. No Gradio here: plain calls, plain answers."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path, PurePosixPath

import assistant
from assistant.api.calls import Payload, Whole, call
from assistant.api.service import uploaded
from assistant.app.assistant import Assistant
from assistant.cards.card import Card
from assistant.core.files import safe_name
from assistant.documents.ocr.notices import of_note
from assistant.errors import NotesError, StudyDatabaseError
from assistant.notes.watching import Way
from assistant.types import NoteChanges, NoteStatus
from assistant.ui.scope import (
    ScopeBranch,
    first_questions,
    scope_tree,
)
from assistant.ui.tabs.library.view import Around, NoteView, cards_of, render_note, resolver

_MEANS = {
    Way.EVENTS: "Changes are noticed at once.",
    Way.POLLING: "Checked every few seconds, because this kind of folder does not report changes.",
    Way.AWAY: "Not available now. Its notes can still be found; it is read again when it is back.",
}
_NOT_WATCHED = "Read when you press Update index."


class FolderView(Payload):
    """A folder of notes: whether it is there, and how its changes are noticed, in words."""

    name: str
    path: str
    there: bool
    way: str
    means: str


class FolderList(Payload):
    """The folders, the workspace's own first, and whether changes are noticed."""

    folders: list[FolderView]
    watching: bool


class LinkedFolderView(FolderList):
    """The folders, after one was linked under a name."""

    name: str


class UnlinkedFolderView(FolderList):
    """The folders, after the one at a path was let go."""

    path: str


class FolderHandlers:
    """What the Library tab asks about folders.

    Args:
        service: The assistant.
    """

    area = "folders"

    def __init__(self, service: Assistant) -> None:
        self._service = service

    @call
    def current(self) -> FolderList:
        """Returns the folders."""
        indexing = self._service.index
        rows = [
            FolderView(
                name=folder.name,
                path=str(folder.path),
                there=folder.there,
                way=str(folder.way or ""),
                means=_MEANS[Way.AWAY if not folder.there else folder.way] if folder.way else _NOT_WATCHED,
            )
            for folder in indexing.folders()
        ]
        return FolderList(folders=rows, watching=indexing.watching)

    @call
    def link(self, path: str) -> LinkedFolderView:
        """Reads a folder elsewhere from now on; ``path`` is as the student typed it."""
        typed = path.strip().strip("\"'")
        if not typed or not Path(typed).expanduser().is_absolute():
            raise NotesError(
                "This is not the full path of a folder." if typed else "No folder was named.",
                hint="Give the full path, such as /home/ada/Vault, C:\\Users\\Ada\\Vault or ~/Vault.",
            )
        made = self._service.index.link(Path(typed))
        self._service.index.start()
        return LinkedFolderView(**dict(self.current()), name=made.name)

    @call
    def unlink(self, name: str) -> UnlinkedFolderView:
        """Stops reading a linked folder; its files stay as they are."""
        gone = self._service.index.unlink(name)
        self._service.index.start()
        return UnlinkedFolderView(**dict(self.current()), path=str(gone.path))

    @call
    def watch(self, on: bool) -> FolderList:
        """Notices changes from now on, or not, until the program ends."""
        self._service.index.watch(on)
        return self.current()


_STATES = {
    "ready": "Ready",
    "waiting": "Not indexed yet",
    "indexing": "Indexing",
    "unreadable": "Cannot be read",
    "away": "Not available now",
}
_NAMED = 50
"""As many notes of each kind of change are named; of more, their number is."""


class SentFile(Payload):
    """A file that was uploaded, and its name with its folders."""

    file: str
    name: str


class LibraryContents(Payload):
    """What there is to ask about: the tree of the scope picker, and example questions."""

    tree: list[ScopeBranch]
    examples: list[str]


class ChangeGroup(Payload):
    """How many notes were added, edited, renamed or removed, and the names of the first ones."""

    word: str
    count: int
    names: list[str]


class LastUpdate(Payload):
    """What the last update of the index changed."""

    at: str
    changes: list[ChangeGroup]


class NoteRow(Payload):
    """A file of the notes folder, what it is, and whether it is in the index or why not."""

    path: str
    title: str
    kind: str
    passages: int
    state: str
    says: str
    reason: str
    modified_at: float
    bytes: int
    same: str
    linked: str


class NoteTable(Payload):
    """The files of the notes folder, and what changed since the last update; ``sample`` if the course can be added."""

    notes: list[NoteRow]
    folder: str
    sample: bool
    changes: list[ChangeGroup]
    last: LastUpdate | None


class AddedNotes(Payload):
    """The paths of the notes that were added."""

    added: list[str]


class RemovedNote(Payload):
    """A note that was moved to the trash; ``kept`` is what ``restore`` takes it back with."""

    removed: str
    trash: str
    kept: str


class RestoredNote(Payload):
    """The path of a note that is back."""

    restored: str


class LibraryHandlers:
    """What the Library tab asks for.

    Args:
        service: The assistant.
        uploads: The folder into which the browser's files were put; files from anywhere else are refused.
    """

    area = "library"

    def __init__(self, service: Assistant, uploads: Path) -> None:
        self._service = service
        self._uploads = uploads

    @call
    def contents(self) -> LibraryContents:
        """Returns what there is to ask about."""
        sections = self._service.notes.outline()
        examples = first_questions(sections, self._service.notes.read)
        return LibraryContents(tree=scope_tree(self._service.notes.all(), sections), examples=examples)

    @call
    def notes(self) -> NoteTable:
        """Returns the table: one row for each file of the notes folder."""
        status = self._service.index.status()
        return NoteTable(
            notes=[_row(note, building=status.state == "building") for note in self._service.notes.all()],
            folder=str(self._service.workspace.notes),
            sample=sample_course(self._service) is not None,
            changes=_changes(status.changes),
            last=LastUpdate(at=status.last_at, changes=_changes(status.last)) if status.last_at else None,
        )

    @call
    def read(self, path: str, start: Whole | None = None, end: Whole | None = None) -> NoteView:
        """Returns a note's text and outline; from ``start`` to ``end`` it is marked."""
        note = self._service.notes.read(path)
        service = self._service
        around = Around(
            [section for section in service.notes.outline() if section.note == note.path],
            service.notes.passages(note.path),
            self._cards(note.path),
            resolver(note.path, service.notes.all(), service.notes.read),
        )
        return render_note(note, around, None if start is None or end is None else (start, end))

    @call
    def add(self, files: list[SentFile]) -> AddedNotes:
        """Adds uploaded files."""
        with tempfile.TemporaryDirectory(prefix="study-upload-") as staging:
            for sent in files:
                self._stage(sent, Path(staging))
            added = self._service.notes.add(sorted(Path(staging).iterdir()))
        self._service.index.start()
        return AddedNotes(added=list(added))

    @call
    def add_sample(self) -> AddedNotes:
        """Adds the sample course."""
        course = sample_course(self._service)
        if course is None:
            raise NotesError("The sample course is not here.", hint="Add your own notes instead.")
        added = self._service.notes.add(sorted(course.iterdir()))
        self._service.index.start()
        return AddedNotes(added=list(added))

    @call
    def remove(self, path: str) -> RemovedNote:
        """Moves a note to the trash and brings the index up to date."""
        kept = self._service.notes.remove(path)
        self._service.index.start()
        return RemovedNote(removed=path, trash=str(self._service.workspace.trash), kept=kept)

    @call
    def restore(self, kept: str) -> RestoredNote:
        """Takes a note back from the trash; ``kept`` is as ``remove`` gave it."""
        path = self._service.notes.restore(kept)
        self._service.index.start()
        return RestoredNote(restored=path)

    @call
    def update(self) -> None:
        """Starts bringing the index up to date."""
        self._service.index.start()

    @call
    def cancel(self) -> None:
        """Ends a running update; what is done is kept."""
        self._service.index.cancel()

    def _cards(self, path: str) -> list[Card]:
        """Returns the cards of a note; none where ``study.db`` cannot be used, which its own tabs say."""
        try:
            return cards_of(path, self._service.cards.cards())
        except StudyDatabaseError:
            return []

    def _stage(self, sent: SentFile, staging: Path) -> None:
        """Puts an uploaded file under its own name, folders included, where ``add_notes`` can take it from."""
        name, arrived = sent.name, uploaded(self._uploads, sent.file)
        parts = [safe_name(part) for part in PurePosixPath(name.replace("\\", "/")).parts if part.strip("/. ")]
        if not parts or arrived is None:
            raise NotesError(f"{name or 'A file'} did not arrive.", hint="Drop it again.")
        target = staging.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(arrived, target)
        except OSError as error:
            fault = f"{name[:100]} cannot be taken: {error.strerror or error}."
            raise NotesError(fault, hint="Check the free space on the disk, or give it a shorter name.") from error


def sample_course(service: Assistant) -> Path | None:
    """Returns the folder of the sample course, or None where there is none or it is the student's own folder."""
    course = Path(assistant.__file__).resolve().parent.parent / "notes"
    own = service.workspace.notes.resolve()
    return course if course.is_dir() and course != own and any(course.glob("*.md")) else None


def _changes(changes: NoteChanges) -> list[ChangeGroup]:
    """Returns what was added, edited, renamed and removed, by name."""
    groups = (
        ("added", changes.added),
        ("edited", changes.changed),
        ("renamed", tuple(f"{old} → {new}" for old, new in changes.renamed)),
        ("removed", changes.removed),
    )
    return [ChangeGroup(word=word, count=len(names), names=list(names[:_NAMED])) for word, names in groups if names]


def _row(note: NoteStatus, *, building: bool) -> NoteRow:
    state = "indexing" if building and note.state == "waiting" else note.state
    return NoteRow(
        path=note.path,
        title=note.title,
        kind=note.kind,
        passages=note.passages,
        state=state,
        says=_STATES.get(state, state),
        reason=" ".join(filter(None, (note.reason, of_note(note.confidence, note.unread_pages, note.unread_pictures)))),
        modified_at=note.modified_at,
        bytes=note.size_bytes,
        same=note.same_as,
        linked=note.linked,
    )
