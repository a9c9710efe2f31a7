import gzip
from pathlib import Path

import pytest
import zstandard

from indexing.catalogue.byte_streams import MAX_LINE, ByteCount, chunks_of, lines_of
from indexing.errors import CatalogError

LINES = [f"line {number}".encode() for number in range(100_000)]
TEXT = b"\n".join(LINES) + b"\n"


def lines(path: Path) -> list[bytes]:
    return list(lines_of(path, chunks_of(path, ByteCount())))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.JSONL.GZ"])
def test_plain_and_compressed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    packed = {".gz": gzip.compress(TEXT), ".zst": zstandard.compress(TEXT), ".jsonl": TEXT}
    path.write_bytes(packed[path.suffix.lower()])
    count = ByteCount()
    assert list(lines_of(path, chunks_of(path, count))) == LINES
    assert count.read == path.stat().st_size


def test_several_members(tmp_path: Path) -> None:
    gz, zst = tmp_path / "a.gz", tmp_path / "a.zst"
    gz.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0\0")
    zst.write_bytes(zstandard.compress(b"a\n") + zstandard.compress(b"b\n"))
    assert lines(gz) == lines(zst) == [b"a", b"b"]


@pytest.mark.parametrize("name", ["a.gz", "a.zst"])
def test_cut_off_files_give_what_they_hold_and_then_fail(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    packed = gzip.compress(TEXT) if name.endswith("gz") else zstandard.compress(TEXT)
    path.write_bytes(packed[: len(packed) // 2])
    got = []
    with pytest.raises(CatalogError, match=rf"{name}: is cut off.*export it again"):
        for line in lines_of(path, chunks_of(path, ByteCount())):
            got.append(line)
    assert got
    assert got == LINES[: len(got)]


@pytest.mark.parametrize("name", ["a.gz", "a.zst"])
def test_files_that_are_not_what_their_name_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(TEXT)
    with pytest.raises(CatalogError, match="is damaged, or no"):
        lines(path)


def test_a_flipped_byte_in_gz(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    packed = bytearray(gzip.compress(TEXT))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    with pytest.raises(CatalogError, match=r"a\.gz"):
        lines(path)


@pytest.mark.parametrize("name", ["a.jsonl", "a.gz", "a.zst"])
def test_empty_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert lines(tmp_path / name) in ([], [b""])


def test_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\nb")
    assert lines(path) == [b"a\r", b"", b"b"]


def test_utf16_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("a".encode("utf-16"))
    with pytest.raises(CatalogError, match=r"is UTF-16\. Save it as UTF-8"):
        lines(path)


def test_overlong_lines_are_cut() -> None:
    pieces = [b"a\n", *([b"x" * 300_000] * 30), b"y\nb\n", b"c"]
    made = list(lines_of(Path("a"), pieces))
    assert [len(line) for line in made] == [1, MAX_LINE + 1, 1, 1]
    assert made[2:] == [b"b", b"c"]


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        lines(tmp_path / "none.jsonl")
