"""The attention maps of the embedder belong to the very computation that makes the vectors of the search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.index.embedder import Attentions, SentenceTransformerEmbedder
from assistant.lab.lessons.attention import attention_grid, habits, marks_share, selected

pytestmark = pytest.mark.embedder

SENTENCES = (
    "The model reads your notes because it was asked to.",
    "Batch inference takes many inputs at once; real-time inference answers each as it arrives.",
    "naïve café 🙂 tokenization",
    "a",
)


@pytest.fixture(scope="module")
def embedder(models_dir: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(models_dir / "all-minilm-l6-v2", "all-minilm-l6-v2", threads=1)


@pytest.mark.parametrize("text", SENTENCES)
def test_true_weights_of_the_same_vector(embedder, text):
    before = embedder.embed_query(text)
    found = embedder.attentions(text)
    assert found.weights.shape == (6, 12, len(found.tokens), len(found.tokens))
    assert found.weights.min() >= 0
    assert np.abs(found.weights.sum(axis=-1) - 1).max() < 1e-5
    assert np.abs(found.vector - before).max() < 1e-5
    assert np.array_equal(embedder.embed_query(text), before), "the usual way of computing is back"
    assert (found.tokens[0], found.tokens[-1]) == ("[CLS]", "[SEP]")
    assert len(found.tokens) == len(embedder.token_starts(text)) + 2


def test_the_weights_follow_the_formula_of_attention(embedder):
    """Layer 1, computed by hand from the model's own matrices: softmax(Q K^T / sqrt(d))."""
    import torch

    text = SENTENCES[0]
    model = embedder.model()
    bert = model[0].auto_model
    with torch.inference_mode():
        ids = model.preprocess([text])["input_ids"]
        states = bert.embeddings(input_ids=ids)[0].numpy()
    own = bert.encoder.layer[0].attention.self
    heads, size = 12, own.query.weight.shape[0] // 12

    def project(linear):
        rows = states @ linear.weight.detach().numpy().T + linear.bias.detach().numpy()
        return rows.reshape(len(states), heads, size).transpose(1, 0, 2)

    scores = project(own.query) @ project(own.key).transpose(0, 2, 1) / np.sqrt(size)
    by_hand = np.exp(scores - scores.max(-1, keepdims=True))
    by_hand /= by_hand.sum(-1, keepdims=True)
    assert np.abs(by_hand - embedder.attentions(text).weights[0]).max() < 1e-5


def test_choosing_and_averaging():
    weights = np.random.default_rng(4).random((2, 3, 4, 4)).astype(np.float32)
    weights /= weights.sum(-1, keepdims=True)
    found = Attentions(("[CLS]", "word", "word", "[SEP]"), weights, np.ones(1, dtype=np.float32))
    assert np.allclose(selected(found), weights.mean(axis=(0, 1)))
    assert np.allclose(selected(found, layer=2), weights[1].mean(axis=0))
    assert np.allclose(selected(found, head=3), weights[:, 2].mean(axis=0))
    assert np.array_equal(selected(found, 1, 2), weights[0, 1])
    assert marks_share(found, 1, 2) == pytest.approx(weights[0, 1, 1:3][:, [0, 3]].sum(axis=1).mean())
    habit = habits(found)[1]
    assert (habit.layer, habit.head) == (1, 2)
    assert habit.itself == pytest.approx((weights[0, 1, 1, 1] + weights[0, 1, 2, 2]) / 2)
    assert habit.before == pytest.approx((weights[0, 1, 1, 0] + weights[0, 1, 2, 1]) / 2)
    assert habit.after == pytest.approx((weights[0, 1, 1, 2] + weights[0, 1, 2, 3]) / 2)
    grid = attention_grid(found, 1, 2)
    assert grid.rows == grid.columns == ("[CLS]", "word (2)", "word (3)", "[SEP]")
    assert np.allclose(np.array(grid.values), weights[0, 1])
    words = attention_grid(found, 1, 2, words_only=True)
    assert words.rows == ("word (2)", "word (3)")
    assert np.allclose(np.array(words.values), weights[0, 1][1:3, 1:3])
