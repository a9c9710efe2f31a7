"""`vitrina build`: a catalogue becomes a published snapshot."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.build_run import BuildRun
from app.commands.folding import moment_of
from app.commands.options import (
    DEFAULT_DATA,
    DEFAULT_INDEX,
    DataOption,
    EncodingOption,
    ForceOption,
    IndexOption,
    MapFileOption,
    MappingOption,
    MapsOption,
    compile_for_serving,
    tell_compiling,
)
from app.jobs.files import STAGED
from app.progress import ConsoleProgress
from app.version import code_version

ALL_LOCALES = "all"


def build(
    catalog: Annotated[
        list[str],
        typer.Option(
            "--catalog",
            help="Products: a file, a folder, a pattern, - for standard input, or an http(s), s3 "
            "or gs address; repeatable.",
        ),
    ],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    queries: Annotated[
        Path | None, typer.Option("--queries", help="Query log: query TAB count, or events.")
    ] = None,
    mapping: MappingOption = None,
    maps: MapsOption = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="index.toml; default: the one in the index's folder."),
    ] = None,
    max_reject_ratio: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of bad lines that stops the build.")
    ] = 0.01,
    vectors: Annotated[
        str, typer.Option(help="Vector index: auto, flat, flat_sq8 or ivf.")
    ] = "auto",
    min_count: Annotated[
        int, typer.Option(min=1, help="Queries counted less often are not suggested.")
    ] = 1,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    stage: Annotated[
        bool, typer.Option("--stage", help="Do not publish; keep the snapshot to be looked at.")
    ] = False,
    force: ForceOption = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Moment the catalogue was true at, 2026-11-26T20:00:00Z; later changes are kept. "
            "Default: the time of its oldest file.",
        ),
    ] = None,
    keep_live: Annotated[
        bool,
        typer.Option("--keep-live", help="Keep products that came over the API, and not here."),
    ] = False,
    locale: Annotated[
        str | None,
        typer.Option(
            help="Language of a catalogue in several: de, de_DE; all: an index of each, named "
            "INDEX-de."
        ),
    ] = None,
    map_file: MapFileOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Reject lines with a bad value, not the value alone.")
    ] = False,
    encoding: EncodingOption = None,
    records_at: Annotated[
        str | None,
        typer.Option(
            help="Where the products are: a JSON key (data.products), an XML element "
            "(catalog/product), a sheet."
        ),
    ] = None,
    allow_url: Annotated[list[str] | None, typer.Option(hidden=True)] = None,
    progress_file: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Build an index from a catalogue and publish it.

    Nothing is published if the build fails; bad lines go to rejects.jsonl in the index's folder.
    """
    from app.catalogues.addresses import AllowList
    from app.catalogues.download import Limits
    from app.catalogues.fetched import fetched
    from indexing.build import BuildOptions
    from indexing.catalogue.index_config import read_config
    from indexing.catalogue.map_file import read_map_file
    from indexing.catalogue.mapping import FieldMapping, parse_pairs, read_mapping
    from indexing.current import index_folder
    from indexing.errors import CatalogError
    from indexing.vectors.index_build import KINDS

    # Told now, not when the catalogue has been read.
    if queries is not None and not queries.exists():
        raise CatalogError(f"{queries}: does not exist; --queries names the query log.")
    if vectors not in KINDS:
        raise typer.BadParameter(f"--vectors {vectors!r}: use one of {', '.join(KINDS)}.")
    console = Console(stderr=True)
    folder = index_folder(data, index)
    config_path = config or folder / "index.toml"
    configured = read_config(config_path if config or config_path.is_file() else None)
    pairs = parse_pairs(maps or [])
    renamed = FieldMapping.of(configured.aliases, read_mapping(mapping) if mapping else {}, pairs)
    limits = Limits(AllowList.of(tuple(allow_url)) if allow_url else None)
    options = BuildOptions(
        catalog=(),
        index=folder,
        code_version=code_version(),
        queries=queries,
        mapping=replace(renamed, required=frozenset(pairs)),
        config=configured,
        max_reject_ratio=max_reject_ratio,
        vector_kind=vectors,
        min_count=min_count,
        seed=seed,
        stage_only=stage,
        force=force,
        locale=None if locale == ALL_LOCALES else locale,
        strict=strict,
        encoding=encoding,
        records_at=records_at,
        map_file=read_map_file(map_file) if map_file else None,
    )
    run = BuildRun(data, options, datetime.now(UTC), moment_of(as_of), keep_live, config, console)
    tell_compiling(data)
    with (
        ConsoleProgress(console, progress_file) as progress,
        fetched(catalog, data, limits) as given,
    ):
        runs = run.of_locales(index, given) if locale == ALL_LOCALES else [(index, run)]
        reports = [(name, each.build(name, given, progress)) for name, each in runs]
    if not stage and progress_file is None:  # which a service's own jobs have
        compile_for_serving(data)
    if any(report.objections for _, report in reports):
        raise typer.Exit(STAGED)
