"""Where things are: a workspace is a folder with ``notes/`` in it.

=========== ============================ =====================================
path        holds                        safe to delete?
=========== ============================ =====================================
notes/      the student's notes          never
models/     downloaded weights           yes, fetched again
index/      the search index             yes, rebuilt
study.db    the student's progress       never
linked.json which other folders are read yes, but they have to be linked again
trash/      notes removed in the app     when you no longer want them back
=========== ============================ =====================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from assistant.errors import NotesError

APP_NAME = "study-assistant"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one student. ``root`` is absolute."""

    root: Path

    @property
    def notes(self) -> Path:
        """The student's notes."""
        return self.root / "notes"

    @property
    def models(self) -> Path:
        """Downloaded weights."""
        return self.root / "models"

    @property
    def index(self) -> Path:
        """The index, which can always be rebuilt."""
        return self.root / "index"

    @property
    def study_db(self) -> Path:
        """The student's progress."""
        return self.root / "study.db"

    @property
    def conversations_db(self) -> Path:
        """The student's conversations."""
        return self.root / "conversations.db"

    @property
    def trash(self) -> Path:
        """Notes that were removed in the app: moved, never erased."""
        return self.root / "trash"

    @property
    def linked(self) -> Path:
        """The list of folders elsewhere that are read like ``notes``; optional."""
        return self.root / "linked.json"

    @property
    def settings(self) -> Path:
        """The student's settings; optional."""
        return self.root / "assistant.toml"

    def make_notes_folder(self) -> None:
        """Makes ``notes`` if it is missing.

        Raises:
            NotesError: It cannot be made.
        """
        try:
            self.notes.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotesError(
                f"The notes folder {self.notes} cannot be made: {error.strerror or error}.",
                hint="Name another folder: assistant --workspace FOLDER",
            ) from error


def find_workspace(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Workspace:
    """Returns the workspace to use: ``--workspace``, ``ASSISTANT_HOME``, ``cwd`` if it has notes/, the user folder.

    Args:
        explicit: The value of ``--workspace``; must exist. A missing ``notes/`` inside it is created on first use.
        environ: The environment; only ``ASSISTANT_HOME`` is read.
        cwd: The current folder.

    Raises:
        NotesError: The named folder does not exist.
    """
    named = explicit or (Path(environ["ASSISTANT_HOME"]) if environ.get("ASSISTANT_HOME") else None)
    if named is not None:
        if not named.expanduser().is_dir():
            raise NotesError(f"There is no folder {named}.", hint=f'Create it first: mkdir -p "{named}/notes"')
        return Workspace(named.expanduser().resolve())
    if (cwd / "notes").is_dir():
        return Workspace(cwd.resolve())
    return Workspace(Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)))
