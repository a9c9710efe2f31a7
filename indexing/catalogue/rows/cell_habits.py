"""Columns of a sample whose cells hold lists, objects or tables of names and values as text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indexing.catalogue.rows.names import name_key
from indexing.catalogue.values.attribute_cells import pairs_in
from indexing.catalogue.values.cell_objects import object_in

Rows = Sequence[Mapping[str, Any]]

TABLE_NAMES = frozenset(map(name_key, (
    "specifications", "specification", "specs", "product_specifications", "attributes", "features",
    "properties", "details", "characteristics", "options", "parameters", "additional_attributes",
    "Eigenschaften", "Merkmale", "Attribute", "Spezifikationen", "technische Daten",
    "caractéristiques", "spécifications", "attributs", "características", "especificaciones",
    "atributos", "caratteristiche", "specifiche", "attributi", "kenmerken", "specificaties",
    "cechy", "parametry", "atrybuty", "egenskaper", "egenskaber", "характеристики", "параметры",
    "规格参数", "参数", "属性", "商品属性", "产品参数", "宝贝属性",
    "销售属性", "销售属性组合", "规格属性",
    "仕様", "属性値", "스펙", "옵션", "사양",
)))  # fmt: skip
_SHARE = 0.6
_LEAST = 3


def object_columns(rows: Rows) -> frozenset[str]:
    """Columns of which most cells are lists or objects written as text."""
    found: set[str] = set()
    for name, cells in _texts(rows).items():
        marked = [cell for cell in cells if cell.lstrip()[:1] in ("[", "{")]
        if 2 * len(marked) < len(cells):
            continue
        made = sum(1 for cell in marked if type(object_in(cell)) is not str)
        if 2 * made >= len(cells):
            found.add(name)
    return frozenset(found)


def decoded(row: dict[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """The row with these columns' cells as what they are."""
    return row | {name: object_in(row[name]) for name in columns if name in row}


def table_columns(rows: Rows, columns: Iterable[str]) -> frozenset[str]:
    """Of these, those whose cells are `name:value;name:value` with names that recur."""
    texts = _texts(rows)
    found: set[str] = set()
    for column in columns:
        cells = texts.get(column, [])
        tables = [pairs for cell in cells if (pairs := pairs_in(cell))]
        if not cells or len(tables) < _SHARE * len(cells):
            continue
        names = [name for pairs in tables for name in pairs]
        several = sum(1 for pairs in tables if len(pairs) > 1)
        recur = len(tables) >= _LEAST and len(set(names)) <= len(names) / 2
        if name_key(column) in TABLE_NAMES or (several >= len(tables) / 2 and recur):
            found.add(column)
    return frozenset(found)


def _texts(rows: Rows) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for row in rows:
        for name, cell in row.items():
            if type(cell) is str and cell.strip():
                made.setdefault(name, []).append(cell)
    return made
