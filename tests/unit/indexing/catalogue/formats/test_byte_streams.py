import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from indexing.catalogue.formats.byte_streams import (
    CHUNK,
    MAX_LINE,
    ByteCount,
    blocks_of,
    chunks_of,
    lines_of,
)
from indexing.errors import CatalogError

LINES = [f"line {number}".encode() for number in range(100_000)]
TEXT = b"\n".join(LINES) + b"\n"


def lines(path: Path) -> list[bytes]:
    return list(lines_of(chunks_of(path, ByteCount())))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.JSONL.GZ"])
def test_plain_and_compressed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    packed = {".gz": gzip.compress(TEXT), ".zst": zstandard.compress(TEXT), ".jsonl": TEXT}
    path.write_bytes(packed[path.suffix.lower()])
    count = ByteCount()
    assert list(lines_of(chunks_of(path, count))) == LINES
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
        for line in lines_of(chunks_of(path, ByteCount())):
            got.append(line)
    assert got
    assert got == LINES[: len(got)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_the_content_tells_the_compression(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    for name in ("a.gz", "a.zst", "a.csv"):
        (tmp_path / name).write_bytes(pack(TEXT))
        assert lines(tmp_path / name) == LINES


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_bombs_are_refused(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(pack(b"\n" * 50_000_000))
    largest = total = 0
    with pytest.raises(CatalogError, match=r"a\.csv: unpacks to more than 200 times its size"):
        for chunk in chunks_of(path, ByteCount()):
            total += len(chunk)
            largest = max(largest, len(chunk))
    assert total < 50_000_000
    assert largest <= 34_000_000


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
    assert lines(tmp_path / name) == []


def test_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\nb")
    assert lines(path) == [b"a\r", b"", b"b"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, CHUNK])
def test_blocks_are_whole_lines(size: int) -> None:
    text = b"a\n\nbc\n\n\ndefg\nh"
    made = list(blocks_of(text[at : at + size] for at in range(0, len(text), size)))
    assert b"".join(made) == text
    assert all(block.endswith(b"\n") for block in made[:-1])


def test_overlong_lines_are_cut() -> None:
    pieces = [b"a\n", *([b"x" * 300_000] * 30), b"y\nb\n", b"c"]
    made = list(lines_of(pieces))
    assert [len(line) for line in made] == [1, MAX_LINE + 1, 1, 1]
    assert made[2:] == [b"b", b"c"]


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        lines(tmp_path / "none.jsonl")
