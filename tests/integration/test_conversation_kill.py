"""kill -9 while conversations are kept loses nothing that was written, and leaves no broken file."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from children import start_child

from assistant.conversations.store import MIGRATIONS, ConversationStore
from assistant.study.database import StudyDatabase

KILLS = 6
ASK = textwrap.dedent(
    """
    import sys
    from datetime import UTC, datetime
    from dataclasses import replace
    from pathlib import Path
    from assistant.conversations.keeper import Keeper
    from assistant.conversations.records import begun
    from assistant.types import Scope

    keeper, run = Keeper(Path(sys.argv[1]), lambda: True), sys.argv[2]
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        turn = begun(f"question {run}-{number}", Scope(), datetime.now(UTC))
        keeper.begin(f"c{run}-{number // 5}", turn)
        keeper.end(replace(turn, text="words " * 300, stopped=True, ended=True))
        if number % 7 == 0:
            keeper.delete([f"c{run}-{number // 5 - 1}"])
            print("deleted", f"c{run}-{number // 5 - 1}", flush=True)
        keeper.store()
        print("kept", f"c{run}-{number // 5}", turn.id, flush=True)
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kill_while_conversations_are_kept(tmp_path: Path) -> None:
    file, choose = tmp_path / "conversations.db", random.Random(5)
    kept: dict[str, str] = {}
    deleted: set[str] = set()
    for run in range(KILLS):
        command = [sys.executable, "-c", ASK, str(file), str(run)]
        with start_child(command, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline().split() for _ in range(choose.randint(2, 40))]
            process.send_signal(signal.SIGKILL)
            lines += [line.split() for line in process.stdout]
        kept |= {line[2]: line[1] for line in lines if line[0] == "kept"}
        deleted |= {line[1] for line in lines if line[0] == "deleted"}
        check(file, kept, deleted)
    assert len(kept) > KILLS and deleted


def check(file: Path, kept: dict[str, str], deleted: set[str]) -> None:
    """Every question that was acknowledged is there with its answer, unless its conversation was deleted."""
    database = StudyDatabase(file, MIGRATIONS, erases=True)
    assert database.rows("PRAGMA integrity_check")[0][0] == "ok"
    assert database.rows("PRAGMA foreign_key_check") == []
    database.close()
    store = ConversationStore(file)
    there = {listed.id: store.load(listed.id).turns for listed in store.all()}
    store.close()
    assert deleted.isdisjoint(there)
    ended = {turn.id for turns in there.values() for turn in turns if turn.ended and turn.text}
    being_deleted = set(kept.values()) - there.keys() - deleted  # the kill came between deleting and saying so
    assert len(being_deleted) <= KILLS
    assert {id_ for id_, where in kept.items() if where not in deleted | being_deleted} <= ended
