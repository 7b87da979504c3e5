"""What a document is made of, told by the text it was made from and by how it was read, and how well the two agree.

    headings, list items, cells   F1 of the texts, each counted as often as it stands there
    paragraphs                    F1; two are the same if 95 % of their signs are
    code                          F1 of the lines, with their indentation
    formulas                      F1 of those that are marked as one; whole: share whose signs stand together in a block
    order                         1 - normalised edit distance of all signs without blanks

A cell is known by its column, its row and its text, so a cell that slipped into another column is wrong. Signs are
compared as a reader sees them: quotation marks, dashes and ligatures of a typesetter are the plain ones, and a formula
is its signs in a row, ``E = m c^2`` and ``E=mc2`` alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rapidfuzz.distance import Indel, Levenshtein

from assistant.documents.tables import table_rows
from assistant.types import UNSEARCHED, Document, Element, ElementKind

_ALIKE = 0.95
_FORMULA = re.compile(r"(?<!\\)\$\$(.+?)\$\$|(?<!\\)\$([^$\n]+)(?<!\\)\$", re.DOTALL)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00ad": None})
_MARKS = re.compile(r"[*_`\\$#]")
_BESIDE_SIGNS = re.compile(r"\s*([^\w\s])\s*")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
_SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "mu": "μ", "pi": "π", "omega": "ω",
    "theta": "θ", "times": "×", "cdot": "·", "pm": "±", "approx": "≈", "neq": "≠", "to": "→", "rightarrow": "→",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "infty": "∞", "sum": "∑", "int": "∫", "partial": "∂", "prime": "'",
}  # fmt: skip
_UNSEEN_SIGNS = re.compile(r"[\s{}^_√]|\\")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a document is made of, each in reading order.

    Attributes:
        headings: Their texts.
        items: Of the lists, each without those below it.
        cells: Head of the column, first cell of the row, and text, of every cell below a head.
        code: Lines, with their indentation.
        formulas: Their signs.
        blocks: The text of every block, a table by rows.
    """

    headings: tuple[str, ...]
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    cells: tuple[tuple[str, str, str], ...]
    code: tuple[str, ...]
    formulas: tuple[str, ...]
    blocks: tuple[str, ...]


def normal(text: str) -> str:
    """Returns a text as it is compared: no markup, plain signs, one blank between words and none beside other signs."""
    text = _FORMULA.sub(lambda found: f" {formula_signs(found[1] or found[2])} ", text)
    text = _MARKS.sub("", unicodedata.normalize("NFKC", text.translate(_PLAIN)))
    return " ".join(_BESIDE_SIGNS.sub(r"\1", text).split())


def formula_signs(latex: str) -> str:
    """Returns the signs of a formula as they stand on paper, in a row and without blanks."""
    named = _COMMAND.sub(lambda found: _SIGNS.get(found[1], ""), latex.strip("$"))
    return _UNSEEN_SIGNS.sub("", unicodedata.normalize("NFKC", named.translate(_PLAIN)))


def parts_of_markdown(text: str, deepest_heading: int = 6) -> Parts:
    """Returns what a Markdown text is made of, by another reader than the program's own (markdown-it).

    Args:
        text: The text.
        deepest_heading: Headings of a lower rank count as paragraphs.
    """
    blocks: list[tuple[str, str]] = []
    cells: list[tuple[str, str, str]] = []
    code: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "fence":
            code += _code_lines(token.content)
            blocks.append(("code", token.content))
        elif token.type == "table_open":
            rows = _rows(tokens[at:])
            cells += [cell for row in rows[1:] for cell in zip(rows[0], [row[0]] * len(row), row, strict=True)]
            blocks += [("row", " ".join(row)) for row in rows]
        elif token.type == "inline" and tokens[at - 1].type in ("heading_open", "paragraph_open"):
            blocks.append((_block_kind(tokens, at, deepest_heading), token.content))
    texts = {kind: tuple(normal(text) for name, text in blocks if name == kind) for kind in ("heading", "item", "text")}
    return Parts(
        texts["heading"],
        tuple(text for text in texts["text"] if text),
        texts["item"],
        tuple((normal(head), normal(row), normal(cell)) for head, row, cell in cells),
        tuple(code),
        tuple(formula_signs(found[1] or found[2]) for found in _FORMULA.finditer(text)),
        tuple(normal(text) for _, text in blocks),
    )


def _block_kind(tokens: Sequence[Token], at: int, deepest_heading: int) -> str:
    if tokens[at - 1].type == "heading_open":
        return "heading" if int(tokens[at - 1].tag.removeprefix("h")) <= deepest_heading else "text"
    if tokens[at - 2].type == "list_item_open":
        return "item"
    return "formula" if _FORMULA.fullmatch(tokens[at].content.strip()) else "text"


def _rows(tokens: Sequence[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append(tokens[at + 1].content)
    return rows


def _code_lines(code: str) -> list[str]:
    return [line.rstrip() for line in code.split("\n") if line.strip()]


def parts_of_document(document: Document) -> Parts:
    """Returns what a document is made of, as the program has read it."""
    text = document.readable
    blocks = [block for block in document.blocks if block.kind not in UNSEARCHED]
    of_kind = {kind: [block for block in blocks if block.kind is kind] for kind in ElementKind}
    cells = [cell for table in of_kind[ElementKind.TABLE] for cell in _cells(text, table)]
    formulas = [e for e in document.elements if e.kind is ElementKind.FORMULA]
    alone = {document.block_of(e).start for e in formulas if _fills(text, e, document.block_of(e))}
    return Parts(
        tuple(normal(block.label) for block in of_kind[ElementKind.HEADING]),
        tuple(
            normal(text[b.start : b.end])
            for b in of_kind[ElementKind.PARAGRAPH]
            if b.start not in alone and b.start < b.end
        ),
        tuple(normal(text[block.body : block.end]) for block in of_kind[ElementKind.ITEM]),
        tuple(cells),
        tuple(line for block in _code_blocks(document) for line in _code_lines(_without_fences(text, block))),
        tuple(formula_signs(text[e.start : e.end].removeprefix("\\[").removesuffix("\\]")) for e in formulas),
        tuple(_block_text(text, block) for block in blocks),
    )


def _code_blocks(document: Document) -> Iterator[Element]:
    for element in document.elements:
        if element.kind is ElementKind.CODE and "\n" in document.text[element.start : element.end].strip():
            yield element


def _without_fences(text: str, block: Element) -> str:
    lines = text[block.start : block.end].strip("\n").split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith(("```", "~~~")))


def _cells(text: str, table: Element) -> Iterator[tuple[str, str, str]]:
    for row in table_rows(text, table.start, table.end):
        for cell in row.cells:
            yield normal(cell.head), normal(row.cells[0].text), normal(cell.text)


def _fills(text: str, formula: Element, block: Element) -> bool:
    return not (text[block.start : formula.start] + text[formula.end : block.end]).strip()


def _block_text(text: str, block: Element) -> str:
    if block.kind is ElementKind.HEADING:
        return normal(block.label)
    if block.kind is ElementKind.CODE:
        return normal(_without_fences(text, block))
    if block.kind is not ElementKind.TABLE:
        return normal(text[max(block.start, block.body) : block.end])
    rows = (line.strip(" |") for line in text[block.start : block.end].split("\n") if line.strip("|-: \t"))
    return normal(" ".join(re.sub(r"(?<!\\)\|", " ", row) for row in rows))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of what is there was found, and how much of what was found is there."""

    right: int
    there: int
    found: int

    @property
    def precision(self) -> float:
        """Share of what was found that is there, in [0, 1]; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found, in [0, 1]; 1 where nothing is there."""
        return self.right / self.there if self.there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two, in [0, 1]."""
        return 2 * self.right / (self.there + self.found) if self.there + self.found else 1.0


def agreement(there: Sequence[object], found: Sequence[object]) -> Agreement:
    """Returns how well two collections agree, each thing counted as often as it stands in both."""
    return Agreement((Counter(there) & Counter(found)).total(), len(there), len(found))


def near_agreement(there: Sequence[str], found: Sequence[str], alike: float = _ALIKE) -> Agreement:
    """Returns how well two lists of texts agree, where two texts are the same if ``alike`` of their signs are.

    Each text stands for one of the other list at most; the first that is alike is taken.
    """
    left, right = list(found), 0
    for text in there:
        same = next((other for other in left if Indel.normalized_similarity(text, other) >= alike), None)
        if same is not None:
            left.remove(same)
            right += 1
    return Agreement(right, len(there), len(found))


def order(there: Sequence[str], found: Sequence[str]) -> float:
    """Returns 1 - the normalised edit distance of two texts, in [0, 1], without their blanks."""
    one, other = ("".join("".join(blocks).split()) for blocks in (there, found))
    return float(Levenshtein.normalized_similarity(one, other))


def whole_formulas(formulas: Sequence[str], blocks: Sequence[str]) -> float:
    """Returns the share of the formulas whose signs stand in one block, one behind the other; 1 without formulas."""
    tight = ["".join(block.split()) for block in blocks]
    return sum(any(one in block for block in tight) for one in formulas) / len(formulas) if formulas else 1.0


def scores(there: Parts, found: Parts) -> dict[str, float]:
    """Returns every measure of this module by its name, each in [0, 1]; what the document has none of is left out."""
    measured = {
        "headings": (there.headings, agreement(there.headings, found.headings).f1),
        "paragraphs": (there.paragraphs, near_agreement(there.paragraphs, found.paragraphs).f1),
        "items": (there.items, agreement(there.items, found.items).f1),
        "cells": (there.cells, agreement(there.cells, found.cells).f1),
        "code": (there.code, agreement(there.code, found.code).f1),
        "formulas": (there.formulas, agreement(there.formulas, found.formulas).f1),
        "formulas whole": (there.formulas, whole_formulas(there.formulas, found.blocks)),
        "order": (there.blocks, order(there.blocks, found.blocks)),
    }
    return {name: value for name, (needed, value) in measured.items() if needed}
