"""Loading models that are missing, damaged or too large, and leaving the process."""

from __future__ import annotations

import random
import sys
import threading
from dataclasses import replace

import pytest
from children import run_child

from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.models.llama import probe
from assistant.models.llama.context import ContextOptions, LlamaContext
from assistant.models.llama.engine import LlamaEngine, load_engine
from assistant.models.llama.library import LlamaModel, build_id
from assistant.models.llama.options import EngineOptions
from assistant.types import Prompt

pytestmark = pytest.mark.model

OPTIONS = EngineOptions(context_tokens=2048, threads=1, batch_threads=1)


def test_a_missing_file(tmp_path):
    with pytest.raises(ModelMissing, match=r"no\.gguf") as caught:
        LlamaModel(tmp_path / "no.gguf")
    assert "assistant models pull" in caught.value.hint


@pytest.mark.parametrize("kind", ["empty", "random", "text", "header only", "truncated", "last byte missing"])
def test_a_damaged_file_is_refused_with_the_reason(small_model_path, tmp_path, kind):
    path = tmp_path / "model.gguf"
    whole = small_model_path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "random": random.Random(0).randbytes(100_000),
            "text": b"<html>404</html>",
            "header only": whole[:24],
            "truncated": whole[: len(whole) // 2],
            "last byte missing": whole[:-1],
        }[kind]
    )
    with pytest.raises(ModelDamaged, match=r"model\.gguf: ") as caught:
        load_engine(path, "m", OPTIONS)
    assert "gave no reason" not in caught.value.message
    assert "assistant models verify" in caught.value.hint


def test_a_context_that_no_machine_can_hold(small_model_path):
    model = LlamaModel(small_model_path)
    with pytest.raises(ModelError, match="create a context of") as caught:
        LlamaContext(model, ContextOptions(cells=2**31))
    assert "context_tokens" in caught.value.hint
    model.close()


def test_the_context_is_not_longer_than_the_model_was_trained_for(small_model_path):
    with load_engine(small_model_path, "m", replace(OPTIONS, context_tokens=100_000)) as engine:
        assert engine.context_tokens == 8192


def test_what_is_known_about_a_model(small_model_path):
    with LlamaModel(small_model_path) as model:
        assert "llama" in model.description
        assert model.is_plain_transformer
        assert "<|im_start|>" in (model.chat_template or "")
        assert model.eos_text == "<|im_end|>"
    assert "llama-cpp-python" in build_id()
    with pytest.raises(ModelError, match="closed"):
        model.tokenize("x", special=False)


def test_the_threads_are_measured_on_first_use_and_then_remembered(small_model_path, tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "_BUSY_PERCENT", 101.0)  # what a busy machine says is not remembered
    path = tmp_path / "threads.json"
    with load_engine(small_model_path, "m", EngineOptions(context_tokens=512), probe_file=path) as engine:
        assert engine.options.threads >= 1
        assert engine.options.batch_threads >= 1
    path.write_text(path.read_text().replace('"threads": ', '"threads": 1'))
    with load_engine(small_model_path, "m", EngineOptions(context_tokens=512), probe_file=path) as again:
        assert again.options.threads == int(f"1{engine.options.threads}")


@pytest.mark.parametrize("state", ["idle", "reading", "writing", "closed"])
def test_the_process_ends_cleanly(small_model_path, state):
    """Also while the engine computes: without an orderly end, llama.cpp's threads crash at exit."""
    program = f"""
import sys, threading
from pathlib import Path
from assistant.models.llama.engine import load_engine
from assistant.models.llama.options import EngineOptions
from assistant.types import Prompt, Token
engine = load_engine(Path({str(small_model_path)!r}), "m", EngineOptions(threads=1, batch_threads=1))
events = engine.generate(Prompt("s", ("word " * 2000,), "q"), max_tokens=900, cancel=threading.Event())
state = {state!r}
if state in ("reading", "writing"):
    next(events)
while state == "writing" and not isinstance(next(events), Token):
    pass
if state == "closed":
    engine.close()
print("end", flush=True)
"""
    done = run_child([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_importing_the_engine_does_not_import_llama_cpp():
    program = "import sys, assistant.models.llama.engine; print('llama_cpp' in sys.modules)"
    done = run_child([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"


def test_a_model_without_template_gets_the_plain_layout(small_model_path, monkeypatch):
    monkeypatch.setattr(LlamaModel, "chat_template", None)
    with LlamaEngine(LlamaModel(small_model_path), "m", replace(OPTIONS, context_tokens=512)) as engine:
        assert not engine.has_own_template
        tokens = engine.tokenize(Prompt("Instructions.", ("A note.\n",), "Why?")).tokens
        text = b"".join(map(engine.model.piece, tokens)).decode()
        assert text == "Instructions.\n\nA note.\nWhy?\n\nAnswer:"
        events = list(engine.generate(Prompt("s", (), "q"), max_tokens=3, cancel=threading.Event()))
        assert events[-1].output_tokens > 0
