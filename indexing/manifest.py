"""The manifest: what a snapshot is made of. Written last; without it there is no snapshot."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexing.errors import CorruptSnapshotError, FormatVersionError, SnapshotError

FORMAT_VERSION = 5
FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileFacts:
    size: int
    blake2b: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """created_at: ISO 8601, UTC. counts: products, groups, terms, postings, rejected, duplicates.

    analyzer: languages and fingerprint. encoder: family, fingerprint, dimension, cosine floor.
    report: what the build measured. files: by path below the snapshot's folder.
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
        if version != FORMAT_VERSION:
            raise FormatVersionError(
                f"{folder} has format version {version}; this code reads {FORMAT_VERSION}. "
                "Build the index again, or run the Vitrina version that wrote it: "
                f"{facts.get('code_version', 'unknown')}."
            )
        facts["files"] = {name: FileFacts(**each) for name, each in facts["files"].items()}
        return cls(**facts)


def facts_of(folder: Path) -> dict[str, FileFacts]:
    """Sizes and checksums of all files below the folder, but the manifest."""
    return {
        path.relative_to(folder).as_posix(): FileFacts(path.stat().st_size, checksum(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != FILE_NAME
    }


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Every file is there and as long as the manifest says; cheap, done at each opening."""
    for name, facts in manifest.files.items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else None
        if size != facts.size:
            problem = "is missing" if size is None else f"has {size} bytes, not {facts.size}"
            raise CorruptSnapshotError(
                f"{path} {problem}. Roll back with `vitrina snapshots rollback`, or build again."
            )


def check_contents(folder: Path, manifest: Manifest) -> None:
    """Every byte is as the manifest says; reads all files."""
    check_sizes(folder, manifest)
    for name, facts in manifest.files.items():
        if checksum(folder / name) != facts.blake2b:
            raise CorruptSnapshotError(
                f"{folder / name} has another checksum than its manifest says: the file was "
                "changed or damaged. Roll back with `vitrina snapshots rollback`, or build again."
            )
