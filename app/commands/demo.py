"""`vitrina demo` and `vitrina demo-data`: the shop that comes with Vitrina."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from indexing.demo.shop import DemoShop, write_demo_shop
from rich.console import Console

from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.progress import ConsoleProgress
from app.version import code_version

_Products = Annotated[
    int, typer.Option("--products", min=1_000, max=10_000_000, help="Number of products.")
]
_Seed = Annotated[int, typer.Option("--seed", help="The same seed makes the same shop.")]


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
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    workers: Annotated[int, typer.Option(min=1, help="Worker processes.")] = 1,
    once: Annotated[bool, typer.Option("--no-serve", help="Build only, do not serve.")] = False,
) -> None:
    """Generate the demo shop, index it, serve it. What is already built is kept."""
    from indexing.build import BuildOptions, build
    from indexing.publish import index_folder, read_current

    console = Console(stderr=True)
    folder = index_folder(data, index)
    if read_current(folder) is None:
        shop_folder = data / "demo-shop"
        with ConsoleProgress(console) as progress:
            shop = _generate(shop_folder, products, seed, progress)
            options = BuildOptions(
                catalog=[shop.products],
                index=folder,
                code_version=code_version(),
                queries=shop.queries,
            )
            build(options, datetime.now(UTC), progress)
    else:
        console.print(f"Index {index!r} in {data} is built already; serving it.", highlight=False)
    if once:
        return
    from app.commands.serve import serve

    base = f"http://{host}:{port}"
    console.print("\n[bold]Try these:[/bold]")
    console.print(f"  a search      {base}/v1/search?q=black+running+shoes&facets=brand,price")
    console.print(f"  a suggestion  {base}/v1/suggest?q=run")
    console.print(f"  the API docs  {base}/docs\n")
    serve(data=data, host=host, port=port, workers=workers)


def _generate(out: Path, products: int, seed: int, progress: ConsoleProgress) -> DemoShop:
    out.mkdir(parents=True, exist_ok=True)
    progress.begin("demo shop", products, "products")
    return write_demo_shop(out, products, seed, progress.advance)
