"""Background builds with a stand-in for `vitrina build`: real processes, real files."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.jobs.errors import BadBuildRequestError, BuildRunningError, JobStartError, UnknownJobError
from app.jobs.jobs import KEPT, BuildJobs, Job, JobOptions, JobState

# What every stand-in begins with: its arguments as a dictionary of lists.
PRELUDE = """
import json, sys, time, pathlib
given = {}
for flag, value in zip(sys.argv[1::2], sys.argv[2::2]):
    given.setdefault(flag, []).append(value)
folder = pathlib.Path(given["--data"][0]) / given["--index"][0]
def publish(name):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "CURRENT").write_text(json.dumps({"snapshot": name, "model": None, "rules": None}))
def progress(**fields):
    pathlib.Path(given["--progress-file"][0]).write_text(json.dumps(fields))
"""
PUBLISHES = 'print("reading"); publish("20261121-1"); print("published")'
SLEEPS = (
    'progress(stage="reading", done=5, total=10, rate=2.5, eta_s=2); print("begun"); time.sleep(60)'
)


@pytest.fixture
def catalogs(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogs"
    folder.mkdir()
    (folder / "shop.jsonl").write_text("{}\n")
    (folder / "queries.tsv").write_text("shoes\t3\n")
    return folder


@pytest.fixture
def jobs_running(tmp_path: Path, catalogs: Path) -> Callable[[str], BuildJobs]:
    def make(script: str) -> BuildJobs:
        command = (sys.executable, "-u", "-c", PRELUDE + script)
        return BuildJobs(tmp_path / "var", catalogs, clock=time.time, command=command)

    return make


def wait_for(jobs: BuildJobs, job: Job, until: Callable[[Job], bool] | None = None) -> Job:
    give_up = time.monotonic() + 30
    while True:
        seen = jobs.get(job.record.id)
        if until(seen) if until else seen.state is not JobState.RUNNING:
            return seen
        assert time.monotonic() < give_up, seen
        time.sleep(0.02)


def kill(job: Job) -> None:
    """Every process of a job: the group's leader is the runner, whose id nobody needs to keep."""
    found = subprocess.run(
        ["pgrep", "-f", f"jobs.runner .*{job.record.id}"], capture_output=True, check=True
    )
    os.killpg(int(found.stdout.split()[0]), signal.SIGKILL)


def test_a_build_that_publishes(jobs_running: Callable[[str], BuildJobs]) -> None:
    jobs = jobs_running(PUBLISHES)
    job = jobs.start("main", ["shop.jsonl"])
    assert job.record.index == "main"
    assert job.record.catalogs == ("shop.jsonl",)
    done = wait_for(jobs, job)
    assert done.state is JobState.SUCCEEDED
    assert done.result is not None
    assert (done.result.exit_code, done.result.snapshot) == (0, "20261121-1")
    assert done.result.reason is None
    assert done.log == ("reading", "published")


def test_the_command_it_runs(
    jobs_running: Callable[[str], BuildJobs], tmp_path: Path, catalogs: Path
) -> None:
    jobs = jobs_running("print(json.dumps(sys.argv[1:]))")
    moment = datetime(2026, 11, 26, 20, tzinfo=UTC)
    options = JobOptions((("title", "product name"),), 0.05, moment, keep_live=True)
    job = jobs.start("shop_de", ["shop.jsonl", "."], "queries.tsv", options)
    [line] = wait_for(jobs, job).log
    folder = tmp_path / "var" / "jobs" / job.record.id
    expected = ["--data", str(tmp_path / "var"), "--index", "shop_de"]
    expected += ["--catalog", str(catalogs / "shop.jsonl"), "--catalog", str(catalogs)]
    expected += ["--queries", str(catalogs / "queries.tsv")]
    expected += ["--map=title=product name", "--max-reject-ratio=0.05"]
    expected += ["--as-of=2026-11-26T20:00:00+00:00", "--keep-live"]
    expected += ["--progress-file", str(folder / "progress.json")]
    assert json.loads(line) == expected


def test_addresses_below_those_allowed(tmp_path: Path, catalogs: Path) -> None:
    allowed = ("https://feeds.example/shop/", "s3://bucket/")
    command = (sys.executable, "-u", "-c", PRELUDE + "print(json.dumps(given))")
    jobs = BuildJobs(
        tmp_path / "var", catalogs, catalog_urls=allowed, clock=time.time, command=command
    )
    url = "https://feeds.example/shop/a.xml?key=1"
    [line] = wait_for(jobs, jobs.start("main", ["shop.jsonl", url])).log
    given = json.loads(line)
    assert given["--catalog"] == [str(catalogs / "shop.jsonl"), url]
    assert given["--allow-url"] == list(allowed)
    for wrong in (
        "https://evil.example/a.xml",
        "file:///etc/passwd",
        "https://u:p@feeds.example/a",
    ):
        with pytest.raises(BadBuildRequestError, match=r"VITRINA_CATALOG_URLS|no address"):
            jobs.start("main", [wrong])
    none = BuildJobs(tmp_path / "var", catalogs, clock=time.time, command=command)
    with pytest.raises(BadBuildRequestError, match="builds from addresses are off"):
        none.start("main", [url])


def test_one_that_fails_says_so(jobs_running: Callable[[str], BuildJobs]) -> None:
    jobs = jobs_running("sys.exit('catalogue is empty')")
    done = wait_for(jobs, jobs.start("main", ["shop.jsonl"]))
    assert done.state is JobState.FAILED
    assert done.result is not None
    assert done.result.exit_code == 1
    assert "exit code 1" in (done.result.reason or "")
    assert done.result.snapshot is None
    assert done.log == ("catalogue is empty",)


def test_success_without_a_new_snapshot_names_none(
    jobs_running: Callable[[str], BuildJobs],
) -> None:
    jobs_running(PUBLISHES)
    first = jobs_running(PUBLISHES)
    wait_for(first, first.start("main", ["shop.jsonl"]))
    second = jobs_running("pass")
    done = wait_for(second, second.start("main", ["shop.jsonl"]))
    assert done.result is not None
    assert done.result.snapshot is None


def test_progress_while_it_runs_and_only_one_at_a_time(
    jobs_running: Callable[[str], BuildJobs],
) -> None:
    jobs = jobs_running(SLEEPS)
    job = jobs.start("main", ["shop.jsonl"])
    running = wait_for(jobs, job, until=lambda seen: "begun" in seen.log)
    assert running.state is JobState.RUNNING
    assert running.progress is not None
    assert (running.progress.stage, running.progress.done, running.progress.total) == (
        "reading",
        5,
        10,
    )
    assert (running.progress.rate, running.progress.eta_s) == (2.5, 2.0)
    with pytest.raises(BuildRunningError, match=job.record.id) as refused:
        jobs.start("other", ["shop.jsonl"])
    assert refused.value.job_id == job.record.id
    kill(job)
    assert wait_for(jobs, job).state is JobState.FAILED


def test_killed_is_failed_and_the_next_may_start(
    jobs_running: Callable[[str], BuildJobs],
) -> None:
    jobs = jobs_running(SLEEPS)
    job = jobs.start("main", ["shop.jsonl"])
    wait_for(jobs, job, until=lambda seen: "begun" in seen.log)
    kill(job)
    dead = wait_for(jobs, job)
    assert dead.result is not None
    assert dead.result.exit_code is None
    assert "left no result" in (dead.result.reason or "")
    again = jobs_running(PUBLISHES)
    assert wait_for(again, again.start("main", ["shop.jsonl"])).state is JobState.SUCCEEDED


def test_a_build_killed_alone_tells_the_signal(jobs_running: Callable[[str], BuildJobs]) -> None:
    jobs = jobs_running("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    done = wait_for(jobs, jobs.start("main", ["shop.jsonl"]))
    assert done.result is not None
    assert done.result.exit_code == -signal.SIGKILL
    assert "signal 9" in (done.result.reason or "")


def test_it_outlives_the_worker_that_started_it(tmp_path: Path, catalogs: Path) -> None:
    """A worker starts a build and is killed; another worker sees the build end well."""
    script = 'print("begun"); time.sleep(1); ' + PUBLISHES
    worker = (
        "import sys, time, os, signal, pathlib\n"
        "from app.jobs.jobs import BuildJobs\n"
        f"command = (sys.executable, '-u', '-c', {PRELUDE + script!r})\n"
        f"jobs = BuildJobs(pathlib.Path({str(tmp_path / 'var')!r}), "
        f"pathlib.Path({str(catalogs)!r}), clock=time.time, command=command)\n"
        "jobs.start('main', ['shop.jsonl'])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", worker], check=False)
    assert ended.returncode == -signal.SIGKILL
    other = BuildJobs(tmp_path / "var", catalogs, clock=time.time)
    [job] = other.list()
    assert job.state is JobState.RUNNING
    done = wait_for(other, job)
    assert done.state is JobState.SUCCEEDED
    assert done.result is not None
    assert done.result.snapshot == "20261121-1"


def test_many_starters_one_build(jobs_running: Callable[[str], BuildJobs]) -> None:
    started: list[Job] = []
    refused: list[BuildRunningError] = []

    def start() -> None:
        try:
            started.append(jobs_running(SLEEPS).start("main", ["shop.jsonl"]))
        except BuildRunningError as error:
            refused.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1
    assert len(refused) == 7
    jobs = jobs_running(SLEEPS)
    wait_for(jobs, started[0], until=lambda seen: "begun" in seen.log)
    kill(started[0])
    wait_for(jobs, started[0])


def test_lists_newest_first_without_logs_and_forgets_the_oldest(
    tmp_path: Path, catalogs: Path, jobs_running: Callable[[str], BuildJobs]
) -> None:
    old = tmp_path / "var" / "jobs"
    for number in range(KEPT + 3):
        folder = old / f"20200101T0000{number:02d}000000-abcdef"
        folder.mkdir(parents=True)
        record = {"id": folder.name, "index": "main", "catalogs": ["a"], "queries": None}
        record |= {"command": [], "created_at": 0.0}
        (folder / "job.json").write_text(json.dumps(record))
    (old / "not-a-job").mkdir()
    damaged = old / "20210101T000000000000-abcdef"
    damaged.mkdir()
    (damaged / "job.json").write_text('{"id": ')
    jobs = jobs_running(PUBLISHES)
    job = jobs.start("main", ["shop.jsonl"])
    wait_for(jobs, job)
    listed = jobs.list()
    assert listed[0].record.id == job.record.id
    assert len(listed) == KEPT - 1  # the damaged one takes a place, and is not shown
    assert all(entry.log == () for entry in listed)
    assert listed[-1].state is JobState.FAILED
    assert (old / "not-a-job").is_dir()


@pytest.mark.parametrize("job_id", ["", "nope", "../jobs", ".", "a/b", "x" * 5_000])
def test_unknown_jobs(jobs_running: Callable[[str], BuildJobs], job_id: str) -> None:
    with pytest.raises(UnknownJobError, match="there is no build"):
        jobs_running(PUBLISHES).get(job_id)


@pytest.mark.parametrize(
    ("index", "names", "queries", "options", "says"),
    [
        ("../main", ["shop.jsonl"], None, JobOptions(), "index name"),
        ("main", [], None, JobOptions(), "1 to 100"),
        ("main", ["shop.jsonl"] * 101, None, JobOptions(), "1 to 100"),
        ("main", ["../x"], None, JobOptions(), "not the name"),
        ("main", ["shop.jsonl"], "../x", JobOptions(), "not the name"),
        ("main", ["none.jsonl"], None, JobOptions(), "No such file"),
        ("main", ["shop.jsonl"], None, JobOptions(max_reject_ratio=1.5), "from 0 to 1"),
        ("main", ["shop.jsonl"], None, JobOptions(max_reject_ratio=float("nan")), "from 0 to 1"),
        ("main", ["shop.jsonl"], None, JobOptions(field_map=(("", "x"),)), "field mapping"),
        ("main", ["shop.jsonl"], None, JobOptions(field_map=(("a", "x\n"),)), "field mapping"),
    ],
)
def test_bad_requests_start_nothing(
    jobs_running: Callable[[str], BuildJobs],
    index: str,
    names: list[str],
    queries: str | None,
    options: JobOptions,
    says: str,
) -> None:
    jobs = jobs_running(PUBLISHES)
    with pytest.raises(BadBuildRequestError, match=says):
        jobs.start(index, names, queries, options)
    assert jobs.list() == ()


def test_a_build_command_that_does_not_exist(tmp_path: Path, catalogs: Path) -> None:
    jobs = BuildJobs(tmp_path / "var", catalogs, clock=time.time, command=("/no/such/program",))
    done = wait_for(jobs, jobs.start("main", ["shop.jsonl"]))
    assert done.state is JobState.FAILED
    assert done.result is not None
    assert "could not be started" in (done.result.reason or "")


def test_a_jobs_folder_that_cannot_be_written(tmp_path: Path, catalogs: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "jobs").write_text("a file where the folder should be")
    jobs = BuildJobs(tmp_path / "var", catalogs, clock=time.time)
    with pytest.raises(JobStartError, match="no build could be started"):
        jobs.start("main", ["shop.jsonl"])
