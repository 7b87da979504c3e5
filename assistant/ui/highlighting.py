"""Colours for code: keywords, names, strings, numbers and comments become spans with a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from assistant.ui.nodes import Element

_CLASSES = {
    Token.Keyword: "tok-keyword",
    Token.Literal.String: "tok-string",
    Token.Literal.Number: "tok-number",
    Token.Comment: "tok-comment",
    Token.Name.Function: "tok-name",
    Token.Name.Class: "tok-name",
    Token.Name.Builtin: "tok-name",
}


def highlight_code(nodes: Sequence[str | Element]) -> tuple[str | Element, ...]:
    """Returns the tree with coloured code blocks. A block that already has marks inside is left as it is."""
    return tuple(node if isinstance(node, str) else _highlighted(node) for node in nodes)


def _highlighted(element: Element) -> Element:
    match element:
        case Element("pre", (Element("code", (str(text),)) as code,), attrs):
            spans = code_spans(text, str(attrs.get("lang", "")))
            return replace(element, children=(replace(code, children=spans),))
    return replace(element, children=highlight_code(element.children))


def code_spans(code: str, language: str) -> tuple[str | Element, ...]:
    """Returns the code in pieces that together are the code; one plain piece where the language is unknown."""
    lexer = _lexer(language)
    tokens = list(lexer.get_tokens(code)) if lexer else []
    if "".join(text for _, text in tokens) != code:
        return (code,)
    return tuple(Element("span", (text,), {"class": name}) if (name := _class(kind)) else text for kind, text in tokens)


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    if not language:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _class(kind: _TokenType) -> str:
    return next((name for parent, name in _CLASSES.items() if kind in parent), "")
