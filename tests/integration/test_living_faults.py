"""What is acknowledged is shown, whoever is killed; `make soak` kills more often."""

from pathlib import Path

import pytest
from redis_server import require_redis_server
from source_tree import KERNELS

from benchmarks.living_faults import run

FAULTS = 3


def test_a_service_whose_parts_are_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers, their changes in Redis, which is killed as well."""
    require_redis_server()
    monkeypatch.setenv("VITRINA_KERNEL_CACHE_DIR", str(KERNELS))
    found = run(tmp_path, FAULTS, 3, "redis", every=3)
    assert (found.faults.total(), found.lost, found.wrong) == (FAULTS, [], [])
    assert found.acknowledged > 5 * FAULTS
    assert found.searches > FAULTS
