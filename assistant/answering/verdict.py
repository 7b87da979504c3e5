"""How far an answer comes from the notes, and why, in one sentence for the student: the same in app and terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.answering.english import count, joined, quoted
from assistant.index.words import content_words
from assistant.types import Answer, AnswerState, Block, Citation, SearchResult, Sentence

WITHDRAWN = "The model wrote an answer, but your notes support none of it, so it was withdrawn."
"""``Answer.reason`` of an answer that was written and not given."""

QUOTED = "Your notes support none of what the model wrote, so they are quoted in its place"

_WORDS = {
    AnswerState.FROM_NOTES: "From your notes",
    AnswerState.PARTLY: "Partly from your notes",
    AnswerState.UNSUPPORTED: "Not in your notes",
    AnswerState.ABSTAINED: "Not in your notes",
    AnswerState.NOTHING_SAID: "Nothing stated",
}
_NOTHING_MORE = ("", "your notes do not say this")
"""Reasons of a sentence that say no more than that it is not in the notes."""

_NAMED_WORDS = 4
_NAMED_SECTIONS = 2
_NAMED_NOTES = 2
_NAMED_REASONS = 2
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can honestly be said of an answer.

    Attributes:
        reason: One sentence, true of this very answer.
    """

    state: AnswerState
    reason: str

    @property
    def word(self) -> str:
        """The state in a word or three."""
        return _WORDS[self.state]


def verdict(answer: Answer) -> Verdict:
    """Returns the state of a finished answer with its reason."""
    if answer.abstained:
        return Verdict(answer.state, _why_abstained(answer))
    reason = _why_answered(answer)
    if answer.stopped and answer.state is not AnswerState.NOTHING_SAID:
        reason = f"You stopped this answer; {reason[0].lower()}{reason[1:]}"
    return Verdict(answer.state, reason)


def abstention_text(answer: Answer) -> str:
    """Returns what the student reads in place of an answer: that there is none, why, and what is nearest."""
    why = verdict(answer).reason
    lines = [answer.reason] if answer.reason != why else []
    lines.append(why)
    nearest = dict.fromkeys(" > ".join((hit.chunk.note, *hit.chunk.heading_path)) for hit in answer.search.hits)
    if nearest:
        lines.append("Nearest sections: " + "; ".join(list(nearest)[:_NEAREST]) + ".")
    return " ".join(lines)


# An answer was given


def _why_answered(answer: Answer) -> str:
    claims = [sentence for sentence in answer.sentences if sentence.is_claim]
    strange = [claim for claim in claims if not claim.supported]
    noun = "sentence" if len(claims) == len(answer.sentences) else "statement"  # a heading or "In short:" is none
    match answer.state:
        case AnswerState.FROM_NOTES if answer.draft:
            return f"{QUOTED}: {_sources(answer.numbered_citations())}."
        case AnswerState.FROM_NOTES:
            each = f"The {noun} stands" if len(claims) == 1 else f"Each of the {len(claims)} {noun}s stands"
            return f"{each} in your notes: {_sources(answer.numbered_citations())}."
        case AnswerState.PARTLY:
            are = "is" if len(strange) == 1 else "are"
            return f"{len(strange)} of {len(claims)} {noun}s {are} not in your notes{_faults(strange)}."
        case AnswerState.UNSUPPORTED if len(claims) == 1:
            return f"Your notes do not support this {noun}; the model may know it from elsewhere, or be wrong."
        case AnswerState.UNSUPPORTED:
            return (
                f"Your notes support none of the {len(claims)} {noun}s; the model may know them from elsewhere, or be "
                "wrong."
            )
    return "You stopped this before it stated anything." if answer.stopped else "This states nothing to be found there."


def _sources(citations: Sequence[Citation]) -> str:
    """Returns ``2 passages of AI basics``; notes by the name that stands over them."""
    names = list(dict.fromkeys(_title(citation) for citation in citations))
    where = joined(names) if len(names) <= _NAMED_NOTES else count(len(names), "note")
    return f"{count(len(citations), 'passage')} of {where}"


def _title(citation: Citation) -> str:
    return citation.heading_path[0] if citation.heading_path else PurePosixPath(citation.note).name


def _faults(strange: Sequence[Sentence]) -> str:
    """Returns what is wrong with the sentences, as the end of one that is about the notes; may be empty."""
    reasons = dict.fromkeys(sentence.reason for sentence in strange if sentence.reason not in _NOTHING_MORE)
    told = [_of_notes(reason) for reason in list(reasons)[:_NAMED_REASONS]]
    return f": {'; '.join(told)}" if told else ""


def _of_notes(reason: str) -> str:
    """Returns ``they do not give the number 40`` for ``your notes do not give the number 40 here``."""
    if reason.startswith("your notes "):
        return f"they {reason.removeprefix('your notes ').removesuffix(' here')}"
    return reason


# No answer was given


def _why_abstained(answer: Answer) -> str:
    if answer.reason == WITHDRAWN:
        return WITHDRAWN
    return _why_read_in_vain(answer.blocks) if answer.blocks else _why_not_found(answer.search)


def _why_read_in_vain(blocks: Sequence[Block]) -> str:
    topics = list(dict.fromkeys(block.heading_path[-1] if block.heading_path else block.note for block in blocks))
    if len(topics) == 1:
        return f"The nearest section speaks of {quoted(topics)}, but does not answer this."
    return f"The nearest sections speak of {quoted(topics[:_NAMED_SECTIONS])}, but do not answer this."


def _why_not_found(search: SearchResult) -> str:
    missing = search.missing_words
    if not search.hits:
        return "There was nothing to search: no passage of this part of your notes is indexed."
    if not missing:
        return "No passage of your notes comes near enough to the question."
    named = quoted([_as_typed(word, search.query) for word in missing], _NAMED_WORDS)
    if len(missing) >= len(content_words(search.query)) > 1:
        return f"None of the words {named} stands in your notes."
    do = "The word {} does" if len(missing) == 1 else "The words {} do"
    return f"{do.format(named)} not stand in your notes, and nothing else there comes near enough to the question."


def _as_typed(word: str, query: str) -> str:
    found = re.search(rf"\b{re.escape(word)}\b", query, re.IGNORECASE)
    return found.group() if found else word
