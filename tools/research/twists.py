"""True and false sentences about notes, made by rule: what a support check has to keep apart.

Human labels (AttributionBench) say how often a check agrees with people on long answers from the web. They say little
on what hurts a student most: a sentence that is nearly the notes' own, with one thing changed. Here each sentence of
the notes is said again as a model would (true), and with a number, a name, a unit, a negation, a direction or its
subject changed (false). Two thirds of the errors that the authors of AttributionBench analysed are of that kind
(https://arxiv.org/abs/2402.15089).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answering.units import Unit, source_units
from assistant.index.words import STOPWORDS, content_words, stem, words
from assistant.types import ContextBlock, ElementKind

_READ = 3
"""Blocks that are read for a question, as in production."""

_MIN_WORDS = 4
"""A sentence with fewer content words states too little to be twisted."""

_NUMERALS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)")
_ITEM = re.compile(r"^(?P<label>[^.:;–-][^.:;–]{0,58}?)\s*(?:\s[-–]\s|(?<=\w)[-–:]\s)(?P<rest>.+)$")
_THIRD_PERSON = re.compile(r"^[a-z]+(?:s|es)\b(?<!ss)")
_LIST = re.compile(r"\b([\w-]+(?: [\w-]+)?), ([\w-]+(?: [\w-]+)?) (and|or) ([\w-]+)")
_CLAUSE = re.compile(r"[,;:]\s|\s(?:which|because|so that|but|although|while|whereas|and)\s")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)|\b(?:two|three|four|five|six|seven|eight|nine|ten)\b", re.I)
_COUNTED = re.compile(r"(?P<number>(?<![\w.,])\d+(?:[.,]\d+)*|\b(?:two|three|four|five|six))\s(?P<noun>[a-z]{3,})")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w&+-]*\w(?: [A-Z][\w&+-]*\w)*")
_VERB = re.compile(r"\b(?:is|are|was|were|can|may|must|should|will|does|do|has)\b(?! (?:not|no|never)\b)")
_DENIAL = re.compile(r"\s(?:not|never)\b")
_PIVOT = re.compile(
    r"^(?:the |an? )?(?P<left>[\w -]{3,60}?) (?P<verb>uses?|needs?|requires?|contains?|includes?|belongs? to|produces?|"
    r"converts?|transforms?|focus(?:es)? on|covers?|improves?|supports?|provides?|defeated|founded|led|replaced|became|"
    r"affects?|causes?|leads? to|generates?|is a subset of|is part of|depends? on) "
    r"(?:the |an? )?(?P<right>[\w -]{3,60}?)"
    r"(?=[.,;:]|$| (?:to|for|in|on|by|that|which|so|and|with|from|at|as)\b)"
)  # fmt: skip
_NO_SUBJECT = frozenset(
    [
        "that",
        "which",
        "who",
        "is",
        "are",
        "was",
        "were",
        "may",
        "can",
        "must",
        "should",
        "will",
        "and",
        "or",
        "to",
        "it",
        "they",
        "this",
        "these",
    ]
)
"""Words that no subject of one phrase has."""

_ARTICLES = re.compile(r"\b(?:the|an?|also|very|both)\s", re.I)
_OPPOSITES = (
    "more/less higher/lower high/low increases/reduces increase/reduce increasing/reducing faster/slower large/small "
    "larger/smaller before/after first/last always/never better/worse labelled/unlabelled supervised/unsupervised "
    "input/output internal/external simple/complex cheap/expensive north/south east/west early/late old/new long/short "
    "longer/shorter structured/unstructured positive/negative success/failure advantage/disadvantage begins/ends "
    "increased/decreased won/lost maximum/minimum most/least above/below correct/incorrect strong/weak"
)
_TURNED = {a: b for pair in _OPPOSITES.split() for one, two in [pair.split("/")] for a, b in ((one, two), (two, one))}


@dataclass(frozen=True, slots=True)
class Twist:
    """A sentence about notes, and whether it is true of them.

    Attributes:
        id: The same for the same notes and seed.
        kind: How it was made.
        blocks: What was read; the sentence comes from the first block, unless it is from elsewhere.
    """

    id: str
    kind: str
    true: bool
    text: str
    blocks: tuple[ContextBlock, ...]


@dataclass(frozen=True)
class _Place:
    """A sentence of the notes, and what stands around it."""

    text: str
    unit: Unit
    blocks: tuple[ContextBlock, ...]
    siblings: tuple[str, ...]
    names: tuple[str, ...]
    nouns: tuple[str, ...]
    far: tuple[str, ...]
    labels: tuple[str, ...]
    others: tuple[str, ...]

    @cached_property
    def read(self) -> frozenset[str]:
        """The words that were read."""
        return frozenset(w for block in self.blocks for w in words(block.text))

    @property
    def item(self) -> tuple[str, str]:
        """Label and rest of ``Label - rest``; empty where it is a plain sentence."""
        found = _ITEM.match(self.text)
        return (found["label"], found["rest"]) if found else ("", "")


Maker = Callable[[_Place, random.Random], str]


def twists(blocks: Sequence[ContextBlock], *, seed: int = 0) -> Iterator[Twist]:
    """Yields true and false sentences about ``blocks``, of each kind where a sentence of the notes lends itself to it.

    Args:
        blocks: Of all notes, in reading order.
        seed: Of the draws; the same arguments give the same sentences.
    """
    for number, place in enumerate(_places(blocks)):
        for kind, (true, make) in _KINDS.items():
            text = make(place, random.Random(f"{seed} {kind} {number}"))
            if text and (true or _norm(text) not in {_norm(place.text), *map(_norm, place.siblings)}):
                yield Twist(f"{kind}-{number}", kind, true, text, place.blocks)


def _places(blocks: Sequence[ContextBlock]) -> Iterator[_Place]:
    units = [source_units(block) for block in blocks]
    texts = [[_plain(unit) for unit in own] for own in units]
    everything = [text for own in texts for text in own]
    names = tuple(dict.fromkeys(name for text in everything for name in _NAME.findall(text)))
    nouns = tuple(dict.fromkeys(found["noun"] for text in everything for found in _COUNTED.finditer(text)))
    for at, (own, said) in enumerate(zip(units, texts, strict=True)):
        read = tuple(blocks[(at + step) % len(blocks)] for step in range(min(_READ, len(blocks))))
        far = tuple(text for block, other in zip(blocks, texts, strict=True) if block not in read for text in other)
        near_by = [text for block, other in zip(blocks, texts, strict=True) if block in read for text in other]
        labels = tuple(found["label"] for text in near_by if (found := _ITEM.match(text)))
        for place, (unit, text) in enumerate(zip(own, said, strict=True)):
            if len(content_words(text)) >= _MIN_WORDS and unit.kind is not ElementKind.TABLE and not text.endswith(":"):
                near = [i for i in range(len(own)) if i != place and own[i].heading_path == unit.heading_path]
                near.sort(key=lambda i: abs(i - place))
                siblings = tuple(said[i] for i in near)
                others = tuple(said[i] for i in near if _is_apart(own[i], unit))
                yield _Place(text, unit, read, siblings, names, nouns, far, labels, others)


def _is_apart(unit: Unit, other: Unit) -> bool:
    """Whether neither stands below the other: what is said of a kind may be said of what belongs to it."""
    names = [topic.text for topic in (*unit.topics[:-1], *other.topics[:-1])]
    return unit.item not in names and other.item not in names


def _plain(unit: Unit) -> str:
    return " ".join(_MARKUP.sub("", unit.text).split())


def _norm(text: str) -> str:
    return " ".join(words(text))


def _verbatim(place: _Place, rng: random.Random) -> str:
    return place.text


def _bare(place: _Place, rng: random.Random) -> str:
    """The sentence without articles, as notes are often taken."""
    out = _ARTICLES.sub("", place.text)
    return out if out != place.text else ""


def _as_sentence(place: _Place, rng: random.Random) -> str:
    """``Term - what it is`` as a sentence."""
    label, rest = place.item
    return _sentence(label, rest) if label else ""


def _sentence(label: str, rest: str) -> str:
    if not label:
        return ""
    verb = "" if _THIRD_PERSON.match(rest) or _VERB.match(rest) else "is "
    return f"{label} {verb}{rest}"


def _merged(place: _Place, rng: random.Random) -> str:
    """Two neighbouring sentences in one. The second names what it is about: "and it" would be about the first."""
    fitting = [text for text in place.siblings if len(content_words(text)) >= _MIN_WORDS and not text.endswith(":")]
    fitting = [text for text in fitting if _stands_alone(text, place)]
    if not fitting:
        return ""
    other = fitting[0]
    return f"{place.text.rstrip('.')}, and {other[0].lower()}{other[1:]}"


def _stands_alone(text: str, place: _Place) -> bool:
    found = _ITEM.match(text)
    return _is_own(found["label"], place) if found else not place.item[0]


def _reordered(place: _Place, rng: random.Random) -> str:
    """The members of a list in another order."""
    out = _LIST.sub(lambda found: f"{found[2]}, {found[1]} {found[3]} {found[4]}", place.text, count=1)
    return out if out != place.text else ""


def _shortened(place: _Place, rng: random.Random) -> str:
    """The first clause of a longer sentence, with its term."""
    label, rest = place.item
    first = _CLAUSE.split(rest or place.text)[0]
    said = _sentence(label, first) if label else first
    return said if len(content_words(said)) >= _MIN_WORDS and len(said) < len(place.text) - 10 else ""


def _other_number(place: _Place, rng: random.Random) -> str:
    found = _NUMBER.search(place.text)
    if not found:
        return ""
    if found.group().lower() in _NUMERALS:
        free = [n for i, n in enumerate(_NUMERALS, 2) if n not in place.read and str(i) not in place.read]
        other = rng.choice(free) if free else ""
    else:
        digits = re.sub(r"\D", "", found.group())
        other = next(
            str(int(digits) + k) for k in range(rng.randint(1, 3), 99) if str(int(digits) + k) not in place.read
        )
    return _replaced(place.text, found.span(), other) if other else ""


def _other_quantity(place: _Place, rng: random.Random) -> str:
    """The same number of something else."""
    found = _COUNTED.search(place.text)
    other = [noun for noun in place.nouns if found and stem(noun) != stem(found["noun"]) and noun not in place.text]
    return _replaced(place.text, found.span("noun"), rng.choice(other)) if found and other else ""


def _numbers_exchanged(place: _Place, rng: random.Random) -> str:
    """Two numbers of one sentence change places."""
    found = list(_NUMBER.finditer(place.text))
    if len(found) < 2 or found[0].group().lower() == found[1].group().lower():
        return ""
    late = _replaced(place.text, found[1].span(), found[0].group())
    return _replaced(late, found[0].span(), found[1].group())


def _name_nearby(place: _Place, rng: random.Random) -> str:
    return _renamed(place, rng, lambda name: all(w in place.read for w in words(name)))


def _name_from_afar(place: _Place, rng: random.Random) -> str:
    return _renamed(place, rng, lambda name: not any(w in place.read for w in words(name)))


def _renamed(place: _Place, rng: random.Random, fits: Callable[[str], bool]) -> str:
    found = _NAME.search(place.text)
    if not found:
        return ""
    here = {*words(place.text), *words(place.unit.context.text)}
    other = [name for name in place.names if fits(name) and not here & set(words(name))]
    return _replaced(place.text, found.span(), rng.choice(other)) if other else ""


def _denied(place: _Place, rng: random.Random) -> str:
    """A negation that was not there, or one less."""
    denial = _DENIAL.search(place.text)
    if denial:
        return _replaced(place.text, denial.span(), "")
    verb = _VERB.search(place.text)
    return f"{place.text[: verb.end()]} not{place.text[verb.end() :]}" if verb else ""


def _turned(place: _Place, rng: random.Random) -> str:
    """One word is replaced by its opposite."""
    found = [m for m in re.finditer(r"[A-Za-z]+", place.text) if m.group().lower() in _TURNED]
    found = [m for m in found if _TURNED[m.group().lower()] not in words(place.text)]
    if not found:
        return ""
    chosen = rng.choice(found)
    return _replaced(place.text, chosen.span(), _TURNED[chosen.group().lower()])


def _exchanged(place: _Place, rng: random.Random) -> str:
    """Subject and object change places; of ``Example - A uses B`` those of the sentence behind the label."""
    label, rest = place.item
    text = (_sentence(label, rest) if _THIRD_PERSON.match(rest) else rest) if label else place.text
    found = _PIVOT.match(text)
    if not found or _NO_SUBJECT & set(found["left"].lower().split()):
        return ""
    left, right = set(words(found["left"])), set(words(found["right"]))
    if left & right or not (left - STOPWORDS and right - STOPWORDS):
        return ""
    subject, verb, turned = found["left"], found["verb"], found["right"]
    return f"{turned[0].upper()}{turned[1:]} {verb} {subject[0].lower()}{subject[1:]}{text[found.end() :]}"


def _of_sibling(place: _Place, rng: random.Random) -> str:
    """What is said of another item of the list."""
    label, _ = place.item
    others = [found["rest"] for text in place.others if (found := _ITEM.match(text))]
    fitting = [rest for rest in others if len(content_words(rest)) >= _MIN_WORDS and not _shares(label, rest)]
    return _sentence(label, rng.choice(fitting)) if fitting and _is_own(label, place) else ""


def _is_own(label: str, place: _Place) -> bool:
    """Whether the label names one item only; "Example" and "Use" stand before many."""
    return bool(label) and place.labels.count(label) == 1


def _borrowed(place: _Place, rng: random.Random) -> str:
    """A true first half, and a second half that is said of another item."""
    label, rest = place.item
    first = _CLAUSE.split(rest)[0] if label else ""
    others = [found["rest"] for text in place.siblings if (found := _ITEM.match(text)) and found["label"] != label]
    fitting = [other for other in others if _THIRD_PERSON.match(other) and len(content_words(other)) >= _MIN_WORDS]
    if not (first and fitting and _is_own(label, place)):
        return ""
    return f"{_sentence(label, first).rstrip('.')}, which {rng.choice(fitting)}"


def _invented_member(place: _Place, rng: random.Random) -> str:
    """One member of a list is of a list elsewhere."""
    found = _LIST.search(place.text)
    members = [member for text in place.far for other in _LIST.finditer(text) for member in other.group(1, 2, 4)]
    free = [other for other in members if not any(word in place.read for word in content_words(other))]
    if not found or not free:
        return ""
    return _replaced(place.text, found.span(rng.choice((1, 2, 4))), rng.choice(free))


def _reason_behind(place: _Place, rng: random.Random) -> str:
    """``A, so B`` said as ``B because A``."""
    found = re.match(r"(?P<why>[^,;:]+), so (?!that|as)(?P<what>.+?)\.?$", place.text)
    if not found:
        return ""
    what, why = found["what"], found["why"]
    return f"{what[0].upper()}{what[1:]} because {why[0].lower()}{why[1:]}"


def _false_reason(place: _Place, rng: random.Random) -> str:
    """Two true sentences of one section, the later given as the reason of the first."""
    label, rest = place.item
    others = [text for text in place.others if len(content_words(text)) >= _MIN_WORDS and _stands_alone(text, place)]
    if not others or (label and not _is_own(label, place)):
        return ""
    reason = others[-1]
    found = _ITEM.match(reason)
    told = _sentence(found["label"], found["rest"]) if found else reason
    first = _sentence(label, rest) if label else place.text
    return f"{first.rstrip('.')} because {told[0].lower()}{told[1:]}"


def _from_elsewhere(place: _Place, rng: random.Random) -> str:
    """A sentence of a section that was not read."""
    free = [text for text in place.far if len(content_words(text)) >= _MIN_WORDS]
    return rng.choice(free) if free else ""


def _shares(label: str, rest: str) -> bool:
    return bool({stem(w) for w in content_words(label)} & {stem(w) for w in content_words(rest)})


def _replaced(text: str, span: tuple[int, int], by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]


_KINDS: dict[str, tuple[bool, Maker]] = {
    "verbatim": (True, _verbatim),
    "without articles": (True, _bare),
    "item as a sentence": (True, _as_sentence),
    "two in one": (True, _merged),
    "list in another order": (True, _reordered),
    "first clause": (True, _shortened),
    "reason behind": (True, _reason_behind),
    "another number": (False, _other_number),
    "another quantity": (False, _other_quantity),
    "numbers exchanged": (False, _numbers_exchanged),
    "another name nearby": (False, _name_nearby),
    "another name from afar": (False, _name_from_afar),
    "negation": (False, _denied),
    "opposite": (False, _turned),
    "subject and object exchanged": (False, _exchanged),
    "said of another item": (False, _of_sibling),
    "borrowed half": (False, _borrowed),
    "invented member of a list": (False, _invented_member),
    "false reason": (False, _false_reason),
    "another section": (False, _from_elsewhere),
}
