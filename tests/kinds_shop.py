"""Small shops of several kinds of things, of five brands each."""

from collections.abc import Sequence
from pathlib import Path

from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation

BRANDS = ("Varo", "Melko", "Tindra", "Okseb", "Pulvi")
KETTLES = (
    "{brand} - Drimo Kettle 1.{n} l - Steel", "{brand} - Kettle Cosy - Blue {n}",
    "{brand} - Descaler for Kettles, 25{n} g", "{brand} - Whistling Kettle - Red {n}",
    "{brand} - Fountain with Kettle Spout {n}", "{brand} - Pump for Fountain {n}",
    "{brand} - Garden Fountain {n}", "{brand} - Large Stone Fountain {n}",
)  # fmt: skip


def shop_of(folder: Path, titles: Sequence[str], language: str) -> Generation:
    products = [
        {"id": f"{place}-{brand}-{n}", "title": title.format(brand=brand, n=n), "brand": brand,
         "price": 10.0 * (len(titles) - place)}
        for place, title in enumerate(titles)
        for brand in BRANDS
        for n in (2, 3)
    ]  # fmt: skip
    build_index(folder, products, config=IndexConfig(languages=(language,)))
    return open_index(folder)
