"""Which changes a snapshot holds already: its build writes it into the manifest's report.

The changes after it are replayed over the snapshot, also when it is put in force again later; so
the log keeps what any kept snapshot lacks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.changes.change_log import ChangeLog
from indexing.manifest import Manifest
from indexing.publish import list_snapshots, whole_current

NAME: Final = "changes"
"""In the manifest's report."""
_ROOM: Final = 0.5
"""Of a log's size, that older snapshots may keep from being forgotten."""


@dataclass(frozen=True, slots=True)
class Fold:
    """identity: of the log. seq: of the last change that the catalogue holds or replaces; as_of_ms:
    the moment it was true at.
    """

    identity: str
    seq: int
    as_of_ms: int

    def report(self, kept: Sequence[str] = ()) -> dict[str, Any]:
        """For the manifest's. kept: products that came over the API, and in no catalogue."""
        facts = {"log": self.identity, "seq": self.seq, "as_of_ms": self.as_of_ms}
        return {NAME: facts | ({"kept": list(kept)} if kept else {})}


@dataclass(frozen=True, slots=True)
class Replay:
    """changes: how many come over a snapshot. whole: whether none of them has been forgotten."""

    changes: int
    whole: bool


def fold_at(log: ChangeLog, index: str, as_of_ms: int) -> Fold | None:
    """For a build of a catalogue that was true at a moment; None before the first change.

    Asked before the catalogue is read: what comes meanwhile is newer.
    """
    identity = log.identity(index)
    if not identity:
        return None
    return Fold(identity, log.newer_than(index, as_of_ms), as_of_ms)


def folded_in(manifest: Manifest, identity: str) -> int:
    """The seq up to which the snapshot holds the log's changes; 0 if it knows another log."""
    facts = manifest.report.get(NAME)
    if not isinstance(facts, dict) or facts.get("log") != identity:
        return 0
    seq = facts.get("seq")
    return seq if type(seq) is int else 0


def kept_in(manifest: Manifest) -> list[str]:
    """Products of the snapshot that came over the API, and in no catalogue."""
    facts = manifest.report.get(NAME)
    kept = facts.get("kept") if isinstance(facts, dict) else None
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


def report_without_ids(manifest: Manifest) -> dict[str, Any]:
    """The manifest's report, with the number of kept products for their list."""
    facts = manifest.report.get(NAME)
    if not isinstance(facts, dict) or "kept" not in facts:
        return manifest.report
    return manifest.report | {NAME: facts | {"kept": len(kept_in(manifest))}}


def as_of_ms(manifest: Manifest) -> int | None:
    """The moment that the snapshot's catalogue was true at, if its build knew of changes."""
    facts = manifest.report.get(NAME)
    moment = facts.get("as_of_ms") if isinstance(facts, dict) else None
    return moment if type(moment) is int else None


def forget_folded(log: ChangeLog, folder: Path, most_bytes: int) -> None:
    """After a publication: drop what every kept snapshot of an index holds.

    Where older snapshots keep more than half of the log's size, what the one in force holds.
    """
    index, current = folder.name, whole_current(folder)
    identity = log.identity(index)
    folded = {m.snapshot_id: folded_in(m, identity) for m in list_snapshots(folder)}
    if current is None or current.snapshot not in folded:
        return
    log.forget(index, min(folded.values()))
    if log.size(index).bytes > _ROOM * most_bytes:
        log.forget(index, folded[current.snapshot])


def replay_of(log: ChangeLog, index: str, manifest: Manifest) -> Replay:
    """What comes over a snapshot. A seq has no gaps, so the first tells whether any is missing."""
    last, folded = log.last(index), folded_in(manifest, log.identity(index))
    first = log.read(index, folded, 1)
    held = last - first[0].seq + 1 if first else 0
    return Replay(held, held == last - folded)


def oldest_ms(paths: Iterable[Path], now_ms: int) -> int:
    """The oldest file's time: nothing that changed since then is in all of them."""
    found = [now_ms]
    for path in paths:
        files = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]
        found += [each.stat().st_mtime_ns // 1_000_000 for each in files if each.exists()]
    return min(found)
