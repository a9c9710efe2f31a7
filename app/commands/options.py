"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[
    Path, typer.Option("--data", envvar="VITRINA_DATA_DIR", help="Folder of all indexes.")
]
IndexOption = Annotated[str, typer.Option("--index", help="Name of the index.")]
DEFAULT_DATA = Path("var")
DEFAULT_INDEX = "main"
