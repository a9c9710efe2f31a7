"""A background build with the real `vitrina build`."""

import time
from datetime import UTC, datetime
from pathlib import Path

from app.jobs.jobs import BuildJobs, Job, JobOptions, JobState
from indexing.current import read_current
from indexing.demo.shop import write_demo_shop


def ended(jobs: BuildJobs, job: Job) -> Job:
    give_up = time.monotonic() + 240
    while (seen := jobs.get(job.record.id)).state is JobState.RUNNING:
        assert time.monotonic() < give_up, seen
        time.sleep(0.2)
    return seen


def test_builds_and_publishes(tmp_path: Path) -> None:
    write_demo_shop(tmp_path / "catalogs", products=1_000, seed=7)
    jobs = BuildJobs(tmp_path / "var", tmp_path / "catalogs", clock=time.time)
    options = JobOptions((), 0.02, datetime(2026, 11, 26, tzinfo=UTC), keep_live=True)
    job = jobs.start("main", ["products.jsonl.gz"], "queries.tsv", options)
    done = ended(jobs, job)
    assert done.state is JobState.SUCCEEDED, done.log
    assert done.result is not None
    current = read_current(tmp_path / "var" / "main")
    assert current is not None
    assert done.result.snapshot == current.snapshot
    assert done.progress is not None
    assert done.progress.stage


def test_a_catalogue_of_rejects_fails_with_the_reason_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "catalogs").mkdir()
    (tmp_path / "catalogs" / "bad.jsonl").write_text("not json\n" * 50)
    jobs = BuildJobs(tmp_path / "var", tmp_path / "catalogs", clock=time.time)
    done = ended(jobs, jobs.start("main", ["bad.jsonl"]))
    assert done.state is JobState.FAILED
    assert done.log
    assert "Traceback" not in "\n".join(done.log)
    assert read_current(tmp_path / "var" / "main") is None
