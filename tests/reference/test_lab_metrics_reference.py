"""Rates, ROC, prices and clusters equal hand-worked tables, and scikit-learn on random input."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans

from assistant.lab.lessons.clustering import (
    adjusted_rand,
    kmeans,
    lloyd,
    purity,
    silhouettes,
    spread_out,
    squared_distances,
    table,
)
from assistant.lab.lessons.decisions import (
    ConfusionMatrix,
    Prices,
    area_under,
    cell,
    chance_of_right_order,
    cheapest,
    confusion,
    costs,
    roc_curve,
    thresholds,
)

HAND_SCORES = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3]
HAND_LABELS = [True, True, False, True, False, False]


def test_the_rates_of_a_table_worked_by_hand() -> None:
    """Fawcett's layout: 10 of 100 wrongly answered, 20 wrongly refused."""
    counted = ConfusionMatrix(tp=30, fp=10, fn=20, tn=40)
    assert counted.accuracy == pytest.approx(0.7)
    assert counted.precision == pytest.approx(0.75)
    assert counted.recall == pytest.approx(0.6)
    assert counted.false_alarm_rate == pytest.approx(0.2)
    assert counted.f1 == pytest.approx(2 / (1 / 0.75 + 1 / 0.6))


def test_of_nothing_no_share_can_be_told() -> None:
    nothing = ConfusionMatrix(0, 0, 0, 0)
    rates = (nothing.accuracy, nothing.precision, nothing.recall, nothing.false_alarm_rate, nothing.f1)
    assert rates == (None,) * 5
    assert ConfusionMatrix(tp=0, fp=0, fn=3, tn=2).precision is None
    assert ConfusionMatrix(tp=0, fp=0, fn=3, tn=2).recall == 0.0


def test_the_four_cells_by_hand() -> None:
    assert confusion(HAND_SCORES, HAND_LABELS, 0.65) == ConfusionMatrix(tp=2, fp=1, fn=1, tn=2)
    assert confusion(HAND_SCORES, HAND_LABELS, 0.7).fp == 1, "a score equal to the threshold is answered"
    cells = [cell(score, label, 0.65) for score, label in zip(HAND_SCORES, HAND_LABELS, strict=True)]
    assert cells == ["tp", "tp", "fp", "fn", "tn", "tn"]


def test_the_curve_and_its_area_by_hand() -> None:
    points = [(point.false_alarm_rate, point.recall) for point in roc_curve(HAND_SCORES, HAND_LABELS)]
    third = pytest.approx(1 / 3)
    assert points[:5] == [(0, 0), (0, third), (0, pytest.approx(2 / 3)), (third, pytest.approx(2 / 3)), (third, 1)]
    assert points[-1] == (1, 1)
    assert area_under(roc_curve(HAND_SCORES, HAND_LABELS)) == pytest.approx(8 / 9)


def test_ties_count_one_half() -> None:
    assert chance_of_right_order([0.5, 0.5, 0.5], [True, False, False]) == 0.5
    assert area_under(roc_curve([0.5, 0.5, 0.5], [True, False, False])) == 0.5
    assert chance_of_right_order([0.9], [True]) is None
    assert area_under(roc_curve([0.9], [True])) is None


@pytest.mark.parametrize("seed", range(20))
def test_rates_and_areas_equal_scikit_learn(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(2, 60))
    scores = (draw.integers(0, 12, count) / 12).tolist()  # few values, so many ties
    labels = [True, False, *(draw.random(count - 2) < 0.4).tolist()]
    threshold = float(draw.random())
    said = [score >= threshold for score in scores]
    counted = confusion(scores, labels, threshold)
    assert [counted.tn, counted.fp, counted.fn, counted.tp] == metrics.confusion_matrix(labels, said).ravel().tolist()
    assert counted.accuracy == pytest.approx(metrics.accuracy_score(labels, said))
    assert (counted.precision or 0.0) == pytest.approx(metrics.precision_score(labels, said, zero_division=0.0))
    assert counted.recall == pytest.approx(metrics.recall_score(labels, said))
    assert counted.f1 == pytest.approx(metrics.f1_score(labels, said))
    curve = roc_curve(scores, labels)
    area = metrics.roc_auc_score(labels, scores)
    assert area_under(curve) == pytest.approx(area)
    assert chance_of_right_order(scores, labels) == pytest.approx(area)
    false_alarms, recalls, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    assert [p.false_alarm_rate for p in curve] == pytest.approx(false_alarms)
    assert [p.recall for p in curve] == pytest.approx(recalls)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_threshold_is_cheaper(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.uniform(0.01, 0.99, 40).tolist()
    labels = (draw.random(40) < 0.5).tolist()
    prices = Prices(wrong_answer=float(draw.integers(1, 9)), refusal=float(draw.integers(1, 9)))
    threshold, cost = cheapest(scores, labels, prices)
    assert prices.of(confusion(scores, labels, threshold)) == cost
    assert all(cost <= prices.of(confusion(scores, labels, t)) for t in np.linspace(0, 1, 501).tolist())
    assert len(costs(scores, labels, prices)) == len(thresholds(scores)) == len(set(scores)) + 1


def test_the_price_of_an_error_moves_the_cheapest_threshold() -> None:
    """By hand: answering 0.7 and above errs once on either side; dear wrong answers push up, dear refusals down."""
    assert cheapest(HAND_SCORES, HAND_LABELS, Prices(wrong_answer=9, refusal=1)) == (pytest.approx(0.75), 1)
    assert cheapest(HAND_SCORES, HAND_LABELS, Prices(wrong_answer=1, refusal=9)) == (pytest.approx(0.5), 1)


def blobs(seed: int, count: int = 90) -> np.ndarray:
    draw = np.random.default_rng(seed)
    rows = draw.standard_normal((count, 6)) + 4 * draw.standard_normal((3, 6))[draw.integers(0, 3, count)]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize("seed", range(8))
def test_lloyd_ends_where_scikit_learn_ends_from_the_same_centres(seed: int) -> None:
    vectors = blobs(seed)
    k = 2 + seed
    first = spread_out(vectors, k, np.random.default_rng(seed))
    ours = lloyd(vectors, first)
    theirs = KMeans(k, init=first, n_init=1, tol=0.0, algorithm="lloyd").fit(vectors)
    assert ours.inertia == pytest.approx(theirs.inertia_)
    assert ours.labels.tolist() == theirs.labels_.tolist()
    assert ours.centres == pytest.approx(theirs.cluster_centers_)


@pytest.mark.parametrize("seed", range(8))
def test_agreement_and_silhouette_equal_scikit_learn(seed: int) -> None:
    vectors = blobs(seed)
    labels = kmeans(vectors, 2 + seed, seed).labels
    headings = np.random.default_rng(seed).integers(0, 4, len(vectors)).tolist()
    assert adjusted_rand(labels.tolist(), headings) == pytest.approx(metrics.adjusted_rand_score(headings, labels))
    assert silhouettes(vectors, labels) == pytest.approx(metrics.silhouette_samples(vectors, labels), abs=1e-7)


def test_agreement_by_hand() -> None:
    """Three clusters of six things in two headings: 2 + 1 + 2 of 6 have the heading of most in their cluster."""
    clusters, headings = [0, 0, 1, 1, 2, 2], ["a", "a", "a", "b", "b", "b"]
    assert table(clusters, headings) == [[2, 0], [1, 1], [0, 2]]
    assert purity(clusters, headings) == pytest.approx(5 / 6)
    # pairs: together 2, by cluster 3, by heading 6, of 15: expected 18/15
    assert adjusted_rand(clusters, headings) == pytest.approx((2 - 1.2) / (4.5 - 1.2))
    assert adjusted_rand([3, 3, 3, 7, 7, 7], headings) == 1.0
    assert adjusted_rand([0, 0], ["a", "a"]) == 1.0


def test_the_same_seed_gives_the_same_clusters_and_more_starts_are_never_worse() -> None:
    vectors = blobs(3)
    one, again = kmeans(vectors, 7, seed=4), kmeans(vectors, 7, seed=4)
    assert one.labels.tolist() == again.labels.tolist()
    assert kmeans(vectors, 7, seed=4, starts=6).inertia <= one.inertia


def test_no_cluster_stays_empty() -> None:
    """Equal vectors cannot fill two centres by distance; and a centre far from all takes over the farthest vector."""
    assert sorted(set(kmeans(np.ones((5, 3)), 3).labels.tolist())) == [0, 1, 2]
    vectors = blobs(0)
    far = np.vstack([vectors[:2], np.full((1, 6), 50.0)])
    assert sorted(set(lloyd(vectors, far).labels.tolist())) == [0, 1, 2]


def test_each_vector_lies_nearest_to_its_own_centre() -> None:
    vectors = blobs(1)
    found = kmeans(vectors, 5)
    assert squared_distances(vectors, found.centres).argmin(axis=1).tolist() == found.labels.tolist()
    assert silhouettes(vectors, np.zeros(len(vectors), dtype=np.int64)).tolist() == [0.0] * len(vectors)
