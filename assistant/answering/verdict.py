"""How far an answer comes from the notes, and why, in words for the student: the same in app and terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.plan import Wanted, wanted
from assistant.documents.naming import called, name_of
from assistant.index.words import as_typed, content_words, fold, is_unbroken, stem, words
from assistant.types import Answer, AnswerState, Citation, ContextBlock, Fate, FoundSection, Hit, SearchResult, Sentence


def count(number: int, singular: str, plural: str = "") -> str:
    """Returns ``1 note``, ``2 notes``, ``1,024 notes``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def ordinal(number: int) -> str:
    """Returns ``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def joined(parts: Sequence[str], most: int = 0) -> str:
    """Returns ``a``, ``a and b`` or ``a, b and c``; of more than ``most`` (0: no limit) the last are only counted."""
    shown = list(parts)
    if 0 < most < len(shown):
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def quoted(words: Sequence[str], most: int = 0) -> str:
    """Returns the words as ``joined`` does, each in quotation marks."""
    shown = [f"“{word}”" for word in words]
    return joined(shown, most)


WITHDRAWN = "The model wrote an answer, but your notes support none of it, so it was withdrawn."
"""``Answer.reason`` of an answer that was written and not given."""

BESIDE_THE_POINT = "The model wrote about something else, so its answer was withdrawn."
"""``Answer.reason`` of an answer that has no word of the question."""

QUOTED = "Your notes support none of what the model wrote, so they are quoted instead"

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
class AnswerVerdict:
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


def verdict(answer: Answer) -> AnswerVerdict:
    """Returns the state of a finished answer with its reason."""
    if answer.abstained:
        return AnswerVerdict(answer.state, _why_abstained(answer))
    reason = _why_answered(answer)
    if answer.stopped and answer.state is not AnswerState.NOTHING_SAID:
        reason = f"You stopped this answer; {reason[0].lower()}{reason[1:]}"
    return AnswerVerdict(answer.state, reason)


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
            each = f"The {noun} is" if len(claims) == 1 else f"Each of the {len(claims)} {noun}s is"
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
    return (
        "You stopped this before it stated anything."
        if answer.stopped
        else "This makes no statement that could be checked."
    )


def _sources(citations: Sequence[Citation]) -> str:
    """Returns ``2 passages of AI basics``; notes by the name that stands over them."""
    names = list(dict.fromkeys(_title(citation) for citation in citations))
    where = joined(names) if len(names) <= _NAMED_NOTES else count(len(names), "note")
    return f"{count(len(citations), 'passage')} of {where}"


def _title(citation: Citation) -> str:
    return name_of(citation.note, citation.heading_path)


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
    if answer.reason in (WITHDRAWN, BESIDE_THE_POINT):
        return answer.reason
    return _why_read_in_vain(answer.blocks) if answer.blocks else _why_not_found(answer.search)


def _why_read_in_vain(blocks: Sequence[ContextBlock]) -> str:
    names = ((block.note, (*called(block), *block.heading_path)) for block in blocks)
    topics = list(dict.fromkeys(name_of(note, named[::-1]) for note, named in names))
    if len(topics) == 1:
        return f"The nearest section is about {quoted(topics)}, but does not answer this."
    return f"The nearest sections are about {quoted(topics[:_NAMED_SECTIONS])}, but do not answer this."


def _why_not_found(search: SearchResult) -> str:
    missing = search.missing_words
    if not search.hits:
        return "There was nothing to search: no passage of this part of your notes is indexed."
    if not missing:
        return "No passage of your notes is close enough to the question."
    named = quoted(missing, _NAMED_WORDS)
    if len(missing) >= len(content_words(search.query)) > 1:
        return f"None of the words {named} is in your notes."
    do = "The word {} is" if len(missing) == 1 else "The words {} are"
    return f"{do.format(named)} not in your notes, and nothing else there is close enough to the question."


_CLOSE = ((0.65, "very close in meaning"), (0.5, "close in meaning"), (0.35, "somewhat close in meaning"))
"""Cosines. On the sample course the nearest passage has 0.43 to 0.70 (middle 80 %) where it answers the question, and
0.08 to 0.20 where the question is about something else altogether."""


_FATES = {
    Fate.READ: "read by the model",
    Fate.IN_PART: "its best passages were read; the whole is too long",
    Fate.NOT_NEEDED: "not read: the sections above it were enough",
    Fate.TOO_SLOW: "left out this time: the model has not read it ahead, and reading it now would take long",
    Fate.NO_ROOM: "left out: no room left",
    Fate.NOT_ASKED: "not read: the model was not asked",
}


_WANTED = {
    Wanted.COMPARISON: "a comparison: each thing is looked for by itself",
    Wanted.PLACE: "the place where your notes say something: no model is needed for that",
    Wanted.FORMULA: "a formula: where your notes have it below the words you use, it is shown as it stands",
    Wanted.CODE: "code: where your notes have it below the words you use, it is shown as it stands",
    Wanted.EXAMPLE: "an example: where your notes have one below the words you use, it is shown as it stands",
    Wanted.NUMBER: "a number or a date: lines that have one come first",
    Wanted.REASON: "a reason: lines that give one come first, and a list of causes is shown whole",
    Wanted.STEPS: "steps: where your notes have them as a list, it is shown whole",
    Wanted.WAY: "how something is done: steps in your notes are shown whole",
    Wanted.LIST: "a list: where your notes have it, it is shown whole",
    Wanted.YES_OR_NO: "a yes or a no",
    Wanted.PLAIN_WORDS: "an explanation in plain words",
    Wanted.MEANING: "what something is",
}


def understood(answer: Answer) -> str:
    """Returns what the question was taken to ask for, and what follows from it; nothing where its form does not say."""
    asked = _WANTED.get(wanted(answer.question))
    return f"Taken as a question for {asked}." if asked else ""


def sureness(answer: Answer) -> str:
    """Returns how sure it was that the notes answer the question, and what would have been enough; may be empty."""
    if not answer.threshold:
        return ""
    sure, enough = f"{_percent(answer.evidence)} sure that your notes answer this", _percent(answer.threshold)
    if not answer.blocks or (answer.stopped and not answer.text):
        return f"From the search alone it was {sure}; below {enough} the model is not asked."
    return f"After reading it was {sure}; it answers from {enough} on."


def how_found(hit: Hit) -> str:
    """Returns by what a passage was found, and how high it stood."""
    ways = [("by meaning", hit.dense_rank), ("by words", hit.lexical_rank)]
    said = [f"{ordinal(rank)} {way}" for way, rank in ways if rank is not None]
    return " and ".join(said) or "by spelling"


def how_near(hit: Hit, search: SearchResult) -> str:
    """Returns how near a passage is to the question, in meaning and in words."""
    closeness = next((said for least, said in _CLOSE if hit.cosine >= least), "not close in meaning")
    return f"{closeness}, {_shared_words(hit, search)}"


def _shared_words(hit: Hit, search: SearchResult) -> str:
    meant = {word: said for typed, said in search.corrections for word in words(typed)}
    asked = [meant.get(word, word) for word in content_words(search.query)]
    there = {stem(word) for word in words(hit.chunk.embedding_text)}
    shared = [word for word in asked if stem(word) in there]
    typed = {fold(word).removesuffix("'s"): word for word in as_typed(search.query, set(shared))}
    named = (typed.pop(word, word) for word in shared if not is_unbroken(word))
    shared = list(dict.fromkeys([*named, *(word for folded, word in typed.items() if is_unbroken(folded))]))
    return f"has {quoted(shared, _NAMED_WORDS)}" if shared else "has none of your words"


def sections_told(answer: Answer) -> tuple[FoundSection, ...]:
    """Returns the sections of which something can be told: none where the model was not asked to read."""
    asked = any(section.fate is not Fate.NOT_ASKED for section in answer.sections)
    return answer.sections if asked else ()


def what_became(fate: Fate) -> str:
    """Returns what became of a section that was found."""
    return _FATES[fate]


def support(sentence: Sentence, numbers: Sequence[int]) -> str:
    """Returns what supports one sentence, ``sources 1 and 2: 92% of its words are there``, or why nothing does."""
    if not sentence.is_claim:
        return "states nothing that needs a source"
    if not sentence.supported:
        return f"not in your notes: {sentence.reason}" if sentence.reason else "not in your notes"
    which = f"{'source' if len(numbers) == 1 else 'sources'} {joined([str(number) for number in numbers])}"
    return f"{which}: {_percent(sentence.score)} of its words are there"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
