"""The folders of notes as the page receives them: which there are, linking one, and whether changes are noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import NotesError
from assistant.notes.watching import Way
from assistant.ui.boundary import friendly
from assistant.ui.service import StudyService

_MEANS = {
    Way.EVENTS: "Changes are noticed at once.",
    Way.POLLING: "Looked through every few seconds: this kind of folder does not tell of changes.",
    Way.AWAY: "Not there now. Its notes still answer; it is read again when it comes back.",
}
_NOT_WATCHED = "Read when you press Update index."


class FoldersDesk:
    """What the Library tab asks about folders. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
    """

    def __init__(self, service: StudyService) -> None:
        self._service = service

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.folders, self.folder_link, self.folder_unlink, self.folder_watch)

    @friendly
    def folders(self, _: object = None) -> dict[str, Any]:
        """Returns the folders, the workspace's own first, and whether they are watched (``watching``)."""
        indexing = self._service.indexing
        rows = [
            {
                "name": folder.name,
                "path": str(folder.path),
                "there": folder.there,
                "way": str(folder.way or ""),
                "means": _MEANS[Way.AWAY if not folder.there else folder.way] if folder.way else _NOT_WATCHED,
            }
            for folder in indexing.folders()
        ]
        return {"folders": rows, "watching": indexing.watching}

    @friendly
    def folder_link(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Reads a folder elsewhere from now on. Request: ``path``, as the student typed it."""
        typed = str(request["path"]).strip().strip("\"'")
        if not typed or not Path(typed).expanduser().is_absolute():
            raise NotesError(
                "That is not the whole path of a folder." if typed else "No folder was named.",
                hint="Give all of it, such as /home/ada/Vault, C:\\Users\\Ada\\Vault or ~/Vault.",
            )
        made = self._service.indexing.link(Path(typed))
        self._service.start_build()
        return {"name": made.name, **self.folders()}

    @friendly
    def folder_unlink(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Stops reading a linked folder; its files stay as they are. Request: ``name``."""
        gone = self._service.indexing.unlink(str(request["name"]))
        self._service.start_build()
        return {"path": str(gone.path), **self.folders()}

    @friendly
    def folder_watch(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Notices changes from now on, or not, until the program ends. Request: ``on``."""
        self._service.indexing.watch(bool(request["on"]))
        return dict(self.folders())
