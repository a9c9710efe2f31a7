"""What one keystroke of an InstantSearch storefront costs, beside one search of `/v1`.

`python -m benchmarks.keystroke [--products N] [--folder DIR]`; a folder that holds a demo shop is
used again. One thread, in the process, without HTTP and cache. A keystroke is five queries in one
request, as the client builds them with a brand, a price and a category chosen: the page with all
facets, and counts for each of the three (two for the levels of the category).
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.api.algolia.answers import encoded, translated
from app.api.algolia.indexes import Target
from app.api.algolia.parameters import read_query
from app.api.encoding import encode_result
from app.settings import Settings
from app.version import code_version
from benchmarks.large_shop import make
from indexing.current import read_current
from ranking.generation import Generation, open_generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.search.several import search_several
from ranking.warm import warm

SETTINGS = Settings()
LEVELS = "hierarchicalCategories.lvl"
MARKS = {
    "highlightPreTag": "__ais-highlight__",
    "highlightPostTag": "__/ais-highlight__",
    "maxValuesPerFacet": 20,
}
COUNTS = {"hitsPerPage": 0, "page": 0, "analytics": False, "clickAnalytics": False}


def answer(generation: Generation, requests: Sequence[dict[str, Any]]) -> list[bytes]:
    """As `/1/indexes/*/queries` does, from the parsed body to the JSON of the results."""
    queries = [read_query("", raw, SETTINGS) for raw in requests]
    asked = [translated(query, Target("main"), generation, SETTINGS) for query in queries]
    results = search_several([each.request for each in asked], generation, time.perf_counter)
    return [encoded(each, result, generation) for each, result in zip(asked, results, strict=True)]


def keystroke(text: str, generation: Generation) -> list[dict[str, Any]]:
    """Five queries, refined by what the text finds most of."""
    found = search(
        SearchRequest(text=text, facets=("brand", "category", "price"), budget_ms=60_000),
        generation, time.perf_counter,
    ).facets  # fmt: skip
    brands = [str(each.value) for each in found["brand"].values[:2]]
    roots = [str(each.value) for each in found["category"].values[:1]]
    brand = [f"brand:{value}" for value in brands]
    price = [f"price>={found['price'].min or 0}"]
    category = [f"{LEVELS}0:{value}" for value in roots]
    main = {"indexName": "main", "query": text, **MARKS}
    return [
        {**main, "facets": ["*"], "facetFilters": [brand, category], "numericFilters": price},
        {**main, **COUNTS, "facets": "brand", "facetFilters": [category], "numericFilters": price},
        {**main, **COUNTS, "facets": "price", "facetFilters": [brand, category]},
        {**main, **COUNTS, "facets": [f"{LEVELS}0", f"{LEVELS}1"],
         "facetFilters": [brand, category], "numericFilters": price},
        {**main, **COUNTS, "facets": [f"{LEVELS}0"], "facetFilters": [brand],
         "numericFilters": price},
    ]  # fmt: skip


def plain(text: str, generation: Generation) -> bytes:
    """One search of `/v1` with the facets that the storefront at / asks for."""
    facets = ("category", "brand", "price", "auto")
    request = SearchRequest(text=text, facets=facets, budget_ms=60_000)
    return encode_result(search(request, generation, time.perf_counter), generation)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--queries", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        if read_current(folder / "var" / "main") is None:
            make(folder, given.products)
        measure(folder / "var" / "main", given.queries)


def measure(folder: Path, most: int) -> None:
    current = read_current(folder)
    assert current is not None
    generation = open_generation(folder, current, code_version())
    warm(generation)
    table = generation.snapshot.queries
    texts = [table.text(row) for row in range(min(most, len(table.weights)))]
    pressed = [keystroke(text, generation) for text in texts]
    for text, requests in zip(texts[:20], pressed, strict=False):  # every kernel once
        plain(text, generation)
        answer(generation, requests)
    one, first, five = [], [], []
    for text, requests in zip(texts, pressed, strict=True):  # in turn, so that load hits all alike
        one.append(timed(lambda text=text: plain(text, generation)))
        first.append(timed(lambda requests=requests: answer(generation, requests[:1])))
        five.append(timed(lambda requests=requests: answer(generation, requests)))
    print(f"{len(generation.segments[0].columns.keys):,} products, {len(texts)} queries of the log")
    print(f"{'':28}{'p50 ms':>8}{'p95 ms':>8}")
    told = (("one search", one), ("page of a storefront", first), ("keystroke, 5 queries", five))
    for name, times in told:
        print(f"{name:28}{np.percentile(times, 50):8.2f}{np.percentile(times, 95):8.2f}")
    print(f"keystroke / search: {np.median(five) / np.median(one):.2f}")


if __name__ == "__main__":
    main()
