"""The shop of a simulation: the demo shop in a data folder, and products that come later."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from app.errors import SimulationError
from indexing.arrays import Int64Array
from indexing.current import index_folder, read_current
from indexing.demo.products import ProductStream
from indexing.demo.queries import read_intents
from indexing.demo.shop import DEMO_UNTIL, write_demo_shop
from ranking.simulation.goods import goods_of
from ranking.simulation.world import World, make_world

FOLDER: Final = "demo-shop"
_SIMULATED: Final = "simulated"
_PLANTED: Final = 3
"""Every third group that arrives is one that everybody likes."""


@dataclass(frozen=True, slots=True)
class Shop:
    """catalog, queries: files to build from. arriving: lines of products that come later, the last
    of the world's. planted: numbers of good ones among them.
    """

    catalog: Path
    queries: Path
    world: World
    arriving: tuple[dict[str, Any], ...]
    planted: Int64Array


def open_shop(
    data: Path, index: str, products: int, arriving: int, intents: int, arrive_at: float, seed: int
) -> Shop:
    """Made if it is not there. products: of a new shop. intents: the most asked so many; 0: all.

    arrive_at: day on which what is `arriving` comes. Raises SimulationError for a folder that
    holds something else, or was simulated before.
    """
    folder = data / FOLDER
    if not (folder / "intents.jsonl").is_file():
        if read_current(index_folder(data, index)) is not None:
            raise SimulationError(
                f"index {index!r} in {data} is no demo shop: nobody knows what its shoppers want. "
                "Name another folder with --data."
            )
        write_demo_shop(folder, products, seed)
    elif (folder / _SIMULATED).exists():
        raise SimulationError(
            f"{data} was simulated before: its prices and products are no longer those of "
            f"{folder}. Name a new folder with --data."
        )
    catalog = folder / "products.jsonl.gz"
    with gzip.open(catalog, "rb") as file:
        there = [orjson.loads(line) for line in file]
    coming = tuple(_arriving(there, arriving, seed))
    goods = goods_of(chain(there, coming))
    arrivals = np.where(np.arange(len(goods)) < len(there), 0.0, arrive_at)
    new = np.unique(goods.groups[len(there) :])
    known = read_intents(folder / "intents.jsonl")
    known.sort(key=lambda intent: (-intent.weight, intent.query))
    world = make_world(
        known[: intents or None], goods, seed, arrivals=arrivals, planted=new[::_PLANTED]
    )
    return Shop(catalog, folder / "queries.tsv", world, coming, new[::_PLANTED])


def mark_simulated(data: Path) -> None:
    (data / FOLDER / _SIMULATED).touch()


def _arriving(there: list[dict[str, Any]], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Whole groups from where the shop's own stream of products ends. Raises SimulationError."""
    seen = 0
    for group in ProductStream(seed, DEMO_UNTIL).groups():
        if not seen and (not there or group[0] != there[0]):
            raise SimulationError(
                f"the demo shop was made with another seed than {seed}: name that with --seed."
            )
        seen += len(group)
        if seen - len(group) >= len(there):
            if seen - len(there) > count:
                return
            yield from group
