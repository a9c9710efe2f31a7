"""The manifest: what a snapshot is made of. Written last; without it there is no snapshot."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from indexing.analysis.versions import is_present
from indexing.errors import CorruptSnapshotError, FormatVersionError, SnapshotError
from indexing.parts import FIRST_PARTS, outdated_parts, readable_parts, written_parts

FORMAT_VERSION = 6
"""Of the manifest itself, and of where files lie; each part has a number of its own (parts.py)."""
READABLE = (6, 5)
FILE_NAME = "manifest.json"
_PIECE_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class FileFacts:
    size: int
    blake2b: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """created_at: ISO 8601, UTC. counts: products, groups, terms, postings, rejected, duplicates.

    analyzer: languages and fingerprint. encoder: family, fingerprint, dimension, cosine floor.
    report: what the build measured. files: by path below the snapshot's folder.
    parts: format of each part (indexing/parts.py).
    """

    snapshot_id: str
    created_at: str
    code_version: str
    counts: dict[str, int]
    analyzer: dict[str, Any]
    encoder: dict[str, Any]
    config: dict[str, Any]
    report: dict[str, Any]
    files: dict[str, FileFacts] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=written_parts)
    format_version: int = FORMAT_VERSION

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / FILE_NAME).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        path = folder / FILE_NAME
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            version = facts["format_version"]
        except FileNotFoundError:
            raise SnapshotError(
                f"{folder} is not a snapshot: it has no {FILE_NAME}. Run `vitrina build`."
            ) from None
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptSnapshotError(
                f"{path} cannot be read: {error}. Roll back with `vitrina snapshots rollback`."
            ) from error
        if version not in READABLE:
            raise _not_readable(
                folder, f"it has format {version}; this code reads {_listed(READABLE)}.", facts
            )
        try:
            return _manifest(facts)
        except (KeyError, TypeError, AttributeError) as error:
            raise CorruptSnapshotError(
                f"{path} cannot be used: {error}. Roll back with `vitrina snapshots rollback`."
            ) from error
        except FormatVersionError as error:
            raise _not_readable(folder, str(error), facts) from None

    def outdated(self) -> list[str]:
        """What a snapshot that is built now would have otherwise; empty if nothing."""
        found = []
        if self.format_version != FORMAT_VERSION:
            found.append(f"format {self.format_version}, now {FORMAT_VERSION}")
        found += [f"part {name}" for name in outdated_parts(self.parts)]
        if not is_present(self.analyzer["languages"], self.analyzer["fingerprint"]):
            found.append("analyzer")
        return found


def _manifest(facts: dict[str, Any]) -> Manifest:
    """Keys of newer code are passed over. Raises FormatVersionError for parts nobody here reads."""
    known = {each.name for each in fields(Manifest)}
    kept = {name: value for name, value in facts.items() if name in known}
    kept["files"] = {name: FileFacts(**each) for name, each in facts["files"].items()}
    kept.setdefault("parts", dict(FIRST_PARTS))
    readable_parts(kept["parts"])
    return Manifest(**kept)


def _not_readable(folder: Path, why: str, facts: dict[str, Any]) -> FormatVersionError:
    return FormatVersionError(
        f"{folder} cannot be read by this version of Vitrina: {why} Build the index again, or run "
        f"the version that wrote it: {facts.get('code_version', 'unknown')}."
    )


def _listed(numbers: tuple[int, ...]) -> str:
    return " and ".join(map(str, numbers))


def facts_of(folder: Path) -> dict[str, FileFacts]:
    """Sizes and checksums of all files below the folder, but the manifest."""
    names = sorted(_names(os.fspath(folder), ""))
    return {name: _facts(f"{folder}/{name}") for name in names}


def _names(folder: str, before: str) -> Iterator[str]:
    """Of all files but the manifest, with the folders that they lie in."""
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir(follow_symlinks=False):
                yield from _names(each.path, f"{before}{each.name}/")
            elif each.name != FILE_NAME and each.is_file():
                yield before + each.name


def _facts(path: str) -> FileFacts:
    size, digest = 0, hashlib.blake2b(digest_size=16)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - fifty small files a segment
        while piece := file.read(_PIECE_BYTES):
            size += len(piece)
            digest.update(piece)
    return FileFacts(size, digest.hexdigest())


def checksum(path: Path) -> str:
    return _facts(os.fspath(path)).blake2b


_REMEDY: Final = "Roll back with `vitrina snapshots rollback`, or build again."


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Every file is there and as long as the manifest says; cheap, done at each opening."""
    _check_sizes(folder, manifest.files, _REMEDY)


def check_contents(folder: Path, manifest: Manifest) -> None:
    """Every byte is as the manifest says; reads all files."""
    check_files(folder, manifest.files, _REMEDY)


def check_files(folder: Path, files: Mapping[str, FileFacts], remedy: str) -> None:
    """Every byte is as the facts say. Raises CorruptSnapshotError, which ends with the remedy."""
    _check_sizes(folder, files, remedy)
    for name, facts in files.items():
        if checksum(folder / name) != facts.blake2b:
            raise CorruptSnapshotError(
                f"{folder / name} has another checksum than its manifest says: the file was "
                f"changed or damaged. {remedy}"
            )


def _check_sizes(folder: Path, files: Mapping[str, FileFacts], remedy: str) -> None:
    for name, facts in files.items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else None
        if size != facts.size:
            problem = "is missing" if size is None else f"has {size} bytes, not {facts.size}"
            raise CorruptSnapshotError(f"{path} {problem}. {remedy}")
