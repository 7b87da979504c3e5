"""Cards of the sources panel: what is shown around the cited words, and that exactly they are marked."""

from __future__ import annotations

import pytest

from assistant.documents.loading import parse
from assistant.errors import NoteNotFound
from assistant.types import Chunk, Citation, ContextBlock, Document, Hit, Sentence
from assistant.ui.nodes import TagNode, find_all, plain_text
from assistant.ui.tabs.chat.sources import Passage, cited_passages, found_passages, render_window, trail, window

LINES = "".join(f"- line {i:03d} says something about topic {i:03d}\n" for i in range(60))
NOTE = parse("a.md", f"# Title\n\n{LINES}", "markdown", "Title")


def read(path: str) -> Document:
    if path != "a.md":
        raise NoteNotFound(f"There is no note {path}.")
    return NOTE


def citing(*words: str, note: Document = NOTE) -> Sentence:
    citations = []
    for quote in words:
        start = note.text.index(quote)
        citations.append(Citation(note.path, (note.title, "Part"), start, start + len(quote), quote, 0.9))
    return Sentence("s", 0, 1, True, 0.9, tuple(citations))


def marked(card: Passage, number: int) -> str:
    marks = find_all(card.body, lambda e: e.tag == "mark" and e.attrs.get("n") == number)
    return "".join(plain_text([mark]) for mark in marks)


def hit(words: str, page: int | None = None) -> Hit:
    start = NOTE.text.index(words)
    chunk = Chunk("a.md", ("Title",), (), "Title", start, start + len(words), words, 0, page)
    return Hit(chunk, 1.0, 0.5, 2.0, 1, None)


def test_a_card_marks_exactly_the_cited_words_between_their_neighbours() -> None:
    (card,) = cited_passages([citing("line 030 says something")], read)
    assert marked(card, 1) == "line 030 says something"
    shown = plain_text(card.body)
    assert "line 029" in shown and "line 031" in shown
    assert "line 001" not in shown and "line 059" not in shown
    assert (card.starts, card.ends) == (False, False)
    assert card.trail == ("Title", "Part")


def test_neighbouring_citations_share_a_card_and_distant_ones_do_not() -> None:
    cards = cited_passages([citing("line 050 says"), citing("line 010 says"), citing("line 012 says")], read)
    assert [card.numbers for card in cards] == [(1,), (2, 3)]
    assert marked(cards[1], 2) == "line 010 says"
    assert marked(cards[1], 3) == "line 012 says"


def test_overlapping_citations_are_both_marked() -> None:
    (card,) = cited_passages([citing("line 030 says something"), citing("something about topic 030")], read)
    assert marked(card, 1) == "line 030 says something"
    assert marked(card, 2).endswith("about topic 030")
    assert marked(card, 2).startswith("something")


def test_a_citation_of_a_note_removed_since_still_shows_its_quote() -> None:
    gone = Sentence("s", 0, 1, True, 0.9, (Citation("gone.md", ("H",), 500, 509, "the words", 0.9),))
    (card,) = cited_passages([gone], read)
    assert marked(card, 1) == "the words"
    assert card.trail == ("gone.md", "H")


def test_found_passages_leave_out_what_is_cited_and_know_what_was_read() -> None:
    hits = [hit("line 010 says"), hit("line 030 says"), hit("line 050 says", page=3)]
    start = NOTE.text.index("line 050")
    block = ContextBlock("a.md", ("Title",), (), start - 5, start + 100, "", 0)
    cards = found_passages(hits, [block], [citing("010 says something")], read)
    assert ["line 030" in plain_text(c.body) for c in cards] == [True, False]
    assert [card.read for card in cards] == [False, True]
    assert [card.page for card in cards] == [None, 3]


def test_a_window_keeps_whole_lines_and_at_most_its_reach() -> None:
    start = NOTE.text.index("line 030")
    first, last = window(NOTE.text, start, start + 8, reach=100)
    assert NOTE.text[first - 1] == "\n" and NOTE.text[last] == "\n"
    assert 0 < start - first <= 100 and 0 < last - start - 8 <= 100


def test_a_window_in_one_long_line_ends_between_words() -> None:
    text = "word " * 500
    first, last = window(text, 1000, 1004, reach=52)
    assert text[first:last].strip().split() == ["word"] * len(text[first:last].split())


@pytest.mark.parametrize("span", [(0, 5), (2, 9), (0, 9)])
def test_a_window_of_a_short_note_is_the_note(span: tuple[int, int]) -> None:
    assert window("one line.", *span) == (0, 9)


def test_a_piece_from_deep_inside_a_list_is_a_list_and_not_code() -> None:
    text = "- a\n\t- b\n\t\t- deep words here\n\t\t- more\n\t- c\n"
    note = parse("l.md", text, "markdown", "l")
    start = text.index("\t\t- deep")
    nodes = render_window(note, start, len(text), [])
    assert {e.tag for e in find_all(nodes, lambda _: True)} == {"ul", "li"}
    assert plain_text(nodes).split() == ["deep", "words", "here", "more", "c"]


def test_a_piece_from_inside_a_code_block_is_code() -> None:
    text = "```\n" + "".join(f"x = {i} * 2\n" for i in range(80)) + "```\n"
    note = parse("c.md", text, "markdown", "c")
    start = text.index("x = 40")
    nodes = render_window(note, start, start + 200, [])
    assert isinstance(nodes[0], TagNode) and nodes[0].tag == "pre"


def test_a_piece_of_a_table_without_its_head_is_a_table() -> None:
    rows = "".join(f"| a{i} | b{i} |\n" for i in range(50))
    note = parse("t.csv", "| x | y |\n|---|---|\n" + rows, "csv", "t")
    start = note.text.index("| a30")
    nodes = render_window(note, start, start + 60, [])
    cells = [plain_text([e]).strip() for e in find_all(nodes, lambda e: e.tag == "td")]
    assert cells[:4] == ["a30", "b30", "a31", "b31"]


def test_a_page_of_a_pdf_shows_its_headings_and_lists() -> None:
    text = "# Rivers\n\nA paragraph.\n\n- one\n- two"
    nodes = render_window(parse("p.pdf", text, "pdf", "p", (0,)), 0, len(text), [])
    assert [e.tag for e in find_all(nodes, lambda _: True)] == ["h3", "p", "ul", "li", "li"]
    assert "#" not in plain_text(nodes)


def test_the_trail_does_not_say_the_title_twice() -> None:
    assert trail(NOTE, ("Title", "A", "B")) == ("Title", "A", "B")
    assert trail(NOTE, ("A",)) == ("Title", "A")
    assert trail(NOTE, ()) == ("Title",)
