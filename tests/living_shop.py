"""A tiny shop whose products are alike in everything that could decide an order, and random
changes and requests over it.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from catalogs import NOW, open_index

from indexing.build import BuildOptions, build
from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.product import Product
from indexing.progress import Silent
from ranking.filters.filters import And, AnyOf, Exists, Filter, Not, Or, Range
from ranking.generation import Generation
from ranking.search.request import SearchRequest, Sort

WORDS = (
    "mug", "mug", "lamp", "lamp", "shade", "lampshade", "steel", "Steel", "crème", "dish",
    "washer", "dishwasher", "500ml", "2000", "mini", "for", "black", "red", "保温杯", "不锈钢",
    "水杯", "quokka", "XR-200", "grey", "gray",
)  # fmt: skip
QUERIES = ("mug", "steel mug", "lamp shade", "lampshade", "水杯", "不锈钢保温杯", "dish washer",
           "blak mug", "quokka", "mini", "", "red lamp under 20", "grey mug", "zzz", "XR-200",
           "mug for lamp", "black", "steel", "Acme mug", "kitchen", "mug without red", "cheap mug",
           "2000 500 ml", "TW-0001", "p3", "no such thing", "lam", "red")  # fmt: skip
BRANDS = (None, None, "Acme", "Borealis", "Zyx", "acme")
PATHS: tuple[tuple[str, ...], ...] = (
    (), ("Home",), ("Home", "Kitchen"), ("Home", "Light"), ("Zoo", "Cage"), ("Attic",),
)  # fmt: skip
ATTRIBUTES: dict[str, tuple[Any, ...]] = {
    "color": ("Red", "Black", "red", ("Red", "Black"), "Zaffre", "Aqua"),
    "size": ("S", "M", 3.0, "M"),
    "weight": (1.0, 2.0, 2.5),
    "lit": (True, False),
    "fresh": ("new name",),
}
GROUPS = (None, None, None, "g1", "g2", "g3")
NUMBERS: dict[str, tuple[Any, ...]] = {
    "price": (0.0, 5.0, 9.99, 9.99, 20.0, 300.0), "list_price": (9.99, 20.0, 20.0, 400.0),
    "rating": (1.0, 4.5, 4.5, 5.0), "rating_count": (0, 1, 7, 7, 900), "stock": (-1, 0, 0, 1, 40),
    "popularity": (0.0, 1.0, 1.0, 77.5),
    "created_at": tuple(f"2026-0{month}-01T10:00:00Z" for month in (1, 1, 3, 5)),
}  # fmt: skip
SORTS = ("price", "list_price", "rating", "newest", "stock", "popularity", "rating_count",
         "attributes.weight")  # fmt: skip
FACETS = ("brand", "category", "price", "rating", "stock", "created_at", "auto",
          "attributes.color", "attributes.size", "attributes.weight", "attributes.lit")  # fmt: skip
DIMENSION = 4


def drawn_product(draw: random.Random, name: str, *, vectors: bool = False) -> dict[str, Any]:
    """Fields by name; those left out are missing."""
    made: dict[str, Any] = {"id": name, "title": drawn_title(draw)}
    if draw.random() < 0.1:
        made |= {"title": "", "description": drawn_title(draw)}
    elif draw.random() < 0.3:
        made["description"] = drawn_title(draw)
    made |= {"brand": draw.choice(BRANDS), "group_id": draw.choice(GROUPS)}
    made |= drawn_paths(draw) | drawn_numbers(draw, 0.7)
    if draw.random() < 0.2:
        made["identifiers"] = [f"TW-000{draw.randrange(3)}"]
    if draw.random() < 0.08:
        made |= {"price": None, "price_original": {"amount": 12.5, "currency": "GBP"}}
    if draw.random() < 0.1:
        made |= {"price": 5.0, "price_max": 9.99}
    names = draw.sample(sorted(ATTRIBUTES), draw.randrange(4))
    made["attributes"] = {each: draw.choice(ATTRIBUTES[each]) for each in names}
    if vectors and draw.random() < 0.8:
        made["vector"] = [draw.choice((-1.0, 0.5, 1.0)) for _ in range(DIMENSION)]
    return {field: value for field, value in made.items() if value is not None}


def drawn_shop(
    draw: random.Random, index: Path, config: IndexConfig, *, vectors: bool = False
) -> Generation:
    """A generation over a few products."""
    count = draw.choice((1, 5, 14, 14, 20))
    drawn = [drawn_product(draw, f"p{n}", vectors=vectors) for n in range(count)]
    return rebuilt(index, config, [Product.model_validate(each) for each in drawn])


def rebuilt(index: Path, config: IndexConfig, products: Sequence[Product]) -> Generation:
    """Built as every catalogue is, from products that are read already."""
    index.mkdir(parents=True)
    options = BuildOptions([], index, "test", config=config, force=True, beside=lambda _: products)
    build(options, NOW, Silent())
    return open_index(index)


def drawn_title(draw: random.Random) -> str:
    return " ".join(draw.choice(WORDS) for _ in range(draw.choice((1, 2, 2, 3, 4))))


def drawn_paths(draw: random.Random) -> dict[str, Any]:
    path = draw.choice(PATHS)
    if path and draw.random() < 0.2:
        return {"category": path, "categories": [path, draw.choice(PATHS[1:])]}
    return {"category": path}


def drawn_numbers(draw: random.Random, share: float) -> dict[str, Any]:
    return {name: draw.choice(values) for name, values in NUMBERS.items() if draw.random() < share}


def drawn_patch(draw: random.Random, product: Product) -> dict[str, Any]:
    """A canonical merge patch, of numbers mostly."""
    kind = draw.random()
    if kind < 0.55:
        return _number_patch(draw)
    if kind < 0.7:
        return {"title": draw.choice((drawn_title(draw), f"{product.title} quokka"))}
    if kind < 0.75:
        return {"description": draw.choice((None, drawn_title(draw)))}
    if kind < 0.82:
        return {"brand": draw.choice(BRANDS)}
    if kind < 0.9:
        return {"categories": None} | drawn_paths(draw)
    if kind < 0.95:
        name = draw.choice(sorted(ATTRIBUTES))
        return {"attributes": {name: draw.choice((None, *ATTRIBUTES[name]))}}
    return _number_patch(draw) | {"identifiers": draw.choice((None, ["TW-0001"]))}


def _number_patch(draw: random.Random) -> dict[str, Any]:
    names = draw.sample(sorted(NUMBERS), draw.choice((1, 1, 2, 3)))
    made = {name: draw.choice((*NUMBERS[name], None)) for name in names}
    return {"price_max": None, "price_original": None} | made if "price" in made else made


def drawn_request(draw: random.Random, generation: Generation, names: list[str]) -> SearchRequest:
    """names: of products that are there, and of some that are not."""
    fields = generation.snapshot.columns.fields()
    facets = [name for name in FACETS if name == "auto" or name in fields]
    sorts = [name for name in SORTS if name == "newest" or name in fields]
    text = draw.choice(QUERIES)
    if draw.random() < 0.3:
        text = draw.choice((drawn_title(draw), draw.choice(names or ["p0"])))
    vector = None
    if generation.snapshot.encoder.family == "given" and draw.random() < 0.4:
        vector = np.array([draw.choice((-1.0, 0.25, 1.0)) for _ in range(DIMENSION)], np.float32)
    some = [drawn_filter(draw, fields)]
    return SearchRequest(
        text=text,
        vector=vector,
        forced=tuple(some if draw.random() < 0.1 else ()),
        preferred=tuple(some if draw.random() < 0.1 else ()),
        filters=tuple(drawn_filter(draw, fields) for _ in range(draw.choice((0, 0, 1, 1, 2)))),
        facets=tuple(draw.sample(facets, draw.choice((0, 2, 4, len(facets))))),
        facet_limit=draw.choice((1, 3, 20)),
        number_values=draw.choice((0, 3)),
        facets_keep_own=draw.random() < 0.2,
        sort=Sort(draw.choice(sorts), draw.random() < 0.5) if draw.random() < 0.35 else None,
        page=draw.choice((1, 1, 1, 2)),
        page_size=draw.choice((3, 20, 100)),
        explain=draw.random() < 0.1,
        relax=draw.random() < 0.85,
        implied=draw.random() < 0.8,
        diversity=draw.random() < 0.8,
        semantic=draw.random() < 0.85,
        budget_ms=60_000,
    )


def drawn_filter(draw: random.Random, fields: list[str]) -> Filter:
    low, high = sorted((draw.choice((0.0, 5.0, 9.99, 20.0)), draw.choice((9.99, 20.0, 300.0))))
    choices: list[Filter] = [
        AnyOf("brand", (draw.choice(("Acme", "Borealis", "Zyx", "nobody")),)),
        AnyOf("category", (draw.choice(("Home", "Home > Kitchen", "Zoo", "Light", "Attic")),)),
        Range("price", low, high),
        Range("price", None, low),
        AnyOf("price", (9.99, 5.0)),
        Range("stock", 1.0, None),
        Not(Range("rating", 4.5, None)),
        Exists(draw.choice(("price", "rating", "brand", "category", "created_at"))),
        Not(Exists(draw.choice(("price", "stock", "brand")))),
    ]
    if "attributes.color" in fields:
        choices.append(AnyOf("attributes.color", (draw.choice(("Red", "Black", "Zaffre")), "Aqua")))
        choices.append(And((Exists("attributes.color"), Not(AnyOf("brand", ("Acme",))))))
    if "attributes.weight" in fields:
        choices.append(Or((Range("attributes.weight", 2.0, None), Range("price", None, 5.0))))
    return draw.choice(choices)
