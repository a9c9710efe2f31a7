"""One row → what each field's columns hold, under the names of fields; nothing is read yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from indexing.catalogue.field_values import FieldValueError
from indexing.catalogue.mapping import as_list, looks_like_identifier
from indexing.catalogue.platform import FieldRule, Platform, Rules
from indexing.catalogue.rows.cell_habits import TABLE_NAMES
from indexing.catalogue.rows.known_names import FreeNames, KnownNames
from indexing.catalogue.rows.layout import (
    JOINED,
    FieldSources,
    Layout,
    attribute_name,
    layout_of,
    says,
    values_of,
)
from indexing.catalogue.rows.named_columns import Source, Wishes
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.values.attribute_cells import key_values_in, list_in, pairs_in
from indexing.catalogue.values.category_paths import CategoryStyle, category_paths
from indexing.catalogue.values.html_text import without_shortcodes
from indexing.catalogue.values.localized import in_locale
from indexing.catalogue.values.typed_cells import typed_cell

Fields = dict[str, Any]
"""By target: a value as the source has it; `attributes`: by name; `category`: a path, and
`categories`: all of them where there are several."""

_LAYOUTS_KEPT = 2_000
_PATHS_KEPT = 50_000
_PAIR = {"name", "value"}
_ONE_PAIR = frozenset({"param", "parameter", "property", "attribute", "feature", "spec"})
_ONE_TEXT = frozenset({"title", "brand"})
_WITHIN = ("name", "label", "title", "value", "data", "#text")
_ONE_OF_SEVERAL = frozenset({"brand", "title"})
_NO_ATTRIBUTE = frozenset({"title"})
_DEFAULT_OPTION = "default title"


class Habits(NamedTuple):
    """What a sample of the file showed. not_fields: columns that are named like a field and do
    not hold such values. list_signs: attribute → what separates its values. junk: attributes
    that are kept, neither searched nor counted, and why. tables: columns of `name:value` cells.
    not_status: keys of columns that would keep every row from shoppers.
    """

    category: CategoryStyle = CategoryStyle()
    not_fields: frozenset[str] = frozenset()
    list_signs: Mapping[str, str] = {}
    junk: Mapping[str, str] = {}
    tables: frozenset[str] = frozenset()
    not_status: frozenset[str] = frozenset()
    decimal: str | None = None
    day_first: bool | None = None


class RowFields:
    """Reads rows of one kind. rules: of the platform's rows, or of variants nested in them.
    text_only: cells of attributes that read as a number or truth value become one.
    """

    def __init__(
        self,
        platform: Platform,
        plain: Platform,
        rules: Rules,
        wishes: Wishes,
        habits: Habits,
        text_only: bool,
    ) -> None:
        self.platform = platform
        self.habits = habits
        self.wishes = wishes
        self._plain = plain
        self._text_only = text_only
        self._escapes = platform.escapes
        self._rules = rules
        self._paths: dict[str | tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
        self._known = KnownNames(rules, plain.fields)
        more = (*wishes.given, *wishes.first.values())
        self._free = FreeNames(self._known, platform, more)
        status = {name_key(name): held for name, held in platform.unpublished.items()}
        self._status = {key: held for key, held in status.items() if key not in habits.not_status}
        self._bases: dict[tuple[str, ...], Layout] = {}
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self.used: dict[str, dict[str, int]] = {}
        """target → column → rows it filled."""

    def layout(self, row: Mapping[str, Any]) -> Layout:
        names = tuple(row)
        made = self._layouts.get(names)
        if made is None:
            if len(self._layouts) >= _LAYOUTS_KEPT:
                self._layouts.clear()
            made = self._layouts[names] = self._made_layout(names)
        return made

    def _made_layout(self, names: tuple[str, ...]) -> Layout:
        """Rows that differ in attributes alone share the rest: records without a schema seldom
        have the same names twice.
        """
        left_aside, free = self.habits.not_fields, self._free
        kept = [name for name in names if name not in left_aside]
        told = tuple(name for name in kept if name not in free)
        base = self._bases.get(told)
        if base is None:
            if len(self._bases) >= _LAYOUTS_KEPT:
                self._bases.clear()
            base = self._bases[told] = layout_of(
                told, self.platform, self._plain, self.wishes, self._rules, self._known
            )
        by_column = {column: name for name, column in base.attributes}
        attributes = [
            (by_column[name] if name in by_column else attribute_name(name), name)
            for name in kept
            if name in by_column or name in free
        ]
        attributes += [(name, name) for name in names if name in left_aside]
        status = tuple((n, self._status[name_key(n)]) for n in names if name_key(n) in self._status)
        return replace(base, attributes=tuple(attributes), status=status)

    def unpublished(self, row: Mapping[str, Any], layout: Layout | None = None) -> str | None:
        """The column and value that keep a row from shoppers, or None."""
        for name, values in self.layout(row).status if layout is None else layout.status:
            value = row[name]
            if value is None or isinstance(value, dict | list):
                continue
            text = str(value).strip().casefold()
            if text in values:
                return f"{name} is {text}"
        return None

    def of(self, row: Mapping[str, Any], layout: Layout | None = None) -> Fields:
        """layout: the row's, where it is known."""
        if layout is None:
            layout = self.layout(row)
        made: Fields = {}
        attributes: dict[str, Any] = {}
        used = self.used
        for target, column in layout.simple:
            value = row[column]
            if value is None or value == "":
                continue
            kind = type(value)
            if kind is not str:
                if (
                    kind is not float
                    and kind is not int
                    and (kind is dict or target in _ONE_TEXT or not says(value))
                ):
                    self._take(layout.by_target[target], row, made, attributes)
                    continue
            elif value.isspace():
                continue
            made[target] = _unescaped(value, self._escapes) if self._escapes else value
            if target not in used:
                used[target] = {column: 1}
        for field in layout.rest:
            if field is not layout.category or not self._categorise(field, row, made):
                self._take(field, row, made, attributes)
        self._add_attributes(layout, row, attributes)
        outright = made.pop("attributes", None)
        if outright is not None:
            made["attributes"] = outright
        if attributes:
            made["more_attributes"] = attributes
        return made

    def _categorise(self, field: FieldSources, row: Mapping[str, Any], made: Fields) -> bool:
        """What `_take` makes of a cell that is the only one for the category, if it is of text."""
        cell = row[field.sources[0].column]
        if type(cell) is list:
            cell = tuple(cell)
            if any(type(level) is not str for level in cell):
                return False
        elif type(cell) is not str:
            return False
        paths = self._paths.get(cell)
        if paths is None:
            value = cell if type(cell) is str else list(cell)
            paths = category_paths(value, field.rule, self.habits.category) if says(value) else ()
            if len(self._paths) < _PATHS_KEPT:
                self._paths[cell] = paths
        if paths:
            made["category"] = paths[0]
            if len(paths) > 1:
                made["categories"] = paths
            if "category" not in self.used:
                self._count("category", [field.sources[0]])
        return True

    def _take(
        self, field: FieldSources, row: Mapping[str, Any], made: Fields, attributes: Fields
    ) -> None:
        target, sources, rule, spare, _ = field
        if rule.constant is not None:
            made[target] = rule.constant
            return
        found = values_of(row, sources)
        if rule.drop_if:
            found = [(source, value) for source, value in found if not _is_dropped(value, rule)]
        if not found:
            if rule.default is not None:
                made[target] = rule.default
            return
        locale = self.wishes.locale or self.wishes.languages[0]
        if target in JOINED:
            values: list[object]
            if len(found) == 1 and type(found[0][1]) is str:
                values = [found[0][1]]
            else:
                found = _one_language(found)
                values = [in_locale(value, rule.locale or locale) for _, value in found]
            if self._escapes:
                values = [_unescaped(value, self._escapes) for value in values]
            made[target] = values[0] if len(values) == 1 else values
            self._count(target, [source for source, _ in found])
            return
        source, value = found[0]
        if field.levels:
            value = _levels_of(found, self.habits.category)
        value = in_locale(_in_language(value, source, row, locale), rule.locale or locale)
        if target in _ONE_TEXT and type(value) in (dict, list):
            value = _one_text(value)
        if rule.split and target in _ONE_OF_SEVERAL and isinstance(value, str):
            value = value.split(rule.split)[0]
        if target == "category":
            try:
                paths = category_paths(value, rule, self.habits.category)
            except FieldValueError:
                made[target] = value  # to be told of where values are read
                return
            if not paths:
                return
            made[target] = paths[0]
            if len(paths) > 1:
                made["categories"] = paths
        else:
            made[target] = _unescaped(value, self._escapes) if self._escapes else value
        if target == "price" and (source.currency or rule.currency):
            made["currency"] = source.currency or rule.currency
        self._count(target, [each for each, _ in found] if field.levels else [source])
        for other, left in found[1:]:
            if other.told in spare and target == "image":
                made["images"] = [*as_list(made.get("images", value)), *as_list(left)]
            elif other.told in spare and not other.steps and target not in _NO_ATTRIBUTE:
                attributes[other.column] = left
            elif other.told in spare and target == "title":
                _beside_title(other, left, made, attributes)

    def _add_attributes(self, layout: Layout, row: Mapping[str, Any], made: Fields) -> None:
        signs, tables, text_only = self.habits.list_signs, self.habits.tables, self._text_only
        for name, column in layout.attributes:
            value = row[column]
            if value is None or value == "":  # most cells of a wide table
                continue
            if says(value):
                sign = signs.get(column)
                if type(value) is dict and value.keys() == _PAIR and name_key(column) in _ONE_PAIR:
                    made[str(value["name"])] = value["value"]
                    continue
                if column in tables and type(value) is str and (pairs := pairs_in(value)):
                    made.update(pairs)
                    continue
                if sign and type(value) is str:
                    value = list_in(value, sign)
                elif text_only and type(value) is dict and name_key(column) in TABLE_NAMES:
                    made.update((key, held) for key, held in value.items() if says(held))
                    continue
                elif text_only and type(value) is str:
                    value = typed_cell(value.strip())
                made[name] = value if name not in made else [*as_list(made[name]), *as_list(value)]
        for pair in layout.pairs:
            name, value = row[pair.name], row[pair.value]
            if says(name) and says(value) and str(value).strip().casefold() != _DEFAULT_OPTION:
                made[str(name).strip()] = list_in(value, pair.split) if pair.split else value
        for column, kind in layout.key_values:
            if says(row[column]):
                made.update(key_values_in(row[column], kind))
        for column in layout.merged:
            value = row[column]
            if isinstance(value, dict):
                made.update((name, held) for name, held in value.items() if says(held))
            elif says(value):
                made[column] = value

    def _count(self, target: str, sources: list[Source]) -> None:
        by_column = self.used.setdefault(target, {})
        for source in sources:
            by_column[source.told] = by_column.get(source.told, 0) + 1


def _in_language(value: object, source: Source, row: Mapping[str, Any], locale: str) -> object:
    """Of XML's `<name lang="en">…</name><name lang="de">…</name>` the text in the language."""
    marks = row.get(f"{source.column}@lang") if type(value) is list else None
    if not isinstance(value, list) or not isinstance(marks, list) or len(marks) != len(value):
        return value
    languages = [str(mark)[:2].casefold() for mark in marks]
    wanted = next((each for each in (locale[:2], "en") if each in languages), languages[0])
    return value[languages.index(wanted)]


def _one_text(value: object) -> object:
    """A name within an object, the first of a list."""
    if isinstance(value, list) and value:
        return _one_text(value[0])
    if isinstance(value, dict):
        return next((value[name] for name in _WITHIN if says(value.get(name))), value)
    return value


def _levels_of(found: list[tuple[Source, Any]], style: CategoryStyle) -> object:
    """A path of several columns. One cell that holds a path of its own is enough, unless each goes
    on where the one before ended: `lvl0` Home, `lvl1` Home > Rugs.
    """
    cells = [value for _, value in found]
    if not any(not isinstance(cell, str) or style.levels in cell for cell in cells):
        return list(dict.fromkeys(cells))
    lists = [as_list(cell) for cell in cells]
    if len(lists) > 1 and all(_goes_on(*both) for both in pairwise(lists)):
        return [path for each in reversed(lists) for path in each]
    return cells[0]


def _goes_on(before: list[Any], after: list[Any]) -> bool:
    starts = tuple(path for path in before if isinstance(path, str))
    return all(isinstance(path, str) and path.startswith(starts) for path in after)


def _one_language(found: list[tuple[Source, Any]]) -> list[tuple[Source, Any]]:
    """Without further languages of a column that is there already."""
    seen: set[str] = set()
    kept: list[tuple[Source, Any]] = []
    for source, value in found:
        if source.among not in seen:
            kept.append((source, value))
        if source.among:
            seen.add(source.among)
    return kept


def _unescaped(value: object, escapes: Sequence[str]) -> object:
    """The text as the platform means it."""
    if type(value) is not str:
        return value
    if "newlines" in escapes and "\\n" in value:
        value = value.replace("\\r", "").replace("\\n", "\n")
    if "shortcodes" in escapes:
        value = without_shortcodes(value)
    if "quote" in escapes and value.startswith("'"):
        value = value[1:]  # a spreadsheet's mark of text: '00771
    return value


def _is_dropped(value: object, rule: FieldRule) -> bool:
    return str(value).strip().casefold() in {text.casefold() for text in rule.drop_if}


def _beside_title(other: Source, value: object, made: Fields, attributes: Fields) -> None:
    """A name beside a title: a model number, or an attribute."""
    if looks_like_identifier(value):
        before = made.get("identifiers")
        known = before if isinstance(before, list) else [] if before is None else [before]
        made["identifiers"] = [*known, value]
    else:
        attributes[other.column] = value
