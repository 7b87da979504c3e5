"""What differs between the folders of notes and the index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from assistant.index.entries import FileState
from assistant.index.store import Store
from assistant.notes.scan import FoundFile, Scan
from assistant.types import NoteChanges


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between the folder and the index."""

    new: tuple[FoundFile, ...]
    changed: tuple[FoundFile, ...]
    renamed: tuple[tuple[str, FoundFile], ...]
    touched: tuple[FoundFile, ...]
    removed: tuple[str, ...]
    unchanged: int

    @property
    def count(self) -> int:
        """Notes that a build would have to look at."""
        return self.names().count

    @property
    def waiting(self) -> frozenset[str]:
        """The files whose contents are not in the index under their name; one that was only copied or touched is."""
        return frozenset(file.path for file in (*self.new, *self.changed, *(file for _, file in self.renamed)))

    def names(self) -> NoteChanges:
        """Returns those notes by their paths."""
        return NoteChanges(
            tuple(file.path for file in self.new),
            tuple(file.path for file in self.changed),
            tuple((old, file.path) for old, file in self.renamed),
            self.removed,
        )


def find_changes(scanned: Scan, store: Store) -> Changes:
    """Returns what a build would do. Reads only files whose size or time differ from what was indexed.

    What lies in a folder that could not be looked into counts as it was.
    """
    known = {note.path: note.file for note in store.notes()}
    skipped = {path: file for path, (_, file) in store.skipped().items()}
    found = {file.path: file for file in scanned.files}
    gone = {path: state for path, state in known.items() if path not in found and not scanned.is_away(path)}
    by_content = {state.sha256: path for path, state in gone.items()}
    new: list[FoundFile] = []
    changed: list[FoundFile] = []
    touched: list[FoundFile] = []
    renamed: list[tuple[str, FoundFile]] = []
    for path, file in found.items():
        before = known.get(path) or skipped.get(path)
        if before is not None and (before.size_bytes, before.mtime_ns) == (file.size_bytes, file.mtime_ns):
            continue
        digest = digest_of(file.absolute) if before or by_content else ""  # a first build would read all twice
        if before is not None and before.sha256 == digest != "":
            touched.append(file)
        elif path in known:
            changed.append(file)
        elif digest in by_content:
            renamed.append((by_content.pop(digest), file))
        else:
            new.append(file)
    moved = {old for old, _ in renamed}
    lost = [path for path in [*known, *skipped] if path not in found and not scanned.is_away(path)]
    removed = [path for path in lost if path not in moved]
    unchanged = len(found) - len(new) - len(changed) - len(renamed)
    return Changes(tuple(new), tuple(changed), tuple(renamed), tuple(touched), tuple(removed), unchanged)


def state_of(file: FoundFile) -> FileState:
    """Returns what the file of a note looks like now."""
    return FileState(file.size_bytes, file.mtime_ns, digest_of(file.absolute))


def digest_of(path: Path) -> str:
    """Returns the SHA-256 of a file, or an empty string if it cannot be read: loading it will say why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
