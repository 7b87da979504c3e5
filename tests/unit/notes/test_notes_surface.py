"""What the package offers, and that it is quick to import."""

from __future__ import annotations

import sys
from pathlib import Path

from children import run_child

import assistant
import assistant.notes


def test_every_public_name_is_there() -> None:
    assert all(hasattr(assistant.notes, name) for name in assistant.notes.__all__)


def test_readers_of_foreign_formats_are_imported_only_where_they_run() -> None:
    heavy = ["mammoth", "markdownify", "pypdfium2", "pptx", "openpyxl", "bs4", "charset_normalizer", "pandas", "numpy"]
    code = f"import sys, assistant.notes; print([name for name in {heavy} if name in sys.modules])"
    root = Path(assistant.__file__).parents[1]
    done = run_child([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
