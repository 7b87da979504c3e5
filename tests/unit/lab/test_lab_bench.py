"""What the benchmark of the laboratory measures with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from topic_notes import TOPICS, indexed

from assistant.app.assistant import Assistant
from assistant.index.store import Store
from tools.research.bench_lab import fill_with_copies, measure_lab


def test_the_copies_are_the_notes_again_with_vectors_near_their_own(tmp_path: Path) -> None:
    with indexed(tmp_path / "index") as (retriever, embedder):
        own = retriever.store.count_chunks()
        fill_with_copies(retriever.store, tmp_path / "copies", 2 * own + 1, embedder.dimension)
        copies = Store(tmp_path / "copies")
        assert copies.count_chunks() == 3 * own
        assert len(copies.notes()) == 3 * len(TOPICS)
        assert copies.note("002/castle.md").text == retriever.store.note("castle.md").text
        place = {
            (c.note, c.start): id_ for id_, c in retriever.store.chunks(retriever.store.chunk_ids().tolist()).items()
        }
        for id_, chunk in copies.chunks(copies.chunk_ids().tolist()).items():
            vector = copies.vectors([id_], embedder.dimension)[0]
            original = retriever.store.vectors([place[chunk.note.partition("/")[2], chunk.start]], embedder.dimension)[
                0
            ]
            assert float(vector @ original) > 0.9
            assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
        copies.close()


@pytest.mark.embedder
def test_every_interactive_answer_is_measured_and_none_fails(lab_assistant: Assistant) -> None:
    names = [figure.name for figure in measure_lab(lab_assistant)]
    for what in ("tokens of a text", "chunks of a note", "search taken apart", "text placed on the map", "lab, map,"):
        assert any(what in name for name in names), what
