"""Names: which passage explains what a question names."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import ChunkingConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.fusion import NAMED, Candidates, fuse, name_bonus
from assistant.index.question_words import INITIALS, Name, WeighedQuestion, names_of
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.index.words import content_words, stem
from assistant.testing import FakeEmbedder
from assistant.types import Chunk


def named(passage: str) -> tuple[Name, ...]:
    document = parse("n.md", passage)
    chunk = Chunk("n.md", (), (), "", 0, len(passage), passage, 0, names=document.names(0, len(passage)))
    return names_of(chunk)


def share(question: str, passage: str) -> float:
    return WeighedQuestion(question, lambda word: 1.0).share(named(passage))


@pytest.mark.parametrize(
    "passage",
    [
        "- **Bias** - systematic errors",
        "- **Bias**- systematic errors",
        "- **Bias**",
        "\t- Bias: systematic errors",
        "* __Bias__ is what is systematic",
        "1. Bias - systematic errors",
        "### Bias",
        "- **Systematic error (bias)** - of a model",
        "- **Bias (of a model)** - systematic errors",
    ],
)
@pytest.mark.parametrize("question", ["What is bias?", "explain bias", "wats biases"])
def test_an_item_or_a_heading_is_named_as_the_question_says(question: str, passage: str) -> None:
    assert share(question, passage) == 1.0


@pytest.mark.parametrize(
    "passage",
    ["Bias - in running text", "- models may have bias", "- **Bias and fairness**", "- **Variance** - not bias"],
)
def test_a_mention_is_no_name(passage: str) -> None:
    assert share("What is bias?", passage) == 0.0


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("what are large language models", "LLM"),
        ("What is an LLM?", "Large Language Models"),
        ("what is amazon web services", "AWS"),
    ],
)
def test_initials_and_what_they_stand_for_are_one_name(question: str, name: str) -> None:
    assert share(question, f"- **{name}** - explained here") == pytest.approx(INITIALS)
    assert share("what are LLMs", "- **Large language models (LLM)** - explained here") == 1.0


def test_initials_of_words_that_do_not_follow_one_another_are_nothing() -> None:
    assert share("which models have a large language", "- **LLM** - explained here") == 0.0


def test_a_name_is_a_part_of_the_question_by_the_weight_of_its_words() -> None:
    weights = {"batch": 3.0, "cost": 1.0}
    asked = WeighedQuestion("what does batch cost", weights.__getitem__)
    assert asked.share(named("- **Batch** - many at once")) == 0.75
    assert asked.share(named("- **Batch** - many\n- **Cost** - of it")) == 1.0
    assert asked.share(()) == 0.0
    assert WeighedQuestion("what is it", weights.__getitem__).share(named("- **It** - a word")) == 0.0


def test_half_of_a_question_counts_an_eighth() -> None:
    assert name_bonus(1.0) == NAMED
    assert name_bonus(0.5) == NAMED / 8
    found = Candidates([(1, 0.9), (2, 0.5)], [])
    fused = fuse(found, FakeEmbedder().embed_query("a")[:2] * 0, 1.0, named=0.5)
    assert fused.scores.tolist() == [NAMED / 8, NAMED / 8]


@pytest.mark.parametrize("line", ["# {}x", "- {}x", "- **{}x", "- {}: x"])
@pytest.mark.parametrize("filling", [" ", "*", "(", "#"])
def test_a_line_of_one_sign_is_read_in_linear_time(line: str, filling: str) -> None:
    named(line.format(filling * 300_000))  # in quadratic time this would take hours


@pytest.mark.parametrize("heading", ["Bias", "1.2 Bias", "3. Bias:", "Systematic error (bias)"])
def test_a_passage_has_the_name_of_the_heading_that_it_stands_below(heading: str) -> None:
    below = Chunk("n.md", ("Machine learning", heading), (), "", 0, 6, "Errors.", 0)
    assert WeighedQuestion("What is bias?", lambda word: 1.0).share(names_of(below)) == 1.0
    assert WeighedQuestion("What is machine learning?", lambda word: 1.0).share(names_of(below)) == 0.0


def test_another_thing_with_the_same_initials_gets_little() -> None:
    assert share("what is memory loss", "- **ML** - learning from data") == pytest.approx(INITIALS)
    assert name_bonus(INITIALS) < NAMED / 2


def test_what_is_explained_comes_before_what_is_often_mentioned(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    mentions = "# Others\n\n" + "\n\n".join(
        f"Bias here, bias there, bias {n}: bias is in every model." for n in range(6)
    )
    explains = "# Basics\n\n- **Fairness** - to favour no group\n- **Bias** - systematic errors in predictions\n"
    store = Store(tmp_path, create=True)
    store.begin_fingerprint("test")
    for path, text in (("others.md", mentions), ("basics.md", explains)):
        note = parse(path, text, "markdown", path)
        blocks, chunks = split(note, embedder, ChunkingConfig(20, 60))
        store.put(
            Entry(note, FileState(len(text), 1, note.path), blocks, chunks),
            embedder.embed_chunks([chunk.embedding_text for chunk in chunks]),
        )
    store.close()
    retriever = Retriever(tmp_path, embedder, RetrievalConfig, "test")
    assert retriever.search("What is bias?").hits[0].chunk.note == "basics.md"
    retriever.close()


@pytest.mark.parametrize(
    ("plural", "singular"), [("llms", "llm"), ("gpus", "gpu"), ("vms", "vm"), ("apis", "api"), ("models", "model")]
)
def test_plurals_of_initials_are_the_same_word(plural: str, singular: str) -> None:
    assert stem(plural) == stem(singular)


@pytest.mark.parametrize("word", ["css", "class", "less"])
def test_a_double_s_is_no_plural(word: str) -> None:
    assert stem(word) == word


def test_contractions_typed_without_their_apostrophe_say_nothing_of_the_subject() -> None:
    assert content_words("when shouldnt i use ML, and why dont they? im confused") == ["ml", "confused"]
    assert content_words("my id is ill") == ["id", "ill"]
