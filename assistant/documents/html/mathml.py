"""Formulas in HTML: MathML, KaTeX, MathJax and pictures of formulas, each once, as LaTeX in dollar signs."""

from __future__ import annotations

import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag

FORMULA = "formula"
"""The tag that a formula becomes; its text is LaTeX, and ``display`` says that it stands on lines of its own."""

_MAKERS = frozenset(("mjx-container", "math", "katex-display", "katex", "mwe-math-element", "MathJax_SVG"))
"""The tags and classes of what holds a formula, in one or more forms."""

_RENDERED = ["MathJax_Preview", "MathJax", "MathJax_Display", "MathJax_CHTML", "mjx-chtml", "MJXc-display"]
"""The classes of what MathJax 2 puts beside the source of a formula."""

_PICTURE_CLASSES = frozenset(("latex", "tex", "math", "mathjax", "mwe-math-fallback-image-inline", "equation_image"))
_DISPLAY_STYLE = re.compile(r"\{\\(?:displaystyle|textstyle) (.*)\}\Z", re.DOTALL)
_SIGNS = {"×": "\\times", "⋅": "\\cdot", "−": "-", "∑": "\\sum", "∫": "\\int", "∏": "\\prod", "∞": "\\infty"}
_ACCENTS = {"¯": "\\bar", "‾": "\\overline", "^": "\\hat", "ˆ": "\\hat", "~": "\\tilde", "→": "\\vec", "˙": "\\dot"}
_LARGE = ("\\sum", "\\int", "\\prod", "lim", "max", "min", "sup", "inf", "⋃", "⋂")


def write_formulas(soup: BeautifulSoup) -> None:
    """Puts one ``formula`` in place of each formula of a page, whatever forms the page has of it."""
    scripts = [script for script in soup("script") if str(script.get("type", "")).startswith("math/tex")]
    if scripts:
        for rendered in soup(class_=_RENDERED):
            rendered.extract()
    for script in scripts:
        _replace(soup, script, script.string or "", display="display" in script["type"])
    done: set[int] = set()
    for maker in [tag for tag in soup(True) if not _MAKERS.isdisjoint((tag.name, *tag.get_attribute_list("class")))]:
        if not any(id(outer) in done for outer in maker.parents):
            done.add(id(maker))
            _replace(soup, maker, _latex_of(maker), display=_is_displayed(maker))
    for picture in soup("img"):
        classes = {name.lower() for name in picture.get_attribute_list("class") if name}
        words = str(picture.get("alt") or "").strip()
        if words and (classes & _PICTURE_CLASSES or (words.startswith("$") and words.endswith("$"))):
            _replace(soup, picture, words, display=words.startswith(("$$", "\\[")))


def _replace(soup: BeautifulSoup, tag: Tag, latex: str, *, display: bool) -> None:
    latex = _bare(latex)
    if not latex:
        tag.extract()
        return
    formula = soup.new_tag(FORMULA)
    if display:
        formula["display"] = "block"
    formula.string = latex
    tag.replace_with(formula)


def _bare(latex: str) -> str:
    """Returns LaTeX without the signs and the style around it."""
    latex = " ".join(latex.split())
    for before, after in (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")):
        if len(latex) > len(before + after) and latex.startswith(before) and latex.endswith(after):
            latex = latex[len(before) : -len(after)].strip()
    styled = _DISPLAY_STYLE.match(latex)
    return styled[1].strip() if styled else latex


def _is_displayed(maker: Tag) -> bool:
    math = maker if maker.name == "math" else maker.find("math")
    classes = maker.get_attribute_list("class")
    return (
        "katex-display" in classes
        or maker.get("display") == "true"
        or (math is not None and (math.get("display") == "block" or math.get("mode") == "display"))
    )


def _latex_of(maker: Tag) -> str:
    """Returns the LaTeX that a formula was made from, or else what its MathML says."""
    source = maker.find("annotation", encoding=re.compile("tex", re.IGNORECASE))
    if source is not None and source.get_text(strip=True):
        return str(source.get_text())
    math = maker if maker.name == "math" else maker.find("math")
    if math is None:
        return str(maker.get_text(" ", strip=True))
    return str(math.get("alttext") or "") or _written(math)


def _written(node: Tag) -> str:
    """Returns presentation MathML as LaTeX (https://www.w3.org/TR/mathml-core/); what is not known as its contents."""
    name = node.name.rpartition(":")[2]
    if name in ("annotation", "annotation-xml", "mspace", "mphantom", "maligngroup", "malignmark"):
        return " " if name == "mspace" else ""
    if name in ("mi", "mn", "mo", "mtext", "ms"):
        return _leaf(name, node.get_text().strip())
    parts = [_written(child) for child in node.find_all(True, recursive=False)]
    form = _FORMS.get(name)
    if form is not None and len(parts) >= form[0]:
        return form[1](parts)
    if name == "mfenced":
        return f"{node.get('open', '(')}{', '.join(parts)}{node.get('close', ')')}"
    if name == "mtable":
        return f"\\begin{{matrix}} {' '.join(parts)} \\end{{matrix}}"
    return "".join(parts)


def _leaf(name: str, text: str) -> str:
    if name in ("mtext", "ms"):
        return f"\\text{{{text}}}" if text else ""
    if name == "mi" and len(text) > 1 and text.isascii() and text.isalpha():
        return f"\\mathrm{{{text}}}"
    if name == "mo":
        sign = _SIGNS.get(text, text)
        return f" {sign} " if sign in ("=", "+", "<", ">", "≤", "≥", "≈", "→") or sign[:1] == "\\" else sign
    return "" if text in ("\u2061", "\u2062") else text.replace("′", "'")  # function application, invisible times


def _scripted(base: str, low: str = "", high: str = "") -> str:
    base = base.strip()
    base = base if len(base) == 1 or base.startswith(_LARGE) or base.isdigit() else f"{{{base}}}"
    scripts = "".join(sign + _grouped(part) for sign, part in (("_", low), ("^", high)) if part)
    return f"{base}{scripts} " if base.startswith(_LARGE) else base + scripts


def _grouped(part: str) -> str:
    part = part.strip()
    return part if len(part) == 1 else f"{{{part}}}"


def _over(parts: list[str]) -> str:
    accent = _ACCENTS.get(parts[1].strip())
    return f"{accent}{{{parts[0].strip()}}}" if accent else _scripted(parts[0], high=parts[1])


_FORMS: dict[str, tuple[int, Callable[[list[str]], str]]] = {
    "msup": (2, lambda parts: _scripted(parts[0], high=parts[1])),
    "msub": (2, lambda parts: _scripted(parts[0], low=parts[1])),
    "msubsup": (3, lambda parts: _scripted(*parts[:3])),
    "munder": (2, lambda parts: _scripted(parts[0], low=parts[1])),
    "mover": (2, _over),
    "munderover": (3, lambda parts: _scripted(*parts[:3])),
    "mfrac": (2, lambda parts: f"\\frac{{{parts[0].strip()}}}{{{parts[1].strip()}}}"),
    "msqrt": (1, lambda parts: f"\\sqrt{{{''.join(parts).strip()}}}"),
    "mroot": (2, lambda parts: f"\\sqrt[{parts[1].strip()}]{{{parts[0].strip()}}}"),
    "mtr": (0, lambda parts: " & ".join(part.strip() for part in parts) + " \\\\"),
}
"""How many parts each construct needs, and how they are written."""
