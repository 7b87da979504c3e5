"""Serving the page: ports, and what starting it loads."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import run_child

from assistant.api.server import HOST, free_socket
from assistant.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on, with free ones behind it."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_the_next_port_is_used_when_one_is_taken(taken: int) -> None:
    with free_socket(taken) as bound:
        address, port = bound.getsockname()
    assert address == HOST
    assert taken < port < taken + 100


def test_without_a_free_port_the_error_names_the_range(taken: int) -> None:
    with pytest.raises(UsageError, match=f"No port from {taken} to {taken} is free"):
        free_socket(taken, tried=1)


BUILD = """
import json, pathlib, sys, tempfile
from tests.ui.fake_service import fake_service
from assistant.ui.serving import page_server
service = fake_service(pathlib.Path(tempfile.mkdtemp()))
page_server(service, port=7901)
heavy = ["torch", "llama_cpp", "sentence_transformers", "transformers", "matplotlib", "plotly", "sklearn", "umap"]
print(json.dumps([[name for name in heavy if name in sys.modules], service.warmed]))
"""


def test_building_the_page_loads_no_model_and_nothing_heavy() -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    ran = run_child(
        [sys.executable, "-c", BUILD], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == [[], 0]


def test_importing_the_page_does_not_import_gradio() -> None:
    code = "import sys, assistant.ui.serving; print('gradio' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    ran = run_child([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
