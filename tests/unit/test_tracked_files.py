"""What is in the repository is its own: no packages, weights or indexes, and nothing that makes a clone slow."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from children import run_child

ROOT = Path(__file__).parents[2]
FOREIGN = {".deb", ".rpm", ".whl", ".gguf", ".safetensors", ".onnx", ".faiss", ".so", ".exe", ".iso"}
MOST_BYTES = 300 * 1024


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of the repository")
    listed = run_child(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def test_nothing_foreign_is_tracked(tracked: list[Path]) -> None:
    assert [file for file in tracked if file.suffix in FOREIGN] == []


def test_no_file_is_large(tracked: list[Path]) -> None:
    assert [file for file in tracked if file.is_file() and file.stat().st_size > MOST_BYTES] == []
