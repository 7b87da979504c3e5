"""Why files were left out, in few lines."""

from __future__ import annotations

from assistant.types import SkippedFile, reasons_of


def test_one_line_for_a_hundred_files_of_one_reason() -> None:
    empty = [SkippedFile(f"{n}.md", "The file is empty.") for n in range(100)]
    few = [SkippedFile("x.pdf", "It is damaged."), SkippedFile("y.pdf", "It is damaged.")]
    assert reasons_of([*empty, *few]) == (
        "100 files (0.md, 1.md, 2.md and 97 more): The file is empty.",
        "x.pdf: It is damaged.",
        "y.pdf: It is damaged.",
    )
    assert reasons_of([]) == ()
