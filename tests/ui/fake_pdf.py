"""The PDF of the small course as a real file: it says what the note says, one line below the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fake_notes import COSTS_PAGES
from fake_scripts import COSTS
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen import canvas

if TYPE_CHECKING:
    from fake_service import FakeStudyService

PAGE, TOP, LEADING = A5, 80, 14


def lines_of(text: str) -> list[str]:
    """Returns a text in lines as they stand on the page."""
    return re.findall(r"(?s)\S.{0,58}(?=\s|$)", " ".join(text.split()))


def write_costs(service: FakeStudyService) -> Path:
    """Puts the file where a student has it."""
    file = service.workspace.notes / COSTS
    file.parent.mkdir(parents=True, exist_ok=True)
    paper = canvas.Canvas(str(file), pagesize=PAGE)
    for text in COSTS_PAGES:
        paper.setFont("Helvetica", 11)
        for number, line in enumerate(lines_of(text)):
            paper.drawString(40, PAGE[1] - TOP - LEADING * number, line)
        paper.showPage()
    paper.save()
    return file
