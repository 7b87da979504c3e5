"""The tree and the sections of a note, on text as students write it."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from made_files import note

from assistant.documents.outline import Node, tree

STUDENT_NOTES = """\
## Fundamentals of AI
### Basic concepts
- **AI**- simulation of human intelligence
\t- systems that perceive, reason and act
- **Types of Inferencing**-
\t- **Batch**- many inputs at once
\t\t- like having large chunks sent in periods
\t- **Real-time**- inputs as they arrive
- **ML Pipeline**-
\t1. **Data Collection**-
\t\t- Purpose- gather data
\t\t- AWS- S3, Glue
\t2. **Model Training**-\x20
\t\t- Purpose- train
- **Sources**-\x20
\t-  **Pre-Trained**
\t\t- Hugging Face

### Use cases
- **When it fits**- repetitive tasks
"""


def sketch(node: Node, text: str, depth: int = 0) -> str:
    """The tree as indented lines: what a node is, its label, and for a leaf the start of its text."""
    rest = f" {node.label}" if node.label else ""
    if not node.children:
        rest += f" {text[node.start : node.end].strip()[:24].strip()!r}"
    lines = [f"{'  ' * depth}{node.kind}{rest}"]
    return "\n".join(lines + [sketch(child, text, depth + 1) for child in node.children])


def shape(text: str, kind: str = "markdown", page_starts: tuple[int, ...] = ()) -> str:
    text = textwrap.dedent(text)
    root = tree(note(text, kind, page_starts))
    return "\n".join(sketch(child, text) for child in root.children)


def same(actual: str, expected: str) -> None:
    assert actual == textwrap.dedent(expected).strip("\n")


def labels(text: str) -> list[str]:
    return [node.label for node in tree(note(text)).walk() if node.kind == "item"]


def test_deep_bullets_keep_their_parents() -> None:
    same(
        "\n".join(
            line for line in sketch(tree(note(STUDENT_NOTES)), STUDENT_NOTES).split("\n") if "  line " not in line
        ),
        """
        document
          section Fundamentals of AI
            heading '## Fundamentals of AI'
            section Basic concepts
              heading '### Basic concepts'
              item AI
                item systems that perceive, reason and act
              item Types of Inferencing
                item Batch
                  item like having large chunks sent in periods
                item Real-time
              item ML Pipeline
                item Data Collection
                  item Purpose
                  item AWS
                item Model Training
                  item Purpose
              item Sources
                item Pre-Trained
                  item Hugging Face
            section Use cases
              heading '### Use cases'
              item When it fits
        """,
    )


def test_section_offsets_hold_heading_body_and_subsections() -> None:
    text = "intro\n\n# One ##\nbody\n\n### Deep\nx\n## Two\ny\n# Three\n"
    found = note(text).outline
    assert [(s.level, s.heading_path) for s in found] == [
        (0, ()),
        (1, ("One",)),
        (3, ("One", "Deep")),
        (2, ("One", "Two")),
        (1, ("Three",)),
    ]
    assert [text[s.start : s.end] for s in found] == [
        "intro\n\n",
        "# One ##\nbody\n\n### Deep\nx\n## Two\ny\n",
        "### Deep\nx\n",
        "## Two\ny\n",
        "# Three\n",
    ]
    assert [text[s.body_start :].split("\n")[0] for s in found] == ["intro", "body", "x", "y", ""]


def test_underlined_headings_are_headings_and_rules_are_not() -> None:
    text = "Big *Title*\n=====\ntext\n\nSmall\n-----\nmore\n\n-----\n- item\n-----\n"
    found = note(text).outline
    assert [(s.level, s.heading_path) for s in found] == [(1, ("Big Title",)), (2, ("Big Title", "Small"))]
    assert text[found[1].body_start :].startswith("more")


def test_headings_between_equals_signs_are_headings() -> None:
    text = " = Steam engine = \n Its history. \n == Boiler == \n Heat.\n = = = Parts = = = \n Many.\n== Use ==\nRail.\n"
    assert [(s.level, s.heading_path) for s in note(text).outline] == [
        (1, ("Steam engine",)),
        (2, ("Steam engine", "Boiler")),
        (3, ("Steam engine", "Boiler", "Parts")),
        (2, ("Steam engine", "Use")),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "==a sentence that is highlighted==\n",
        "= E = m c\n",
        "== Title =\n",
        "= = = =\n",
        "== ==\n",
        "x = y =\n",
        "- item\n  == in the item ==\n",
        "```\n== Title ==\n```\n",
        "```\n# not\n```\n",
        "~~~python\n# not\n```\n# not either\n~~~\n",
        "- step\n  ```\n  # not\n  - nor this\n  ```\n",
        "- ```\n  # not\n  ```\n",
        "#hashtag\n",
        "#\n",
        "    # four spaces\n",
        "- item\n  # a comment in the item\n",
        "```\n# never closed\n",
    ],
)
def test_what_is_no_heading(text: str) -> None:
    assert [s.level for s in note(text).outline] == [0]


def test_code_after_a_closed_fence_is_read_again() -> None:
    text = "````\n```\n# not\n````\n# Yes\n"
    assert [s.heading_path for s in note(text).outline] == [(), ("Yes",)]


def test_front_matter_is_its_own_place_and_no_section() -> None:
    text = "---\ntitle: T\n#\n---\n\n# Head\nbody\n"
    same(
        shape(text),
        """
        front_matter '---\\ntitle: T\\n#\\n---'
        section Head
          heading '# Head'
          paragraph 'body'
        """,
    )
    assert [s.heading_path for s in note(text).outline] == [("Head",)]


def test_two_rules_are_no_front_matter() -> None:
    assert tree(note("---\n\nJust text.\n\n---\nmore\n")).children[0].kind == "paragraph"


def test_blocks_inside_items() -> None:
    same(
        shape(
            """
            1. Install:
               ```sh
               make
               ```
            2. Compare

               | a | b |
               |---|---|
               | 1 | 2 |

               A closing remark
            that goes on.

            Outside.
            """.lstrip("\n")
        ),
        """
        item Install
          line '1. Install:'
          code '```sh\\n   make\\n   ```'
        item Compare
          line '2. Compare'
          table '| a | b |\\n   |---|---|'
          paragraph 'A closing remark\\nthat go'
        paragraph 'Outside.'
        """,
    )


def test_lazy_lines_belong_to_the_item() -> None:
    same(
        shape("- a long\nsentence\n- next\n"),
        """
        item a long
          line '- a long\\nsentence'
        item next
          line '- next'
        """,
    )


def test_a_table_needs_its_row_of_dashes() -> None:
    text = "Text above\nName | Value\n--- | ---\na | 1\nb | 2\nafter\n\n|x| is not | one |\n"
    same(
        shape(text),
        """
        paragraph 'Text above'
        table 'Name | Value\\n--- | ---\\na'
        paragraph 'after'
        paragraph '|x| is not | one |'
        """,
    )


def test_a_bullet_does_not_become_the_head_of_a_table() -> None:
    assert shape("- a | b\n|---|---|\n") == "item a | b\n  line '- a | b\\n|---|---|'"


def test_a_wrapped_year_starts_no_list_but_a_first_step_does() -> None:
    assert shape("It ended in\n19. May it rest.\n").startswith("paragraph")
    assert "item one" in shape("Steps:\n1. one\n2. two\n")


def test_formula_lines_are_no_bullets() -> None:
    same(
        shape("$$\ny = a\n+ b\n- c\n$$\n- real\n"),
        "paragraph '$$\\ny = a\\n+ b\\n- c\\n$$'\nitem real\n  line '- real'",
    )
    assert labels("$$ never closed\n\n- real\n\n$$\n") == ["real"]


def test_uneven_indentation_nests_by_the_nearest_smaller_one() -> None:
    same(
        shape("- a\n   - b\n  - c\n      - d\n - e\n").replace("\n", "|"),
        "item a|  line '- a'|  item b|    line '- b'|  item c|    line '- c'|    item d|      line '- d'|"
        "item e|  line '- e'",
    )


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("- **Term**- definition", "Term"),
        ("- **Note:** text", "Note"),
        ("- ***Both***- x", "Both"),
        ("- AI- broadest concept", "AI"),
        ("- pre-trained models are ready", "pre-trained models are ready"),
        ("* Bias: a systematic error", "Bias"),
        ("+ **A** and **B**", "A"),
        ("3) `code` first – then", "code first"),
        ("- [ ] [Read](http://x.y/a) the paper", "Read the paper"),
        ("- [[Page|shown]]", "shown"),
        ("- https://example.org is a page", "https://example.org is a page"),
        ("- at 10:30 we meet", "at 10:30 we meet"),
        ("• Ünïcode – bullet", "Ünïcode"),
        ("- " + "word " * 30, ("word " * 16).strip()),
        ("- " + "x" * 100, "x" * 80),
        ("-", ""),
    ],
)
def test_labels_of_items(line: str, label: str) -> None:
    assert labels(f"{line}\n") == [label]


def test_headings_lose_their_markup_only() -> None:
    text = "# The **bold** `x_y` of [a link](b.md) \\* snake_case <br> 2 * 3 * 4\n"
    assert tree(note(text)).children[0].label == "The bold x_y of a link * snake_case 2 * 3 * 4"


def test_plain_text_has_lists_and_paragraphs_only() -> None:
    text = "# shebang\n\n1. first\n   wrapped\n2. second\n\nTitle\n=====\n```\n"
    same(
        shape(text, kind="text"),
        """
        paragraph '# shebang'
        item first
          line '1. first\\n   wrapped'
        item second
          line '2. second'
        paragraph 'Title\\n=====\\n```'
        """,
    )
    assert [(s.level, s.start, s.end) for s in note(text, "text").outline] == [(0, 0, len(text))]


def test_nothing_crosses_a_page() -> None:
    pages = ["- a\n- b goes", "on here\n- c", "", "end"]
    text = "\n\n".join(pages)
    starts = tuple(len("\n\n".join(pages[:n])) + 2 * bool(n) for n in range(4))
    root = tree(note(text, "pdf", starts))
    assert {0, starts[1], starts[3]} <= {child.start for child in root.children}
    same(sketch(root.children[2], text), "paragraph 'on here'")


@pytest.mark.parametrize(
    ("text", "kinds"), [("", []), ("\n \n", ["paragraph"]), ("\n\nx", ["paragraph", "paragraph"]), ("x", ["paragraph"])]
)
def test_almost_nothing(text: str, kinds: list[str]) -> None:
    root = tree(note(text))
    assert [child.kind for child in root.children] == kinds
    assert (root.start, root.end) == (0, len(text))
    assert len(note(text).outline) == bool(text.strip())


def test_ten_thousand_levels_are_capped() -> None:
    text = "".join(f"{'  ' * level}- level {level}\n" for level in range(0, 10_000, 9))
    root = tree(note(text))
    assert sum(node.kind == "item" for node in root.walk()) == len(range(0, 10_000, 9))
    assert _depth(root) <= 35


@pytest.mark.slow
def test_a_hundred_thousand_lines() -> None:
    text = "# Head\n" + "- **Term**- is\n\t- explained\n" * 50_000
    root = tree(note(text))
    assert len(root.children[0].children) == 50_001
    assert root.children[0].children[-1].end == len(text)


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children), default=0)


def test_the_original_notes_of_the_course() -> None:
    file = Path(os.environ.get("ASSISTANT_SHARED", "")) / "notes-original.md"
    if "ASSISTANT_SHARED" not in os.environ or not file.is_file():
        pytest.skip("ASSISTANT_SHARED does not name a folder with notes-original.md")
    text = file.read_text(encoding="utf-8")
    root = tree(note(text))
    items = [node for node in root.walk() if node.kind == "item"]
    assert len(items) == sum(line.lstrip()[:1] == "-" or line.lstrip()[:1].isdigit() for line in text.splitlines())
    inferencing = next(node for node in items if node.label == "Types of Inferencing")
    assert [child.label for child in inferencing.children] == ["", "Batch", "Real-time"]
    assert [s.heading_path for s in note(text).outline if s.level == 2] == [
        ("Fundamentals of AI and ML",),
        ("Fundamentals of Gen AI",),
    ]
