"""Kills writers of a change log at random moments, and looks whether anything acknowledged is lost.

    python -m benchmarks.change_faults [--faults 200] [--seed 1]

Two processes write batches and print what was acknowledged; one after the other is killed with
SIGKILL and begun again; of Redis the server as well. After every fault all that was acknowledged
must be there, every batch whole or not at all, and each as it was sent.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.changes.change_log import Accepted, ChangeLog, ChangeLogError, NewChange
from app.changes.redis_change_log import RedisChangeLog
from app.changes.sqlite_change_log import SqliteChangeLog

ROOT = Path(__file__).resolve().parents[1]
INDEX = "main"
_PRODUCTS = 50
_MOST_AT_ONCE = 30
_MOST_BYTES = 1 << 30


def open_log(where: str) -> ChangeLog:
    """where: a folder, or the URL of Redis."""
    if where.startswith("redis://"):
        return RedisChangeLog(where, _MOST_BYTES, "os", _now_ms, timeout_s=2.0)
    return SqliteChangeLog(Path(where), _MOST_BYTES, "os", _now_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def write(where: str, name: str, seed: int) -> None:
    """Until it is killed: batches, and a line for each that was acknowledged."""
    chance, log, number = random.Random(seed), open_log(where), 0
    while True:
        number += 1
        size = chance.randint(1, _MOST_AT_ONCE)
        changes = [
            NewChange(
                f"p{chance.randrange(_PRODUCTS)}",
                "put" if chance.random() < 0.5 else "patch",
                json.dumps({"batch": f"{name}-{number}", "at": at, "of": size}).encode(),
            )
            for at in range(size)
        ]
        try:
            outcomes = log.append(INDEX, changes, lambda ids: [True] * len(ids))
        except ChangeLogError:
            time.sleep(0.02)
            continue
        seqs = [each.seq for each in outcomes if isinstance(each, Accepted)]
        # One write of a line, so that a kill leaves it whole or not at all.
        os.write(1, json.dumps([f"{name}-{number}", seqs]).encode() + b"\n")


@dataclass(slots=True)
class Found:
    """acknowledged: batches. lost: seqs acknowledged that are not there, or are another's. torn:
    batches of which a part is there.
    """

    faults: int = 0
    acknowledged: int = 0
    changes: int = 0
    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.faults} faults, {self.acknowledged:,} batches acknowledged, {self.changes:,} "
            f"changes in the log, {len(self.lost)} lost, {len(self.torn)} torn"
        )


class _Writer:
    def __init__(self, where: str, folder: Path, name: str, seed: int) -> None:
        self.told = folder / f"{name}.told"
        command = [sys.executable, "-m", "benchmarks.change_faults", "--write", where, name]
        with self.told.open("wb") as out:
            self._child = subprocess.Popen([*command, str(seed)], cwd=ROOT, stdout=out)

    def wait_for_first(self) -> None:
        give_up = time.monotonic() + 60
        while not self.told.stat().st_size:
            if self._child.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"a writer wrote nothing: {self._child.poll()}")
            time.sleep(0.01)

    def kill(self) -> None:
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()


def run(
    where: str, folder: Path, faults: int, seed: int, restart: Callable[[], None] | None = None
) -> Found:
    """folder: for what the writers print. restart: kills Redis and begins it again."""
    chance, found, made = random.Random(seed), Found(), 0
    told: list[Path] = []

    def begin() -> _Writer:
        nonlocal made
        made += 1
        writer = _Writer(where, folder, f"w{made}", seed * 10_000 + made)
        told.append(writer.told)
        return writer

    writers = [begin(), begin()]
    try:
        for _ in range(faults):
            for writer in writers:
                writer.wait_for_first()
            time.sleep(chance.uniform(0.0, 0.1))
            if restart is not None and chance.random() < 0.5:
                restart()
            else:
                victim = chance.randrange(len(writers))
                writers[victim].kill()
                writers[victim] = begin()
            found.faults += 1
    finally:
        for writer in writers:
            writer.kill()
    _look(where, told, found)
    return found


def _look(where: str, told: Sequence[Path], found: Found) -> None:
    log = open_log(where)
    by_seq, batches = {}, defaultdict(set)
    sizes: dict[str, int] = {}
    after = 0
    while changes := log.read(INDEX, after, 5_000):
        for change in changes:
            body: dict[str, Any] = json.loads(change.body or b"")
            by_seq[change.seq] = (body["batch"], body["at"])
            batches[body["batch"]].add(body["at"])
            sizes[body["batch"]] = body["of"]
        after = changes[-1].seq
    found.changes = len(by_seq)
    if log.size(INDEX).entries != len(by_seq) or log.last(INDEX) != after:
        found.torn.append("the log's own counts")
    found.torn += [name for name, held in batches.items() if held != set(range(sizes[name]))]
    for path in told:
        for line in path.read_bytes().split(b"\n"):
            if not line.endswith(b"]"):
                continue  # cut by the kill, so nobody was told
            name, seqs = json.loads(line)
            found.acknowledged += 1
            found.lost += [
                f"{name}: {seq}"
                for at, seq in enumerate(seqs)
                if by_seq.get(seq) != (name, at) or len(seqs) != sizes.get(name)
            ]
    log.close()


class Server:
    """Redis with its append-only file, on a free port."""

    def __init__(self, folder: Path, fsync: str = "always") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/0"
        self._command = [
            "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "yes", "--appendfsync", fsync, "--dir", str(folder),
        ]  # fmt: skip
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._child = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        log, give_up = open_log(self.url), time.monotonic() + 20
        while time.monotonic() < give_up:
            with suppress(ChangeLogError):
                log.check(INDEX)
                break
            if self._child.poll() is not None:
                # Killed while it wrote its file anew: it mends the old one, and ends once.
                self._child = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
            time.sleep(0.02)
        log.close()

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def restart(self) -> None:
        self.stop()
        self.start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        where, name, seed = given.write
        write(where, name, int(seed))
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "data" / INDEX).mkdir(parents=True)
        print("SQLite:", run(str(folder / "data"), folder, given.faults, given.seed))
        if shutil.which("redis-server"):
            server = Server(folder)
            server.start()
            try:
                found = run(server.url, folder, given.faults, given.seed, server.restart)
                print("Redis, killed itself half of the times:", found)
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
