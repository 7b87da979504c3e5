"""Makes documents of one source with the tools that people use, so that what is in them is known exactly.

pandoc makes Word, OpenDocument, web pages, e-books, slides, LaTeX and org-mode, and with a typesetter behind it PDF:
typst, LaTeX or groff. What is not on this machine makes nothing, and the reason says what would bring it.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TIMEOUT_S = 120
_DIALECT = "commonmark+pipe_tables+tex_math_dollars"
_BRING = {
    "pandoc": "apt install pandoc, or pip install pypandoc_binary",
    "typst": "pip install typst, and pip install pypandoc_binary (pandoc 3.1 or newer)",
    "pdflatex": "apt install texlive-latex-recommended lmodern",
    "groff": "apt install groff",
}
_LANGUAGE = re.compile(r"(?<=^```)\w+$", re.MULTILINE)
_TYPST_PAGE = """#set page(header: [Notes for the second term])
#set par(justify: true)
#set text(hyphenate: true)
"""


class NotMade(Exception):
    """A document could not be made here; the text says why, and what mends it."""


@dataclass(frozen=True, slots=True)
class MadeFormat:
    """A way to make documents.

    Attributes:
        name: Of the program that made it and the format, such as ``pdf typst``.
        ending: Of its files, with the dot.
        make: Writes a file from a source.
        deepest_heading: Headings of a lower rank are not marked in this format.
    """

    name: str
    ending: str
    make: Callable[[Path, Path], None]
    deepest_heading: int = 6


def make(kind: MadeFormat, source: Path, folder: Path) -> Path:
    """Returns the file that was made of a source.

    Raises:
        NotMade: A tool is missing or has failed.
    """
    target = folder / f"{source.stem}{kind.ending}"
    kind.make(source, target)
    return target


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _by_pandoc(*options: str) -> Callable[[Path, Path], None]:
    def run(source: Path, target: Path) -> None:
        _pandoc(source, target, *options)

    return run


def _pandoc(source: Path, target: Path, *options: str) -> None:
    named = ("--metadata", f"pagetitle={source.stem}", *options, "-o", target.name)
    _run([_program("pandoc"), "-f", _DIALECT, str(source.resolve()), "-s", *named], target.parent)


def _by_typst(source: Path, target: Path) -> None:
    if importlib.util.find_spec("typst") is None:
        raise _missing("typst")
    import typst

    written, page = target.with_suffix(".typ"), target.with_suffix(".page.typ")
    page.write_text(_TYPST_PAGE, encoding="utf-8")
    _pandoc(source, written, "-t", "typst", "-V", "papersize=a5", "--include-in-header", page.name)
    target.write_bytes(typst.compile(str(written)))


def _by_latex(source: Path, target: Path) -> None:
    latex = target.with_suffix(".tex")
    _pandoc(source, latex, "-t", "latex", "-V", "papersize=a5", "-V", "documentclass=report")
    for _ in range(2):  # the outline is made by the second run
        _run([_program("pdflatex"), "-interaction=nonstopmode", latex.name], target.parent)


def _by_groff(source: Path, target: Path) -> None:
    _program("pandoc")
    manuscript, plain = target.with_suffix(".ms"), target.with_suffix(".plain.md")
    plain.write_text(_LANGUAGE.sub("", source.read_text(encoding="utf-8")), encoding="utf-8")
    _pandoc(plain, manuscript, "-t", "ms")  # what pandoc writes for code of a named language prints nothing
    command = [_program("groff"), "-ms", "-e", "-t", "-k", "-Tpdf", manuscript.name]
    target.write_bytes(_run(command, target.parent))


FORMATS = (
    MadeFormat("markdown", ".md", _copy),
    MadeFormat("docx", ".docx", _by_pandoc()),
    MadeFormat("odt", ".odt", _by_pandoc()),
    MadeFormat("html", ".html", _by_pandoc("--mathml")),
    MadeFormat("epub", ".epub", _by_pandoc("--mathml")),
    MadeFormat("pptx", ".pptx", _by_pandoc("--slide-level=2"), deepest_heading=2),
    MadeFormat("latex", ".tex", _by_pandoc("--no-highlight")),
    MadeFormat("beamer", ".tex", _by_pandoc("-t", "beamer", "--slide-level=2", "--no-highlight"), deepest_heading=2),
    MadeFormat("org", ".org", _by_pandoc()),
    MadeFormat("pdf typst", ".pdf", _by_typst),
    MadeFormat("pdf latex", ".pdf", _by_latex),
    MadeFormat("pdf groff", ".pdf", _by_groff),
)


@cache
def _program(name: str) -> str:
    """Returns where a program is: pandoc's newest, in the package of Python that carries it, before any other."""
    spec = importlib.util.find_spec("pypandoc") if name == "pandoc" else None
    carried = Path(spec.origin or "").parent / "files" / "pandoc" if spec else None
    found = str(carried) if carried and carried.is_file() else shutil.which(name)
    if found is None:
        raise _missing(name)
    return found


def _missing(name: str) -> NotMade:
    return NotMade(f"{name} is not on this machine ({_BRING[name]})")


def _run(command: list[str], folder: Path) -> bytes:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotMade(f"{Path(command[0]).name} took longer than {_TIMEOUT_S} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().split("\n")[0][:200]
        raise NotMade(f"{Path(command[0]).name} failed: {said}")
    return done.stdout


def sources(folder: Path) -> Iterator[Path]:
    """Yields the sources, in order of their names."""
    yield from sorted(folder.glob("*.md"))
