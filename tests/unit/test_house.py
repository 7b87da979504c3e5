"""The numbers of a small house that can be counted by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from children import run_child

ROOT = Path(__file__).parents[2]
SOURCES = {
    "assistant/__init__.py": '"""A package."""\n',
    "assistant/quiz/store.py": "class Store:\n    pass\n",
    "assistant/quiz/words.py": "class Word:\n    pass\n",
    "assistant/cards/store.py": "import assistant.quiz.words\n\n\nclass Store:\n    pass\n",
    "assistant/cards/words.py": 'import re\n\nTITLE = re.compile(r"^#{1,6} ")\n',
    "assistant/ui/page.py": 'import re\n\nTITLE = re.compile(r"^#{1,6} ")\n',
    "pyproject.toml": (
        '[[tool.importlinter.contracts]]\ntype = "layers"\nlayers = ["assistant.cards", "assistant.quiz"]\n'
    ),
}
EXPECTED = """\
| modules in `assistant/` | 6 |
| lines in `assistant/` | 16 |
| lines in `tools/` | 0 |
| import layers | 2 |
| classes whose name is used twice | 1 |
| modules whose name is used twice | 1 |
| modules with one importer | 1 |
| modules that wire | 0 |
| packages that read Markdown | 1 |
| modules of more than 400 lines | 0 |
| modules of less than 60 lines | 3 |
"""


def printed(*arguments: str) -> str:
    command = [sys.executable, str(ROOT / "tools" / "house.py"), *arguments]
    return run_child(command, capture_output=True, text=True, check=True).stdout


def test_a_small_house_is_counted(tmp_path: Path) -> None:
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert printed(str(tmp_path)).endswith(EXPECTED)
    names = printed(str(tmp_path), "--names")
    for behind in ("Store x2", "words x2", "assistant.quiz.words", "cards: words (headings)"):
        assert f"\n  {behind}\n" in names


@pytest.mark.slow
def test_this_checkout_can_be_counted() -> None:
    assert "| modules in `assistant/` | " in printed()
