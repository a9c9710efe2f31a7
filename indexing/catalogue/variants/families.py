"""Parents and their variants in rows of their own, in any order."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from indexing.catalogue.platform import Variants
from indexing.catalogue.records import Record
from indexing.catalogue.rows.layout import says
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.variants.inheritance import from_parent

Fields = dict[str, Any]
_PREFIX = re.compile(r"^(?:id|sku):\s*", re.IGNORECASE)
_CHILD = re.compile(r"(?:^|[|;])\s*sku=(.*?)(?=,\s*[A-Za-z_]\w*=|[|;]|$)")


class Families:
    """`look` at every row first, then `looked`; then rows may come in any order.

    Memory: the rows of parents, and of variants that come before theirs; while looking, ids.
    """

    def __init__(self, how: Variants) -> None:
        self._parent = {name_key(name) for name in how.parent}
        self._named_by = {name_key(name) for name in how.named_by}
        self._children = {name_key(name) for name in how.children}
        self._owner: dict[str, str] = {}
        self._referenced: set[str] = set()
        self._seen: set[str] = set()
        self._named = False
        self._alone = how.orphans == "alone"
        self._parents: dict[str, Fields | None] = {}
        self._waiting: dict[str, list[tuple[Record, Fields]]] = {}

    def __bool__(self) -> bool:
        """Whether any row is a parent, or names one."""
        return bool(self._referenced or self._named)

    def concerns(self, names: Iterable[str]) -> bool:
        """Whether rows with these columns can say anything of families."""
        keys = {name_key(name) for name in names}
        return not keys.isdisjoint(self._parent) or not keys.isdisjoint(self._children)

    def look(self, row: Mapping[str, Any]) -> None:
        parent, keys = self._reference(row), self._keys(row)
        if parent is not None and parent not in keys:
            self._referenced.add(parent)
            self._named = True
        self._seen.update(keys)
        listed = _cell(row, self._children)
        if listed is not None:
            key = next(iter(keys), None)
            for child in _CHILD.findall(str(listed)) if key is not None else ():
                self._owner[child.strip()] = str(key)
                self._referenced.add(str(key))

    def looked(self) -> None:
        """All rows were seen: parents are those that are named and there."""
        self._referenced &= self._seen
        self._seen.clear()

    def is_parent(self, row: Mapping[str, Any]) -> bool:
        return any(key in self._referenced for key in self._keys(row))

    def parent_of(self, row: Mapping[str, Any]) -> str | None:
        """The parent that is among the rows."""
        named = self._reference(row)
        if named in self._referenced:
            return named
        return next((self._owner[key] for key in self._keys(row) if key in self._owner), None)

    def absent_parent_of(self, row: Mapping[str, Any]) -> str | None:
        """A parent that is named but not there: still the name of a group."""
        named = None if self._alone else self._reference(row)
        return None if named is None or named in self._keys(row) else named

    def add_parent(
        self, row: Mapping[str, Any], fields: Fields | None
    ) -> Iterator[tuple[Record, Fields]]:
        """fields: None if it is not for shoppers: then its variants are not either."""
        for key in self._keys(row):
            if key in self._referenced:
                self._parents[key] = fields
                for record, own in self._waiting.pop(key, ()):
                    yield from self._joined(key, record, own)

    def add_child(self, key: str, record: Record, own: Fields) -> Iterator[tuple[Record, Fields]]:
        if key in self._parents:
            yield from self._joined(key, record, own)
        else:
            self._waiting.setdefault(key, []).append((record, own))

    def _joined(self, key: str, record: Record, own: Fields) -> Iterator[tuple[Record, Fields]]:
        parent = self._parents[key]
        if parent is not None:
            group = parent.get("id") or key
            yield record, {**from_parent(own, parent), "group_id": own.get("group_id") or group}

    def _reference(self, row: Mapping[str, Any]) -> str | None:
        value = _cell(row, self._parent)
        if value is None or isinstance(value, dict | list):
            return None
        text = _PREFIX.sub("", str(value).strip())
        return text if text not in ("", "0") else None

    def _keys(self, row: Mapping[str, Any]) -> list[str]:
        return [
            str(value).strip()
            for name, value in row.items()
            if name_key(name) in self._named_by and says(value)
        ]


def _cell(row: Mapping[str, Any], keys: set[str]) -> object:
    return next(
        (value for name, value in row.items() if name_key(name) in keys and says(value)), None
    )
