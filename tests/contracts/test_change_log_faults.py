"""Nothing acknowledged is lost when processes are killed; `make bench` kills more often."""

from pathlib import Path

import pytest
from redis_server import require_redis_server

from benchmarks.change_faults import INDEX, Server, run

FAULTS = 5


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_writers_of_sqlite(tmp_path: Path, seed: int) -> None:
    (tmp_path / "data" / INDEX).mkdir(parents=True)
    found = run(str(tmp_path / "data"), tmp_path, FAULTS, seed)
    assert (found.faults, found.lost, found.torn) == (FAULTS, [], [])
    assert found.acknowledged > FAULTS


@pytest.mark.parametrize("seed", [3, 4])
def test_killed_writers_of_redis_and_redis_itself(tmp_path: Path, seed: int) -> None:
    require_redis_server()
    server = Server(tmp_path)
    server.start()
    try:
        found = run(server.url, tmp_path, FAULTS, seed, server.restart)
    finally:
        server.stop()
    assert (found.faults, found.lost, found.torn) == (FAULTS, [], [])
    assert found.acknowledged > FAULTS
