"""A shop of a dozen products with a search log, small enough to be worked out by hand."""

from pathlib import Path

from catalogs import build_index

DAY = 86_400
END = 20_000 * DAY + DAY - 1  # the log's last second

PRODUCTS = [
    {"id": "red", "title": "Red desk lamp", "brand": "Lumo", "category": "Home > Lamps",
     "colour": "red", "popularity": 9},
    {"id": "blue", "title": "Blue desk lamp", "brand": "Lumo", "category": "Home > Lamps",
     "colour": "blue", "popularity": 5},
    {"id": "floor", "title": "Floor lamp", "brand": "Acme", "category": "Home > Lamps",
     "colour": "blue", "popularity": 7},
    {"id": "garden", "title": "Solar lamp", "brand": "Acme", "category": "Garden > Outdoor",
     "colour": "red", "popularity": 1},
    {"id": "path", "title": "Path lamp", "brand": "Acme", "category": "Garden > Outdoor",
     "colour": "black", "popularity": 2},
    {"id": "desk", "title": "Oak desk", "brand": "Acme", "category": "Home > Desks"},
    {"id": "chair", "title": "Office chair", "brand": "Lumo", "category": "Home > Chairs"},
    {"id": "shades", "title": "Sunglasses with case", "brand": "Ray", "category": "Fashion > Eyes"},
    {"id": "shoes", "title": "Running shoes", "brand": "Ray", "category": "Fashion > Shoes"},
    {"id": "手机", "title": "苹果手机壳", "brand": "苹果", "category": "手机 > 手机壳"},
]  # fmt: skip

PERSONAL = ("anna.keller@example.com", "+49 171 5550199", "13800138000", "order 4000123456789010")

_Row = tuple[int, str, str, str]


def _session(user: str, begins: int, *steps: tuple[str, str]) -> list[_Row]:
    return [(begins + 60 * n, user, query, product) for n, (query, product) in enumerate(steps)]


def rows() -> list[_Row]:
    made: list[_Row] = []
    for n in range(8):  # 8 users on two days of the past: lamp, then desk lamp
        made += _session(f"a{n}", END - (5 + n % 2) * DAY, ("lamp", "red"), ("desk lamp", "blue"))
    for n in range(6):  # lamp, the garden lamp opened, back, solar lamp
        made += _session(f"b{n}", END - 6 * DAY, ("Lamp", "garden"), ("solar lamp", "garden"))
    for n in range(5):
        made += _session(f"c{n}", END - 4 * DAY, ("office chair", "chair"), ("oak desk", "desk"))
    for n in range(7):  # asked by many today, by hardly anybody before
        made += _session(f"d{n}", END - n * 600, ("running shoes", "shoes"))
    made += _session("d9", END - 6 * DAY, ("running shoes", ""))
    for n in range(6):  # today for the first time, in two spellings
        made += _session(f"e{n}", END - n * 60, ("sunglasses", "shades"))
    for n in range(5):
        made += _session(f"f{n}", END - n * 60, ("sun glasses", "shades"))
    for n in range(9):  # everybody asks for what must never be shown, or is not here
        for text in (*PERSONAL, "unobtainium", "ugly lamp"):
            made += _session(f"g{n}", END - 3 * DAY, (text, ""))
    made += [(END, f"h{n % 4}", "path lamp", "") for n in range(40)]  # four users only
    return sorted(made)


def write_log(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ("\t".join((str(time), *rest)) + "\n" for time, *rest in rows())
    path.write_text("".join(lines), encoding="utf-8")
    return path


def build_query_shop(index: Path, with_log: bool = True) -> str:
    log = write_log(index.parent / f"{index.name}.tsv") if with_log else None
    return build_index(index, PRODUCTS, queries=log)
