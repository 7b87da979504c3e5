"""The items of a list are found where their bullets are drawn, are letters of a symbol font, or are missing."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.documents.pdf.bullets import Dot, unmarked_items, with_bullets
from assistant.documents.pdf.letters import Font, Word
from assistant.documents.pdf.lines import Line
from assistant.types import ElementKind

SANS = Font("Sans", 20.0)


def line(text: str, y: float, x: float = 70, font: Font = SANS) -> Line:
    words = []
    for part in text.split():
        words.append(Word(part, x, x + 10 * len(part), y, font))
        x = words[-1].x1 + 5
    return Line(words)


def texts(words: list[Word]) -> list[str]:
    return [word.text for word in words]


def test_dots_before_lines_are_bullets_and_those_in_lines_and_beside_one_another_are_none() -> None:
    words = [*line("first thought", 500).words, *line("second thought", 470).words, *line("a rest", 440).words]
    before = [Dot(50, 502, 58, 510), Dot(50, 472, 58, 480), Dot(51, 473, 57, 479)]
    (found,) = with_bullets([words], [before])
    assert texts(found[len(words) :]) == ["•", "•"]  # a dot and its border are one
    among = [Dot(122, 502, 126, 508), Dot(40, 442, 48, 450), Dot(54, 442, 62, 450)]  # letters of a drawn formula
    assert texts(with_bullets([words], [among])[0]) == texts(words)


def test_a_single_dot_in_a_document_is_a_drawing() -> None:
    words = line("first thought", 500).words
    assert texts(with_bullets([words], [[Dot(50, 502, 58, 510)]])[0]) == texts(words)


def test_a_letter_of_a_font_of_signs_is_a_bullet_unless_it_is_known_what_it_shows() -> None:
    signs = Font("Wingdings-Regular", 20.0)
    words = [Word("!", 50, 60, 500, signs), Word("✓", 50, 60, 470, signs), Word("!", 90, 95, 500, SANS)]
    assert texts(with_bullets([words], [()])[0]) == ["•", "✓", "!"]


def test_lines_of_a_slide_that_all_begin_with_capitals_are_items() -> None:
    values = (
        "Individuals over processes",
        "Working software over documents",
        "Collaboration over contracts",
        "Change over a plan",
    )
    run = [line(text, 500 - 24 * at) for at, text in enumerate(values)]
    assert unmarked_items(run) == {id(one) for one in run}
    assert unmarked_items(run[:2]) == set()  # the second line may go on where the first has no room
    short = [line("Cows", 500), line("Sheep", 476), line("and a very long line that says how wide the slide is", 400)]
    assert unmarked_items(short) == {id(one) for one in short[:2]}
    prose = [line("We uncover better ways", 500), line("of making things", 476), line("by making them", 452)]
    assert unmarked_items(prose) == set()


def test_drawn_bullets_become_a_list_with_its_levels(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "deck.pdf"), pagesize=landscape(A4))
    for title in ("Money", "Banks", "Prices"):
        canvas.setFont("Helvetica-Bold", 30)
        canvas.drawString(60, 520, title)
        canvas.setFont("Helvetica", 20)
        for at, (x, text) in enumerate(
            ((90, "any asset that is"), (90, "accepted in exchange"), (120, f"{title.lower()} measured"))
        ):
            y = 460 - 26 * at - (14 if at > 1 else 0)
            canvas.drawString(x, y, text)
            if at != 1:
                canvas.circle(x - 15, y + 7, 3, fill=1)
        canvas.showPage()
    canvas.save()
    document = load_document(tmp_path / "deck.pdf", "deck.pdf", NotesConfig())
    items = [one.label for one in document.elements if one.kind is ElementKind.ITEM]
    assert document.text.count("- any asset that is accepted in exchange\n    - banks measured") == 1, items
