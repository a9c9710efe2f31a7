from pathlib import Path

from app.jobs.files import JobProgress, read_record
from app.jobs.progress_file import ProgressFile


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left_of_the_stage(tmp_path: Path) -> None:
    clock = Clock()
    file = tmp_path / "progress.json"
    progress = ProgressFile(file, clock)
    progress.begin("read", None, "lines")
    clock.now += 2.0
    progress.advance(500)
    assert read_record(file, JobProgress) == JobProgress(stage="read", done=500, rate=250.0)
    progress.begin("vectors", 1_000, "titles")
    assert read_record(file, JobProgress) == JobProgress(stage="vectors", done=0, total=1_000)
    clock.now += 4.0
    progress.advance(400)
    seen = read_record(file, JobProgress)
    assert seen == JobProgress(stage="vectors", done=400, total=1_000, rate=100.0, eta_s=6.0)


def test_not_written_more_often_than_worth_it_but_the_end_is(tmp_path: Path) -> None:
    clock = Clock()
    file = tmp_path / "progress.json"
    progress = ProgressFile(file, clock)
    progress.begin("read", 10, "lines")
    clock.now += 0.4
    progress.advance(4)
    seen = read_record(file, JobProgress)
    assert seen is not None
    assert seen.done == 0
    clock.now += 0.05
    progress.advance(10)
    seen = read_record(file, JobProgress)
    assert seen is not None
    assert (seen.done, seen.eta_s) == (10, 0.0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["progress.json"]


def test_a_folder_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    progress = ProgressFile(tmp_path / "gone" / "progress.json", Clock())
    progress.begin("read", 10, "lines")
    progress.note("all is well")
    progress.advance(10)
