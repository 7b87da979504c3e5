"""Answers and passages as trees: Markdown, number chips at the sentences, marks on the cited words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from assistant.types import Sentence, citation_numbers
from assistant.ui.markdown import Resolve, Style, parse_markdown, parse_plain
from assistant.ui.marks import Nodes, TextMark, parse_marked
from assistant.ui.nodes import TagNode, highlight_code

PLAIN_KINDS = frozenset({"text"})
"""Kinds of notes whose text is not Markdown. PDFs, office files and web pages are extracted as Markdown."""

_IN_ANSWER = Style(top_heading=3, keep_line_breaks=True)
_IN_NOTE = Style(top_heading=3, keep_line_breaks=False)
_CLOSING = ".!?:;,"


def render_answer(text: str, sentences: Sequence[Sentence]) -> Nodes:
    """Returns the tree of an answer: chips at the end of supported sentences, a class on unsupported ones.

    Args:
        text: The answer, or as much of it as has been written.
        sentences: Those that are finished; their offsets count in ``text``.
    """
    numbers = citation_numbers(sentences)
    marks = [mark for sentence in sentences if (mark := _sentence_mark(text, sentence, numbers)) is not None]
    marked = parse_marked(text, marks, partial(parse_markdown, style=_IN_ANSWER))
    leftover = tuple(chip for mark in marked.lost for chip in mark.tail)
    return highlight_code(_append_to_last(_in_paragraphs(marked.nodes), leftover))


def _sentence_mark(text: str, sentence: Sentence, numbers: Mapping[tuple[str, int, int], int]) -> TextMark | None:
    cited = sorted({numbers[citation.span] for citation in sentence.citations})
    if sentence.supported and cited:
        return TextMark(sentence.start, _before_closing(text, sentence), None, tuple(_chip(number) for number in cited))
    if sentence.is_claim and not sentence.supported:
        reason = sentence.reason or "your notes do not say this"
        wrap = TagNode("span", (), {"class": "unsupported", "title": f"Not from your notes: {reason}"})
        return TextMark(sentence.start, sentence.end, wrap)
    return None


def _before_closing(text: str, sentence: Sentence) -> int:
    """Returns the offset before the sentence's full stop, so that the chip stands inside the sentence."""
    end = sentence.start + len(text[sentence.start : sentence.end].rstrip())
    before = text[end - 2 : end - 1]
    ends_plainly = text[end - 1 : end] in tuple(_CLOSING) and before.strip() and before not in _CLOSING
    return end - 1 if ends_plainly else end


def _chip(number: int) -> TagNode:
    return TagNode("cite", (), {"n": number})


def _in_paragraphs(nodes: Nodes) -> Nodes:
    """Returns the nodes with chips that follow a formula beside it, and those after a code block in a paragraph."""
    grouped: list[str | TagNode] = []
    for node in nodes:
        last = grouped[-1] if grouped else None
        if not (isinstance(node, TagNode) and node.tag == "cite"):
            grouped.append(node)
        elif isinstance(last, TagNode) and last.attrs.get("class") == "formula-line":
            grouped[-1] = replace(last, children=(*last.children, node))
        elif isinstance(last, TagNode) and last.tag == "math":
            grouped[-1] = TagNode("p", (last, node), {"class": "formula-line"})
        else:
            grouped.append(TagNode("p", (node,)))
    return tuple(grouped)


def _append_to_last(nodes: Nodes, extra: Nodes) -> Nodes:
    """Returns the nodes with ``extra`` at the end of the last paragraph or list item, else in a new paragraph."""
    if not extra:
        return nodes
    last = nodes[-1] if nodes else None
    if isinstance(last, TagNode) and last.tag in ("p", "li"):
        return (*nodes[:-1], replace(last, children=last.children + extra))
    if isinstance(last, TagNode) and last.tag in ("ul", "ol", "blockquote"):
        return (*nodes[:-1], replace(last, children=_append_to_last(last.children, extra)))
    return (*nodes, TagNode("p", extra))


def render_passage(
    text: str, marks: Sequence[TextMark], kind: str, before: Callable[[str], str] | None = None
) -> Nodes:
    """Returns the tree of a piece of a note with every mark in it.

    Args:
        text: The piece.
        marks: What to mark; their offsets count in ``text``.
        kind: The note's kind. Where Markdown cannot carry a mark, the piece is set as plain text: that the cited
            words are marked matters more than that a list looks like one.
        before: What is done to the piece before it is parsed; it may only change what stands before a line's text.
    """
    if kind not in PLAIN_KINDS:
        prepare = before or str
        marked = parse_marked(text, marks, lambda signed: parse_markdown(prepare(signed), _IN_NOTE))
        if not marked.lost:
            return highlight_code(_in_paragraphs(marked.nodes))
    return parse_marked(text, marks, parse_plain).nodes


def render_note_text(text: str, marks: Sequence[TextMark], kind: str, resolve: Resolve) -> Nodes:
    """Returns the tree of a whole note, whose blocks know their lines and whose links know their notes.

    Args:
        text: The note, with blanks for what is not shown.
        marks: As of ``render_passage``.
        kind: The note's kind.
        resolve: Finds the note that a link means.
    """
    style = replace(_IN_NOTE, resolve=resolve, with_lines=True)
    if kind not in PLAIN_KINDS:
        marked = parse_marked(text, marks, partial(parse_markdown, style=style))
        if not marked.lost:
            return highlight_code(_in_paragraphs(marked.nodes))
    return parse_marked(text, marks, parse_plain).nodes
