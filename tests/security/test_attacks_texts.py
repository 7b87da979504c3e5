"""Questions, imports and exports that mean harm, with a real index and a real ``study.db``."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attack_data import attacks

from assistant.answering.answer import Answerer
from assistant.cards.anki import write_apkg, write_tsv
from assistant.cards.card import CardDraft
from assistant.cards.card_rows import add_rows
from assistant.cards.card_table import read_table
from assistant.cards.deck import Deck
from assistant.config import AnsweringConfig, ChunkingConfig, NotesConfig, RetrievalConfig, load_config
from assistant.errors import AssistantError, ConfigError, QuestionError, StudyError
from assistant.index.build import Builder, fingerprint
from assistant.index.retriever import Retriever
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import ProgressTransfer
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done, Request, Sampling

ATTACKS = attacks("texts")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXT = "# Inference\n\n- **Batch** - many inputs at once\n- **Real-time** - each input as it arrives\n"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    root = tmp_path_factory.mktemp("questions")
    (root / "notes").mkdir()
    (root / "notes" / "inference.md").write_text(TEXT, encoding="utf-8")
    embedder, chunking = FakeEmbedder(), ChunkingConfig(20, 60)
    Builder(root / "notes", root / "index", embedder, chunking, NotesConfig()).build()
    made = Retriever(root / "index", embedder, RetrievalConfig, fingerprint(chunking, embedder.name))
    yield made
    made.close()


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with closing(StudyDatabase(tmp_path / "study.db", MIGRATIONS)) as database:
        yield Deck(database)


@pytest.mark.parametrize("id_", [id_ for id_, attack in ATTACKS.items() if "question" in attack])
def test_a_question_is_words_to_search_for(id_: str, retriever: Retriever) -> None:
    attack = ATTACKS[id_]
    generator = FakeGenerator(lambda _: "Batch means many inputs at once.", comparisons=(-9.0, -9.0, -0.1, -5.0))
    answerer = Answerer(retriever, lambda: generator, AnsweringConfig(), Sampling(), "fp")
    before = contents(retriever)
    question = attack["question"] * attack.get("repeat", 1)
    if attack.get("refused"):
        with pytest.raises(QuestionError, match="characters"):
            answerer.ask(Request(question))
    else:
        *_, last = answerer.ask(Request(question))
        assert isinstance(last, Done)
        assert {hit.chunk.note for hit in last.answer.search.hits} == {"inference.md"}
    assert contents(retriever) == before


def contents(retriever: Retriever) -> list[str]:
    """Everything in the index's database."""
    with closing(sqlite3.connect(f"file:{retriever.store.path}?mode=ro", uri=True)) as db:
        return list(db.iterdump())


def test_csv_formula(deck: Deck, tmp_path: Path) -> None:
    round_trip(deck, tmp_path, ATTACKS["csv-formula"]["cells"])


def test_tsv_break(deck: Deck, tmp_path: Path) -> None:
    round_trip(deck, tmp_path, ATTACKS["tsv-break"]["cells"])


def round_trip(deck: Deck, tmp_path: Path, cells: list[str]) -> None:
    """Exports cards whose sides are the cells, looks at the table as a spreadsheet does, and imports it again."""
    for cell in cells:
        deck.add(CardDraft(f"{cell}", f"{cell} back"), NOW)
    before = {(card.id, card.front, card.back) for card in deck.cards()}
    file = tmp_path / "cards.tsv"
    assert write_tsv(deck.cards(), file) == len(cells)
    body = "".join(line for line in file.read_text("utf-8").splitlines(keepends=True) if not line.startswith("#"))
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter="\t"))
    assert len(rows) == len(cells)
    assert not [cell for row in rows for cell in row[1:] if cell.startswith(FORMULA)]
    done = add_rows(deck, read_table(file).rows, NOW)
    assert not done.added
    after = {(card.id, card.front.strip(), card.back.strip()) for card in deck.cards()}
    assert after == {(id_, front.strip(), back.strip()) for id_, front, back in before}


def test_apkg_html(deck: Deck, tmp_path: Path) -> None:
    cells = ATTACKS["apkg-html"]["cells"]
    for cell in cells:
        deck.add(CardDraft(cell, cell), NOW)
    file = tmp_path / "cards.apkg"
    write_apkg(deck.cards(), file, NOW)
    with zipfile.ZipFile(file) as package:
        assert set(package.namelist()) == {"collection.anki2", "media"}
        package.extract("collection.anki2", tmp_path)
    with closing(sqlite3.connect(tmp_path / "collection.anki2")) as db:
        fields = [field for (row,) in db.execute("SELECT flds FROM notes") for field in row.split("\x1f")]
    assert len(fields) == 3 * len(cells)
    assert not [field for field in fields if "<" in field.replace("<br>", "")]
    assert not [field for field in fields if "[sound:" in field or "{{" in field]


BOMBS = {
    "brackets": b"[" * 100_000,
    "nested": b'{"format": 1, "cards": ' + b'{"a":' * 50_000,
    "numbers": b'{"format": 1, "cards": [], "reviews": [{"id": "r", "card": "c", "place": 1e999}]}',
    "digits": b'{"format": ' + b"9" * 100_000 + b"}",
    "times": b'{"format": 1, "exported_at": "0001-01-01T00:00:00+23:59", "cards": [{"id": "c"}], "reviews": []}',
    "other": b'{"format": 1, "cards": {"a": 1}, "reviews": 5}',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_import_bomb(bomb: str, deck: Deck, tmp_path: Path) -> None:
    deck.add(CardDraft("front", "back"), NOW)
    carrier = ProgressTransfer(deck.store, deck.scheduler)
    before = carrier.write(NOW)
    (tmp_path / "import.json").write_bytes(BOMBS[bomb])
    with pytest.raises(StudyError) as refused:
        carrier.load(tmp_path / "import.json")
    assert refused.value.hint and len(refused.value.message) < 1000
    assert carrier.write(NOW) == before


def test_an_import_cannot_bring_a_card_that_breaks_its_review(deck: Deck, tmp_path: Path) -> None:
    card = deck.add(CardDraft("front", "back"), NOW)
    carrier = ProgressTransfer(deck.store, deck.scheduler)
    content = json.loads(carrier.write(NOW))
    for change in ({"step": 99}, {"due_at": "9999-12-31T00:00:00+00:00"}, {"lapses": 10**30}, {"lapses": -1}):
        content["cards"][0]["schedule"] = json.loads(carrier.write(NOW))["cards"][0]["schedule"] | change
        with pytest.raises(StudyError, match="damaged"):
            carrier.merge(json.dumps(content))
    assert deck.scheduler.preview(deck.card(card.id).schedule, NOW)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["\n".join(f"k{n} = 1" for n in range(100_000)), "a = " + "[" * 50_000, "[ui]\nport = " + "9" * 5000, "\x00"],
    ids=["keys", "brackets", "digits", "nul"],
)
def test_settings_bomb(text: str, tmp_path: Path) -> None:
    (tmp_path / "assistant.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_config(tmp_path / "assistant.toml")
    assert isinstance(refused.value, AssistantError) and len(refused.value.message) < 3000


def test_every_attack_has_its_test() -> None:
    named = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert {id_ for id_, attack in ATTACKS.items() if "question" not in attack} <= named
