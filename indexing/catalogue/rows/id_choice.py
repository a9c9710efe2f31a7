"""Which column is the id, where a catalogue has several that could be."""

from collections.abc import Mapping, Sequence
from typing import Any

from indexing.catalogue.rows.layout import Layout, says
from indexing.catalogue.rows.names import name_key

Rows = Sequence[Mapping[str, Any]]
_ALSO_GROUPS = ("product_id", "id", "style_id", "parent_id", "productid", "item_id", "goods_id")


def id_columns(rows: Rows, layout: Layout, told: list[str]) -> dict[str, str]:
    """Target → column to take first: of `id`, and of `group_id` where the id's column repeats
    and another one does not. Empty if the first choice will do.
    """
    field = next((each for each in layout.fields if each.target == "id"), None)
    if field is None:
        return _by_ending(rows, told)
    columns = list(dict.fromkeys(source.column for source in field.sources if not source.steps))
    if not columns or not rows:
        return {}
    first = columns[0]
    grouped = any(each.target == "group_id" for each in layout.fields)
    if _unique(rows, first):
        group = None if grouped else _grouping(rows, columns[1:])
        if group is None:
            return {}
        told.append(f"group_id: {group} repeats, {first} does not")
        return {"group_id": group}
    for column in columns[1:]:
        if _unique(rows, column):
            made = {"id": column}
            repeats = len({_text(row, first) for row in rows if says(row.get(first))}) < len(rows)
            if repeats and not grouped and name_key(first) in map(name_key, _ALSO_GROUPS):
                made["group_id"] = first
                told.append(f"id: {column}, because {first} repeats; {first} groups variants")
            else:
                told.append(f"id: {column}, because {first} repeats or is missing in places")
            return made
    return {}


def _grouping(rows: Rows, columns: Sequence[str]) -> str | None:
    """A column named like a product's id that several rows share."""
    for column in columns:
        texts = [_text(row, column) for row in rows if says(row.get(column))]
        if name_key(column) in map(name_key, _ALSO_GROUPS) and len(set(texts)) < len(texts) == len(
            rows
        ):
            return column
    return None


def candidates(rows: Rows) -> list[str]:
    """Columns that would do as an id: filled, short and different in every row."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if _unique(rows, name)]


def _by_ending(rows: Rows, told: list[str]) -> dict[str, str]:
    """The one column whose name ends in `id`."""
    found = [name for name in candidates(rows) if name_key(name).endswith("id")]
    if len(found) != 1:
        return {}
    told.append(f"id: {found[0]}, the only column whose name ends in id")
    return {"id": found[0]}


def _text(row: Mapping[str, Any], column: str) -> str:
    return str(row.get(column)).strip()


def _unique(rows: Rows, column: str) -> bool:
    values = [row.get(column) for row in rows]
    if any(not says(value) or isinstance(value, dict | list | float) for value in values):
        return False
    texts = {str(value).strip() for value in values}
    return len(texts) == len(values) and all(len(text) <= 100 for text in texts)
