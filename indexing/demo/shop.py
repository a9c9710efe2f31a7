"""Writes the demo shop: products, queries with known intent, a query log, search events."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from indexing.demo.events import rising_queries, write_events
from indexing.demo.products import ProductStream
from indexing.demo.queries import make_intents, write_intents, write_query_counts
from indexing.demo.sample import Sample

DEMO_UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
MIN_PRODUCTS, MAX_PRODUCTS = 1, 10_000_000
_LINES_PER_WRITE = 512
_GZIP = 16 + zlib.MAX_WBITS  # zlib then writes a gzip header, whose time is 0


@dataclass(frozen=True, slots=True)
class DemoShop:
    """products: JSON lines, gzip. queries: query TAB count. intents: JSON lines (queries.Intent).

    events: time TAB user TAB query TAB clicked product's id or nothing.

    rising: queries that the events' last two days ask far more often than before.
    """

    products: Path
    queries: Path
    intents: Path
    events: Path
    product_count: int
    query_count: int
    intent_count: int
    event_count: int
    rising: tuple[str, ...]


def write_demo_shop(
    out: Path,
    products: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    until: datetime = DEMO_UNTIL,
) -> DemoShop:
    """Write the shop's four files into `out`, which is made if need be; files there are replaced.

    The same products, seed and until give the same bytes; a smaller shop's products are the
    first of a larger one's. progress: told the number of products written so far. until: the
    shop's present; nothing in it is younger. Memory does not grow with the shop.
    Raises ValueError for a number of products outside 1..10,000,000 or a negative seed.
    """
    if not MIN_PRODUCTS <= products <= MAX_PRODUCTS:
        raise ValueError(f"products is {products}; choose {MIN_PRODUCTS} to {MAX_PRODUCTS:,}")
    if seed < 0:
        raise ValueError(f"seed is {seed}; choose 0 or more")
    out.mkdir(parents=True, exist_ok=True)
    catalog, queries, known, events = (
        out / name for name in ("products.jsonl.gz", "queries.tsv", "intents.jsonl", "events.tsv")
    )
    sample = Sample()
    with catalog.open("wb") as file:
        for done in _write_products(file, products, seed, until, sample):
            if progress is not None:
                progress(done)
    intents = make_intents(sample, products, seed)
    write_intents(known, intents)
    query_count = write_query_counts(queries, intents, products)
    event_count = write_events(events, intents, sample, products, seed, until)
    return DemoShop(
        products=catalog,
        queries=queries,
        intents=known,
        events=events,
        product_count=products,
        query_count=query_count,
        intent_count=len(intents),
        event_count=event_count,
        rising=tuple(intent.query for intent in rising_queries(intents)),
    )


def _write_products(
    file: BinaryIO, products: int, seed: int, until: datetime, sample: Sample
) -> Iterator[int]:
    """Yields how many are written, now and then and at the end."""
    gzip = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    lines: list[bytes] = []
    written = 0
    for group in ProductStream(seed, until).groups():
        del group[products - written :]
        sample.offer(group)
        lines += [orjson.dumps(product, option=orjson.OPT_APPEND_NEWLINE) for product in group]
        written += len(group)
        if len(lines) >= _LINES_PER_WRITE or written == products:
            file.write(gzip.compress(b"".join(lines)))
            lines.clear()
            yield written
        if written == products:
            break
    file.write(gzip.flush())
