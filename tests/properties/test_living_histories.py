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
from living_shop import drawn_request, drawn_shop
from same_answers import same

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation
from ranking.search.root import search

KINDS = {
    "kept": IndexConfig(min_matches=4, currency="USD"),
    "demoted": IndexConfig(min_matches=4, currency="USD", out_of_stock="demote"),
    "hidden, with vectors": IndexConfig(min_matches=2, out_of_stock="hide"),
}
CHAINS = int(os.environ.get("CHAINS", "5"))
SEED = int(os.environ.get("SEED", "0"))
CHAINS_A_SHOP = 8
STEPS, WAYS, REQUESTS = 13, 4, 2


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: a history writes hundreds of small files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.mark.parametrize("kind", KINDS)
def test_all_histories_end_where_a_whole_build_does(folder: Path, kind: str) -> None:
    seen: set[tuple[int, int, str]] = set()
    for number in range(CHAINS):
        seed = SEED * 1_000_000 + number
        if number % CHAINS_A_SHOP == 0:
            shop = folder / f"shop-{number}" / "main"
            vectors = "vectors" in kind
            base = drawn_shop(random.Random(f"{kind} {seed}"), shop, KINDS[kind], vectors=vectors)
        compared = chain(base, random.Random(f"{kind} {seed} chain"), folder / "chain")
        seen.update((number, step, told) for step, told in compared)
        shutil.rmtree(folder / "chain")
    assert len(seen) > 0.8 * CHAINS * STEPS * WAYS


def chain(base: Generation, draw: random.Random, folder: Path) -> Iterator[tuple[int, str]]:
    """The histories that were compared: step, and what was done until then."""
    vectors = base.snapshot.encoder.family == "given"
    catalogue = Catalogue.of(base.snapshot)
    ways = [Living(base, folder / str(way), random.Random(draw.random())) for way in range(WAYS)]
    for step in range(STEPS):
        steps = range(draw.choice((1, 1, 1, 3)))
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
            yield step, living.told
        shutil.rmtree(folder / "whole")
