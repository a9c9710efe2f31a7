"""What was understood of a source: told by build and `vitrina inspect`."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from indexing.catalogue.product import Product

TOLD_FIELDS = (
    "title", "price", "list_price", "brand", "category", "description", "stock", "image", "url",
    "rating", "rating_count", "popularity", "created_at", "group_id", "identifiers",
)  # fmt: skip
_EXAMPLES = 3
_KINDS_KEPT = 1_000
_NAMED = 8
_EXAMPLE_CHARS = 60


@dataclass(slots=True)
class DroppedValues:
    count: int = 0
    examples: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass(slots=True)
class SourceReport:
    """source, format: how the rows are named. platform: whose export it is. columns: target →
    column → rows it filled. examples: by field of Product. decisions: a line each.
    """

    source: str
    format: str
    platform: str
    rows: int = 0
    products: int = 0
    variants: int = 0
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    unused: dict[str, None] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    dropped: dict[str, DroppedValues] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)
    _filled: Counter[str] = field(default_factory=Counter)
    _attributes: Counter[str] = field(default_factory=Counter)
    _alike: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = field(default_factory=dict)

    @property
    def filled(self) -> Counter[str]:
        """Field → products that have it."""
        self._count_alike()
        return self._filled

    @property
    def attributes(self) -> Counter[str]:
        """Attribute → products that have it, in order of appearance."""
        self._count_alike()
        return self._attributes

    def add(self, product: Product, names: tuple[str, ...] | None = None) -> None:
        """names: fields that say something, where that is known."""
        self.products += 1
        if product.group_id is not None:
            self.variants += 1
        kind = (names or _filled(product), tuple(product.attributes))
        count = self._alike.get(kind, 0)
        self._alike[kind] = count + 1
        if count == 0:
            for name in kind[0]:
                if name not in self.examples:
                    self.examples[name] = _example(product.__dict__[name])
            if len(self._alike) > _KINDS_KEPT:
                self._count_alike()

    def _count_alike(self) -> None:
        """Products that have the same fields are counted together."""
        alike, self._alike = self._alike, {}
        for (names, attributes), count in alike.items():
            for name in names:
                self._filled[name] += count
            for name in attributes:
                self._attributes[name] += count

    def drop(self, name: str, value: object, reason: str) -> None:
        known = self.dropped.setdefault(name, DroppedValues(reason=reason))
        known.count += 1
        text = _example(value)
        if len(known.examples) < _EXAMPLES and text not in known.examples:
            known.examples.append(text)

    def headline(self) -> str:
        """`Shopify product export: 246 rows → 219 products, 219 of them variants`."""
        rejected = f"{self.platform}: {self.rows:,} rows → {self.products:,} products"
        return rejected + (f", {self.variants:,} of them variants" if self.variants else "")

    def table(self) -> list[tuple[str, str, str, str]]:
        """field, from, filled, example; one row a field that any product has."""
        made = []
        for name in TOLD_FIELDS:
            if not self.filled[name]:
                continue
            roles = [name, *_ROLES.get(name, ())]
            columns = dict.fromkeys(c for role in roles for c in self.columns.get(role, {}))
            told = ", ".join(list(columns)[:4])
            made.append(
                (name, told, f"{self.filled[name]:,}/{self.products:,}", self.examples[name])
            )
        return made

    def lines(self) -> Iterator[str]:
        """Below the table: what is an attribute, not used, left out, or should be looked at."""
        if self.attributes:
            yield f"attributes: {_named(list(self.attributes))}"
        if self.extra:
            told = [f"{name} ({why})" for name, why in self.extra.items()]
            yield f"kept, not searched: {_named(told)}"
        if self.unused or self.empty:
            empty = f" (empty: {len(self.empty)})" if self.empty else ""
            yield f"not used: {_named(list(self.unused)) or 'none'}{empty}"
        for why, count in self.left_out.most_common(_NAMED):
            yield f"left out: {count:,} rows, {why}"
        for decision in self.decisions:
            yield f"decided: {decision}"
        for name, known in self.dropped.items():
            shown = ", ".join(f'"{text}"' for text in known.examples)
            yield f"look at: {name}: {known.count:,} values left out ({shown}): {known.reason}"


_ROLES = {
    "list_price": ("price",),
    "price": ("sale_price", "discount_amount", "discount_percent"),
    "stock": ("availability", "stock_tracked", "backorders"),
    "image": ("images",),
}


def mapping_of(reports: Iterable[SourceReport]) -> str:
    """A mapping file that says what was found: columns of each field, and what was not used."""
    columns: dict[str, dict[str, None]] = {}
    unused: dict[str, None] = {}
    for report in reports:
        for target, names in report.columns.items():
            columns.setdefault(target, {}).update(dict.fromkeys(names))
        unused |= report.unused
    lines = ["# field = columns, the first that is filled; see docs/catalogue-format.md"]
    lines += [f"ignore = {_toml(unused)}", "", "[fields]"]
    lines += [f"{target} = {_toml(names)}" for target, names in columns.items()]
    return "\n".join(lines) + "\n"


def _filled(product: Product) -> tuple[str, ...]:
    held = product.__dict__
    return tuple(name for name in TOLD_FIELDS if held[name] not in (None, (), ""))


def _toml(names: Iterable[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _example(value: Any) -> str:
    text = " > ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _EXAMPLE_CHARS else text[: _EXAMPLE_CHARS - 1] + "…"
