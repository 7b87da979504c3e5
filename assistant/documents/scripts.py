"""Superscripts and subscripts in plain text: ``10^23``, ``r^2`` and ``H2O``, so that nobody reads 10^23 as 1023."""

from __future__ import annotations

import re

_MINUS = str.maketrans("−–‑", "---")
_ONE = re.compile(r"[+-]?\w+|\d+[+-]|[+-]|[^\w\s]?\w")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|ère|re|e|è|ème|nd|nde|o|os|a|as|te|º|ª)", re.IGNORECASE)
_AS_IT_IS = re.compile(r"[^\w+-]*|TM|SM|®|©|°|∘|['′″*]+", re.IGNORECASE)
_NUMBER_END = re.compile(r"\d\Z")
_FORMULA_END = re.compile(r"(?:[^\W\d_]|[)\]])\Z")


def raised(before: str, text: str) -> str:
    """Returns a superscript as it is written behind ``before``: ``^23``, ``^-34``, ``^(n+1)``.

    What is raised only for its looks stays as it is: the end of ``1st``, a trade mark, a degree.
    """
    body = " ".join(text.split()).translate(_MINUS)
    if body == "o" and _NUMBER_END.search(before):
        return "º"  # a degree or an ordinal, typed as a letter
    if body.startswith("[^") or _AS_IT_IS.fullmatch(body) or (_NUMBER_END.search(before) and _ORDINAL.fullmatch(body)):
        return text.strip()
    return f"^{body}" if _ONE.fullmatch(body) else f"^({body})"


def lowered(before: str, text: str) -> str:
    """Returns a subscript as it is written behind ``before``: ``H2O`` and ``x1``, ``K_m``, ``1010_2``, ``x_(i+1)``."""
    body = " ".join(text.split()).translate(_MINUS)
    if not body or _AS_IT_IS.fullmatch(body):
        return body
    if body.isdigit() and _FORMULA_END.search(before):
        return body
    return f"_{body}" if _ONE.fullmatch(body) else f"_({body})"
