"""Logs are read as a stream: memory follows what is distinct, never the number of lines."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

NOW = 20_000 * 86_400
_CHUNK = 2_000_000
"""What reading a file takes at once. 24,000 queries that were kept would take 4 MB."""


_PEAKS = """
import json, sys, tracemalloc
from pathlib import Path
from indexing.query_log import counts
from indexing.query_log.reading import LogRules, read_query_log

counts._FLUSH = 1 << 12  # gathered at once; else 2²¹
peaks = []
for path in sys.argv[2:]:
    tracemalloc.start()
    read_query_log([Path(path)], rules=LogRules(max_queries=int(sys.argv[1])))
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
print(json.dumps(peaks))
"""


def peaks_of_reading(paths: list[Path], max_queries: int) -> list[int]:
    """Bytes; in a process of its own, where no thread of another test allocates meanwhile."""
    command = [sys.executable, "-c", _PEAKS, str(max_queries), *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peaks: list[int] = json.loads(done.stdout)
    return peaks


def repeated(lines: int) -> Iterator[str]:
    """500 queries by 20 users, over and over."""
    for n in range(lines):
        yield f"{NOW + n // 100}\tu{n % 20}\tquery number {n % 500}\tp{n % 50}\n"


def distinct(lines: int) -> Iterator[str]:
    """Every query is another one."""
    for n in range(lines):
        yield f"query {n:x}\t1\n"


@pytest.mark.parametrize(
    ("lines_of", "max_queries"),
    [(repeated, 2_000_000), (distinct, 1_000)],
    ids=["repeated", "distinct"],
)
def test_four_times_the_lines_take_no_more_memory(
    tmp_path: Path, lines_of: Callable[[int], Iterator[str]], max_queries: int
) -> None:
    paths = []
    for lines in (8_000, 32_000):
        path = tmp_path / f"{lines}.tsv"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines_of(lines))
        paths.append(path)
    peaks = peaks_of_reading(paths, max_queries)
    assert peaks[1] < 1.2 * peaks[0] + _CHUNK
