"""Logs are read as a stream: memory follows what is distinct, never the number of lines."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexing.query_log.reading import LogRules, read_query_log

NOW = 20_000 * 86_400
_CHUNK = 2_000_000
"""What reading a file takes at once. 24,000 queries that were kept would take 4 MB."""


def peak_of_reading(path: Path, rules: LogRules) -> int:
    """Bytes."""
    tracemalloc.start()
    try:
        read_query_log([path], rules=rules)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def repeated(lines: int) -> Iterator[str]:
    """500 queries by 20 users, over and over."""
    for n in range(lines):
        yield f"{NOW + n // 100}\tu{n % 20}\tquery number {n % 500}\tp{n % 50}\n"


def distinct(lines: int) -> Iterator[str]:
    """Every query is another one."""
    for n in range(lines):
        yield f"query {n:x}\t1\n"


@pytest.mark.parametrize(
    ("lines_of", "rules"),
    [(repeated, LogRules()), (distinct, LogRules(max_queries=1_000))],
    ids=["repeated", "distinct"],
)
def test_four_times_the_lines_take_no_more_memory(
    tmp_path: Path,
    lines_of: Callable[[int], Iterator[str]],
    rules: LogRules,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indexing.query_log.counts._FLUSH", 1 << 12)  # gathered at once; else 2²¹
    peaks = []
    for lines in (8_000, 32_000):
        path = tmp_path / f"{lines}.tsv"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines_of(lines))
        peaks.append(peak_of_reading(path, rules))
    assert peaks[1] < 1.2 * peaks[0] + _CHUNK
