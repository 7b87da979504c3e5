"""What the last build changed, kept in the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.core.json_form import JsonForm
from assistant.index.rows import damaged
from assistant.index.store import Store
from assistant.types import NoteChanges


@dataclass(frozen=True, slots=True)
class LastBuild(NoteChanges):
    """What the last build that changed something changed, and when: ISO 8601, empty before the first."""

    at: str = ""

    @property
    def changes(self) -> NoteChanges:
        """What it changed."""
        return NoteChanges(self.added, self.changed, self.renamed, self.removed)


_LAST = JsonForm[LastBuild](LastBuild)
_LAST_KEY = "last_build"


def note_build(store: Store, done: NoteChanges, at: datetime) -> None:
    """Keeps what a build changed, in place of what the one before did."""
    build = LastBuild(done.added, done.changed, done.renamed, done.removed, at.isoformat(timespec="seconds"))
    store.set_meta(_LAST_KEY, _LAST.write(build))


def last_build(store: Store) -> LastBuild:
    """Returns what the last build that changed something changed.

    Raises:
        NotesIndexError: The index holds something else than what was written.
    """
    return _LAST.read(store.meta(_LAST_KEY) or "{}", lambda fault: damaged(store.path, fault))
