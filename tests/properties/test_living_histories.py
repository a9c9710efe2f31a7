"""Whatever happened to a catalogue, in whatever order and batches: it answers as one made at once.

A history is a sequence of changes and how they were applied: in which batches, with which merges,
shorter journals and restarts between them. Every beginning of a history is one, so all are compared
after each step; and the same changes are applied in several ways side by side, which share the
whole that they are compared with.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from living_histories import Catalogue, Living, drawn_step, facts_of, whole
from living_segments import Segments
from living_shop import drawn_request, drawn_shop, rebuilt
from same_answers import same

from app.changes.current_products import CurrentProducts
from app.changes.sqlite_change_log import SqliteChangeLog
from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.product import Product
from indexing.live import merging, writer
from ranking.generation import Generation
from ranking.search.root import search
from ranking.search.similar import similar

KINDS = {
    "kept": IndexConfig(min_matches=4, currency="USD"),
    "demoted": IndexConfig(min_matches=4, currency="USD", out_of_stock="demote"),
    "hidden, with vectors": IndexConfig(min_matches=2, out_of_stock="hide"),
}
CHAINS = int(os.environ.get("CHAINS", "4"))
SEED = int(os.environ.get("SEED", "0"))
A_SHOP, REBUILT = 2, 2
"""Chains from one build; every so-manieth of them another shop, the others made of what the chain
before has ended with.
"""
STEPS, WAYS, REQUESTS = 11, 8, 2
A_CHAIN = 84 if SEED == 0 else 70
"""Different histories of each chain at least, on average: a thousand in every test run. Other seeds
may draw more shops of a single product.
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: a history writes hundreds of small files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.mark.parametrize("kind", KINDS)
def test_all_histories_end_where_a_whole_build_does(
    folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    different: set[tuple[int, str]] = set()
    config, vectors = KINDS[kind], "vectors" in kind
    catalogue: Catalogue | None = None
    for number in range(CHAINS):
        draw = random.Random(f"{kind} {SEED} {number}")
        if catalogue is None or number % (A_SHOP * REBUILT) == 0:
            base = drawn_shop(draw, folder / f"shop-{number}", config, vectors=vectors)
        elif number % A_SHOP == 0:
            products = through_the_log(base, catalogue, folder / "log")
            base = rebuilt(folder / f"shop-{number}", config, products)
        segments = Segments(folder / "chain" / "segments", random.Random(draw.random()))
        monkeypatch.setattr(writer, "build_segment", segments.build)
        monkeypatch.setattr(merging, "build_segment", segments.build)
        catalogue = Catalogue.of(base.snapshot, draw)
        compared = chain(base, catalogue, draw, folder / "chain")
        different.update((number, told) for told in compared)
        shutil.rmtree(folder / "chain")
    assert len(different) >= A_CHAIN * CHAINS


def chain(
    base: Generation, catalogue: Catalogue, draw: random.Random, folder: Path
) -> Iterator[str]:
    """The histories that were compared."""
    vectors = base.snapshot.encoder.family == "given"
    ways = [Living(base, folder / str(way), random.Random(draw.random())) for way in range(WAYS)]
    for living in ways:
        living.put_again(catalogue)
    for step in range(STEPS):
        steps = range(draw.choice((1, 1, 1, 3)) if step else 0)  # at first as it was built
        changes = [c for _ in steps for c in drawn_step(catalogue, draw, vectors=vectors)]
        expected = whole(base, catalogue, folder / "whole")
        facts = facts_of(expected)
        requests = [drawn_request(draw, base, sorted(catalogue.held)) for _ in range(REQUESTS)]
        answers = [search(asked, expected, time.perf_counter) for asked in requests]
        for way, living in enumerate(ways):
            living.take(changes)
            shown = living.generation() if draw.random() < 0.9 else living.followed()
            assert facts_of(shown) == facts, living.told
            asked = requests[way % REQUESTS]
            same(answers[way % REQUESTS], search(asked, shown, time.perf_counter), asked)
            if way == 0 and catalogue.held:
                name = draw.choice(catalogue.in_order())
                assert like(shown, name) == like(expected, name)
            yield living.told
        shutil.rmtree(folder / "whole")


def like(generation: Generation, name: str) -> list[str]:
    """Products like this one."""
    found = [(place, each.find(name)) for place, each in enumerate(generation.segments)]
    place, doc = next(pair for pair in found if pair[1] is not None)
    return [hit.id for hit in similar(doc, generation, 5, segment=place)]


def through_the_log(base: Generation, catalogue: Catalogue, folder: Path) -> list[Product]:
    """What `vitrina compact` takes up: the same products, in the order in which they appeared."""
    (folder / "main").mkdir(parents=True)
    documents = base.snapshot.documents
    log = SqliteChangeLog(folder, 1 << 26, "os", lambda: 1)
    left = list(catalogue.asked)
    while left:
        count = catalogue.draw.choice((1, 5, len(left)))
        outcomes = log.append(
            "main", [change for change, _ in left[:count]],
            lambda ids: [documents.find(each) is not None for each in ids],
        )  # fmt: skip
        assert [type(outcome) for outcome in outcomes] == [told for _, told in left[:count]]
        del left[:count]
    refused: list[str] = []
    current = CurrentProducts(
        base.snapshot, log, "main", log.last("main"), lambda name, _: refused.append(name)
    )
    products = list(current.all())
    log.close()
    shutil.rmtree(folder)
    assert products == [catalogue.held[name] for name in catalogue.in_order()]
    return products
