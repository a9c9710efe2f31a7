"""`vitrina serve` and `vitrina warm`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT_DATA, DataOption


def serve(
    data: DataOption = DEFAULT_DATA,
    host: Annotated[
        str, typer.Option(envvar="VITRINA_HOST", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="VITRINA_PORT", help="Port to listen on.")] = 8080,
    workers: Annotated[
        int, typer.Option(min=1, envvar="VITRINA_WORKERS", help="Worker processes.")
    ] = 1,
) -> None:
    """Serve all indexes of a data folder over HTTP; new snapshots are picked up while running."""
    os.environ |= {
        "VITRINA_DATA_DIR": str(data),
        "VITRINA_HOST": host,
        "VITRINA_PORT": str(port),
        "VITRINA_WORKERS": str(workers),
    }  # workers are spawned and read their settings from here
    from app.serving import run
    from app.settings import Settings

    run(Settings())  # type: ignore[call-arg]


def warm(
    cache: Annotated[
        Path | None, typer.Option(help="Where kernels are kept; default: the data folder.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Compile all kernels now, so that no later start waits for them."""
    from app.serving import use_kernel_cache

    folder = cache or data / ".kernels"
    use_kernel_cache(folder)
    from app.warming import compile_kernels

    seconds = compile_kernels()
    typer.echo(f"kernels are ready in {folder} ({seconds:.1f} s)")
