"""Builds what keeps the index of one workspace up to date: by hand, and by itself when notes change."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.app.settings import LiveSettings
from assistant.core.lazy import Lazy
from assistant.errors import AssistantError, Cancelled, IndexBusy, NotesError
from assistant.index.build import Builder, fingerprint
from assistant.index.embedder import Embedder
from assistant.index.inventory import NoteInventory, complete_scope
from assistant.index.note_pages import NotePages
from assistant.index.retriever import Retriever
from assistant.models.scheduler import Priority, Scheduler
from assistant.notes.linked import LinkedFolder, LinkedFolders
from assistant.notes.watching import FolderWatch, Way
from assistant.types import BuildProgress, BuildReport, IndexStatus, Scope, SearchResult
from assistant.workspace import Workspace

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A folder of notes.

    Attributes:
        name: Of a linked folder; empty for the workspace's own.
        there: Whether it can be looked into.
        way: How it is watched; None where nothing is.
    """

    name: str
    path: Path
    there: bool
    way: Way | None


class Indexing:
    """The index of one workspace: what is in it, what waits, and building it. May be used from several threads.

    Args:
        workspace: Where notes and index are.
        settings: How notes are cut and searched, and which files become notes.
        embedder: Returns the embedder, after loading it.
        scheduler: Lends the processor, of which an index takes all.
        built: Called after every build.

    Attributes:
        linked: The list of folders elsewhere.
        notes: What is in the folders and in the index.
        pages: Shows pages of the notes as they look.
        retriever: Finds passages; ``IndexMissing`` where nothing was built yet.
    """

    def __init__(
        self,
        workspace: Workspace,
        settings: LiveSettings,
        embedder: Callable[[], Embedder],
        scheduler: Scheduler,
        built: Callable[[], None] = lambda: None,
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._embedder = embedder
        self._scheduler = scheduler
        self._built = built
        self.linked = LinkedFolders(workspace.linked, workspace.notes)
        self.notes = NoteInventory(workspace, lambda: settings.now.notes, self.linked_folders)
        self.pages = NotePages(self.notes, workspace.index)
        self.retriever = Lazy(self._open_retriever, "index")
        self._watch = FolderWatch(self._watched, self._changed)
        self._building = threading.Lock()
        self._starting = threading.Lock()
        self._worker: threading.Thread | None = None
        self._wanted = False
        self._cancel = threading.Event()
        self._progress: BuildProgress | None = None
        self._fault = ""

    # -- searching ---------------------------------------------------------------------------------------------

    def fingerprint(self) -> str:
        """Identifies the settings the index is built with.

        Raises:
            ModelMissing: The embedder is not downloaded.
        """
        return fingerprint(self._settings.now.chunking, self._embedder().name)

    def search(self, question: str, *, scope: Scope = Scope(), k: int | None = None) -> SearchResult:  # noqa: B008
        """Returns the best passages for ``question``, without the model.

        Raises:
            IndexMissing: Nothing was built yet.
        """
        return self.retriever.get().search(question, scope, k)

    def find_scope(self, scope: Scope) -> Scope:
        """Returns the part of the notes that is meant. Outer headings may be left out where one place remains.

        Raises:
            NoteNotFound: Nothing in the index is there, or several places are.
            IndexMissing: Nothing was built yet.
        """
        if scope == Scope() or self.retriever.get().store.chunk_ids(scope).size:
            return scope
        return complete_scope(scope, self.notes.outline())

    def _open_retriever(self) -> Retriever:
        return Retriever(
            self._workspace.index, self._embedder(), lambda: self._settings.now.retrieval, self.fingerprint()
        )

    # -- building ----------------------------------------------------------------------------------------------

    def build(
        self,
        on_progress: Callable[[BuildProgress], None] | None = None,
        cancel: threading.Event | None = None,
        *,
        force: bool = False,
    ) -> BuildReport:
        """Brings the index up to date with the folders and returns what was done.

        Raises:
            IndexBusy: A build is running, here or in another process.
            IndexWriteFailed: The disk is full or the folder read-only.
        """
        if not self._building.acquire(blocking=False):
            raise IndexBusy("The index is being built already.", hint="Wait for it to finish.")
        try:
            return self._build(on_progress or _unheard, cancel or threading.Event(), force=force)
        finally:
            self._building.release()

    def _build(
        self, on_progress: Callable[[BuildProgress], None], cancel: threading.Event, *, force: bool = False
    ) -> BuildReport:
        """Builds. The caller holds ``_building``."""
        lease = self._scheduler.lease(Priority.INDEX, cancel)

        def report(progress: BuildProgress) -> None:
            self._progress = progress
            on_progress(progress)

        def pause() -> None:
            with contextlib.suppress(Cancelled):  # the builder looks itself whether it is to end
                lease.give_way()

        self._cancel = cancel
        try:
            config, workspace = self._settings.now, self._workspace
            builder = Builder(
                workspace.notes,
                workspace.index,
                self._embedder(),
                config.chunking,
                config.notes,
                report,
                cancel,
                self.linked.all(),
                pause=pause,
            )
            report(BuildProgress(0, 0, 0, ""))
            with contextlib.suppress(Cancelled):
                lease.wait()
            return builder.build(force=force)
        finally:
            lease.end()
            self._progress = None
            self.notes.refresh()
            self._built()

    def start(self) -> None:
        """Builds in the background. Where a build is running, another follows it: it may have missed a change."""
        with self._starting:
            self._wanted = True
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name="build", daemon=True)
                self._worker.start()

    def wait(self) -> None:
        """Waits until nothing is built in the background."""
        worker = self._worker
        if worker is not None:
            worker.join()

    def cancel(self) -> None:
        """Ends a running build soon; what is done is kept."""
        with self._starting:
            self._wanted = False
        self._cancel.set()

    def _work(self) -> None:
        while True:
            with self._starting:
                if not self._wanted:
                    self._worker = None
                    return
                self._wanted = False
            self._fault = ""
            try:
                with self._building:
                    self._build(_unheard, threading.Event())
            except AssistantError as error:
                self._fault = f"{error.message} {error.hint}".strip()

    def status(self) -> IndexStatus:
        """Returns what is in the index and what waits. Cheap: the folders are looked at every few seconds."""
        status = self.notes.status()
        progress = self._progress
        if progress is not None:
            return replace(status, state="building", progress=progress)
        return replace(status, fault=self._fault) if self._fault and status.state != "ready" else status

    # -- folders -----------------------------------------------------------------------------------------------

    def linked_folders(self) -> tuple[LinkedFolder, ...]:
        """Returns the folders elsewhere that are read; none where their list cannot be read."""
        try:
            return self.linked.all()
        except NotesError as error:
            self._fault = f"{error.message} {error.hint}"
            return ()

    def folders(self) -> tuple[FolderStatus, ...]:
        """Returns the folders of notes, the workspace's own first."""
        ways = self._watch.ways()
        own = LinkedFolder("", self._workspace.notes)
        return tuple(
            FolderStatus(one.name, one.path, one.path.is_dir(), ways.get(one.path))
            for one in (own, *self.linked_folders())
        )

    def link(self, folder: Path) -> LinkedFolder:
        """Reads a folder elsewhere from now on.

        Raises:
            NotesError: It cannot be linked.
        """
        made = self.linked.link(folder)
        self.notes.refresh()
        return made

    def unlink(self, name: str) -> LinkedFolder:
        """Stops reading a linked folder; with the next build its notes leave the index. Its files stay.

        Raises:
            NotesError: No linked folder has this name.
        """
        gone = self.linked.unlink(name)
        self.notes.refresh()
        return gone

    @property
    def watching(self) -> bool:
        """Whether changes are noticed and indexed by themselves."""
        return self._watch.running

    def watch(self, on: bool) -> None:
        """Notices changes and indexes them by itself from now on, or not."""
        if on:
            self._watch.start()
        else:
            self._watch.stop()

    def close(self) -> None:
        """Stops what runs in the background."""
        self._watch.stop()
        self.cancel()
        if (retriever := self.retriever.ready) is not None:
            retriever.close()
        self.notes.close()

    def _watched(self) -> list[Path]:
        return [self._workspace.notes, *(folder.path for folder in self.linked_folders())]

    def _changed(self) -> None:
        self.notes.refresh()
        try:
            waits = self.status().state in ("stale", "building")
        except AssistantError as error:
            LOG.info("The notes changed, and cannot be looked at: %s", error)
            return
        if waits:
            self.start()


def _unheard(_: BuildProgress) -> None:
    """Nobody listens to the progress; it stands in the status."""
