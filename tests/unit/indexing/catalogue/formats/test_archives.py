import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from rows_of import formats_of, has_id, rows_of

from indexing.catalogue.formats import archives
from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.sources import find_sources
from indexing.errors import CatalogError

CSV = b"id,title\n1,Mug\n"
JSON = b'{"id": "2", "title": "Cup"}\n'


def zipped(folder: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_members_in_order(tmp_path: Path, method: int) -> None:
    members = {"b.csv": CSV, "x/a.jsonl": JSON, "README.txt": b"Read me\n", "x/": b"",
               "__MACOSX/b.csv": CSV, ".hidden.csv": CSV, "logo.png": b"\x89PNG"}  # fmt: skip
    path = zipped(tmp_path, members, method)
    sources, passed_over = find_sources([path], has_id)
    assert [source.format.source for source in sources] == [f"{path}/b.csv", f"{path}/x/a.jsonl"]
    assert [source.format.compression for source in sources] == ["zip", "zip"]
    assert {Path(source).name for source, _ in passed_over} == {"README.txt", "logo.png"}
    count = ByteCount()
    rows = [row for source in sources for row in source.rows(count)]
    assert [row.line for row in rows] == [1 + 1, 1]
    assert count.read == sum(source.bytes_on_disk for source in sources)


def test_the_name_of_the_archive_does_not_matter(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"products": CSV, "a.csv": CSV}).rename(tmp_path / "export.csv")
    assert rows_of(path) == [{"id": "1", "title": "Mug"}]


def test_paths_in_archives_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    inside = tmp_path / "inside"
    inside.mkdir()
    path = zipped(inside, {"../outside.csv": CSV, "/etc/vitrina_test.csv": JSON})
    assert [row["id"] for row in rows_of(path)] == ["1", "2"]
    assert not outside.exists()
    assert not Path("/etc/vitrina_test.csv").exists()
    assert [file.name for file in inside.iterdir()] == ["a.zip"]


def test_archives_within_archives_are_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", CSV)
    packed = zlib.compressobj(wbits=31)
    members = {"a.csv": CSV, "b.zip": inner.getvalue(),
               "c.csv.gz": packed.compress(CSV) + packed.flush()}  # fmt: skip
    sources, passed_over = find_sources([zipped(tmp_path, members)], has_id)
    assert len(sources) == 1
    assert [why for _, why in passed_over] == ["is packed within an archive; unpack that first"] * 2
    with pytest.raises(CatalogError, match="holds no products in any of nothing"):
        find_sources([zipped(tmp_path, {"b.zip": inner.getvalue()})], has_id)


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"id,title\n" + b"\n" * 50_000_000})
    with pytest.raises(CatalogError, match="more than 200 times its size, as only bombs do"):
        rows_of(path)


def test_bombs_that_lie_about_their_size(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"id,title\n" + b"\n" * 50_000_000})
    raw = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(magic) + offset
        raw[at : at + 4] = struct.pack("<I", 1_000)
    path.write_bytes(raw)
    with pytest.raises(CatalogError, match="cannot be read from its zip archive"):
        rows_of(path)


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    path = zipped(tmp_path, {f"{number}.csv": CSV for number in range(4)})
    with pytest.raises(CatalogError, match="holds more than 3 files"):
        rows_of(path)


def test_cut_off_damaged_and_locked_archives(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": CSV * 1000})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CatalogError, match=r"a\.zip: is cut off"):
        rows_of(path)
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(CatalogError, match=r"a\.zip/a\.csv: cannot be read from its zip archive"):
        rows_of(path)
    locked = bytearray(whole)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(magic) + offset] |= 1
    path.write_bytes(locked)
    with pytest.raises(CatalogError, match="holds no products"):
        rows_of(path)


def test_an_empty_archive(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no products in any of nothing"):
        formats_of(zipped(tmp_path, {}))
