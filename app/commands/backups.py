"""`vitrina snapshots export` and `import`: an index as one archive, and back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.console import Console

from app.changes.change_logs import make_change_log
from app.commands.announcing import tell_services
from app.commands.folding import opened_log
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.commands.published import published
from app.progress import ConsoleProgress
from app.settings import load_settings
from app.version import code_version

STREAM = Path("-")
COMPRESSED = (".gz", ".tgz")


def export(
    file: Annotated[
        Path,
        typer.Argument(help="Archive to write: backup.tar, or .tar.gz; - for standard output."),
    ],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    all_snapshots: Annotated[
        bool, typer.Option("--all", help="All kept snapshots, not only the one in force.")
    ] = False,
) -> None:
    """Write an index as one archive: snapshot, model, rules, facts, and the change log.

    The service goes on meanwhile. Events of shoppers (DIR/state) are not in it.
    """
    from app.backups.export import export_index

    folder, _ = published(data, index)
    console = Console(stderr=True)
    with opened_log(data) as log, _written(file) as out, ConsoleProgress(console) as progress:
        head = export_index(
            folder,
            log,
            out,
            progress,
            created_at=datetime.now(UTC).isoformat(),
            code_version=code_version(),
            all_snapshots=all_snapshots,
            compressed=file.name.endswith(COMPRESSED),
        )
    console.print(
        f"Index {index!r} is in {file}: snapshot {head.snapshot}, {len(head.files):,} files of "
        f"{sum(head.files.values()) / 1e6:,.1f} MB, and its change log.",
        highlight=False,
        soft_wrap=True,
    )


def import_(
    file: Annotated[Path, typer.Argument(help="Archive of `export`; - for standard input.")],
    data: DataOption = DEFAULT_DATA,
    index: Annotated[
        str | None, typer.Option("--index", help="Name of the new index; default: as it was.")
    ] = None,
) -> None:
    """Make an index of an archive, after checking every byte; what is there is not overwritten."""
    from app.backups.restore import import_index

    settings = load_settings(data_dir=data)
    console = Console(stderr=True)
    with _read(file) as source, ConsoleProgress(console) as progress:
        made = import_index(
            source,
            data,
            index,
            lambda folder: make_change_log(settings.model_copy(update={"data_dir": folder})),
            settings.change_log_max_bytes,
            settings.change_log == "sqlite",
            progress,
        )
    tell_services(made.index, made.snapshot, data)
    console.print(
        f"Index {made.index!r} is there: snapshot {made.snapshot}, {made.changes:,} changes.",
        highlight=False,
        soft_wrap=True,
    )
    typer.echo(made.snapshot)


@contextmanager
def _written(file: Path) -> Iterator[BinaryIO]:
    """A whole file, or none."""
    if file == STREAM:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    fresh = file.with_name(f".{file.name}.part")
    try:
        with fresh.open("wb") as out:
            yield out
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _read(file: Path) -> Iterator[BinaryIO]:
    if file == STREAM:
        yield sys.stdin.buffer
        return
    with file.open("rb") as source:
        yield source
