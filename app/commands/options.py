"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from app.kernels import use_kernel_cache
from app.settings import load_settings


def _with_kernels(data: Path) -> Path:
    """Before a command imports any: kernels are kept with the data."""
    use_kernel_cache(load_settings(data_dir=data).kernels)
    return data


DataOption = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="VITRINA_DATA_DIR",
        help="Folder of all indexes.",
        callback=_with_kernels,
    ),
]
IndexOption = Annotated[str, typer.Option("--index", help="Name of the index.")]
DEFAULT_DATA = Path("var")
DEFAULT_INDEX = "main"
