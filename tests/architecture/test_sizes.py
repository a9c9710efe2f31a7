"""A file that does not fit in the head is two files."""

import pytest
from source_tree import PACKAGES, Source, sources

MAX_LINES = 400


@pytest.mark.parametrize(
    "source", sources(*PACKAGES, "tests", "benchmarks"), ids=lambda source: source.path
)
def test_length(source: Source) -> None:
    lines = source.text.count("\n")
    assert lines <= MAX_LINES, f"{source.path} has {lines} lines, above {MAX_LINES}: divide it"
