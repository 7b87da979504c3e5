"""The fuzzer of files: the same file for the same number, and what breaks a reader is told from what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import fuzz_files
from tools.fuzz_files import changed_file, read_apart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it forks")


def test_a_number_stands_for_one_changed_file() -> None:
    seeds = {".md": [b"# Salt\n\nSalt dissolves in 100 g of water.\n"], ".csv": [b"a;b\n1;2\n"]}
    files = [changed_file(seeds, number) for number in range(40)]
    assert files == [changed_file(seeds, number) for number in range(40)]
    assert {ending for ending, _ in files} == {".md", ".csv"}
    assert len({data for _, data in files}) > 20


@pytest.mark.parametrize(
    ("raised", "kind"),
    [(None, "read"), (IndexError("of our own"), "raised"), (MemoryError(), "memory"), (SystemExit(), "died")],
)
def test_what_becomes_of_a_file_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: BaseException | None, kind: str
) -> None:
    file = tmp_path / "a.md"
    file.write_text("# Salt\n\nSalt dissolves.\n", encoding="utf-8")

    def parse(*arguments: object) -> object:
        if raised is not None:
            raise raised
        return original(*arguments)

    original = fuzz_files.parse
    monkeypatch.setattr(fuzz_files, "parse", parse)
    outcome = read_apart(file)
    assert (outcome.kind, outcome.is_sound) == (kind, kind == "read")
