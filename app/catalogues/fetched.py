"""What `--catalog` names → files and folders on this machine."""

import glob
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from app.catalogues.addresses import HTTP, Address, is_address, parse_address
from app.catalogues.download import Limits, download
from indexing.catalogue.sources import Given
from indexing.errors import CatalogError

STANDARD_INPUT = "-"
_CHUNK = 1 << 20
_PATIENCE, _TRIED_S = "retry_limit_seconds", 30
_PATTERN = frozenset("*?[")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@contextmanager
def fetched(
    names: Sequence[str],
    folder: Path,
    limits: Limits | None = None,
    standard: IO[bytes] | None = None,
) -> Iterator[list[Given]]:
    """Paths, patterns of paths, `-` for standard input, http(s), s3 and gs addresses.

    What is not on this machine is copied into a temporary folder below `folder`, which goes when
    this ends. Raises CatalogError.
    """
    limits = limits or Limits()
    given: list[Given] = []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetched-", dir=folder) as made:
        for number, name in enumerate(names):
            copy = Path(made) / str(number)
            if name == STANDARD_INPUT:
                with copy.open("wb") as file:
                    _copy(standard or sys.stdin.buffer, file, "standard input", limits)
                given.append(Given(copy, "standard input"))
            elif is_address(name):
                address = parse_address(name)
                with copy.open("wb") as file:
                    if address.scheme in HTTP:
                        download(address, file, limits)
                    else:
                        _from_bucket(address, file, limits)
                given.append(Given(copy, address.told))
            else:
                given += map(Given, _paths(name))
        yield given


def _paths(name: str) -> list[Path]:
    path = Path(name)
    if path.exists() or not _PATTERN & set(name):
        return [path]
    found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - absolute patterns too
    if not found:
        raise CatalogError(f"{name}: no file is named so.")
    return [Path(each) for each in found]


def _copy(source: _Readable, file: IO[bytes], told: str, limits: Limits) -> None:
    copied, end = 0, time.monotonic() + limits.total_s
    while chunk := source.read(_CHUNK):
        copied += len(chunk)
        if copied > limits.max_bytes:
            raise CatalogError(f"{told}: is larger than {limits.max_bytes:,} bytes.")
        if time.monotonic() > end:
            raise CatalogError(f"{told}: took longer than {limits.total_s:g} s.")
        file.write(chunk)


def _with_patience(address: Address) -> str:
    """Google's client tries again for a quarter of an hour, also where credentials lack."""
    if address.scheme != "gs" or _PATIENCE in address.url:
        return address.url
    return f"{address.url}{'&' if '?' in address.url else '?'}{_PATIENCE}={_TRIED_S}"


def _from_bucket(address: Address, file: IO[bytes], limits: Limits) -> None:
    """With the credentials that Arrow finds in this machine's environment."""
    if limits.allowed is not None:
        limits.allowed.check(address)
        if "?" in address.url:  # options such as another server's name
            raise CatalogError(f"{address.told}: may not have options behind a question mark here.")
    from pyarrow import ArrowException, fs

    try:
        system, path = fs.FileSystem.from_uri(_with_patience(address))
        with system.open_input_stream(path, compression=None) as source:
            _copy(source, file, address.told, limits)
    except (ArrowException, OSError, ValueError) as error:
        raise CatalogError(
            f"{address.told}: cannot be read: {' '.join(str(error).split())[:300]}. Check the name "
            "and the credentials in the environment."
        ) from error
