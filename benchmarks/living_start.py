"""How long a start takes with a long change log.

    python -m benchmarks.living_start [--data FOLDER] [--products N] [--changes 100000]

FOLDER as for benchmarks.freshness. The log gets so many changes (of ten: six of numbers, one of a
title, two new products, one deleted), with nothing of them applied; then a service of two workers
starts: time to ready, and until every worker shows the last change; and once more, with the state
that is there then.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import orjson

from app.changes.change_log import NewChange
from app.changes.sqlite_change_log import SqliteChangeLog
from app.live.seen import Seen
from benchmarks.freshness import copied, product, wait_for
from benchmarks.http_service import served
from indexing.catalogue.product import Product
from indexing.catalogue.product_line import line_of

AT_ONCE = 1_000
MOST_S = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--changes", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        ids = copied(asked.data, data, asked.products)
        last = fill(data, ids, asked.changes)
        print(f"{len(ids):,} products looked at, {last:,} changes in the log")
        seen = Seen.of(data, "main")
        for state in ("nothing applied", "all applied"):
            with served(data, 2) as running:
                begun = time.perf_counter() - running.start_s
                wait_for(seen, last, MOST_S)
                shown = time.perf_counter() - begun
                print(f"{state}: ready in {running.start_s:.1f} s, all shown in {shown:.1f} s")


def fill(data: Path, ids: list[str], count: int) -> int:
    log = SqliteChangeLog(data, 1 << 30, "os", lambda: time.time_ns() // 1_000_000)
    draw, number = random.Random(1), 0
    for first in range(0, count, AT_ONCE):
        changes = []
        for _ in range(min(AT_ONCE, count - first)):
            number += 1
            kind = draw.randrange(10)
            name = draw.choice(ids)
            if kind < 6:
                body = orjson.dumps({"price": draw.randrange(500), "stock": draw.randrange(50)})
                changes.append(NewChange(name, "patch", body))
            elif kind == 6:
                changes.append(NewChange(name, "patch", orjson.dumps({"title": f"Lamp {number}"})))
            elif kind < 9:
                made = Product.model_validate(product(number))
                changes.append(NewChange(made.id, "put", line_of(made)))
            else:
                changes.append(NewChange(f"new-{draw.randrange(number)}", "delete"))
        log.append("main", changes, lambda names: [True] * len(names))
    last = log.last("main")
    log.close()
    return last


if __name__ == "__main__":
    main()
