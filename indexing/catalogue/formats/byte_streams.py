"""Files → bytes → blocks of whole lines, plain or compressed, in constant memory."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

from indexing.errors import CatalogError

MAX_LINE = 2_000_000
"""Bytes. Longer lines are cut here, so that a reader can tell and reject them."""

MAX_RATIO = 200
MAX_UNPACKED = 64 << 30
"""Bytes that one file may unpack to; and how many times its packed size."""

GZIP, ZSTD = "gzip", "zstd"

CHUNK = 1 << 18
_ZSTD_CHUNK = 1 << 10
"""Small, because what one piece expands to comes out at once: at most 128 KB every 4 bytes."""

FREE = 16 << 20
"""Bytes that may come out at any ratio: 200 is no bomb yet where the file is tiny."""

_MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTD}
_BOM = b"\xef\xbb\xbf"


class ByteCount:
    """Bytes read from disk so far; compressed ones where files are compressed."""

    def __init__(self) -> None:
        self.read = 0


def compression_of(start: bytes) -> str:
    """Told by the first bytes, whatever the file's name: GZIP, ZSTD, or "" for neither."""
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")


def chunks_of(path: Path, count: ByteCount) -> Iterator[bytes]:
    """The file's content, decompressed by its first bytes. Raises CatalogError, also half-way."""
    raw = _raw_chunks(path, count)
    first = next(raw, b"")
    kind = compression_of(first)
    before = count.read - len(first)
    try:
        if kind == GZIP:
            yield from bounded(path, _gunzip(path, first, raw), count, before)
        elif kind == ZSTD:
            yield from bounded(path, _unzstd(path, first, raw), count, before)
        else:
            if first:
                yield first
            yield from raw
    except (zlib.error, zstandard.ZstdError) as error:
        raise CatalogError(
            f"{path}: its {kind} data is damaged: {error}. "
            "Check it with `gzip -t` or `zstd -t` and export it again."
        ) from error


def bounded(
    told: object, chunks: Iterable[bytes], count: ByteCount, before: int
) -> Iterator[bytes]:
    """The chunks, as long as they are in proportion to the bytes read for them."""
    made = 0
    for chunk in chunks:
        made += len(chunk)
        if made > FREE:
            check_ratio(told, made, count.read - before)
        yield chunk


def check_ratio(told: object, unpacked: int, packed: int) -> None:
    """Raise CatalogError for what is out of all proportion."""
    if unpacked > FREE and unpacked > MAX_RATIO * packed:
        raise CatalogError(
            f"{told}: unpacks to more than {MAX_RATIO} times its size, as only bombs do. "
            "If it is meant, unpack it yourself and name the unpacked file."
        )
    if unpacked > MAX_UNPACKED:
        raise CatalogError(f"{told}: unpacks to more than {MAX_UNPACKED >> 30} GiB. Divide it.")


def _raw_chunks(path: Path, count: ByteCount) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                count.read += len(chunk)
                yield chunk
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> CatalogError:
    return CatalogError(f"{path}: cannot be read: {error.strerror or error}.")


def _gunzip(path: Path, first: bytes, raw: Iterator[bytes]) -> Iterator[bytes]:
    """All members, each checked against its CRC; at most CHUNK bytes at once."""
    engine, begun, rest = zlib.decompressobj(wbits=31), False, first
    while rest:
        while rest:
            begun = True
            if out := engine.decompress(rest, CHUNK):
                yield out
            rest = engine.unconsumed_tail
            if engine.eof:
                rest = engine.unused_data.lstrip(b"\0")  # tapes and some tools pad with zeros
                engine, begun = zlib.decompressobj(wbits=31), False
        rest = next(raw, b"")
    if begun:
        if out := engine.flush():
            yield out
        if not engine.eof:
            raise cut_off(path)


def _unzstd(path: Path, first: bytes, raw: Iterator[bytes]) -> Iterator[bytes]:
    """All frames."""
    frames = zstandard.ZstdDecompressor()
    engine, begun, chunk = frames.decompressobj(), False, first
    while chunk:
        for start in range(0, len(chunk), _ZSTD_CHUNK):
            rest = chunk[start : start + _ZSTD_CHUNK]
            while rest:
                begun = True
                if out := engine.decompress(rest):
                    yield out
                rest = engine.unused_data if engine.eof else b""
                if engine.eof:
                    engine, begun = frames.decompressobj(), False
        chunk = next(raw, b"")
    if begun:
        raise cut_off(path)


def cut_off(told: object) -> CatalogError:
    return CatalogError(
        f"{told}: is cut off, its compressed data ends early. Copy or export it again; "
        "a build from half a catalogue would lose the other half."
    )


def blocks_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces that end with a line feed, only the last one without; never empty.

    A line of more than MAX_LINE bytes is cut to MAX_LINE + 1 and the rest passed over.
    """
    begun: list[bytes] = []
    room = MAX_LINE + 1
    for chunk in chunks:
        end = chunk.find(b"\n") if begun else chunk.rfind(b"\n")
        if end < 0:
            if room > 0:
                begun.append(chunk[:room])
                room -= len(chunk)
            continue
        if begun:  # a line that began in an earlier chunk
            begun += (chunk[: min(end, max(room, 0))], b"\n")
            yield b"".join(begun)
            last = chunk.rfind(b"\n")
            if last > end:
                yield chunk[end + 1 : last + 1]
            end = last
        else:
            yield chunk[: end + 1]
        rest = chunk[end + 1 :]
        begun, room = [rest] if rest else [], MAX_LINE + 1 - len(rest)
    if begun:
        yield b"".join(begun)


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their line feed, and without a byte order mark; cut as blocks are."""
    first = True
    for block in blocks_of(chunks):
        lines = block.removesuffix(b"\n").split(b"\n")
        if first:
            lines[0], first = lines[0].removeprefix(_BOM), False
        yield from lines
