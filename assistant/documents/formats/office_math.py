"""The formulas of Word and PowerPoint (Office Math, ECMA-376 part 1, 22.1) as LaTeX. Runs in the converter process."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_SIGNS = {
    "×": "\\times", "⋅": "\\cdot", "·": "\\cdot", "÷": "\\div", "−": "-", "±": "\\pm", "∓": "\\mp", "≤": "\\leq",
    "≥": "\\geq", "≠": "\\neq", "≈": "\\approx", "≡": "\\equiv", "∼": "\\sim", "∝": "\\propto", "→": "\\to",
    "←": "\\leftarrow", "⇒": "\\Rightarrow", "⇔": "\\Leftrightarrow", "↔": "\\leftrightarrow", "∞": "\\infty",
    "∂": "\\partial", "∇": "\\nabla", "∈": "\\in", "∉": "\\notin", "⊂": "\\subset", "⊆": "\\subseteq", "∪": "\\cup",
    "∩": "\\cap", "∀": "\\forall", "∃": "\\exists", "∅": "\\emptyset", "∧": "\\wedge", "∨": "\\vee", "¬": "\\neg",
    "…": "\\ldots", "⋯": "\\cdots", "∘": "\\circ", "∗": "*", "ℏ": "\\hbar", "∑": "\\sum", "∏": "\\prod", "∫": "\\int",
    "∬": "\\iint", "∮": "\\oint", "⋃": "\\bigcup", "⋂": "\\bigcap", "⟨": "\\langle", "⟩": "\\rangle", "‖": "\\|",
    "⇌": "\\rightleftharpoons", "ϵ": "\\epsilon", "ϕ": "\\phi", "ϑ": "\\vartheta", "\u2061": "", "\u2062": "",
    "%": "\\%", "#": "\\#", "&": "\\&", "\\": "\\backslash", "\u200b": "", "∣": "\\mid", "′": "'", "″": "''",
    "ℝ": "\\mathbb{R}", "ℕ": "\\mathbb{N}",
    "ℤ": "\\mathbb{Z}", "ℚ": "\\mathbb{Q}", "ℂ": "\\mathbb{C}",
}  # fmt: skip
_BRACES = {"{": "\\{", "}": "\\}"}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)")
_CAPITALS = frozenset(("GAMMA", "DELTA", "THETA", "LAMDA", "XI", "PI", "SIGMA", "UPSILON", "PHI", "PSI", "OMEGA"))
_NO_COMMAND = frozenset(("OMICRON", "FINAL"))
_FUNCTIONS = frozenset(
    (
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "coth", "exp",
        "ln", "log", "lim", "max", "min", "sup", "inf", "det", "dim", "ker", "deg", "gcd", "arg", "Pr", "limsup",
        "liminf",
    )
)  # fmt: skip
_ACCENTS = {
    "\u0302": "\\hat", "^": "\\hat", "ˆ": "\\hat", "\u0303": "\\tilde", "~": "\\tilde", "\u0304": "\\bar",
    "\u0305": "\\overline", "¯": "\\bar", "‾": "\\bar",
    "\u0307": "\\dot", "\u0308": "\\ddot", "\u20d7": "\\vec", "→": "\\vec",
    "\u030c": "\\check", "\u0306": "\\breve", "\u0300": "\\grave", "\u0301": "\\acute", "⏞": "\\overbrace",
    "⏟": "\\underbrace", "\u0332": "\\underline",
}  # fmt: skip
_ONE = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?|[0-9]+")
_TALL = re.compile(r"\\(?:frac|binom|sum|prod|int|begin|sqrt|underset|overset|underbrace|overbrace)")
_LETTERS = re.compile(r"[A-Za-z]{2,}")


def latex_of(formula: Any) -> str:
    """Returns an ``m:oMath`` of lxml as LaTeX; its signs in a row where it is nested deeper than a person writes."""
    try:
        latex = _inside(formula)
    except RecursionError:
        latex = "".join(text.text or "" for text in formula.iter(f"{MATH}t"))
    return " ".join(latex.split()).replace("$", "\\$")


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _written(element: Any) -> str:
    name = _name(element)
    if name.endswith("Pr") or not name:
        return ""
    write = _FORMS.get(name)
    return write(element) if write is not None else _inside(element)


def _inside(element: Any) -> str:
    return "".join(map(_written, element))


def _part(element: Any, name: str) -> str:
    found = element.find(f"{MATH}{name}")
    return _inside(found).strip() if found is not None else ""


def _setting(element: Any, path: str, default: str = "") -> str:
    """Returns what a property says; ``default`` where it is not there, empty where it says nothing."""
    found = element.find("/".join(f"{MATH}{name}" for name in path.split("/")))
    return str(found.get(f"{MATH}val") or "") if found is not None else default


def _signs(text: str) -> str:
    """Returns the signs of a text as LaTeX: letters plain, Greek ones and operators by name."""
    return "".join(map(_sign, unicodedata.normalize("NFC", text)))


def _sign(sign: str) -> str:
    if sign in _SIGNS:
        named = _SIGNS[sign]
        return f"{named} " if named[-1:].isalpha() else named
    if sign in _BRACES:
        return _BRACES[sign]
    plain = unicodedata.normalize("NFKC", sign) if ord(sign) >= 0x2100 else sign
    if len(plain) == 1 and (greek := _GREEK.fullmatch(unicodedata.name(plain, ""))):
        name = greek[2].replace("LAMDA", "LAMBDA").lower()
        if greek[1] == "SMALL" and greek[2] not in _NO_COMMAND:
            return f"\\{name} "
        return f"\\{name.capitalize()} " if greek[2] in _CAPITALS else plain
    return _SIGNS.get(plain, plain)


def _run(run: Any) -> str:
    text = "".join(part.text or "" for part in run.iter(f"{MATH}t"))
    is_text = run.find(f"{MATH}rPr/{MATH}nor") is not None
    if is_text and any(sign.isalpha() for sign in text):
        return f"\\text{{{text}}}"
    written = _signs(text)
    if _setting(run, "rPr/sty") != "p" or not _LETTERS.fullmatch(text.strip()):
        return written
    return f"\\{text.strip()} " if text.strip() in _FUNCTIONS else f"\\mathrm{{{text}}}"


def _base(latex: str) -> str:
    latex = latex.strip()
    return latex if len(latex) == 1 or _ONE.fullmatch(latex) else f"{{{latex}}}"


def _script(sign: str, latex: str) -> str:
    latex = latex.strip()
    return (f"{sign}{latex}" if len(latex) == 1 else f"{sign}{{{latex}}}") if latex else ""


def _scripted(element: Any) -> str:
    return _base(_part(element, "e")) + _script("_", _part(element, "sub")) + _script("^", _part(element, "sup"))


def _before(element: Any) -> str:
    return f"{{}}{_script('_', _part(element, 'sub'))}{_script('^', _part(element, 'sup'))}{_part(element, 'e')}"


def _fraction(element: Any) -> str:
    above, below = _part(element, "num"), _part(element, "den")
    kind = _setting(element, "fPr/type", "bar")
    if kind in ("lin", "skw"):
        return f"{_base(above)}/{_base(below)}"
    return f"\\binom{{{above}}}{{{below}}}" if kind == "noBar" else f"\\frac{{{above}}}{{{below}}}"


def _root(element: Any) -> str:
    degree = _part(element, "deg")
    return f"\\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"


def _delimited(element: Any) -> str:
    left, right = _setting(element, "dPr/begChr", "("), _setting(element, "dPr/endChr", ")")
    between = _signs(_setting(element, "dPr/sepChr", "|"))
    parts = [_inside(part).strip() for part in element.findall(f"{MATH}e")]
    if parts == [parts[0]] and parts[0].startswith("\\binom") and (left, right) == ("(", ")"):
        return parts[0]
    inner = f" {between.strip()} ".join(parts)
    if left == "{" and not right and inner.startswith("\\begin{matrix}"):
        return inner.replace("{matrix}", "{cases}")
    opened, closed = _signs(left).strip(), _signs(right).strip()
    if opened and closed and not _TALL.search(inner):
        return f"{opened}{inner}{closed}"
    return f"\\left{opened or '.'} {inner} \\right{closed or '.'}"


def _large(element: Any) -> str:
    sign = _signs(_setting(element, "naryPr/chr", "∫")).strip()
    scripts = _script("_", _part(element, "sub")) + _script("^", _part(element, "sup"))
    return f"{sign}{scripts} {_part(element, 'e')}"


def _function(element: Any) -> str:
    return f"{_named(element.find(f'{MATH}fName'))} {_part(element, 'e')}"


def _named(holder: Any) -> str:
    """Returns the name of a function; one that LaTeX does not know as an operator."""
    if holder is None:
        return ""
    text = "".join(holder.itertext()).strip()
    if text in _FUNCTIONS:
        return f"\\{text}"
    has_only_runs = all(_name(part) in ("r", "ctrlPr") for part in holder)
    return f"\\operatorname{{{text}}}" if has_only_runs and _LETTERS.fullmatch(text) else _inside(holder).strip()


def _below(element: Any) -> str:
    base = _named(element.find(f"{MATH}e"))
    below = _part(element, "lim")
    if below in _ACCENTS:
        return f"{_ACCENTS[below]}{{{base}}}"
    is_operator = base.startswith(("\\operatorname", "\\sum", "\\prod", "\\underbrace")) or base[1:] in _FUNCTIONS
    return f"{base}{_script('_', below)} " if is_operator else f"\\underset{{{below}}}{{{base}}}"


def _above(element: Any) -> str:
    base, above = _part(element, "e"), _part(element, "lim")
    if above in _ACCENTS:
        return f"{_ACCENTS[above]}{{{base}}}"
    return f"{base}{_script('^', above)}" if base.startswith("\\overbrace") else f"\\overset{{{above}}}{{{base}}}"


def _accented(element: Any) -> str:
    sign = _setting(element, "accPr/chr", "\u0302")
    return f"{_ACCENTS.get(sign, chr(92) + 'hat')}{{{_part(element, 'e')}}}"


def _barred(element: Any) -> str:
    return f"\\{'overline' if _setting(element, 'barPr/pos', 'bot') == 'top' else 'underline'}{{{_part(element, 'e')}}}"


def _grouped(element: Any) -> str:
    sign, inner = _setting(element, "groupChrPr/chr", "⏟"), _part(element, "e")
    if sign in _ACCENTS:
        return f"{_ACCENTS[sign]}{{{inner}}}"
    place = "overset" if _setting(element, "groupChrPr/pos", "bot") == "top" else "underset"
    return f"\\{place}{{{_signs(sign).strip()}}}{{{inner}}}"


def _array(element: Any) -> str:
    return _matrix_of([_inside(line).replace("\\&", "&").strip()] for line in element.findall(f"{MATH}e"))


def _matrix(element: Any) -> str:
    rows = element.findall(f"{MATH}mr")
    return _matrix_of([_inside(cell).strip() for cell in row.findall(f"{MATH}e")] for row in rows)


def _matrix_of(rows: Iterable[list[str]]) -> str:
    body = " \\\\ ".join(" & ".join(row) for row in rows)
    return f"\\begin{{matrix}} {body} \\end{{matrix}}"


def _unseen(element: Any) -> str:
    return "" if _setting(element, "phantPr/show", "1") in ("0", "off", "false") else _part(element, "e")


_FORMS: dict[str, Callable[[Any], str]] = {
    "r": _run,
    "sSup": _scripted,
    "sSub": _scripted,
    "sSubSup": _scripted,
    "sPre": _before,
    "f": _fraction,
    "rad": _root,
    "d": _delimited,
    "nary": _large,
    "func": _function,
    "limLow": _below,
    "limUpp": _above,
    "acc": _accented,
    "bar": _barred,
    "groupChr": _grouped,
    "eqArr": _array,
    "m": _matrix,
    "phant": _unseen,
}
"""How each construct is written; what is not named here is what it holds."""
