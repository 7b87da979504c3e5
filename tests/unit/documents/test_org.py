"""Notes of org-mode, read from small files that are written here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.types import Document, ElementKind


@pytest.fixture
def read(tmp_path: Path):
    def load(org: str) -> Document:
        (tmp_path / "note.org").write_text(org, encoding="utf-8")
        return load_document(tmp_path / "note.org", "note.org", NotesConfig())

    return load


OUTLINE = """:PROPERTIES:
:ID: 3f2a
:END:
#+TITLE: Cell biology
#+FILETAGS: :bio:
# a remark to oneself

* TODO [#A] Organelles :exam:week2:
SCHEDULED: <2026-01-01 Thu>
  The /nucleus/ holds *DNA*, and =rRNA= is made
  there; see [[https://a.example][this page]] and [[id:12][Ribosomes]].
** Parts
:LOGBOOK:
CLOCK: [2026-01-01]
:END:
- Membrane :: a double layer
  of lipids
  1. inner
  2. outer
+ [X] pores

| Name | Task |
|------+------|
| ER   | folds =x= |
*** Size
It is $d\\approx
10$ nm, \\(r\\) half of it.
\\begin{align*}
V &= r^3
\\end{align*}
"""


def test_an_outline_is_read_with_all_it_has(read) -> None:
    note = read(OUTLINE)
    assert (note.kind, note.title) == ("org", "Cell biology")
    assert [(one.level, one.label) for one in note.elements if one.kind is ElementKind.HEADING] == [
        (1, "Cell biology"), (2, "TODO Organelles"), (3, "Parts"), (4, "Size"),
    ]  # fmt: skip
    assert note.text == (
        "# Cell biology\n\n## TODO Organelles\n\n"
        "  The *nucleus* holds **DNA**, and `rRNA` is made\n"
        "  there; see [this page](https://a.example) and Ribosomes.\n\n"
        "### Parts\n\n- **Membrane**: a double layer\n  of lipids\n  1. inner\n  2. outer\n+ [X] pores\n\n"
        "| Name | Task |\n| --- | --- |\n| ER | folds `x` |\n\n"
        "#### Size\n\nIt is $d\\approx 10$ nm, $r$ half of it.\n$$\n"
        "\\begin{aligned} V &= r^3 \\end{aligned}\n$$\n"
    )
    assert [one.label for one in note.elements if one.kind is ElementKind.ITEM] == [
        "Membrane",
        "inner",
        "outer",
        "pores",
    ]


@pytest.mark.parametrize(
    ("org", "text"),
    [
        ("** Below\n*** Deeper", "# Below\n\n## Deeper"),
        ("* A\n" + "*" * 7 + " one\n" + "*" * 8 + " two", "# A\n\n- one\n  - two"),
        ("#+begin_src python :results none\n  if x:\n    y  # *no*\n#+end_src", "```python\nif x:\n  y  # *no*\n```"),
        ("#+BEGIN_EXAMPLE\n* no heading\n#+END_EXAMPLE", "```\n* no heading\n```"),
        (": fixed\n:   width", "```\nfixed\n  width\n```"),
        ("#+begin_quote\nKnow /it/.\n#+end_quote", "> Know *it*."),
        ("#+begin_theorem\nIt holds.\n#+end_theorem", "**Theorem.** It holds."),
        ("#+begin_comment\nhidden\n#+end_comment\nseen", "seen"),
        ("#+begin_src c\nnever closed", "#+begin_src c\nnever closed"),
        (":PROPERTIES:\nnever closed\n* Next", ":PROPERTIES:\nnever closed\n\n# Next"),
        ("a [fn:1] b\n\n[fn:1] a note", "a [^1] b\n\n[^1]: a note"),
        ("[[file:a/b.png]] and [[https://a.example]]", "and https://a.example"),
        ("2 * 3 * 4 and a/b/c and snake_case_name", "2 * 3 * 4 and a/b/c and snake_case_name"),
        ("\\[ x\n= y \\]\nend", "$$\nx = y\n$$\nend"),
        ("> no quote", "\\> no quote"),
    ],
)
def test_each_sign_means_what_emacs_takes_it_for(read, org: str, text: str) -> None:
    assert read(org).text.strip() == text


def test_a_long_line_of_signs_is_read_at_once(read) -> None:
    line = "*a /b =c $d [[e " * 5000
    assert read(line).text.strip() == line.strip()
