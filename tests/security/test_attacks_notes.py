"""Notes that mean harm, among others: what is answered from the others stays as it was, bit for bit."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from attack_data import attacks, note_text
from numpy.typing import NDArray

from assistant.answering.answer import Answerer
from assistant.cards.note_lines import read_lines
from assistant.config import AnsweringConfig, ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.documents.loading import load_document
from assistant.documents.outline import tree
from assistant.errors import UnreadableNote
from assistant.index.build import Builder, fingerprint
from assistant.index.retriever import Retriever
from assistant.models.llama.engine import LlamaEngine
from assistant.quiz.making.pool import read_facts
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Answer, Done, Prompt, Request, Sampling, Scope

ATTACKS = attacks("notes")
COURSE = {
    "inference.md": "# Inference\n\n- **Batch inference** - many inputs at once\n- **Real-time inference** - each input"
    " as it arrives\n\n## Costs\n\nBatch inference costs about half of real-time inference.\n",
    "metrics.md": "# Model metrics\n\n- **Precision** - the ratio of true positives to all predicted positives\n"
    "- **Recall** - the ratio of true positives to all actual positives\n",
    "learning.md": "# Learning\n\nSupervised learning uses labelled examples. Unsupervised learning finds patterns.\n",
}
_INDEXED = 20_000
"""Characters of each attack in the index; all of them are read by the test of what reads notes."""

ASKED = (
    "What is batch inference?",
    "What does batch inference cost?",
    "precision and recall of positives",
    "Which examples does supervised learning use?",
    "and unsupervised?",
)


class QuickEmbedder(FakeEmbedder):
    """Knows the words it met before; an attack repeats few words a million times."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        total = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            total += self._vector(word)
        return total / np.linalg.norm(total)

    @functools.lru_cache(maxsize=50_000)  # noqa: B019  (lives as long as the test)
    def _vector(self, word: str) -> NDArray[np.float32]:
        return super().embed_query(word)


@dataclass(frozen=True)
class Told:
    """What a course answered to all questions, what its model read, and what could not be indexed."""

    prompts: tuple[Prompt, ...]
    answers: tuple[Answer, ...]
    skipped: dict[str, str]
    passages: dict[str, int]


def course(root: Path, notes: dict[str, bytes]) -> Told:
    """Indexes notes and asks every question."""
    for name, content in notes.items():
        (root / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "notes" / name).write_bytes(content)
    embedder, chunking = QuickEmbedder(), ChunkingConfig(40, 120)
    report = Builder(root / "notes", root / "index", embedder, chunking, NotesConfig()).build()
    retriever = Retriever(root / "index", embedder, RetrievalConfig, fingerprint(chunking, embedder.name))
    generator = FakeGenerator(lambda prompt: prompt.blocks[0], comparisons=(-9.0, -9.0, -0.1, -5.0))
    answerer = Answerer(retriever, lambda: generator, AnsweringConfig(), Sampling(), "fp")
    done = [list(answerer.ask(Request(question)))[-1] for question in ASKED]
    counts = {name: len(retriever.store.chunk_ids(Scope(name))) for name in notes}
    retriever.close()
    answers = tuple(one.answer for one in done if isinstance(one, Done))
    return Told(tuple(generator.prompts), answers, {s.path: s.reason for s in report.skipped}, counts)


def good() -> dict[str, bytes]:
    return {name: text.encode() for name, text in COURSE.items()}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return course(tmp_path_factory.mktemp("alone"), good())


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Told:
    evil = {f"{id_}.md": note_text(attack)[:_INDEXED].encode("utf-8", "replace") for id_, attack in ATTACKS.items()}
    return course(tmp_path_factory.mktemp("attacked"), good() | evil)


@pytest.mark.timeout(280)
def test_the_others_are_answered_from_the_same_words(alone: Told, attacked: Told) -> None:
    assert len(alone.prompts) == len(ASKED)
    assert attacked.prompts == alone.prompts
    assert [answer.text for answer in attacked.answers] == [answer.text for answer in alone.answers]
    assert [answer.sentences for answer in attacked.answers] == [answer.sentences for answer in alone.answers]


@pytest.mark.slow
@pytest.mark.parametrize("id_", list(ATTACKS))
def test_it_is_a_note_like_any_other_or_is_refused_with_a_reason(id_: str, attacked: Told) -> None:
    name = f"{id_}.md"
    assert attacked.passages[name] > 0 or attacked.skipped[name]
    for answer in attacked.answers:
        assert name not in {citation.note for citation in answer.numbered_citations()}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("id_", list(ATTACKS))
def test_all_that_reads_notes_reads_it_to_its_end(id_: str, tmp_path: Path) -> None:
    file = tmp_path / "note.md"
    file.write_bytes(note_text(ATTACKS[id_]).encode("utf-8", "surrogatepass"))
    try:
        note = load_document(file, "note.md", NotesConfig())
    except UnreadableNote as refusal:
        assert refusal.message and id_ == "nul"
        return
    assert max(depth(tree(note)), 1) <= 64
    assert all(section.end <= len(note.text) for section in note.outline)
    assert all(note.text[line.anchor.start : line.anchor.end] == line.anchor.quote for line in read_lines(note))
    assert all(note.text[fact.anchor.start : fact.anchor.end] == fact.anchor.quote for fact in read_facts(note).facts)


def depth(node: object) -> int:
    children = getattr(node, "children", ())
    return 1 + max(map(depth, children), default=0)


@pytest.mark.model
@pytest.mark.parametrize("id_", [id_ for id_, attack in ATTACKS.items() if attack.get("tokens")])
def test_control_tokens_in_notes_are_letters(id_: str, small_engine: LlamaEngine) -> None:
    model, text = small_engine.model, note_text(ATTACKS[id_])

    def controls(prompt: Prompt) -> list[int]:
        return [token for token in small_engine.tokenize(prompt).tokens if model.is_control(token)]

    assert controls(Prompt("You help.", (text,), text)) == controls(Prompt("You help.", ("a",), "b")) != []
    assert b"".join(map(model.piece, small_engine.tokenize(Prompt("", (text,), "")).blocks[0])).decode() == text
