"""A PDF is read as it was meant: what its fonts, places and bookmarks say becomes Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen import canvas

from assistant.config import NotesConfig
from assistant.documents.formats.pdf import read_pdf
from assistant.documents.loading import load_document
from assistant.documents.pdf.hyphens import Joiner
from assistant.documents.pdf.markup import said
from assistant.types import Document, ElementKind

WIDTH, HEIGHT = A4
BODY, BOLD, CODE = "Helvetica", "Helvetica-Bold", "Courier"
PROSE = (
    "A river carries sand and gravel from the hills to the plain, and where",
    "it slows down it lets them fall. Over many years its bed rises above the",
    "land on both sides, until a flood breaks the bank and takes a new way.",
)
Draw = Callable[["Sheet"], None]


class Sheet:
    """A page that is written from the top down."""

    def __init__(self, paper: canvas.Canvas, height: float) -> None:
        self.paper = paper
        self.height = height
        self.y = height - 90

    def line(self, text: str, *, x: float = 72, font: str = BODY, size: float = 11, gap: float = 0) -> None:
        self.y -= gap
        self.put(text, x, self.y, font=font, size=size)
        self.y -= 1.2 * size

    def put(self, text: str, x: float, y: float, *, font: str = BODY, size: float = 11) -> None:
        self.paper.setFont(font, size)
        self.paper.drawString(x, y, text)

    def prose(self, lines: Sequence[str] = PROSE, *, x: float = 72) -> None:
        self.y -= 8
        for text in lines:
            self.line(text, x=x)

    def bookmark(self, title: str, level: int) -> None:
        key = f"{title}{self.y}"
        self.paper.bookmarkPage(key, fit="XYZ", top=self.y + 14)
        self.paper.addOutlineEntry(title, key, level)


def make(path: Path, pages: Sequence[Draw], size: tuple[float, float] = A4) -> Path:
    paper = canvas.Canvas(str(path), pagesize=size)
    for draw in pages:
        draw(Sheet(paper, size[1]))
        paper.showPage()
    paper.save()
    return path


def read(path: Path) -> Document:
    return load_document(path, path.name, NotesConfig())


def headings(document: Document) -> list[tuple[int, str]]:
    return [(one.level, one.label) for one in document.elements if one.kind is ElementKind.HEADING]


def chapter(sheet: Sheet) -> None:
    sheet.line("2 Rivers", font=BOLD, size=18)
    sheet.prose()
    sheet.line("2.1 Deltas", font=BOLD, size=14, gap=12)
    sheet.prose()
    sheet.line("Note well", font=BOLD, gap=14)
    sheet.prose()


def test_headings_are_told_by_their_fonts_and_numbers(tmp_path: Path) -> None:
    document = read(make(tmp_path / "a.pdf", [chapter]))
    assert headings(document) == [(1, "2 Rivers"), (2, "2.1 Deltas"), (3, "Note well")]
    assert document.text.count("\n\n") == 5  # each paragraph is one line
    assert "gravel from the hills to the plain, and where it slows down" in document.text


def test_bookmarks_decide_where_the_author_made_some(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.bookmark("Rivers", 0)
        sheet.line("2 Rivers", font=BOLD, size=18)
        sheet.prose()
        sheet.line("Large words that are no heading", font=BOLD, size=15, gap=12)
        sheet.prose()
        sheet.bookmark("The mouth", 1)
        sheet.line("The mouth", gap=12)  # set like the text around it
        sheet.prose()

    file = make(tmp_path / "a.pdf", [draw])
    assert headings(read(file)) == [(1, "2 Rivers"), (2, "The mouth")]
    hidden = "".join(read_pdf(file, with_bookmarks=False).pages)
    assert "# Large words" in hidden and "# The mouth" not in hidden


def test_a_bookmark_that_leads_to_the_first_words_of_a_paragraph_makes_them_a_heading(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.bookmark("Silt", 0)
        sheet.put("Silt", 72, sheet.y, font=BOLD)
        sheet.put("is finer than sand and settles last.", 100, sheet.y)
        sheet.y -= 13
        sheet.prose()

    document = read(make(tmp_path / "a.pdf", [draw]))
    assert headings(document) == [(1, "Silt")]
    assert "# Silt\n\nis finer than sand and settles last." in document.text


def test_a_printed_table_of_contents_names_the_headings_and_is_navigation(tmp_path: Path) -> None:
    names = ["Springs", "Brooks", "Rivers", "Deltas", "Seas", "Clouds"]

    def contents(sheet: Sheet) -> None:
        sheet.line("Contents", font=BOLD, size=18)
        for number, name in enumerate(names, start=2):
            sheet.line(f"{name} {'. ' * 40} {number}")

    def page(name: str, number: int) -> Draw:
        def draw(sheet: Sheet) -> None:
            sheet.line(name, font="Helvetica-Oblique")  # smaller signs than any rule of fonts asks for
            sheet.prose(x=72 + number)  # what stands in one place of every page is a stamp
            sheet.put(str(number), WIDTH / 2, 40, size=9)

        return draw

    document = read(make(tmp_path / "a.pdf", [contents, *(page(name, n) for n, name in enumerate(names, start=2))]))
    assert [label for _, label in headings(document)] == names
    assert document.blocks[0].kind is ElementKind.NAVIGATION
    assert not any("Brooks ." in document.text[one.start : one.end] for one in document.sentences())


def test_what_belongs_to_the_page_is_no_text(tmp_path: Path) -> None:
    def page(number: int) -> Draw:
        def draw(sheet: Sheet) -> None:
            sheet.put("Physical geography, second term", 72, HEIGHT - 40, size=9)
            sheet.put(f"Page {number}", WIDTH - 120, 40, size=9)
            sheet.paper.saveState()
            sheet.paper.translate(200, 300)
            sheet.paper.rotate(45)
            sheet.put("DRAFT", 0, 0, font=BOLD, size=60)
            sheet.paper.restoreState()
            sheet.prose((f"Lesson {number * 'x'} begins with another thought.", *PROSE[number % 2 :]))

        return draw

    text = read(make(tmp_path / "a.pdf", [page(number) for number in range(1, 7)])).text
    assert "Physical" not in text and "Page" not in text and "DRAFT" not in text
    assert "Lesson xxxxx begins" in text


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [
        "The heart of a fish has",
        "two chambers, and its blood",
        "passes it once on each way",
        "through the whole body.",
    ]
    right = [
        "The heart of a bird has four",
        "chambers. Its blood passes it",
        "twice, and the lungs get all",
        "of it before the body does.",
    ]

    def draw(sheet: Sheet) -> None:
        sheet.line("Hearts", font=BOLD, size=18)
        top = sheet.y
        for x, lines in ((72, left), (310, right)):
            sheet.y = top
            sheet.prose(lines, x=x)

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert text == f"# Hearts\n\n{' '.join(left)}\n\n{' '.join(right)}"


def test_a_sentence_is_not_cut_by_the_end_of_a_page(tmp_path: Path) -> None:
    def first(sheet: Sheet) -> None:
        sheet.prose((*PROSE, "The new bed is lower than the old one, and all of the water that"))

    def second(sheet: Sheet) -> None:
        sheet.prose(("comes down the valley goes there. Then the story begins again from the", *PROSE))

    document = read(make(tmp_path / "a.pdf", [first, second]))
    said = [document.text[one.start : one.end] for one in document.sentences()]
    whole = "The new bed is lower than the old one, and all of the water that comes down the valley goes there."
    assert whole in said
    assert document.page_at(document.text.index(whole)) == 1
    assert document.page_at(document.text.index("Then the story")) == 2


def test_code_keeps_its_lines_and_is_no_markup(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.y -= 6
        for text in ("# adds the numbers", "def total(values):", "    return sum(values)"):
            sheet.line(text, x=90, font=CODE, size=10)
        sheet.prose()

    document = read(make(tmp_path / "a.pdf", [draw]))
    assert "```\n# adds the numbers\ndef total(values):\n    return sum(values)\n```" in document.text
    assert headings(document) == []


def test_a_table_has_its_cells(tmp_path: Path) -> None:
    rows = [
        ("River", "Length", "Mouth"),
        ("Arl", "412", "North bay"),
        ("Osk", "87", "Lake Fen"),
        ("Tem", "1033", "Gulf"),
    ]

    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.line("Table 1: Rivers of the plain", gap=10)
        sheet.y -= 6
        for row in rows:
            for x, cell in zip((90, 190, 290), row, strict=True):
                sheet.put(cell, x, sheet.y)
            sheet.y -= 14
        sheet.prose()

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert "| River | Length | Mouth |\n| --- | --- | --- |\n| Arl | 412 | North bay |" in text
    assert "Table 1: Rivers of the plain\n" in text


def rule(sheet: Sheet, *, x: float = 72, width: float = 330, dy: float = 3) -> None:
    sheet.paper.line(x, sheet.y + dy, x + width, sheet.y + dy)


def cells(sheet: Sheet, row: Sequence[str], places: Sequence[float], *, step: float = 14, font: str = BODY) -> None:
    for x, cell in zip(places, row, strict=True):
        sheet.put(cell, x, sheet.y, font=font)
    sheet.y -= step


def test_a_rule_below_the_head_makes_a_table_and_its_wrapped_cells_are_whole(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.y -= 16
        cells(sheet, ("River", "Kind of bed", "Depth in"), (76, 180, 330), step=12)
        cells(sheet, ("metres",), (330,), step=12)
        rule(sheet, dy=6)
        sheet.y -= 8
        cells(sheet, ("Arl", "gravel and boul-", "3.5"), (76, 180, 330), step=12)
        cells(sheet, ("ders",), (180,), step=22)
        cells(sheet, ("Osk the", "sand", "1.2"), (76, 180, 330), step=12)
        cells(sheet, ("lesser",), (76,), step=22)
        cells(sheet, ("Tem", "mud", "12"), (76, 180, 330), step=26)
        sheet.prose()

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert (
        "| River | Kind of bed | Depth in metres |\n| --- | --- | --- |\n| Arl | gravel and boulders | 3.5 |\n"
        "| Osk the lesser | sand | 1.2 |\n| Tem | mud | 12 |" in text
    )
    assert text.count("A river carries sand and gravel from the hills to the plain, and where it slows down") == 2


def test_a_grid_has_the_cells_that_its_rules_show(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.y -= 20
        top = sheet.y + 11
        for row in (("Month", "Rain, mm", "Note"), ("May", "61", "the river rises"), ("June", "", "over its banks")):
            rule(sheet, dy=11)
            cells(sheet, row, (76, 160, 240), step=14)
            if row[0] == "May":
                cells(sheet, ("and stands",), (240,), step=14)
        rule(sheet, dy=11)
        for x in (72, 150, 232, 402):
            sheet.paper.line(x, top, x, sheet.y + 11)
        sheet.y -= 20
        sheet.prose()

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert (
        "| Month | Rain, mm | Note |\n| --- | --- | --- |\n| May | 61 | the river rises and stands |\n"
        "| June |  | over its banks |" in text
    )


def test_boxes_of_code_lines_of_prose_and_a_rule_below_a_heading_are_no_table(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.line("Gates  and  weirs", font=BOLD, size=14)
        rule(sheet, dy=10)
        sheet.prose()
        for _ in range(2):
            sheet.y -= 12
            rule(sheet, dy=11)
            sheet.line("open   gate(3)      then   wait", font=CODE)
            sheet.line("close  gate(4)      then   stop", font=CODE)
            rule(sheet, dy=9)
            sheet.y -= 6
            sheet.prose()

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert "|" not in text and "open   gate(3)" in text


def test_raised_numbers_are_said_and_the_marks_of_footnotes_are_not(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.put("A mole has 6.022 × 10", 72, sheet.y)
        sheet.put("23", 72 + sheet.paper.stringWidth("A mole has 6.022 × 10", BODY, 11), sheet.y + 4, size=7)
        end = 72 + sheet.paper.stringWidth("A mole has 6.022 × 1023", BODY, 11)
        sheet.put("particles in it.", end, sheet.y)
        sheet.put("1", end + sheet.paper.stringWidth("particles in it.", BODY, 11), sheet.y + 4, size=7)
        sheet.put("1", 80, 84, size=6)
        sheet.put("Since 2019 this number is exact by definition.", 85, 80, size=9)

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert "6.022 × 10^23 particles in it.\n\nSince 2019 this number is exact by definition." in text


def test_lists_keep_their_items(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.y -= 6
        for sign, words in (
            ("•", "first a thought that needs"),
            ("", "two lines to be said"),
            ("•", "then a short one"),
        ):
            sheet.put(sign, 80, sheet.y)
            sheet.put(words, 92, sheet.y)
            sheet.y -= 13

    assert (
        "- first a thought that needs two lines to be said\n- then a short one"
        in read(make(tmp_path / "a.pdf", [draw])).text
    )


def test_slides_have_their_titles_and_builds_are_one(tmp_path: Path) -> None:
    def slide(title: str, points: Sequence[str]) -> Draw:
        def draw(sheet: Sheet) -> None:
            sheet.line(title, font=BOLD, size=28)
            sheet.y -= 30
            for point in points:
                sheet.line(f"• {point}", size=18, gap=6)

        return draw

    deck = [
        slide("Outline", ["Osmosis", "Diffusion"]),
        slide("Osmosis", ["Water moves"]),
        slide("Osmosis", ["Water moves", "through a membrane"]),
        slide("Diffusion", ["Molecules spread"]),
    ]
    found = read_pdf(make(tmp_path / "a.pdf", deck, landscape(A4)))
    assert found.pages[1:] == (
        "",
        "# Osmosis\n\n- Water moves\n- through a membrane",
        "# Diffusion\n\n- Molecules spread",
    )
    assert found.navigation == (1,)


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("a well-", "known plant", "a well-known plant"),
        ("the osmo-", "sis of water", "the osmosis of water"),
        ("a nitrogen-", "bearing soil", "a nitrogen-bearing soil"),
        ("a hydro-", "carbon", "a hydrocarbon"),
        ("a left-", "hand thread", "a left-hand thread"),
        ("Marie Curie-", "Skłodowska", "Marie Curie-Skłodowska"),
        ("and/", "or", "and/or"),
        ("one", "two", "one two"),
    ],
)
def test_real_hyphens_stay_and_soft_ones_go(before: str, after: str, joined: str) -> None:
    assert Joiner(["the hand of a plant, osmosis"]).join(before, after) == joined


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# of cells", "\\# of cells"),
        ("costs $5 or $6", "costs \\$5 or \\$6"),
        ("- 4 degrees", "\\- 4 degrees"),
        ("1984. It was cold", "1984. It was cold"),
        ("7. Is it?", "7\\. Is it?"),
        ("100 %% sure", "100 \\%% sure"),
        ("plain words", "plain words"),
    ],
)
def test_words_that_look_like_markup_are_none(text: str, written: str) -> None:
    assert said(text) == written


def test_what_a_contents_page_leaves_out_is_a_heading_where_it_is_counted_like_the_others(tmp_path: Path) -> None:
    names = [f"{number} {name}" for number, name in enumerate(("Rain", "Snow", "Hail", "Mist", "Frost", "Dew"), 1)]

    def contents(sheet: Sheet) -> None:
        sheet.line("Contents", font=BOLD, size=18)
        for page, name in enumerate(names[:5], start=2):
            sheet.line(f"{name} . . . . . . . . . . . . . . . . {page}", gap=4)

    def of(name: str) -> Draw:
        def draw(sheet: Sheet) -> None:
            sheet.y -= 9 * int(name[0])
            sheet.line(name, font=BOLD, size=16)
            sheet.prose()
            sheet.line("Take care", font=BOLD, size=16, gap=12)
            sheet.prose()
            sheet.put(str(int(name[0]) + 1), 300, 60)

        return draw

    found = headings(read(make(tmp_path / "a.pdf", [contents, *map(of, names)])))
    assert [text for _, text in found if text[0].isdigit()] == names


def test_a_running_head_of_chapter_and_section_is_no_text(tmp_path: Path) -> None:
    def of(number: int) -> Draw:
        def draw(sheet: Sheet) -> None:
            sheet.put(f"{1 + number // 4} THE {'UPPER' if number < 4 else 'LOWER'} RIVER", 72, sheet.height - 50)
            sheet.put(f"{1 + number // 4}.{number % 4} Of bank {'abcdefgh'[number]}", 300, sheet.height - 50)
            sheet.y -= 9 * number
            sheet.prose()
            sheet.prose()

        return draw

    text = read(make(tmp_path / "a.pdf", [of(number) for number in range(8)])).text
    assert "RIVER" not in text and "Of bank" not in text and text.count("A river carries") == 16


def test_a_fraction_stands_in_one_line_and_its_powers_are_said(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        sheet.y -= 24
        y = sheet.y
        sheet.put("q =", 200, y)
        sheet.put("a + b", 226, y + 9)
        sheet.put("(r + 1)", 222.5, y - 8)
        sheet.put("2", 252.5, y - 4, size=7)
        sheet.paper.line(221, y + 4, 258, y + 4)
        sheet.y -= 26
        sheet.put("An underlined link", 72, sheet.y)
        sheet.paper.line(72, sheet.y - 1, 166, sheet.y - 1)
        sheet.y -= 13
        sheet.prose()

    text = read(make(tmp_path / "a.pdf", [draw])).text
    assert "q = (a + b)/((r + 1)^2)" in text and "/(A river" not in text and "An underlined link" in text


def test_a_reference_card_is_read_column_by_column(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for column, (x, start) in enumerate(((30, 540), (310, 536), (590, 539))):
            y = float(start)
            for number in range(62):
                sheet.put(f"cmd{column}-{number}", x, y, font=CODE, size=6)
                sheet.put("opens the gate", x + 80, y, size=6)
                sheet.put("and waits for the water", x + 122, y, size=6)
                y -= 8 if number % 7 else 11

    text = read(make(tmp_path / "a.pdf", [draw], landscape(A4))).text
    places = [text.index(f"cmd{column}-{number}") for column in range(3) for number in (0, 30, 61)]
    assert places == sorted(places)


def test_a_gap_where_a_formula_is_drawn_makes_no_table(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose()
        for left, right in (("The demand for water (", ") depends on two things"), ("the level (", ")")):
            sheet.y -= 14
            sheet.put(left, 72, sheet.y)
            sheet.put(right, 240, sheet.y)
        sheet.y -= 14
        sheet.prose()

    assert "|" not in read(make(tmp_path / "a.pdf", [draw])).text
