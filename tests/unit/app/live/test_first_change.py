"""The first changes cost no search the time to load or compile a kernel."""

import time
from pathlib import Path
from typing import Any

import orjson
from catalogs import build_index, open_index
from kernel_signatures import signatures

from app.live.first_change import ready_for_changes
from app.live.views import LiveViews
from indexing.live.batch import LiveChange
from indexing.live.state import live_folder
from indexing.live.warm import prepare
from indexing.live.writer import LiveWriter
from ranking.generation import Generation
from ranking.search.request import SearchRequest, Sort
from ranking.search.root import search
from ranking.warm import warm

SHOP = [
    {"id": f"p{n}", "title": f"{('Oak', 'Steel')[n % 2]} Lamp {n}", "price": 5 + n, "stock": 3,
     "brand": f"Brand {n % 5}", "category": ["Home", ("Lamps", "Lights")[n % 2]],
     "attributes": {"colour": ("red", "blue")[n % 2], "watts": n % 7}}
    for n in range(60)
]  # fmt: skip
CHANGES: list[tuple[str, str, Any]] = [
    ("p1", "patch", {"price": 3.5}),
    ("new", "put", {"id": "new", "title": "Oak Lamp of tomorrow", "price": 4, "brand": "Brand 1"}),
    ("p2", "delete", None),
    ("p3", "patch", {"title": "Steel Lamp of today", "brand": "Brand 77"}),
]


def test_no_search_meets_a_new_kernel(tmp_path: Path) -> None:
    index = tmp_path / "main"
    build_index(index, SHOP)
    generation = open_index(index)
    live = live_folder(index, generation.snapshot.id)
    warm(generation)
    ask(generation)  # so that what is new below is so by the changes
    assert not ready_for_changes(generation, live)  # nobody has prepared it
    prepare(generation.snapshot, live)
    assert ready_for_changes(generation, live)
    views, writer = LiveViews(tmp_path, 0), LiveWriter(generation.snapshot, live, "log", 0)
    views.take_up(generation)
    for seq, (name, op, body) in enumerate(CHANGES, 1):
        line = None if body is None else orjson.dumps(body)
        writer.apply([LiveChange(seq, name, op, line)])  # type: ignore[arg-type] # a literal
        views.look()
        now, before = views.shown("main"), signatures()
        assert now is not None
        assert now.epoch == seq
        ask(now)
        assert not signatures() - before, "\n".join(sorted(signatures() - before))


def ask(generation: Generation) -> None:
    facets = ("brand", "category", "price", "auto")
    for text in ("lamp", "oak lamp", "steel", "today", "", "red light", "brand 77"):
        for sort in (None, Sort("price")):
            asked = SearchRequest(text=text, facets=facets, sort=sort)
            search(asked, generation, time.monotonic)
