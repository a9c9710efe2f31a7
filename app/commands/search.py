"""`vitrina search`: one search in the terminal, without a server."""

import time
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.version import code_version


def search(
    text: Annotated[str, typer.Argument(help="What a shopper would type.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="As in the URL: brand:Acme|Lumo")
    ] = None,
    sort: Annotated[str | None, typer.Option(help="field:asc or field:desc, or newest")] = None,
    size: Annotated[int, typer.Option(min=1, max=100, help="Number of hits.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, hit by hit.")] = False,
) -> None:
    """Search an index and print a table."""
    from app.commands.explained import explained_lines
    from indexing.errors import SnapshotError
    from indexing.publish import index_folder, read_current
    from ranking.filter_syntax import parse_filters
    from ranking.generation import open_generation
    from ranking.pipeline import search as run
    from ranking.request import SearchRequest
    from ranking.sorting import parse_sort

    folder = index_folder(data, index)
    current = read_current(folder)
    if current is None:
        raise SnapshotError(f"index {index!r} in {data} has no snapshot. Run `vitrina build`.")
    generation = open_generation(folder, current, code_version())
    request = SearchRequest(
        text=text,
        filters=parse_filters(filters or []),
        sort=parse_sort(sort),
        page_size=size,
        explain=explain,
        budget_ms=60_000,
    )
    run(request, generation, time.perf_counter)  # loads the kernels, as a service does at its start
    begun = time.perf_counter()
    result = run(request, generation, time.perf_counter)
    took_ms = (time.perf_counter() - begun) * 1000
    console = Console()
    table = Table("#", "product", "brand", "price", "score", "found by")
    for place, hit in enumerate(result.hits, 1):
        product = orjson.loads(hit.product)
        channels = " ".join(f"{channel.name}#{channel.rank}" for channel in hit.channels)
        table.add_row(
            str(place),
            escape(str(product.get("title", hit.id))),
            escape(str(product.get("brand", ""))),
            f"{product['price']:,.2f}" if "price" in product else "",
            f"{hit.score:.3f}",
            channels,
        )
    console.print(table)
    console.print(
        f"{result.total:,} products ({result.total_strict:,} match all terms), {took_ms:.1f} ms",
        highlight=False,
    )
    if explain:
        for place, hit in enumerate(result.hits, 1):
            title = orjson.loads(hit.product).get("title", hit.id)
            console.print(f"\n{place}. {escape(str(title))} ({escape(hit.id)})")
            for line in explained_lines(hit):
                console.print(f"   {line}", markup=False, highlight=False, soft_wrap=True)
