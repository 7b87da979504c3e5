"""Finds where a sentence says something else than the words of the notes that it is made of.

A sentence can have nearly all words of its source and be false: another number, another name, one "not", "more" for
"less", subject and object exchanged. Sentence and source are laid side by side, word by word; what differs between two
stretches that agree is what was changed (two thirds of the errors that the authors of AttributionBench analysed are
such details, https://arxiv.org/abs/2402.15089).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, takewhile

from assistant.answering.units import NEGATIONS
from assistant.index.words import NUMBER_WORDS, STOPWORDS, fold, stem

OTHER_WAY_ROUND = "your notes say this the other way round"

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_][^\W_]*(?:['’][^\W_]+)*|\d\w*|[,;:.!?()]|\s[-–]\s")
_LETTER = re.compile(r"\b([A-Za-z])-(?=[A-Za-z]{2})")
_BREAKS = frozenset(",;:.!?()-–")
_MAX_CHANGED = 4
"""Tokens of a stretch that was changed; a longer one is another thing said, not one thing changed."""

_MIN_SHARE = 0.4
"""Of the content words of a sentence, those that its source must have for the two to be laid side by side."""

_MIN_FOLLOWING = 2
"""Content words that must agree behind a changed beginning; "Additionally, ..." begins many sentences."""

_REACH = 6
"""How many content words apart subject, verb and object may stand to be taken for such."""

_PARTS = _BREAKS - {"-", "–", ":"} | {"and", "or"}
"""What parts clauses; behind a label the sentence goes on."""

_APART = frozenset(("in", "at", "with", "within", "from", "for", "during", "through", "via"))
"""Behind a verb: a place or a means follows and no object ("the algorithm runs in SageMaker")."""

_PLAIN_VERBS = frozenset(map(stem, ("use", "uses", "used", "has", "have", "makes", "does")))
"""Verbs that carry no meaning in a search, and do in a sentence."""

_OPPOSITES = (
    "more/less/fewer most/least higher/lower high/low increase/decrease/reduce increase/lower raise/lower rise/fall "
    "grow/shrink faster/slower fast/slow large/small larger/smaller big/small long/short longer/shorter before/after "
    "first/last early/late earlier/later always/never better/worse best/worst good/bad strong/weak many/few all/none "
    "maximum/minimum maximize/minimize above/below over/under upper/lower inside/outside internal/external "
    "input/output label/unlabel labelled/unlabelled labeled/unlabeled supervised/unsupervised structured/unstructured "
    "simple/complex easy/hard easy/difficult cheap/expensive cheaper/expensive same/different similar/different "
    "positive/negative old/new old/young true/false correct/incorrect right/wrong success/failure succeed/fail "
    "advantage/disadvantage strength/weakness benefit/drawback begin/end start/end start/stop open/close win/lose "
    "won/lost gain/lose gain/loss add/remove accept/reject allow/prevent enable/prevent enable/disable include/exclude "
    "improve/worsen improve/harm north/south northern/southern east/west eastern/western left/right hot/cold wet/dry "
    "light/heavy light/dark deep/shallow wide/narrow public/private possible/impossible likely/unlikely "
    "necessary/unnecessary active/passive import/export buy/sell push/pull encode/decode encrypt/decrypt "
    "horizontal/vertical static/dynamic mutable/immutable parent/child majority/minority male/female day/night"
)


def _turned() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _OPPOSITES.split():
        members = [stem(word) for word in group.split("/")]
        for one in members:
            found.setdefault(one, set()).update(other for other in members if other != one)
    return {one: frozenset(others) for one, others in found.items()}


_OPPOSITE_OF = _turned()


@dataclass(frozen=True, slots=True)
class WordToken:
    """A word, a number or a mark of a sentence.

    Attributes:
        text: As written.
        key: What it is compared by: the stem; a number without separators.
        is_content: It carries meaning: no function word, no mark and no negation.
        is_name: It begins with a capital and does not begin the sentence.
    """

    text: str
    key: str
    is_content: bool
    is_name: bool

    @property
    def is_number(self) -> bool:
        """Whether it is a number; the words two to twelve are."""
        return self.key[:1].isdigit()

    @property
    def may_turn(self) -> bool:
        """Whether it may stand between a subject and an object."""
        return self.is_content or self.key in _PLAIN_VERBS

    @property
    def denies(self) -> bool:
        """Whether it is a negation."""
        return fold(self.text) in NEGATIONS


def tokens(text: str) -> tuple[WordToken, ...]:
    """Returns the words, numbers and marks of a sentence, in order. Markup is no part of them."""
    joined = _LETTER.sub(r"\1", text.replace("*", "").replace("`", ""))
    found = [match.group() for match in _TOKEN.finditer(joined)]
    return tuple(_token(word, place == 0 or found[place - 1] in ".!?:") for place, word in enumerate(found))


def _token(word: str, begins: bool) -> WordToken:
    folded = fold(word).strip()
    if folded in _BREAKS:
        return WordToken(word, folded, is_content=False, is_name=False)
    key = NUMBER_WORDS.get(folded) or (folded.replace(",", "") if folded[0].isdigit() else stem(folded))
    content = (
        (folded not in STOPWORDS or word.isupper()) and folded not in NEGATIONS and (len(folded) > 1 or key.isdigit())
    )
    return WordToken(word, key, content, is_name=content and not begins and word[0].isupper())


def conflict(
    claim: Sequence[WordToken], source: Sequence[WordToken], around: frozenset[str], same: Callable[[str, str], bool]
) -> str:
    """Returns what the sentence changes of its source, as a reason for the student, or an empty string.

    Args:
        claim: The sentence of the answer.
        source: A sentence of the notes that is thought to support it.
        around: Stems of the headings above the source: a name that stands there is not foreign to it.
        same: Whether two keys are one word (endings, typing errors).
    """
    source = _aligned(claim, source, same)
    shared = {token.key for token in source} & {token.key for token in claim if token.is_content}
    if len(shared) < _MIN_SHARE * sum(token.is_content for token in claim):
        return ""
    for changed, original in _changes(claim, source):
        if reason := _judged(changed, original, around):
            return reason
    return OTHER_WAY_ROUND if _is_exchanged(claim, source) else _number_elsewhere(claim, source)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Tokens ``start`` to ``end`` of a sentence."""

    tokens: Sequence[WordToken]
    start: int
    end: int
    followed: int
    """Content words of the stretch behind it that agrees."""

    @property
    def begins(self) -> bool:
        """Whether it begins the sentence and is one phrase: "Additionally, ..." names nothing."""
        return self.start == 0 and not any(token.key in _BREAKS for token in self.inside)

    @property
    def inside(self) -> Sequence[WordToken]:
        return self.tokens[self.start : self.end]

    @property
    def content(self) -> list[WordToken]:
        return [token for token in self.inside if token.is_content]

    @property
    def denials(self) -> int:
        return sum(token.denies for token in self.inside)


def _aligned(
    claim: Sequence[WordToken], source: Sequence[WordToken], same: Callable[[str, str], bool]
) -> list[WordToken]:
    """The source with the keys of the claim where the words are the same."""
    known = {token.key for token in claim}
    content = [token.key for token in claim if token.is_content and not token.is_number]
    out = []
    for token in source:
        key = token.key
        if token.is_content and key not in known:
            key = next((other for other in content if same(other, key)), key)
        out.append(WordToken(token.text, key, token.is_content, token.is_name))
    return out


def _changes(claim: Sequence[WordToken], source: Sequence[WordToken]) -> Iterator[tuple[_Stretch, _Stretch]]:
    """Pairs of short stretches that differ, between stretches that agree (or at an end)."""
    matcher = SequenceMatcher(None, [t.key for t in claim], [t.key for t in source], autojunk=False)
    codes = matcher.get_opcodes()
    for at, (tag, a1, a2, b1, b2) in enumerate(codes):
        if tag == "equal" or a2 - a1 > _MAX_CHANGED or b2 - b1 > _MAX_CHANGED:
            continue
        before = sum(token.is_content for token in claim[codes[at - 1][1] : a1]) if at else 0
        after = sum(token.is_content for token in claim[a2 : codes[at + 1][2]]) if at + 1 < len(codes) else 0
        at_end = all(token.key in _BREAKS for token in claim[a2:]) or all(token.key in _BREAKS for token in source[b2:])
        if (before and (after or at_end)) or (after and a1 == 0 and b1 == 0):
            yield _Stretch(claim, a1, a2, after), _Stretch(source, b1, b2, after)


def _judged(changed: _Stretch, original: _Stretch, around: frozenset[str]) -> str:
    new = _only(changed.content, {t.key for t in original.tokens})
    old = _only(original.content, {t.key for t in changed.tokens})
    new_keys, old_keys = {t.key for t in new}, {t.key for t in old}
    turned = [(t, o) for t in changed.inside for o in original.inside if o.key in _OPPOSITE_OF.get(t.key, frozenset())]
    if turned and not _is_another_thing(turned, new, old):
        return OTHER_WAY_ROUND
    if not new_keys and not old_keys and (changed.denials + original.denials) % 2:
        return OTHER_WAY_ROUND
    if not new_keys or not old_keys:
        return ""
    if (
        len(changed.content) == len(original.content) == 1
        and changed.content[0].is_number
        and original.content[0].is_number
    ):
        return f"your notes do not give the number {changed.content[0].text} here"
    first = changed.begins and original.begins and changed.followed >= _MIN_FOLLOWING
    names, replaced = _names(new, first), _names(old, first)
    if names and replaced and not {t.key for t in new if t.text in names} <= around:
        return f"your notes name {' '.join(replaced)} here, not {' '.join(names)}"
    numbers, others = [t.text for t in new if t.is_number], [t.text for t in old if t.is_number]
    if numbers and others:
        return f"your notes do not give the number {', '.join(numbers)} here"
    if changed.start and changed.tokens[changed.start - 1].is_number:
        counted = changed.tokens[changed.start - 1].text
        return f"your notes give the number {counted} for something else: {' '.join(t.text for t in old)}"
    return ""


def _is_another_thing(
    turned: Sequence[tuple[WordToken, WordToken]], new: Sequence[WordToken], old: Sequence[WordToken]
) -> bool:
    """Whether beside the opposites other words were changed too: "never supplies" says what "always absorbs" does."""
    ours, theirs = {mine.key for mine, _ in turned}, {other.key for _, other in turned}
    return bool({t.key for t in new} - ours) and bool({t.key for t in old} - theirs)


def _names(content: Sequence[WordToken], first: bool) -> list[str]:
    """The names among ``content``. What begins a sentence has a capital anyway; beside another one it is a name too."""
    return [t.text for t in content if t.is_name or (first and t.text[0].isupper())]


def _only(content: Sequence[WordToken], there: Collection[str]) -> list[WordToken]:
    return [token for token in content if token.key not in there]


def _is_exchanged(claim: Sequence[WordToken], source: Sequence[WordToken]) -> bool:
    """Whether what stands before a verb in the source stands behind it in the sentence, and the other way round.

    "A uses B" against "B uses A". The passive ("B is used by A") turns them without turning what is said.
    """
    theirs = {token.key: at for at, token in enumerate(source) if token.may_turn}
    for at, token in enumerate(claim):
        place = theirs.get(token.key) if token.may_turn else None
        if place is None or _is_passive(claim, at) != _is_passive(source, place):
            continue
        left, right = _beside(claim[:at][::-1], 1), _object(claim[at + 1 :])
        was_left, was_right = _beside(source[:place][::-1], _REACH), _beside(source[place + 1 :], _REACH)
        if left & was_right - was_left and right & was_left - was_right:
            return True
    return False


def _object(behind: Sequence[WordToken]) -> frozenset[str]:
    """The next content word; none where a place or a means is named before it: "the algorithm runs in SageMaker"."""
    for at, token in enumerate(behind):
        if token.is_content:
            is_apart = not token.is_number and any(word.key in _APART for word in behind[:at])
            return frozenset() if is_apart else _beside(behind, 1)
    return frozenset()


def _beside(tokens: Sequence[WordToken], most: int) -> frozenset[str]:
    """The first content words, up to what parts clauses."""
    clause = takewhile(lambda token: token.key not in _PARTS, tokens)
    return frozenset(token.key for token in islice((t for t in clause if t.is_content), most))


def _is_passive(sentence: Sequence[WordToken], verb: int) -> bool:
    return any(token.key == "by" for token in sentence[verb + 1 : verb + 3])


def _number_elsewhere(claim: Sequence[WordToken], source: Sequence[WordToken]) -> str:
    """Numbers that both have, but each beside another word: "60 rounds at 3600 hertz" for "3600 rounds at 60"."""
    theirs = _beside_numbers(source)
    for number, beside in _beside_numbers(claim).items():
        if number not in theirs or beside & theirs[number]:
            continue
        if any(beside & words for other, words in theirs.items() if other != number):
            return f"your notes do not give the number {number} here"
    return ""


def _beside_numbers(sentence: Sequence[WordToken]) -> dict[str, frozenset[str]]:
    """The content words next before and next behind each number."""
    content = [token for token in sentence if token.is_content]
    found: dict[str, frozenset[str]] = {}
    for at, token in enumerate(content):
        if token.is_number:
            near = [t.key for t in content[max(0, at - 1) : at + 2] if not t.is_number]
            found[token.key] = found.get(token.key, frozenset()) | frozenset(near)
    return found
