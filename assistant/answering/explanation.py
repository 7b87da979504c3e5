"""Why an answer is as it is, in words for a student: what was found, what was read, how sure it was, what supports it.

Pure functions from the records of an answer to text; the app and the terminal say the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.english import joined, ordinal, quoted
from assistant.index.words import content_words, stem, words
from assistant.types import Answer, Fate, FoundSection, Hit, SearchResult, Sentence

_CLOSE = ((0.65, "very close in meaning"), (0.5, "close in meaning"), (0.35, "somewhat close in meaning"))
"""Cosines. On the sample course the nearest passage has 0.43 to 0.70 (middle 80 %) where it answers the question, and
0.08 to 0.20 where the question is about something else altogether."""

_NAMED_WORDS = 4

_FATES = {
    Fate.READ: "read by the model",
    Fate.IN_PART: "its best passages were read; the whole is too long",
    Fate.NOT_NEEDED: "not read: the sections above it were enough",
    Fate.TOO_SLOW: "left out this time: the model has not read it ahead, and reading it now takes long",
    Fate.NO_ROOM: "left out: no room beside the others",
    Fate.NOT_ASKED: "not read: the model was not asked",
}


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
    meant = dict(search.corrections)
    asked = [meant.get(word, word) for word in content_words(search.query)]
    there = {stem(word) for word in words(hit.chunk.embedding_text)}
    shared = list(dict.fromkeys(word for word in asked if stem(word) in there))
    return f"has {quoted(shared, _NAMED_WORDS)}" if shared else "has none of your words"


def sections_told(answer: Answer) -> tuple[FoundSection, ...]:
    """Returns the sections of which something can be told: none where the model was not asked to read."""
    asked = any(section.fate is not Fate.NOT_ASKED for section in answer.sections)
    return answer.sections if asked else ()


def what_became(fate: Fate) -> str:
    """Returns what became of a section that was found."""
    return _FATES[fate]


def support(sentence: Sentence, numbers: Sequence[int]) -> str:
    """Returns what supports one sentence, ``sources 1 and 2: 92% of its words stand there``, or why nothing does."""
    if not sentence.is_claim:
        return "states nothing that needs a source"
    if not sentence.supported:
        return f"not in your notes: {sentence.reason}" if sentence.reason else "not in your notes"
    which = f"{'source' if len(numbers) == 1 else 'sources'} {joined([str(number) for number in numbers])}"
    return f"{which}: {_percent(sentence.score)} of its words stand there"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
