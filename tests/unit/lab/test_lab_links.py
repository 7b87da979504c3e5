"""Which places of the notes and which questions belong to a lesson: few, and right."""

from pathlib import Path

import pytest

from assistant.documents.loading import parse
from assistant.index.retriever import Retriever
from assistant.lab.course import Lesson
from assistant.lab.links import MAX_PASSAGES, QUESTIONS, SpotFinder, find_spots, fitting, passages, questions
from assistant.quiz.item import Anchor, Item, Kind, Maker
from assistant.testing import FakeEmbedder

TEXT = """# Language models

## Tokens

- A **token** is the smallest unit of text that a model processes.
- **Example** - "AI is fun" has three tokens.

## Costs

You pay for every token, and more tokens cost more.

## Embeddings and friends

- **Embedding** - a vector in which near texts lie close together.

## Chunking

Notes are cut before they are searched.

### Recall
"""
NOTE = parse("models.md", TEXT, "markdown", "Language models")


def made(id_: str, *concepts: str) -> Lesson:
    return Lesson(id_, 1, id_.title(), "?", concepts, 1, "", "")


PATH = (
    made("tokens", "token", "tokenization"),
    made("chunking", "chunking"),
    made("embeddings", "embeddings", "token"),
)


def test_definitions_and_headings_are_found_and_nothing_else() -> None:
    spots = find_spots(NOTE, PATH)
    assert [(spot.lesson, spot.term) for spot in spots] == [
        ("tokens", "token"),
        ("embeddings", "Embedding"),
        ("chunking", "Chunking"),
    ]
    for spot in spots:
        assert TEXT[spot.anchor.start : spot.anchor.end] == spot.anchor.quote
    assert spots[-1].anchor.quote == "Notes are cut before they are searched."


def test_things_of_the_same_name_in_other_subjects_are_left_alone() -> None:
    path = (made("attention", "transformer", "attention"), made("sampling", "temperature"), made("metrics", "recall"))
    text = (
        "# Physics\n\n- **Transformer** - a device that passes energy from one circuit to another.\n\n"
        "## Temperature\n\nIt measures how fast particles move.\n\n"
        "- **Recall** - bringing something back from memory.\n"
    )
    assert find_spots(parse("physics.md", text, "markdown", "Physics"), path) == ()


def test_a_stretch_is_live_only_where_it_defines() -> None:
    finder = SpotFinder(PATH)
    at = TEXT.index("smallest unit")
    assert finder.at(NOTE, at, at + 5) is not None
    cost = TEXT.index("You pay")
    assert finder.at(NOTE, cost, cost + 50) is None


def test_a_changed_note_is_read_anew() -> None:
    finder = SpotFinder(PATH)
    assert len(finder.of(NOTE)) == 3
    assert finder.of(parse(PATH, "# Nothing\n\nNo term at all.\n")) == ()


def test_the_sample_course_defines_what_the_lessons_show() -> None:
    notes = Path(__file__).parents[3] / "notes"
    text = (notes / "05-generative-ai.md").read_text(encoding="utf-8")
    spots = find_spots(parse("05.md", text, "markdown", "Generative AI"), PATH)
    defined = {spot.lesson: spot.anchor.quote for spot in reversed(spots)}
    assert "smallest unit of text" in defined["tokens"]
    assert "manageable chunks" in defined["chunking"]
    assert "dense vector representation" in defined["embeddings"]


@pytest.fixture
def retriever(tmp_path: Path) -> Retriever:
    from assistant.config import ChunkingConfig, NotesConfig, RetrievalConfig
    from assistant.index.build import Builder, fingerprint

    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "models.md").write_text(TEXT, encoding="utf-8")
    embedder = FakeEmbedder()
    chunking = ChunkingConfig(20, 60)
    Builder(tmp_path / "notes", tmp_path / "index", embedder, chunking, NotesConfig()).build()
    return Retriever(tmp_path / "index", embedder, RetrievalConfig, fingerprint(chunking, embedder.name))


def test_passages_are_definitions_that_the_search_finds(retriever: Retriever) -> None:
    found = passages(PATH[0], retriever, find_spots(NOTE, PATH))
    assert 0 < len(found) <= MAX_PASSAGES
    assert all("smallest unit" in anchor.quote for anchor in found)
    assert passages(made("search", "retrieval"), retriever, find_spots(NOTE, PATH)) == ()
    retriever.close()


def item(number: int, question: str, answer: str = "yes") -> Item:
    place = Anchor("models.md", ("Language models",), 10 * number, 10 * number + 5, f"quote {number}")
    return Item(f"i{number}", Kind.SHORT, Maker.STRUCTURE, question, (place,), "", answer=answer)


BANK = [item(n, f"What does the token number {n} of kind {'abcdefgh'[n]} do?", f"answer {n}") for n in range(8)]
OTHERS = [item(20, "What is a model?"), item(21, "What is overfitting?", "too close a fit")]


def test_only_questions_that_name_a_concept_fit() -> None:
    named_in_answer = item(22, "What is the smallest unit called?", "a token")
    assert fitting(PATH[0], [*OTHERS, *BANK, named_in_answer]) == [*BANK, named_in_answer]


def test_a_round_repeats_itself_and_the_next_has_others() -> None:
    first, again, second, third = (questions(PATH[0], [*OTHERS, *BANK], n) for n in (0, 0, 1, 2))
    assert first == again
    assert len(first) == len(second) == QUESTIONS
    assert not {one.id for one in first} & {one.id for one in second}
    assert len({one.id for one in (*first, *second, *third)}) == len(BANK)
    assert questions(PATH[0], [*OTHERS, *BANK], 3)


def test_a_bank_without_fitting_questions_gives_none() -> None:
    assert questions(PATH[0], OTHERS, 0) == questions(PATH[0], OTHERS, 4) == []
