"""The stream of demo products: groups of variants, each drawn from one shelf."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from indexing.demo.brands import LEVELS
from indexing.demo.draws import DRAWS, draw_rows, long_tail, normal_steps, spread
from indexing.demo.identifiers import all_gtins, model_number
from indexing.demo.leaves import Colour, Option
from indexing.demo.shelves import PRICE_STEPS, Shelf, shelf_table

Product = dict[str, Any]

CURRENCY = "USD"
_GROUP_STREAM, _VARIANT_STREAM = 0, 1
_GROUP_DRAWS, _VARIANT_DRAWS = 32, 4
# Which draw of a group's row decides what; attributes take the draws from the last one on.
_SHELF, _BRAND, _LINE, _NOUN, _CHINESE, _TITLE, _DESCRIPTION, _PRICE = range(8)
_RATING, _SALES, _REVIEWS, _DAY, _TIME, _COLOURS, _COLOUR, _STRIDE = range(8, 16)
_SIZES, _SIZE, _MATERIAL, _DISCOUNT, _ATTRIBUTE = range(16, 21)

_MAX_VARIANTS = 12
_OLDEST_DAYS = 1500
_LAST_STEP = PRICE_STEPS - 1


def _created_days(until: datetime) -> list[str]:
    """A day for every draw; squared, so that half of the shop is of its last quarter."""
    last = until.astimezone(UTC) - timedelta(days=1)
    days = [(last - timedelta(days=ago)).date().isoformat() for ago in range(_OLDEST_DAYS)]
    return [days[draw * draw * _OLDEST_DAYS >> 32] for draw in range(DRAWS)]


class _Draft:
    """What the variants of a group have in common, before colour and size are known."""

    __slots__ = ("chinese", "description", "model", "price_step", "row", "shared", "title", "words")

    def __init__(self, shelf: Shelf, row: list[int], model: str, chinese: bool, step: int) -> None:
        brand = shelf.brands[row[_BRAND] >> 8]
        phrases = [
            (name, table[row[place] >> 10])
            for place, (name, table) in enumerate(shelf.attributes, _ATTRIBUTE)
        ]
        shared: dict[str, Any] = {}
        words = {
            "brand": brand.name,
            "line": brand.lines[row[_LINE] * len(brand.lines) >> 16],
            "model": model,
            "model_number": model,
        }
        if shelf.materials:
            name, told = shelf.materials[row[_MATERIAL] >> 10]
            shared["material"] = name
            words["material"] = told if chinese else name
        for name, phrase in phrases:
            shared[name] = phrase.value
        lead, trail = phrases[0][1], phrases[1][1]
        if chinese:
            words["noun"] = shelf.chinese_nouns[row[_NOUN] >> 10]
            words["lead"], words["trail"] = lead.chinese, trail.chinese
            words["facts"] = ",".join([phrase.chinese_fact for _, phrase in phrases])
            titles, descriptions = shelf.chinese_titles, shelf.chinese_descriptions
        else:
            words["noun"] = shelf.nouns[row[_NOUN] >> 10]
            words["lead"], words["trail"] = lead.english, trail.english
            words["facts"] = ", ".join([phrase.english_fact for _, phrase in phrases])
            titles, descriptions = shelf.english_titles, shelf.english_descriptions
        self.row = row
        self.model = model
        self.chinese = chinese
        self.words = words
        self.shared = shared
        self.title = titles[row[_TITLE] * len(titles) >> 16]
        self.description = descriptions[row[_DESCRIPTION] * len(descriptions) >> 16]
        self.price_step = LEVELS[brand.level] + step


class ProductStream:
    """Endless demo products of a seed. The first ones do not depend on how many are taken.

    until: no product is created later.
    """

    def __init__(self, seed: int, until: datetime) -> None:
        self._seed = seed
        self._rows = draw_rows(seed, _GROUP_STREAM, _GROUP_DRAWS)
        self._variant_rows = draw_rows(seed, _VARIANT_STREAM, _VARIANT_DRAWS)
        self._gtins = all_gtins()
        self._shelves = shelf_table()
        self._colour_counts = spread((1, 2, 3, 4), (7, 5, 3, 1), 16)
        self._size_counts = spread((1, 2, 3, 4, 5), (6, 4, 3, 2, 1), 16)
        self._noise = [round(step) for step in normal_steps(0, 26)]
        self._discounts = spread((0, 14, 24, 40, 60), (60, 16, 12, 8, 4), 256)
        self._ratings = [min(max(round(mean, 1), 1.0), 5.0) for mean in normal_steps(4.25, 0.45)]
        self._sales = long_tail(60, 0.75)
        self._stock = spread(
            (0, 3, 8, 15, 27, 44, 80, 140, 260, 600), (8, 9, 13, 16, 16, 14, 11, 7, 4, 2), 256
        )
        self._days = _created_days(until)
        self._times = [f"T{place // 60:02}:{place % 60:02}:00Z" for place in range(24 * 60)]
        self._made = self._made_chinese = 0

    def groups(self) -> Iterator[list[Product]]:
        """The variants of one product after another, ids rising. The lists are the caller's."""
        for number, row in enumerate(self._rows):
            shelf = self._shelves[row[_SHELF]]
            # Held near a tenth of the products, with room for chance: (draw >> 11) is 0..31.
            chinese = self._made_chinese * 10 < self._made + (row[_CHINESE] >> 11) - 16
            model = model_number(number, self._seed)
            draft = _Draft(shelf, row, model, chinese, self._noise[row[_PRICE] >> 6])
            group = self._variants(shelf, draft, f"G{number + 1:08}")
            if chinese:
                self._made_chinese += len(group)
            yield group

    def _combinations(self, shelf: Shelf, row: list[int]) -> list[tuple[Colour | None, int]]:
        """Colours and places in the size scale (-1: the leaf has no sizes), colours outermost."""
        colours: list[Colour | None] = [None]
        if shelf.colours:
            palette = shelf.leaf.colours
            count = min(self._colour_counts[row[_COLOURS] >> 12], len(palette))
            first = shelf.colours[row[_COLOUR] >> 10]
            stride = 1 + row[_STRIDE] % 3
            if stride * (count - 1) >= len(palette):
                stride = 1
            colours = [palette[(first + stride * place) % len(palette)] for place in range(count)]
        scale = shelf.leaf.sizes
        if scale is None:
            return [(colour, -1) for colour in colours]
        count = min(self._size_counts[row[_SIZES] >> 12], len(scale.sizes))
        count = min(count, _MAX_VARIANTS // len(colours))
        first = row[_SIZE] * (len(scale.sizes) - count + 1) >> 16
        return [(colour, size) for colour in colours for size in range(first, first + count)]

    def _variants(self, shelf: Shelf, draft: _Draft, group_id: str) -> list[Product]:
        row, words, prices = draft.row, draft.words, shelf.prices
        scale = shelf.leaf.sizes
        created = self._days[row[_DAY]] + self._times[row[_TIME] * 1440 >> 16]
        sales = self._sales[row[_SALES]]
        reviews = sales * row[_REVIEWS] >> 18
        rating = self._ratings[row[_RATING] >> 6] if reviews else None
        off = self._discounts[row[_DISCOUNT] >> 8]
        products = []
        for colour, place in self._combinations(shelf, row):
            draws = next(self._variant_rows)
            attributes: dict[str, Any] = {}
            sku, step = draft.model, draft.price_step
            if colour is not None:
                attributes["colour"] = colour.name
                words["colour"] = colour.chinese if draft.chinese else colour.name
                sku += "-" + colour.code
            if scale is not None:
                size: Option = scale.sizes[place]
                attributes[scale.attribute] = size.value
                words["size"] = size.chinese if draft.chinese else size.english
                sku += "-" + str(place + 1)
                step += scale.price_step * place
            attributes.update(draft.shared)
            step = 0 if step < 0 else min(step, _LAST_STEP)
            self._made += 1
            number = f"P{self._made:08}"
            products.append(
                {
                    "id": number,
                    "title": draft.title % words,
                    "description": draft.description % words,
                    "brand": words["brand"],
                    "category": shelf.path,
                    "price": prices[step],
                    "list_price": prices[min(step + off, _LAST_STEP)],
                    "currency": CURRENCY,
                    "rating": rating,
                    "rating_count": reviews,
                    "stock": self._stock[draws[0] >> 8],
                    "image": f"https://example.com/images/{number}.jpg",
                    "url": f"https://example.com/products/{number}",
                    "created_at": created,
                    "group_id": group_id,
                    "popularity": sales * (draws[1] + 16384) >> 16,
                    "identifiers": [sku, next(self._gtins), draft.model],
                    "attributes": attributes,
                }
            )
        return products
