"""However a catalogue came about, it answers alike: built whole, or by changes one after another.

Given the same frozen tables (statistics, lexica of the build, encoder, names, fields) and exact
vectors: so both sides stand beside the same snapshot, whose own products are all replaced.
"""

import gzip
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from catalogs import build_index, open_index
from same_answers import requests_of, same

from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.product import Product
from indexing.catalogue.product_line import line_of, patched
from indexing.demo.shop import write_demo_shop
from indexing.live.batch import LiveChange
from indexing.live.grouping import Placed, in_order
from indexing.live.journal import Journal, records
from indexing.live.segment import build_segment
from indexing.live.state import State, segment_folder, write_state
from indexing.live.view import View, ViewKeeper
from indexing.live.writer import LiveWriter
from ranking.generation import Generation
from ranking.search.root import search

SHOP = 260
KEPT = 200
"""Of the shop's products so many are there from the beginning."""
BATCHES = 12
HISTORIES = int(os.environ.get("HISTORIES", "3"))
REQUESTS = 40


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("living")
    with gzip.open(write_demo_shop(folder / "shop", SHOP, seed=8).products) as file:
        return [orjson.loads(line) for line in file]


@pytest.fixture(scope="module")
def built(shop: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index = tmp_path_factory.mktemp("living") / "main"
    build_index(index, shop[:KEPT], config=IndexConfig(min_matches=10))
    return open_index(index)


def product_at(generation: Generation, doc: int) -> Product:
    from indexing.catalogue.product_line import product_of

    line = generation.snapshot.documents.json_at(doc)
    return product_of(line, generation.snapshot.config.currency)


class History:
    """Random changes, and what the catalogue then is, kept in a plain dictionary."""

    def __init__(self, generation: Generation, spare: list[Product], seed: int) -> None:
        self.draw = random.Random(seed)
        docs = range(generation.snapshot.doc_count)
        self.held = {p.id: p for p in (product_at(generation, doc) for doc in docs)}
        self.spare = list(spare)
        self.seq = 0

    def everything(self) -> list[LiveChange]:
        return [self.put(product) for product in list(self.held.values())]

    def put(self, product: Product) -> LiveChange:
        self.held[product.id] = product
        return self._change(product.id, "put", line_of(product))

    def batch(self, count: int) -> list[LiveChange]:
        return [self._any() for _ in range(count)]

    def _any(self) -> LiveChange:
        kind = self.draw.random()
        name = self.draw.choice(sorted(self.held))
        product = self.held[name]
        if kind < 0.35:
            return self._patch(name, self._numbers())
        if kind < 0.5:
            return self._patch(name, {"title": f"{product.title} {self.draw.choice(WORDS)}"})
        if kind < 0.6:
            return self._patch(
                name, {"brand": self.draw.choice(("Zyxora", "Aabix", product.brand))}
            )
        if kind < 0.68 and product.attributes:
            attribute = self.draw.choice(sorted(product.attributes))
            if isinstance(product.attributes[attribute], str):
                value = self.draw.choice((None, "Aquamarine", "Zaffre"))
                return self._patch(name, {"attributes": {attribute: value}})
        if kind < 0.78 and len(self.held) > 20:
            del self.held[name]
            return self._change(name, "delete", None)
        if kind < 0.85:
            paths = self.draw.choice((("Attic",), (*product.category, "Oddments"), ("Zoo", "Cage")))
            return self._patch(name, {"category": list(paths), "categories": None})
        if kind < 0.9:
            group = self.draw.choice(sorted(self.held))
            return self.put(product.model_copy(update={"group_id": self.held[group].group_id}))
        if self.spare:
            return self.put(self.spare.pop())
        return self.put(product.model_copy(update={"id": f"new-{self.seq}"}))

    def _numbers(self) -> dict[str, Any]:
        draw = self.draw
        choices = {
            "price": round(draw.uniform(1, 400), 2), "stock": draw.randrange(-1, 40),
            "rating": round(draw.uniform(1, 5), 1), "rating_count": draw.randrange(1, 5000),
            "popularity": draw.uniform(0, 100), "list_price": round(draw.uniform(1, 500), 2),
            "created_at": f"20{draw.randrange(10, 26)}-03-0{draw.randrange(1, 9)}T10:00:00Z",
        }  # fmt: skip
        names = draw.sample(sorted(choices), draw.randrange(1, 3))
        return {name: draw.choice((choices[name], choices[name], None)) for name in names}

    def _patch(self, name: str, patch: dict[str, Any]) -> LiveChange:
        body = orjson.dumps(patch)
        self.held[name] = patched(self.held[name], body, None)
        return self._change(name, "patch", body)

    def _change(self, name: str, op: str, body: bytes | None) -> LiveChange:
        self.seq += 1
        return LiveChange(self.seq, name, op, body)


WORDS = ("quokka", "zibeline", "steel", "black", "mini", "2000")


def shown(generation: Generation, view: View) -> Generation:
    return replace(generation, snapshot=view.snapshot, parts=view.segments)


def whole(generation: Generation, history: History, view: View, folder: Path) -> View:
    """The catalogue that the history ends with, in one segment made at once."""
    rows = {}
    for name in history.held:
        found = view.find(name)
        assert found is not None, name
        rows[name] = int(view.segments[found[0]].columns.keys[found[1]]) & 0xFFFFFFFF
    folder.mkdir()
    products, keys = in_order(Placed(history.held[name], rows[name]) for name in history.held)
    build_segment(segment_folder(folder, 1), products, keys, generation.snapshot)
    gone = records([(0, doc, 255, 0.0) for doc in range(generation.snapshot.doc_count)])
    count = Journal(folder / "journal").append(gone, 0)
    write_state(folder, State("run", "log", 1, "journal", 0, count, 0, (1,)))
    return ViewKeeper(generation.snapshot, folder).refresh()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_history_ends_where_a_whole_build_does(
    built: Generation, shop: list[dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    spare = [Product.model_validate(dict(each.items())) for each in shop[KEPT:]]
    history = History(built, spare, seed)
    writer = LiveWriter(built.snapshot, tmp_path / "live", "log", 0)
    writer.apply(history.everything())
    for _ in range(BATCHES):
        writer.apply(history.batch(history.draw.choice((1, 3, 20))))
        spare = history.draw.random() < 0.3
        merge = writer.merge_due(spare=spare) if history.draw.random() < 0.7 else None
        if merge is not None:
            made = merge.build(writer.folder_of(merge), built.snapshot)
            writer.apply(history.batch(history.draw.choice((0, 5))))  # goes on meanwhile
            writer.merged(merge, made)
        writer.shorten_journal(most=150)
    living = shown(built, writer.view)
    follower = shown(built, ViewKeeper(built.snapshot, tmp_path / "live").refresh())
    expected = shown(built, whole(built, history, writer.view, tmp_path / "whole"))
    assert writer.view.counts()["products"] == len(history.held)
    for asked in requests_of(expected, REQUESTS, seed):
        one = search(asked, expected, time.perf_counter)
        same(one, search(asked, living, time.perf_counter), asked)
        same(one, search(asked, follower, time.perf_counter), asked)
