"""What travels between the app and the command line arrives as it was sent."""

from __future__ import annotations

import inspect
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import errors
from assistant.api.messages import SearchRequest, decode, decode_request, encode, encode_request
from assistant.errors import AppNotRunning, AssistantError, IndexMissing
from assistant.types import Event, Request, SearchResult

KINDS = [*get_args(Event), SearchResult]
FAMILY = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, AssistantError)]
records = st.one_of(*(st.from_type(kind) for kind in KINDS))
awkward = st.text() | st.sampled_from(["\n", "\r\n", "\u2028", "\x00", '{"kind": "Done"}', "🔑", "[1]"])


@pytest.mark.slow
@given(records)
def test_every_event_comes_back_equal_and_on_one_line(event: Event) -> None:
    line = encode(event)
    back = decode(line)
    assert type(back) is type(event)
    assert repr(back) == repr(event)  # by its words, since nan is not equal to nan
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


@given(st.sampled_from(FAMILY), awkward, awkward)
def test_every_error_comes_back_as_its_class_with_its_words(
    kind: type[AssistantError], message: str, hint: str
) -> None:
    back = decode(encode(kind(message, hint=hint)))
    assert type(back) is kind
    assert (back.message, back.hint, back.exit_code) == (message, hint, kind.exit_code)


def test_an_error_of_another_module_travels_as_its_nearest_base() -> None:
    class Odd(IndexMissing):
        """An index that is missing oddly."""

    class Other(AssistantError):
        """An error of its own."""

    assert type(decode(encode(Odd("x")))) is IndexMissing
    assert type(decode(encode(Other("x")))) is AssistantError


@given(st.from_type(Request) | st.from_type(SearchRequest))
def test_requests_come_back_equal(request: Request | SearchRequest) -> None:
    assert decode_request(type(request), encode_request(request)) == request


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"question": 1}', b"\xff", b'{"question": null}'])
def test_a_body_that_is_no_request_is_none(body: bytes) -> None:
    assert decode_request(Request, body) is None


@given(st.binary())
def test_any_other_line_is_an_error_of_ours(line: bytes) -> None:
    with pytest.raises(AppNotRunning, match="not this version"):
        decode(line)


@pytest.mark.parametrize(
    "line", [b'{"kind": "Scope", "value": {}}', b'{"kind": "Token", "value": {}}', b'{"kind": "Exception", "value": 1}']
)
def test_a_known_shape_with_unknown_contents_is_one_too(line: bytes) -> None:
    with pytest.raises(AppNotRunning):
        decode(line)
