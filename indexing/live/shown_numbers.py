"""A document's line with the numbers that are newer than it."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from indexing.catalogue.product import PRODUCT_FIELDS

_WHOLE: Final = ("rating_count", "stock")


def with_numbers(line: bytes, numbers: Iterable[tuple[str, float]]) -> bytes:
    """numbers: (field, value) pairs, NaN where there is none any more; moments in seconds."""
    fields: dict[str, Any] = orjson.loads(line)
    for name, value in numbers:
        if math.isnan(value):
            fields.pop(name, None)
        elif name == "created_at":
            fields[name] = datetime.fromtimestamp(value, UTC)
        else:
            fields[name] = int(value) if name in _WHOLE else value
    ordered = {name: fields[name] for name in PRODUCT_FIELDS if name in fields}
    return orjson.dumps(ordered, option=orjson.OPT_UTC_Z)
