"""Words: how a text is taken apart into them, and which of a question's words carry its meaning.

The word index holds what ``index_words`` returns, so that a question is looked for by the words that were stored.
Chinese, Japanese, Thai, Lao, Khmer and Burmese put no blanks between words: there every two neighbouring characters are
one word (https://www.unicode.org/reports/tr29/ leaves them to dictionaries, which are large and disagree).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_MARKS = "".join(chr(code) for code in range(0x0483, 0x3100) if unicodedata.category(chr(code)).startswith("M"))
_MARK = re.compile(f"[{_MARKS}]")
_MARKED_WORD = re.compile(rf"(?:(?!_)[\w{_MARKS}])+(?:['’](?:(?!_)[\w{_MARKS}])+)*")
"""Where vowels and tones are signs of their own, as in Hindi, Thai and pointed Arabic."""

_HIRAGANA = "\u3041-\u309f"
_UNBROKEN = (
    f"{_HIRAGANA}\u30a1-\u30ff\u31f0-\u31ff\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_RUN = re.compile(f"[{_UNBROKEN}]+")
_PIECE = re.compile(f"[{_UNBROKEN}]+|[^{_UNBROKEN}]+")
_KANA = re.compile(f"[{_HIRAGANA}]+")
_ASKING = re.compile(
    "是什么|什么|哪里|哪些|哪个|怎么样|怎么|怎样|如何|为什么|為什麼|什麼|多少|是谁|请问|解释|说明|定义|"
    "とは何ですか|とは|何ですか|なんですか|ですか|ますか|でしょうか|どのように|どうして|なぜ|どこ|いつ|だれ|説明|定義|について|"
    "คืออะไร|อะไร|อย่างไร|ที่ไหน|ทำไม|เมื่อไร|อธิบาย|[的了吗呢吧嗎是在和与與及或]"
)
"""What makes a sentence a question, and particles, in Chinese, Japanese and Thai."""

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


_OF_LANGUAGES = {
    language: frozenset(words.split())
    for language, words in {
        "de": """
        aber als am an auch auf aus bei beim bin bis da damit das dass dem den denn der des die dies diese diesem diesen
        dieser dieses doch du durch ein eine einem einen einer eines er es fur gegen gibt hat haben hier ich ihm ihr
        ihre im in ins ist ja kann kein keine konnen man mein mit muss nach nicht noch nur ob oder ohne sein seine sich
        sie sind so soll sollen und uber um unter vom von vor war waren warum was weil welche welchem welchen welcher
        welches wenn wer werden weshalb wie wieso wieviel wird wo wobei wodurch wofur womit woran worauf woraus worin
        worum wozu wurde wurden zu zum zur zwischen wann versteht bedeutet heisst beschreibe erklare nenne
        """,
        "fr": """
        a au aux avec ce ces cet cette comme comment dans de des du elle elles en entre est et etait etre il ils je la
        le les leur leurs lui mais ne nous on ont ou par pas plus pour pourquoi quand que quel quelle quelles quels qui
        quoi sa sans se ses son sont sur tu un une vous y signifie appelle decris explique nomme
        """,
        "es": """
        a al como con cual cuales cuando de del desde donde el ella ellos en entre era es esta este esto estos fue ha
        hay la las lo los mas me mi muy no nos o para pero por porque que quien quienes se ser si sin sobre son su sus
        tu un una unas unos y describe explica nombra significa
        """,
        "it": """
        a ai al alla anche che chi ci come con cosa cui da dal dei del della delle di dove e ed era gli ha hanno i il in
        la le lo ma nel nella non o per perche piu qual quale quali quando questa questo se si sono su sul sulla tra un
        una uno descrivi spiega significa
        """,
    }.items()
}
"""Function words of German, French, Spanish and Italian, folded."""

_FEWEST_OF_LANGUAGE = 2


def language_of(text: str) -> str:
    """Returns the language of a text, by its function words: de, fr, es, it, or en where none of them shows."""
    return _language(words(text))


def _language(found: Collection[str]) -> str:
    counts = {language: sum(word in own for word in found) for language, own in _OF_LANGUAGES.items()}
    best = max(counts, key=lambda language: counts[language])
    is_own = counts[best] >= _FEWEST_OF_LANGUAGE and counts[best] > sum(word in STOPWORDS for word in found)
    return best if is_own else "en"


def _function_words(found: Collection[str]) -> frozenset[str]:
    """The function words to leave out: of English always, of another language where more words are its own.

    "Was versteht man unter dem Trittbrettfahrerproblem?" asks about one word; "man" and "unter" stand everywhere.
    """
    own = _OF_LANGUAGES.get(_language(found), frozenset())
    return STOPWORDS | own if any(word not in own for word in found) else STOPWORDS


def fold(text: str) -> str:
    """Returns ``text`` in lower case without accents, as the word index sees it; signs for vowels and tones stay."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def words(text: str) -> list[str]:
    """Returns the folded words of ``text`` in order; ``_`` and hyphens separate, apostrophes do not."""
    return _words(fold(text), _pairs)


def index_words(text: str) -> str:
    """Returns what the word index stores of a text: its words, with blanks between them.

    The last character of a run without blanks is one more word, so that each character begins one.
    """
    return " ".join(_words(fold(text), lambda run: [*_pairs(run), *run[1:][-1:]]))


def matching(word: str) -> str:
    """Returns the expression of SQLite's FTS5 for a word; a lone character of a run is what other words begin with."""
    return f'"{word}"*' if len(word) == 1 and _RUN.match(word) else f'"{word}"'


def content_words(text: str) -> list[str]:
    """Returns the distinct words of ``text`` that are not function words, in order of first use.

    A possessive is the word itself: who asks for Barker's books asks for Barker. In a run without blanks, what asks is
    left out, and in Japanese what is in hiragana, endings and particles, where the run has anything else.
    """
    folded = fold(text)
    if not folded.isascii() and _RUN.search(folded):
        found = _words(_ASKING.sub(" ", folded), _telling_pairs)
    else:
        found = _words(folded, _pairs)
    left_out = _function_words(found)
    named = (word.removesuffix("'s") for word in found if word not in left_out)
    return list(dict.fromkeys(w for w in named if w not in left_out and (len(w) > 1 or w.isdigit() or _RUN.match(w))))


def is_unbroken(word: str) -> bool:
    """Whether a word is of a script without blanks: two characters of a run, or one."""
    return bool(_RUN.match(word))


def as_typed(text: str, chosen: Collection[str]) -> tuple[str, ...]:
    """Returns the chosen words of a text as they stand in it, accents and all; neighbours of one run are one."""
    found: list[str] = []
    for match in _typed_words(unicodedata.normalize("NFC", text)):
        typed, folded = match, fold(match)
        if not _RUN.search(folded) or len(folded) != len(typed):
            found += [typed] if {folded, folded.removesuffix("'s")} & set(chosen) else []
            continue
        for piece in _PIECE.finditer(folded):
            found += [typed[low:high] for low, high in _chosen_spans(piece, chosen)]
    return tuple(dict.fromkeys(found))


def _typed_words(text: str) -> list[str]:
    return (_MARKED_WORD if not text.isascii() and _MARK.search(text) else _WORD).findall(text)


def _chosen_spans(piece: re.Match[str], chosen: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yields where the chosen words of a run are, those that touch in one."""
    if not _RUN.match(piece.group()):
        if piece.group() in chosen:
            yield piece.span()
        return
    run = piece.group()
    spans = [(at, at + size) for at in range(len(run)) for size in (1, 2) if run[at : at + size] in chosen]
    while spans:
        low, high = spans.pop(0)
        while spans and spans[0][0] <= high:
            high = max(high, spans.pop(0)[1])
        yield piece.start() + low, piece.start() + high


def _words(folded: str, split: Callable[[str], list[str]]) -> list[str]:
    found = _typed_words(folded)
    if folded.isascii() or not _RUN.search(folded):
        return found
    pieces = (piece for word in found for piece in _PIECE.findall(word))
    return [part for piece in pieces for part in (split(piece) if _RUN.match(piece) else [piece])]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _telling_pairs(run: str) -> list[str]:
    others = [part for part in _KANA.split(run) if part] or [run]
    longest = [part for part in others if len(part) > 1] or others
    return [pair for part in longest for pair in _pairs(part)]


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


_COUNTED = (
    "two three four five six seven eight nine ten eleven twelve",
    "zwei drei vier fünf sechs sieben acht neun zehn - zwölf",
    "deux trois quatre cinq - - huit - dix",
    "- tres cuatro cinco seis siete ocho nueve diez",
    "- - quattro cinque - sette otto nove dieci",
)
NUMBER_WORDS = {
    word: str(number)
    for counted in _COUNTED
    for number, written in enumerate(counted.split(), start=2)
    for word in (written, *words(written))
    if word != "-"
}
"""Two to twelve, in five languages, as written and as ``words`` has them.

Left out is what is another word of one of them: "due", "sei", "neuf", "elf".
"""
