"""A sample of rows → how this file writes its values; each finding is told."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from indexing.catalogue.field_values import FieldValueError
from indexing.catalogue.platform import Rules
from indexing.catalogue.rows.cell_habits import table_columns
from indexing.catalogue.rows.layout import Layout, says, values_of
from indexing.catalogue.rows.named_columns import Source
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.rows.row_fields import Habits
from indexing.catalogue.values.category_paths import LEVELS, CategoryStyle
from indexing.catalogue.values.dates import instant_of
from indexing.catalogue.values.money import money_in
from indexing.catalogue.values.ratings import popularity_of, rating_count_of, rating_of
from indexing.catalogue.values.stock_words import availability_of, pieces_in

Rows = Sequence[Mapping[str, Any]]
Status = Mapping[str, Sequence[str]]

_COMMA_DECIMAL = re.compile(r"\d,\d{1,2}(?!\d)(?!,)")
_POINT_DECIMAL = re.compile(r"\d\.\d{1,2}(?![\d.])")
_GROUPED = re.compile(r"\d\.\d{3}(?!\d)")
_GROUPED_ONLY = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.,])")
_LEVEL_SIGNS = (" >> ", ">>", " › ", "›", " » ", "»", " | ", "|", " / ", " → ", ">", "/", "\\")
_LIST_NAMES = (
    "color", "colour", "colors", "colours", "size", "sizes", "material", "materials", "tags",
    "tag", "keywords", "labels", "farbe", "farben", "größe", "größen", "groesse", "couleur",
    "couleurs", "taille", "tailles", "matière", "talla", "tallas", "colores", "taglia",
    "taglie", "colore", "colori", "kolor", "kolory", "rozmiar", "rozmiary", "kleur", "maat",
    "etiketten", "mots-clés", "schlagwörter", "etiquetas",
    "颜色", "颜色分类", "尺码", "尺寸", "规格", "标签",
    "材质", "口味", "style", "styles",
)  # fmt: skip
_LISTED = frozenset(map(name_key, _LIST_NAMES))
_LIST_SIGNS = (",", ";", "|", "、", "，", "；", "/")
_ADDRESS = re.compile(r"(?:https?:)?//\S+|www\.\S+|\S+@\S+\.\w+")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*|\d{1,2}/\d{1,2}/\d{2,4}, \d{1,2}:\d{2}.*")
_MEASURE = re.compile(
    r"(?:\d+\s*[x×]\s*)?\d+(?:[.,]\d+)?\s*(?:m?g|kg|[mcd]?l|ltr?|oz|fl\.? oz|lbs?|[mc]?m)\b.*",
    re.IGNORECASE,
)
_SHORT = 40
_MANY = 50


def habits_of(
    rows: Rows, layout: Layout, rules: Rules, unpublished: Status, told: list[str]
) -> Habits:
    """rules: the platform's own fields. unpublished: names of columns, and values, that may keep
    rows from shoppers. told: gets a line for each finding of note.
    """
    by_target = {field.target: field for field in layout.fields}
    not_fields = {
        source.column
        for field in layout.fields
        if field.target not in rules and field.rule.constant is None
        for source in field.sources
        if not source.steps and not _reads(field.target, _cells(rows, source))
    }
    for column in sorted(not_fields):
        told.append(f"{column}: most of its values are none of such a field; kept as an attribute")
    category = by_target.get("category")
    style = CategoryStyle()
    if category is not None and not category.rule.path:
        style = _style(_first_texts(rows, category.sources), told)
    price_columns = [
        source
        for target in ("price", "sale_price", "list_price")
        if target in by_target
        for source in by_target[target].sources
    ]
    tables = table_columns(rows, [column for _, column in layout.attributes])
    for column in sorted(tables):
        told.append(f"{column}: several attributes in a cell")
    signs, junk = _attribute_habits(rows, layout, told)
    created = by_target.get("created_at")
    return Habits(
        category=style,
        not_fields=frozenset(not_fields),
        list_signs=signs,
        junk=junk,
        tables=tables,
        not_status=_not_status(rows, unpublished, told),
        decimal=_decimal(_texts(rows, price_columns), told),
        day_first=_day_first(_texts(rows, created.sources), told) if created else None,
    )


def _not_status(rows: Rows, unpublished: Status, told: list[str]) -> frozenset[str]:
    """Keys of columns that would leave no row: they say something else."""
    values = {name_key(name): held for name, held in unpublished.items()}
    columns = {name for row in rows for name in row if name_key(name) in values}
    found: set[str] = set()
    for name in sorted(columns):
        off = values[name_key(name)]
        if len(rows) > 1 and all(str(row.get(name)).strip().casefold() in off for row in rows):
            told.append(f"{name}: would leave no product, so it is not taken for a status")
            found.add(name_key(name))
    return frozenset(found)


def _cells(rows: Rows, source: Source) -> list[Any]:
    return [value for row in rows for _, value in values_of(row, (source,))]


def _texts(rows: Rows, sources: Sequence[Source]) -> list[str]:
    return [v for row in rows for _, v in values_of(row, sources) if isinstance(v, str)]


def _first_texts(rows: Rows, sources: Sequence[Source]) -> list[str]:
    """Of each row the first filled cell."""
    firsts = [value for row in rows for _, value in values_of(row, sources)[:1]]
    texts = [each for value in firsts for each in (value if isinstance(value, list) else [value])]
    return [text for text in texts if isinstance(text, str)]


def _reads(target: str, cells: list[Any]) -> bool:
    """Whether at least half of the filled cells can be a field's values."""
    if not cells:
        return True
    good = sum(1 for cell in cells if _is_value(target, cell))
    return 2 * good >= len(cells)


def _is_value(target: str, cell: object) -> bool:
    try:
        if target in ("price", "sale_price", "list_price"):
            money_in(cell, None)
        elif target == "rating":
            rating_of(cell)
        elif target == "rating_count":
            rating_count_of(cell)
        elif target == "popularity":
            popularity_of(cell)
        elif target == "stock":
            pieces_in(cell)
            return not (isinstance(cell, str) and _MEASURE.fullmatch(cell.strip()))
        elif target == "availability":
            return availability_of(cell) is not None or pieces_in(cell) is not None
        elif target == "created_at":
            instant_of(cell)
        elif target in ("image", "images", "url"):
            return not isinstance(cell, str) or "/" in cell or "." in cell or len(cell) < 1
        elif target in ("id", "group_id", "currency"):
            return not isinstance(cell, dict | list)
    except (FieldValueError, ValueError, OverflowError):
        return target in ("price", "list_price", "stock") and not any(map(str.isdigit, str(cell)))
    return True


def _decimal(texts: list[str], told: list[str]) -> str | None:
    commas = sum(1 for text in texts if _COMMA_DECIMAL.search(text))
    points = sum(1 for text in texts if _POINT_DECIMAL.search(text))
    marked = [text for text in texts if "." in text]
    grouped = not commas and not points and len(marked) > 1
    if grouped and all(_GROUPED_ONLY.search(text) for text in marked):
        told.append("prices: the point separates thousands, so 1.249 is read as 1249")
        return ","
    if commas and not points:
        if any(_GROUPED.search(text) for text in texts):
            told.append("prices: the comma is the decimal sign, so 1.249 is read as 1249")
        return ","
    return "." if points and not commas else None


def _style(texts: list[str], told: list[str]) -> CategoryStyle:
    """` > ` if any cell has it; else a sign that most cells have."""
    distinct = list(dict.fromkeys(texts))
    if not distinct or any(LEVELS in text for text in distinct):
        return CategoryStyle()
    for sign in _LEVEL_SIGNS:
        having = [text for text in distinct if sign in text]
        if len(having) < 2 or 5 * len(having) < 4 * len(distinct):
            continue
        if len(sign) == 1 and sign in ">/|\\" and not _shares_roots(having, sign):
            continue
        told.append(f"category: levels are separated by {sign.strip()!r}")
        return CategoryStyle(sign)
    return CategoryStyle()


def _shares_roots(texts: list[str], sign: str) -> bool:
    """Whether the paths are a tree: some first levels come again, and levels begin with letters."""
    roots = Counter(text.split(sign)[0].strip() for text in texts)
    letters = all(part.strip()[:1].isalpha() for text in texts for part in text.split(sign) if part)
    return letters and len(roots) < len(texts)


def _day_first(texts: list[str], told: list[str]) -> bool | None:
    leads = [re.match(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}", text.strip()) for text in texts]
    pairs = [(int(found[1]), int(found[2])) for found in leads if found is not None]
    if any(first > 12 for first, _ in pairs) and not any(second > 12 for _, second in pairs):
        return True
    if any(second > 12 for _, second in pairs) and not any(first > 12 for first, _ in pairs):
        return False
    if pairs and any("/" in text for text in texts):
        told.append("dates: 05/06/2024 can be May or June; read as a month first")
    return None


def _attribute_habits(
    rows: Rows, layout: Layout, told: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    signs: dict[str, str] = {}
    junk: dict[str, str] = {}
    for name, column in layout.attributes:
        cells = [row[column] for row in rows if column in row and says(row[column])]
        texts = [cell for cell in cells if isinstance(cell, str)]
        why = _why_junk(cells, texts)
        if why is not None:
            junk[name] = why
            continue
        sign = _list_sign(texts, name_key(column) in _LISTED)
        if sign is not None:
            signs[column] = sign
            told.append(f"{column}: several values in a cell, separated by {sign!r}")
    return signs, junk


def _why_junk(cells: list[Any], texts: list[str]) -> str | None:
    if texts and len(texts) == len(cells):
        if all(_ADDRESS.fullmatch(text.strip()) for text in texts):
            return "addresses"
        if all(_MOMENT.fullmatch(text.strip()) for text in texts):
            return "moments"
    if len(cells) >= _MANY:
        seen = {str(cell) for cell in cells}
        if len(seen) == 1:
            return "one value for all"
        if len(seen) == len(cells) and all(str(cell).isdigit() for cell in cells):
            return "a number of its own for each"
    return None


def _list_sign(texts: list[str], named_like_lists: bool) -> str | None:
    """The sign between values: of columns that hold lists by their name, or whose parts recur."""
    for sign in _LIST_SIGNS:
        if sign == "/":
            break  # `Red/White` is a colour
        having = [text for text in texts if sign in text]
        if not having:
            continue
        parts = [[part.strip() for part in text.split(sign)] for text in texts]
        flat = [part for each in parts for part in each]
        if any(len(part) > _SHORT for part in flat) or any(
            each and all(part.replace(".", "").isdigit() for part in each)
            for each in parts
            if len(each) > 1
        ):
            continue
        recurs = (
            len(set(flat)) < 0.7 * len(flat) and 3 * len(having) >= len(texts) and len(having) >= 3
        )
        if named_like_lists or recurs:
            return sign
    return None
