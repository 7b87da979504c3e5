"""Loading with too little memory: a sentence with what to do, in the class of its cause, and no traceback."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from children import run_child

from assistant.core.process import is_out_of_memory
from assistant.errors import ModelError
from assistant.index.embedder import SentenceTransformerEmbedder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limit of the address space is Linux's")

LIMIT = textwrap.dedent(
    """
    import resource, sys
    import psutil

    def leave(megabytes):
        limit = psutil.Process().memory_info().vms + megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    def tried(action):
        from assistant.errors import AssistantError
        try:
            action()
        except AssistantError as error:
            print(type(error).__name__, error.message, error.hint, sep="|")
    """
)
MODEL = LIMIT + textwrap.dedent(
    """
    from pathlib import Path
    from assistant.models.llama.library import LlamaModel, library

    library()
    leave(20)
    tried(lambda: LlamaModel(Path(sys.argv[1])))
    """
)
CONTEXT = LIMIT + textwrap.dedent(
    """
    from pathlib import Path
    from assistant.models.llama.context import ContextOptions, LlamaContext
    from assistant.models.llama.library import LlamaModel

    model = LlamaModel(Path(sys.argv[1]))
    leave(20)
    tried(lambda: LlamaContext(model, ContextOptions(cells=65536)))
    """
)
EMBEDDER = LIMIT + textwrap.dedent(
    """
    from pathlib import Path
    from assistant.index.embedder import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(Path(sys.argv[1]), "all-minilm-l6-v2", 1)
    leave(60)
    tried(embedder.load)
    """
)


def run(script: str, path: Path) -> list[str]:
    done = run_child([sys.executable, "-c", script, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("|")


@pytest.mark.model
def test_the_weights_do_not_fit(small_model_path: Path) -> None:
    kind, message, hint = run(MODEL, small_model_path)
    assert (kind, "not enough memory for SmolLM2" in message) == ("ModelError", True), message
    assert "assistant models recommend" in hint


@pytest.mark.model
def test_the_context_does_not_fit(small_model_path: Path) -> None:
    kind, message, hint = run(CONTEXT, small_model_path)
    assert (kind, "create a context of 65536 tokens" in message) == ("ModelError", True), message
    assert "Close other programs" in hint


@pytest.mark.embedder
def test_the_embedder_does_not_fit(models_dir: Path) -> None:
    kind, message, hint = run(EMBEDDER, models_dir / "all-minilm-l6-v2")
    assert (kind, message) == ("ModelError", "There is not enough memory for the embedding model.")
    assert "assistant doctor" in hint


def test_a_command_without_memory_says_so_and_prints_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from assistant.cli import main

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(main, "app", full)
    assert main.run(["ask", "What?"]) == 5
    printed = capsys.readouterr().err
    assert printed.startswith("There is not enough memory on this computer.\n  Close other programs")


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), True),
        (ImportError("No module named 'torch'"), False),
        (KeyError("weights"), False),
    ],
)
def test_each_library_has_its_own_words(error: Exception, is_memory: bool) -> None:
    assert is_out_of_memory(error) is is_memory
    wrapped = RuntimeError("loading failed")
    wrapped.__cause__ = error
    assert is_out_of_memory(wrapped) is is_memory


def test_what_an_import_leaves_behind_that_was_interrupted_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HalfMade(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise TypeError("'frame' object is not callable")

    for needed in ("modules.json", "tokenizer.json", "model.safetensors"):
        (tmp_path / needed).touch()
    monkeypatch.setitem(sys.modules, "sentence_transformers", HalfMade("sentence_transformers"))
    with pytest.raises(ModelError, match="libraries of the embedding model cannot be loaded: 'frame'") as caught:
        SentenceTransformerEmbedder(tmp_path, "all-minilm-l6-v2", 1).load()
    assert "memory" in caught.value.hint
    assert "make install" in caught.value.hint
