"""What writes to the disk, tried on one that is full, read-only or somebody else's: run in a process of its own.

``python fault_disk.py CONDITION FOLDER`` prints a line of JSON for each door: its name, and the error as class, message
and hint, or null; first under the condition, then after it was lifted. Exit code 3: this system does not let us make
the condition.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.config import ChunkingConfig, NotesConfig
from assistant.errors import AssistantError, DownloadFailed
from assistant.index.build import Builder
from assistant.models import download
from assistant.models.download import PullOptions, pull
from assistant.models.integrity import HuggingFaceSource, ModelEntry, ModelFile
from assistant.models.llama.kv_cache import StateStore
from assistant.notes import folder as library
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.testing import FakeEmbedder

REFUSED = 3
_NEWNS, _NEWUSER = 0x00020000, 0x10000000
_RDONLY, _REMOUNT, _REC, _PRIVATE = 1, 32, 0x4000, 1 << 18
_NOBODY = 65534
_DISK = "6m"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def main(condition: str, folder: Path) -> None:
    """Tries every door under the condition, and again when it is over."""
    begin, end = _CONDITIONS[condition](folder)
    _fill(folder)
    doors = _doors(folder)
    if condition == "full":  # an open file keeps a disk from becoming read-only, and stays whose it was
        doors["study, kept open"] = partial(_review_again, folder, StudyDatabase(folder / "study.db", MIGRATIONS))
    begin()
    under = [_tried(name, door) for name, door in doors.items()]
    end()
    after = [_tried(name, door) for name, door in doors.items()]
    sys.stdout.write("\n".join(map(json.dumps, [*under, *after])) + "\n")


def _fill(root: Path) -> None:
    """What was there before: an index, a deck, a note to add."""
    (root / "notes").mkdir()
    (root / "notes" / "first.md").write_text("# First\n\nA note that is indexed.\n", encoding="utf-8")
    (root / "coming").mkdir()
    (root / "coming" / "big.md").write_text("# Big\n\n" + "Many words are in here. " * 4000, encoding="utf-8")
    _build(root)
    _review(root)


def _doors(root: Path) -> dict[str, Callable[[], None]]:
    return {
        "index": partial(_build, root),
        "study": partial(_review, root),
        "cache": partial(_cache, root),
        "download": partial(_download, root),
        "add a note": partial(_add_note, root),
    }


def _build(root: Path) -> None:
    Builder(root / "notes", root / "index", FakeEmbedder(), ChunkingConfig(), NotesConfig()).build(force=True)


def _review(root: Path) -> None:
    with contextlib.closing(StudyDatabase(root / "study.db", MIGRATIONS)) as database:
        deck = Deck(database)
        for number in range(40):
            deck.add(CardDraft(f"{os.urandom(8).hex()} {number}", "back " * 200), NOW)


def _review_again(root: Path, database: StudyDatabase) -> None:
    """What is acknowledged on a connection that met the condition is seen by another one."""
    deck = Deck(database)
    made = {deck.add(CardDraft(f"{os.urandom(8).hex()} {number}", "back " * 200), NOW).id for number in range(40)}
    with contextlib.closing(StudyDatabase(root / "study.db", MIGRATIONS)) as other:
        assert made <= {card.id for card in Deck(other).cards()}, "what was acknowledged is gone"


def _cache(root: Path) -> None:
    store = StateStore(root / "kv", 10_000_000)
    store.save("key", np.zeros(1_000_000, dtype=np.uint8))
    if store.fault:  # not an error: an answer does not need it; the status says so
        raise AssistantError(store.fault, hint="shown in the state of the cache")


def _download(root: Path) -> None:
    content = b"GGUF" * 100
    download.SPARE_BYTES = 100_000  # of the real 200 MB; the disk has 6
    file = ModelFile("tiny.gguf", len(content), hashlib.sha256(content).hexdigest())
    source = (HuggingFaceSource("a/tiny", "1"),)
    entry = ModelEntry("tiny", "generator", (file,), "MIT", 64, 0.1, "Small.", source)
    cancel = threading.Event()
    try:
        pull(entry, root / "models", cancel=cancel, options=PullOptions("http://127.0.0.1:1", timeout_s=0.1))
    except DownloadFailed as error:
        nobody_serves_it = "could not be downloaded from any source" in error.message
        if not nobody_serves_it:  # which is not what is tried here
            raise


def _add_note(root: Path) -> None:
    [done] = library.add_notes(root / "notes", [root / "coming" / "big.md"], config=NotesConfig())
    if done.state != "added" and "is there" not in done.reason and done.state != "duplicate":
        raise AssistantError(done.reason, hint="shown beside the name of the file")
    (root / "notes" / done.path).unlink(missing_ok=True)


def _quietly(write: Callable[[], object]) -> None:
    try:
        write()
    except OSError:
        return


def _tried(name: str, door: Callable[[], None]) -> list[object]:
    try:
        door()
    except AssistantError as error:
        return [name, [type(error).__name__, error.message, error.hint]]
    return [name, None]


# Conditions: each gives what begins and what ends it


def _full(folder: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    _mount(folder)
    brim = folder / "brim"

    def begin() -> None:
        with brim.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 10, 1):
                _quietly(lambda size=size: _write_for_ever(file.write, bytes(size)))  # type: ignore[misc]

    return begin, brim.unlink


def _write_for_ever(write: Callable[[bytes], object], block: bytes) -> None:
    while write(block):
        pass


def _read_only(folder: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    _mount(folder)
    return (lambda: _remount(folder, _RDONLY)), (lambda: _remount(folder, 0))


def _not_ours(folder: Path) -> tuple[Callable[[], None], Callable[[], None]]:
    if os.geteuid() == 0:  # root may write everywhere: be nobody for a while
        parents = [folder, *folder.parents]
        for parent in parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o055)
        return (lambda: os.seteuid(_NOBODY)), (lambda: os.seteuid(0))
    everything = [folder, folder / "index", folder / "notes"]
    return (
        lambda: [path.chmod(0o555) for path in everything] and None,  # type: ignore[func-returns-value]
        lambda: [path.chmod(0o755) for path in everything] and None,  # type: ignore[func-returns-value]
    )


_CONDITIONS = {"full": _full, "read-only": _read_only, "not ours": _not_ours}


def _mount(folder: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEWNS) != 0:
        if libc.unshare(_NEWUSER | _NEWNS) != 0:
            sys.exit(REFUSED)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    libc.mount(None, b"/", None, _REC | _PRIVATE, None)
    if libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={_DISK}".encode()) != 0:
        sys.exit(REFUSED)


def _remount(folder: Path, flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={_DISK}".encode()
    if libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", _REMOUNT | flags, options) != 0:
        sys.exit(REFUSED)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
