"""What a cell of a workbook shows: its value in its number format, as far as formats of numbers and dates are common.

The codes are those of ECMA-376, part 1, 18.8.31 (https://ecma-international.org/publications-and-standards/standards/ecma-376/).
"""

from __future__ import annotations

import datetime
import re

_GENERAL_DIGITS = 11
_LARGEST_PLAIN = 1e15
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]')
_DATE = re.compile(r"y+|m+|d+|h+|s+(?:\.0+)?|am/pm|a/p", re.IGNORECASE)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?,*(?:E[+-][0#?]+)?|\.[0#?]+")
_OF_THE_COMPUTER = frozenset(("mm-dd-yy", "m/d/yy", "m/d/yy h:mm", "general"))
"""Formats that look different on every computer: a date in one of them is written so that nobody can misread it."""


def shown(value: object, number_format: str) -> str:
    """Returns what a cell shows, in one line; a format that is not understood shows the value itself."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.timedelta):
        return str(value)
    if isinstance(value, datetime.date | datetime.time):
        return _date(value, number_format)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return " ".join(str(value).split())


def _general(value: float) -> str:
    if abs(value) < _LARGEST_PLAIN and float(value).is_integer():
        return str(int(value))
    return f"{value:.{_GENERAL_DIGITS}g}"


def _number(value: float, number_format: str) -> str:
    sections = number_format.split(";")
    is_own = value < 0 and len(sections) > 1 and bool(sections[1])
    section = sections[1] if is_own else sections[2] if value == 0 and len(sections) > 2 else sections[0]
    if section.strip().lower() in ("", "general", "@"):
        return _general(value)
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return "\x00"

    code = _LITERAL.sub(keep, section)
    digits = _DIGITS.search(code)
    if digits is None or "/" in code:
        return _general(value)
    scaled = abs(value) * (100 if "%" in code else 1)
    sign = "-" if value < 0 and not is_own else ""
    text = code[: digits.start()] + sign + _digits(scaled, digits[0]) + code[digits.end() :]
    parts = iter(literals)
    return "".join(next(parts) if char == "\x00" else char for char in text).strip()


def _digits(value: float, code: str) -> str:
    mantissa, has_exponent, _ = code.partition("E")
    thousands = len(mantissa) - len(mantissa.rstrip(","))
    whole, _, decimals = mantissa.rstrip(",").partition(".")
    places = sum(char in "0?#" for char in decimals)
    if has_exponent:
        return f"{value:.{places}E}"
    grouped = "," in whole
    text = f"{value / 1000**thousands:{',' if grouped else ''}.{places}f}"
    optional = len(decimals) - len(decimals.rstrip("#"))
    for _ in range(optional):
        text = text.removesuffix("0")
    least = whole.count("0")
    text = text.removesuffix(".")
    return text if grouped else text.zfill(least + (len(text) - len(text.partition(".")[0])))


def _date(value: datetime.date | datetime.time, number_format: str) -> str:
    code = _LITERAL.sub(lambda match: match[1] or match[2] or "", number_format.split(";")[0])
    tokens = list(_DATE.finditer(code))
    if number_format.lower() in _OF_THE_COMPUTER or number_format.startswith("[$-F") or not tokens:
        return _plain_date(value)
    has_half = any(token[0].lower() in ("am/pm", "a/p") for token in tokens)
    parts, done = [], 0
    for number, token in enumerate(tokens):
        before = tokens[number - 1][0].lower() if number else ""
        after = tokens[number + 1][0].lower() if number + 1 < len(tokens) else ""
        is_minute = token[0].lower() in ("m", "mm") and (before.startswith("h") or after.startswith("s"))
        written = _date_part(value, token[0].lower(), is_minute=is_minute, has_half=has_half)
        if written is None:
            return _plain_date(value)
        parts += [code[done : token.start()], written]
        done = token.end()
    return " ".join("".join((*parts, code[done:])).split())


def _date_part(value: datetime.date | datetime.time, token: str, *, is_minute: bool, has_half: bool) -> str | None:
    """Returns a part of a date or a time; None for one that the value does not have."""
    if token[0] in "hsa" or is_minute:
        if not isinstance(value, datetime.datetime | datetime.time):
            return None
        return (
            value.strftime(_time_code(token, is_minute=is_minute, has_half=has_half))
            if len(token) > 1
            else str(int(value.strftime(_time_code(token * 2, is_minute=is_minute, has_half=has_half))))
        )
    if isinstance(value, datetime.time):
        return None
    number = {"y": value.year, "m": value.month, "d": value.day}[token[0]]
    if token[0] == "y":
        return f"{number % 100:02d}" if len(token) <= 2 else str(number)
    names = {"m": ("%b", "%B"), "d": ("%a", "%A")}[token[0]]
    return (str(number), f"{number:02d}", *(value.strftime(name) for name in names))[min(len(token), 4) - 1]


def _time_code(token: str, *, is_minute: bool, has_half: bool) -> str:
    if is_minute:
        return "%M"
    return {"h": "%I" if has_half else "%H", "s": "%S", "a": "%p"}[token[0]]


def _plain_date(value: datetime.date | datetime.time) -> str:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    return value.isoformat()
