"""Every target on the inputs that are kept, and on some that hypothesis makes. The long form is ``make fuzz``."""

from __future__ import annotations

import pytest
from fuzz_targets import CORPUS, TARGETS, kept_inputs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = 15
LARGEST_CORPUS_BYTES = 300_000

inputs = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(st.integers(0, 0x7F), st.integers(0x80, 0xFE)), max_size=120).map(bytes),
)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", list(TARGETS))
def test_what_is_kept_breaks_nothing(name: str) -> None:
    found = kept_inputs(name)
    assert found, f"nothing is kept for {name}: python tests/fuzz/fuzz.py --only {name} --keep"
    for path in found:
        TARGETS[name](path.read_bytes())


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", list(TARGETS))
def test_what_hypothesis_makes_breaks_nothing(name: str) -> None:
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(data=inputs)
    def run(data: bytes) -> None:
        TARGETS[name](data)

    run()


def test_the_corpus_stays_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < LARGEST_CORPUS_BYTES
