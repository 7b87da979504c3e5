"""Words: how a text is taken apart into them, and which of a question's words carry its meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# Function words of English, and the words that make a sentence a question rather than say what it is about.
_FUNCTION_WORDS = """
    a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each else
    etc ever every few for from further get gets give given gives got had hadn't has hasn't have haven't having he her
    here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it it's its itself just
    let's like many may me mean means might more most much must my myself no nor not now of off on once one only or
    other ought our ours ourselves out over own please quite rather really same shall she should shouldn't since so
    some such tell than that that's the their theirs them themselves then there there's these they they're this those
    through thus to too under until up upon us use used uses using very via want was wasn't we well were weren't what
    what's when where whether which while who who's whom whose why will with within without won't would wouldn't you
    you're your yours yourself yourselves
    describe define definition explain example examples list name note notes say says summarise summarize
    abt btw btwn n r u ur w wat wats wht y pls plz
"""
_PLURAL_INITIALS = re.compile(r"[b-df-hj-np-tv-xz\d]{1,4}[b-df-hj-np-rtuv-xz\d]s")
_OTHER_WORDS = {"id", "ill"}


def typed_in_haste(written: Iterable[str]) -> set[str]:
    """Returns the words also as they stand without their apostrophe: "shouldnt", "whats"; not where that is a word."""
    return {form for word in written for form in (word, word.replace("'", ""))} - _OTHER_WORDS


STOPWORDS = frozenset(typed_in_haste(_FUNCTION_WORDS.split()))


def fold(text: str) -> str:
    """Returns ``text`` in lower case without accents, as the word index sees it."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """Returns the folded words of ``text`` in order; ``_`` and hyphens separate, apostrophes do not."""
    return _WORD.findall(fold(text))


def content_words(text: str) -> list[str]:
    """Returns the distinct words of ``text`` that are not function words, in order of first use.

    A possessive is the word itself: who asks for Barker's books asks for Barker.
    """
    named = (word.removesuffix("'s") for word in words(text) if word not in STOPWORDS)
    return list(dict.fromkeys(w for w in named if w not in STOPWORDS and (len(w) > 1 or w.isdigit())))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Returns the English Snowball stem of a folded word (https://snowballstem.org/algorithms/english).

    Snowball leaves the plural of what has no vowel ("llms", "gpus"); here it is the same word as the singular.
    """
    found = str(_stemmer().stemWord(word.removesuffix("'s")))
    return found[:-1] if _PLURAL_INITIALS.fullmatch(found) else found


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")
