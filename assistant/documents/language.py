"""The language of a text, told by its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

_COMMON = {
    "en": "the of and is to that with for are from by this which be an it as can was",
    "de": "der die das und ist nicht ein eine mit von den dem des zu im auf für werden sich wird",
    "fr": "le la les des et est une dans du que pour par qui sur un au avec sont ce plus",
    "es": "el los las de que y es una por con para del se en un como son su más al",
    "it": "il di che è una per con del della sono gli nel si lo dei non le alla ha i",
    "pt": "o os as de que e é uma por com para do da não se em um como são ao",
    "nl": "de het een en van is dat niet met voor zijn op aan te wordt door ook bij naar om",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_READ = 20_000
_MIN_SHARE = 0.08
"""Of the words of a text, those that its language's twenty commonest make up at least: in prose it is 15 to 35 %."""


_MIN_OTHERS = 2
_MIN_SHARE_OF_NOTES, _MIN_WORDS, _TIMES = 0.03, 5, 2.5
"""The same for notes in bare phrases, which leave such words out: so many of the twenty have to occur, and make up so
many times as much of the text as those of the next language.
"""


def speaks(text: str, language: str) -> bool:
    """Returns whether a sentence may be of ``language``: it has one of its commonest words, or none of another's.

    A few words tell little, so it takes two of another language's to say no; in no language everything may be.
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not language or any(word in _WORDS[language] for word in words):
        return True
    return all(sum(word in common for word in words) < _MIN_OTHERS for common in _WORDS.values())


@lru_cache(maxsize=1024)
def language_of(text: str) -> str:
    """Returns the language of ``text`` as its two-letter code (ISO 639-1), or nothing where it is none that is known.

    Only its first 20,000 characters are read.
    """
    words = Counter(re.findall(r"[^\W\d_]+", text[:_READ].lower()))
    shares = {
        language: sum(words[word] for word in common) / max(1, words.total()) for language, common in _WORDS.items()
    }
    best, second = sorted(shares, key=shares.__getitem__, reverse=True)[:2]
    if shares[best] >= _MIN_SHARE:
        return best
    is_clear = shares[best] >= max(_MIN_SHARE_OF_NOTES, _TIMES * shares[second])
    return best if is_clear and sum(word in words for word in _WORDS[best]) >= _MIN_WORDS else ""
