"""New arrivals: of the month before the index was built, and since."""

from datetime import timedelta
from pathlib import Path

import pytest
from catalogs import NOW, build_index

from indexing.snapshot import open_snapshot
from ranking.behaviour.new_arrivals import newest_of


def test_what_came_lately_the_newest_first(tmp_path: Path) -> None:
    days = {"old": 31, "new": 15, "newest": 0, "since": -3}
    shop = [
        {"id": name, "title": name, "created_at": (NOW - timedelta(days=age)).isoformat()}
        for name, age in days.items()
    ]
    index = tmp_path / "main"
    built = build_index(index, [*shop, {"id": "undated", "title": "undated"}])
    snapshot = open_snapshot(index / "snapshots" / built)
    found = newest_of(snapshot)
    scores = {
        snapshot.documents.id_at(doc): score
        for doc, score in zip(found.doc_ids.tolist(), found.scores.tolist(), strict=True)
    }
    assert scores == pytest.approx({"new": 0.5, "newest": 1.0, "since": 1.0})
