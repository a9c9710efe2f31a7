"""The process around a background build: `python -m app.jobs.runner FOLDER INDEX -- COMMAND…`.

It outlives the worker that started it. It runs the build, waits, and writes result.json; the
exit code of a process is told to its parent only, and the worker may be gone by then.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from app.jobs.files import STAGED, JobResult, write_record
from indexing.current import read_current
from indexing.errors import SnapshotError

NICENESS = 10  # searches go first


def main(arguments: list[str]) -> int:
    folder, index, separator, *command = arguments
    if separator != "--":
        raise SystemExit("usage: python -m app.jobs.runner FOLDER INDEX -- COMMAND...")
    os.nice(NICENESS)
    before = _published(Path(index))
    try:
        # close_fds=False: the build must hold the life line too (see app/jobs/files.py).
        ended = subprocess.run(command, check=False, close_fds=False, stdin=subprocess.DEVNULL)  # noqa: S603 - the command is ours, the names in it are checked by app/jobs/jobs.py
        exit_code, reason = ended.returncode, _reason(ended.returncode)
    except OSError as error:
        exit_code, reason = 127, f"the build could not be started: {error}"
    after = _published(Path(index))
    done = exit_code == 0
    snapshot = after[0] if done and after[0] != before[0] else None
    facts = after[1] if done and after[1] != before[1] else None
    write_record(
        Path(folder) / "result.json",
        JobResult(
            exit_code=exit_code,
            snapshot=snapshot,
            reason=reason,
            finished_at=time.time(),
            facts=facts,
        ),
    )
    return exit_code


def _reason(exit_code: int) -> str | None:
    if exit_code == 0:
        return None
    if exit_code == STAGED:
        return (
            "the snapshot was kept back, as it loses products or moves prices; the log says more. "
            "Activate it if that is right"
        )
    if exit_code < 0:
        return f"the build was ended by signal {-exit_code}"
    return f"the build ended with exit code {exit_code}; its log says why"


def _published(index: Path) -> tuple[str | None, str | None]:
    """Ids of the snapshot and the facts in force."""
    try:
        current = read_current(index)
    except SnapshotError:
        return None, None
    return (None, None) if current is None else (current.snapshot, current.facts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
