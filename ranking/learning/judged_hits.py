"""What people judged in front of results: DIR/<index>/judgments.jsonl, a line a judgment.

`vitrina train` and `vitrina evaluate` read the file as it is (judgment_files.py): `query`,
`product_id`, `grade`; `judge` and `at` beside them say whose it is. A judge has one opinion of a
product under a query: a new one takes the old one's place.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from indexing.current import sync_folder
from ranking.learning.errors import JudgmentsError

FILE: Final = "judgments.jsonl"
MOST: Final = 100_000
"""Judgments of an index; each new one writes the file anew."""
_LOCK_WAIT_S: Final = 30


@dataclass(frozen=True, slots=True)
class JudgedHit:
    """query: folded text. grade: 0 to 3. at: ISO 8601, UTC."""

    query: str
    product_id: str
    grade: int
    judge: str
    at: str

    @property
    def _key(self) -> tuple[str, str, str]:
        return self.judge, self.query, self.product_id


def folded(query: str) -> str:
    """Queries that differ in case or spaces only are judged as one."""
    return " ".join(query.split()).lower()


def read_judged_hits(index: Path) -> list[JudgedHit]:
    """In the order they were made. Raises JudgmentsError for a line that was not written here."""
    path = index / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise JudgmentsError(f"{path} cannot be read: {error}. Repair it, or move it.") from error
    return list(_parsed(path, text))


def put_judged_hit(index: Path, hit: JudgedHit) -> int | None:
    """Keep it in place of what the judge said before, which is returned. Raises JudgmentsError."""
    with FileLock(index / ".judgments.lock", timeout=_LOCK_WAIT_S):
        kept, before = _without(read_judged_hits(index), hit)
        if len(kept) >= MOST:
            raise JudgmentsError(
                f"{index / FILE} holds {MOST:,} judgments, which is the most. Download it, and "
                "move it away to begin another."
            )
        _write(index, [*kept, hit])
    return before


def remove_judged_hit(index: Path, judge: str, query: str, product_id: str) -> int | None:
    """The grade that is gone; None if there was none. Raises JudgmentsError."""
    with FileLock(index / ".judgments.lock", timeout=_LOCK_WAIT_S):
        gone = JudgedHit(query, product_id, 0, judge, "")
        kept, before = _without(read_judged_hits(index), gone)
        if before is not None:
            _write(index, kept)
    return before


def _without(hits: list[JudgedHit], other: JudgedHit) -> tuple[list[JudgedHit], int | None]:
    """Those of other judges, queries and products, and the grade of the one that is not."""
    kept = [hit for hit in hits if hit._key != other._key]
    before = next((hit.grade for hit in hits if hit._key == other._key), None)
    return kept, before


def _parsed(path: Path, text: str) -> Iterator[JudgedHit]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            hit = JudgedHit(
                str(told["query"]), str(told["product_id"]), int(told["grade"]),
                str(told["judge"]), str(told["at"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise JudgmentsError(
                f"{path} line {number} is not what was written: {error!r:.80}. Repair the line, "
                "or move the file away."
            ) from error
        yield hit


def _write(index: Path, hits: list[JudgedHit]) -> None:
    """One atomic replacement, on disk before it returns."""
    fresh = index / f".{FILE}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(asdict(hit), ensure_ascii=False) + "\n" for hit in hits)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(index / FILE)
    sync_folder(index)
