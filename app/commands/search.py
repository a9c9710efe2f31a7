"""`vitrina search`: one search in the terminal, without a server."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.commands.options import (
    DEFAULT_DATA,
    DEFAULT_INDEX,
    DataOption,
    IndexOption,
    tell_compiling,
)
from app.version import code_version

if TYPE_CHECKING:
    from ranking.search.result import SearchResult

SWITCHES = (
    "correct", "synonyms", "entities", "categories", "implied", "relax", "semantic", "diversity",
)  # fmt: skip


def search(
    text: Annotated[str, typer.Argument(help="What a shopper would type.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help="As in the URL: brand:Acme|Lumo")
    ] = None,
    sort: Annotated[str | None, typer.Option(help="field:asc or field:desc, or newest")] = None,
    size: Annotated[int, typer.Option(min=1, max=100, help="Number of hits.")] = 10,
    off: Annotated[
        list[str] | None,
        typer.Option(
            "--off",
            help="A part to leave out; repeatable: correct, synonyms, entities, categories, "
            "implied, relax, semantic, diversity.",
        ),
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="A named policy of index.toml; default: the index's own.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, hit by hit.")] = False,
) -> None:
    """Search an index and print a table."""
    from app.commands.explained import explained_lines
    from app.commands.published import published
    from ranking.filters.url_syntax import parse_filters
    from ranking.generation import open_generation
    from ranking.search.request import SearchRequest
    from ranking.search.root import search as run
    from ranking.search.sorting import parse_sort

    folder, current = published(data, index)
    tell_compiling(data)
    generation = open_generation(folder, current, code_version()).under(policy)
    request = SearchRequest(
        text=text,
        filters=parse_filters(filters or []),
        sort=parse_sort(sort),
        page_size=size,
        explain=explain,
        budget_ms=60_000,
        **_switched(off or []),
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
    for line in _understood(result):
        console.print(line, highlight=False, markup=False)
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


def _switched(off: list[str]) -> dict[str, Any]:
    for name in off:
        if name not in SWITCHES:
            raise typer.BadParameter(f"--off {name}: there is {', '.join(SWITCHES)}.")
    return dict.fromkeys(off, False)


def _understood(result: "SearchResult") -> Iterator[str]:
    """What was made of the query, where that is more than its words."""
    query = result.query
    if query["corrected"]:
        yield f"searched for {query['corrected']!r}; --off correct takes the query as typed"
    if result.did_you_mean:
        yield f"did you mean: {', '.join(result.did_you_mean)}"
    for each in query["expansions"]:
        yield f"also looked for {each['also']!r}, as {each['said']!r} says it"
    for each in query["entities"]:
        yield f"{each['text']!r} names {each['field']} {each['value']}"
    for each in query["filters"]:
        done = "filtered" if each["applied"] else f"did not filter ({each['why_not']})"
        yield f"{each['text']!r} {done} by {each['field']}"
    if result.relaxed is not None and result.relaxed.dropped:
        yield f"not in all of them: {', '.join(result.relaxed.dropped)}"
