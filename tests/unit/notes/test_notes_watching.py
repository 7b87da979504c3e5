"""Changes in the folders are noticed, also where a folder goes and comes back."""

from __future__ import annotations

import os
import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.notes import watching
from assistant.notes.watching import FolderWatch, Pace, Way

QUICK = Pace(quiet_ms=150, patience_ms=1000, poll_ms=100, step_ms=50)
SOON_S = 30

Told = queue.SimpleQueue[bool]
Watch = Callable[..., tuple[FolderWatch, Told]]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Begins to watch folders; the queue gets an entry for each change that is told."""
    started: list[FolderWatch] = []

    def begin(folders: Callable[[], list[Path]], **options: bool) -> tuple[FolderWatch, Told]:
        told: Told = queue.SimpleQueue()
        made = FolderWatch(folders, lambda: told.put(True), QUICK, **options)
        started.append(made)
        made.start()
        assert told.get(timeout=SOON_S), "it watches"
        return made, told

    yield begin
    for made in started:
        made.stop()
        assert not made.running


def notes(tmp_path: Path) -> Path:
    folder = tmp_path / ".hidden workspace" / "notes"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("poll", [False, True])
def test_a_new_an_edited_and_a_removed_file_are_told(tmp_path: Path, watch: Watch, poll: bool) -> None:
    folder = notes(tmp_path)
    made, told = watch(lambda: [folder], poll=poll)
    (folder / "new0.md").write_text("# New", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    assert made.ways() == {folder: Way.POLLING if poll else Way.EVENTS}
    (folder / "new0.md").write_text("x" * 9, encoding="utf-8")
    os.utime(folder / "new0.md", (later := time.time() + 5, later))  # who looks through it sees whole seconds
    assert told.get(timeout=SOON_S)
    (folder / "new0.md").unlink()
    assert told.get(timeout=SOON_S)


@pytest.mark.slow
def test_what_other_programs_keep_for_themselves_is_not_told(tmp_path: Path, watch: Watch) -> None:
    folder = notes(tmp_path)
    (folder / ".obsidian").mkdir()
    _, told = watch(lambda: [folder])
    (folder / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    for name in (".obsidian/workspace.json", ".git", "~$draft.docx", "draft.md~"):
        (folder / name).write_text("state", encoding="utf-8")
    with pytest.raises(queue.Empty):
        told.get(timeout=1)


@pytest.mark.slow
def test_a_folder_that_vanishes_and_comes_back_is_watched_again(tmp_path: Path, watch: Watch) -> None:
    folder, elsewhere = notes(tmp_path), tmp_path / "unplugged"
    made, told = watch(lambda: [folder])
    (folder / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    folder.rename(elsewhere)
    assert told.get(timeout=SOON_S)
    assert made.running
    elsewhere.rename(folder)
    assert told.get(timeout=SOON_S)
    (folder / "b0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path, watch: Watch) -> None:
    folder = tmp_path / "later"
    made, told = watch(lambda: [folder])
    assert made.ways() == {folder: Way.AWAY}
    folder.mkdir()
    assert told.get(timeout=SOON_S)
    (folder / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)


@pytest.mark.slow
def test_a_folder_that_is_linked_later_is_watched_too(tmp_path: Path, watch: Watch) -> None:
    first, second = notes(tmp_path), tmp_path / "vault"
    second.mkdir()
    folders = [first]
    made, told = watch(lambda: list(folders))
    (first / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    folders.append(second)
    assert told.get(timeout=SOON_S)
    (second / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    shutil.rmtree(second)
    assert told.get(timeout=SOON_S)
    assert made.running


def test_how_folders_are_watched_is_known_before_the_thread_has_come_to_it(tmp_path: Path) -> None:
    folders, looks = [notes(tmp_path)], threading.Event()

    def when_it_may_look() -> list[Path]:
        if threading.current_thread().name == "watch":
            looks.wait(SOON_S)
        return folders

    made = FolderWatch(when_it_may_look, lambda: None, QUICK)
    made.start()
    try:
        assert made.ways() == {folders[0]: Way.EVENTS}
        folders.append(tmp_path / "linked")
        assert made.ways() == {folders[0]: Way.EVENTS, folders[1]: Way.AWAY}
    finally:
        looks.set()
        made.stop()


@pytest.mark.slow
def test_it_can_be_stopped_and_started_again(tmp_path: Path, watch: Watch) -> None:
    folder = notes(tmp_path)
    made, told = watch(lambda: [folder])
    made.stop()
    assert made.ways() == {}
    (folder / "unseen.md").write_text("text", encoding="utf-8")
    with pytest.raises(queue.Empty):
        told.get(timeout=0.5)
    made.start()
    (folder / "seen0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)


def test_without_events_the_folder_is_looked_through(
    tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = notes(tmp_path)
    mount = SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype="nfs4")
    monkeypatch.setattr(watching.psutil, "disk_partitions", lambda all: [mount])
    made, told = watch(lambda: [folder])
    (folder / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    assert made.ways() == {folder: Way.POLLING}


def test_where_the_system_refuses_to_watch_the_folder_is_looked_through(
    tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = watching.watchfiles.watch

    def refused(*folders: Path, force_polling: bool, **options: object) -> object:
        if not force_polling:
            raise OSError(28, "OS file watch limit reached")
        return real(*folders, force_polling=True, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watching.watchfiles, "watch", refused)
    folder = notes(tmp_path)
    made, told = watch(lambda: [folder])
    (folder / "a0.md").write_text("text", encoding="utf-8")
    assert told.get(timeout=SOON_S)
    assert made.ways() == {folder: Way.POLLING}
