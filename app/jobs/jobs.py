"""Index builds in the background: one at a time, each in its own process.

Every worker, also of other replicas on the same volume, may start, list and look; the state is
on disk (app/jobs/files.py). A build is not a child of any worker's life: it goes on when the
worker that started it is restarted.
"""

import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from app.catalogues.addresses import is_address
from app.jobs.catalog_folder import check_address, resolve_catalog
from app.jobs.errors import (
    BadBuildRequestError,
    BuildRunningError,
    JobStartError,
    UnknownJobError,
)
from app.jobs.files import (
    JobProgress,
    JobRecord,
    JobResult,
    JobState,
    is_held,
    life_line,
    read_record,
    read_tail,
    write_record,
)
from indexing.current import index_folder
from indexing.errors import BuildError

BUILD_COMMAND = (sys.executable, "-u", "-m", "app.cli", "build")
LEARN_COMMAND = (sys.executable, "-u", "-m", "app.cli", "learn")
RUNNER = (sys.executable, "-m", "app.jobs.runner")
KEPT = 50
LOG_LINES = 100
MAX_CATALOGS = 100
LOCK_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What a build over HTTP may change; None or empty leaves the default of `vitrina build`.

    field_map: (our field, their field) pairs. max_reject_ratio: 0..1. as_of: the moment that the
    catalogue was true at.
    """

    field_map: tuple[tuple[str, str], ...] = ()
    max_reject_ratio: float | None = None
    as_of: datetime | None = None
    keep_live: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A build as it stands now. log: its last lines, oldest first."""

    record: JobRecord
    state: JobState
    progress: JobProgress | None
    result: JobResult | None
    log: tuple[str, ...]


class BuildJobs:
    """The builds of one data folder; the newest fifty are remembered.

    catalog_dir: where catalogue names are looked up; None refuses every name.
    catalog_urls: beginnings of the addresses that may be read.
    command: what runs a build, for tests. clock: seconds since the epoch.
    All methods block for milliseconds on the disk: call them in a thread.
    """

    def __init__(
        self,
        data_dir: Path,
        catalog_dir: Path | None,
        *,
        catalog_urls: tuple[str, ...] = (),
        clock: Callable[[], float],
        command: Sequence[str] = BUILD_COMMAND,
    ) -> None:
        self._data = data_dir.resolve()
        self._jobs = self._data / "jobs"
        self._catalog_dir = catalog_dir
        self._catalog_urls = catalog_urls
        self._command = tuple(command)
        self._clock = clock

    def start(
        self,
        index: str,
        catalog_names: Sequence[str],
        queries_name: str | None = None,
        options: JobOptions | None = None,
    ) -> Job:
        """Start a build and return at once.

        Raises BadBuildRequestError, BuildRunningError, JobStartError.
        """
        arguments = self._arguments(index, catalog_names, queries_name, options or JobOptions())
        asked = {"index": index, "catalogs": tuple(catalog_names), "queries": queries_name}
        return self._started("build", asked, (*self._command, *arguments))

    def start_learning(self, index: str, state: Path, days: float) -> Job:
        """Learn from the events in `state`, as `vitrina learn` does, and return at once.

        Raises BadBuildRequestError, BuildRunningError, JobStartError.
        """
        try:
            there = index_folder(self._data, index).is_dir()
        except BuildError as error:
            raise BadBuildRequestError(str(error)) from None
        if not there:
            raise BadBuildRequestError(f"there is no index {index!r} to learn for")
        arguments = ["--data", str(self._data), "--index", index]
        arguments += ["--state", str(state), "--days", f"{days:g}"]
        asked = {"index": index, "catalogs": (), "queries": None}
        return self._started("learn", asked, (*LEARN_COMMAND, *arguments))

    def learnt_at(self, index: str) -> float:
        """When learning for this index last began, in seconds since the epoch; 0 for never."""
        times = [
            job.record.created_at
            for job in self.list()
            if job.record.kind == "learn" and job.record.index == index
        ]
        return max(times, default=0.0)

    def _started(
        self, kind: Literal["build", "learn"], asked: dict[str, Any], command: Sequence[str]
    ) -> Job:
        try:
            self._jobs.mkdir(parents=True, exist_ok=True)
            with FileLock(self._jobs / ".lock", timeout=LOCK_WAIT_S):
                self._refuse_second()
                job_id = self._launch(kind, asked, command)
                self._forget_old()
        except Timeout:
            raise JobStartError(
                f"no {kind} could be started: {self._jobs / '.lock'} was busy for "
                f"{LOCK_WAIT_S:g} s. Try again"
            ) from None
        except OSError as error:
            raise JobStartError(
                f"no {kind} could be started in {self._jobs}: {error}. "
                "Check that the service may write there and that the disk has room"
            ) from error
        return self.get(job_id)

    def get(self, job_id: str, log_lines: int = LOG_LINES) -> Job:
        """One job with the end of its log. Raises UnknownJobError."""
        known = {folder.name: folder for folder in self._folders()}
        folder = known.get(job_id)  # looked up, never joined: the id comes from outside
        job = None if folder is None else _read_job(folder, log_lines)
        if job is None:
            raise UnknownJobError(
                f"there is no build {job_id[:80]!r}. GET /v1/admin/builds lists the newest {KEPT}"
            )
        return job

    def list(self) -> tuple[Job, ...]:
        """All remembered jobs, newest first, without logs."""
        jobs = (_read_job(folder, log_lines=0) for folder in self._folders())
        return tuple(job for job in jobs if job is not None)

    def _folders(self) -> Sequence[Path]:
        """Newest first: ids begin with the time."""
        return sorted((file.parent for file in self._jobs.glob("*/job.json")), reverse=True)

    def _arguments(
        self,
        index: str,
        catalog_names: Sequence[str],
        queries_name: str | None,
        options: JobOptions,
    ) -> Sequence[str]:
        try:
            index_folder(self._data, index)
        except BuildError as error:
            raise BadBuildRequestError(str(error)) from None
        if not 0 < len(catalog_names) <= MAX_CATALOGS:
            raise BadBuildRequestError(f"name 1 to {MAX_CATALOGS} catalogues to build from")
        arguments = ["--data", str(self._data), "--index", index]
        for name in catalog_names:
            if is_address(name):
                check_address(self._catalog_urls, name)
                arguments += ["--catalog", name]
            else:
                arguments += ["--catalog", str(resolve_catalog(self._catalog_dir, name))]
        for prefix in self._catalog_urls:
            arguments += ["--allow-url", prefix]
        if queries_name is not None:
            arguments += ["--queries", str(resolve_catalog(self._catalog_dir, queries_name))]
        return arguments + _option_arguments(options)

    def _refuse_second(self) -> None:
        for job in self.list():
            if job.state is JobState.RUNNING:
                raise BuildRunningError(job.record.id)

    def _launch(
        self, kind: Literal["build", "learn"], asked: dict[str, Any], command: Sequence[str]
    ) -> str:
        now = self._clock()
        job_id = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
        folder = self._jobs / job_id
        command = (*command, "--progress-file", str(folder / "progress.json"))
        record = JobRecord(id=job_id, command=command, created_at=now, kind=kind, **asked)
        index = index_folder(self._data, record.index)
        try:
            folder.mkdir()
            # The life line is held before job.json makes the job visible: a job without a
            # result that nobody holds counts as failed.
            with life_line(folder / "alive") as line, (folder / "log.txt").open("wb") as log:
                write_record(folder / "job.json", record)
                runner = subprocess.Popen(  # noqa: S603 - no shell; the names were checked
                    [*RUNNER, str(folder), str(index), "--", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(line,),
                    start_new_session=True,  # signals to the service are not for the build
                )
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        # Somebody has to wait for it, or it stays in the process table when it has ended.
        threading.Thread(target=runner.wait, name=f"build-{job_id}", daemon=True).start()
        return job_id

    def _forget_old(self) -> None:
        for folder in self._folders()[KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)


def _option_arguments(options: JobOptions) -> list[str]:
    arguments = []
    for ours, theirs in options.field_map:
        if not ours.isprintable() or not theirs.isprintable() or not ours or "=" in ours:
            raise BadBuildRequestError(
                f"{ours[:80]!r} = {theirs[:80]!r} is not a field mapping: name one of our fields "
                "and one of the catalogue's"
            )
        arguments.append(f"--map={ours}={theirs}")
    ratio = options.max_reject_ratio
    if ratio is not None:
        if not 0 <= ratio <= 1:
            raise BadBuildRequestError(f"max_reject_ratio must be from 0 to 1, not {ratio}")
        arguments.append(f"--max-reject-ratio={ratio}")
    if options.as_of is not None:
        arguments.append(f"--as-of={options.as_of.isoformat()}")
    if options.keep_live:
        arguments.append("--keep-live")
    return arguments


def _read_job(folder: Path, log_lines: int) -> Job | None:
    """None when the folder holds no (readable) job."""
    record = read_record(folder / "job.json", JobRecord)
    if record is None:
        return None
    result_file = folder / "result.json"
    result = read_record(result_file, JobResult)
    # Read once more when nobody holds it: it may have ended between the two looks.
    if result is None and not is_held(folder / "alive"):
        result = read_record(result_file, JobResult) or _lost()
    return Job(
        record=record,
        state=_state(result),
        progress=read_record(folder / "progress.json", JobProgress),
        result=result,
        log=read_tail(folder / "log.txt", log_lines),
    )


def _state(result: JobResult | None) -> JobState:
    if result is None:
        return JobState.RUNNING
    return JobState.SUCCEEDED if result.exit_code == 0 else JobState.FAILED


def _lost() -> JobResult:
    return JobResult(
        exit_code=None,
        snapshot=None,
        reason="the build was killed, or the machine stopped: it left no result. "
        "What was published before is untouched; start it again",
        finished_at=None,
    )
