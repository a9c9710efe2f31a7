"""Where workers add up what they count: cleaned of what killed services left."""

import os
import tempfile
from pathlib import Path

import pytest

from app.server.metrics_folder import shared_metrics
from app.settings import METRICS_VARIABLE


def test_what_a_killed_service_left_is_removed_and_a_living_one_is_let_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(METRICS_VARIABLE, raising=False)
    killed = tmp_path / "vitrina-metrics-killed"
    killed.mkdir()
    (killed / "alive").touch()
    (killed / "counter_1.db").write_bytes(b"x" * 100)
    beginning = tmp_path / "vitrina-metrics-beginning"  # of a service that has no lock yet
    beginning.mkdir()
    with shared_metrics():
        first = Path(os.environ[METRICS_VARIABLE])
        assert not killed.exists()
        with shared_metrics():
            assert first.exists()
            assert beginning.exists()
        assert first.exists()
    assert list(tmp_path.iterdir()) == [beginning]
    assert METRICS_VARIABLE not in os.environ
