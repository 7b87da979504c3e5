"""Writing the section cache is killed: a state is read exactly as it was written, or it is not there."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from fault_kills import Scenario

from assistant.models.llama.kv_cache import StateStore

BYTES = 1_500_000
BUDGET = 12_000_000
"""Eight states: what is written pushes others out."""

SCRIPT = textwrap.dedent(
    """
    import itertools, sys
    from pathlib import Path
    import numpy as np
    from assistant.models.llama.kv_cache import StateStore

    store = StateStore(Path(sys.argv[1], "kv"), 12_000_000)
    print("ready", flush=True)
    for number in itertools.count(int(sys.argv[2]) * 100):
        store.save(str(number), np.full(1_500_000, number % 251, dtype=np.uint8))
        assert not store.fault, store.fault
        print("saved", number, flush=True)
    """
)


def _prepare(root: Path) -> tuple[str, ...]:
    (root / "kv").mkdir()
    return ()


def _check(root: Path, acknowledged: list[list[str]]) -> None:
    store = StateStore(root / "kv", BUDGET)
    for file in (root / "kv").glob("*.kv"):
        state = store.load(file.stem)
        assert state is not None, f"state {file.stem} is torn"
        assert np.array_equal(state, np.full(BYTES, int(file.stem) % 251, dtype=np.uint8)), "a state has other bytes"
    count, used = store.usage()
    assert used <= BUDGET + BYTES + 100, "one state more than the budget at most, while the others are removed"
    assert not acknowledged or count, "nothing of what was saved is there"


def _finish(root: Path) -> None:
    store = StateStore(root / "kv", BUDGET)
    store.save("last", np.zeros(BYTES, dtype=np.uint8))
    assert store.load("last") is not None
    taken = sum(file.stat().st_size for file in (root / "kv").iterdir())
    assert taken <= BUDGET, "what killed processes left half written takes room for ever"


CACHE = Scenario("cache", SCRIPT, 0.15, _prepare, _check, _finish)
