"""The network of the embedder in onnxruntime: used for the models it fits, and every fault of it a sentence."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from assistant.errors import ModelDamaged, ModelError
from assistant.index import encoder as encoder_module
from assistant.index.encoder import OnnxEncoder, encoder_of
from assistant.index.network import BertShape
from tests.children import run_child

pytestmark = pytest.mark.embedder


@pytest.fixture
def model(models_dir: Path, tmp_path: Path) -> Path:
    """A copy whose settings may be changed."""
    folder = tmp_path / "model"
    shutil.copytree(models_dir / "all-minilm-l6-v2", folder, ignore=shutil.ignore_patterns("model.safetensors"))
    (folder / "model.safetensors").symlink_to((models_dir / "all-minilm-l6-v2" / "model.safetensors").resolve())
    for file in folder.rglob("*.json"):
        file.chmod(0o644)
    return folder


def change(file: Path, key: str, value: object) -> None:
    found = json.loads(file.read_text(encoding="utf-8"))
    (found[-1] if isinstance(found, list) else found)[key] = value
    file.write_text(json.dumps(found), encoding="utf-8")


def test_it_fits_the_embedder_of_the_catalogue(model: Path) -> None:
    encoder = encoder_of(model)
    assert encoder is not None
    assert encoder.dimension == 384


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("config.json", "model_type", "mpnet"),
        ("config.json", "hidden_act", "relu"),
        ("config.json", "position_embedding_type", "relative_key"),
        ("1_Pooling/config.json", "pooling_mode_mean_tokens", False),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
        ("modules.json", "type", "sentence_transformers.models.Dense"),
        ("config_sentence_transformers.json", "default_prompt_name", "query"),
        ("sentence_bert_config.json", "do_lower_case", True),
    ],
)
def test_a_model_of_another_kind_is_left_to_torch(model: Path, file: str, key: str, value: object) -> None:
    change(model / file, key, value)
    assert encoder_of(model) is None


@pytest.mark.parametrize("content", [b"", b"no weights", (2).to_bytes(8, "little") + b"{}"])
def test_weights_that_are_not_those_are_left_to_torch_which_says_so(model: Path, content: bytes) -> None:
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").write_bytes(content)
    assert encoder_of(model) is None


def test_weights_that_lack_a_layer_are_a_sentence(model: Path) -> None:
    change(model / "config.json", "num_hidden_layers", 7)
    encoder = encoder_of(model)
    assert encoder is not None
    with pytest.raises(ModelDamaged, match=r"cannot be loaded: 'encoder\.layer\.6") as caught:
        encoder.load()
    assert caught.value.hint == "assistant models verify"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "There is not enough memory for the embedding model."),
        (RuntimeError("Failed to allocate memory for requested buffer"), "There is not enough memory"),
        (ImportError("no such library"), "onnxruntime cannot be loaded: no such library."),
    ],
)
def test_what_else_may_fail_is_a_sentence(monkeypatch: pytest.MonkeyPatch, error: Exception, says: str) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(encoder_module, "_open", fail)
    with pytest.raises(ModelError) as caught:
        OnnxEncoder(Path(), BertShape()).load()
    assert caught.value.message.startswith(says)
    assert caught.value.hint


def test_a_search_imports_neither_torch_nor_transformers(models_dir: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from assistant.app.assistant import Assistant
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.encoder import encoder_of

folder = Path({str(models_dir / "all-minilm-l6-v2")!r})
embedder = SentenceTransformerEmbedder(folder, "m", 1, encoder_of(folder))
embedder.load()
assert embedder.embed_query("What is a token?").shape == (embedder.dimension,)
assert embedder.knows_word("token")
print(sorted({{"torch", "transformers", "sentence_transformers", "scipy", "sklearn"}} & set(sys.modules)))
"""
    done = run_child([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
