"""Files and members of zip archives, streamed.

Nothing is ever extracted, so no path in an archive leads anywhere.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from indexing.catalogue.formats.byte_streams import (
    CHUNK,
    ByteCount,
    bounded,
    check_ratio,
    chunks_of,
    cut_off,
    unreadable,
)
from indexing.errors import CatalogError

MAX_MEMBERS = 10_000
ZIP_MAGIC = b"PK\x03\x04"
ZIP_EMPTY = b"PK\x05\x06"

_END, _END_BYTES = b"PK\x05\x06", 22
_END64, _LOCATOR64, _LOCATOR64_BYTES = b"PK\x06\x06", b"PK\x06\x07", 20
_MAX_COMMENT = 65_535
_MAX_ENTRY = 46 + 3 * 1_024
"""Bytes of one entry in the directory, name, extra fields and comment included."""

_ENCRYPTED = 0x1
_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, KeyError,
    EOFError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, or of one member of a zip archive; may be read again and again.

    told: how it is named to people. bytes_on_disk: as packed.
    """

    path: Path
    told: str
    bytes_on_disk: int
    member: str = ""

    def chunks(self, count: ByteCount) -> Iterator[bytes]:
        """Decompressed. Raises CatalogError, also half-way."""
        return _member_chunks(self, count) if self.member else chunks_of(self.path, count)


def content_of(path: Path, told: str | None = None) -> Content:
    try:
        return Content(path, told or str(path), path.stat().st_size)
    except OSError as error:
        raise unreadable(path, error) from error


def members_of(archive: Content) -> tuple[list[Content], list[str]]:
    """Files in the archive, in its order, and the names of those that are encrypted.

    Folders and hidden names (`.`, `_`) are left aside. Raises CatalogError.
    """
    members, locked = [], []
    with _opened(archive) as opened:
        infos = opened.infolist()
        check_ratio(archive.told, sum(info.file_size for info in infos), archive.bytes_on_disk)
        for info in infos:
            name = info.filename
            hidden = any(part.startswith((".", "_")) for part in name.split("/") if part != "..")
            if info.is_dir() or hidden:
                continue
            if info.flag_bits & _ENCRYPTED:
                locked.append(name)
            else:
                told = f"{archive.told}/{name}"
                members.append(Content(archive.path, told, info.compress_size, name))
    return members, locked


def member_names(archive: Content) -> list[str]:
    with _opened(archive) as opened:
        return opened.namelist()


@contextmanager
def _opened(archive: Content) -> Iterator[zipfile.ZipFile]:
    """The archive, once its directory is known to be small. Raises CatalogError."""
    try:
        file = archive.path.open("rb")
    except OSError as error:
        raise unreadable(archive.path, error) from error
    with file:
        try:
            _check_directory(archive, file)
            opened = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise _damaged(archive, error) from error
        yield opened


def _check_directory(archive: Content, file: IO[bytes]) -> None:
    """Before all of it is read into memory: how many members it has, and how large it is."""
    size = file.seek(0, 2)
    start = file.seek(max(0, size - _MAX_COMMENT - _END_BYTES))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise cut_off(archive.told)
    members, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = start + at - _LOCATOR64_BYTES
    if locator >= 0:
        file.seek(locator)
        found = file.read(_LOCATOR64_BYTES)
        if found.startswith(_LOCATOR64):
            file.seek(struct.unpack("<Q", found[8:16])[0])
            end = file.read(56)
            if not end.startswith(_END64) or len(end) < 56:
                raise cut_off(archive.told)
            members, directory = struct.unpack("<QQ", end[32:48])
    file.seek(0)
    if members > MAX_MEMBERS or directory > MAX_MEMBERS * _MAX_ENTRY:
        raise CatalogError(
            f"{archive.told}: holds more than {MAX_MEMBERS:,} files. Divide it, or unpack it and "
            "name the folder."
        )


def _member_chunks(content: Content, count: ByteCount) -> Iterator[bytes]:
    before = count.read
    with _opened(content) as opened:
        try:
            info = opened.getinfo(content.member)
            with opened.open(info) as file:
                share = _Share(file, info, count, before)
                yield from bounded(content.told, share.chunks(), count, before)
        except _FAULTS as error:
            raise _damaged(content, error) from error
    count.read = before + content.bytes_on_disk


class _Share:
    """Chunks of a member, counted by the packed bytes that were read for them."""

    def __init__(
        self, file: IO[bytes], info: zipfile.ZipInfo, count: ByteCount, before: int
    ) -> None:
        self._file = file
        self._info = info
        self._count = count
        self._before = before

    def chunks(self) -> Iterator[bytes]:
        made = 0
        while chunk := self._file.read(CHUNK):
            made += len(chunk)
            done = made / max(made, self._info.file_size)
            self._count.read = self._before + int(self._info.compress_size * done)
            yield chunk


def _damaged(content: Content, error: Exception) -> CatalogError:
    return CatalogError(
        f"{content.told}: cannot be read from its zip archive: {str(error).rstrip('.')}. "
        "Check it with `unzip -t` and pack it again."
    )
