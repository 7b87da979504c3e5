"""Questions for a list: which list of the notes answers, how it is shown, and when none does."""

from __future__ import annotations

import pytest

from assistant.answering.lists import introduced_by, whole_list, with_list
from assistant.documents.loading import parse
from assistant.types import Citation, ContextBlock, SearchResult, Sentence

TEXT = """# Monetary policy

The central bank steers the money supply.

There are three tools of monetary policy:

- **Open market operations** - buying
  and selling bonds
    - Bonds are bought to expand.
- The discount rate

- Reserve requirements

## Advantages

1. Quick
2. Independent of politics

## Causes of inflation

- Too much money
- Costs that rise

# Steps of a crisis

## 1. Boom

Prices rise.

## 2. Bust

Prices fall.

# Glossary

- Bond
    - a loan
    - paid back later
"""


def shown(question: str, text: str = TEXT, **found: object) -> str:
    document = parse("policy.md", text)
    blocks = [
        ContextBlock("policy.md", section.heading_path, (), section.start, section.end, "", place, document)
        for place, section in enumerate(document.outline)
    ]
    listed = whole_list(question, SearchResult(question, (), **found), blocks)  # type: ignore[arg-type]
    for item in listed:
        assert text[item.citation.start : item.citation.end] == item.citation.quote
    return "".join(f"{item.before}{item.text}" for item in listed)


TOOLS = """
- **Open market operations** - buying and selling bonds
    - Bonds are bought to expand.
- The discount rate
- Reserve requirements"""


@pytest.mark.parametrize(
    "question",
    [
        "What are the tools of monetary policy?",
        "list all instruments of monetary policy",
        "Name the three monetary policy tools.",
    ],
)
def test_a_list_is_whole_and_in_order_whatever_it_is_asked_as(question: str) -> None:
    assert shown(question) == TOOLS


def test_words_that_were_typed_wrong_are_those_of_the_notes() -> None:
    assert shown("what are the tols of monetary policy", corrections=(("tols", "tools"),)) == TOOLS


SHOCK = "# Dengue fever\n\n## Features of shock\n\n1. Sweating\n2. Rapid pulse\n\n## Rash of dengue\n\n- Pale\n- Late\n"


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("what are the signs of shock in dengue?", "\n1. Sweating\n2. Rapid pulse"),
        ("rash of dengue", "\n- Pale\n- Late"),
        ("what is the rash of dengue", ""),  # the model explains it
        ("rash", ""),  # of what?
    ],
)
def test_a_heading_is_asked_for_in_its_own_words_or_by_the_same_kind(question: str, items: str) -> None:
    assert shown(question, SHOCK) == items


@pytest.mark.parametrize("question", ["pros of monetary policy", "What are the advantages of monetary policy?"])
def test_a_heading_is_what_its_list_is_about_and_numbers_stay(question: str) -> None:
    assert shown(question) == "\n1. Quick\n2. Independent of politics"


def test_a_table_is_shown_as_it_is() -> None:
    table = "| Kind | Moves |\n|---|---|\n| transverse | across |\n| longitudinal | along |"
    text = f"# Waves\n\nTypes of waves:\n\n{table}\n\nMore text.\n"
    assert shown("what types of waves are there", text) == f"\n\n{table}"


def test_why_asks_for_causes() -> None:
    assert shown("Why does inflation happen?") == "\n- Too much money\n- Costs that rise"


def test_headings_below_one_that_announces_them_are_a_list() -> None:
    assert shown("What are the stages of a crisis, in order?") == "\n1. Boom\n2. Bust"
    other = TEXT.replace("Steps of a crisis", "Characteristics of a crisis")
    assert shown("What are the characteristics of a crisis?", other) == ""


@pytest.mark.parametrize(
    "question",
    [
        "What are the tools of fiscal policy?",  # a word that no lead says
        "What are the disadvantages of monetary policy?",
        "What is a bond?",  # a definition, not a list
        "Who invented monetary policy tools?",
        "How do monetary policy tools work?",  # only steps in an order tell how
        "What is money?",
    ],
)
def test_what_no_lead_says_is_answered_otherwise(question: str) -> None:
    assert shown(question) == ""


STATISTICS = """# Statistics

The formula for the mean is simple.

## Variance

The variance of $X$ is the mean squared distance:

$$\\sigma^2 = \\frac{1}{n} \\sum (x_i - \\mu)^2$$

**Example**: the variance of a die.

## Samples

The variance of a sample is computed like this:

```python
def variance(x):
    return mean((x - mean(x)) ** 2)
```

- **Standard deviation**: $\\sigma = \\sqrt{\\sigma^2}$
"""


@pytest.mark.parametrize(
    ("question", "element"),
    [
        ("what is the formula for the variance", "\n\n$$\\sigma^2 = \\frac{1}{n} \\sum (x_i - \\mu)^2$$"),
        ("how is the standard deviation calculated?", "\n- **Standard deviation**: $\\sigma = \\sqrt{\\sigma^2}$"),
        ("give me an example of variance", "\n\n**Example**: the variance of a die."),
        (
            "show me code for the variance",
            "\n\n```python\ndef variance(x):\n    return mean((x - mean(x)) ** 2)\n```",
        ),
    ],
)
def test_a_formula_an_example_and_code_are_shown_as_they_stand(question: str, element: str) -> None:
    assert shown(question, STATISTICS) == element


@pytest.mark.parametrize(
    "question",
    [
        "what is the formula for the mean",  # said to be simple, and not given
        "what is the formula for the median",
        "show me code for the mean deviation",
        "what is the variance",
    ],
)
def test_nothing_is_shown_that_is_of_something_else(question: str) -> None:
    assert shown(question, STATISTICS) == ""


LENSES = """# History

## Lenses

There are three schools that historians fall under:

- Great people
- Structures
- Decisions

## Ideenfindung

**Brainstorming** ist offen.

Ablauf:

1. Vorbereitung
2. Suche

## Porters Five Forces

- Eintritt
- Lieferanten
- Abnehmer
- Ersatz
- Wettbewerb

Refracting telescopes have three major disadvantages:

- light bends in glass
- they are long
- a mirror is cheaper

| Führung | Management |
| --- | --- |
| Richtung | Ordnung |

## How baking bread goes

1. Knead
2. Wait
"""


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("which three lenses do historians look through", "\n- Great people"),
        ("in welchen Phasen läuft ein Brainstorming ab?", "\n1. Vorbereitung"),  # a label goes with what is before it
        ("what are the steps of baking bread", "\n1. Knead"),  # a numbered list is steps
        ("what are the steps of eating bread", ""),
        ("Welche fünf Kräfte unterscheidet Porter?", "\n- Eintritt"),  # so many are in the list
        ("What are the main drawbacks of telescopes with glass?", "\n- light bends"),  # said by its items
        ("Worin unterscheiden sich Führung und Management?", "\n\n| Führung | Management |"),
        ("Which drawback of telescopes has to do with glass?", ""),  # asks for one of them
        ("Welche sechs Kräfte unterscheidet Porter?", ""),
        ("What are the main drawbacks of telescopes in space?", ""),
        ("Worin unterscheiden sich Führung und Verwaltung?", ""),
    ],
)
def test_a_list_is_meant_whose_lead_lacks_the_verb_or_what_its_items_say(question: str, first: str) -> None:
    told = shown(question, LENSES)
    assert told.startswith(first)
    assert bool(told) == bool(first)


def test_a_line_brings_the_list_that_it_introduces() -> None:
    document = parse("history.md", LENSES)

    def below(line: str) -> list[str]:
        start = LENSES.index(line)
        words = Citation("history.md", (), start, start + len(line), line, 1.0)
        return [item.text for item in introduced_by(words, document)]

    assert below("There are three schools that historians fall under:") == ["Great people", "Structures", "Decisions"]
    assert below("**Brainstorming** ist offen.") == []
    assert below("Eintritt") == []
    text = TEXT + "".join(f"    - part {n} of later\n" for n in range(20))
    assert [item.text for item in introduced_by(_line(text, "Bond"), parse("policy.md", TEXT))] == BOND
    assert introduced_by(_line(text, "Bond"), parse("policy.md", text)) == ()  # too much to be read beside others


BOND = ["a loan", "paid back later"]


def _line(text: str, line: str) -> Citation:
    start = text.index(f"- {line}\n") + 2
    return Citation("policy.md", (), start, start + len(line), line, 1.0)


def sentence(text: str, *, supported: bool) -> Sentence:
    return Sentence(text, 0, len(text), supported=supported, score=1.0)


def test_the_line_of_the_model_stands_before_the_list_where_the_notes_support_it() -> None:
    document = parse("policy.md", TEXT)
    block = ContextBlock("policy.md", (), (), 0, len(TEXT), TEXT, 0, document)
    listed = whole_list("tools of monetary policy", SearchResult("tools of monetary policy", ()), [block])
    text, sentences = with_list("It has three.", [sentence("It has three.", supported=True)], listed)
    assert text == f"It has three.{TOOLS}"
    assert [text[each.start : each.end] for each in sentences] == [each.text for each in sentences]
    assert [len(each.citations) for each in sentences] == [0, 1, 1, 1, 1]
    all_said = sentence(
        "Buying and selling bonds in open market operations to expand, the discount rate and reserve requirements: "
        "bonds are bought.",
        supported=True,
    )
    assert with_list(all_said.text, [all_said], listed) == (all_said.text, (all_said,))
    other = "The tools are taxes, spending and transfers."
    text, sentences = with_list(other, [sentence(other, supported=True)], listed)
    assert text == f"In the words of your notes:{TOOLS}"  # a line that lists other things
    text, sentences = with_list("It has nine.", [sentence("It has nine.", supported=False)], listed)
    assert text == f"In the words of your notes:{TOOLS}"
    assert all(each.supported for each in sentences)
