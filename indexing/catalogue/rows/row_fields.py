"""One row → what each field's columns hold, under the names of fields; nothing is read yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from indexing.catalogue.mapping import as_list, looks_like_identifier
from indexing.catalogue.platform import FieldRule, Platform, Rules
from indexing.catalogue.rows.layout import (
    JOINED,
    FieldSources,
    Layout,
    Source,
    Wishes,
    layout_of,
    says,
    values_of,
)
from indexing.catalogue.rows.names import name_key
from indexing.catalogue.values.attribute_cells import key_values_in, list_in
from indexing.catalogue.values.category_paths import CategoryStyle, category_paths
from indexing.catalogue.values.html_text import without_shortcodes
from indexing.catalogue.values.localized import in_locale
from indexing.catalogue.values.typed_cells import typed_cell

Fields = dict[str, Any]
"""By target: a value as the source has it; `attributes`: by name; `category`: a path, and
`categories`: all of them where there are several."""

_LAYOUTS_KEPT = 2_000
_NO_ATTRIBUTE = frozenset({"title"})
_DEFAULT_OPTION = "default title"


class Habits(NamedTuple):
    """What a sample of the file showed. not_fields: columns that are named like a field and do
    not hold such values. list_signs: attribute → what separates its values. junk: attributes
    that are kept, neither searched nor counted, and why.
    """

    category: CategoryStyle = CategoryStyle()
    not_fields: frozenset[str] = frozenset()
    list_signs: Mapping[str, str] = {}
    junk: Mapping[str, str] = {}
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
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._status: dict[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self.used: dict[str, dict[str, int]] = {}
        """target → column → rows it filled."""

    def layout(self, row: Mapping[str, Any]) -> Layout:
        names = tuple(row)
        made = self._layouts.get(names)
        if made is None:
            if len(self._layouts) >= _LAYOUTS_KEPT:
                self._layouts.clear()
            kept = [name for name in names if name not in self.habits.not_fields]
            made = layout_of(kept, self.platform, self._plain, self.wishes, self._rules)
            left = tuple((name, name) for name in names if name in self.habits.not_fields)
            made = replace(made, attributes=(*made.attributes, *left))
            self._layouts[names] = made
        return made

    def unpublished(self, row: Mapping[str, Any]) -> str | None:
        """The column and value that keep a row from shoppers, or None."""
        if not self.platform.unpublished:
            return None
        names = tuple(row)
        rules = self._status.get(names)
        if rules is None:
            if len(self._status) >= _LAYOUTS_KEPT:
                self._status.clear()
            wanted = {name_key(name): held for name, held in self.platform.unpublished.items()}
            rules = tuple((n, wanted[name_key(n)]) for n in names if name_key(n) in wanted)
            self._status[names] = rules
        for name, values in rules:
            value = row[name]
            if value is None or isinstance(value, dict | list):
                continue
            text = str(value).strip().casefold()
            if text in values:
                return f"{name} is {text}"
        return None

    def of(self, row: Mapping[str, Any]) -> Fields:
        layout = self.layout(row)
        made: Fields = {}
        attributes: dict[str, Any] = {}
        used = self.used
        for target, column in layout.simple:
            value = row[column]
            if value is None or value == "":
                continue
            if type(value) is not str:
                if type(value) is dict or not says(value):
                    self._take(layout.by_target[target], row, made, attributes)
                    continue
            elif value.isspace():
                continue
            made[target] = _unescaped(value, self._escapes) if self._escapes else value
            if target not in used:
                used[target] = {column: 1}
        for field in layout.rest:
            self._take(field, row, made, attributes)
        self._add_attributes(layout, row, attributes)
        outright = made.pop("attributes", None)
        if outright is not None:
            made["attributes"] = outright
        if attributes:
            made["more_attributes"] = attributes
        return made

    def _take(
        self, field: FieldSources, row: Mapping[str, Any], made: Fields, attributes: Fields
    ) -> None:
        target, sources, rule, spare = field
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
        value = in_locale(value, rule.locale or locale)
        if target == "category":
            paths = category_paths(value, rule, self.habits.category)
            if not paths:
                return
            made[target] = paths[0]
            if len(paths) > 1:
                made["categories"] = paths
        else:
            made[target] = _unescaped(value, self._escapes) if self._escapes else value
        if target == "price" and (source.currency or rule.currency):
            made["currency"] = source.currency or rule.currency
        self._count(target, [source])
        for other, left in found[1:]:
            if other.told in spare and not other.steps and target not in _NO_ATTRIBUTE:
                attributes[other.column] = left
            elif other.told in spare and target == "title":
                _beside_title(other, left, made, attributes)

    def _add_attributes(self, layout: Layout, row: Mapping[str, Any], made: Fields) -> None:
        signs, text_only = self.habits.list_signs, self._text_only
        for name, column in layout.attributes:
            value = row[column]
            if value is None or value == "":  # most cells of a wide table
                continue
            if says(value):
                sign = signs.get(column)
                if sign and type(value) is str:
                    value = list_in(value, sign)
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
