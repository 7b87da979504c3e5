"""Words of a note are found on the picture of its page: where they are, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.documents.shown.finding import find_words
from assistant.documents.shown.page_words import PageWords, PlacedWord

WIDE, HIGH, ROW = 0.02, 0.02, 0.04


def page(lines: Sequence[str]) -> PageWords:
    """A page on which every letter has the same width."""
    words = []
    for row, line in enumerate(lines):
        at = 0
        for text in line.split(" "):
            left = at * WIDE
            words.append(PlacedWord(text, (left, row * ROW, left + len(text) * WIDE, row * ROW + HIGH), row))
            at += len(text) + 1
    return PageWords(1000, 1400, tuple(words))


def marked(text: str, quote: str, *pages: PageWords, nth: int = 0) -> list[list[str]]:
    """The words whose middle is marked, of each page."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(quote, start + 1)
    found = find_words(text, start, start + len(quote), pages)
    return [
        [word.text for word in one.words if any(_is_in(word, box) for box in boxes)]
        for one, boxes in zip(pages, found.boxes, strict=True)
    ]


def _is_in(word: PlacedWord, box: tuple[float, float, float, float]) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def test_a_sentence_over_two_lines_is_two_stretches() -> None:
    shown = page(["Rivers carry sand. Where they", "slow down it falls. So a bed rises."])
    text = "Rivers carry sand. Where they slow down it falls. So a bed rises."
    quote = "Where they slow down it falls."
    found = find_words(text, text.index(quote), text.index(quote) + len(quote), [shown])
    assert found.whole
    assert len(found.boxes[0]) == 2
    assert marked(text, quote, shown) == [["Where", "they", "slow", "down", "it", "falls."]]


def test_hyphens_at_line_ends_and_ligatures_do_not_matter() -> None:
    shown = page(["The ﬂow is turbu-", "lent in a well-", "known ﬁeld."])
    text = "The flow is turbulent in a well-known field."
    assert marked(text, "turbulent in a well-known field.", shown) == [
        ["turbu-", "lent", "in", "a", "well-", "known", "ﬁeld."]
    ]


def test_of_equal_words_those_with_the_same_neighbours_are_meant() -> None:
    shown = page(["Mass is kept.", "Energy is kept.", "Charge is kept."])
    text = "Mass is kept.\n\nEnergy is kept.\n\nCharge is kept."
    found = find_words(text, text.index("is kept", 20), text.index("is kept", 20) + 7, [shown])
    assert found.boxes[0][0][1] == ROW


def test_a_number_is_not_found_in_a_longer_one() -> None:
    shown = page(["pump 100 50", "fan 10 70"])
    text = "| pump | 100 | 50 |\n| fan | 10 | 70 |"
    assert marked(text, "| fan | 10 | 70 |", shown) == [["fan", "10", "70"]]
    assert marked(text, "10", shown, nth=1) == [["10"]]


def test_cells_whose_lines_stand_side_by_side_are_found_one_by_one() -> None:
    shown = page(["Enzyme optimum", "amylase near neutral", "of saliva pH 6.8", "pepsin acid 2"])
    text = "| Enzyme | optimum |\n|---|---|\n| amylase of saliva | near neutral pH 6.8 |\n| pepsin | acid 2 |"
    assert marked(text, "| amylase of saliva | near neutral pH 6.8 |", shown) == [
        ["amylase", "near", "neutral", "of", "saliva", "pH", "6.8"]
    ]


def test_a_cell_of_two_rows_is_found_by_its_words() -> None:
    shown = page(["item rate", "Paint Supplies 6 60", "Body Supplies 6 30", "sum 90"])
    text = "| item | rate | n |\n|---|---|---|\n| Paint Supplies Body Supplies | | 60 30 |\n| sum | | 90 |"
    assert marked(text, "| Paint Supplies Body Supplies | | 60 30 |", shown) == [
        ["Paint", "Supplies", "60", "Body", "Supplies", "30"]
    ]


def test_a_mark_of_a_footnote_that_the_note_leaves_out_stays_unmarked() -> None:
    shown = page(["The bed rises 7 over the land."])
    text = "The bed rises over the land."
    assert marked(text, text, shown) == [["The", "bed", "rises", "over", "the", "land."]]


def test_a_sentence_goes_on_on_the_next_page_below_its_head() -> None:
    first = page(["Rivers", "A bed rises above the", "land on both sides until"])
    second = page(["Rivers 24", "a flood breaks the bank.", "Then it is dry."])
    text = "# Rivers\n\nA bed rises above the land on both sides until a flood breaks the bank.\n\nThen it is dry."
    quote = "A bed rises above the land on both sides until a flood breaks the bank."
    alone = find_words(text, text.index(quote), text.index(quote) + len(quote), [first])
    assert not alone.whole
    assert marked(text, quote, first, second) == [
        ["A", "bed", "rises", "above", "the", "land", "on", "both", "sides", "until"],
        ["a", "flood", "breaks", "the", "bank."],
    ]


def test_signs_between_marked_words_are_marked_with_them() -> None:
    shown = page(["so B <- t(A) holds -> here"])
    text = "so `B <- t(A)` holds -> here"
    assert marked(text, "`B <- t(A)`", shown) == [["B", "<-", "t(A)"]]


def test_a_word_without_blanks_around_it_is_marked_in_its_clause() -> None:
    shown = page(["細胞膜由磷脂構成"])
    text = "細胞膜由磷脂構成"
    (box,) = find_words(text, 4, 6, [shown]).boxes[0]
    assert (round(box[0], 3), round(box[2], 3)) == (4 * WIDE, 6 * WIDE)


def test_words_that_are_not_there_are_not_marked() -> None:
    shown = page(["Something else is written here."])
    found = find_words("Photosynthesis makes sugar.", 0, 27, [shown])
    assert found.boxes == ((),)
    assert not found.whole


def test_a_page_without_words_and_words_without_letters_give_nothing() -> None:
    assert find_words("text", 0, 4, [PageWords(10, 10)]).boxes == ((),)
    assert find_words("-> !", 0, 4, [page(["-> !"])]).boxes == ((),)
