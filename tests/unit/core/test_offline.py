"""Every dependency that can call home is told not to, before it is imported, whatever the environment says."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from pathlib import Path

import pytest
from children import run_child

ROOT = Path(__file__).parents[3]
LOUD = {
    "GRADIO_ANALYTICS_ENABLED": "True",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "DO_NOT_TRACK": "0",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_TRACING": "true",
    "ORT_DISABLE_TELEMETRY": "0",
}
STATES = textwrap.dedent(
    """
    import json, os, sys
    from assistant.cli.main import main

    try:
        main(["--version"])
    except SystemExit:
        pass
    import gradio.analytics, huggingface_hub.constants, langsmith.utils, transformers.utils.hub
    from assistant.ui.serving import page_server

    print(json.dumps({
        "gradio": gradio.analytics.analytics_enabled(),
        "hub telemetry": not huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY,
        "hub online": not huggingface_hub.constants.HF_HUB_OFFLINE,
        "transformers online": not transformers.utils.hub.is_offline_mode(),
        "langsmith": bool(langsmith.utils.tracing_is_enabled()),
    }))
    """
)


@pytest.mark.slow
def test_no_dependency_calls_home_even_if_the_environment_asks_for_it() -> None:
    done = run_child(
        [sys.executable, "-c", STATES], cwd=ROOT, env={**os.environ, **LOUD}, capture_output=True, text=True, check=True
    )
    states = json.loads(done.stdout.splitlines()[-1])
    assert states == dict.fromkeys(states, False)


@pytest.mark.slow
def test_the_embedder_is_silent_for_those_who_import_it_alone(models_dir: Path) -> None:
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from assistant.index.embedder import SentenceTransformerEmbedder

        SentenceTransformerEmbedder(Path({str(models_dir / "all-minilm-l6-v2")!r}), "all-minilm-l6-v2", 1).load()
        from huggingface_hub import constants

        assert constants.HF_HUB_OFFLINE and constants.HF_HUB_DISABLE_TELEMETRY
        """
    )
    run_child([sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **LOUD}, check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("door", "use"),
    [
        ("index.encoder", "door.encoder_of(Path({model!r})).load()"),
        ("documents.ocr.recognition", "door.read_page_picture(Image.new('RGB', (64, 64), 'white'))"),
    ],
)
def test_onnxruntime_is_told_before_it_is_imported(door: str, use: str, models_dir: Path) -> None:
    script = textwrap.dedent(
        f"""
        import builtins, importlib, os
        from pathlib import Path
        from PIL import Image

        told, find = [], builtins.__import__
        def watched(name, *rest, **more):
            if name == "onnxruntime":
                told.append(os.environ["ORT_DISABLE_TELEMETRY"])
            return find(name, *rest, **more)
        builtins.__import__ = watched
        door = importlib.import_module("assistant.{door}")
        {use.format(model=str(models_dir / "all-minilm-l6-v2"))}
        assert told and set(told) == {{"1"}}, told
        """
    )
    run_child([sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **LOUD}, check=True)
