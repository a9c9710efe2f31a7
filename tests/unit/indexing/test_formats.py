"""Snapshots of before are served (docs/formats.md), and what cannot be read is told."""

import json
import tarfile
from pathlib import Path

import orjson
import pytest
from catalogs import build_index, open_index

from indexing.errors import CorruptSnapshotError, FormatVersionError
from indexing.manifest import FORMAT_VERSION, READABLE, Manifest
from indexing.parts import FIRST_PARTS, PARTS, outdated_parts, readable_parts, written_parts
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.suggestions.suggest import suggest

FIXTURES = Path(__file__).parent / "formats"
QUERIES = ("red desk lamp", "LU-1005", "lumo", "green lamp 8 W", "lamps", "")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each format in a folder of its number."""
    folder = tmp_path_factory.mktemp("formats")
    for path in FIXTURES.glob("format-*.tar.gz"):
        with tarfile.open(path) as archive:
            archive.extractall(folder / path.name.split(".")[0], filter="data")
    return folder


def hits(generation: Generation, text: str) -> list[str]:
    request = SearchRequest(text=text, facets=("brand", "price"), page_size=20, budget_ms=60_000)
    return [hit.id for hit in search(request, generation, lambda: 0.0).hits]


@pytest.mark.parametrize("number", [number for number in READABLE if number != FORMAT_VERSION])
def test_a_snapshot_of_before_is_searched(old: Path, tmp_path: Path, number: int) -> None:
    folder = old / f"format-{number}"
    before = open_index(folder / "main")
    products = [orjson.loads(line) for line in (folder / "c.jsonl").read_bytes().splitlines()]
    build_index(tmp_path / "main", products)
    now = open_index(tmp_path / "main")
    assert before.snapshot.manifest.format_version == number
    assert before.snapshot.manifest.outdated()
    assert not now.snapshot.manifest.outdated()
    for query in QUERIES:
        assert sorted(hits(before, query)) == sorted(hits(now, query))
        assert hits(before, query)
    assert [item.text for item in suggest("desk", 3, before).items][:1] == ["desk lamp"]


def changed(old: Path, tmp_path: Path, **changes: object) -> Path:
    facts = json.loads(next(old.glob("format-5/main/snapshots/*/manifest.json")).read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(facts | changes))
    return tmp_path


def test_optional_parts_may_lack_or_be_unknown_and_others_may_not(
    old: Path, tmp_path: Path
) -> None:
    parts = written_parts()
    assert readable_parts({**parts, "newer": 7}) == parts
    required = next(name for name, part in PARTS.items() if not part.optional)
    for wrong in ({**parts, required: 99}, {n: f for n, f in parts.items() if n != required}):
        with pytest.raises(FormatVersionError, match=f"its part {required} "):
            readable_parts(wrong)
    with pytest.raises(FormatVersionError, match="run the version that wrote it: base"):
        Manifest.read(changed(old, tmp_path, parts={**parts, required: 99}))
    assert outdated_parts(parts) == []
    assert outdated_parts({**parts, required: 0}) == [required]
    assert set(FIRST_PARTS) <= set(PARTS)
    assert all(len(part.formats) <= 2 for part in PARTS.values())


def test_a_manifest_of_newer_code_is_read_and_a_broken_one_told(old: Path, tmp_path: Path) -> None:
    assert Manifest.read(changed(old, tmp_path, later="x")).parts == FIRST_PARTS
    for version in (FORMAT_VERSION + 1, READABLE[-1] - 1, "5"):
        with pytest.raises(FormatVersionError, match="Build the index again"):
            Manifest.read(changed(old, tmp_path, format_version=version))
    with pytest.raises(FormatVersionError, match="its part"):
        Manifest.read(changed(old, tmp_path, parts=[]))
    for wrong in ({"files": None}, {"files": {"a": {"size": 1}}}, {"parts": 3}):
        with pytest.raises(CorruptSnapshotError, match="rollback"):
            Manifest.read(changed(old, tmp_path, **wrong))
