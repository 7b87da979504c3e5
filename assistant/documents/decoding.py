"""Bytes to text: any encoding, no binary, plain line ends."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise

from assistant.errors import UnreadableNote

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY_MAGIC = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"\xd0\xcf\x11\xe0")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\b")) + b"\x7f"
_MAX_CONTROL_SHARE = 0.02
_SAMPLE_BYTES = 4096
_GUESS_BYTES = 65_536
_CONTEXT_BYTES = 200
_FOREIGN = bytes(range(128, 256))
_LETTERS = b"The quick brown fox: 0123456789"
_FOREIGN_SCRIPT_BYTES = 12
_FOREIGN_SCRIPT_SHARE = 0.3
"""Above this share of bytes outside ASCII a text is Cyrillic, Greek, Chinese..., which charset_normalizer knows apart.
Below it is a Latin script, where its guesses were wrong in 7 of 12 trials (German as cp1250, Polish as cp1252)."""

_LATIN_ENCODINGS = ("cp1252", "cp1250", "mac_roman")
"""Western, central European, old Macintosh; the first wins a tie."""

_FOREIGN_BYTE = re.compile(rb"[\x80-\xff]")
_UNWANTED = re.compile("[\x00\ud800-\udfff]")


def decode(data: bytes, declared: str = "") -> str:
    """Returns the text that ``data`` encodes, cleaned as by :func:`clean`.

    In this order: a byte order mark, UTF-16 without one, UTF-8 (a few broken bytes are forgiven), the ``declared``
    encoding, a guess from the bytes.

    Args:
        data: The whole file.
        declared: The encoding that the file itself names, if it does; an unknown one is ignored.

    Raises:
        UnreadableNote: The bytes are no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return clean(data[len(mark) :].decode(encoding, "replace"))
    wide = _utf16_without_mark(data)
    if wide:
        return clean(data.decode(wide, "replace"))
    if _is_binary(data):
        raise UnreadableNote(
            "The file looks like a binary file, not like text.",
            hint="Give it the ending that fits its contents, or move it out of the notes folder.",
        )
    text = _utf8(data)
    return clean(text if text is not None else data.decode(_encoding(data, declared), "replace"))


def clean(text: str) -> str:
    r"""Returns ``text`` with ``\n`` at every line end and without NUL and lone surrogates; nothing else is changed."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _utf16_without_mark(data: bytes) -> str:
    """Returns the byte order where every other byte is NUL, as in UTF-16 of a western language; otherwise nothing."""
    sample = data[:_SAMPLE_BYTES]
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd == 0 else ""


def _is_binary(data: bytes) -> bool:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return data.startswith(_BINARY_MAGIC) or controls > _MAX_CONTROL_SHARE * len(data)


def _utf8(data: bytes) -> str | None:
    """Returns ``data`` as UTF-8, also where at most one in ten of its special characters is broken; otherwise None."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if good >= 10 * broken else None


def _encoding(data: bytes, declared: str) -> str:
    if declared and _extends_ascii(declared):
        return declared
    sample = _around_foreign_bytes(data)
    foreign = len(sample) - len(sample.translate(None, _FOREIGN))
    if foreign >= _FOREIGN_SCRIPT_BYTES and foreign > _FOREIGN_SCRIPT_SHARE * len(sample):
        from charset_normalizer import from_bytes  # only the few files that need it pay for the import

        guesses = (guess.encoding for guess in from_bytes(sample))
        found = next(filter(_extends_ascii, guesses), None)
        if found:
            return found
    return min(_LATIN_ENCODINGS, key=lambda encoding: _misplaced_symbols(sample.decode(encoding, "replace")))


def _around_foreign_bytes(data: bytes) -> bytes:
    """Returns the places of a long file that tell something about its encoding, up to 64 KB of them."""
    parts: list[bytes] = []
    position = 0
    while len(parts) * _CONTEXT_BYTES < _GUESS_BYTES and (found := _FOREIGN_BYTE.search(data, position)):
        end = found.start() + _CONTEXT_BYTES
        parts.append(data[max(position, found.start() - _CONTEXT_BYTES) : end])
        position = end
    return b"".join(parts)


def _extends_ascii(encoding: str) -> bool:
    """Whether ``encoding`` exists and ASCII text reads the same in it, which is true of all but EBCDIC and oddities."""
    try:
        return _LETTERS.decode(encoding) == _LETTERS.decode("ascii")
    except (LookupError, ValueError):
        return False


def _misplaced_symbols(text: str) -> int:
    """Returns how often a symbol stands before a small letter, as in ``p³ynie``: a sign of the wrong encoding."""
    symbols = ("No", "Sc", "Sk", "Sm", "So", "Cc")
    return sum(
        symbol in "§†‡‰¶" or unicodedata.category(symbol) in symbols
        for symbol, letter in pairwise(text)
        if symbol > "\x7f" and "a" <= letter <= "z"
    )
