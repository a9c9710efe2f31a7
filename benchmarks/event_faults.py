"""Kills whoever keeps events at random moments, and looks whether anything acknowledged is lost.

    python -m benchmarks.event_faults [--faults 200] [--seed 1]

Three processes take batches as workers of a service do (append, sweep, pack) and print what was
acknowledged; some batches are sent again, also to another process, as clients do that were not
answered. One process after the other is killed with SIGKILL and begun again, now and then a
process that packs as well, and some find no room on the disk. At the end each acknowledged event
must be there exactly once, no event twice, and every batch whole or not at all.
"""

import argparse
import asyncio
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.events.pseudonyms import event_key
from app.state.archive import Archive
from app.state.embedded import EmbeddedState
from app.state.journal import StateError
from app.state.rows import EVENT_COLUMNS, Row
from app.state.tables import open_tables
from app.state.upkeep import Kept

ROOT = Path(__file__).resolve().parents[1]
WRITERS = 3
_MOST_AT_ONCE = 200
_DAY_S = 86_400
_PACKED = "app.state.upkeep"


@dataclass(slots=True)
class Told:
    """acknowledged: batch → events. left: of the last line of a killed process, what is cut."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: int = 0


def row(event_id: str, at: float) -> Row:
    known = {"key": event_key(event_id).hex(), "happened_at": at, "arrived": at, "type": "click"}
    known |= {"shop": "main", "product": event_id, "trusted": 0, "bot": 0}
    return [known.get(name) for name in EVENT_COLUMNS]


async def write(folder: Path, name: str, seed: int, full_at: int) -> None:
    """Until it is killed. full_at: bytes that a file may have, 0 for any; then there is no room."""
    if full_at:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (full_at, full_at))
    chance, number = random.Random(seed), 0
    state = EmbeddedState(folder, Kept(365, 1 << 40), sync=False, most_waiting_bytes=1 << 30)
    state.start()
    sent: list[tuple[str, int]] = []
    while True:
        if sent and chance.random() < 0.2:
            batch, size = chance.choice(sent[-5:])
        else:
            number += 1
            batch, size = f"{name}-{number}", chance.randint(1, _MOST_AT_ONCE)
            sent.append((batch, size))
        ids = [f"{batch}/{at}" for at in range(size)]
        now = time.time() - chance.choice((0, 0, 2 * _DAY_S))
        keys = [event_key(each) for each in ids]
        fresh = [not known for known in state.were_here(keys, time.time())]
        try:
            rows = [row(each, now) for each, new in zip(ids, fresh, strict=True) if new]
            if rows:
                await state.add(rows, keys, time.time())
        except StateError:
            print("refused", flush=True)
            await asyncio.sleep(0.01)
            continue
        print(f"kept {batch} {size}", flush=True)
        await asyncio.sleep(0.01)


class Writers:
    """Processes that are killed and begun again; what they told is read from files."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        self._state = folder / "state"
        self._begun = 0
        self._running: list[subprocess.Popen[bytes]] = []
        for _ in range(WRITERS):
            self._begin()

    def kill_one(self) -> None:
        victim = self._running.pop(self._chance.randrange(len(self._running)))
        victim.kill()
        victim.wait()
        self._begin()

    def kill_packing(self, after_s: float) -> None:
        command = [sys.executable, "-m", _PACKED, str(self._state), "365", str(1 << 40)]
        packing = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            packing.wait(after_s)
        packing.kill()
        packing.wait()

    def end(self) -> None:
        for each in self._running:
            each.kill()
            each.wait()

    def told(self) -> Told:
        told = Told()
        for path in self._folder.glob("told-*"):
            for line in path.read_text().splitlines(keepends=True):
                cells = line.split()
                if line.endswith("\n") and cells[0] == "kept":
                    told.acknowledged[cells[1]] = int(cells[2])
                told.refused += line == "refused\n"
        return told

    def _begin(self) -> None:
        self._begun += 1
        full = 300_000 if self._chance.random() < 0.2 else 0
        name = f"w{self._begun}"
        command = [sys.executable, "-m", "benchmarks.event_faults", "--write", str(self._state)]
        command += ["--name", name, "--seed", str(self._chance.randrange(1 << 30))]
        with (self._folder / f"told-{name}").open("wb") as out:
            self._running.append(
                subprocess.Popen(
                    [*command, "--full-at", str(full)],
                    cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL,
                )
            )  # fmt: skip


def run_faults(folder: Path, faults: int, seed: int) -> tuple[Told, Counter[str]]:
    """What was acknowledged, and how often each event is there afterwards."""
    chance = random.Random(seed)
    writers = Writers(folder, chance)
    while not writers.told().acknowledged:
        time.sleep(0.1)
    for number in range(faults):
        time.sleep(chance.uniform(0.3, 1.5))
        writers.kill_one()
        if number % 4 == 3:
            writers.kill_packing(chance.uniform(0.2, 1.5))
    time.sleep(0.5)
    writers.end()
    archive = Archive(folder / "state", sync=False)
    archive.sweep()
    archive.close()
    with open_tables(folder / "state", -1e18, 1e18) as db:
        found = db.execute("SELECT product, count(*) FROM events GROUP BY product").fetchall()
    return writers.told(), Counter(dict(found))


def problems(told: Told, there: Counter[str]) -> list[str]:
    """What must not be; empty if all is well."""
    lost = [
        f"{batch}/{at}"
        for batch, size in told.acknowledged.items()
        for at in range(size)
        if f"{batch}/{at}" not in there
    ]
    twice = [event for event, times in there.items() if times > 1]
    found = []
    if lost:
        found.append(f"{len(lost):,} acknowledged events are lost: {', '.join(lost[:3])}")
    if twice:
        found.append(f"{len(twice):,} events are there twice: {', '.join(twice[:3])}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="of the processes that are killed")
    parser.add_argument("--name", default="")
    parser.add_argument("--full-at", type=int, default=0)
    given = parser.parse_args()
    if given.write is not None:
        asyncio.run(write(given.write, given.name, given.seed, given.full_at))
    with tempfile.TemporaryDirectory() as folder:
        told, there = run_faults(Path(folder), given.faults, given.seed)
        wrong = problems(told, there)
        kept = sum(told.acknowledged.values())
        print(
            f"{given.faults} kills of writers, {given.faults // 4} of packing, {told.refused:,} "
            f"batches refused for lack of room: {kept:,} events acknowledged in "
            f"{len(told.acknowledged):,} batches, {len(there):,} there; "
            + ("; ".join(wrong) or "each acknowledged one exactly once")
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
