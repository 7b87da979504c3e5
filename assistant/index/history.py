"""What the last build changed, kept in the index so that the library can name it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from assistant.index.store import Store
from assistant.types import NoteChanges

_KEY = "last_build"


def note_build(store: Store, done: NoteChanges, at: datetime) -> None:
    """Keeps what a build changed, in place of what the one before did."""
    store.set_meta(_KEY, json.dumps({"at": at.isoformat(timespec="seconds"), **asdict(done)}, ensure_ascii=False))


def last_build(store: Store) -> tuple[NoteChanges, str]:
    """Returns what the last build that changed something changed, and when (ISO 8601); empty before the first."""
    record = json.loads(store.meta(_KEY) or "{}")
    changes = NoteChanges(
        tuple(record.get("added", ())),
        tuple(record.get("changed", ())),
        tuple((str(old), str(new)) for old, new in record.get("renamed", ())),
        tuple(record.get("removed", ())),
    )
    return changes, str(record.get("at", ""))
