"""Whatever goes wrong in a build, what is published stays, and the next build cleans up."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from indexing.arrays import new_mapped
from indexing.build import BuildOptions, BuildReport, build
from indexing.catalogue.mapping import FieldMapping
from indexing.current import read_current
from indexing.errors import (
    BuildError,
    CatalogError,
    CorruptSnapshotError,
    FormatVersionError,
    LockedError,
    SnapshotError,
)
from indexing.manifest import Manifest, check_contents
from indexing.progress import Silent
from indexing.publish import STAGING, list_snapshots, rollback, writer_lock
from indexing.snapshot import open_snapshot

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def write_catalog(path: Path, count: int, word: str = "lamp") -> Path:
    lines = [
        json.dumps({"id": f"p{n}", "title": f"{word} number {n}", "price": n + 1.0})
        for n in range(count)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(tmp_path: Path, catalog: Path, **changes: object) -> BuildReport:
    """Published, whatever it loses."""
    given = {"force": True} | changes
    options = BuildOptions([catalog], tmp_path / "var" / "main", "test", **given)  # type: ignore[arg-type]
    return build(options, NOW, Silent())


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Folder of an index with one snapshot."""
    run(tmp_path, write_catalog(tmp_path / "first.jsonl", 30))
    return tmp_path / "var" / "main"


def staged(index: Path) -> list[Path]:
    return list((index / "snapshots").glob(f"{STAGING}*"))


def in_force(index: Path) -> str:
    current = read_current(index)
    assert current is not None
    return current.snapshot


def test_too_many_rejects_publish_nothing(published: Path, tmp_path: Path) -> None:
    before = in_force(published)
    bad = write_catalog(tmp_path / "bad.jsonl", 10)
    with bad.open("a") as file:
        file.write('{"title": "no id"}\nnot json\n')
    with pytest.raises(CatalogError, match=r"2 of 12|reject"):
        run(tmp_path, bad)
    assert in_force(published) == before
    assert not staged(published)
    rejected = [json.loads(line) for line in (published / "rejects.jsonl").read_text().splitlines()]
    assert [(each["line"], each["field"]) for each in rejected] == [(11, "id"), (12, None)]


def test_a_mistyped_field_name_publishes_nothing(published: Path, tmp_path: Path) -> None:
    before = in_force(published)
    mapping = FieldMapping.of({"brand": "makerr"})
    options = BuildOptions(
        [write_catalog(tmp_path / "c.jsonl", 5)], published, "test",
        mapping=replace(mapping, required=frozenset({"brand"})),
    )  # fmt: skip
    with pytest.raises(BuildError, match=r"brand=makerr: no line has it\. The first line has: id"):
        build(options, NOW, Silent())
    assert in_force(published) == before


def test_rejects_under_the_ratio_are_told(tmp_path: Path) -> None:
    catalog = write_catalog(tmp_path / "c.jsonl", 30)
    with catalog.open("a") as file:
        file.write("not json\n")
    report = run(tmp_path, catalog, max_reject_ratio=0.5)
    assert report.counts["rejected"] == 1
    assert report.rejects is not None


@pytest.mark.parametrize("most", [0.01, 1.0])
def test_a_catalogue_of_rejects_alone_publishes_nothing(tmp_path: Path, most: float) -> None:
    catalog = tmp_path / "bad.jsonl"
    catalog.write_text('{"title": "no id"}\nnot json\n')
    with pytest.raises(CatalogError):
        run(tmp_path, catalog, max_reject_ratio=most)
    assert read_current(tmp_path / "var" / "main") is None


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_catalogue_publishes_nothing(tmp_path: Path, content: str) -> None:
    catalog = tmp_path / "empty.jsonl"
    catalog.write_text(content)
    with pytest.raises(CatalogError, match="empty"):
        run(tmp_path, catalog)
    assert read_current(tmp_path / "var" / "main") is None


def test_the_last_of_duplicate_ids_wins(tmp_path: Path) -> None:
    catalog = tmp_path / "twice.jsonl"
    catalog.write_text(
        '{"id":"a","title":"old"}\n{"id":"b","title":"x"}\n{"id":"a","title":"new"}\n'
    )
    report = run(tmp_path, catalog)
    index = tmp_path / "var" / "main"
    snapshot = open_snapshot(index / "snapshots" / report.snapshot_id)
    assert report.counts["duplicates"] == 1
    found = snapshot.documents.find("a")
    assert found is not None
    assert snapshot.documents.product_at(found)["title"] == "new"
    assert snapshot.index.lexicon.id_of("old") == -1


def test_two_builds_at_once_are_refused(published: Path, tmp_path: Path) -> None:
    with writer_lock(published), pytest.raises(LockedError, match="another build"):
        run(tmp_path, write_catalog(tmp_path / "c.jsonl", 5))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError("4096 requested and 0 written"),  # ndarray.tofile
        OSError("Not enough free space to write 8000 bytes"),  # np.save
    ],
    ids=["the system", "tofile", "save"],
)
def test_a_full_disk_publishes_nothing(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    before = in_force(published)

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr("indexing.build.facts_of", full)
    with pytest.raises(BuildError, match="full"):
        run(tmp_path, write_catalog(tmp_path / "c.jsonl", 5))
    assert in_force(published) == before
    assert not staged(published)


@pytest.mark.parametrize(
    "step", ["group_order", "compute_priors", "invert", "build_meaning", "facts_of", "publish"]
)
def test_a_crash_at_any_step_leaves_the_published_snapshot(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = in_force(published)

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError(step)

    monkeypatch.setattr(f"indexing.build.{step}", crash)
    with pytest.raises(RuntimeError, match=step):
        run(tmp_path, write_catalog(tmp_path / "c.jsonl", 5))
    assert in_force(published) == before
    open_snapshot(published / "snapshots" / before)
    assert [m.snapshot_id for m in list_snapshots(published)] == [before]


def test_kill_9_in_the_middle_then_build_again(published: Path, tmp_path: Path) -> None:
    before = in_force(published)
    catalog = write_catalog(tmp_path / "big.jsonl", 60_000)
    command = [sys.executable, "-m", "app.cli", "build", "--catalog", str(catalog)]
    process = subprocess.Popen(
        [*command, "--data", str(published.parent)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    deadline = time.monotonic() + 60
    while not staged(published) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert staged(published), "the build never began"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert in_force(published) == before
    open_snapshot(published / "snapshots" / before)
    report = run(tmp_path, write_catalog(tmp_path / "c.jsonl", 5))
    assert in_force(published) == report.snapshot_id
    assert not staged(published)


def test_a_flipped_byte_is_found(published: Path) -> None:
    folder = published / "snapshots" / in_force(published)
    path = folder / "postings" / "docs.npy"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(CorruptSnapshotError, match=r"docs\.npy has another checksum"):
        check_contents(folder, Manifest.read(folder))


def test_a_missing_file_is_refused_with_the_remedy(published: Path) -> None:
    folder = published / "snapshots" / in_force(published)
    (folder / "postings" / "tfs.npy").unlink()
    with pytest.raises(CorruptSnapshotError, match=r"tfs\.npy is missing.*rollback"):
        open_snapshot(folder)


def test_a_newer_format_is_refused(published: Path) -> None:
    path = published / "snapshots" / in_force(published) / "manifest.json"
    facts = json.loads(path.read_text())
    facts["format_version"] += 1
    path.write_text(json.dumps(facts))
    with pytest.raises(FormatVersionError, match="Build the index again"):
        open_snapshot(path.parent)


def test_a_map_takes_its_room_on_the_disk_at_once(tmp_path: Path) -> None:
    """Or the first page without a block would kill the build, on a full disk."""
    made = new_mapped(tmp_path / "a.npy", np.uint32, (1_000_000,))
    assert (tmp_path / "a.npy").stat().st_blocks * 512 >= made.nbytes
    made[:] = 7
    made.flush()
    assert (np.load(tmp_path / "a.npy") == 7).all()


def test_what_an_older_version_or_a_killed_build_left_is_removed(tmp_path: Path) -> None:
    index = tmp_path / "var" / "main"
    older = index / "snapshots" / "20200101T000000-abc123"
    older.mkdir(parents=True)
    (older / "manifest.json").write_text('{"format_version": 0}')
    halved = index / "snapshots" / "20200102T000000-abc123"
    halved.mkdir()
    for n in range(3):
        catalog = write_catalog(tmp_path / f"{n}.jsonl", 5)
        build(BuildOptions([catalog], index, "test"), NOW.replace(second=n), Silent())
    kept = {manifest.snapshot_id for manifest in list_snapshots(index)}
    records = {f".verified-{snapshot}" for snapshot in kept}
    assert {path.name for path in (index / "snapshots").iterdir()} == kept | records


def test_three_snapshots_are_kept_and_rolled_back(tmp_path: Path) -> None:
    index = tmp_path / "var" / "main"
    ids = []
    for n in range(4):
        catalog = write_catalog(tmp_path / f"{n}.jsonl", 5 + n)
        options = BuildOptions([catalog], index, "test")
        ids.append(build(options, NOW.replace(second=n), Silent()).snapshot_id)
    assert [m.snapshot_id for m in list_snapshots(index)] == ids[:0:-1]
    assert rollback(index).snapshot == ids[2]
    assert in_force(index) == ids[2]
    assert rollback(index).snapshot == ids[1]
    with pytest.raises(SnapshotError, match="no older"):
        rollback(index)
