"""Files → bytes → lines, plain or compressed, in constant memory."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

from indexing.errors import CatalogError

MAX_LINE = 2_000_000
"""Bytes. Longer lines are cut here, so that a reader can tell and reject them."""

COMPRESSED = (".gz", ".zst", ".zstd")

_CHUNK = 1 << 18
_ZSTD_CHUNK = 1 << 14
"""Small, because what one piece expands to comes out at once."""

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class ByteCount:
    """Bytes read from disk so far; compressed ones where files are compressed."""

    def __init__(self) -> None:
        self.read = 0


def chunks_of(path: Path, count: ByteCount) -> Iterator[bytes]:
    """The file's content, decompressed by its name. Raises CatalogError, also half-way."""
    raw = _raw_chunks(path, count)
    kind = path.suffix.lower()
    try:
        if kind == ".gz":
            yield from _gunzip(path, raw)
        elif kind in COMPRESSED:
            yield from _unzstd(path, raw)
        else:
            yield from raw
    except (zlib.error, zstandard.ZstdError) as error:
        raise CatalogError(
            f"{path}: is damaged, or no {kind} file: {error}. "
            "Check it with `gzip -t` or `zstd -t` and export it again."
        ) from error


def _raw_chunks(path: Path, count: ByteCount) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                count.read += len(chunk)
                yield chunk
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror or error}.") from error


def _gunzip(path: Path, raw: Iterable[bytes]) -> Iterator[bytes]:
    """All members, each checked against its CRC; at most _CHUNK bytes at once."""
    engine, begun = zlib.decompressobj(wbits=31), False
    for chunk in raw:
        rest = chunk
        while rest:
            begun = True
            if out := engine.decompress(rest, _CHUNK):
                yield out
            rest = engine.unconsumed_tail
            if engine.eof:
                rest = engine.unused_data.lstrip(b"\0")  # tapes and some tools pad with zeros
                engine, begun = zlib.decompressobj(wbits=31), False
    if begun:
        if out := engine.flush():
            yield out
        if not engine.eof:
            raise _cut_off(path)


def _unzstd(path: Path, raw: Iterable[bytes]) -> Iterator[bytes]:
    """All frames."""
    frames = zstandard.ZstdDecompressor()
    engine, begun = frames.decompressobj(), False
    for chunk in raw:
        for start in range(0, len(chunk), _ZSTD_CHUNK):
            rest = chunk[start : start + _ZSTD_CHUNK]
            while rest:
                begun = True
                if out := engine.decompress(rest):
                    yield out
                rest = engine.unused_data if engine.eof else b""
                if engine.eof:
                    engine, begun = frames.decompressobj(), False
    if begun:
        raise _cut_off(path)


def _cut_off(path: Path) -> CatalogError:
    return CatalogError(
        f"{path}: is cut off, its compressed data ends early. Copy or export it again; "
        "a build from half a catalogue would lose the other half."
    )


def lines_of(path: Path, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their line feed, and without a byte order mark.

    A line of more than MAX_LINE bytes is cut to MAX_LINE + 1 and the rest passed over.
    """
    lines = _split(chunks)
    first = next(lines, b"")
    if first.startswith(_UTF16):
        raise CatalogError(f"{path}: is UTF-16. Save it as UTF-8.")
    yield first.removeprefix(_BOM)
    yield from lines


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []
    room = MAX_LINE + 1
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        if room > 0:
            begun.append(first[:room])
            room -= len(first)
        if rest:
            yield b"".join(begun)
            last = rest.pop()
            yield from rest
            begun, room = [last], MAX_LINE + 1 - len(last)
    if any(begun):
        yield b"".join(begun)
