"""`vitrina inspect`: what a catalogue is understood as, without building."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.catalog_report import tell_lines, tell_sources
from app.commands.options import EncodingOption, LocaleOption, MapFileOption


def inspect(
    catalog: Annotated[
        list[str],
        typer.Argument(
            help="Products: files, folders, patterns, - for standard input, http(s), s3 or gs "
            "addresses."
        ),
    ],
    map_file: MapFileOption = None,
    write_mapping: Annotated[
        Path | None, typer.Option(help="Write what was understood as a mapping file, to edit.")
    ] = None,
    locale: LocaleOption = None,
    encoding: EncodingOption = None,
    records_at: Annotated[
        str | None, typer.Option(help="Where the products are: a key, an element, a sheet.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Read at most so many products.")] = 100_000,
) -> None:
    """Print whose export it is, which column became which field, and what should be looked at."""
    from itertools import islice

    from app.catalogues.fetched import fetched
    from indexing.catalogue.catalog_report import mapping_of
    from indexing.catalogue.documents import DocumentsBuilder
    from indexing.catalogue.formats.recognition import FormatOptions
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
    formats = FormatOptions(encoding, records_at)
    console = Console(markup=False)
    rejected: list[RejectedLine] = []
    with tempfile.TemporaryDirectory() as made, fetched(catalog, Path(made)) as given:
        reader = CatalogReader(given, FieldMapping(), options=options, formats=formats)
        documents = DocumentsBuilder(Path(made))
        for line in islice(reader, rows):
            if isinstance(line, RejectedLine):
                rejected.append(line)
            else:
                documents.add(line)
        replaced = documents.replaced()
        documents.close()
    for source, why in reader.passed_over:
        console.print(f"passed over {source}: it {why}", highlight=False, soft_wrap=True)
    tell_sources(console, reader.reports)
    tell_lines(console, replaced.lines())
    for line in rejected[:10]:
        where = f"{line.source}:{line.line}"
        field = f"{line.field}: " if line.field else ""
        console.print(f"rejected: {where}: {field}{line.reason}", highlight=False, soft_wrap=True)
    if len(rejected) > 10:
        console.print(f"rejected: {len(rejected) - 10:,} more lines", highlight=False)
    if write_mapping is not None:
        write_mapping.write_text(mapping_of(reader.reports), encoding="utf-8")
        console.print(f"wrote {write_mapping}", highlight=False, soft_wrap=True)
