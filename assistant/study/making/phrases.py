"""Puts pieces of notes into words: names inside a sentence, statements, shorter versions that stay true."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from assistant.answering.sentences import split_sentences
from assistant.notes.labels import plain

MAX_WORDS = 26
_MIN_WORDS = 3
_MIN_CUT_WORDS = 5
_CUT = re.compile(
    r"(?<=\w)(?:[;:]|\s[-–—]|[-–—](?=\s)|,? (?:such as|for example|for instance|e\.?g\.?|including|like)\b"
    r"|, (?:which|where|so|because|but|and|or|this|these|it|used|often|common|for)\b)"
)
_TAIL = re.compile(r"[\s,;:.–—-]+$")
_DANGLING = re.compile(r"\b(?:a|an|and|as|at|by|for|from|in|is|of|on|or|such|that|the|their|to|with|which)$")
_VERBS_LIST = """
    accepts acts adapts affects aims allows analyses analyzes applies assesses automates balances becomes begins
    brings builds carries causes changes checks chooses classifies combines comes compares computes connects consists
    contains controls converts costs covers creates deals decides defines delivers depends describes destroys detects
    determines discovers divides does enables ensures evaluates exists expresses extracts finds focuses follows forms
    generates gets gives groups grows handles happens has helps holds identifies improves includes increases indicates
    involves is keeps learns lets limits looks maintains makes manages maps marks means measures moves needs occurs
    offers operates optimises optimizes orchestrates organises performs plays powers predicts prevents processes
    produces protects provides puts receives reduces refers relates remembers removes replaces represents requires
    returns runs says sends serves shows simplifies simulates solves sorts splits starts states stores suits supports
    takes tells tests trains transfers transforms treats tries turns understands uses works writes can may must will
    should was were are had could would
"""
_VERBS = frozenset(_VERBS_LIST.split())
_DETERMINERS_LIST = """
    a an the any each every one some all two three four five
"""
_DETERMINERS = frozenset(_DETERMINERS_LIST.split())
_MODALS = frozenset(("can", "may", "must", "will", "should", "could", "would"))
_ALSO_NOUNS = frozenset(
    ("means", "powers", "uses", "works", "forms", "results", "causes", "costs", "states", "controls")
)
_RELATIVES = frozenset(("that", "which", "who", "whose", "where", "when", "so", "as", "if", "to", "how"))
_ABBREVIATION = re.compile(r"\s*\(([^()]{1,40})\)")


class Shape(StrEnum):
    """How the words that follow a term begin."""

    VERB = "verb"  # processes many inputs at once
    NOUN = "noun"  # the ratio of ...
    DOING = "doing"  # feeding data to ...
    SENTENCE = "sentence"  # with a subject of its own
    OTHER = "other"


def readable(markdown: str) -> str:
    """Returns a piece of a note without its markup and without what dangles at its ends."""
    text = plain(re.sub(r"\[(?:\d+|citation needed|[a-z]+ needed)\]", "", markdown))
    return _TAIL.sub("", text.strip()).strip()


@lru_cache(maxsize=8192)
def shape(text: str) -> Shape:
    """Returns how ``text`` begins."""
    first, *rest = re.findall(r"[\w'’-]+", text.lower()) or [""]
    if first in _VERBS or (first.endswith("ly") and rest and rest[0] in _VERBS):
        return Shape.VERB
    subject = rest[: next((number for number, word in enumerate(rest) if word in _RELATIVES), None)]
    if _MODALS.intersection(subject) or _VERBS.intersection(subject[:6]) - _ALSO_NOUNS:
        return Shape.SENTENCE
    if first in _DETERMINERS:
        return Shape.NOUN
    return Shape.DOING if first.endswith("ing") and len(first) > 5 else Shape.OTHER


@lru_cache(maxsize=8192)
def versions(text: str) -> tuple[str, ...]:
    """Returns ``text`` and its beginnings that say something by themselves, the longest first.

    A beginning is cut before an addition (", which ...", "; ...", ", such as ..."), so it stays true.
    """
    spans = split_sentences(text)
    first = readable(text[spans[0][0] : spans[0][1]]) if spans else readable(text)
    cuts = [readable(first[: match.start()]) for match in _CUT.finditer(first)]
    beginnings = [cut for cut in reversed(cuts) if len(cut.split()) >= _MIN_CUT_WORDS]
    return tuple(dict.fromkeys(version for version in (first, *beginnings) if _stands(version)))


def _stands(text: str) -> bool:
    size = len(text.split())
    return _MIN_WORDS <= size <= MAX_WORDS and not _DANGLING.search(text) and text.count("(") == text.count(")")


def names_of(term: str) -> tuple[str, ...]:
    """Returns what a term may be called: without what stands in brackets first, then an abbreviation in brackets."""
    inner = [match.strip() for match in _ABBREVIATION.findall(term)]
    bare = " ".join(_ABBREVIATION.sub("", term).split())
    short = [name for name in inner if len(name) <= 8 and sum(map(str.isupper, name)) >= len(name) / 2]
    return tuple(dict.fromkeys(name for name in (bare, *short) if name))


def capitalised(text: str) -> str:
    """Returns ``text`` with a capital first letter, also behind an opening quotation mark."""
    start = 1 if text[:1] == "“" else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def lowered(text: str, is_common: Callable[[str], bool]) -> str:
    """Returns ``text`` as it is written inside a sentence.

    Args:
        text: A term or the beginning of a sentence.
        is_common: Whether a word also stands in small letters in the notes. Others are taken for names.
    """
    first, _, rest = text.partition(" ")
    if not re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", first) or re.search(r"\b[A-Z][a-z]", rest):
        return text
    return first.lower() + (f" {rest}" if rest else "") if is_common(first.lower()) else text


def is_plural(term: str) -> bool:
    """Returns whether a term looks like a plural."""
    last = term.split()[-1].lower() if term.split() else ""
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "ics", "ops", "aws", "sis"))


def state(subject: str, text: str, kind: Shape, link: str = "") -> str:
    """Returns a sentence that says ``text`` of ``subject``.

    Args:
        subject: The term, with its article if it has one.
        text: What is said of it.
        kind: How ``text`` begins.
        link: The verb between them, where the notes have one.
    """
    if not link and kind is Shape.NOUN:
        link = "are" if is_plural(subject) else "is"
    if link or kind is Shape.VERB:
        return capitalised(" ".join(part for part in (subject, link, text) if part)) + "."
    if kind is Shape.DOING:
        return capitalised(f"{subject} means {text}.")
    return capitalised(f"{subject}: {text}.")
