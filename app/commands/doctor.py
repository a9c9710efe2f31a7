"""`vitrina doctor`: is everything here that a service needs?"""

import importlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from app.commands.options import DEFAULT_DATA, DataOption
from app.descriptors import maps_limit, most_open_files
from app.settings import load_settings

_LEAST_FREE_BYTES = 1 << 30
_FEW_FILES = 4_096
_MAPS_OF_INDEX = 140


def doctor(data: DataOption = DEFAULT_DATA) -> None:
    """Check Python, libraries, the data folder, the indexes and Redis; exit code 1 if one fails."""
    failed = 0
    for name, problem in _checks(data.absolute()):
        failed += problem is not None
        typer.echo(
            f"{'ok  ' if problem is None else 'FAIL'} {name}" + (f": {problem}" if problem else "")
        )
    for warning in (*_warnings(data.absolute()), *_model_warnings(data.absolute())):
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


def _redis_problem(url: str) -> str | None:
    from app.redis import BACKEND_ERRORS, ping

    try:
        ping(url, within_s=1)
    except BACKEND_ERRORS as error:
        return f"does not answer ({error}). Searches work without it, but nothing is shared"
    return None
