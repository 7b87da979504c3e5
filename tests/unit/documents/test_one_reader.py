"""Only ``documents/`` knows how headings, list items, tables, code, comments, quotes and formulas are written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
READER = ROOT / "assistant" / "documents"
ELSEWHERE = sorted(
    path for folder in ("assistant", "tools") for path in (ROOT / folder).rglob("*.py") if READER not in path.parents
)

IN_A_PATTERN = re.compile(
    r"#\{1|#\+|\^#|\^>|\[[^\]]*-\*[^\]]*\]|\[[^\]]*\*\+?-[^\]]*\]|`\{3|```|~~~|~\{3|%%|<!--|\[\.\)\]|\$\\?\$|\\\[!|---"
    r"|(?<!\|)\\\|(?!\|)"
)
"""In a regular expression: hashes, bullets, numbers with a dot, fences, comments, formulas, callouts, rules, bars."""

IN_A_TEXT = frozenset(
    ("#", "##", "###", "- ", "* ", "+ ", "> ", ">", "|", "```", "~~~", "%%", "<!--", "-->", "$$", "[!")
)
"""What no text is compared with, searched for or split at."""

READS_TEXT = frozenset(("startswith", "endswith", "find", "index", "removeprefix", "removesuffix", "strip"))

EXCEPTIONS = {
    "assistant/cards/anki_text.py": "Anki's fields are HTML with comments, and have signs of their own for formulas",
    "assistant/cards/card_table.py": "what a column of tags may be made of",
    "assistant/conversations/export.py": "writes Markdown for others: code is only what all of them take for code",
    "assistant/quiz/choosing.py": "what a student types may begin with a hash: a tag, or a heading",
    "tools/research/made_documents.py": "takes the names of languages from the sources of the documents that it makes",
    "tools/research/document_scores.py": "what is known of a text must not come from the reader that is measured",
    "assistant/ui/marks.py": "puts marks into Markdown that the page draws: they must not stand where signs do",
    "assistant/ui/markdown.py": "draws callouts and highlights of what markdown-it has read",
}
"""Where Markdown is drawn or written, and where a sign means something else."""


def reads(file: Path) -> Iterator[str]:
    """Yields each place of a module that reads signs of structure from a text."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_pattern = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            texts = [
                part.value
                for argument in node.args[:1]
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant)
            ]
            for text in (text for text in texts if isinstance(text, str)):
                if is_pattern and IN_A_PATTERN.search(text):
                    yield f"{file.relative_to(ROOT)}:{node.lineno} {text}"
                elif not is_pattern and node.func.attr in READS_TEXT and text in IN_A_TEXT:
                    yield f"{file.relative_to(ROOT)}:{node.lineno} .{node.func.attr}({text!r})"
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant) and node.left.value in IN_A_TEXT:
            yield f"{file.relative_to(ROOT)}:{node.lineno} {node.left.value!r} in ..."


def test_nobody_else_reads_structure() -> None:
    found = [place for file in ELSEWHERE if str(file.relative_to(ROOT)) not in EXCEPTIONS for place in reads(file)]
    assert found == []


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_every_exception_is_needed(path: str) -> None:
    assert list(reads(ROOT / path))
