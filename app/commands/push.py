"""`vitrina push`: a catalogue file to a running service, as changes; `vitrina changes`: the log."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from app.commands.catalog_report import tell_sources
from app.commands.folding import opened_log
from app.commands.options import (
    DEFAULT_DATA,
    DEFAULT_INDEX,
    DataOption,
    EncodingOption,
    IndexOption,
    LocaleOption,
    MapFileOption,
    MappingOption,
    MapsOption,
)
from app.commands.published import published
from app.progress import ConsoleProgress
from app.settings import load_settings

if TYPE_CHECKING:
    from app.changes.change_log import Latest
    from indexing.catalogue.index_config import IndexConfig
    from indexing.catalogue.product import Product
    from indexing.catalogue.reader import CatalogReader

_TOLD = 20


def push(
    catalog: Annotated[list[str], typer.Argument(help="As `vitrina build --catalog`; several.")],
    url: Annotated[
        str, typer.Option("--url", help="The running service.")
    ] = "http://127.0.0.1:8080",
    key: Annotated[
        str | None,
        typer.Option("--key", envvar="VITRINA_ADMIN_KEY", help="Its admin key, if it has one."),
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    changed_only: Annotated[
        bool,
        typer.Option(
            "--changed-only",
            help="Only what differs from the snapshot in force in --data, and deletes of what is "
            "missing here.",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Delete though much is missing.")] = False,
    data: DataOption = DEFAULT_DATA,
    mapping: MappingOption = None,
    maps: MapsOption = None,
    map_file: MapFileOption = None,
    locale: LocaleOption = None,
    encoding: EncodingOption = None,
    records_at: Annotated[
        str | None,
        typer.Option(help="Where the products are, as for `vitrina build`."),
    ] = None,
) -> None:
    """Send a catalogue's products to a running service, as changes between builds.

    Read as `vitrina build` reads it. Exit code 1 if any is refused; the others are taken.
    """
    from app.catalogues.fetched import fetched
    from app.changes.pushing import Pushed, Pusher, put_line
    from indexing.catalogue.formats.recognition import FormatOptions
    from indexing.catalogue.map_file import read_map_file
    from indexing.catalogue.mapping import FieldMapping, parse_pairs, read_mapping
    from indexing.catalogue.reader import CatalogReader
    from indexing.catalogue.source_reading import ReadingOptions

    console = Console(stderr=True)
    config = _config(data, index)
    pairs = parse_pairs(maps or [])
    renamed = FieldMapping.of(config.aliases, read_mapping(mapping) if mapping else {}, pairs)
    how = ReadingOptions(
        locale=locale,
        languages=config.languages,
        now=datetime.now(UTC),
        mine=read_map_file(map_file) if map_file else None,
    )
    formats = FormatOptions(encoding, records_at, config.languages)
    pusher, done, rejected = Pusher(url, index, key), Pushed(), [0]
    with (
        ConsoleProgress(console) as progress,
        fetched(catalog, data) as given,
    ):
        reader = CatalogReader(given, renamed, config.currency_rates(), how, formats)
        progress.begin("push", reader.bytes_total, "bytes")
        products = _products(reader, console, rejected)
        if changed_only:
            lines = _difference(products, data, index, config, force, console)
        else:
            lines = map(put_line, products)
        try:
            for pushed in pusher.push(lines):
                done = pushed
                progress.advance(reader.bytes_read)
        finally:
            pusher.close()
        progress.advance(reader.bytes_total)
    tell_sources(console, reader.reports)
    for problem in done.problems[:_TOLD]:
        console.print(f"refused: {problem}", highlight=False, soft_wrap=True, markup=False)
    typer.echo(
        f"{done.accepted:,} changes taken, {done.refused:,} refused, {done.stale:,} stale, "
        f"{rejected[0]:,} lines rejected; seq {done.seq}"
    )
    if done.refused or rejected[0]:
        raise typer.Exit(1)


def changes(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """What the change log holds, and what of it the snapshot in force lacks."""
    from app.changes.folded import replay_of
    from app.live.seen import Seen
    from indexing.live.state import live_folder, read_state
    from indexing.manifest import Manifest

    folder, current = published(data, index)
    manifest = Manifest.read(folder / "snapshots" / current.snapshot)
    settings = load_settings(data_dir=data)
    with opened_log(data) as log:
        size, replay = log.size(index), replay_of(log, index, manifest)
        facts = {
            "log": settings.change_log,
            "last": log.last(index),
            "entries": size.entries,
            "bytes": size.bytes,
            "max_bytes": settings.change_log_max_bytes,
            "oldest_ms": size.oldest_ms,
            "replayed": replay.changes,
            "whole": replay.whole,
        }
    state = read_state(live_folder(folder, current.snapshot))
    shown = Seen.of(data, index).shown()
    facts |= {
        "applied": 0 if state is None else state.seq,
        "shown": shown,
        "segments": 0 if state is None else len(state.segments),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    share = size.bytes / settings.change_log_max_bytes
    typer.echo(f"last change: {facts['last']}")
    age = "" if size.oldest_ms is None else f", since {_age(size.oldest_ms)}"
    typer.echo(f"kept: {size.entries:,} changes, {size.bytes / 1e6:,.1f} MB ({share:.1%}){age}")
    typer.echo(f"over snapshot {current.snapshot}: {replay.changes:,}")
    typer.echo(f"applied: {facts['applied']}, in {facts['segments']} segments beside it")
    running = "no worker runs" if shown is None else f"every worker shows {shown}"
    typer.echo(f"shown: {running}")
    if not replay.whole:
        typer.echo("changes that it lacks have been forgotten: build again from a catalogue")


def _age(oldest_ms: int) -> str:
    hours = max(0.0, time.time() - oldest_ms / 1_000) / 3_600
    return f"{hours / 24:,.1f} days" if hours >= 48 else f"{hours:,.1f} hours"


def _config(data: Path, index: str) -> "IndexConfig":
    """Of the snapshot in force, if it lies on this machine."""
    from indexing.catalogue.index_config import IndexConfig
    from indexing.current import index_folder, read_current
    from indexing.manifest import Manifest

    folder = index_folder(data, index)
    current = read_current(folder) if folder.is_dir() else None
    if current is None:
        return IndexConfig()
    return IndexConfig.from_facts(Manifest.read(folder / "snapshots" / current.snapshot).config)


def _products(
    reader: "CatalogReader", console: Console, rejected: list[int]
) -> "Iterator[Product]":
    """rejected: counts the lines that are no products; the first are told."""
    from indexing.catalogue.product import RejectedLine

    for line in reader:
        if not isinstance(line, RejectedLine):
            yield line
            continue
        rejected[0] += 1
        if rejected[0] <= _TOLD:
            where = f"{line.source}:{line.line}: {line.field or 'line'}: {line.reason}"
            console.print(f"rejected: {where}", highlight=False, soft_wrap=True, markup=False)


def _difference(
    products: "Iterator[Product]",
    data: Path,
    index: str,
    config: "IndexConfig",
    force: bool,
    console: Console,
) -> Iterator[bytes]:
    """Lines of what is new or changed since the build, then deletes of what is missing."""
    from app.changes.folded import folded_in
    from app.changes.pushing import delete_line, put_line
    from indexing.catalogue.documents import shown_json
    from indexing.errors import BuildError
    from indexing.snapshot import open_snapshot

    folder, current = published(data, index)
    snapshot = open_snapshot(folder / "snapshots" / current.snapshot)
    documents = snapshot.documents
    seen = bytearray(len(documents))
    with opened_log(data) as log:
        for product in products:
            doc = documents.find(product.id)
            if doc is not None:
                seen[doc] = 1
                same = shown_json(product) == documents.json_at(doc)
                if same and log.latest(index, product.id) is None:
                    continue
            yield put_line(product)
        folded = folded_in(snapshot.manifest, log.identity(index))
        missing = [documents.id_at(doc) for doc, there in enumerate(seen) if not there]
        gone = [each for each in missing if not _is_deleted(log.latest(index, each), folded)]
    if len(gone) > config.most_lost * max(len(seen), 1) and not force:
        raise BuildError(
            f"{len(gone):,} of {len(seen):,} products are missing here; all else was sent. Delete "
            "them too with --force, or raise most_lost in index.toml."
        )
    yield from map(delete_line, gone)


def _is_deleted(latest: "Latest | None", folded: int) -> bool:
    """Whether the last that happened to a product, after what the snapshot holds, was its end."""
    return latest is not None and latest.op == "delete" and latest.seq > folded
