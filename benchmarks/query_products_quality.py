"""What can be counted of the query products' quality on a demo shop: part of `query_products`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexing.build import BuildOptions, build
from indexing.completions.keys import typing_key
from indexing.current import read_current
from indexing.demo.events import _PERSONAL as PERSONAL
from indexing.demo.shop import DEMO_UNTIL, DemoShop, write_demo_shop
from indexing.progress import Silent
from indexing.query_log.reading import read_query_log
from indexing.query_log.table_build import LEAST_USERS
from indexing.query_log.trends import STEADY, trends
from ranking.generation import Generation, open_generation
from ranking.suggestions.after_click import after_click
from ranking.suggestions.hint import hint
from ranking.suggestions.item import QueryItem
from ranking.suggestions.recent import Recent
from ranking.suggestions.related import related
from ranking.suggestions.suggest import suggest

K = 10
HELD_OUT_DAYS = 5
SESSION_GAP = timedelta(minutes=30)

Event = tuple[datetime, str, str, str]
Pair = tuple[str, str, str]
"""(query, clicked product or nothing, what was asked next)."""


def demo_quality(scratch: Path, products: int, seed: int) -> Path:
    """Print trends, privacy and next-query success; the index of the whole log."""
    show_trends(scratch)
    shop = write_demo_shop(scratch / "shop", products, seed)
    index = scratch / "var" / "main"
    _build(shop, shop.events, index)
    generation = _opened(index)
    print(f"demo shop of {products:,} products, {shop.event_count:,} events, seed {seed}")
    show_rising(generation, shop)
    show_personal(generation)
    early, late = split(shop.events)
    part = scratch / "early.tsv"
    part.write_text("".join("\t".join(_cells(event)) + "\n" for event in early), encoding="utf-8")
    _build(shop, part, scratch / "var" / "early")
    show_next(_opened(scratch / "var" / "early"), pairs_of(late))
    return index


def _build(shop: DemoShop, events: Path, index: Path) -> None:
    build(BuildOptions([shop.products], index, "benchmark", queries=events), DEMO_UNTIL, Silent())


def _opened(index: Path) -> Generation:
    current = read_current(index)
    assert current is not None
    return open_generation(index, current, "benchmark")


def show_trends(scratch: Path, shops: int = 5, products: int = 5_000) -> None:
    """Tags of several shops' logs against what was planted, six queries each."""
    tagged = planted = both = 0
    for seed in range(1, shops + 1):
        shop = write_demo_shop(scratch / "trends", products, seed)
        log = read_query_log([shop.events])
        trend = trends(log.daily, log.decayed, log.recent_users, log.now, LEAST_USERS)
        texts = {log.keys[number] for number in (trend.tags != STEADY).nonzero()[0].tolist()}
        rising = set(map(typing_key, shop.rising))
        tagged, planted, both = (
            tagged + len(texts), planted + len(rising), both + len(texts & rising)
        )  # fmt: skip
    print(
        f"{shops} logs of {products:,} products: {tagged} tagged rising or new, {planted} planted: "
        f"precision {both / tagged:.2f}, recall {both / planted:.2f}"
    )


def show_rising(generation: Generation, shop: DemoShop) -> None:
    """Planted: queries that the last two days ask far more often than before."""
    table = generation.snapshot.queries
    planted = {typing_key(text) for text in shop.rising}
    tagged = [row for row in range(table.logged) if table.tags[row] != STEADY]
    found = {typing_key(table.text(row)) for row in tagged} & planted
    hot = {typing_key(table.text(row)) for row in table.hot[:K].tolist()} & planted
    print(
        f"  rising or new: {len(tagged)} tagged, {len(found)} of them planted "
        f"(precision {len(found) / max(len(tagged), 1):.2f}), "
        f"recall {len(found) / len(planted):.2f}; {len(hot)} among the {K} hottest"
    )


def show_personal(generation: Generation) -> None:
    """Planted: addresses, telephone and card numbers, names; no prefix of them may say them."""
    said = [
        item.text
        for text in PERSONAL
        for length in range(1, len(text) + 1)
        for item in suggest(text[:length], 50, generation).items
        if typing_key(item.text) == typing_key(text)
    ]
    print(f"  personal lines of the log that are suggested: {len(said)} of {len(PERSONAL)}")


def split(events: Path) -> tuple[list[Event], list[Event]]:
    """The log's days but the last five, and those."""
    rows: list[Event] = []
    for line in events.read_text(encoding="utf-8").splitlines():
        at, user, query, product = line.split("\t")
        rows.append((datetime.fromisoformat(at).astimezone(UTC), user, query, product))
    border = rows[-1][0] - timedelta(days=HELD_OUT_DAYS)
    return [row for row in rows if row[0] < border], [row for row in rows if row[0] >= border]


def _cells(event: Event) -> tuple[str, ...]:
    return event[0].isoformat(), *event[1:]


def pairs_of(events: list[Event]) -> list[Pair]:
    """What each user asked next within half an hour."""
    last: dict[str, Event] = {}
    pairs: list[Pair] = []
    for event in events:
        before = last.get(event[1])
        if (
            before
            and event[0] - before[0] <= SESSION_GAP
            and typing_key(before[2]) != typing_key(event[2])
        ):
            pairs.append((before[2], before[3], event[2]))
        last[event[1]] = event
    return pairs


def show_next(generation: Generation, pairs: list[Pair]) -> None:
    """How often what the user really asked next is among the ten offered."""
    table = generation.snapshot.queries
    known = [pair for pair in pairs if table.row_of(pair[2]) >= 0]
    clicked = [pair for pair in known if pair[1]]
    print(
        f"  next query: {len(pairs):,} steps of the last {HELD_OUT_DAYS} days, of which "
        f"{len(known):,} lead to a query that may be offered"
    )
    hottest = hint(Recent(), K, 0.0, generation)
    popular = {table.row_of(item.text) for item in hottest}
    hits = sum(table.row_of(after) in popular for _, _, after in known)
    print(f"    {'the ten hottest':<34} success@{K} {hits / len(known):.3f} of {len(known):,}")
    ways: list[tuple[str, list[Pair], Callable[[Pair], list[QueryItem]]]] = [
        ("hint, after the query", known, lambda p: _hint(generation, p, False)),
        ("hint, after query and product", clicked, lambda p: _hint(generation, p, True)),
        ("after click", clicked, lambda p: after_click(p[0], p[1], K, generation)),
        ("related", known, lambda p: _related(generation, p[0])),
    ]
    for name, steps, offered in ways:
        hits = sum(
            table.row_of(step[2]) in {table.row_of(item.text) for item in offered(step)}
            for step in steps
        )
        print(f"    {name:<34} success@{K} {hits / len(steps):.3f} of {len(steps):,}")


def _hint(generation: Generation, pair: Pair, with_product: bool) -> list[QueryItem]:
    products = [pair[1]] if with_product else []
    return hint(Recent.of([pair[0]], products, generation), K, 0.0, generation)


def _related(generation: Generation, text: str) -> list[QueryItem]:
    vector = generation.snapshot.queries.vector(generation.snapshot.queries.row_of(text))
    return related(text, vector, [], K, generation)
