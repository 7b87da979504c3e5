"""The lesson's tokens are production's, whatever the text, and they join to exactly the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.lab.lessons.tokens import Split, embedder_split, generator_split
from assistant.models.llama.engine import LlamaEngine
from assistant.models.llama.library import LlamaModel

pytestmark = [pytest.mark.model, pytest.mark.embedder]

TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(["learning", " ", "\n\n", "é", "e\u0301", "漢", "한국", "👩‍💻", "<|im_end|>", "x=1", "\t"])
    ).map("".join),
)


@pytest.fixture(scope="module")
def vocabulary(small_model_path: Path) -> Iterator[LlamaModel]:
    with LlamaModel(small_model_path, vocabulary_only=True) as model:
        yield model


@pytest.fixture(scope="module")
def embedder(models_dir: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(models_dir / "all-minilm-l6-v2", "all-minilm-l6-v2", threads=1)


def joined(split: Split) -> bytes:
    return b"".join(piece.data for piece in split.pieces)


@settings(max_examples=200)
@given(text=TEXTS)
@example(text="")
@example(text="\x00 \ud800")
@example(text="a \U00040000 b")  # this vocabulary has no entry for the byte F1
def test_the_writers_tokens_are_the_engines(text: str, vocabulary: LlamaModel, small_engine: LlamaEngine) -> None:
    split = generator_split(vocabulary, text, "small")
    assert split.count == small_engine.count_tokens(text)
    ids = tuple(piece.id for piece in split.pieces if piece.id is not None)
    assert ids == small_engine.model.tokenize(text, special=False)
    assert joined(split) == text.encode("utf-8", "replace")


@settings(max_examples=200)
@given(text=TEXTS)
@example(text="")
@example(text="한국 is one word, and seven tokens of two characters")
def test_the_searchers_tokens_are_those_that_chunks_are_measured_in(
    text: str, embedder: SentenceTransformerEmbedder
) -> None:
    text = text.encode("utf-8", "replace").decode()
    split = embedder_split(embedder, text, "searcher")
    assert split.count == embedder.token_starts(text).size
    assert joined(split) == text.encode()
    starts, at = [], 0
    for piece in split.pieces:
        if piece.id is not None:
            starts.append(at - (len(piece.inside) if not piece.data else 0))
        at += len(piece.data.decode())
    assert starts == embedder.token_starts(text).tolist()


@given(text=TEXTS)
def test_the_vocabulary_alone_cuts_as_the_whole_model_does(
    text: str, vocabulary: LlamaModel, small_engine: LlamaEngine
) -> None:
    assert vocabulary.tokenize(text, special=False) == small_engine.model.tokenize(text, special=False)
    assert vocabulary.trained_context == small_engine.model.trained_context


@given(text=st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x1F9FF, exclude_categories=["Cs"])))
def test_bytes_of_a_broken_character_name_it(text: str, vocabulary: LlamaModel) -> None:
    for piece in generator_split(vocabulary, text, "small").pieces:
        has_bytes = any(not is_text for _, is_text in piece.runs)
        assert bool(piece.inside) == has_bytes
        assert piece.inside in text
        shown = b"".join(run.encode() if is_text else bytes.fromhex(run) for run, is_text in piece.runs)
        assert shown == piece.data
