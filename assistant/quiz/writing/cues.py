"""How sentences of a language say why, what follows, what something is..., and how questions for each begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.documents.language import language_of


class Asked(StrEnum):
    """What a question asks for; it follows from what the sentence says."""

    REASON = "reason"  # ..., because ...
    EFFECT = "effect"  # ... leads to ...
    CONDITION = "condition"  # if ..., ...
    WAY = "way"  # ... by doing ...
    DEFINITION = "definition"  # ... is a ...
    CONTRAST = "contrast"  # ..., whereas ...
    USE = "use"  # ... is used to ...
    PARTS = "parts"  # ... consists of ...
    CLAIM = "claim"  # what a line says of the name that it begins with
    LIST = "list"  # what stands below a heading or an opening line


@dataclass(frozen=True, slots=True)
class Cues:
    """What the forms of a language tell.

    Attributes:
        patterns: Forms of sentences; of several that fit the first counts. ``told`` is what the question is about.
        forms: Whole questions for what has a short name, ``{}``: the model chooses the one that fits its number.
        starts: How other questions begin, to the letter; and those for which no form passed.
        happens: Stands in front of a condition to ask what follows from it.
        own_words: Makes a very short question a full one.
        articles: May stand before a name.
        indefinite: Those that may be put before one that has none in the notes.
    """

    language: str
    name: str
    patterns: tuple[tuple[Asked, re.Pattern[str]], ...]
    forms: dict[Asked, tuple[str, ...]]
    starts: dict[Asked, tuple[str, ...]]
    happens: str
    own_words: str
    articles: tuple[str, ...]
    indefinite: tuple[str, ...]


def _patterns(*forms: tuple[Asked, str]) -> tuple[tuple[Asked, re.Pattern[str]], ...]:
    return tuple((asks, re.compile(form, re.IGNORECASE | re.DOTALL)) for asks, form in forms)


_LABEL = (
    Asked.DEFINITION,
    r"(?P<told>[^,;:.|$]{2,50}?)(?:\*\*|__)?(?::(?:\*\*|__)?\s|\s[–—-]\s)"
    r"(?!(?:\w+\s){0,4}(?:is|are|may|can|will|has|have|must|we|you|they|it|ist|sind|kann|est|sont|peut|es|son)\b)"
    r"(?P<answer>(?:(?:an?|the|any|eine?|der|die|das|une?|la|les?|una?|el)\s"
    r"|(?:[\w-]+\s){1,2}?(?:of|that|which|who|von|für|der|des|de|du|qui|que)\s)[^:]{15,})$",
)
"""A line that begins with its term: "Labour productivity: the quantity of ..."."""

_LINK = r"(?:because|so that|in order to)"
_NOUN_LINK = r"(?:due to|owing to|as a result of|thanks to)"
_QUALIFIED = r"(?<!particularly)(?<!especially)(?<!partly)(?<!largely)(?<!mainly)(?<!mostly)(?<!often)(?<!usually)"
_RESULT = (
    r"(?:leads? to|led to|results? in|resulted in|gives? rise to|brings? about|(?:causes?|caused|increases?|decreases?"
    r"|reduces?|raises?|lowers?|prevents?|ensures?|improves?|weakens?|strengthens?|inhibits?|triggers?|stimulates?)"
    r"(?!\s(?:of|when|if|as|by|to|in|with|from|on|at|over|after|until|because)\b))"
)
_OPENING = r"(?!(?:with|in|at|for|by|after|before|during|on|from|as|if|when|while|although|since|to)\b)"

ENGLISH = Cues(
    "en",
    "English",
    _patterns(
        (Asked.CONTRAST, r"(?P<answer>.{20,},\s(?:whereas|while)\s.{15,})$"),
        (Asked.CONTRAST, r"(?P<answer>(?:Unlike|In contrast to|Compared (?:to|with)|As opposed to)\s.{5,}?,\s.{15,})$"),
        (Asked.CONTRAST, r"(?P<answer>.{10,}\s(?:differs? from|in contrast to|as opposed to)\s.{15,})$"),
        (Asked.REASON, rf"(?P<told>.{{15,}}?){_QUALIFIED},?\s(?P<answer>{_LINK}\s.{{12,}})$"),
        (Asked.REASON, rf"(?P<told>.{{15,}}?){_QUALIFIED},?\s(?P<answer>{_NOUN_LINK}\s[^,]{{12,}})$"),
        (Asked.REASON, r"(?P<told>.{15,}?),\s(?P<answer>since\s(?!\d|then)(?!.*\b(?:19|20)\d\d).{12,})$"),
        (Asked.REASON, r"(?P<answer>(?:Because|Due to|Owing to)\s.{12,}?),\s(?P<told>.{15,})$"),
        (
            Asked.CONDITION,
            r"(?P<told>(?:If|When|Whenever|Once|As long as|Unless)\s.{8,}?),\s(?:then\s)?(?P<answer>.{12,})$",
        ),
        (
            Asked.DEFINITION,
            r"(?P<told>(?:An?\s|The\s)?[^,;:()$]{2,50}?(?:\s\([^()]{1,25}\))?)(?:,\s[^,]{3,60},)?\s"
            r"(?:(?:is|are)\s(?=(?:an?|the|any|one|when|defined|how)\b)|refers? to\s|means?\s(?=the|an?\b)|denotes?\s"
            r"|describes\s|(?:is|are|can be|may be) (?:defined|described|presented|understood|seen|thought of)"
            r" as\s)(?P<answer>.{15,})$",
        ),
        (
            Asked.USE,
            rf"{_OPENING}(?P<told>[^,;:]{{3,60}}?)\s(?P<answer>(?:(?:is|are|was|were|can be) (?:used|needed|designed"
            r"|required|intended)|serves?|allows?|enables?|helps?|lets?)\s.{12,})$",
        ),
        (
            Asked.PARTS,
            r"(?P<told>.{3,80}?)\s(?:consists? of|(?:is|are) (?:composed|made up) of|comprises?|includes?"
            r"|(?:is|are|can be) (?:divided|classified|grouped|split) into)\s(?P<answer>.{12,})$",
        ),
        (Asked.WAY, r"(?P<told>.{20,}?),?\s(?P<answer>by\s(?!being\b|having\b)\w+ing\s.{8,})$"),
        _LABEL,
        (Asked.EFFECT, rf"{_OPENING}(?P<told>[^,;:]{{5,90}}?)\s(?P<answer>{_RESULT}\s.{{12,}})$"),
    ),
    {
        Asked.DEFINITION: ("What is {}?", "What are {}?", "What was {}?", "What were {}?"),
        Asked.EFFECT: ("What is the effect of {}?", "What was the effect of {}?"),
        Asked.USE: ("What is {} used for?", "What are {} used for?", "What is the function of {}?"),
        Asked.PARTS: (
            "What does {} consist of?",
            "What do {} consist of?",
            "What does {} include?",
            "What do {} include?",
        ),
    },
    {
        Asked.REASON: ("Why ",),
        Asked.EFFECT: ("What is the effect of ", "What effect ", "What happens ", "What does ", "What do ", "How do "),
        Asked.CONDITION: ("What happens when ", "What happens if ", "What happens to ", "What does ", "How "),
        Asked.WAY: tuple(f"How {verb} " for verb in ("does", "do", "is", "are", "can", "did", "was", "were")),
        Asked.CONTRAST: ("How does ", "How do ", "What is the difference between ", "How is "),
        Asked.USE: (
            "What is ",
            "What are ",
            "What does ",
            "What do ",
            "What was ",
            "What can ",
            "How does ",
            "How do ",
        ),
        Asked.PARTS: ("What ", "Which ", "Into "),
        Asked.CLAIM: ("What ", "Why ", "How ", "When ", "Which "),
        Asked.LIST: ("What ", "Which "),
    },
    "What happens ",
    ", in your own words",
    ("a ", "an ", "the "),
    ("", "a ", "an "),
)

GERMAN = Cues(
    "de",
    "German",
    _patterns(
        (Asked.CONTRAST, r"(?P<answer>.{20,},\s(?:während|wohingegen)\s.{15,})$"),
        (Asked.CONTRAST, r"(?P<answer>(?:Im Gegensatz zu|Anders als)\s.{15,})$"),
        (Asked.CONTRAST, r"(?P<answer>.{10,}\sunterscheide[nt] sich von\s.{15,})$"),
        (Asked.REASON, r"(?P<told>.{15,}?),\s(?P<answer>(?:weil|da|damit|um|denn)\s.{12,})$"),
        (Asked.REASON, r"(?P<answer>(?:Weil|Da)\s.{12,}?),\s(?P<told>.{15,})$"),
        (Asked.CONDITION, r"(?P<told>(?:Wenn|Falls|Sobald|Solange)\s.{8,}?),\s(?:so\s|dann\s)?(?P<answer>.{12,})$"),
        (Asked.DEFINITION, r"Unter\s(?P<told>[^,;:()$]{2,50}?)\sversteht man\s(?P<answer>.{15,})$"),
        (
            Asked.DEFINITION,
            r"(?P<told>[^,;:()$]{2,50}?(?:\s\([^()]{1,25}\))?)\s(?:(?:ist|sind)\s(?=(?:eine?|einer|der|die|das|alle)\b)"
            r"|bezeichne[nt]\s|bedeutet\s)(?P<answer>.{15,})$",
        ),
        (Asked.USE, r"(?P<told>[^,;:]{3,60}?)\s(?P<answer>(?:dien(?:t|en)|ermöglich(?:t|en)|hilft|helfen)\s.{12,})$"),
        (
            Asked.PARTS,
            r"(?P<told>.{3,80}?)\s(?:besteh(?:t|en) aus|umfass(?:t|en)|gliedert sich in|setzt sich aus|enthält)\s"
            r"(?P<answer>.{12,})$",
        ),
        (Asked.WAY, r"(?P<told>.{20,}?),\s(?P<answer>indem\s.{12,})$"),
        _LABEL,
        (
            Asked.EFFECT,
            r"(?P<told>[^,;:]{5,90}?)\s(?P<answer>(?:führ(?:t|en) zu|verursach(?:t|en)|bewirk(?:t|en)|verhinder(?:t|n)"
            r"|förder(?:t|n)|erhöh(?:t|en)|senk(?:t|en)|verringer(?:t|n)|stärk(?:t|en)|schwäch(?:t|en))\s.{12,})$",
        ),
    ),
    {
        Asked.DEFINITION: ("Was ist {}?", "Was sind {}?"),
        Asked.EFFECT: ("Welche Folgen hat {}?", "Welche Folgen haben {}?"),
        Asked.USE: ("Wozu dient {}?", "Wozu dienen {}?"),
        Asked.PARTS: ("Woraus besteht {}?", "Woraus bestehen {}?", "Was umfasst {}?", "Was umfassen {}?"),
    },
    {
        Asked.REASON: ("Warum ", "Wozu "),
        Asked.EFFECT: ("Welche Folgen ", "Welche Wirkung ", "Was bewirkt ", "Was bewirken ", "Wozu führt ", "Was "),
        Asked.CONDITION: ("Was geschieht, wenn ", "Was "),
        Asked.WAY: ("Wie ", "Wodurch "),
        Asked.CONTRAST: ("Worin unterscheiden sich ", "Worin unterscheidet sich ", "Wie unterscheiden sich "),
        Asked.USE: ("Wozu dient ", "Wozu dienen ", "Was ermöglicht ", "Was ermöglichen ", "Wobei hilft "),
        Asked.PARTS: ("Woraus ", "Was ", "Welche ", "In welche "),
        Asked.LIST: ("Welche ", "Was "),
    },
    "Was geschieht, ",
    ", in eigenen Worten",
    ("ein ", "eine ", "der ", "die ", "das "),
    ("",),
)

FRENCH = Cues(
    "fr",
    "French",
    _patterns(
        (Asked.CONTRAST, r"(?P<answer>.{20,},?\s(?:tandis que|alors que)\s.{15,})$"),
        (Asked.CONTRAST, r"(?P<answer>(?:Contrairement à|À la différence de)\s.{15,})$"),
        (
            Asked.REASON,
            r"(?P<told>.{15,}?),?\s(?P<answer>(?:parce qu|car|puisqu|afin d|afin qu|pour qu|en raison d|grâce à)"
            r"(?:e\s|['’]|\s).{12,})$",
        ),
        (Asked.CONDITION, r"(?P<told>(?:Si|Quand|Lorsque|Dès que)\s.{8,}?),\s(?:alors\s)?(?P<answer>.{12,})$"),
        (
            Asked.DEFINITION,
            r"(?P<told>[^,;:()$]{2,50}?)\s(?:(?:est|sont)\s(?=(?:une?|le|la|les|des|l['’]))|désigne(?:nt)?\s|signifie\s)"
            r"(?P<answer>.{15,})$",
        ),
        (Asked.USE, r"(?P<told>[^,;:]{3,60}?)\s(?P<answer>(?:perme(?:t|ttent) d|ser(?:t|vent) à).{12,})$"),
        (
            Asked.PARTS,
            r"(?P<told>.{3,80}?)\s(?:se compose(?:nt)? de|(?:est|sont) composée?s? d[eu]|comprend|comprennent)\s"
            r"(?P<answer>.{12,})$",
        ),
        _LABEL,
        (
            Asked.EFFECT,
            r"(?P<told>[^,;:]{5,90}?)\s(?P<answer>(?:entraîne(?:nt)?|provoque(?:nt)?|condui(?:t|sent) à|mène(?:nt)? à"
            r"|empêche(?:nt)?|renforce(?:nt)?|affaibli(?:t|ssent))\s.{12,})$",
        ),
    ),
    {
        Asked.DEFINITION: ("Qu'est-ce que {}?", "Qu'est-ce qu'{}?"),
        Asked.EFFECT: ("Que provoque {}?", "Que provoquent {}?"),
        Asked.USE: ("À quoi sert {}?", "À quoi servent {}?"),
        Asked.PARTS: ("De quoi se compose {}?", "De quoi se composent {}?"),
    },
    {
        Asked.REASON: ("Pourquoi ",),
        Asked.EFFECT: ("Quelles sont les conséquences ", "Quel est l'effet ", "Quel effet ", "Que provoque "),
        Asked.CONDITION: ("Que se passe-t-il ",),
        Asked.WAY: ("Comment ",),
        Asked.CONTRAST: ("Quelle est la différence entre ", "En quoi "),
        Asked.USE: ("À quoi sert ", "À quoi servent ", "Que permet ", "Que permettent "),
        Asked.PARTS: ("De quoi ", "Que ", "Quels ", "Quelles "),
        Asked.LIST: ("Quels ", "Quelles "),
    },
    "Que se passe-t-il ",
    ", avec vos propres mots",
    ("un ", "une ", "le ", "la ", "l'", "les "),
    ("",),
)

_OF_LANGUAGE = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH}


def cues_of(text: str) -> Cues | None:
    """Returns the cues of the language that a text is in, or None for one that is not known here."""
    return _OF_LANGUAGE.get(language_of(text))
