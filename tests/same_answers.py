"""Random requests over a shop, and whether two generations answer them alike."""

import random
from typing import Any

import pytest

from ranking.filters.filters import AnyOf, Exists, Filter, Not, Or, Range
from ranking.generation import Generation
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import Hit, SearchResult

SORTS = (Sort("price"), Sort("price", True), Sort("rating", True), Sort("newest", True),
         Sort("stock"))  # fmt: skip
HARD = ("", "zzzz qqqq", "under 50", "cheap", "no such thing 12345", "TW-0032", "!!!", "plum doily")


def requests_of(generation: Generation, count: int, seed: int) -> list[SearchRequest]:
    """Random requests of every kind, over words, values and numbers of the shop."""
    draw = random.Random(seed)
    snapshot = generation.snapshot
    documents, columns = snapshot.documents, snapshot.columns
    brands = columns.keywords["brand"].values
    attributes = [name for name in columns.keywords if name.startswith("attributes.")]
    made = []
    for _ in range(count):
        made.append(
            SearchRequest(
                text=_text(draw, documents.product_at(draw.randrange(len(documents)))),
                filters=_filters(draw, generation, list(brands)),
                facets=_facets(draw, attributes),
                facet_limit=draw.choice((5, 20, 200)),
                sort=draw.choice(SORTS) if draw.random() < 0.2 else None,
                page=draw.choice((1, 1, 1, 2, 3)),
                page_size=draw.choice((5, 20, 100)),
                explain=draw.random() < 0.1,
                relax=draw.random() < 0.85,
                diversity=draw.random() < 0.8,
                semantic=draw.random() < 0.85,
                budget_ms=60_000,
            )
        )
    return made


def _text(draw: random.Random, product: dict[str, Any]) -> str:
    kind = draw.random()
    words = str(product["title"]).split()
    if kind < 0.12:
        return draw.choice(HARD)
    if kind < 0.2:
        return str(draw.choice([product["id"], *product.get("identifiers", [])]))
    if kind < 0.3:
        return draw.choice(("felt coaster", "grey coaster", "equal coaster"))
    chosen = draw.sample(words, min(len(words), draw.choice((1, 2, 2, 3, 5))))
    if kind < 0.4:
        chosen.append(f"under {draw.randrange(5, 200)}")
    if kind < 0.5 and len(chosen[0]) > 4:
        chosen[0] = chosen[0][:2] + chosen[0][3:]  # mistyped
    return " ".join(chosen)


def _filters(draw: random.Random, generation: Generation, brands: list[str]) -> tuple[Filter, ...]:
    columns = generation.snapshot.columns
    choices: list[Filter] = [
        AnyOf("brand", tuple(draw.sample(brands, 3))),
        AnyOf("category", (draw.choice(list(columns.keywords["category"].values)),)),
        Range("price", float(draw.randrange(40)), float(draw.randrange(50, 300))),
        Not(AnyOf("brand", (draw.choice(brands),))),
        Or((Range("price", None, 20.0), Exists("rating"))),
        Range("price", 1e7, None),  # leaves nothing
    ]
    return tuple(draw.sample(choices, draw.choice((0, 0, 0, 1, 1, 2))))


def _facets(draw: random.Random, attributes: list[str]) -> tuple[str, ...]:
    fields = ["brand", "category", "price", "rating", "created_at", "auto", draw.choice(attributes)]
    return tuple(draw.sample(fields, draw.choice((0, 1, 3, 7))))


def hit_facts(hit: Hit) -> tuple[Any, ...]:
    channels = [(channel.name, channel.rank) for channel in hit.channels]
    return hit.id, hit.level, channels, hit.variants, hit.highlights, hit.product


def same(one: SearchResult, other: SearchResult, asked: SearchRequest) -> None:
    assert [hit_facts(hit) for hit in other.hits] == [hit_facts(hit) for hit in one.hits], asked
    assert [hit.score for hit in other.hits] == pytest.approx(
        [hit.score for hit in one.hits], abs=2e-5
    ), asked
    assert (other.total, other.total_strict) == (one.total, one.total_strict), asked
    assert other.facets == one.facets, asked
    assert other.query == one.query, asked
    assert other.relaxed == one.relaxed, asked
    assert other.did_you_mean == one.did_you_mean, asked
    assert [hit.id for hit in other.fallback_hits] == [hit.id for hit in one.fallback_hits], asked
    assert other.degraded == one.degraded
    told = [(stage.name, stage.taken, stage.passed, stage.skipped) for stage in one.stages]
    assert [(s.name, s.taken, s.passed, s.skipped) for s in other.stages] == told, asked
    for left, right in zip(one.hits, other.hits, strict=True):
        assert (left.explanation is None) == (right.explanation is None)
        if left.explanation is not None and right.explanation is not None:
            assert right.explanation["lexical"] == left.explanation["lexical"], asked
            assert right.explanation["moved"] == left.explanation["moved"], asked
