"""`vitrina doctor`: is everything here that a service needs?"""

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from app.commands.folding import opened_log
from app.commands.key_checks import key_checks, key_warnings
from app.commands.options import DEFAULT_DATA, DataOption
from app.descriptors import maps_limit, most_open_files
from app.settings import load_settings

_LEAST_FREE_BYTES = 1 << 30
_FEW_FILES = 4_096
_MAPS_OF_INDEX = 140
_LOG_SHARE = 0.5


def doctor(data: DataOption = DEFAULT_DATA) -> None:
    """Check Python, libraries, the data folder, the indexes and Redis; exit code 1 if one fails."""
    failed = 0
    for name, problem in _checks(data.absolute()):
        failed += problem is not None
        typer.echo(
            f"{'ok  ' if problem is None else 'FAIL'} {name}" + (f": {problem}" if problem else "")
        )
    told = (_warnings, _model_warnings, _change_warnings, key_warnings)
    for warning in (each for warnings in told for each in warnings(data.absolute())):
        typer.echo(f"warn {warning}")
    raise typer.Exit(1 if failed else 0)


def _checks(data: Path) -> Iterator[tuple[str, str | None]]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield f"Python {version}", None if sys.version_info >= (3, 11) else "needs 3.11 or newer"
    for library in ("faiss", "lightgbm", "numba", "Stemmer", "tokenizers"):
        yield library, _import_problem(library)
    yield from _folder_checks(data)
    yield from _index_checks(data)
    settings = load_settings()
    if settings.redis_url:
        yield "redis", _redis_problem(settings.redis_url)
    yield from _change_checks(data)
    yield from key_checks(data)
    yield from _live_checks(data)


def _import_problem(library: str) -> str | None:
    try:
        importlib.import_module(library)
    except ImportError as error:
        hint = " Install libgomp1." if "libgomp" in str(error) else ""
        return f"{error}.{hint}"
    return None


def _folder_checks(data: Path) -> Iterator[tuple[str, str | None]]:
    if not data.is_dir():
        yield f"data folder {data}", "does not exist. Run `vitrina build` or `vitrina demo`"
        return
    writable = os.access(data, os.W_OK)
    yield f"data folder {data}", None if writable else "is not writable for this user"
    free = shutil.disk_usage(data).free
    enough = free >= _LEAST_FREE_BYTES
    yield f"{free / 1e9:.1f} GB free", None if enough else "a build needs at least 1 GB"


def _index_checks(data: Path) -> Iterator[tuple[str, str | None]]:
    from indexing.current import list_indexes, read_current
    from indexing.errors import IndexingError
    from indexing.snapshot import open_snapshot

    names = list_indexes(data)
    if data.is_dir() and not names:
        yield "indexes", "there is none yet. Run `vitrina build` or `vitrina demo`"
    for name in names:
        folder = data / name
        try:
            current = read_current(folder)
            if current is not None:
                snapshot = open_snapshot(folder / "snapshots" / current.snapshot)
                outdated = ", ".join(snapshot.manifest.outdated())
                note = f"; build it again when convenient (older: {outdated})" if outdated else ""
                yield f"index {name}: {snapshot.doc_count:,} products{note}", None
        except IndexingError as error:
            yield f"index {name}", str(error)


def _warnings(data: Path) -> Iterator[str]:
    """What limits a service, and does not keep it from working."""
    files = most_open_files()
    if files < _FEW_FILES:
        yield (
            f"{files:,} open files at most, and each connection is one. Raise the hard limit "
            "(`ulimit -n`, LimitNOFILE, --ulimit nofile)"
        )
    from indexing.current import list_indexes

    maps, indexes = maps_limit(), len(list_indexes(data))
    if maps is not None and 2 * indexes * _MAPS_OF_INDEX > maps:
        yield (
            f"{maps:,} maps at most, and {indexes} indexes take {2 * indexes * _MAPS_OF_INDEX:,} "
            "while they are replaced. Raise it: `sysctl vm.max_map_count`"
        )


def _model_warnings(data: Path) -> Iterator[str]:
    """Of models that answers are not ranked by, as they do not fit this code or their index."""
    from indexing.current import list_indexes, read_current
    from indexing.errors import IndexingError
    from indexing.snapshot import open_snapshot
    from ranking.generation import ranker_for

    for name in list_indexes(data):
        try:
            current = read_current(data / name)
            if current is not None and current.model is not None:
                snapshot = open_snapshot(data / name / "snapshots" / current.snapshot)
                for reason in ranker_for(data / name, current.model, snapshot)[1]:
                    yield f"index {name}: {reason} Until then the shipped one serves"
        except IndexingError:
            continue  # told by the checks


def _change_checks(data: Path) -> Iterator[tuple[str, str | None]]:
    """Whether changes of products would be taken."""
    from app.changes.change_log import ChangeLogError
    from indexing.current import list_indexes

    with opened_log(data) as log:
        for name in list_indexes(data):
            problem = None
            try:
                log.check(name)
            except ChangeLogError as error:
                problem = error.detail
            yield f"changes of index {name}", problem


def _live_checks(data: Path) -> Iterator[tuple[str, str | None]]:
    """Whether what is on disk of applied changes is whole."""
    from indexing.current import list_indexes, read_current
    from indexing.errors import IndexingError
    from indexing.live.checksums import check_live
    from indexing.live.state import live_folder

    for name in list_indexes(data):
        try:
            current = read_current(data / name)
            if current is None:
                continue
            state = check_live(live_folder(data / name, current.snapshot))
        except IndexingError as error:
            yield f"applied changes of index {name}", str(error)
        else:
            if state is not None:
                yield f"applied changes of index {name}: {len(state.segments)} segments", None


def _change_warnings(data: Path) -> Iterator[str]:
    """When a build is due, and what it would not find."""
    from app.changes.change_log import ChangeLogError
    from app.changes.folded import replay_of
    from app.changes.sqlite_database import DATABASE
    from indexing.current import list_indexes, read_current
    from indexing.errors import IndexingError
    from indexing.manifest import Manifest

    settings = load_settings(data_dir=data)
    with opened_log(data) as log:
        for name in list_indexes(data):
            try:
                current, size = read_current(data / name), log.size(name)
                if current is None:
                    continue
                manifest = Manifest.read(data / name / "snapshots" / current.snapshot)
                replay = replay_of(log, name, manifest)
            except (ChangeLogError, IndexingError):
                continue  # told by the checks
            if size.bytes > _LOG_SHARE * settings.change_log_max_bytes:
                yield (
                    f"index {name}: the change log holds {size.bytes / 1e6:,.0f} MB of "
                    f"{settings.change_log_max_bytes / 1e6:,.0f}. Run `vitrina build` or "
                    "`vitrina compact`"
                )
            if not replay.whole:
                yield (
                    f"index {name}: changes that snapshot {current.snapshot} lacks have been "
                    "forgotten. Build it again from a catalogue"
                )
            if settings.change_log != "sqlite" and (data / name / DATABASE).exists():
                yield (
                    f"index {name}: {DATABASE} lies there, and VITRINA_CHANGE_LOG is "
                    f"{settings.change_log}: changes in it are not read"
                )


def _redis_problem(url: str) -> str | None:
    from app.redis import BACKEND_ERRORS, ping

    try:
        ping(url, within_s=1)
    except BACKEND_ERRORS as error:
        return f"does not answer ({error}). Searches work without it, but nothing is shared"
    return None
