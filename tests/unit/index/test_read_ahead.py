"""Reading ahead keeps the order, hands on what was raised, and begins little that is not wanted."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.read_ahead import read_ahead


@given(st.lists(st.integers(), max_size=30))
def test_every_item_comes_once_in_its_order(items: list[int]) -> None:
    assert [(item, read()) for item, read in read_ahead(items, lambda item: item * 2)] == [(i, i * 2) for i in items]


def test_what_one_raises_is_met_where_it_is_read_and_the_others_come() -> None:
    found = []
    for item, read in read_ahead([1, 0, 2], lambda item: 6 // item):
        if item:
            found.append(read())
        else:
            with pytest.raises(ZeroDivisionError):
                read()
    assert found == [6, 3]


def test_two_are_read_at_once() -> None:
    both = threading.Barrier(2, timeout=10)
    assert len([read() for _, read in read_ahead(range(2), lambda _: both.wait())]) == 2


def test_who_stops_early_has_begun_few() -> None:
    begun: list[int] = []
    ahead = read_ahead(range(1000), lambda item: begun.append(item))
    next(ahead)
    ahead.close()
    assert len(begun) <= 6
