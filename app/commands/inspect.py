"""`vitrina inspect`: what a catalogue is understood as, without building."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.catalog_report import tell_sources


def inspect(
    catalog: Annotated[list[Path], typer.Argument(help="Files or folders of products.")],
    map_file: Annotated[
        Path | None, typer.Option("--map-file", help="The shop's own rules of its columns (TOML).")
    ] = None,
    write_mapping: Annotated[
        Path | None, typer.Option(help="Write what was understood as a mapping file, to edit.")
    ] = None,
    locale: Annotated[
        str | None, typer.Option(help="Language of a catalogue in several: de, de_DE.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Read at most so many products.")] = 100_000,
) -> None:
    """Print whose export it is, which column became which field, and what should be looked at."""
    from itertools import islice

    from indexing.catalogue.catalog_report import mapping_of
    from indexing.catalogue.map_file import read_map_file
    from indexing.catalogue.mapping import FieldMapping
    from indexing.catalogue.product import RejectedLine
    from indexing.catalogue.reader import CatalogReader
    from indexing.catalogue.source_reading import ReadingOptions
    from indexing.errors import CatalogError

    if write_mapping is not None and write_mapping.exists():
        raise CatalogError(f"{write_mapping}: exists already. Choose another name, or remove it.")
    mine = read_map_file(map_file) if map_file else None
    options = ReadingOptions(locale=locale, now=datetime.now(UTC), mine=mine)
    reader = CatalogReader(catalog, FieldMapping(), options=options)
    rejected = [line for line in islice(reader, rows) if isinstance(line, RejectedLine)]
    console = Console(markup=False)
    tell_sources(console, reader.reports)
    for line in rejected[:10]:
        where = f"{line.source}:{line.line}"
        field = f"{line.field}: " if line.field else ""
        console.print(f"rejected: {where}: {field}{line.reason}", highlight=False, soft_wrap=True)
    if len(rejected) > 10:
        console.print(f"rejected: {len(rejected) - 10:,} more lines", highlight=False)
    if write_mapping is not None:
        write_mapping.write_text(mapping_of(reader.reports), encoding="utf-8")
        console.print(f"wrote {write_mapping}", highlight=False, soft_wrap=True)
