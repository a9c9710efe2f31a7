"""The columns of a snapshot and of segments beside it, with the same ordinals in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.arrays import Int32Array, UInt16Array, UInt32Array
from indexing.columns import Columns, KeywordColumn, KeywordTable, NumericColumn
from indexing.columns.columns import bits_of
from indexing.columns.keyword import SEPARATOR
from indexing.live.value_space import (
    Insertions,
    Path,
    flat_keys,
    in_space,
    path_keys,
    paths_of,
    place_of,
    sealed,
    with_values,
)

BRAND, CATEGORY = "brand", "category"


NewValue = tuple[int, str]
NewPath = tuple[int, Path]


@dataclass(frozen=True, slots=True)
class NewValues:
    """Of segments, those that the snapshot lacks: (place among its ordinals, value), in order.
    attributes: by field, in the snapshot's order of fields; fields without any are left out.
    """

    brands: tuple[NewValue, ...] = ()
    categories: tuple[NewPath, ...] = ()
    attributes: tuple[tuple[str, tuple[NewValue, ...]], ...] = ()

    @classmethod
    def of(cls, own: Columns, base: Columns) -> "NewValues":
        """Of one segment. O(its values · log values)."""
        fields = {
            name: tuple(_new_texts(base.keywords[name], own.keywords[name]))
            for name in base.attribute_names
            if name in own.keywords
        }
        return cls(
            tuple(_new_texts(base.keywords[BRAND], own.keywords[BRAND])),
            tuple(_new_paths(base.keywords[CATEGORY], own.keywords[CATEGORY])),
            tuple((name, new) for name, new in fields.items() if new),
        )

    @classmethod
    def union(cls, each: Sequence["NewValues"], fields: Sequence[str]) -> "NewValues":
        """fields: all attributes, in order."""
        by_field: dict[str, set[NewValue]] = {}
        for one in each:
            for name, new in one.attributes:
                by_field.setdefault(name, set()).update(new)
        return cls(
            tuple(sorted({value for one in each for value in one.brands})),
            tuple(sorted({path for one in each for path in one.categories})),
            tuple((name, tuple(sorted(by_field[name]))) for name in fields if name in by_field),
        )


@dataclass(frozen=True, slots=True)
class ColumnSpace:
    """columns: the snapshot's, with the new values. brands, categories, attributes: where those
    went.
    """

    new: NewValues
    columns: Columns
    brands: Insertions
    categories: Insertions
    attributes: Insertions

    @classmethod
    def of(cls, base: Columns, new: NewValues) -> "ColumnSpace":
        """O(products) if there are new values."""
        brand, brands = _with_brands(base, new.brands)
        category, categories = _with_categories(base, new.categories)
        keywords = base.keywords | {BRAND: brand, CATEGORY: category}
        texts, attributes, attribute_of = _with_attributes(base, dict(new.attributes))
        return cls(
            new,
            replace(base, keywords=keywords | texts, attribute_of=attribute_of),
            brands,
            categories,
            attributes,
        )

    def of_segment(self, own: Columns) -> Columns:
        """A segment's columns: all fields of the snapshot, under the ordinals of the space."""
        keywords, count = dict(self.columns.keywords), own.doc_count
        for name in (BRAND, CATEGORY):
            space = keywords[name].table
            ordinals = _ordinals_of(own.keywords[name], keywords[name])
            keywords[name] = replace(
                keywords[name], table=in_space(own.keywords[name].table, space, ordinals)
            )
        names = self.columns.attribute_names
        if names:
            space = keywords[names[0]].table
            table = _attribute_table(own, self.columns, space)
            for name in names:  # `replace` takes ten times as long, and there may be a thousand
                each = keywords[name]
                keywords[name] = KeywordColumn(
                    name, each.kind, table, each.first, each.last, each.parents
                )
        numbers = {
            name: own.numbers.get(name) or _nothing(name, count) for name in self.columns.numbers
        }
        counts = {name: _held(numbers[name]) for name in self.columns.number_counts}
        return replace(
            own,
            numbers=numbers,
            keywords=keywords,
            attribute_names=names,
            attribute_of=self.columns.attribute_of,
            number_counts=counts,
            number_bits=bits_of([numbers[name] for name in counts], count),
        )


def _nothing(name: str, count: int) -> NumericColumn:
    none = np.zeros(0, dtype=np.uint32)
    return NumericColumn(name, count, False, sealed(none), sealed(np.zeros(0)))


def _held(column: NumericColumn) -> int:
    return int(np.count_nonzero(~np.isnan(column.values)))


def _with_brands(base: Columns, new: Sequence[NewValue]) -> tuple[KeywordColumn, Insertions]:
    column = base.keywords[BRAND]
    added = Insertions.of(len(column.table), new)
    if not len(added):
        return column, added
    table = with_values(column.table, added, flat_keys(BRAND, added.texts, added.new))
    return replace(column, table=table, last=len(table)), added


def _with_attributes(
    base: Columns, values: Mapping[str, Sequence[NewValue]]
) -> tuple[dict[str, KeywordColumn], Insertions, UInt16Array]:
    """All text attributes share a table; a field's values stay neighbours."""
    names = base.attribute_names
    columns = [base.keywords[name] for name in names]
    found = [values.get(name, ()) for name in names]
    count = len(columns[0].table) if columns else 0
    added = Insertions.of(count, [pair for new in found for pair in new])
    if not len(added):
        return {name: base.keywords[name] for name in names}, added, base.attribute_of
    keys: list[tuple[int, int]] = []
    place, spans = 0, []
    for column, new in zip(columns, found, strict=True):
        texts = [text for _, text in new]
        keys += flat_keys(column.name, texts, added.new[place : place + len(new)])
        first = column.first + place
        place += len(new)
        spans.append((first, column.last + place))
    table = with_values(columns[0].table, added, keys)
    fields = np.repeat(np.arange(len(names)), [len(new) for new in found])
    made = {
        column.name: KeywordColumn(column.name, column.kind, table, first, last, column.parents)
        for column, (first, last) in zip(columns, spans, strict=True)
    }
    return made, added, added.into(base.attribute_of, fields)


def _new_texts(column: KeywordColumn, own: KeywordColumn) -> list[NewValue]:
    """Values that the column lacks, in order."""
    found = []
    for text in sorted(own.values[ordinal] for ordinal in range(own.first, own.last)):
        place, known = place_of(column.values.__getitem__, column.first, column.last, text)
        if not known:
            found.append((place, text))
    return found


def _new_paths(column: KeywordColumn, own: KeywordColumn) -> list[NewPath]:
    path = paths_of(column.values, column.parents)
    found = []
    for each in sorted(map(paths_of(own.values, own.parents), range(len(own.table)))):
        place, known = place_of(path, 0, len(column.table), each)
        if not known:
            found.append((place, each))
    return found


def _with_categories(base: Columns, new: Sequence[NewPath]) -> tuple[KeywordColumn, Insertions]:
    column = base.keywords[CATEGORY]
    texts = [(place, SEPARATOR.join(each_path)) for place, each_path in new]
    added = Insertions.of(len(column.table), texts)
    if not len(added):
        return column, added
    names = [each_path[-1] for _, each_path in new]
    table = with_values(column.table, added, path_keys(added.texts, names, added.new))
    return replace(
        column, table=table, last=len(table), parents=_parents(column, added, new)
    ), added


def _parents(
    column: KeywordColumn,
    added: Insertions,
    new: Sequence[tuple[int, Path]],
) -> Int32Array:
    old = column.parents
    moved = np.where(old < 0, -1, added.moved[np.maximum(old, 0)].astype(np.int32))
    own = {each_path: int(ordinal) for (_, each_path), ordinal in zip(new, added.new, strict=True)}
    find = paths_of(column.values, column.parents)
    parents = []
    for _, each_path in new:
        above = each_path[:-1]
        if not above:
            parents.append(-1)
        elif above in own:
            parents.append(own[above])
        else:
            place, _ = place_of(find, 0, len(column.table), above)
            parents.append(int(added.moved[place]))
    return added.into(moved.astype(np.int32), np.array(parents, dtype=np.int32))


def _ordinals_of(own: KeywordColumn, space: KeywordColumn) -> UInt32Array:
    """uint32[v], the ordinal in the space of each of the segment's values."""
    if own.kind == CATEGORY:
        path, wanted = paths_of(space.values, space.parents), paths_of(own.values, own.parents)
        found = [place_of(path, 0, len(space.table), wanted(o))[0] for o in range(len(own.table))]
    else:
        texts = [own.values[ordinal] for ordinal in range(own.first, own.last)]
        found = [place_of(space.values.__getitem__, space.first, space.last, t)[0] for t in texts]
    return np.array(found, dtype=np.uint32)


def _attribute_table(own: Columns, columns: Columns, space: KeywordTable) -> KeywordTable:
    names = [name for name in columns.attribute_names if name in own.keywords]
    if not names:
        empty = KeywordTable.of(
            [], sealed(np.zeros(own.doc_count + 1, dtype=np.int64)),
            sealed(np.zeros(0, dtype=np.uint32)), [],
        )  # fmt: skip
        return in_space(empty, space, np.zeros(0, dtype=np.uint32))
    ordinals = np.concatenate(
        [_ordinals_of(own.keywords[name], columns.keywords[name]) for name in names]
    )
    return in_space(own.keywords[names[0]].table, space, ordinals)
