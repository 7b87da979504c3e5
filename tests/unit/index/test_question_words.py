"""What is made of a question's words: possessives, misspellings, and words that are none."""

from pathlib import Path

import pytest

from assistant.config import ChunkingConfig
from assistant.documents.loading import parse
from assistant.index.chunking import split
from assistant.index.entries import Entry, FileState
from assistant.index.question_words import CorrectedWords, read_question
from assistant.index.store import Store
from assistant.index.words import as_typed, content_words, index_words, matching, words
from assistant.testing import FakeEmbedder

TEXT = "# Training\n\nA training loop works on limited data.\n\nBarker's books, and the pictures of Barker."


def stored(folder: Path, text: str) -> Store:
    embedder = FakeEmbedder()
    made = Store(folder, create=True)
    note = parse("a.md", text, "markdown", "Training")
    blocks, chunks = split(note, embedder, ChunkingConfig())
    vectors = embedder.embed_chunks([chunk.embedding_text for chunk in chunks])
    made.put(Entry(note, FileState(0, 0, ""), blocks, chunks), vectors)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return stored(tmp_path, TEXT)


def test_a_possessive_is_the_word_itself() -> None:
    assert content_words("What are Barker's and the children’s books?") == ["barker", "children", "books"]
    assert content_words("What's Barker? Barker's?") == ["barker"]
    assert content_words("don't, let's, A's") == []


def test_who_asks_for_a_possessive_finds_the_name_and_nothing_is_corrected(store: Store) -> None:
    assert read_question("Barker's loops", store) == CorrectedWords(("barker", "loops"), (), ())


def test_a_word_of_the_language_is_no_misspelling(store: Store) -> None:
    english = {"look", "unlimited", "training"}
    reading = read_question("look at unlimited trainng", store, english.__contains__)
    assert reading == CorrectedWords(("training",), (("trainng", "training"),), *2 * (("look", "unlimited"),))
    guessed = read_question("look at unlimited trainng", store)
    assert guessed.corrections == (("look", "loop"), ("unlimited", "limited"), ("trainng", "training"))


def test_a_short_word_of_another_language_is_not_taken_for_one_that_resembles_it(tmp_path: Path) -> None:
    store = stored(tmp_path, "# Luft\n\nWarme Luft steigt. Die Verdunstung ist mit dem Wind verbunden.")
    german = read_question("Wie läuft die Verdunstnug ab und wer hat sie erfunden?", store)
    assert german.corrections == (("Verdunstnug", "verdunstung"),)
    assert read_question("läuft", store).corrections == (("läuft", "luft"),)  # no language shows


def test_a_number_that_was_typed_apart_is_found(tmp_path: Path) -> None:
    store = stored(tmp_path, "# Enzymes\n\nEnzyme30ase likes acid. Enzyme301ase does not.")
    assert read_question("the optimum of enzyme 30a", store).corrections == (("enzyme 30a", "enzyme30ase"),)
    assert read_question("enzyme 99", store).missing == ("99",)


# Other scripts, and what was typed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("光合成は葉緑体", ["光合", "合成", "成は", "は葉", "葉緑", "緑体"]),
        ("线粒体ATP合成", ["线粒", "粒体", "atp", "合成"]),
        ("水", ["水"]),
        ("ｶﾞﾗｽ", ["ガラ", "ラス"]),
        ("เซลล์", ["เซ", "ซล", "ลล", "ล์"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("세포막은 막", ["세포막은", "막"]),
        ("Straße, чай, ενέργεια", ["strasse", "чаи", "ενεργεια"]),
    ],
)
def test_words_of_other_scripts(text: str, found: list[str]) -> None:
    assert words(text) == found
    assert [word for word in index_words(text).split() if word in found] == found


def test_what_asks_is_no_content() -> None:
    assert content_words("线粒体是什么？") == ["线粒", "粒体"]
    assert content_words("葉緑体とは何ですか") == ["葉緑", "緑体"]
    assert content_words("เซลล์คืออะไร") == ["เซ", "ซล", "ลล", "ล์"]
    assert content_words("水是什么") == ["水"]
    assert content_words("ひかりとは") == ["ひか", "かり"]


@pytest.mark.parametrize(
    ("text", "chosen", "typed"),
    [
        ("La Fotosíntesis, el Café", {"fotosintesis", "cafe"}, ("Fotosíntesis", "Café")),
        ("线粒体和叶绿体", {"线粒", "粒体", "绿体"}, ("线粒体", "绿体")),
        ("水は何", {"水"}, ("水",)),
        ("Einstein's Größe", {"einstein", "grosse"}, ("Einstein's", "Größe")),
        ("naïve", {"other"}, ()),
    ],
)
def test_words_are_repeated_as_they_were_typed(text: str, chosen: set[str], typed: tuple[str, ...]) -> None:
    assert as_typed(text, chosen) == typed


CELLS = (
    "# 生物\n\n光合成は葉緑体で行われる。\n\n细胞膜由磷脂双分子层构成。\n\n"
    "เซลล์มีเยื่อหุ้มเซลล์\n\nФотосинтез идёт в листьях.\n"
)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("磷脂双分子层是什么？", ()),
        ("葉緑体とは何ですか", ()),
        ("膜", ()),
        ("เยื่อหุ้มเซลล์คืออะไร", ()),
        ("Фотосинтез в листьях", ()),
        ("线粒体是什么？", ("线粒体",)),
        ("¿Qué es la Fotosíntesis?", ("Fotosíntesis",)),
    ],
)
def test_a_word_within_a_clause_is_found(tmp_path: Path, question: str, missing: tuple[str, ...]) -> None:
    embedder = FakeEmbedder()
    note = parse("a.md", CELLS, "markdown", "Cells")
    blocks, chunks = split(note, embedder, ChunkingConfig())
    made = Store(tmp_path, create=True)
    made.put(Entry(note, FileState(0, 0, ""), blocks, chunks), embedder.embed_chunks([c.text for c in chunks]))
    assert read_question(question, made).missing_as_typed == missing
    made.remove("a.md")
    assert not any(made.count_matches(matching(word)) for word in content_words(question))
