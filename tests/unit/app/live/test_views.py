"""What a worker tells of the changes that it shows."""

import time
from pathlib import Path

from catalogs import build_index, open_index
from prometheus_client import REGISTRY

from app.live.views import LiveViews
from indexing.live.batch import LiveChange
from indexing.live.state import live_folder
from indexing.live.writer import LiveWriter


def lags_told(index: str) -> float:
    told = REGISTRY.get_sample_value("vitrina_change_lag_seconds_count", {"index": index})
    return told or 0.0


def test_the_lag_is_told_of_new_changes_only(tmp_path: Path) -> None:
    """Segments that are merged, and the best liked looked for anew, are no late changes."""
    index = tmp_path / "lagging"
    build_index(index, [{"id": "m", "title": "Mug"}])
    generation = open_index(index)
    live = live_folder(index, generation.snapshot.id)
    writer = LiveWriter(generation.snapshot, live, "log", 0)
    views, told = LiveViews(tmp_path, 0), []
    views.take_up(generation)
    for seq in (1, 2):
        line = b'{"id":"c%d","title":"Cup"}' % seq
        writer.apply([LiveChange(seq, f"c{seq}", "put", line, time.time_ns() // 1_000_000)])
        views.look()
        told.append(lags_told(generation.index))
    merge = writer.merge_due()
    assert merge is not None
    writer.merged(merge, merge.build(writer.folder_of(merge), generation.snapshot))
    views.look()
    told.append(lags_told(generation.index))
    LiveViews(tmp_path, 0).take_up(generation)
    told.append(lags_told(generation.index))
    shown = views.shown(generation.index)
    assert shown is not None
    assert len(shown.segments) == 2
    assert told == [1, 2, 2, 2]
