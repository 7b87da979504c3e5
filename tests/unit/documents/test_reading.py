"""A text is read once: what each part of it is, where its words begin, and what lies in it."""

from __future__ import annotations

import pytest

from assistant.documents.loading import parse
from assistant.types import Document, Element, ElementKind


def read(text: str, kind: str = "markdown") -> Document:
    return parse("n.md", text, kind)


def said(document: Document) -> list[str]:
    return [document.text[s.start : s.end] for s in document.sentences()]


def of_kind(document: Document, kind: ElementKind) -> list[str]:
    return [document.text[e.start : e.end] for e in document.elements if e.kind is kind]


def blocks(document: Document) -> list[str]:
    return [block.kind for block in document.blocks]


def test_a_comment_in_code_is_no_heading() -> None:
    document = read("# Shell\n\n```sh\n# install everything\nmake install\n```\n\nRun it twice.\n")
    assert [section.heading_path for section in document.outline] == [("Shell",)]
    assert said(document) == ["# install everything", "make install", "Run it twice."]
    assert document.headings_above(document.sentences()[-1]) == ("Shell",)


def test_code_in_a_list_item_belongs_to_the_item() -> None:
    document = read("- ```sh\n  # no heading\n  make\n  ```\n- next\n")
    assert said(document) == ["# no heading", "make", "next"]
    assert [document.block_of(s).kind for s in document.sentences()] == ["item", "item", "item"]


@pytest.mark.parametrize(
    "hidden",
    [
        "---\ntitle: Secret\ntags: [zebra]\n---\n",
        "%%\nThe teacher likes zebras.\n\n# Zebras\n%%\n",
        "<!--\nThe teacher likes zebras.\n\n# Zebras\n-->\n",
        "Cats purr. %%the exam asks for zebras%%\n",
        "Cats purr. <!--SR:!2024-01-01,3,250--> <!-- zebra -->\n",
        "Cats purr. ^zebra-1\n",
        '{% embed url="https://example.org/zebra" %}\n',
        'Cats purr. {{< figure src="zebra.png" >}}\n',
        "<script>\nvar zebra = 1;\n\n# Zebras\n</script>\n",
        '<figure><img src="zebra.png" alt=""></figure>\n',
        "::: {.callout-zebra}\n:::\n",
        "```{note}\n:class: zebra\n```\n",
    ],
)
def test_what_is_hidden_is_no_sentence_and_no_heading(hidden: str) -> None:
    document = read(f"{hidden}\nDogs bark.\n")
    assert [sentence for sentence in said(document) if sentence != "Cats purr."] == ["Dogs bark."]
    assert all(section.heading_path == () for section in document.outline)
    assert "ebra" not in document.readable
    assert len(document.readable) == len(document.text)
    assert document.readable.count("\n") == document.text.count("\n")


@pytest.mark.parametrize(
    "shown", ["`%%not hidden%%`", "```\n%% kept %%\n```", "a 5 % and 6 % share", "an open <!-- sign"]
)
def test_signs_of_comments_in_code_and_alone_hide_nothing(shown: str) -> None:
    assert read(f"Look:\n{shown}\n").readable == f"Look:\n{shown}\n"


def test_a_hidden_piece_ends_the_sentence_around_it() -> None:
    assert said(read("Cats %%who?%% purr at night.\n")) == ["Cats", "purr at night."]


def test_list_items_know_their_marker_term_and_parents() -> None:
    document = read("# Pets\n\n- **Cats** - they purr\n    1. [x] Tom: the first\n       and he goes on\n- Dogs\n")
    items = [e for e in document.elements if e.kind is ElementKind.ITEM]
    assert [document.text[e.start : e.body].strip() for e in items] == ["-", "1. [x]", "-"]
    assert [e.label for e in items] == ["Cats", "Tom", "Dogs"]
    assert [[above.label for above in document.above(e)] for e in items] == [["Pets"], ["Cats", "Pets"], ["Pets"]]
    assert [e.level for e in items] == [0, 1, 0]
    assert [(s.label, [i.label for i in document.items_above(s)]) for s in document.sentences()] == [
        ("Cats", ["Cats"]),
        ("Tom", ["Cats", "Tom"]),
        ("", ["Cats", "Tom"]),
        ("", ["Dogs"]),
    ]


def test_a_formula_is_one_element_and_never_cut() -> None:
    text = "The loss is\n$$\nL = x. y\n- z\n\\\\\n$$\nwhere $x. y$ is small. And \\(a. b\\) too. It costs $5 and $6.\n"
    document = read(text)
    assert of_kind(document, ElementKind.FORMULA) == ["$$\nL = x. y\n- z\n\\\\\n$$", "$x. y$", "\\(a. b\\)"]
    assert said(document) == [
        "The loss is",
        "$$\nL = x. y\n- z\n\\\\\n$$",
        "where $x. y$ is small.",
        "And \\(a. b\\) too.",
        "It costs $5 and $6.",
    ]


def test_a_formula_in_brackets_is_no_list() -> None:
    document = read("\\[\n- a\n+ b\n\\]\n\nText.\n")
    assert blocks(document) == ["paragraph", "paragraph"]


def test_a_callout_says_its_title_and_its_lines_without_their_signs() -> None:
    document = read("Before.\n> [!warning]- Common mistake\n> > The membrane is not rigid.\n> - It is a mosaic.\n")
    assert blocks(document) == ["paragraph", "quote"]
    assert document.blocks[1].label == "warning"
    assert said(document) == ["Before.", "Common mistake", "The membrane is not rigid.", "It is a mosaic."]


def test_a_table_is_read_by_rows_and_knows_its_head() -> None:
    document = read("Speeds:\n\n| Animal | Speed |\n|---|---|\n| Cat | 48. Fast |\n| Dog | 45 |\n")
    table = next(block for block in document.blocks if block.kind is ElementKind.TABLE)
    assert table.label == "| Animal | Speed |"
    assert said(document)[1:] == ["| Animal | Speed |", "| Cat | 48. Fast |", "| Dog | 45 |"]


def test_headings_of_every_notation() -> None:
    document = read("One\n===\n\n## Two ##\n\n== Three ==\n\nFour\n----\n\ntext\n")
    assert [(s.heading_path[-1], s.level) for s in document.outline] == [
        ("One", 1),
        ("Two", 2),
        ("Three", 2),
        ("Four", 2),
    ]


def test_only_markdown_has_headings_tables_and_comments() -> None:
    document = read("# not a heading\n\n%% kept %%\n\n- an item\n", "text")
    assert blocks(document) == ["paragraph", "paragraph", "item"]
    assert document.outline[0].level == 0
    assert said(document) == ["# not a heading", "%% kept %%", "an item"]


def test_pages_that_lead_elsewhere_are_navigation_and_have_no_sentences() -> None:
    pages = ("Contents\n\nCells . . . 2", "Cells divide.", "Index\n\ncell, 2")
    text = "\n\n".join(pages)
    starts = (0, text.index("Cells divide"), text.index("Index"))
    document = parse("book.pdf", text, "pdf", page_starts=starts, navigation=(starts[0], starts[2]))
    assert blocks(document) == ["navigation", "navigation", "paragraph", "navigation", "navigation"]
    assert said(document) == ["Cells divide."]
    assert document.page_at(document.sentences()[0].start) == 2


def test_a_list_with_code_on_a_page_that_leads_elsewhere_is_no_text_either() -> None:
    document = parse("s.pptx", "- ```sh\n  make\n\n\nEnd.", "pptx", page_starts=(0, 17), navigation=(0,))
    assert said(document) == ["End."]


def test_sentences_of_a_part_are_cut_at_its_ends() -> None:
    document = read("Cats purr at night. Dogs bark.\nBirds sing.\n")
    found = document.sentences(5, 26)
    assert [document.text[s.start : s.end] for s in found] == ["purr at night.", "Dogs b"]
    assert document.sentences(31, 31) == ()


def test_names_are_headings_and_the_terms_of_items() -> None:
    document = read(
        "# Pets\n\n- **Cats** - they purr\n- no term here\n\nDogs: they bark\n\n```\n# comment\n- code: no\n```\n"
    )
    assert document.names(0, len(document.text)) == ("Pets", "Cats")
    assert document.names(document.text.index("they purr"), len(document.text)) == ()


def test_elements_of_one_document_follow_from_its_text() -> None:
    one, other = read("# A\n\ntext\n"), read("# A\n\ntext\n")
    assert one == other and hash(one) == hash(other)
    assert one.elements[0] == Element(ElementKind.HEADING, 0, 5, -1, 1, 2, "A")


@pytest.mark.parametrize(
    "piece",
    ["%%a\n", "<!-- \n", "$$ a\n", "\\[ a\n", "`a ", "$a ", "- [[\n", "> ", "| a | b |\n|---|---|\n", "~~~\n", "* * "],
)
def test_many_lone_signs_take_time_as_their_number(piece: str) -> None:
    """Four times the text has four times the elements at most, and is read without looking twice at any stretch."""
    few, many = (len(read(piece * count).elements) for count in (2_000, 8_000))
    assert many <= 4 * few + 8


def test_what_stands_in_a_box_is_text() -> None:
    document = read(
        '{% hint style="info" %}\nCats purr.\n{% endhint %}\n\n'
        "```{admonition} Look\n:class: tip\nDogs bark.\n\n# Cows\n\nCows moo.\n```\n\n"
        "::: note\nBees hum.\n:::\n\n<details>\n<summary>Answer</summary>\n\nIce floats.\n\n</details>\n"
    )
    assert said(document) == ["Cats purr.", "Dogs bark.", "Cows moo.", "Bees hum.", "Answer", "Ice floats."]
    assert [section.heading_path for section in document.outline][-1] == ("Cows",)


def test_a_fence_of_code_in_a_box_stays_code() -> None:
    document = read("````{note}\nRun it:\n```python\n# no heading\n```\nDone.\n````\n\n```{code-cell}\n:::\n```\n")
    assert of_kind(document, ElementKind.CODE) == ["```python\n# no heading\n```\n", "```{code-cell}\n:::\n```\n"]
    assert said(document) == ["Run it:", "# no heading", "Done."]


def test_tags_of_html_end_a_sentence_and_those_within_one_do_not() -> None:
    document = read("<p>Water is H<sub>2</sub>O.</p><div>Ice floats</div> A `List<div>` has x < y and y > z.\n")
    assert said(document) == ["Water is H<sub>2</sub>O.", "Ice floats", "A `List<div>` has x < y and y > z."]


@pytest.mark.parametrize("lead", ["", "- ", "1. "])
def test_lines_that_an_editor_broke_are_one_sentence(lead: str) -> None:
    lines = [
        "The mitochondrion is an organelle found in the cells of most",
        "eukaryotes. It generates most of the cell's supply of ATP, used",
        "as a source of chemical energy. The name was given to it by",
        "Benda in 1898.",
    ]
    document = read(lead + ("\n" + " " * len(lead)).join(lines) + "\n")
    assert [" ".join(sentence.split()) for sentence in said(document)] == [
        "The mitochondrion is an organelle found in the cells of most eukaryotes.",
        "It generates most of the cell's supply of ATP, used as a source of chemical energy.",
        "The name was given to it by Benda in 1898.",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["Cats purr", "dogs bark", "cows moo"],
        [
            "**Force** - what changes the motion of a body, in newton",
            "**Work** - force along a way, measured in joule",
            "**Power** - how much work is done in a given time, watt",
        ],
        ["The three kinds of rock, by the way in which they came to be, are:", "igneous, sedimentary, metamorphic"],
        ["A line that ends with two blanks ends where its writer ended it  ", "and the next one is another"],
    ],
)
def test_lines_that_the_student_broke_are_sentences(lines: list[str]) -> None:
    assert said(read("\n".join(lines) + "\n")) == [line.strip() for line in lines]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("# One {#sec:one .unnumbered}", "One"),
        ("# Two {-} #", "Two"),
        ('# Three {: #three title="a b"}', "Three"),
        ("Four {.lead}\n====", "Four"),
        ("# The set {1, 2}", "The set {1, 2}"),
        ("# $x_{i}$", "$x_{i}$"),
    ],
)
def test_what_converters_read_behind_a_heading_is_no_part_of_it(line: str, label: str) -> None:
    document = parse("a.md", f"{line}\n\nText.\n")
    assert document.elements[0].label == label
    assert ("{" in document.readable) == ("{" in label)
