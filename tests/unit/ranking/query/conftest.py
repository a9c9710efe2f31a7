from pathlib import Path
from typing import Any

import pytest
from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation

COLOURS = ("Red", "Blue", "Green")


def products() -> list[dict[str, Any]]:
    """45 lamps, sofas and shoes in English, 36 phone cases in Chinese."""
    made: list[dict[str, Any]] = []
    for n in range(15):
        colour, brand = COLOURS[n % 3], ("Lumo", "Acme", "Zeta")[n // 5]
        made.append(
            {"id": f"lamp{n}", "title": f"{brand} {colour} Desk Lamp {5 + n}W", "brand": brand,
             "category": "Home > Lamps", "price": 10.0 + n,
             "attributes": {"colour": colour, "power": 5 + n, "style": "No Dimmer"}}
        )  # fmt: skip
        made.append(
            {"id": f"sofa{n}", "title": f"{brand} Velvet Sofa {colour}", "brand": brand,
             "category": "Home > Sofas", "price": 300.0 + n,
             "attributes": {"colour": colour, "material": "Velvet", "width_cm": 150 + 10 * n}}
        )  # fmt: skip
        made.append(
            {"id": f"shoe{n}", "title": f"{brand} {colour} Running Shoes", "brand": brand,
             "category": "Fashion > Shoes", "price": 50.0 + n,
             "attributes": {"colour": colour, "size": ("42", "43")[n % 2]}}
        )  # fmt: skip
    for n in range(36):
        colour = COLOURS[n % 3]
        word = {"Red": "红色", "Blue": "蓝色", "Green": "绿色"}[colour]
        brand = ("苹果", "华为", "小米", "联想")[n % 4]
        made.append(
            {"id": f"手机壳{n}", "title": f"{brand}手机壳 {word} 防摔", "brand": brand,
             "category": "手机 > 手机壳", "price": 20.0 + n, "attributes": {"colour": colour}}
        )  # fmt: skip
    return made


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder: Path = tmp_path_factory.mktemp("understanding") / "main"
    build_index(folder, products(), config=IndexConfig(min_matches=5))
    return open_index(folder)
