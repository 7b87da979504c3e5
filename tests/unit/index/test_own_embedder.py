"""Another search model: any folder of sentence-transformers, here a tiny one that is made for the test."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelDamaged, ModelMissing
from assistant.index.embedder import SentenceTransformerEmbedder, name_of_folder
from assistant.index.encoder import encoder_of

pytestmark = pytest.mark.slow


def made(folder: Path, seed: int = 0) -> Path:
    """Saves a BERT of one layer with sixteen dimensions that reads letters."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = [chr(code) for code in range(97, 123)]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    tokenizer = Tokenizer(WordPiece({token: at for at, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [("[CLS]", 2), ("[SEP]", 3)]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=special)
    torch.manual_seed(seed)
    shape = BertConfig(
        vocab_size=len(tokens),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(shape).save_pretrained(folder / "network")
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)
    fast.save_pretrained(folder / "network")
    network = modules.Transformer(str(folder / "network"))
    SentenceTransformer(modules=[network, modules.Pooling(16)], device="cpu").save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("tiny"))


def test_any_folder_of_sentence_transformers_gives_vectors(folder: Path) -> None:
    embedder = SentenceTransformerEmbedder(folder, name_of_folder(folder), 1, encoder_of(folder))
    assert (embedder.dimension, embedder.window_tokens) == (16, 62)
    rows = embedder.embed_chunks(["cats purr", "x" * 500, ""])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    plain = SentenceTransformerEmbedder(folder, "plain", 1)
    assert np.allclose(rows[0], plain.embed_query("cats purr"), atol=1e-4)
    assert embedder.token_starts("ab cd").tolist() == [0, 1, 3, 4]


def test_its_name_follows_what_is_in_it_and_not_where_it_is(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, moved)
    assert name_of_folder(moved) == name_of_folder(folder)
    other = made(tmp_path / "other", seed=1)
    assert name_of_folder(other) != name_of_folder(folder), "the same shape with other weights"


def test_what_is_no_such_folder_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ModelMissing, match=r"modules\.json, tokenizer\.json, model\.safetensors is not there"
    ) as missing:
        name_of_folder(tmp_path)
    assert "model.embedder" in missing.value.hint
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    for file in ("tokenizer_config.json", "config.json"):
        (broken / file).unlink()
    with pytest.raises(ModelDamaged, match="how long a text may be"):
        _ = SentenceTransformerEmbedder(broken, "broken", 1).window_tokens
    (broken / "tokenizer_config.json").write_text("[")
    with pytest.raises(ModelDamaged, match=r"tokenizer_config\.json cannot be read"):
        _ = SentenceTransformerEmbedder(broken, "broken", 1).window_tokens
    shutil.copytree(folder, tmp_path / "empty")
    (tmp_path / "empty" / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelDamaged, match="cannot be loaded"):
        SentenceTransformerEmbedder(tmp_path / "empty", "empty", 1).load()
