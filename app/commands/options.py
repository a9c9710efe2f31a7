"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from app.kernels import compile_behind, use_kernel_cache
from app.settings import load_settings


def with_kernels(data: Path) -> Path:
    """Before a command imports any: where kernels are kept."""
    use_kernel_cache(load_settings(data_dir=data).kernels)
    return data


def tell_compiling(data: Path) -> None:
    """That a command will take longer this once."""
    folder = use_kernel_cache(load_settings(data_dir=data).kernels)
    if not folder.is_dir():
        typer.echo(
            f"compiling kernels, this once, into {folder} (VITRINA_KERNEL_CACHE_DIR)", err=True
        )


def compile_for_serving(data: Path) -> None:
    """Beside and behind this command, what it does not need itself but a service will."""
    if compile_behind(use_kernel_cache(load_settings(data_dir=data).kernels), data):
        typer.echo(
            "compiling what serving needs in the background, this once; "
            "`vitrina serve` waits for it",
            err=True,
        )


DataOption = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="VITRINA_DATA_DIR",
        help="Folder of all indexes.",
        callback=with_kernels,
    ),
]
IndexOption = Annotated[str, typer.Option("--index", help="Name of the index.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Publish though products are lost or prices moved.")
]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help="File of foreign field names (TOML or JSON).")
]
MapsOption = Annotated[
    list[str] | None, typer.Option("--map", help="One field: title=name; repeatable.")
]
MapFileOption = Annotated[
    Path | None, typer.Option("--map-file", help="The shop's own rules of its columns (TOML).")
]
LocaleOption = Annotated[
    str | None, typer.Option("--locale", help="Language of a catalogue in several: de, de_DE.")
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", help="Of text whose encoding is not told rightly: cp1250, …"),
]
DEFAULT_DATA = Path("var")
DEFAULT_INDEX = "main"
