"""Finds the words that an old answer cites in the notes as they are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.errors import NotesError
from assistant.study.anchoring import Match, relocate
from assistant.study.conversations.records import KeptTurn
from assistant.study.items import Anchor
from assistant.types import Citation, Note, Sentence

ReadNote = Callable[[str], Note]
"""From a note's path to the note; raises ``NotesError`` for one that is not there."""


def moved(turn: KeptTurn, read: ReadNote) -> KeptTurn:
    """Returns the turn with each citation where the same words stand now; one whose words are gone stays as it was."""
    answer = turn.answer
    if answer is None:
        return replace(turn, sentences=_moved(turn.sentences, read))
    quotes = tuple(_found_again(quote, read) for quote in answer.quotes)
    return replace(turn, answer=replace(answer, sentences=_moved(answer.sentences, read), quotes=quotes))


def _moved(sentences: tuple[Sentence, ...], read: ReadNote) -> tuple[Sentence, ...]:
    return tuple(
        replace(sentence, citations=tuple(_found_again(citation, read) for citation in sentence.citations))
        for sentence in sentences
    )


def _found_again(citation: Citation, read: ReadNote) -> Citation:
    try:
        note = read(citation.note)
    except NotesError:
        return citation
    if note.text[citation.start : citation.end] == citation.quote or citation.quote not in note.text:
        return citation
    anchor = Anchor(citation.note, citation.heading_path, citation.start, citation.end, citation.quote)
    found = relocate(note, anchor)
    if found is None or found.match is not Match.EXACT:
        return citation
    at = found.anchor
    return replace(citation, start=at.start, end=at.end, heading_path=at.heading_path, page=note.page_at(at.start))
