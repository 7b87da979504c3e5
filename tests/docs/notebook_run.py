"""Runs the notebook of the documentation: ``python tests/docs/notebook_run.py`` writes what its cells print into it.

That takes the real models and the sample course. The tests run the same cells with stand-ins.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "first-steps.ipynb"


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the cells that are run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source_of(cell: dict[str, Any]) -> str:
    """Returns the text of a cell."""
    return "".join(cell["source"])


def printed_in(cell: dict[str, Any]) -> str:
    """Returns what a cell printed when it was stored."""
    return "".join(line for output in cell["outputs"] for line in output["text"])


def run_cells(notebook: dict[str, Any], folder: Path) -> list[str]:
    """Runs the cells in order within ``folder``, which has ``notes/``, and returns what each printed."""
    names: dict[str, Any] = {}
    printed = []
    with contextlib.chdir(folder):
        try:
            for number, cell in enumerate(code_cells(notebook), start=1):
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(compile(source_of(cell), f"{NOTEBOOK.name}, cell {number}", "exec"), names)
                printed.append(out.getvalue())
        finally:
            if "assistant" in names:
                names["assistant"].close()
    return printed


def main() -> None:
    """Runs the notebook over a copy of the sample course and stores what it prints."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "notes", Path(folder) / "notes")
        os.environ.pop("ASSISTANT_HOME", None)
        printed = run_cells(notebook, Path(folder))
    for number, (cell, text) in enumerate(zip(code_cells(notebook), printed, strict=True), start=1):
        stream = {"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}
        cell |= {"execution_count": number, "outputs": [stream] if text else []}
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
