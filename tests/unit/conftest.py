"""A deck in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cards.deck import Deck
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StudyDatabase]:
    opened = StudyDatabase(tmp_path / "study.db", MIGRATIONS)
    yield opened
    opened.close()


@pytest.fixture
def deck(database: StudyDatabase) -> Deck:
    return Deck(database)
