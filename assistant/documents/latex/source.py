r"""LaTeX before it is parsed: without comments and preamble, and with the commands that it defines written out.

What cannot be written out (``\def`` with patterns, commands of packages) stays for the writer, which keeps its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.documents.latex.known_commands import BUILT_IN, OVERLAID, STRUCTURE, THEOREMS, VERBATIM

_MOST_TEXT = 4
"""How many times as long as its source a text may become: commands can double themselves without end."""

_TOKEN = re.compile(
    rf"(?P<kept>\\begin\{{(?P<code>{'|'.join(VERBATIM)})\}}.*?\\end\{{(?P=code)\}}"
    r"|\\(?:verb\*?|(?:lstinline|mintinline)(?:\[[^\]\n]*\])?(?:\{\w+\})?)(?P<sign>[^\w\s*{])[^\n]*?(?P=sign))"
    r"|(?P<comment>%[^\n]*(?:\n(?![ \t]*(?:\n|\Z))[ \t]*)?|\\begin\{comment\}.*?\\end\{comment\}"
    r"|\\tikzstyle\s*\{[^{}]*\}\s*=\s*\[[^\]]*\])"
    r"|\\(?P<name>[A-Za-z@]+|.)"
    r"|(?P<gap>\n[ \t]*\n\s*)|(?P<dollar>\$\$?)",
    re.DOTALL,
)
_BEGIN = re.compile(r"\s*\{[\w*]+\}")
_OVERLAY = re.compile(r"(?:<[^<>\n{}]{0,40}>|\[<[^<>\n{}]{0,40}>\])")
_PARAMETERS = re.compile(r"\s*\\([A-Za-z@]+|.)((?:#\d)*)\s*(?=\{)")
_NAME = re.compile(r"\s*(?:\{\s*\\([A-Za-z@]+|.)\s*\}|\\([A-Za-z@]+|.))")
_COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
_PARAMETER = re.compile(r"#(\d)")
_DOCUMENT = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_TITLE = re.compile(r"\\title\s*(?:\[[^\]]*\])?\s*(?=\{)")
_NAMED = re.compile(r"\bname\s*=\s*\{?([^,{}\]]+)")
_DEFINING = frozenset(
    ("newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "newrobustcmd", "DeclareMathOperator")
)
_THEOREM_MAKERS = frozenset(("newtheorem", "newmdtheoremenv", "newtcbtheorem", "declaretheorem", "spnewtheorem"))
_ENVIRONMENTS = frozenset(("newenvironment", "renewenvironment", "NewEnviron"))
_GERMAN = re.compile(r"\\(?:usepackage|documentclass)\s*(?:\[[^\]]*german[^\]]*\]|\{n?german\})")


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: its body, how many arguments it has, and what its first one is where that is left out."""

    body: str
    count: int = 0
    default: str | None = None


@dataclass(slots=True)
class LatexSource:
    r"""A text that is ready to be parsed.

    Attributes:
        body: What stands between the ends of the document; all of a file that is a part of one.
        title: As LaTeX.
        theorems: What is written before the text of an environment, by its name: ``{"satz": "Satz"}``.
        with_braces: Those of them whose title stands in braces (tcolorbox).
        is_german: ``"a`` is an umlaut.
        code: The listings and pieces of code, as LaTeX; in the body stands ``\keptcode{number}`` for each.
    """

    body: str = ""
    title: str = ""
    theorems: dict[str, str] = field(default_factory=lambda: dict(THEOREMS))
    with_braces: set[str] = field(default_factory=set)
    is_german: bool = False
    code: list[str] = field(default_factory=list)


def prepared(text: str) -> LatexSource:
    """Returns a file of LaTeX as it is to be parsed."""
    found = LatexSource(is_german=bool(_GERMAN.search(text)))
    whole = _balanced(_Expander(found, len(text)).expanded(text, frozenset()))
    titled = _TITLE.search(whole)
    if titled:
        found.title = (group_at(whole, titled.end()) or ("", 0))[0]
    document = _DOCUMENT.search(whole)
    found.body = document[1] if document else whole
    return found


class _Expander:
    def __init__(self, found: LatexSource, length: int) -> None:
        self._found = found
        self._commands = {name: _Command(body, count) for name, (count, body) in BUILT_IN.items()}
        self._left = _MOST_TEXT * length + 10_000

    def expanded(self, text: str, within: frozenset[str]) -> str:
        """Returns a text without comments and definitions, its commands written out but those it stands in."""
        parts: list[str] = []
        at = 0
        while token := _TOKEN.search(text, at):
            parts.append(text[at : token.start()])
            at = token.end()
            if token["comment"] is not None:
                continue
            if token["kept"] is not None:
                parts.append(f"\\keptcode{{{len(self._found.code)}}}")
                self._found.code.append(token["kept"])
                continue
            name = token["name"]
            if name is None:
                parts.append(token[0])
            elif (end := self._defined(text, name, at)) > at:
                at = end
            elif name in self._commands and name not in within and self._left > 0:
                written, at = self._written(text, name, at, within)
                parts.append(written)
            else:
                begin = _BEGIN.match(text, at) if name == "begin" else None
                end = begin.end() if begin else at
                parts.append(text[token.start() : end])
                overlay = _OVERLAY.match(text, end) if begin or name in OVERLAID else None
                at = overlay.end() if overlay else end
        return "".join((*parts, text[at:]))

    def _written(self, text: str, name: str, at: int, within: frozenset[str]) -> tuple[str, int]:
        """Returns a command with its arguments in place, and where it ends."""
        command = self._commands[name]
        overlay = _OVERLAY.match(text, at) if name in OVERLAID else None
        at = overlay.end() if overlay else at
        arguments: list[str] = []
        if command.default is not None:
            first, at = option_at(text, at) or (command.default, at)
            arguments.append(first)
        while len(arguments) < command.count:
            argument = group_at(text, at) or (None if name in BUILT_IN else _token_at(text, at))
            if argument is None:
                return "", at
            arguments.append(argument[0])
            at = argument[1]
        body = _PARAMETER.sub(lambda one: (arguments[int(one[1]) - 1 :] or [""])[0], command.body)
        self._left -= len(body)
        if not command.count and body[-1:].isalpha() and text[at : at + 1].isalpha():
            body += " "
        return self.expanded(body, within | {name}), at

    def _defined(self, text: str, name: str, at: int) -> int:
        """Learns what a definition says; returns where it ends, or ``at`` where there is none."""
        star = text.startswith("*", at)
        if name in _DEFINING:
            return self._command(text, at + star, operator=name == "DeclareMathOperator")
        if name in ("def", "gdef", "edef"):
            head = _PARAMETERS.match(text, at)
            body = group_at(text, head.end()) if head else None
            if head and body:
                self._learn(head[1], _Command(body[0], head[2].count("#")))
                return body[1]
        if name in _THEOREM_MAKERS:
            return self._theorem(text, name, at + star)
        if name in _ENVIRONMENTS:
            return _behind_arguments(text, at + star)
        return at

    def _command(self, text: str, at: int, *, operator: bool) -> int:
        named = _NAME.match(text, at)
        if not named:
            return at
        end = named.end()
        counted = _COUNT.match(text, end)
        count, end = (int(counted[1]), counted.end()) if counted else (0, end)
        default, end = option_at(text, end) or (None, end) if count else (None, end)
        body = group_at(text, end) or _token_at(text, end)
        if body is None:
            return end
        words = f"\\operatorname{{{body[0]}}}" if operator else body[0]
        self._learn(named[1] or named[2], _Command(words, count, default))
        return body[1]

    def _learn(self, name: str, command: _Command) -> None:
        if name not in STRUCTURE:
            self._commands[name] = command

    def _theorem(self, text: str, maker: str, at: int) -> int:
        r"""Learns ``\newtheorem{satz}[zaehler]{Satz}[section]`` and what packages make of it."""
        options, end = option_at(text, at) or ("", at)
        named = group_at(text, end)
        if named is None:
            return at
        name, end = named
        shared = option_at(text, end)
        end = shared[1] if shared else end
        shown = group_at(text, end) if maker != "declaretheorem" else None
        if shown is None and maker != "declaretheorem":
            return at
        found = _NAMED.search(options + (shared[0] if shared else ""))
        label = shown[0] if shown else found[1].strip() if found else name.capitalize()
        self._found.theorems[name] = label
        if maker == "newtcbtheorem":
            self._found.with_braces.add(name)
        return _behind_arguments(text, end)


def group_at(text: str, at: int) -> tuple[str, int] | None:
    """Returns what stands in the braces that open at an offset or behind blanks there, and where they end."""
    return _between(text, at, "{", "}")


def option_at(text: str, at: int) -> tuple[str, int] | None:
    """Returns what stands in the brackets that open at an offset, and where they end."""
    return _between(text, at, "[", "]")


def _between(text: str, at: int, opening: str, closing: str) -> tuple[str, int] | None:
    start = at + len(text[at : at + 80]) - len(text[at : at + 80].lstrip())
    if not text.startswith(opening, start):
        return None
    depth, place = 0, start
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif sign == closing and depth == (1 if closing == "}" else 0):
            return text[start + 1 : place], place + 1
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
        place += 1
    return None


def _token_at(text: str, at: int) -> tuple[str, int] | None:
    found = re.compile(r"\s*(\\[A-Za-z@]+|\\.|[^\s{}])").match(text, at)
    return (found[1], found.end()) if found else None


def _behind_arguments(text: str, at: int) -> int:
    """Returns where the braces and brackets end that follow each other from an offset."""
    while found := (option_at(text, at) or group_at(text, at)):
        at = found[1]
    return at


def _balanced(text: str) -> str:
    """Returns a text in which every formula that is not closed ends with its paragraph, as TeX does it."""
    return "".join(_closed(text))


def _closed(text: str) -> Iterator[str]:
    open_, at = "", 0
    for token in _TOKEN.finditer(text):
        if token["gap"] is not None and open_:
            yield text[at : token.start()] + open_
            at, open_ = token.start(), ""
        elif token["dollar"] is not None:
            sign = token["dollar"]
            open_ = "" if open_ == sign or (open_ == "$" and sign == "$$") else (open_ or sign)
    yield text[at:] + open_
