"""Kills all parts of a service at random moments, and looks whether what it shows is right.

    python -m benchmarks.living_faults [--faults 200] [--seed 1] [--log sqlite|redis]

Two workers serve a small shop while clients change it over HTTP and others search. One fault after
the other: SIGKILL for a worker, for the process that applies changes, for the parent of all (begun
again as a supervisor does) or for Redis with its append-only file; or files cannot grow for a
while, as on a full disk. A client that is not answered, or refused, sends the same again, as shops
do.

After some faults each the clients pause, and both workers must show what was acknowledged: each
product with the numbers, title and brand of its last change, and none that was deleted. Lost: a
product that is not so after a minute. Wrong: an answer of a search, at any moment, that
contradicts itself (hits outside its filter, a total or facet counts that are not those of its
hits, a product twice) or shows what nobody sent.
"""

import argparse
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import orjson

from app.version import code_version
from benchmarks.change_faults import Server
from benchmarks.living_service import Service
from benchmarks.living_shop import BRANDS, BUILT, Found, Shop, product
from indexing.build import BuildOptions, build
from indexing.progress import Silent


def run(folder: Path, faults: int, seed: int, kind: str, every: int = 5) -> Found:
    """kind: of the change log. every: so many faults before all is compared."""
    draw, found, data = random.Random(seed), Found(), folder / "var"
    first = [product(f"p{n}", 1, draw.choice(BRANDS)) for n in range(BUILT)]
    (folder / "shop.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in first))
    options = BuildOptions([folder / "shop.jsonl"], data / "main", code_version())
    build(options, datetime.now(UTC), Silent())
    settings, server = {"VITRINA_CHANGE_LOG": kind}, None
    if kind == "redis":
        server = Server(folder)
        server.start()
        settings["VITRINA_REDIS_URL"] = server.url
    service = Service(data, settings)
    shop = Shop(service.url, found, seed)
    shop.products = {each["id"]: each for each in first}
    try:
        service.start()
        shop.start()
        shop.compare()
        while found.faults.total() < faults:
            time.sleep(draw.uniform(0.0, 1.5))
            name = inject(service, server, draw)
            if name is not None:
                found.faults[name] += 1
                if found.faults.total() % every == 0:
                    shop.compare()
                    print(f"{time.strftime('%H:%M:%S')} {found}", flush=True)
        shop.compare()
    finally:
        shop.stop()
        service.stop()
        if server is not None:
            server.stop()
    return found


def inject(service: Service, server: Server | None, draw: random.Random) -> str | None:
    """What was done; None where there was nobody to kill just then."""
    kinds = [
        "applying process",
        "worker",
        "parent",
        "disk full",
        *(["Redis"] * (server is not None)),
    ]
    kind = draw.choices(kinds, [4, 3, 1.5, 2, 4][: len(kinds)])[0]
    if kind == "applying process":
        return kind if service.kill(service.writers()) else None
    if kind == "worker":
        workers = service.workers()
        draw.shuffle(workers)
        return kind if service.kill(workers) else None
    if kind == "parent":
        service.kill_parent()
        service.start()
        return kind
    if kind == "Redis" and server is not None:
        server.restart()
        return kind
    return kind if service.fill_disk(draw.uniform(0.2, 1.0)) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", choices=("sqlite", "redis"), default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), given.faults, given.seed, given.log)
    print(f"{given.log}, seed {given.seed}: {found}")
    for line in (*found.lost[:20], *found.wrong[:20]):
        print(line)
    raise SystemExit(1 if found.lost or found.wrong else 0)


if __name__ == "__main__":
    main()
