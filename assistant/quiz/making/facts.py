"""What the notes say of a term, which terms are together, and how pieces of notes are put into words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from assistant.documents.labels import FORMULA, plain
from assistant.documents.roles import names_nothing
from assistant.documents.sentences import split_sentences
from assistant.quiz.item import Anchor

MAX_WORDS = 26
_MIN_WORDS = 3
_MIN_CUT_WORDS = 5
_CUT = re.compile(
    r"(?<=\w)(?:[;:]|\s[-–—]|[-–—](?=\s)|,? (?:such as|for example|for instance|e\.?g\.?|including|like)\b"
    r"|, (?:which|where|so|because|but|this|these|it|used|often|common|for)\b)"
)
_NEXT_CLAUSE = re.compile(
    r"(?P<said>(?:(?!\b(?:that|which|who|whose|where|when|by|how|what|if|die|der|das|wie|qui|que|dont)\b)[^,;:()])+?),?"
    r" (?:and|but|und|aber|et|mais|y|pero) (?:(?!and\b)[\w’'-]+ ){0,7}?(?:is|are|was|were|has|have|had|did|does|do|can"
    r"|ist|sind|hat|haben|wird|war|est|sont|ont|peut|es|son|tiene|puede)\b",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[\s,;:.\\–—-]+$")
_DANGLING = re.compile(
    r"\b(?:a|an|and|as|at|by|for|from|in|is|of|on|or|such|that|the|their|to|with|which|just|typically|usually|especially"
    r"|also|only|both|between|into|than|when|where|not|more|most|very|like|including|e\.?g|i\.?e|und|oder|mit|von|zu|die"
    r"|der|das|durch|auf|als|wie|bei|et|ou|de|du|des|le|la|les|avec|pour|par|sur|dans|si|que|y|o|con|por|para|el|los|las"
    r"|if|are|called|given|defined)$",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"\b(?:an?|the|and|or|if|as|by|that|than|is|are|called|und|oder|wenn|als|durch|et|ou|si|par|que|les?|la|une?|y|o|por"
    r"|el|los|con|(?:e\.g|i\.e|z\. ?b|p\. ?ex|etc)\.?)$|[a-z] \d$",
    re.IGNORECASE,
)
"""Where a text ends and something has to follow; a lone figure is the number of a page or note."""

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
    takes explains considers discusses compares lists names proves notes recalls reviews identifies draws reads
    promotes encourages regulates restricts threatens
    tells tests trains transfers transforms treats tries turns understands uses works writes can may must will
    should was were are had could would
"""
_VERBS = frozenset(_VERBS_LIST.split())
_DETERMINERS_LIST = """
    a an the any each every one some all two three four five ein eine der die das jede jeder jedes un une le la les
    tout toute chaque una el los las unos unas todo toda cada
"""
_DETERMINERS = frozenset(_DETERMINERS_LIST.split())
_MODALS = frozenset(("can", "may", "must", "will", "should", "could", "would"))
_ALSO_NOUNS_LIST = """
    means powers uses works forms results causes costs states controls marks looks measures supports tests needs moves
    runs changes maps groups sorts stores plays returns records limits starts shows levels covers deals benefits sends
    processes functions
"""
_ASKING = frozenset(("what", "how", "when", "where", "whether", "who", "why"))
BEHIND_NOUNS = frozenset(("of", "in", "and", "or", "for", "from", "by", "between", "that", "which", "are", "is"))
_ALSO_NOUNS = frozenset(_ALSO_NOUNS_LIST.split())
_BEGINNINGS = _DETERMINERS | _VERBS
_RELATIVES = frozenset(("that", "which", "who", "whose", "where", "when", "so", "as", "if", "to", "how"))
_ONE = re.compile(r"(?:an?|any|each|every) ")
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
    text = plain(re.sub(r"(?<!\\sqrt)\[(?:\d+|citation needed|[a-z]+ needed)\]", "", markdown))
    return _TAIL.sub("", text.strip()).strip()


def is_modal(text: str) -> bool:
    """Returns whether a text begins with "can", "must" and the like: what a thing may, and not what it does."""
    return next(iter(text.lower().split()), "") in _MODALS | {"has", "have", "was", "were", "had"}


def is_verb(word: str) -> bool:
    """Returns whether ``word`` is a verb of the third person: "processes"."""
    return word in _VERBS or (word.endswith("ys") and f"{word[:-2]}ies" in _VERBS) or f"{word[:-1]}es" in _VERBS


@lru_cache(maxsize=8192)
def shape(text: str) -> Shape:
    """Returns how ``text`` begins."""
    first, *rest = re.findall(r"[\w'’-]+", text.lower()) or [""]
    if first in _ASKING:
        return Shape.OTHER
    if first in _ALSO_NOUNS and rest[:1] and rest[0] in BEHIND_NOUNS:
        return Shape.OTHER
    if first in _VERBS or (first.endswith("ly") and rest and rest[0] in _VERBS):
        return Shape.VERB
    subject = rest[: next((number for number, word in enumerate(rest) if word in _RELATIVES), None)]
    if _MODALS.intersection(subject) or _VERBS.intersection(subject) - _ALSO_NOUNS:
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
    first = before_next_clause(readable(text[spans[0][0] : spans[0][1]]) if spans else readable(text))
    cuts = [readable(first[: match.start()]) for match in _CUT.finditer(first)]
    beginnings = [cut for cut in reversed(cuts) if len(cut.split()) >= _MIN_CUT_WORDS]
    return tuple(dict.fromkeys(version for version in (first, *beginnings) if _stands(version)))


def before_next_clause(text: str) -> str:
    """Returns what is said of a term before a clause of its own is added: "a craft and craftsmen did not ..."."""
    found = _NEXT_CLAUSE.match(text)
    return found["said"] if found else text


def _stands(text: str) -> bool:
    size = len(text.split())
    return _MIN_WORDS <= size <= MAX_WORDS and not _DANGLING.search(text) and text.count("(") == text.count(")")


def is_finished(text: str) -> bool:
    """Returns whether a text does not end where something has to follow: "a point that is defined by"."""
    return _UNFINISHED.search(text) is None


def names_of(term: str) -> tuple[str, ...]:
    """Returns what a term may be called: without what stands in brackets first, then an abbreviation in brackets."""
    if FORMULA.search(term):
        return (term,)
    inner = [match.strip() for match in _ABBREVIATION.findall(term)]
    bare = " ".join(_ABBREVIATION.sub("", term).split())
    short = [name for name in inner if len(name) <= 8 and sum(map(str.isupper, name)) >= len(name) / 2]
    return tuple(dict.fromkeys(name for name in (bare, *short) if name))


def capitalised(text: str) -> str:
    """Returns ``text`` with a capital first letter, also behind an opening quotation mark; pH, mRNA and ``e`` stay."""
    start = 1 if text[:1] in "“„«" else 0
    if re.match(r"[^\s.,;:]*[\d_][^\s]*", text[start:]):
        return text  # a name of code
    first = re.match(r"[^\W\d_]+", text[start:])
    if first and (any(map(str.isupper, first[0][1:])) or (len(first[0]) == 1 and first[0] not in "aàyoeui")):
        return text
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


def lowered(text: str, is_common: Callable[[str], bool]) -> str:
    """Returns ``text`` as it is written inside a sentence.

    Args:
        text: A term or the beginning of a sentence.
        is_common: Whether a word also stands in small letters in the notes. Others are taken for names.
    """
    if text[:2] in ("L'", "L’"):
        return text[0].lower() + text[1:]
    first, _, rest = text.partition(" ")
    if first[1:] == first[1:].lower() and first.lower() in _BEGINNINGS:
        return first.lower() + (f" {rest}" if rest else "")
    if not re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", first) or re.search(r"\b[A-Z][a-z]", rest):
        return text
    return first.lower() + (f" {rest}" if rest else "") if is_common(first.lower()) else text


_SINGULAR_IN_S = ("series", "species", "bias", "gas", "lens", "atlas", "canvas", "news", "aws", "devops", "mlops")


def is_plural(term: str) -> bool:
    """Returns whether an English term looks like a plural."""
    words = re.split(r"\s(?:of|for|in|with|between)\s", term)[0].split()
    last = words[-1].lower() if words else ""
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "ics")) and last not in _SINGULAR_IN_S


def be(noun: str, said: str = "") -> str:
    """Returns the form of "be" that goes with a term, and with what is said of it: "savings is an account"."""
    return "are" if is_plural(noun) and not _ONE.match(said) else "is"


def state(subject: str, text: str, kind: Shape, link: str = "") -> str:
    """Returns a sentence that says ``text`` of ``subject``.

    Args:
        subject: The term, with its article if it has one.
        text: What is said of it.
        kind: How ``text`` begins.
        link: The verb between them, where the notes have one.
    """
    if not link and kind is Shape.NOUN:
        link = be(subject, text)
    if link or kind is Shape.VERB:
        return capitalised(" ".join(part for part in (subject, link, text) if part)) + "."
    if kind is Shape.DOING:
        return capitalised(f"{subject} means {text}.")
    return capitalised(f"{subject}: {text}.")


@dataclass(frozen=True, slots=True)
class Term:
    """Something that the notes say things of.

    Attributes:
        label: As it stands in the notes, without markup: "Natural language processing (NLP)".
        place: The headings and list items above it; terms with the same place are siblings.
    """

    label: str
    place: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called, the full name first."""
        return names_of(self.label)

    @property
    def name(self) -> str:
        """The full name without what stands in brackets."""
        return self.names[0] if self.names else self.label

    @property
    def group(self) -> str:
        """The nearest heading or list item above it that names something; empty if there is none."""
        return next((label for label in reversed(self.place) if not names_nothing(label)), "")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the notes say of a term.

    Attributes:
        aspect: Empty for what the term is; otherwise as it is labelled: "Use", "Purpose", "Example".
        text: What is said, without markup; follows the term, or is a sentence of its own.
        anchor: The words that say it, the term included where it stands in the same line.
        offset: Where the text begins in the anchor's quote.
        subject: The term as the subject of a sentence ("A neural network"); empty for "Term - text".
        link: The verb behind the subject, if it is a form of "be".
        is_sentence: The text has a subject of its own: "Neural networks" - "Every connection carries a weight".
        form: How the text begins, where the notes' other words tell it better than the text alone.
    """

    term: Term
    aspect: str
    text: str
    anchor: Anchor
    offset: int = 0
    subject: str = ""
    link: str = ""
    is_sentence: bool = False
    form: Shape | None = None

    @property
    def shape(self) -> Shape:
        """How the text begins."""
        return self.form or (Shape.SENTENCE if self.is_sentence else shape(self.text))

    @property
    def is_stated(self) -> bool:
        """Whether term and text make a sentence: "A token is the smallest unit"."""
        return bool(self.link) or self.shape in (Shape.VERB, Shape.NOUN)


@dataclass(frozen=True, slots=True)
class Group:
    """Things that the notes list together.

    Attributes:
        label: What they are, as the heading or list item above them says.
        place: The headings and list items above the label.
        anchors: For each member, where it is named.
        ordered: They are numbered, so their order means something.
        of_headings: They are headings, and not items of a list.
    """

    label: str
    place: tuple[str, ...]
    members: tuple[Term, ...]
    anchors: tuple[Anchor, ...]
    ordered: bool = False
    of_headings: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: what it has for each row.

    Attributes:
        head: What it is called: "Worst case".
        rows: What the rows are called: "Algorithm"; empty where the table does not say it.
        place: The headings above the table.
        cells: The cell of each row.
        anchors: Each row as it stands in the notes.
    """

    head: str
    rows: str
    place: tuple[str, ...]
    terms: tuple[Term, ...]
    cells: tuple[str, ...]
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question that the notes themselves ask, and answer.

    Attributes:
        question: Without markup.
        answers: The sentences below it, in order.
    """

    question: str
    answers: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was found in some notes, in the order of the text."""

    facts: tuple[Fact, ...] = ()
    groups: tuple[Group, ...] = ()
    columns: tuple[Column, ...] = ()
    answered: tuple[OwnQuestion, ...] = ()

    def __add__(self, other: Facts) -> Facts:
        """Returns both together."""
        columns = self.columns + other.columns
        return Facts(self.facts + other.facts, self.groups + other.groups, columns, self.answered + other.answered)
