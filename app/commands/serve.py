"""`vitrina serve` and `vitrina warm`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import DEFAULT_DATA, DataOption
from app.settings import load_settings

HostOption = Annotated[str, typer.Option(envvar="VITRINA_HOST", help="Address to listen on.")]
PortOption = Annotated[
    int, typer.Option(envvar="VITRINA_PORT", min=0, max=65_535, help="Port to listen on.")
]
WorkersOption = Annotated[
    int, typer.Option(envvar="VITRINA_WORKERS", min=1, max=256, help="Worker processes.")
]
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080


def serve(
    data: DataOption = DEFAULT_DATA,
    host: HostOption = DEFAULT_HOST,
    port: PortOption = DEFAULT_PORT,
    workers: WorkersOption = 1,
) -> None:
    """Serve all indexes of a data folder over HTTP; new snapshots are picked up while running."""
    run_service(data, host, port, workers)


def run_service(
    data: Path, host: str, port: int, workers: int, compiled: Callable[[], None] | None = None
) -> None:
    """compiled: called when the kernels are ready and the workers are about to start."""
    os.environ |= {
        "VITRINA_DATA_DIR": str(data),
        "VITRINA_HOST": host,
        "VITRINA_PORT": str(port),
        "VITRINA_WORKERS": str(workers),
    }  # workers are spawned and read their settings from here
    from app.server.start import run

    code = run(load_settings(), compiled)
    if code:
        raise typer.Exit(code)


def warm(
    cache: Annotated[
        Path | None,
        typer.Option(help="Where kernels are kept; default: VITRINA_KERNEL_CACHE_DIR."),
    ] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Compile all kernels now, so that no later start waits for them."""
    from app.kernels import mark_compiled, use_kernel_cache

    folder = use_kernel_cache(cache or load_settings(data_dir=data).kernels)
    from app.warming import compile_kernels

    seconds = compile_kernels()
    mark_compiled(folder)
    typer.echo(f"kernels are ready in {folder} ({seconds:.1f} s)")
