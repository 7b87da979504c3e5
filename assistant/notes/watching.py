"""Notices when something changes in the folders of notes. The one door of watchfiles."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil
import watchfiles

LOG = logging.getLogger(__name__)

_NO_EVENTS = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "webdav", "davfs", "9p", "drvfs", "vboxsf"}
    | {"fuse.sshfs", "fuse.rclone", "fuse.davfs2"}
)
"""File systems on which what another computer (or Windows below WSL) writes causes no event here."""


class Way(StrEnum):
    """How a folder is watched."""

    EVENTS = "events"
    POLLING = "polling"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly changes are noticed, in milliseconds.

    Attributes:
        quiet_ms: Nothing may change for this long before a change is told: a file that is being written is not ready.
        patience_ms: A change is told after this long at the latest, however much goes on.
        poll_ms: How often a folder without events is looked through.
        step_ms: How long the end of watching may take.
    """

    quiet_ms: int = 1500
    patience_ms: int = 20_000
    poll_ms: int = 4000
    step_ms: int = 250


class FolderWatch:
    """Watches folders, and those below them, in a thread of its own.

    A folder may vanish and come back (a drive, a renamed folder): that is a change too, and it is watched again.
    Whenever watching begins, a change is told once: what happened before, or while it began, caused no event.

    Args:
        folders: Returns which folders to watch; asked again and again, so a new one is noticed. They need not exist.
        on_change: Called in that thread after something changed and then was quiet. What it raises ends the watching.
        pace: How quickly.
        poll: Look through the folders again and again even where the system gives events.
    """

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        on_change: Callable[[], None],
        pace: Pace = Pace(),
        *,
        poll: bool = False,
    ) -> None:
        self._folders = folders
        self._on_change = on_change
        self._pace = pace
        self._poll = poll
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it watches."""
        return self._thread is not None and self._thread.is_alive()

    def ways(self) -> dict[Path, Way]:
        """Returns how each folder is watched; empty where nothing is. True as soon as ``start`` has returned."""
        if not self.running:
            return {}
        seen = _identities(self._folders())
        poll = self._polls(seen)
        return {folder: _way(identity, poll) for folder, identity in seen.items()}

    def start(self) -> None:
        """Begins to watch, unless it does already. A first change is told when it does, for what came before."""
        with self._lock:
            if not self.running:
                self._stop = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._stop,), name="watch", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ends it, within a fraction of a second unless ``on_change`` is running. It can be started again."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=10 * self._pace.step_ms / 1000)

    def _run(self, stop: threading.Event) -> None:
        seen = _identities(self._folders())
        while not stop.is_set():
            poll = self._polls(seen)
            try:
                self._watch_these(seen, poll, stop)
            except FileNotFoundError:
                stop.wait(self._pace.step_ms / 1000)  # it went between looking and watching
            except (OSError, RuntimeError) as error:  # no more watches to be had, or a file system without them
                if poll:
                    LOG.warning("The folders of notes cannot be watched: %s", error)
                    stop.wait(self._pace.poll_ms / 1000)
                LOG.info("The system gives no events for the notes (%s); they are looked through instead.", error)
                self._poll = True
            seen = _identities(self._folders())

    def _polls(self, folders: Iterable[Path]) -> bool:
        return self._poll or _needs_polling(folders)

    def _watch_these(self, seen: dict[Path, tuple[int, int] | None], poll: bool, stop: threading.Event) -> None:
        """Watches the folders that are there, until one of them comes or goes."""
        there = [folder for folder, identity in seen.items() if identity is not None]
        since: float | None = time.monotonic()  # what changed until now caused no event
        for changes in self._changes(there, poll, stop):
            if _identities(self._folders()) != seen:
                return
            now = time.monotonic()
            if changes and since is None:
                since = now
            if since is not None and (not changes or now - since > self._pace.patience_ms / 1000):
                since = None
                self._on_change()

    def _changes(self, folders: Sequence[Path], poll: bool, stop: threading.Event) -> Iterable[object]:
        """Yields what changed, and something empty whenever nothing did for a while."""
        if not folders:
            while not stop.wait(self._pace.quiet_ms / 1000):
                yield ()
            return
        yield from watchfiles.watch(
            *folders,
            watch_filter=_visible_in(folders),
            debounce=self._pace.quiet_ms,
            step=self._pace.step_ms,
            stop_event=stop,
            rust_timeout=self._pace.quiet_ms,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=poll,
            poll_delay_ms=self._pace.poll_ms,
            ignore_permission_denied=True,
        )


def _identities(folders: Iterable[Path]) -> dict[Path, tuple[int, int] | None]:
    """Returns which folder each path leads to at present; None for one that is not there."""
    found: dict[Path, tuple[int, int] | None] = {}
    for folder in folders:
        try:
            status = folder.stat()
            found[folder] = (status.st_dev, status.st_ino) if folder.is_dir() else None
        except OSError:
            found[folder] = None
    return found


def _way(identity: tuple[int, int] | None, poll: bool) -> Way:
    if identity is None:
        return Way.AWAY
    return Way.POLLING if poll else Way.EVENTS


def _needs_polling(folders: Iterable[Path]) -> bool:
    mounts = {Path(part.mountpoint): part.fstype.lower() for part in psutil.disk_partitions(all=True)}
    return any(_file_system(folder, mounts) in _NO_EVENTS for folder in folders)


def _file_system(folder: Path, mounts: dict[Path, str]) -> str:
    """Returns the kind of file system that a folder lies on, as the system names it; empty where it does not say."""
    place = folder.resolve()
    return next((mounts[above] for above in (place, *place.parents) if above in mounts), "")


def _visible_in(folders: Sequence[Path]) -> Callable[[watchfiles.Change, str], bool]:
    """Returns a filter that leaves out what other programs keep for themselves: backups, and hidden files and folders.

    Only the path below the folder counts: a workspace may itself lie in a hidden folder.
    """
    roots = [root for folder in folders for root in (folder, folder.resolve())]

    def is_of_interest(_: watchfiles.Change, path: str) -> bool:
        place = Path(path)
        root = next((root for root in roots if place.is_relative_to(root)), None)
        parts = place.relative_to(root).parts if root else place.parts[-1:]
        return not path.endswith("~") and not any(part.startswith((".", "~$")) for part in parts)

    return is_of_interest
