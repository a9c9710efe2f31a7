"""One process of a machine sweeps and packs, however others end."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.file_locks import hold
from app.state.sweeper import LOCK, Sweeper
from app.state.upkeep import Kept


def test_an_upkeep_whose_sweeper_ends_keeps_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[subprocess.Popen[bytes]] = []

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[str]:
        waits = [sys.executable, "-c", "input()"]
        children.append(subprocess.Popen(waits, stdin=subprocess.PIPE, pass_fds=given["pass_fds"]))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    sweeper = Sweeper(tmp_path, Kept(365, 0), sync=False)
    sweeper.start()
    within = time.monotonic() + 10
    while not children and time.monotonic() < within:
        time.sleep(0.01)
    sweeper.close()
    (child,) = children
    try:
        assert hold(tmp_path / LOCK) is None
    finally:
        child.kill()
        child.communicate()
    lock = hold(tmp_path / LOCK)
    assert lock is not None
    os.close(lock)
