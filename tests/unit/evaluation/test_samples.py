"""A sample of a dataset keeps its shares and is the same every time."""

from __future__ import annotations

from collections import Counter

from assistant.evaluation.datasets import Case, Dataset


def dataset():
    near = [Case(f"n{i}", "q", "near") for i in range(20)]
    far = [Case(f"f{i}", "q", "far") for i in range(10)]
    plain = [Case(f"p{i}", "q", "plain", (("note", 0, 1),)) for i in range(30)]
    return Dataset("d", (), (*plain, *near, *far))


def test_every_kind_has_its_share():
    kinds = Counter(case.kind for case in dataset().sample(30).cases)
    assert kinds == {"plain": 15, "near": 10, "far": 5}


def test_the_same_seed_draws_the_same_cases_in_their_order():
    first, again, other = dataset().sample(12, 1), dataset().sample(12, 1), dataset().sample(12, 2)
    assert first == again
    assert first != other
    places = [dataset().cases.index(case) for case in first.cases]
    assert places == sorted(places)


def test_a_larger_sample_holds_the_smaller_one():
    small = {case.id for case in dataset().sample(10, 3).cases}
    assert small < {case.id for case in dataset().sample(25, 3).cases}


def test_kinds_choose_and_no_limit_takes_all():
    assert {case.kind for case in dataset().sample(kinds=("far",)).cases} == {"far"}
    assert dataset().sample() == dataset()
    assert dataset().sample(1000) == dataset()
