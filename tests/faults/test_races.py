"""Several tabs do at once what one tab does: nothing breaks."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import Config
from assistant.testing import FakeEmbedder
from assistant.workspace import Workspace

TABS, TIMES = 8, 12


@pytest.fixture
def switched_often() -> Iterator[None]:
    """Threads take turns after microseconds, so that a race is met in a short test."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_tabs_start_and_stop_the_bank_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switched_often: None
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "n.md").write_text("# Rivers\n\n- **Source** - where a river begins\n", encoding="utf-8")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    assistant = Assistant(Workspace(tmp_path), Config())
    together = threading.Barrier(TABS)

    def tab() -> None:
        together.wait()
        for _ in range(TIMES):
            assistant.quiz.start()
            assistant.quiz.stop()

    with ThreadPoolExecutor(TABS) as tabs:
        for done in [tabs.submit(tab) for _ in range(TABS)]:
            done.result()
    assistant.close()
