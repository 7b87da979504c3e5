"""Decoding never fails on text and never invents characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.files import safe_folder, safe_name
from assistant.documents.decoding import clean, decode
from assistant.documents.formats.delimited import read_csv
from assistant.documents.tables import markdown_table
from assistant.errors import UnreadableNote

_PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t"), max_size=200)


@given(_PRINTABLE.filter(lambda text: not text.startswith(("\ufeff", "%PDF-", "GIF8"))))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode()) == text


@given(_PRINTABLE, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_a_byte_order_mark_decides(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except UnreadableNote:
        return
    assert clean(text) == text
    assert text.encode().decode() == text


@given(st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=6))
def test_a_table_is_a_line_a_row_and_rectangular(rows: list[list[str]]) -> None:
    lines = markdown_table(rows).splitlines()
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(lines) == (len(filled) + 1 if filled else 0)
    assert len({line.replace("\\|", "").count("|") for line in lines}) <= 1


@given(st.text(max_size=100))
def test_any_text_is_a_csv_or_itself(text: str) -> None:
    try:
        read_csv(text.encode("utf-8", "ignore"))
    except UnreadableNote:
        return


@given(st.text(max_size=300), st.text(max_size=60))
def test_a_safe_name_is_one_visible_name(name: str, folder: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not safe.startswith((".", "~$"))
    assert not set(safe) & set('/\\\x00<>:"|?*')
    assert len(safe.encode()) <= 210
    assert all(part and not part.startswith(".") for part in safe_folder(folder).split("/") if safe_folder(folder))
