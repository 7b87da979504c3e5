"""Whatever words a PDF has in whatever places, its pages become Markdown with as many pages, in a short time."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents.loading import parse
from assistant.documents.pdf.layout import layout_of
from assistant.documents.pdf.letters import Font, Word
from assistant.documents.pdf.markup import pages_of
from assistant.documents.pdf.pdfium import Bookmark, PdfPage
from assistant.types import ElementKind

FONTS = [
    Font("Times", 10.0),
    Font("Times-Bold", 10.0, bold=True),
    Font("Times-Bold", 16.0, bold=True),
    Font("Courier", 9.0, mono=True),
    Font("Times", 6.0),
]
SIGNS = (
    r"a The cells of # ## - • 1. 2 1.1 Contents Index ... | || $x ` ``` ~~~ > 12 iv well- known. --- === 7 Chapter É ^1"
)
TEXTS = st.sampled_from(re.findall(r"\S+", SIGNS))


@st.composite
def words(draw: st.DrawFn) -> Word:
    text = draw(TEXTS)
    font = draw(st.sampled_from(FONTS))
    x = draw(st.sampled_from([72.0, 90.0, 300.0, 320.5]) | st.floats(-50, 700))
    y = draw(st.sampled_from([40.0, 400.0, 412.0, 424.0, 760.0]) | st.floats(-50, 900))
    return Word(text, x, x + 0.5 * font.size * len(text), y, font, glued=draw(st.booleans()))


PAGES = st.lists(st.lists(words(), max_size=40), min_size=1, max_size=6)
MARKS = st.lists(
    st.builds(Bookmark, TEXTS, st.integers(1, 9), st.integers(0, 8), st.none() | st.floats(0, 800)), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(PAGES, MARKS, st.booleans())
def test_any_page_is_read(pages: list[list[Word]], marks: list[Bookmark], wide: bool) -> None:
    width, height = (800.0, 500.0) if wide else (600.0, 800.0)
    layout = layout_of([PdfPage(width, height, tuple(page)) for page in pages], marks)
    written = pages_of(layout)
    assert len(written) == len(pages)
    prose = [re.sub(r"```.*?```", "x", text, flags=re.DOTALL) for text in written]
    assert not any(text.endswith("\n") or "\n\n\n" in text for text in prose)
    document = parse("a.pdf", "\n\n".join(written), "pdf")
    levels = [one.level for one in document.elements if one.kind is ElementKind.HEADING]
    assert not levels or levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
