"""What a writer of the living index does where not all is as it should be."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from catalogs import build_index, open_index

from indexing.columns.priors import PRIOR_NAMES
from indexing.errors import SnapshotError
from indexing.live.batch import LiveChange
from indexing.live.checksums import check_live
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.state import FROZEN, State, read_state, segment_folder
from indexing.live.view import ViewKeeper
from indexing.live.warm import prepare
from indexing.live.writer import LiveWriter
from indexing.snapshot import Snapshot


def mugs() -> list[dict[str, Any]]:
    return [{"id": f"m{n}", "title": f"Mug {n}", "price": 5 + n} for n in range(8)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    index = tmp_path_factory.mktemp("writer") / "main"
    build_index(index, mugs())
    return open_index(index).snapshot


def put(seq: int, **product: Any) -> LiveChange:
    return LiveChange(seq, str(product["id"]), "put", orjson.dumps(product))


def patch(seq: int, name: str, **fields: Any) -> LiveChange:
    return LiveChange(seq, name, "patch", orjson.dumps(fields))


def test_what_cannot_be_read_is_passed_over(base: Snapshot, tmp_path: Path) -> None:
    writer = LiveWriter(base, tmp_path / "live", "log", 0)
    writer.apply([
        LiveChange(1, "m0", "put", b"{"),
        patch(2, "m1", price="dear"),
        patch(3, "nobody", price=3),
        patch(4, "m2", price=77.5),
    ])  # fmt: skip
    assert writer.state.seq == 4
    prices = {name: orjson.loads(json_of(writer, name))["price"] for name in ("m0", "m1", "m2")}
    assert prices == {"m0": 5, "m1": 6, "m2": 77.5}


@pytest.mark.parametrize("damaged", ["state.json", "titles", "a bit", "journal"])
def test_a_state_that_cannot_be_read_is_begun_anew(
    base: Snapshot, tmp_path: Path, damaged: str
) -> None:
    changes = [put(1, id="new", title="Saucer"), patch(2, "m3", price=99.0)]
    folder = tmp_path / "live"
    LiveWriter(base, folder, "log", 0).apply(changes)
    state = read_state(folder)
    assert state is not None
    path = folder / "state.json"
    if damaged == "titles":
        path = segment_folder(folder, state.segments[0]) / "postings" / "title_terms.npy"
    if damaged in ("a bit", "journal"):
        path = segment_folder(folder, state.segments[0]) / "postings" / "docs.npy"
        flip_last_bit(folder / state.journal if damaged == "journal" else path)
    else:
        path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(SnapshotError, match="Delete"):
        check_live(folder)
    writer = LiveWriter(base, folder, "log", 0)
    assert check_live(folder) is not None
    assert (writer.state.seq, writer.view.counts()["segments"]) == (0, 0)
    assert writer.state.run != state.run
    writer.apply(changes)
    assert orjson.loads(json_of(writer, "m3"))["price"] == 99
    assert ViewKeeper(base, folder).refresh().counts()["products"] == 9


def test_damage_is_told_while_changes_go_on(
    base: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the state is by then: it still needs the file."""
    folder = tmp_path / "live"
    writer = LiveWriter(base, folder, "log", 0)
    writer.apply([put(1, id="new", title="Saucer")])
    flip_last_bit(segment_folder(folder, writer.state.segments[0]) / "postings" / "docs.npy")

    def read_then_change(folder: Path) -> State | None:
        state = read_state(folder)
        writer.apply([patch(writer.state.seq + 1, "m3", price=99.0)])
        return state

    monkeypatch.setattr("indexing.live.checksums.read_state", read_then_change)
    with pytest.raises(SnapshotError, match=r"docs\.npy"):
        check_live(folder)


def flip_last_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_checksums_hold_through_all_that_is_written(base: Snapshot, tmp_path: Path) -> None:
    writer = LiveWriter(base, tmp_path / "live", "log", 0)
    for seq in range(1, 7):
        writer.apply([put(seq, id=f"new{seq}", title="Saucer"), patch(seq, "m3", price=seq)])
        merge = writer.merge_due()
        if merge is not None:
            writer.merged(merge, merge.build(writer.folder_of(merge), base))
        assert check_live(tmp_path / "live") == writer.state
    assert writer.shorten_journal(4)
    assert check_live(tmp_path / "live") == writer.state


def test_merged_segments_stand_where_they_stood(base: Snapshot, tmp_path: Path) -> None:
    """Oldest first, whatever their numbers: of what stands elsewhere too much would be merged."""
    writer, seq = LiveWriter(base, tmp_path / "live", "log", 0), 0
    for count in (5, 4, 1):
        names = [f"new{seq + place}" for place in range(count)]
        writer.apply([put(seq := seq + 1, id=name, title="Saucer") for name in names])
    for expected in ([9, 1], [9, 2]):
        merge = writer.merge_due()
        assert merge is not None
        writer.merged(merge, merge.build(writer.folder_of(merge), base))
        assert [each.doc_count for each in writer.view.segments[1:]] == expected
        writer.apply([put(seq := seq + 1, id=f"new{seq}", title="Saucer")])


def test_where_there_is_time_all_become_one(base: Snapshot, tmp_path: Path) -> None:
    writer, seq = LiveWriter(base, tmp_path / "live", "log", 0), 0
    for count in (20, 5, 1):
        names = [f"new{seq + place}" for place in range(count)]
        writer.apply([put(seq := seq + 1, id=name, title="Saucer") for name in names])
    assert writer.merge_due() is None
    for expected in ([20, 6], [26]):
        merge = writer.merge_due(spare=True)
        assert merge is not None
        writer.merged(merge, merge.build(writer.folder_of(merge), base))
        assert [each.doc_count for each in writer.view.segments[1:]] == expected
    assert writer.merge_due(spare=True) is None


def test_what_is_being_merged_is_not_built_by_the_next_writer(
    base: Snapshot, tmp_path: Path
) -> None:
    writer = LiveWriter(base, tmp_path / "live", "log", 0)
    for seq in (1, 2):
        writer.apply([put(seq, id=f"new{seq}", title="Saucer")])
    merge = writer.merge_due()
    assert merge is not None
    again = LiveWriter(base, tmp_path / "live", "log", 0)
    again.apply([put(3, id="new3", title="Saucer")])
    assert merge.number not in again.state.segments


def test_a_folder_that_is_deleted_under_the_writer_is_not_gone_on_with(
    base: Snapshot, tmp_path: Path
) -> None:
    writer = LiveWriter(base, tmp_path / "live", "log", 0)
    writer.apply([put(1, id="new", title="Saucer"), patch(2, "m3", price=9)])
    shutil.rmtree(tmp_path / "live")
    with pytest.raises(OSError, match="journal-0"):
        writer.apply([put(3, id="other", title="Saucer")])
    again = LiveWriter(base, tmp_path / "live", "log", 0)
    assert again.state.seq == 0


def test_a_rating_where_nothing_was_rated_stands_for_itself(base: Snapshot, tmp_path: Path) -> None:
    """However many come at once: the mean is that of the build, which there is not."""
    place = PRIOR_NAMES.index("rating")
    found = []
    for name, sizes in (("together", (2,)), ("apart", (1, 1))):
        writer, seq = LiveWriter(base, tmp_path / name, "log", 0), 0
        changes = [patch(1, "m4", rating=4.0, rating_count=10), patch(2, "m5", rating=1.0)]
        for size in sizes:
            writer.apply(changes[seq : seq + size])
            seq += size
        docs = [writer.view.snapshot.documents.find(each) for each in ("m4", "m5")]
        found.append(writer.view.snapshot.priors[docs, place])
    np.testing.assert_allclose(found, [[0.8, 0.2]] * 2, rtol=1e-6)


def test_the_best_liked_are_looked_for_anew(base: Snapshot, tmp_path: Path) -> None:
    writer = LiveWriter(base, tmp_path / "live", "log", 0)
    writer.apply([patch(1, "m6", stock=3, rating=5.0, rating_count=100)])
    keeper = ViewKeeper(base, tmp_path / "live")
    keeper.refresh()
    best = keeper.with_popular().snapshot.popular[0]
    assert base.documents.id_at(int(best)) == "m6"


def json_of(writer: LiveWriter, name: str) -> bytes:
    found = writer.view.find(name)
    assert found is not None
    return writer.view.segments[found[0]].json_at(found[1])


def test_groups_are_told_from_attributes_of_that_name(tmp_path: Path) -> None:
    """A product joins its group where it stands, though another one's attribute says the same."""
    rows = [
        {"id": "a", "title": "Mug", "attributes": {"group_id": 'g "1"'}},
        {"id": "b", "title": "Mug", "group_id": 'g "1"', "attributes": {"group_id": "x"}},
        {"id": "c", "title": "Mug", "group_id": "g2"},
    ]
    build_index(tmp_path / "main", rows)
    base = open_index(tmp_path / "main").snapshot
    groups = prepare(base, tmp_path / "live")
    writer = LiveWriter(base, tmp_path / "live", "log", 0, groups)
    writer.apply([put(1, id="d", title="Mug of another colour", group_id='g "1"')])
    here = [[s.documents.id_at(d) for d in s.all_there().tolist()] for s in writer.view.segments]
    assert [sorted(ids) for ids in here] == [["a", "c"], ["b", "d"]]
    assert check_live(tmp_path / "live") is not None


def test_percentiles_are_looked_up_in_what_all_processes_share(
    base: Snapshot, tmp_path: Path
) -> None:
    prepare(base, tmp_path / "live")
    made, kept = FrozenPriors.of(base.columns), FrozenPriors.load(tmp_path / "live" / FROZEN)
    for field, known in made.by_field.items():
        np.testing.assert_array_equal(known.values, kept.by_field[field].values)
        np.testing.assert_array_equal(known.starts, kept.by_field[field].starts)
    flip_last_bit(tmp_path / "live" / FROZEN / "price.values.npy")
    LiveWriter(base, tmp_path / "live", "log", 0)
    with pytest.raises(SnapshotError, match=r"price\.values"):
        check_live(tmp_path / "live")
    prepare(base, tmp_path / "live")
    assert check_live(tmp_path / "live") is not None
