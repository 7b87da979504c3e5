"""Ways of cutting measured on questions, the embedder that computes nothing twice, and the work in the background."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.errors import AssistantError, Cancelled, StudyError
from assistant.index.rows import text_key
from assistant.lab.charts.chunks import size_chart, trial_chart
from assistant.lab.chunk_trial import DEEPEST, Outcome, Probe, TrialParts, Trials, compared, probes
from assistant.lab.kept import RememberingEmbedder
from assistant.lab.lessons.cutting import CutSettings, cut, in_use
from assistant.lab.live import Measurement, Report
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.quiz.item import Anchor, Item, Kind, Maker
from assistant.testing import FakeEmbedder
from assistant.types import Document

CONFIG = ChunkingConfig(20, 60)
NOTES = [
    parse(
        "a.md", "# Pets\n\n## Cats\n\nCats purr at night.\n\n## Dogs\n\nDogs bark at strangers.\n", "markdown", "Pets"
    ),
    parse("b.md", "# Cars\n\nA car has four wheels.\n\n# Boats\n\nA boat has a keel.\n", "markdown", "Cars"),
]


def probe(question: str, note: Document, quote: str) -> Probe:
    start = note.text.index(quote)
    return Probe(question, ((note.path, start, start + len(quote)),), quote)


PROBES = (
    probe("What do cats do at night?", NOTES[0], "Cats purr at night."),
    probe("Whom do dogs bark at?", NOTES[0], "Dogs bark at strangers."),
    probe("How many wheels has a car?", NOTES[1], "A car has four wheels."),
)


def bench(embedder: FakeEmbedder) -> TrialParts:
    return TrialParts(RememberingEmbedder(embedder), CONFIG, RetrievalConfig())


def item(kind: Kind, question: str, start: int, note: str = "a.md") -> Item:
    return Item(question, kind, Maker.STRUCTURE, question, (Anchor(note, (), start, start + 5, "words"),), "")


def test_questions_are_spread_and_each_place_is_asked_about_once() -> None:
    items = [
        item(Kind.CHOICE, "A long question about one?", 10),
        item(Kind.SHORT, "About one?", 10),
        item(Kind.CLOZE, "_____ words", 10),
        item(Kind.TRUE_FALSE, "Words are words.", 30),
        *(item(Kind.SHORT, f"About {n}?", n) for n in range(100, 110)),
        item(Kind.SHORT, "Of another note?", 5, "b.md"),
    ]
    assert [found.question for found in probes(items, 2)] == ["About one?", "About 105?"]
    assert [found.question for found in probes(items, 99, "b.md")] == ["Of another note?"]
    assert len(probes(items, 99)) == 12


def test_a_way_that_divides_the_proofs_finds_less() -> None:
    trials = Trials(bench(FakeEmbedder()), NOTES, PROBES)
    fine = trials.run(trials.used)
    assert [fine.recall(k) for k in (1, DEEPEST)] == [1.0, 1.0]
    torn = trials.run(CutSettings("tokens", 2))
    assert torn.recall(1) < 0.7
    assert torn.tokens[0] <= 2 < fine.tokens[0]
    assert torn.chunks > fine.chunks
    lost, won = compared(fine, torn, 1)
    assert [p.question for p in lost] == [p.question for p in PROBES]
    assert won == []
    assert [round(share, 2) for _, share in torn.lost(1)] == sorted(round(share, 2) for _, share in torn.lost(1))
    assert compared(torn, fine, 1)[1] == list(PROBES)


def test_the_way_in_use_is_measured_first_and_nothing_twice() -> None:
    embedder = FakeEmbedder()
    trials = Trials(bench(embedder), NOTES, PROBES)
    trials.run(CutSettings("sentences", 10))
    assert [outcome.settings.splitter for outcome in trials.outcomes] == ["ours", "sentences"]
    before = list(embedder.embedded)
    assert len(before) == len(set(before))
    trials.run(CutSettings("sentences", 10))
    trials.run(in_use(CONFIG))
    assert embedder.embedded == before


def test_only_the_named_note_is_cut_another_way() -> None:
    parts = bench(FakeEmbedder())
    alone = Trials(parts, NOTES, PROBES[:1], "a.md").run(CutSettings("tokens", 3))
    _, new = cut(NOTES[0], CutSettings("tokens", 3), parts.embedder, CONFIG)
    _, old = cut(NOTES[1], in_use(CONFIG), parts.embedder, CONFIG)
    assert alone.chunks == len(new) + len(old)


def test_without_questions_it_says_what_to_do() -> None:
    with pytest.raises(StudyError, match=r"a\.md") as caught:
        Trials(bench(FakeEmbedder()), NOTES, (), "a.md")
    assert "quiz bank build" in caught.value.hint


def test_a_stopped_measurement_leaves_nothing_and_can_begin_again() -> None:
    trials = Trials(bench(FakeEmbedder()), NOTES, PROBES)

    def stop_at_questions(what: str, done: int, total: int) -> None:
        if what == "Asking" and done == 1:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        trials.run(trials.used, stop_at_questions)
    assert trials.outcomes == ()
    assert trials.run(trials.used).recall(3) == 1.0


def test_the_pictures_hold_the_numbers() -> None:
    trials = Trials(bench(FakeEmbedder()), NOTES, PROBES)
    trials.run(CutSettings("tokens", 2))
    chart = trial_chart(trials.outcomes, 2)
    assert [series.mark for series in chart.series] == ["line", "line", "star"]
    assert chart.series[2].y == tuple(outcome.recall(2) for outcome in trials.outcomes)
    _, cuts = cut(NOTES[0], CutSettings("tokens", 40), FakeEmbedder(window_tokens=10), CONFIG)
    sizes = size_chart(cuts, CutSettings("tokens", 40), 10)
    assert sizes.series[0].y == tuple(float(piece.tokens) for piece in cuts)
    assert "1 of them longer than the embedder reads" in sizes.says


# -- remembering -----------------------------------------------------------------------------------------------


def test_known_vectors_are_used_and_the_rest_is_computed_once() -> None:
    embedder = FakeEmbedder()
    stored = {text_key("known"): np.ones(64, dtype=np.float32)}
    remembering = RememberingEmbedder(embedder, lambda keys: {key: stored[key] for key in keys if key in stored})
    told: list[int] = []
    rows = remembering.embed_chunks(["new", "known", "new", "other one"], told.append)
    assert embedder.embedded == ["other one", "new"]
    assert told == [0]
    assert (rows[1] == 1).all()
    assert np.array_equal(rows[0], embedder.embed_query("new"))
    assert np.array_equal(rows[0], rows[2])
    assert remembering.unknown(["new", "newer"]) == ["newer"]
    assert remembering.embed_chunks([]).shape == (0, 64)


def test_what_was_done_before_a_stop_is_kept() -> None:
    embedder = FakeEmbedder()
    remembering = RememberingEmbedder(embedder)
    texts = [f"text {n:02}" for n in range(20)]

    def stop_after_some(done: int) -> None:
        if done:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        remembering.embed_chunks(texts, stop_after_some)
    assert len(remembering.unknown(texts)) == 12


# -- running ---------------------------------------------------------------------------------------------------


def test_a_measurement_tells_how_far_it_is_and_what_it_found() -> None:
    measurement: Measurement[int] = Measurement("test", Scheduler(quiet_s=0))
    assert measurement.progress.state == "idle"
    told, go_on = threading.Event(), threading.Event()

    def work(report: Report, _: Lease) -> int:
        report("Counting", 1, 2)
        told.set()
        assert go_on.wait(30)
        return 7

    measurement.start(work)
    assert told.wait(30)
    now = measurement.progress
    assert (now.state, now.what, now.done, now.total, now.result) == ("running", "Counting", 1, 2, None)
    go_on.set()
    assert (measurement.wait().state, measurement.progress.result) == ("done", 7)


def endless(report: Report, _: Lease) -> int:
    while True:
        report("Counting", 0, 0)


def test_stop_ends_it_and_a_new_one_takes_its_place() -> None:
    measurement: Measurement[int] = Measurement("test", Scheduler(quiet_s=0))
    measurement.start(endless)
    measurement.stop()
    assert measurement.wait().state == "stopped"
    measurement.start(endless)
    measurement.start(lambda report, _: 1)
    assert measurement.wait().result == 1


def test_a_failure_is_kept_with_its_remedy() -> None:
    measurement: Measurement[int] = Measurement("test", Scheduler(quiet_s=0))

    def fail(report: Report, _: Lease) -> int:
        raise StudyError("no questions", hint="write some")

    measurement.start(fail)
    ended = measurement.wait()
    assert ended.state == "failed"
    assert isinstance(ended.error, AssistantError) and ended.error.hint == "write some"


def test_it_waits_while_a_question_is_asked_and_can_be_stopped_then() -> None:
    scheduler = Scheduler(quiet_s=0)
    measurement: Measurement[int] = Measurement("test", scheduler)
    measurement.start(endless)
    with scheduler.lease(Priority.QUESTION):
        while not measurement.progress.what.startswith("Waiting until the model is free"):
            pass
    assert measurement.progress.state == "running"
    with scheduler.lease(Priority.QUESTION):
        measurement.stop()
        assert measurement.wait().state == "stopped"


def test_the_copy_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened: list[Path] = []
    real = sqlite3.connect

    def watch(path: Path, **options: object) -> sqlite3.Connection:
        opened.append(Path(path))
        return real(path, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", watch)
    outcome: Outcome = Trials(bench(FakeEmbedder()), NOTES, PROBES).run(in_use(CONFIG))
    assert outcome.recall(1) == 1.0
    assert opened and all(path.is_relative_to(tmp_path) for path in opened)
    assert list(tmp_path.iterdir()) == []
