"""How the notes use a word: a fixed list of nouns and verbs knows no subject, but the notes themselves do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from assistant.quiz.making.facts import BEHIND_NOUNS, is_verb

ASKING = frozenset(("what", "how", "when", "where", "whether", "who", "why"))
_NO_NOUN_ENDS = ("ly", "ize", "ise", "ify", "ate", "ed")
_COMMAND_ENDS = ("ize", "ify")
_BEHIND_VERBS_LIST = """
    a an the its their his her it them into up down out off away to for as along through across around against over
    under high low well fast slowly quickly easily only both all no more less
"""
_BEHIND_VERBS = frozenset(_BEHIND_VERBS_LIST.split())


class WordUse:
    """How often some texts have a word behind an article, as a noun, and behind "to", "can" and the like, as a verb."""

    def __init__(self, texts: Collection[str]) -> None:
        self._behind_article: Counter[str] = Counter()
        self._behind_verb: Counter[str] = Counter()
        for text in texts:
            low = text.lower()
            self._behind_article.update(re.findall(r"\b(?:an?|the|of|its|their|this|each) ([a-z-]{3,})", low))
            self._behind_verb.update(re.findall(r"\b(?:to|can|will|we|you|must|should|not|may|they) ([a-z-]{3,})", low))

    def names(self, text: str) -> bool:
        """Returns whether ``text`` begins with a word that is used as a noun, or in front of one."""
        first = next(iter(re.findall(r"[^\W\d_][\w-]*", text.lower())), "")
        if first in ASKING:
            return True
        if first.endswith(_NO_NOUN_ENDS):
            return False
        if self._behind_article[first] or self._behind_verb[first]:
            return self._behind_article[first] > 2 * self._behind_verb[first]
        return not is_verb(f"{first}s")

    def commands(self, text: str) -> bool:
        """Returns whether ``text`` begins with a word that is rather a verb in its plain form: "verify that"."""
        first = next(iter(re.findall(r"[^\W\d_][\w-]*", text.lower())), "")
        return first.endswith(_COMMAND_ENDS) or self._behind_verb[first] > self._behind_article[first]

    def acts(self, text: str) -> bool | None:
        """Returns whether ``text`` begins with a verb of the third person: "hunts mice"; None if it may or may not."""
        first, *others = re.findall(r"[^\W\d_][\w'-]*", text.lower()) or [""]
        if not re.fullmatch(r"[a-z]{2,}[^us\W]s", first) or not others or others[0] in BEHIND_NOUNS:
            return False
        base = max((first[:-1], first[:-2], f"{first[:-3]}y"), key=self._behind_verb.__getitem__)
        if self._behind_verb[base] or self._behind_article[base] or self._behind_article[first]:
            return self._behind_verb[base] > self._behind_article[base] + self._behind_article[first]
        return True if others[0] in _BEHIND_VERBS else None
