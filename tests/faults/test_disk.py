"""A full disk, a read-only one, and a folder of somebody else: a clear sentence each, and all works afterwards."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from children import run_child

SCRIPT = Path(__file__).with_name("fault_disk.py")
REFUSED = 3
DOORS = ["index", "study", "cache", "download", "add a note"]
SAYS = {
    "full": ("is full", "No space left", "GB free"),
    "read-only": ("Read-only file system", "is read-only here", "attempt to write a readonly"),
    "not ours": ("Permission denied", "attempt to write a readonly", "cannot be written"),
}
MENDS = {
    "full": ("Free some space", "Check the free space", "shown"),
    "read-only": ("permission", "Copy the workspace", "shown"),
    "not ours": ("permission", "shown"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="small disks are mounted as on Linux")
@pytest.mark.parametrize("condition", SAYS)
def test_each_door_says_what_happened_and_works_again(condition: str, tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), condition, str(tmp_path)]
    done = run_child(command, capture_output=True, text=True)
    if done.returncode == REFUSED:
        pytest.skip("this system lets nobody mount a small disk")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    doors = [*DOORS, "study, kept open"] if condition == "full" else DOORS
    assert [name for name, _ in told] == 2 * doors
    for name, error in told[: len(doors)]:
        assert error is not None, f"{name} did not notice"
        kind, message, hint = error
        assert kind != "NotesIndexError", "the class says what it is"
        assert any(words in message for words in SAYS[condition]), f"{name}: {message}"
        assert any(words in hint for words in MENDS[condition]), f"{name}: {message} {hint}"
    assert [name for name, error in told[len(doors) :] if error is not None] == []
