"""Conversations are kept whole, found by their words, and gone when they are deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conversation_setting import BATCH, NOTE, NOW, REAL_TIME, answer, citation, refusal, turn

from assistant.conversations.records import CONVERSATION, TURN, KeptTurn, history, title_of
from assistant.conversations.store import ConversationStore, excerpt, folded, wanted
from assistant.documents.loading import parse
from assistant.errors import NoSuchConversation, NoteNotFound
from assistant.types import Document, Retrieved, Turn
from assistant.ui.tabs.chat.tab_session import moved

FILE = "conversations.db"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore(tmp_path / FILE)
    yield opened
    opened.close()


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())


# Keeping


def test_a_conversation_comes_back_as_it_was(store: ConversationStore) -> None:
    first, second = turn("t1"), turn("t2", "And real-time?", 60, said=REAL_TIME)
    stopped = KeptTurn(
        "t3",
        "why?",
        NOW + timedelta(seconds=90),
        text="Half of",
        stopped=True,
        ended=True,
        found=Retrieved(first.answer.search, ()),  # type: ignore[union-attr]
    )
    for one in (first, second, stopped):
        store.put("c1", one)
    kept = store.load("c1")
    assert kept.turns == (first, second, stopped)
    assert (kept.title, kept.named, kept.started_at) == ("What is batch inference?", False, NOW)
    assert kept.changed_at == NOW + timedelta(seconds=90)


def test_a_question_is_there_before_its_answer(store: ConversationStore) -> None:
    store.put("c1", turn("t1", ended=False))
    assert [(one.question, one.ended) for one in store.load("c1").turns] == [("What is batch inference?", False)]
    store.end(turn("t1"))
    assert store.load("c1").turns == (turn("t1"),)


def test_half_a_character_is_kept_as_a_sign_and_breaks_nothing(store: ConversationStore) -> None:
    store.put("c1", KeptTurn("t1", "emoji \ud83d cut", NOW))
    assert store.all()[0].title == "emoji ? cut"


def test_titles_are_first_questions_in_one_line() -> None:
    assert title_of("What\n is  it?") == "What is it?"
    assert title_of("x" * 61) == "x" * 59 + "…"


def test_follow_ups_refer_to_what_was_answered() -> None:
    turns = (turn("a"), replace(turn("b"), answer=refusal("Napoleon?")), turn("c", ended=False))
    assert history(turn.answer for turn in turns) == (Turn("What is batch inference?", BATCH),)


def test_a_turn_of_an_unknown_kind_still_shows_its_question(store: ConversationStore, tmp_path: Path) -> None:
    store.put("c1", turn("t1"))
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        record = json.loads(db.execute("SELECT record FROM turns").fetchone()[0])
        db.execute("UPDATE turns SET record = ?", (json.dumps(record | {"answer": {"shape": "of another time"}}),))
    (found,) = store.load("c1").turns
    assert (found.question, found.answer) == ("What is batch inference?", None)
    assert found.fault[0].startswith("This answer was written by another version")


def test_a_record_with_more_than_we_know_is_read(store: ConversationStore) -> None:
    known = json.loads(TURN.write(turn("t1")))
    assert TURN.read(json.dumps(known | {"mood": "new in the next version"})) == turn("t1")


# Listing and searching


def test_the_last_asked_in_comes_first(store: ConversationStore) -> None:
    store.put("old", turn("t1", "First?", 0))
    store.put("new", turn("t2", "Second?", 10))
    store.put("old", turn("t3", "Third?", 20))
    assert [(one.id, one.turns) for one in store.all()] == [("old", 2), ("new", 1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("batch", ["a"]),
        ("BATCH inputs", ["a"]),
        ("straße cafe", ["b"]),
        ("STRASSE", ["b"]),
        ('"many inputs"', ["a"]),
        ('"inputs many"', []),
        ("batch cafe", []),
        ("100%", []),
        ("", ["b", "a"]),
        ("my trip", ["b"]),
    ],
)
def test_every_word_has_to_stand_in_questions_answers_or_names(
    store: ConversationStore, query: str, found: list[str]
) -> None:
    store.put("a", turn("t1"))
    store.put("b", turn("t2", "Where is the Straße?", 5, said="Behind the Café."))
    store.rename("b", "My trip")
    assert [one.id for one in store.search(query)] == found


def test_a_match_is_shown_with_words_around_it(store: ConversationStore) -> None:
    store.put(
        "a",
        turn("t1", said="At first nothing happens. Then the needle is found in the haystack, and all is well again."),
    )
    (found,) = store.search("NEEDLE")
    assert "the needle is found" in found.excerpt


def test_words_of_a_search() -> None:
    assert wanted("  Zwölf “blaue  Bären” zwölf ") == ("zwolf", "blaue baren")
    assert wanted("") == ()
    assert folded("Straße\n ÉTÉ") == "strasse ete"
    assert excerpt("Die Straße ist lang", ("strasse",)) == "Die Straße ist lang"
    assert excerpt("nothing here", ("needle",)) == ""
    long = f"{'before ' * 20}needle{' behind' * 30}"
    assert excerpt(long, ("needle",)).startswith("…before") and excerpt(long, ("needle",)).endswith("behind…")


def test_ids_may_be_shortened(store: ConversationStore) -> None:
    store.put("abc1", turn("t1"))
    store.put("abd2", turn("t2"))
    assert store.find("abc") == "abc1"
    for wrong in ("ab", "x", ""):
        with pytest.raises(NoSuchConversation):
            store.find(wrong)


def test_a_name_of_ones_own_and_back(store: ConversationStore) -> None:
    store.put("a", turn("t1"))
    store.rename("a", "  Exam   notes ")
    store.put("a", turn("t2", "More?", 5))
    assert store.all()[0].title == "Exam notes"
    store.rename("a", " ")
    assert store.all()[0].title == "What is batch inference?"
    with pytest.raises(NoSuchConversation):
        store.rename("z", "nothing")


# Deleting


def test_what_is_deleted_is_not_in_the_files_any_more(store: ConversationStore, tmp_path: Path) -> None:
    secret, kept = "zanzibar-secret-words", "quetzal-kept-words"
    for number in range(40):  # more than one page, with overflow pages
        store.put("gone", turn(f"g{number}", f"{secret} {number}?", number, said=f"{secret} " * 200))
        store.put("stays", turn(f"s{number}", f"{kept} {number}?", number, said=f"{kept} " * 20))
    store.rename("gone", f"{secret} as a name")
    assert secret.encode() in bytes_of(tmp_path)
    assert store.delete(["gone"]) == 1
    assert secret.encode() not in bytes_of(tmp_path)
    assert kept.encode() in bytes_of(tmp_path)
    assert [one.id for one in store.all()] == ["stays"]
    assert len(store.load("stays").turns) == 40
    assert store.search(secret) == []


def test_deleting_most_of_it_makes_the_file_small(store: ConversationStore, tmp_path: Path) -> None:
    for number in range(30):
        store.put("big", turn(f"t{number}", "q?", number, said="words " * 3000))
    store.put("small", turn("s"))
    store.delete(["big"])
    assert (tmp_path / FILE).stat().st_size < 200_000


def test_an_answer_that_comes_after_the_deletion_does_not_bring_anything_back(
    store: ConversationStore, tmp_path: Path
) -> None:
    store.put("a", turn("t1", ended=False))
    store.delete(["a"])
    store.end(turn("t1", said="late words"))
    assert store.all() == []
    assert b"late words" not in bytes_of(tmp_path)


def test_an_older_format_is_migrated_without_leaving_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.conversations import store as module

    first = ConversationStore(tmp_path / FILE)
    first.put("a", turn("t1"))
    first.close()
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, "ALTER TABLE turns ADD COLUMN mood TEXT"))
    second = ConversationStore(tmp_path / FILE)
    assert len(second.all()) == 1
    second.close()
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


# Export and import as data


def test_merging_what_was_dumped_adds_and_never_takes_away(store: ConversationStore, tmp_path: Path) -> None:
    store.put("a", turn("t1"))
    store.put("a", turn("t2", "And then?", 5, ended=False))
    dumped = store.everything()
    other = ConversationStore(tmp_path / "other.db")
    other.put("a", turn("t2", "And then?", 5))
    other.put("b", turn("t3"))
    assert other.merge(dumped) == 0
    assert other.merge(dumped) == 0
    assert [one.id for one in other.load("a").turns] == ["t1", "t2"]
    assert other.load("a").turns[1].ended, "the finished answer wins"
    assert store.merge(other.everything()) == 1
    assert store.load("a").turns[1].ended
    assert [one.id for one in store.all()] == [one.id for one in other.all()]
    other.close()


def test_of_two_names_the_students_own_wins(store: ConversationStore, tmp_path: Path) -> None:
    store.put("a", turn("t1"))
    other = ConversationStore(tmp_path / "other.db")
    other.merge(store.everything())
    other.rename("a", "Mine")
    assert store.merge(other.everything()) == 0
    assert store.all()[0].title == "Mine"
    assert [one.id for one in store.search("mine")] == ["a"]
    other.close()


@pytest.mark.parametrize("spoilt", [{"id": 7}, {"turns": [{"id": "x"}]}, {"changed_at": "yesterday"}, {"title": None}])
def test_a_record_that_is_no_conversation_is_refused(store: ConversationStore, spoilt: dict[str, object]) -> None:
    store.put("a", turn("t1"))
    record = CONVERSATION.write(store.load("a"))
    assert CONVERSATION.read(record) == store.load("a")
    with pytest.raises(ValueError, match=next(iter(spoilt))):
        CONVERSATION.read(json.dumps(json.loads(record) | spoilt))


# Citations in notes that changed


def read_from(notes: dict[str, str]) -> object:
    def read(path: str) -> Document:
        if path not in notes:
            raise NoteNotFound(path)
        return parse(path, notes[path], "markdown", "Inference")

    return read


def test_cited_words_are_found_where_they_stand_now() -> None:
    kept = turn("t1")
    kept = replace(kept, answer=replace(kept.answer, quotes=(citation(REAL_TIME),)))  # type: ignore[arg-type, type-var]
    longer = NOTE.replace("## Kinds", "## New\n\nSomething before.\n\n## Kinds of it")
    found = moved(kept, read_from({"ml/inference.md": longer}))  # type: ignore[arg-type]
    assert found.answer is not None
    for cited in (*found.answer.numbered_citations(), *found.answer.quotes):
        assert longer[cited.start : cited.end] == cited.quote
        assert cited.heading_path == ("Inference", "Kinds of it")


@pytest.mark.parametrize("notes", [{}, {"ml/inference.md": "All is different."}])
def test_cited_words_that_are_gone_stay_as_they_were_cited(notes: dict[str, str]) -> None:
    assert moved(turn("t1"), read_from(notes)) == turn("t1")  # type: ignore[arg-type]


def test_an_answer_that_was_not_finished_is_followed_too() -> None:
    begun = KeptTurn("t1", "q", NOW, text=BATCH, sentences=answer("q", (BATCH, (BATCH,))).sentences, ended=True)
    found = moved(begun, read_from({"ml/inference.md": "New.\n\n" + NOTE}))  # type: ignore[arg-type]
    assert found.sentences[0].citations[0].start == NOTE.index(BATCH) + 6
