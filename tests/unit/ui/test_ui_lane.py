"""First come, first served, and who leaves the row holds nobody up."""

from __future__ import annotations

import threading

from assistant.ui.lane import Lane

NEVER = threading.Event()
START_S = 20


class Waiting:
    """Somebody in the row; ``go`` lets them out again."""

    def __init__(self, lane: Lane, name: str, served: list[str]) -> None:
        self.go, self.cancel = threading.Event(), threading.Event()
        before = lane.length
        self.thread = threading.Thread(target=self._stand, args=(lane, name, served))
        self.thread.start()
        while lane.length == before:
            self.thread.join(0.01)

    def _stand(self, lane: Lane, name: str, served: list[str]) -> None:
        with lane.turn(self.cancel) as mine:
            served.append(name if mine else f"{name} left")
            if mine:
                assert self.go.wait(START_S)


def test_turns_are_taken_in_the_order_of_arrival() -> None:
    lane, served = Lane(), []
    row = [Waiting(lane, str(number), served) for number in range(8)]
    assert lane.length == 8
    for one in row:
        one.go.set()
        one.thread.join(START_S)
    assert served == [str(number) for number in range(8)]
    assert lane.length == 0


def test_one_who_leaves_the_row_holds_nobody_up() -> None:
    lane, served = Lane(), []
    first, second, third = (Waiting(lane, name, served) for name in ("first", "second", "third"))
    second.cancel.set()
    second.thread.join(START_S)
    assert served[-1] == "second left"
    first.go.set()
    third.go.set()
    third.thread.join(START_S)
    assert served == ["first", "second left", "third"]


def test_a_fault_ends_the_turn() -> None:
    lane = Lane()
    try:
        with lane.turn(NEVER):
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with lane.turn(NEVER) as mine:
        assert mine
