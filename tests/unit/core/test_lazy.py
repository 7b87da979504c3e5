"""``Lazy``: made once, waited for by all, tried again after a failure."""

from __future__ import annotations

import threading

import pytest

from assistant.core.lazy import Lazy
from assistant.errors import ModelMissing

PATIENCE_S = 30


class Maker:
    """Counts its calls; waits at a gate and fails as long as it is told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.failing = False
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self) -> str:
        self.calls += 1
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if self.failing:
            raise ModelMissing("It is not there.", hint="Fetch it.")
        return f"value {self.calls}"


@pytest.fixture
def maker() -> Maker:
    return Maker()


def wait_for(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(PATIENCE_S)


def test_nothing_is_made_before_it_is_needed(maker: Maker) -> None:
    lazy = Lazy(maker, "lazy-test")
    assert (lazy.ready, lazy.error, lazy.started, maker.calls) == (None, None, False, 0)
    assert lazy.get() == "value 1"
    assert (lazy.ready, lazy.started) == ("value 1", True)


def test_it_is_made_once(maker: Maker) -> None:
    lazy = Lazy(maker, "lazy-test")
    assert {lazy.get() for _ in range(3)} == {"value 1"}
    lazy.start()
    wait_for("lazy-test")
    assert maker.calls == 1


def test_an_early_start_does_not_block_and_get_waits_for_it(maker: Maker) -> None:
    maker.gate.clear()
    lazy = Lazy(maker, "lazy-test")
    lazy.start()
    lazy.start()
    assert maker.entered.wait(PATIENCE_S)
    assert (lazy.ready, lazy.started) == (None, True)
    found: list[str] = []
    readers = [threading.Thread(target=lambda: found.append(lazy.get())) for _ in range(4)]
    for reader in readers:
        reader.start()
    maker.gate.set()
    for reader in readers:
        reader.join(PATIENCE_S)
    assert found == ["value 1"] * 4


def test_a_failure_reaches_everybody_and_can_be_mended(maker: Maker) -> None:
    maker.failing = True
    lazy = Lazy(maker, "lazy-test")
    lazy.start()
    wait_for("lazy-test")
    assert isinstance(lazy.error, ModelMissing)
    assert (lazy.ready, lazy.started) == (None, False)
    with pytest.raises(ModelMissing, match="not there"):
        lazy.get()
    maker.failing = False
    lazy.start()
    wait_for("lazy-test")
    assert (lazy.ready, lazy.error) == ("value 3", None)


def test_forgetting_gives_the_old_value_and_makes_a_new_one(maker: Maker) -> None:
    lazy = Lazy(maker, "lazy-test")
    assert lazy.forget() is None
    lazy.get()
    assert lazy.forget() == "value 1"
    assert (lazy.ready, lazy.started) == (None, False)
    assert lazy.get() == "value 2"


def test_waiting_says_nothing_of_a_failure() -> None:
    def fail() -> int:
        raise ModelMissing("It is not there.")

    value = Lazy(fail, "test")
    value.wait()
    assert value.ready is None
    assert isinstance(value.error, ModelMissing)
