"""What the page says, in words for a student. Everything here is a pure function from records to text."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import Answer, AnswerState, Block, BuildProgress, Hit, IndexStatus, Reading, Sentence

WORDS_PER_TOKEN = 0.75
"""English words in a token of a GPT-like vocabulary, the rule of thumb of the tokenizers' own documentation."""

_BADGES = {
    AnswerState.FROM_NOTES: ("From your notes", "full"),
    AnswerState.PARTLY: ("Partly from your notes", "half"),
    AnswerState.UNSUPPORTED: ("Not in your notes", "none"),
    AnswerState.ABSTAINED: ("Not in your notes", "none"),
}


def count(number: int, singular: str, plural: str = "") -> str:
    """Returns ``1 note``, ``2 notes``, ``1,024 notes``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def ordinal(number: int) -> str:
    """Returns ``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st``."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def duration(seconds: float) -> str:
    """Returns a rough duration: ``5 s``, ``2 min``, ``1 h 10 min``."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def reading(progress: Reading | None, blocks: Sequence[Block]) -> str:
    """Returns how far the model is in reading, in words of the notes: tokens mean nothing to a student."""
    total = sum(len(block.text.split()) for block in blocks)
    what = f"Reading {count(len(blocks), 'passage')}…"
    if progress is None or progress.tokens_total <= 0:
        return what
    share = min(1.0, progress.tokens_done / progress.tokens_total)
    return f"{what} about {round(total * share):,} of {total:,} words"


def how_found(hit: Hit) -> str:
    """Returns by what a passage was found, and how high it stood."""
    ways = [("by meaning", hit.dense_rank), ("by words", hit.lexical_rank)]
    said = [f"{ordinal(rank)} {way}" for way, rank in ways if rank is not None]
    return " and ".join(said) or "by spelling"


def badge(answer: Answer) -> dict[str, str]:
    """Returns the state of an answer as a word, a shape (``full``, ``half``, ``none``) and what it means."""
    word, shape = _BADGES[answer.state]
    return {"state": answer.state.value, "word": word, "shape": shape, "detail": _badge_detail(answer)}


def _badge_detail(answer: Answer) -> str:
    claims = [sentence.supported for sentence in answer.sentences if sentence.is_claim]
    unsupported = claims.count(False)
    match answer.state:
        case AnswerState.ABSTAINED:
            return "Nothing close enough was found, so no answer was written."
        case AnswerState.UNSUPPORTED:
            return "None of this stands in your notes. The model may know it from elsewhere, or may be wrong."
        case AnswerState.PARTLY:
            are, ones = ("is", "one") if unsupported == 1 else ("are", "ones")
            return f"{unsupported} of {len(claims)} statements {are} not in your notes: the dotted {ones}."
        case _:
            return "Every statement was found in your notes."


def support(sentence: Sentence, numbers: Sequence[int]) -> str:
    """Returns what supports one sentence, ``sources 1 and 2: 92% of its words stand there``, or why nothing does."""
    if not sentence.is_claim:
        return "states nothing that needs a source"
    if not sentence.supported:
        return f"not in your notes: {sentence.reason}" if sentence.reason else "not in your notes"
    names = " and ".join(", ".join(map(str, numbers)).rsplit(", ", 1))
    which = f"{'source' if len(numbers) == 1 else 'sources'} {names}"
    return f"{which}: {round(100 * sentence.score)}% of its words stand there"


def corrections(pairs: Sequence[tuple[str, str]]) -> str:
    """Returns which words were searched in place of those typed, or nothing."""
    return "; ".join(f"Searched for “{found}” instead of “{typed}”" for typed, found in pairs)


def building(progress: BuildProgress) -> str:
    """Returns how far an index build is, with the time left once it is known."""
    text = f"Reading your notes: {progress.notes_done:,} of {progress.notes_total:,}"
    if progress.seconds_left is not None:
        text += f", about {duration(progress.seconds_left)} left"
    return text


def waiting(index: IndexStatus) -> str:
    """Returns that notes changed since the last build, or nothing."""
    if index.state == "missing":
        return "Your notes are not indexed yet."
    return f"{count(index.waiting, 'note')} changed." if index.state == "stale" and index.waiting else ""
