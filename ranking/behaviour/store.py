"""Facts on disk: written whole, checked, then put in force."""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from filelock import FileLock

from indexing.current import change_current, read_current, sync_folder
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import ARRAYS, FOLDER, FORMAT, MANIFEST, checksum, open_facts
from ranking.behaviour.query_tables import with_tables
from ranking.errors import FactsError

KEPT: Final = 5
_LOCK_WAIT_S: Final = 30
_STAGING: Final = ".staging-"


def publish_facts(
    index: Path,
    arrays: Mapping[str, Any],
    told: Mapping[str, Any],
    snapshot: Snapshot,
    now: datetime,
    write_more: Callable[[Path], dict[str, Any]] | None = None,
) -> str:
    """Write, read back as a service would, put in force; the id.

    arrays: all of ARRAYS. told: what the manifest says of how they were learnt. write_more: writes
    other files into the folder and gives what the manifest says of them.
    Raises FactsError if they do not fit the snapshot; nothing changes then.
    """
    facts_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    folders = index / FOLDER
    with FileLock(index / ".facts.lock", timeout=_LOCK_WAIT_S):
        folders.mkdir(exist_ok=True)
        for left in folders.glob(f"{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        staging = folders / f"{_STAGING}{facts_id}"
        staging.mkdir()
        sums = {}
        for name, kind in ARRAYS.items():
            array = np.ascontiguousarray(arrays[name], dtype=kind)
            _write_array(staging / f"{name}.npy", array)
            sums[name] = checksum(array)
        more = {} if write_more is None else write_more(staging)
        manifest = {
            "format": FORMAT,
            "index": index.name,
            "created_at": now.astimezone(UTC).isoformat(),
            "checksums": sums,
            **told,
            **more,
        }
        with (staging / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        staging.rename(folders / facts_id)
        sync_folder(folders)
        try:
            with_tables(snapshot, open_facts(index, facts_id, snapshot), index)
        except FactsError:
            shutil.rmtree(folders / facts_id, ignore_errors=True)
            raise
        before = read_current(index)
        change_current(index, facts=facts_id)
        _prune(folders, {facts_id, before.facts if before else None})
    return facts_id


def _write_array(path: Path, array: Any) -> None:
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())


def _prune(folders: Path, used: set[str | None]) -> None:
    names = sorted((each.name for each in folders.glob("[!.]*") if each.is_dir()), reverse=True)
    for name in names[KEPT:]:
        if name not in used:
            shutil.rmtree(folders / name, ignore_errors=True)
