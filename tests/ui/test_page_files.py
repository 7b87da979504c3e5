"""What is given out of the folders of the page, and that its scripts and styles find one another."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

UI = Path(__file__).resolve().parents[2] / "assistant" / "ui"
FILES = [path for path in sorted(UI.rglob("*")) if path.suffix in (".js", ".css") and "katex" not in path.parts]
IMPORT = re.compile(r'(?:from |import\(|@import (?:url\()?|src: url\()"([^"]+)"')


@pytest.fixture(scope="module")
def client() -> TestClient:
    from assistant.ui.page import FILES, PageFiles

    return TestClient(Starlette(routes=[Mount("/page", PageFiles(directory=FILES))]))


@pytest.mark.parametrize("path", [path.relative_to(UI).as_posix() for path in FILES])
def test_a_script_or_style_is_served_with_all_that_it_imports(client: TestClient, path: str) -> None:
    answer = client.get(f"/page/{path}")
    assert answer.status_code == 200
    for wanted in IMPORT.findall(answer.text):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted))
        assert client.get(f"/page/{target}").status_code == 200, wanted


@pytest.mark.parametrize(
    "path",
    ["page.py", "tabs/quiz/handlers.py", "tabs/quiz/", "tabs/quiz", "assets/README.md", "../api/guard.py", "",
     "tabs/quiz/__pycache__/handlers.cpython-311.pyc", "assets/page.js/../../page.py", "assets/katex/LICENSE"],
)  # fmt: skip
def test_nothing_else_is(client: TestClient, path: str) -> None:
    assert client.get(f"/page/{path}").status_code == 404
