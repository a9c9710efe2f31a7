"""The shop that storefronts in a browser are pointed at."""

import random
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "integration" / "browser"
"""Pages, and the npm packages that they are made of."""


def products() -> list[dict[str, Any]]:
    """120 things without variants, as an Algolia export has them."""
    chance = random.Random(11)
    nouns = {"Lamps": "lamp", "Chairs": "chair", "Mugs": "mug", "Rugs": "rug"}
    made = []
    for n in range(120):
        leaf = list(nouns)[n % 4]
        parent = "Kitchen" if leaf == "Mugs" else "Living"
        colour, brand = chance.choice(["red", "blue", "green"]), chance.choice(["Lumo", "Acme"])
        brand = chance.choice([brand, "Zeta & Sons", "Kordix", "Nordal", "Omi", "Rayvix"])
        made.append({
            "id": f"p{n}",
            "title": f"{colour.title()} {nouns[leaf]} <no. {n}> & more",
            "description": f"A {colour} {nouns[leaf]} that is made for people who like it well "
            f"and want one that is {colour} on every side of it",
            "brand": brand,
            "price": float(chance.randrange(5, 200)),
            "category": ["Home", parent, leaf],
            "image": f"/images/{n}.svg",
            "popularity": n,
            "attributes": {
                "type": leaf,
                "features": chance.sample(["washable", "foldable", "light"], 2),
                "free_shipping": chance.random() < 0.4,
                "stars": chance.choice([1, 2, 3, 4, 5]),
                "weight": float(chance.randrange(1, 90)),
            },
        })  # fmt: skip
    return made


PRODUCTS = products()
QUERIES = {"lamp": 90, "red lamp": 40, "blue mug": 30, "chair": 25, "green rug": 9}
"""What shoppers asked, and how often."""
