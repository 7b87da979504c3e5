"""What code, comments and front matter hold is no heading for anybody, and nothing that the notes say."""

from __future__ import annotations

from assistant.answering.prompts import render_block
from assistant.answering.units import source_units
from assistant.cards.note_lines import read_lines
from assistant.config import ChunkingConfig
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.question_words import names_of
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import meaning
from assistant.quiz.making.outline_facts import outline_facts
from assistant.testing import FakeEmbedder
from assistant.types import ContextBlock

TEXT = """---
status: the secret plan is purple
---
# Shell

```sh
# install everything
echo hi
- item: of code
```

Run it twice. %%private: the exam asks for zebras%%

%%
The teacher likes giraffes.
- **Giraffe** - a private animal
%%

<!-- Question::Answer -->

> [!warning] Common mistake
> The shell is a program that is often taken for the terminal.

- **Shell** - a program that runs commands <!--SR:!2026-01-01,3,250-->
"""
NOTE = parse("shell.md", TEXT)
HIDDEN = meaning("secret plan purple private exam zebras teacher giraffes")


def test_a_comment_in_code_is_no_heading_of_a_sentence_that_is_cited() -> None:
    block = ContextBlock("shell.md", (), (), 0, len(TEXT), TEXT, 0, NOTE)
    units = source_units(block)
    assert {unit.heading_path for unit in units} == {("Shell",)}
    assert not any(unit.own.stems & HIDDEN for unit in units)


def test_a_comment_in_code_is_not_found_by_name() -> None:
    _, chunks = split(NOTE, FakeEmbedder(), ChunkingConfig(20, 60))
    names = {" ".join(name.words) for chunk in chunks for name in names_of(chunk)}
    assert names == {"shell"}


def test_what_is_hidden_is_not_what_the_notes_say() -> None:
    ground = Ground([NOTE])
    assert ground.known(HIDDEN) == frozenset()
    assert ground.known(meaning("run twice shell program")) == meaning("run twice shell program")


def test_no_quiz_asks_for_what_is_hidden_or_for_signs() -> None:
    found = outline_facts(NOTE)
    said = " ".join(fact.text + fact.term.label for fact in found.facts)
    assert not meaning(said) & HIDDEN
    assert not any(sign in said for sign in ("[!", "%%", "<!--", ">", "```"))
    assert any(fact.term.label == "Shell" and "runs commands" in fact.text for fact in found.facts)


def test_no_card_is_made_of_a_comment() -> None:
    assert read_lines(NOTE) == ()
    (line,) = read_lines(parse("n.md", "> - Front::Back <!--SR:!2026-01-01,3,250-->\n"))
    assert (line.front, line.back, line.anchor.quote) == ("Front", "Back", "Front::Back")


def test_the_model_does_not_read_what_is_hidden() -> None:
    blocks, _ = split(NOTE, FakeEmbedder(), ChunkingConfig(20, 400))
    read = "".join(map(render_block, blocks))
    assert not any(word in read for word in ("purple", "zebra", "iraffe", "Question", "SR:"))
    assert "Run it twice." in read and "# install everything" in read and "runs commands" in read
    plain = ContextBlock("a.md", (), (), 0, 9, "Cats purr", 0)
    assert render_block(plain) == "Cats purr\n\n"
