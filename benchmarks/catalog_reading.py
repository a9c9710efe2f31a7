"""How fast catalogues are read: rows, and products made of them, a second of one core, and memory,
beside pyarrow.csv, orjson and lxml.iterparse alone on the same files.

    python -m benchmarks.catalog_reading [--rows 1000000]
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import orjson
from lxml import etree
from pyarrow import csv as arrow

from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.sources import find_sources
from indexing.gc_pause import rare_collections

ADJECTIVES = ("enamel", "linen", "walnut", "steel", "ceramic", "woollen", "blue", "folding")
NOUNS = ("mug", "apron", "board", "ladle", "bowl", "jumper", "lamp", "chair", "tray", "basket")
COLUMNS = ("id", "title", "description", "price", "brand", "category", "stock", "image", "url",
           "color", "size", "gtin")  # fmt: skip


def products(rows: int) -> Iterator[dict[str, str]]:
    rng = random.Random(7)
    for number in range(rows):
        noun, adjective = rng.choice(NOUNS), rng.choice(ADJECTIVES)
        yield {
            "id": f"P{number:07}",
            "title": f"{adjective.title()} {noun} {number % 997}",
            "description": f"A {adjective} {noun}, handmade & washed. Ships in {number % 9} days.",
            "price": f"{rng.randint(1, 200)}.{rng.randint(0, 99):02}",
            "brand": f"Brand {number % 300}",
            "category": f"Home > {noun.title()}s > {adjective.title()}",
            "stock": str(rng.randint(0, 90)),
            "image": f"https://img.example/{number}.jpg",
            "url": f"https://shop.example/p/{number}",
            "color": adjective,
            "size": rng.choice(("S", "M", "L", "XL")),
            "gtin": f"40{number:011}",
        }


def write(folder: Path, rows: int) -> None:
    with (
        (folder / "a.csv").open("w", encoding="utf-8", newline="") as table,
        (folder / "a.jsonl").open("wb") as lines,
        (folder / "a.xml").open("w", encoding="utf-8") as feed,
    ):
        writer = csv.DictWriter(table, COLUMNS)
        writer.writeheader()
        feed.write(
            '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">'
        )
        feed.write("<channel><title>Shop</title>\n")
        for product in products(rows):
            writer.writerow(product)
            lines.write(orjson.dumps(product) + b"\n")
            inside = "".join(
                f"<g:{name}>{escape(text)}</g:{name}>" for name, text in product.items()
            )
            feed.write(f"<item>{inside}</item>\n")
        feed.write("</channel></rss>")


def rows_alone(path: Path) -> int:
    [source], _ = find_sources([path], bool)
    return sum(1 for _ in source.rows(ByteCount()))


def whole_products(path: Path) -> int:
    return sum(1 for _ in CatalogReader([path], FieldMapping()))


def arrow_csv(path: Path) -> int:
    with arrow.open_csv(path, read_options=arrow.ReadOptions(use_threads=False)) as reader:
        return sum(batch.num_rows for batch in reader)


def orjson_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if orjson.loads(line))


def lxml_iterparse(path: Path) -> int:
    count = 0
    for _, item in etree.iterparse(str(path), tag="item"):
        count += 1
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]
    return count


WAYS: dict[str, tuple[str, Callable[[Path], int]]] = {
    "CSV: rows": ("a.csv", rows_alone),
    "CSV: products": ("a.csv", whole_products),
    "CSV: pyarrow.csv alone": ("a.csv", arrow_csv),
    "JSON Lines: rows": ("a.jsonl", rows_alone),
    "JSON Lines: products": ("a.jsonl", whole_products),
    "JSON Lines: orjson alone": ("a.jsonl", orjson_lines),
    "XML: rows": ("a.xml", rows_alone),
    "XML: products": ("a.xml", whole_products),
    "XML: lxml.iterparse alone": ("a.xml", lxml_iterparse),
}


def measure_one(way: str, folder: Path) -> None:
    """In a process of its own, so that the largest memory is that of this way alone."""
    name, read = WAYS[way]
    begun = time.process_time()
    with rare_collections():  # as a build does
        count = read(folder / name)
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": count, "seconds": took, "peak_mb": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure_one(given.one[0], Path(given.one[1]))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write(folder, given.rows)
        print(f"{given.rows:,} products of {len(COLUMNS)} fields, one core\n")
        print("| | MB | s | rows/s | peak memory, MB |\n| --- | --- | --- | --- | --- |")
        for way, (name, _) in WAYS.items():
            command = [sys.executable, "-m", "benchmarks.catalog_reading", "--one", way, made]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            one = json.loads(out)
            size = (folder / name).stat().st_size / 1e6
            print(
                f"| {way} | {size:.0f} | {one['seconds']:.1f} | "
                f"{one['rows'] / one['seconds']:,.0f} | {one['peak_mb']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
