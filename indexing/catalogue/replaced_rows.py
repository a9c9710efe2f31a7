"""Products whose id came again in one catalogue: what the later line changed."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from indexing.arrays import UInt64Array

_COMPARED = 20_000
_EXAMPLES = 3
_NAMED = 8
_EXAMPLE_CHARS = 40


@dataclass(frozen=True, slots=True)
class ReplacedRows:
    """count: rows that a later one of their id replaced. Of those compared: alike, the rows that
    said the same, and fields, name → rows in which it differed; attributes as `attributes.NAME`.
    """

    count: int = 0
    compared: int = 0
    alike: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        if not self.count:
            return
        first = f" of the first {self.compared:,}" if self.compared < self.count else ""
        yield (
            f"look at: {self.count:,} lines replaced by a later one of the same id; "
            f"{self.alike:,}{first} said the same"
        )
        if self.fields:
            told = [f"{name} ({count:,})" for name, count in self.fields.items()]
            more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
            yield f"changed by later lines: {', '.join(told[:_NAMED])}{more}"
        yield from self.examples


def replaced_rows(id_hashes: UInt64Array, json_at: Callable[[int], bytes]) -> ReplacedRows:
    """id_hashes: uint64[rows]. json_at: a row as `shown_json` wrote it. O(n log n)."""
    by_id = np.argsort(id_hashes, kind="stable")
    again = np.flatnonzero(id_hashes[by_id][1:] == id_hashes[by_id][:-1])
    again = again[np.argsort(by_id[again], kind="stable")]  # in the catalogue's order
    fields: Counter[str] = Counter()
    examples: list[str] = []
    alike = 0
    for place in again[:_COMPARED].tolist():
        before: dict[str, Any] = orjson.loads(json_at(int(by_id[place])))
        after: dict[str, Any] = orjson.loads(json_at(int(by_id[place + 1])))
        changed = _changed(before, after)
        alike += not changed
        fields.update(changed.keys())
        if changed and len(examples) < _EXAMPLES:
            examples.append(_example(after["id"], changed))
    compared = min(len(again), _COMPARED)
    return ReplacedRows(len(again), compared, alike, dict(fields.most_common()), tuple(examples))


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field → value before and after."""
    old, new = _flat(before), _flat(after)
    return {
        name: (old.get(name), new.get(name))
        for name in (*old, *(name for name in new if name not in old))
        if old.get(name) != new.get(name)
    }


def _flat(product: dict[str, Any]) -> dict[str, Any]:
    attributes = product.get("attributes", {})
    own = {name: value for name, value in product.items() if name != "attributes"}
    return own | {f"attributes.{name}": value for name, value in attributes.items()}


def _example(product_id: str, changed: dict[str, tuple[Any, Any]]) -> str:
    told = [f"{name}: {_short(old)} → {_short(new)}" for name, (old, new) in changed.items()]
    more = f", and {len(told) - _EXAMPLES} more" if len(told) > _EXAMPLES else ""
    return f"  {product_id}: {', '.join(told[:_EXAMPLES])}{more}"


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    text = " > ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _EXAMPLE_CHARS else f"{text[: _EXAMPLE_CHARS - 1]}…"
