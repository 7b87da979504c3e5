"""The file of the model is replaced, overwritten or cut short while it is in use."""

from __future__ import annotations

import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import run_child
from kill_download import DOWNLOAD

from assistant.cli.startup import LAST_WORDS
from assistant.errors import ModelDamaged
from assistant.models.llama.engine import LlamaEngine, load_engine
from assistant.models.llama.options import EngineOptions
from assistant.types import Prompt, Token

pytestmark = [pytest.mark.model, pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files in use")]
PROMPT = Prompt("You help.", (), "What is a token?")


@pytest.fixture
def file(tmp_path: Path, small_model_path: Path) -> Path:
    return Path(shutil.copy(small_model_path, tmp_path / "model.gguf"))


@pytest.fixture
def engine(file: Path) -> Iterator[LlamaEngine]:
    options = EngineOptions(context_tokens=256, threads=1, batch_threads=1)
    with load_engine(file, "model", options) as engine:
        yield engine


def answer(engine: LlamaEngine) -> str:
    events = engine.generate(PROMPT, max_tokens=4, cancel=threading.Event())
    return "".join(event.text for event in events if isinstance(event, Token))


def test_a_new_file_under_the_same_name_does_no_harm(engine: LlamaEngine, file: Path) -> None:
    before = answer(engine)
    other = file.with_name("other")
    other.write_bytes(b"GGUF and nothing else")
    other.replace(file)
    assert answer(engine) == before
    file.unlink()
    assert answer(engine) == before


def test_a_file_that_was_written_to_is_not_used_any_more(engine: LlamaEngine, file: Path) -> None:
    answer(engine)
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.truncate(size // 2)
    with pytest.raises(ModelDamaged, match=f"was changed while it was in use \\({size:,} bytes then") as caught:
        answer(engine)
    assert "assistant models verify" in caught.value.hint
    with pytest.raises(ModelDamaged):
        list(engine.warm("You help.", ["A block."], threading.Event()))


def test_a_model_that_is_pulled_is_protected_from_being_written_over(tmp_path: Path) -> None:
    [address, *_] = DOWNLOAD.prepare(tmp_path)
    assert address.startswith("http://127.0.0.1:")
    DOWNLOAD.finish(tmp_path)
    assert (tmp_path / "models" / "tiny" / "tiny.gguf").stat().st_mode & 0o222 == 0


CUT = textwrap.dedent(
    """
    import os, sys, threading
    from pathlib import Path
    from assistant.cli.startup import explain_lost_files
    from assistant.models.llama.engine import load_engine
    from assistant.models.llama.options import EngineOptions
    from assistant.types import Prompt, Token

    explain_lost_files()
    file = Path(sys.argv[1])
    options = EngineOptions(context_tokens=256, threads=1, batch_threads=1)
    engine = load_engine(file, "model", options)
    prompt = Prompt("You help.", (), "What is a token?")
    for event in engine.generate(prompt, max_tokens=100, cancel=threading.Event()):
        if isinstance(event, Token):
            os.truncate(file, 1_000_000)
    """
)


def test_cut_short_in_the_middle_of_an_answer_the_process_says_why_it_ends(file: Path) -> None:
    done = run_child([sys.executable, "-c", CUT, str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (ModelDamaged.exit_code, LAST_WORDS)
