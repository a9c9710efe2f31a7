"""`vitrina demo` and `vitrina demo-data`: the shop that comes with Vitrina."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.announcing import tell_services
from app.commands.options import (
    DEFAULT_DATA,
    DEFAULT_INDEX,
    DataOption,
    IndexOption,
    compile_for_serving,
)
from app.commands.serve import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    HostOption,
    PortOption,
    WorkersOption,
    run_service,
)
from app.progress import ConsoleProgress
from app.version import code_version
from indexing.demo.shop import DemoShop, write_demo_shop

_Products = Annotated[
    int, typer.Option("--products", min=1_000, max=10_000_000, help="Number of products.")
]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same shop.")]


def demo_data(
    out: Annotated[Path, typer.Option("--out", help="Folder to write into.")],
    products: _Products = 20_000,
    seed: _Seed = 1,
) -> None:
    """Generate the demo shop: products, queries with known intent, a query log."""
    console = Console(stderr=True)
    with ConsoleProgress(console) as progress:
        _generate(out, products, seed, progress)
    typer.echo(out)


def demo(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    products: _Products = 20_000,
    seed: _Seed = 1,
    host: HostOption = DEFAULT_HOST,
    port: PortOption = DEFAULT_PORT,
    workers: WorkersOption = 1,
    once: Annotated[bool, typer.Option("--no-serve", help="Build only, do not serve.")] = False,
) -> None:
    """Generate the demo shop, index it, serve it. What is already built is kept."""
    from indexing.build import BuildOptions, build
    from indexing.current import index_folder, read_current

    if not once:
        from app.server.listener import check_address

        check_address(host, port)
    console = Console(stderr=True)
    folder = index_folder(data, index)
    if read_current(folder) is None:
        shop_folder = data / "demo-shop"
        if not once:
            compile_for_serving(data)
        with ConsoleProgress(console) as progress:
            shop = _generate(shop_folder, products, seed, progress)
            options = BuildOptions(
                catalog=[shop.products],
                index=folder,
                code_version=code_version(),
                queries=shop.queries,
            )
            report = build(options, datetime.now(UTC), progress)
        tell_services(index, report.snapshot_id, data)
    else:
        console.print(
            f"Index {index!r} in {data} is built already; serving it.",
            soft_wrap=True,
            highlight=False,
        )
    if once:
        return
    # What the getting-started pages of InstantSearch ask for.
    os.environ.setdefault("VITRINA_INDEX_ALIASES", f"instant_search={index}")

    def told() -> None:
        base = base_url(host, port)
        typer.echo("\nTry these, in a moment:")
        typer.echo(f"  the shop      {base}/")
        typer.echo(f"  a search      {base}/v1/search?q=black+running+shoes&facets=brand,price")
        typer.echo(f"  a suggestion  {base}/v1/suggest?q=run")
        typer.echo(f"  the API docs  {base}/docs\n")

    run_service(data, host, port, workers, told)


def base_url(host: str, port: int) -> str:
    """Where a browser on this machine finds a service that listens so."""
    if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared, not listened on
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _generate(out: Path, products: int, seed: int, progress: ConsoleProgress) -> DemoShop:
    out.mkdir(parents=True, exist_ok=True)
    progress.begin("demo shop", products, "products")
    return write_demo_shop(out, products, seed, progress.advance)
