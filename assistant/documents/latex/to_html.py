"""Writes the nodes of LaTeX as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from assistant.documents.latex import known_commands as words
from assistant.documents.latex.code import code_html
from assistant.documents.latex.latex_formulas import displayed, in_line
from assistant.documents.latex.latex_tables import table_html
from assistant.documents.latex.paragraphs import Flow
from assistant.documents.latex.parsing import CHARS, GROUP, MACRO, LatexParser, arguments_of, kind_of, nodes_of
from assistant.documents.latex.source import LatexSource

_EMPHASIS = re.compile(r"</?(?:strong|em)>")
_BREAK = re.compile(r"\s*<br>\s*")
_OPTIONS = re.compile(r"\s*\[[^\]]*\]")
_GAP = re.compile(r"\n[ \t]*\n\s*")
_NAME = re.compile(r"\\(?:begin\{)?([A-Za-z]+)")
_WORD = re.compile(r"\w\w|\d")
_ESCAPED = re.compile(r"\\([#%&_~$])")
_UMLAUT = re.compile(r'"([aouAOUs])')
_UMLAUTS = dict(zip("aouAOUs", "äöüÄÖÜß", strict=True))
_SHORTHANDS = {'"`': "„", "\"'": "“", '"-': "", '"=': "-", '"~': "-", '"<': "«", '">': "»", '""': ""}
_SHORTHAND = re.compile("|".join(map(re.escape, _SHORTHANDS)))
_STEP = re.compile(
    r"(?:Statex?|(Els)?If|Else|For(?:All|Each)?|While|Repeat|Until|Loop|Return|Require|Ensure|Input|Output|Procedure"
    r"|Function|Comment|Kw\w+)\Z"
)
_TERMS = frozenset(("description", "compactdesc", "labeling"))


def to_html(source: LatexSource) -> str:
    """Returns a prepared text as HTML: its title, its parts, its footnotes before the next heading."""
    return _LatexWriter(source).html()


class _LatexWriter:
    """Writes one text."""

    def __init__(self, source: LatexSource) -> None:
        self._source = source
        self._parser = LatexParser(source)
        self._notes: list[str] = []
        self._count_notes = 0
        self._above = ""
        self._ranks: dict[str, int] = {}
        self._title = self._heading(self._parser.parsed(source.title))
        self._ranks = self._used_ranks(source.body)

    def html(self) -> str:
        title = f"<h1>{self._title}</h1>" if self._title else ""
        return title + self._blocks(self._parser.parsed(self._source.body)) + self._written_notes()

    def _used_ranks(self, body: str) -> dict[str, int]:
        """Returns the rank of each kind of heading: only those count that the text has."""
        names = {found[1] for found in _NAME.finditer(body)}
        names |= {words.SAME_HEADING[name] for name in names & words.SAME_HEADING.keys()}
        used = [name for name in words.HEADINGS if name in names]
        return {name: min(6, place) for place, name in enumerate(used, start=2 if self._title else 1)}

    def _flow(self, nodes: Sequence[Any]) -> Flow:
        flow = Flow()
        self._write(nodes, flow)
        return flow

    def _blocks(self, nodes: Sequence[Any]) -> str:
        """Returns nodes as paragraphs and what stands between them."""
        return self._flow(nodes).blocks()

    def _inside(self, nodes: Sequence[Any]) -> str:
        """Returns nodes as text within a line."""
        return self._flow(nodes).line()

    def _heading(self, nodes: Sequence[Any]) -> str:
        """Returns nodes as the text of a heading, which is bold as it is."""
        return _BREAK.sub(" ", _EMPHASIS.sub("", self._inside(nodes))).strip()

    def _write(self, nodes: Sequence[Any], flow: Flow) -> None:
        at = 0
        while at < len(nodes):
            node, at = nodes[at], at + 1
            if kind_of(node) != MACRO:
                getattr(self, f"_write_{kind_of(node) or 'comment'}")(node, flow)
            elif node.macroname in words.SWITCHES:
                self._write_styled(node.macroname, nodes[at:], flow)
                return
            else:
                arguments, at = self._parser.arguments(node, nodes, at)
                self._write_macro(node, arguments, flow)

    def _write_comment(self, node: Any, flow: Flow) -> None:
        """Writes nothing."""

    def _write_math(self, node: Any, flow: Flow) -> None:
        is_shown = node.displaytype == "display"
        latex = node.latex_verbatim()
        flow.formula(displayed("", latex) if is_shown else in_line(latex), displayed=is_shown)

    def _write_chars(self, node: Any, flow: Flow) -> None:
        self._write_text(node.chars, flow)

    def _write_text(self, text: str, flow: Flow) -> None:
        text = _SHORTHAND.sub(lambda found: _SHORTHANDS[found[0]], text)
        if self._source.is_german:
            text = _UMLAUT.sub(lambda found: _UMLAUTS[found[1]], text)
        for number, part in enumerate(_GAP.split(text)):
            if number:
                flow.gap()
            flow.text(escape(part, quote=False))

    def _write_special(self, node: Any, flow: Flow) -> None:
        if node.specials_chars.startswith("\n"):
            flow.gap()
        else:
            flow.text(" " if node.specials_chars == "&" else escape(self._parser.words(node), quote=False))

    def _write_group(self, node: Any, flow: Flow) -> None:
        self._write(node.nodelist, flow)

    def _write_styled(self, name: str, nodes: Sequence[Any], flow: Flow) -> None:
        inner = self._flow(nodes)
        if inner.has_blocks:
            flow.extend(inner)
            return
        tag = "strong" if name in words.BOLD else "em" if name in words.ITALIC else "code"
        text = inner.line()
        flow.text(f"<{tag}>{text}</{tag}>" if text and not text.startswith("<formula") else text)

    def _write_macro(self, node: Any, arguments: list[Any], flow: Flow) -> None:
        name = node.macroname
        last = nodes_of(arguments[-1]) if arguments else []
        heading = words.SAME_HEADING.get(name, name)
        if heading in self._ranks and arguments:
            self._write_heading(heading, self._heading(last), flow)
        elif name in words.BOLD or name in words.ITALIC or (name in words.TYPED and arguments):
            self._write_styled(name, last, flow)
        elif name in words.DROPPED or words.DROPPED_NAMES.fullmatch(name):
            flow.text(node.macro_post_space and " ")
        elif (kind := words.KINDS.get(name, "")) and (arguments or kind in ("break", "gap")):
            getattr(self, f"_write_{kind}")(arguments, flow)
        elif name.lower().startswith("cite") or name.endswith("cite"):
            flow.text(f"[{escape(_plain(arguments[-1]))}]" if arguments else "")
        elif self._parser.is_word(node):
            flow.text("\\$" if name == "$" else escape(self._parser.words(node), quote=False))
        else:
            if _STEP.match(name):
                flow.text(f"<br>{'' if name.startswith('State') else name + ' '}")
            self._write(last, flow)
            flow.text("" if last else node.macro_post_space and " ")

    def _write_break(self, arguments: list[Any], flow: Flow) -> None:
        flow.text("<br>")

    def _write_gap(self, arguments: list[Any], flow: Flow) -> None:
        flow.gap()

    def _write_kept(self, arguments: list[Any], flow: Flow) -> None:
        number = _plain(arguments[0])
        if not number.isdecimal() or int(number) >= len(self._source.code):
            self._write_text(number, flow)
            return
        html = code_html(self._source.code[int(number)])
        flow.block(html) if html.startswith("<pre>") else flow.text(html)

    def _write_note(self, arguments: list[Any], flow: Flow) -> None:
        """Writes the mark of a footnote, which itself stands before the next heading."""
        self._count_notes += 1
        number = self._count_notes
        self._notes.append(f'<aside id="note{number}">{self._inside(nodes_of(arguments[-1]))}</aside>')
        flow.text(f'<sup><a href="#note{number}">{number}</a></sup>')

    def _written_notes(self) -> str:
        notes, self._notes = "".join(self._notes), []
        return notes

    def _write_link(self, arguments: list[Any], flow: Flow) -> None:
        address = escape(_ESCAPED.sub(r"\1", _plain(arguments[-2 if len(arguments) > 1 else -1])))
        text = self._inside(nodes_of(arguments[-1])) if len(arguments) > 1 else address
        flow.text(f'<a href="{address}">{text}</a>')

    def _write_caption(self, arguments: list[Any], flow: Flow) -> None:
        flow.block(f"<p>{self._inside(nodes_of(arguments[-1]))}</p>")

    def _write_raised(self, arguments: list[Any], flow: Flow) -> None:
        flow.text(f"<sup>{self._inside(nodes_of(arguments[-1]))}</sup>")

    def _write_lowered(self, arguments: list[Any], flow: Flow) -> None:
        flow.text(f"<sub>{self._inside(nodes_of(arguments[-1]))}</sub>")

    def _write_heading(self, kind: str, title: str, flow: Flow) -> None:
        """Writes a heading; a slide with the title of the slide or part before it goes on with that."""
        if not title or (kind == "frame" and title == self._above):
            return
        self._above = title
        rank = self._ranks[kind]
        flow.block(f"{self._written_notes()}<h{rank}>{title}</h{rank}>")

    def _write_environment(self, node: Any, flow: Flow) -> None:
        name, inner = node.environmentname, node.nodelist
        bare = name.rstrip("*")
        if bare in words.DISPLAYED:
            flow.formula(displayed(bare, node.latex_verbatim()), displayed=True)
        elif name in self._source.theorems:
            self._write_theorem(node, flow)
        elif bare in words.LISTS:
            flow.block(self._list(bare, inner))
        elif name in words.TABLES:
            flow.block(table_html(inner, self._inside))
        elif bare in words.QUOTES:
            flow.block(f"<blockquote>{self._blocks(inner)}</blockquote>")
        elif bare in words.BOXES or bare in ("frame", "slide"):
            self._write_titled(bare, inner, flow)
        elif bare not in words.PICTURES:
            flow.gap()
            self._write_behind_options(inner, flow)
            flow.gap()

    def _write_behind_options(self, nodes: Sequence[Any], flow: Flow) -> None:
        if nodes and kind_of(nodes[0]) == CHARS:
            self._write_text(_OPTIONS.sub("", nodes[0].chars, count=1), flow)
            nodes = nodes[1:]
        self._write(nodes, flow)

    def _write_theorem(self, node: Any, flow: Flow) -> None:
        label = self._inside(self._parser.parsed(self._source.theorems[node.environmentname]))
        given = arguments_of(node)[:1]
        title = self._inside(nodes_of(given[0])).rstrip(".:") if given and given[0] is not None else ""
        flow.gap()
        if title and label in words.DEFINITIONS:
            flow.text(f"<strong>{title}</strong> ({label}). ")
        else:
            flow.text(f"<strong>{label}{f' ({title})' if title else ''}.</strong> ")
        self._write(node.nodelist, flow)
        flow.gap()

    def _write_titled(self, kind: str, nodes: Sequence[Any], flow: Flow) -> None:
        """Writes a slide or a box of one: in the first braces behind its options stands its title."""
        at = 0
        while at < len(nodes) and kind_of(nodes[at]) == CHARS and not _OPTIONS.sub("", nodes[at].chars, 1).strip():
            at += 1
        is_titled = at < len(nodes) and kind_of(nodes[at]) == GROUP
        title = self._heading(nodes[at].nodelist) if is_titled else ""
        flow.gap()
        if kind in words.BOXES:
            flow.block(f"<p><strong>{title}</strong></p>" if title else "")
        else:
            self._write_heading("frame", title, flow)
        self._write_behind_options(nodes[at + is_titled :], flow)
        flow.gap()

    def _list(self, name: str, nodes: Sequence[Any]) -> str:
        tag = words.LISTS[name]
        starts = [n for n, one in enumerate(nodes) if kind_of(one) == MACRO and one.macroname in words.ITEMS]
        lead = self._blocks(nodes[: starts[0] if starts else len(nodes)])
        if not starts:
            return lead
        items = "".join(self._items(nodes, starts, are_terms=name in _TERMS))
        rank = max(1, min(self._ranks.values(), default=1))
        head = f"<h{rank}>References</h{rank}>" if name == "thebibliography" else ""
        return f"{head}{lead}<{tag}>{items}</{tag}>"

    def _items(self, nodes: Sequence[Any], starts: Sequence[int], *, are_terms: bool) -> Iterator[str]:
        for start, end in zip(starts, [*starts[1:], len(nodes)], strict=True):
            given = arguments_of(nodes[start])[:1] if nodes[start].macroname != "part" else []
            term = self._inside(nodes_of(given[0])) if given and given[0] is not None else ""
            flow = Flow()
            if term and (are_terms or _WORD.search(term)):
                behind = ":" if are_terms and term[-1] not in ":.?!" else ""
                flow.text(f"<strong>{term.rstrip(':')}</strong>{behind or ':' * term.endswith(':')} ")
            self._write(nodes[start + 1 : end], flow)
            yield f"<li>{flow.item()}</li>"


def _plain(argument: Any) -> str:
    return str(argument.latex_verbatim()).strip("{} \n")
