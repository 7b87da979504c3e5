"""What a part of a document is there for: what teaches is told from examples, exercises, sources, links and notices."""

import pytest

from assistant.documents.loading import parse
from assistant.documents.roles import Role, names_nothing, proves_nothing, role_at, role_of_sentence

NOTE = """# Enzymes

An enzyme is a protein that speeds up a reaction.

For example, amylase splits starch.

- [ ] read chapter 4
- [Slides](https://example.org/slides.pdf)
- Cofactor: a part that is no protein. See [metals](metals.md) for some.

## Worked example

Lactase splits lactose.

```python
rate = k * s
```

## Exercises

Name two coenzymes.

### Solutions

NAD and FAD.

## Further reading

Fischer, E. (1894). Einfluss der Configuration. Berichte 27(3): 2985-2993.

## What is left

Michaelis, L. and Menten, M. L. (1913). Die Kinetik. Biochem. Journal 49: 333-369.

In this chapter we look at inhibitors.

Why does heat stop an enzyme?

| Student ID | Name | Mark |
|---|---|---|
| 17 | Ada | 5 |
| 18 | Grace | 6 |

| Name | Age |
|---|---|
| Zoe Park | young |
| Yan Ito | old |

| Enzyme | Substrate |
|---|---|
| Amylase | Starch |
| Lipase | Fat |
"""


def role_of(words: str, text: str = NOTE) -> Role:
    return role_at(parse("enzymes.md", text), text.index(words))


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("An enzyme is", Role.TEACHES),
        ("For example, amylase", Role.EXAMPLE),
        ("read chapter 4", Role.TODO),
        ("[Slides]", Role.NAVIGATION),
        ("Cofactor: a part", Role.TEACHES),
        ("Lactase splits", Role.EXAMPLE),
        ("rate = k", Role.EXAMPLE),
        ("Name two", Role.EXERCISE),
        ("NAD and FAD", Role.EXERCISE),
        ("Fischer, E.", Role.REFERENCE),
        ("Michaelis, L.", Role.REFERENCE),
        ("In this chapter", Role.ADMINISTRATIVE),
        ("Why does heat", Role.EXERCISE),
        ("| 17 | Ada", Role.EXAMPLE),
        ("| Zoe Park", Role.EXAMPLE),
        ("| Amylase | Starch", Role.TEACHES),
    ],
)
def test_what_a_part_is_there_for(words: str, role: Role) -> None:
    assert role_of(words) is role


@pytest.mark.parametrize(
    "heading",
    ["Übungen", "3.2 Exercises", "Ejercicios", "Homework", "Review questions", "Lernziele", "Literaturverzeichnis"],
)
def test_a_heading_tells_in_several_languages_that_nothing_below_it_teaches(heading: str) -> None:
    assert (
        role_of("Water boils", f"# Heat\n\n## {heading}\n\n### One\n\nWater boils at 100 degrees.\n")
        is not Role.TEACHES
    )


def test_questions_with_their_answers_below_them_teach() -> None:
    answered = (
        "# Rome\n\n## Questions\n\n- Who were the Gracchi?\n  - Two brothers.\n- Why did they fail?\n  - They died.\n"
    )
    assert role_of("Two brothers", answered) is Role.TEACHES
    assert role_of("Who were", answered) is Role.EXERCISE
    assert (
        role_of("Name two", "# Rome\n\n## Questions\n\n- Who were they?\n- Why?\n- Name two of them.\n")
        is Role.EXERCISE
    )


@pytest.mark.parametrize("heading", ["Chemical solutions", "Question of power", "The example of Rome", "Linked lists"])
def test_a_subject_with_such_a_word_in_it_teaches(heading: str) -> None:
    assert role_of("It is", f"# {heading}\n\nIt is taught here.\n") is Role.TEACHES


def test_what_we_will_get_is_taught_and_what_we_will_discuss_is_announced() -> None:
    assert role_of_sentence("If we heat it, we will get steam.") is Role.TEACHES
    assert role_of_sentence("We will discuss steam later.") is Role.ADMINISTRATIVE


@pytest.mark.parametrize(
    "label",
    [
        "History",
        "Overview",
        "Example 3",
        "Definition",
        "Question",
        "Antwort",
        "Vorteile und Nachteile",
        "7",
        "Takeaway",
        "Why?",
        "Why?",
    ],
)
def test_such_labels_name_nothing(label: str) -> None:
    assert names_nothing(label)


@pytest.mark.parametrize("label", ["History of Rome", "Linear model", "pH", "Kreb's cycle", "Example-based learning"])
def test_other_labels_name_something(label: str) -> None:
    assert not names_nothing(label)


LED = """# Punishment

**Learning objectives**

- Compare civil and criminal law.

Its purposes are:

- deterrence
- [Video](https://example.org/a)

See [[Prisons]] and [[Fines]]

[Burden of proof](https://example.org/b)

Mill, J. S. (1959). *On Liberty*. London: Parker Press, pp. 10-12.
"""


def test_a_line_of_its_own_says_what_the_list_below_it_is_there_for() -> None:
    document = parse("n.md", LED)
    assert role_at(document, LED.index("Compare")) is Role.ADMINISTRATIVE
    assert role_at(document, LED.index("deterrence")) is Role.TEACHES


def test_sources_and_addresses_prove_nothing() -> None:
    document = parse("n.md", LED)
    nothing = [LED[s.start : s.end][:8] for s in document.sentences() if proves_nothing(document, s)]
    assert nothing[:3] == ["[Video](", "[Burden ", "Mill, J."]
    assert "deterren" not in nothing
    assert "See [[Pr" not in nothing


def test_a_list_of_links_for_the_most_part_leads_elsewhere_as_a_whole() -> None:
    links = "1. Last updated\n2. [Save](https://example.org/a)\n3. [Author](https://example.org/b)\n"
    text = f"# Punishment\n\n{links}\nIt deters.\n\n- It deters\n- [It heals](https://example.org/c)\n- It is just\n"
    document = parse("n.md", text)
    assert role_at(document, text.index("Last")) is Role.NAVIGATION
    assert role_at(document, text.index("- It deters")) is Role.TEACHES
    assert role_at(document, text.index("It is just")) is Role.TEACHES


def test_code_that_begins_a_list_item_is_an_example() -> None:
    text = "# Booking\n\n1. Goods are bought\n\n    - ```text\n      228 Goods\n      260 Tax\n      ```\n\nWords.\n"
    document = parse("n.md", text)
    assert role_at(document, text.index("228 Goods")) is Role.EXAMPLE
    assert role_at(document, text.index("Words")) is Role.TEACHES
