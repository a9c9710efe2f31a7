"""Facts on disk: of this format and those before, and what is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogs import build_index

from indexing.catalogue.row_order import hash_of_id
from indexing.snapshot import Snapshot, open_snapshot
from ranking.behaviour.facts import ARRAYS, LISTS, check_shape, open_facts
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.query_key import hash_of
from ranking.behaviour.store import publish_facts
from ranking.errors import FactsError

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SHOP = [{"id": name, "title": name} for name in ("lamp", "sofa")]
NEW = ("pair_doubts", "query_clicks", "favourites", "region_hashes", *LISTS)


@pytest.fixture
def published(tmp_path: Path) -> tuple[Path, Snapshot, str]:
    index = tmp_path / "main"
    snapshot = open_snapshot(index / "snapshots" / build_index(index, SHOP))
    names = np.frombuffer(b"".join(hash_of_id(each["id"]) for each in SHOP), dtype=np.uint64)
    order = np.argsort(names)
    arrays: dict[str, Any] = {name: np.empty(0, dtype=kind) for name, kind in ARRAYS.items()}
    arrays |= {
        "product_hashes": names[order], "product_rows": order, "values": np.zeros((2, 3)),
        "query_hashes": np.array([hash_of("lamp")]), "pair_begins": np.array([0, 1]),
        "pair_rows": np.array([1]), "pair_lifts": np.array([1.5]), "pair_doubts": np.array([0.25]),
        "query_clicks": np.array([12.5]), "favourites": names,
        "region_hashes": np.sort(np.array([hash_of(""), hash_of("lima")])),
    }  # fmt: skip
    one = Neighbours.best([0], [1], [0.5], 2, 30)
    for name in LISTS:
        arrays |= one.arrays(name)
    return index, snapshot, publish_facts(index, arrays, {"doubt": 0.7}, snapshot, NOW)


def changed(index: Path, facts_id: str, **told: Any) -> None:
    manifest = index / "facts" / facts_id / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | told))


def test_lists_and_regions(published: tuple[Path, Snapshot, str]) -> None:
    facts = open_facts(published[0], published[2], published[1])
    rows, scores = facts.related.of(0)
    assert (rows.tolist(), scores.tolist()) == ([1], [0.5])
    assert facts.knows_region(" LIMA ")
    assert not facts.knows_region("nowhere")
    assert facts.region("nowhere") == facts.region(None) is not None


def test_the_format_before_has_no_lists(published: tuple[Path, Snapshot, str]) -> None:
    index, snapshot, facts_id = published
    for path in (index / "facts" / facts_id).glob("*.npy"):
        if path.stem.startswith(NEW):
            path.unlink()
    changed(index, facts_id, format=1)
    facts = open_facts(index, facts_id, snapshot)
    assert [len(facts.related.of(row)[0]) for row in range(2)] == [0, 0]
    assert facts.region(None) is None
    assert not facts.knows_region("lima")


def test_the_format_before_tells_no_doubts(published: tuple[Path, Snapshot, str]) -> None:
    index, snapshot, facts_id = published
    assert open_facts(index, facts_id, snapshot).doubt == 0.7
    for name in ("pair_doubts", "query_clicks"):
        (index / "facts" / facts_id / f"{name}.npy").unlink()
    changed(index, facts_id, format=2, doubt=None)
    facts = open_facts(index, facts_id, snapshot)
    assert facts.doubt == 0
    assert facts.pair_doubts.tolist() == [0.0]
    assert [len(facts.related.of(row)[0]) for row in range(2)] == [1, 0]


def test_the_format_before_tells_no_clicks_of_queries(
    published: tuple[Path, Snapshot, str],
) -> None:
    index, snapshot, facts_id = published
    assert open_facts(index, facts_id, snapshot).clicked("lamp").clicks == 12.5
    (index / "facts" / facts_id / "query_clicks.npy").unlink()
    changed(index, facts_id, format=3)
    facts = open_facts(index, facts_id, snapshot)
    assert facts.clicked("lamp").clicks == 0
    assert facts.pair_doubts.tolist() == [0.25]


@pytest.mark.parametrize(
    ("told", "read"), [(0.25, 0.25), (1.7, 1.0), (-1.0, 1.0), ("much", 1.0), (None, 1.0)]
)
def test_looks_below_a_click(published: tuple[Path, Snapshot, str], told: Any, read: float) -> None:
    index, snapshot, facts_id = published
    changed(index, facts_id, looked_at_below_click=told)
    assert open_facts(index, facts_id, snapshot).looks_below_click == read


def test_what_is_known_of_a_query(published: tuple[Path, Snapshot, str]) -> None:
    facts = open_facts(published[0], published[2], published[1])
    clicked = facts.clicked("Lamp")
    assert clicked.lifts_of(np.array([0, 1, -1])).tolist() == [0, 1.5, 0]
    assert clicked.doubts_of(np.array([0, 1, -1]), 0.75).tolist() == [0.75, 0.25, 0.75]
    assert facts.clicked("sofa").doubts_of(np.array([1]), 0.5).tolist() == [0.5]


@pytest.mark.parametrize("wrong", [[-0.1], [np.nan], [101.0], [0.1, 0.1]])
def test_doubts_that_are_none_are_refused(
    published: tuple[Path, Snapshot, str], wrong: list[float]
) -> None:
    facts = open_facts(published[0], published[2], published[1])
    with pytest.raises(FactsError):
        check_shape(replace(facts, pair_doubts=np.array(wrong, dtype=np.float32)))


@pytest.mark.parametrize("wrong", [[-0.1], [np.nan], [np.inf], [1, 1], []])
def test_clicks_of_queries_that_are_none_are_refused(
    published: tuple[Path, Snapshot, str], wrong: list[float]
) -> None:
    facts = open_facts(published[0], published[2], published[1])
    with pytest.raises(FactsError):
        check_shape(replace(facts, query_clicks=np.array(wrong, dtype=np.float32)))


@pytest.mark.parametrize("name", ["related_rows", "popular_scores", "region_hashes", "favourites"])
def test_what_was_changed_is_refused(published: tuple[Path, Snapshot, str], name: str) -> None:
    index, snapshot, facts_id = published
    path = index / "facts" / facts_id / f"{name}.npy"
    array = np.load(path)
    np.save(path, array + 1)
    with pytest.raises(FactsError, match="was changed"):
        open_facts(index, facts_id, snapshot)


def test_a_format_of_later_is_refused_with_the_remedy(
    published: tuple[Path, Snapshot, str],
) -> None:
    index, snapshot, facts_id = published
    changed(index, facts_id, format=5)
    with pytest.raises(FactsError, match="vitrina learn"):
        open_facts(index, facts_id, snapshot)


def test_lists_of_rows_that_are_not_there_are_refused(
    published: tuple[Path, Snapshot, str],
) -> None:
    assert not Neighbours.best([0], [7], [0.5], 2, 30).fits(2, 2)
    assert not Neighbours.best([0], [1], [0.5], 2, 30).fits(3, 2)
    assert Neighbours.none(2).fits(2, 2)
