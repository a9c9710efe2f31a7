"""Columns that hold one level of a category each: `Category 1`, `Category 2`, or 大类, 中类."""

import re
from collections.abc import Sequence

from indexing.catalogue.rows.names import name_key

_NUMBERED = re.compile(
    r"(.*?)(?:lvl|level|l|ebene|stufe|niveau|nivel|livello|poziom|tier)?(\d{1,2})"
)
_SERIES = """
main category|category|subcategory|sub subcategory
main category|sub category|sub sub category
category|sub category|sub sub category
category name|sub category name|sub sub category name
product category|product subcategory
department|category|subcategory
department|sub department
department|class|subclass
master category|sub category|article type
top category|sub category
parent category|category
parent category|child category
hauptkategorie|unterkategorie|unterunterkategorie
hauptkategorie|kategorie|unterkategorie
kategorie|unterkategorie
hauptwarengruppe|warengruppe|untergruppe
warengruppe|unterwarengruppe
catégorie principale|sous catégorie
catégorie|sous catégorie|sous sous catégorie
rayon|famille|sous famille
famille|sous famille
categoría principal|subcategoría
categoría|subcategoría
familia|subfamilia
categoria|subcategoria
categoria principale|sottocategoria
categoria|sottocategoria
reparto|categoria|sottocategoria
hoofdcategorie|subcategorie|subsubcategorie
categorie|subcategorie
kategoria główna|podkategoria
kategoria|podkategoria
huvudkategori|underkategori
kategori|underkategori
категория|подкатегория
ana kategori|alt kategori
一级类目|二级类目|三级类目|四级类目
一级分类|二级分类|三级分类|四级分类
大类|中类|小类
大分類|中分類|小分類
대분류|중분류|소분류
"""
_CHAINS = tuple(tuple(map(name_key, line.split("|"))) for line in _SERIES.strip().split("\n"))
_BASES = frozenset(map(name_key, (
    "", "category", "categories", "cat", "product category", "category name", "categoryname",
    "department", "kategorie", "warengruppe", "catégorie", "categorie", "categoría", "categoria",
    "kategoria", "kategori", "категория", "类目", "分类", "カテゴリ", "カテゴリー", "카테고리",
    "product type", "taxonomy", "hierarchy", "breadcrumb",
)))  # fmt: skip
_CHAINED = frozenset(key for chain in _CHAINS for key in chain)
_LEAST = 2


def level_columns(names: Sequence[str]) -> list[str]:
    """Root first; empty unless two or more belong together."""
    by_key = {name_key(name): name for name in reversed(names)}
    numbered: dict[str, dict[int, str]] = {}
    for key, name in by_key.items():
        found = _NUMBERED.fullmatch(key)
        if found is not None and found[1] in _BASES and (found[1] or "l" in key):
            numbered.setdefault(found[1], {})[int(found[2])] = name
    for base, places in numbered.items():
        first = [by_key[base]] if base in by_key and 1 not in places and 2 in places else []
        found_ = [*first, *(places[place] for place in sorted(places))]
        if len(found_) >= _LEAST:
            return found_
    best = max(_CHAINS, key=lambda chain: _length(chain, by_key))
    length = _length(best, by_key)
    return [by_key[key] for key in best[:length]] if length >= _LEAST else []


def is_level(name: str) -> bool:
    """Whether the column may be a level beside others."""
    key = name_key(name)
    found = _NUMBERED.fullmatch(key)
    return key in _CHAINED or (found is not None and found[1] in _BASES)


def _length(chain: tuple[str, ...], by_key: dict[str, str]) -> int:
    """How many of its names are there, from the first on."""
    there = 0
    for key in chain:
        if key not in by_key:
            break
        there += 1
    return there
