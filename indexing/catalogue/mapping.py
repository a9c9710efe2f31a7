"""Names of fields as other shops write them → fields of Product."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexing.catalogue.attributes import PREFIX
from indexing.catalogue.product import PRODUCT_FIELDS
from indexing.errors import CatalogError

IGNORE = "ignore"
"""As a target: the sources are dropped."""

_IDENTIFIERS = ("ean", "gtin", "upc", "mpn", "sku", "model")
_MANY = ("description", "identifiers", "category")
_TARGETS = frozenset((*PRODUCT_FIELDS, IGNORE))

_IDENTIFIER = re.compile(r"(?=\S*\d)[\w./#+-]{4,40}", re.ASCII)

_NAMED = 50
Pairs = Mapping[str, str | Iterable[str]]


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Renames the fields of one line before it is parsed.

    explicit: target → sources, as the shop's own file or `--map` says; it goes before the
    aliases that every catalogue has, and replaces what the target held.
    used: "source → target" → lines it was used on; counted while reading, printed by build.
    required: targets that must be found on some line. names: the fields of the first line.
    """

    explicit: tuple[tuple[str, tuple[str, ...]], ...] = ()
    used: Counter[str] = field(default_factory=Counter, compare=False)
    required: frozenset[str] = frozenset()
    names: list[str] = field(default_factory=list, compare=False)

    @classmethod
    def of(cls, *layers: Pairs) -> "FieldMapping":
        """Target → source or sources. Later layers replace the targets of earlier ones."""
        merged: dict[str, tuple[str, ...]] = {}
        for layer in layers:
            for target, sources in layer.items():
                _check_target(target)
                names = (sources,) if isinstance(sources, str) else tuple(sources)
                merged[target] = tuple(filter(None, names))
        return cls(tuple(merged.items()))

    def apply(self, raw: dict[str, Any]) -> dict[str, Any]:
        """The line under Product's names; `raw` itself stays as it is."""
        if not self.names:
            self.names.extend(raw)
        return self._explicitly(raw) if self.explicit else raw

    def unused(self) -> Iterator[tuple[str, str]]:
        """Explicit targets that no line had a source of, and what is wrong with each."""
        for target, sources in self.explicit:
            if target == IGNORE or any(self.used[f"{name} → {target}"] for name in sources):
                continue
            yield (
                target,
                (
                    f"{target}={','.join(sources)}: no line has it. The first line has: "
                    f"{', '.join(self.names[:_NAMED])}."
                ),
            )

    def _explicitly(self, raw: dict[str, Any]) -> dict[str, Any]:
        made = dict(raw)
        for target, sources in self.explicit:
            for name in sources:
                if target != "id" or name not in _IDENTIFIERS:  # a SKU that is the id stays a SKU
                    made.pop(name, None)
        for target, sources in self.explicit:
            found = [name for name in sources if _says(value_at(raw, name))]
            if not found or target == IGNORE:
                continue
            before = made.get(target)
            if _says(before) and target in PRODUCT_FIELDS:
                made[PREFIX + target] = before
            made[target] = _joined(target, [value_at(raw, name) for name in found])
            for name in found:
                self._count(name, target)
        return made

    def _count(self, source: str, target: str) -> None:
        self.used[f"{source} → {target}"] += 1


def looks_like_identifier(value: object) -> bool:
    """A model or part number: one word of 4 to 40 characters with a digit in it."""
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value.strip()) is not None


def value_at(raw: Mapping[str, Any], name: str) -> object:
    """The field, or, when there is none and the name is dotted, the one within objects."""
    if name in raw or "." not in name:
        return raw.get(name)
    first, _, rest = name.partition(".")
    inner = raw.get(first)
    return value_at(inner, rest) if isinstance(inner, dict) else None


def as_list(value: object) -> list[Any]:
    if not _says(value):
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _says(value: object) -> bool:
    return value is not None and value not in ("", [], (), {})


def _joined(target: str, values: list[object]) -> object:
    """Of several sources prose, identifiers, category levels and attributes are all kept."""
    if len(values) > 1 and (target in _MANY or target.startswith(PREFIX)):
        return [item for value in values for item in as_list(value)]
    return values[0]


def _check_target(target: str) -> None:
    if target not in _TARGETS and not (target.startswith(PREFIX) and target != PREFIX):
        raise CatalogError(
            f"field mapping: {target!r} is not a product field. Use one of "
            f"{', '.join(PRODUCT_FIELDS)}, {PREFIX}NAME, or {IGNORE}."
        )


def read_mapping(path: Path) -> dict[str, str | list[str]]:
    """A mapping file, TOML or JSON by its name: target = "source" or ["source", …]."""
    try:
        text = path.read_text("utf-8-sig")
        made = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise CatalogError(f"{path}: cannot be read as a field mapping: {error}.") from error
    return checked_pairs(made, str(path))


def checked_pairs(made: object, where: str) -> dict[str, str | list[str]]:
    """Parsed TOML or JSON as pairs; an [attributes] table gives `attributes.NAME` targets."""
    if not isinstance(made, dict):
        raise CatalogError(f'{where}: must hold lines such as title = "name".')
    pairs: dict[str, str | list[str]] = {}
    for target, sources in made.items():
        if target == "attributes" and isinstance(sources, dict):
            inner = checked_pairs(sources, where)
            pairs |= {PREFIX + name: value for name, value in inner.items()}
        elif isinstance(sources, str) or (
            isinstance(sources, list) and all(isinstance(name, str) for name in sources)
        ):
            pairs[target] = sources
        else:
            raise CatalogError(f"{where}: {target} must be a field's name or a list of names.")
    return pairs


def parse_pairs(pairs: Iterable[str]) -> dict[str, str | list[str]]:
    """`title=name` as given to --map; the same target again adds a source."""
    made: dict[str, str | list[str]] = {}
    for pair in pairs:
        target, sign, source = (part.strip() for part in pair.partition("="))
        if not sign or not target or not source:
            raise CatalogError(
                f"--map {pair!r}: write it as title=name (product field=your field)."
            )
        before = made.get(target)
        made[target] = source if before is None else [*as_list(before), source]
    return made
