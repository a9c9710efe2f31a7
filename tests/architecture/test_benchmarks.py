"""`make bench` runs every measurement there is."""

from source_tree import ROOT

from benchmarks.__main__ import BENCHMARKS, main


def test_every_benchmark_is_listed() -> None:
    """A file with a main is a benchmark; the others are parts of one."""
    files = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if path.stem != "__main__" and '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    assert files == {benchmark.module for benchmark in BENCHMARKS}


def test_an_unknown_name_is_told() -> None:
    assert main(["nope"]) == 2
