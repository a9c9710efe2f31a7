"""Query products of live searches: tables beside the facts, in place of the snapshot's own."""

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from indexing.completions.completions import Completions
from indexing.query_log.table import QueryTable
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import FOLDER, RELEARN, Facts
from ranking.errors import FactsError

PARTS: Final = ("queries", "completions")
MADE_OF: Final = "queries_of"
"""In the manifest: id of the snapshot whose rows and documents the tables name."""
SUMS: Final = "query_checksums"


def are_of(facts: Facts | None, snapshot: Snapshot) -> bool:
    """Whether the facts have tables of this very snapshot; after a build they have none."""
    return facts is not None and facts.manifest.get(MADE_OF) == snapshot.id


def with_tables(snapshot: Snapshot, facts: Facts | None, index: Path) -> Snapshot:
    """The snapshot with the facts' tables, or with its own. Raises FactsError for damaged ones."""
    folder = snapshot.folder
    if facts is not None and are_of(facts, snapshot):
        folder = index / FOLDER / facts.id
        if sums_of(folder) != facts.manifest.get(SUMS):
            raise FactsError(f"facts {facts.id}: files of queries were changed. {RELEARN}")
    return replace(
        snapshot,
        queries=QueryTable.load(folder / "queries"),
        completions=Completions.load(folder / "completions"),
    )


def sums_of(folder: Path) -> dict[str, Any]:
    """Checksum of each file of the tables."""
    return {
        f"{part}/{path.name}": blake2b(path.read_bytes(), digest_size=16).hexdigest()
        for part in PARTS
        for path in sorted((folder / part).glob("*"))
    }
