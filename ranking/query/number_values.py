"""Numbers of a query that no title pattern explains: which attribute has such a value here?"""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from indexing.analysis.chunks import Kind
from indexing.analysis.units import CANONICAL
from indexing.catalogue.attributes import PREFIX
from indexing.snapshot import Snapshot
from ranking.query.predict import Prediction
from ranking.query.words import QueryWords

SAMPLE: Final = 200
LEAST_USUAL: Final = (0.3, 0.05)
"""Share of the category's products that must have the attribute: uncued, and cued."""
CUED: Final = 10.0
"""Times that the attribute's own words or unit beside the number raise it."""
SIZES: Final = frozenset(("size", "sizes", "尺码", "尺寸", "码数"))
"""Words of the name of an attribute that is a size."""
_MOST_FIELDS: Final = 200
_MOST_VALUES: Final = 1_000
_CHINESE_UNITS: Final = {
    "毫升": "ml", "升": "l", "毫米": "mm", "厘米": "cm", "公分": "cm", "米": "m", "英寸": "in",
    "寸": "in", "毫克": "mg", "克": "g", "公斤": "kg", "千克": "kg", "瓦": "w", "伏": "v",
    "毫安": "mah", "赫兹": "hz", "件": "pack", "片": "pc", "支": "pc", "色": "pc",
}  # fmt: skip


def unit_after(place: int, words: QueryWords) -> tuple[str, int]:
    """The unit that follows a number, in its one spelling, and the positions that say it; "" and
    0 without one. Chinese units are read too: 250克 is 250 g.
    """
    for length in (2, 1):
        if place + length < len(words.primary):
            said = words.said(place + 1, length)
            unit = _CHINESE_UNITS.get(said) or (
                CANONICAL.get(said.lower()) if length == 1 else None
            )
            if unit is not None:
                return unit, length
    return "", 0


def unit_name(value: str, unit: str, snapshot: Snapshot) -> tuple[int, ...]:
    """Term ids of a number and a unit as the catalogue writes them, to look up as a name."""
    tokens = snapshot.analyzer.tokens(f"{value} {unit}")
    ids = [snapshot.index.lexicon.id_of(t.term) for t in tokens if t.kind == Kind.WORD]
    return tuple(ids)


def fields_with(
    value: float | None, unit: str, words: QueryWords, snapshot: Snapshot, predicted: Prediction
) -> Iterator[tuple[str, float, bool]]:
    """(field, share, cued) of number attributes of the likely category's products.

    share: of the category's products with the attribute, those with just this value (None: any).
    unit: what follows the number, or ""; where some field's name ends with it, only such fields
    count. cued: the query says a word of the field's name, or its unit.
    """
    if predicted.sure is None:
        return
    inside = snapshot.columns.keywords["category"].table.holders_of(predicted.sure)
    sample = inside[:: max(1, len(inside) // SAMPLE)]
    said = {token.term for token in words.tokens}
    found, at_most = [], snapshot.columns.held_at_most(sample)
    least = LEAST_USUAL[1] * len(sample)
    for name, column in list(snapshot.columns.numbers.items())[:_MOST_FIELDS]:
        if not name.startswith(PREFIX) or at_most.get(name, len(sample)) < least:
            continue
        values = column.at(sample)
        known = len(values) - int(np.isnan(values).sum())
        same = known if value is None else int((values == value).sum())
        if same and known >= least:
            parts = name.removeprefix(PREFIX).split("_")
            own = {t.term for part in parts for t in snapshot.analyzer.tokens(part)}
            has_unit = bool(unit) and CANONICAL.get(parts[-1], parts[-1]) == unit
            cued = has_unit or bool(own & said)
            if known >= LEAST_USUAL[cued] * len(sample):
                found.append((name, same / known, cued, has_unit))
    by_unit = [each for each in found if each[3]]
    for name, share, cued, _ in by_unit or found:
        yield name, share, cued


def sizes_with(number: str, snapshot: Snapshot) -> Iterator[tuple[str, str, int]]:
    """(field, value, ordinal) of sizes that are this number, as `EU 42` is size 42."""
    whole = re.compile(rf"(?:[^\W\d]*\s)?{re.escape(number)}")
    for name, column in snapshot.columns.keywords.items():
        if name.startswith(PREFIX) and SIZES.intersection(words_of(name)):
            for ordinal in range(column.first, min(column.last, column.first + _MOST_VALUES)):
                if whole.fullmatch(column.values[ordinal]):
                    yield name, column.values[ordinal], ordinal


def words_of(field: str) -> list[str]:
    """The words of an attribute's name."""
    return re.split(r"[\s_-]+", field.removeprefix(PREFIX).casefold())
