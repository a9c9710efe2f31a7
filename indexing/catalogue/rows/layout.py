"""Which column becomes which field: made once for each set of column names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from indexing.catalogue.platform import FieldRule, Platform, Rules
from indexing.catalogue.rows.category_columns import level_columns
from indexing.catalogue.rows.column_patterns import Pattern, pattern_of
from indexing.catalogue.rows.known_names import KnownNames
from indexing.catalogue.rows.named_columns import NamedColumns, Source, Wishes
from indexing.catalogue.rows.names import name_key, qualified
from indexing.catalogue.rows.paths import value_at

JOINED = ("description", "identifiers")
"""Fields that keep the values of all their columns."""


_METAFIELD = re.compile(r" \((?:product|variant)\.metafields\..+\)$")
_NO_RULE = FieldRule.model_validate({})


class FieldSources(NamedTuple):
    """spare: sources that become attributes where another one fills the field. levels: whether
    each is a level of a category.
    """

    target: str
    sources: tuple[Source, ...]
    rule: FieldRule
    spare: frozenset[str]
    levels: bool = False


class PairColumns(NamedTuple):
    name: str
    value: str
    split: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """fields: by target. attributes: (name, column). pairs, key_values, merged: columns that
    hold attributes. unused: columns that are passed over. status: columns, and values of
    rows that are not for shoppers.
    """

    fields: tuple[FieldSources, ...]
    attributes: tuple[tuple[str, str], ...]
    pairs: tuple[PairColumns, ...]
    key_values: tuple[tuple[str, str], ...]
    merged: tuple[str, ...]
    unused: tuple[str, ...]

    simple: tuple[tuple[str, str], ...] = ()
    rest: tuple[FieldSources, ...] = ()
    category: FieldSources | None = None
    status: tuple[tuple[str, tuple[str, ...]], ...] = ()
    by_target: Mapping[str, FieldSources] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        fields: Sequence[FieldSources],
        attributes: tuple[tuple[str, str], ...],
        pairs: tuple[PairColumns, ...],
        key_values: tuple[tuple[str, str], ...],
        merged: tuple[str, ...],
        unused: tuple[str, ...],
    ) -> "Layout":
        """simple: (target, column) of fields that take one cell as it is; rest: the others.
        category: where it is one cell.
        """
        plain = [each for each in fields if _is_plain(each)]
        simple = [each for each in plain if each.target not in ("category", "attributes")]
        category = next((each for each in plain if each.target == "category"), None)
        if not any(each.target == "title" for each in simple):  # names beside it are identifiers
            simple = [each for each in simple if each.target != "identifiers"]
        rest = tuple(each for each in fields if each not in simple)
        cells = tuple((each.target, each.sources[0].column) for each in simple)
        by_target = {each.target: each for each in fields}
        return cls(
            tuple(fields),
            attributes,
            pairs,
            key_values,
            merged,
            unused,
            cells,
            rest,
            category,
            by_target=by_target,
        )

    def source_of(self, target: str) -> Source | None:
        """The first column of a field."""
        return next((each.sources[0] for each in self.fields if each.target == target), None)


def _is_plain(each: FieldSources) -> bool:
    one = len(each.sources) == 1 and not each.sources[0].steps and not each.sources[0].currency
    rule = each.rule
    said = rule.constant or rule.default or rule.drop_if or rule.currency or rule.locale
    divided = rule.split and each.target == "brand"
    return one and not said and not divided


def layout_of(
    names: Sequence[str],
    platform: Platform,
    plain: Platform,
    wishes: Wishes,
    rules: Rules,
    known: KnownNames | None = None,
) -> Layout:
    """rules: of the platform's rows, or of the variants within them. plain: the names that are
    understood in every file, for fields that the rules leave open. known: of rules and plain.
    """
    known = known or KnownNames(rules, plain.fields)
    found = NamedColumns(names, known.keys, wishes)
    there = found.exact.keys() | found.of_locale.keys()
    used: set[str] = set()
    fields: list[FieldSources] = []
    for target in dict.fromkeys((*sorted(wishes.given), *wishes.first, *rules, *plain.fields)):
        own = target in rules and target not in wishes.given
        rule = rules[target] if own else plain.fields.get(target, _NO_RULE)
        wanted = [target] if target in wishes.given else known.wanted(own, target, there)
        if target in wishes.first:
            wanted = [wishes.first[target], *wanted]
        sources = [source for name in wanted for source in found.sources(name)]
        if not own:
            sources = [each for each in sources if each.column not in used or target in JOINED]
        if not sources and (
            target == "stock_tracked" or (rule.constant is None and rule.default is None)
        ):
            continue  # a shop without the column does not say that it counts nothing
        chosen = tuple(dict.fromkeys(sources))
        spare = frozenset() if own else _spare(chosen)
        fields.append(FieldSources(target, chosen, rule, spare))
        used.update(each.column for each in chosen)
    _add_level_columns(names, fields, rules, used)
    taken = {*_of_attributes(names, platform), *used}
    left = [name for name in names if name not in taken]
    for target, columns in known.loosely(left, {each.target for each in fields}, rules).items():
        rule = rules[target] if target in rules else plain.fields[target]
        sources = [found.source_of(name) for name in columns if name not in used]
        if sources:
            sources.sort(key=lambda each: found.preference(qualified(each.column)))
            fields.append(FieldSources(target, tuple(sources), rule, _spare(sources)))
            used.update(columns)
    codes = {s.told for each in fields if each.target == "identifiers" for s in each.sources}
    fields = [
        each._replace(spare=each.spare - codes) if each.target == "id" else each for each in fields
    ]
    return _with_attributes(names, platform, fields, used, found)


def _spare(sources: Sequence[Source]) -> frozenset[str]:
    """Not what is there in another language or currency."""
    among = sources[0].among if sources else ""
    others = [s for s in sources[1:] if not s.locale and not s.currency]
    return frozenset(s.told for s in others if not among or s.among != among)


def _add_level_columns(
    names: Sequence[str], fields: list[FieldSources], rules: Rules, used: set[str]
) -> None:
    """Where a category's levels are columns of their own, and no other column tells it."""
    columns = [] if rules.get("category", _NO_RULE).sources else level_columns(names)
    place = next((at for at, each in enumerate(fields) if each.target == "category"), None)
    before = () if place is None else fields[place].sources
    if not columns or not {each.column for each in before} <= set(columns):
        return
    if any(name in used and name not in {each.column for each in before} for name in columns):
        return
    made = tuple(Source(name, (), name) for name in columns)
    field_ = FieldSources("category", made, _NO_RULE, frozenset(), levels=True)
    if place is None:
        fields.append(field_)
    else:
        fields[place] = field_
    used.update(columns)


def _of_attributes(names: Sequence[str], platform: Platform) -> set[str]:
    """Columns that hold attributes, or say nothing of the product."""
    pairs = _pairs(names, platform)
    told = {each.name for each in pairs} | {each.value for each in pairs}
    status = {name_key(name) for name in platform.unpublished}
    merged = set(map(name_key, platform.merged))
    patterns = [pattern_of(name) for name in (*platform.key_values, *platform.ignore)]
    for name in names:
        key = name_key(name)
        if key in status or key in merged or any(pattern.fits(name) for pattern in patterns):
            told.add(name)
    return told


def _with_attributes(
    names: Sequence[str],
    platform: Platform,
    fields: list[FieldSources],
    used: set[str],
    found: NamedColumns,
) -> Layout:
    pairs = _pairs(names, platform)
    key_values = tuple(
        (name, kind)
        for wanted, kind in platform.key_values.items()
        for name in names
        if pattern_of(wanted).fits(name)
    )
    keys = {name_key(name): name for name in platform.merged}
    merged = tuple(name for name in names if name_key(name) in keys)
    used |= {each.name for each in pairs} | {each.value for each in pairs}
    used |= {name for name, _ in key_values} | set(merged)
    status = platform.unpublished if platform.recognise else ()
    passed_over = [pattern_of(name) for name in (*platform.ignore, *status)]
    renamed = {name_key(old): new for old, new in platform.attribute_names.items()}
    attributes: list[tuple[str, str]] = []
    unused: list[str] = []
    localized = any(source.locale for each in fields for source in each.sources)
    for name in names:
        if name in used or name == "":
            continue
        other = qualified(name) if localized else None
        if (localized and found.is_second(name, other)) or any(
            pattern.fits(name) for pattern in passed_over
        ):
            unused.append(name)
        elif other is not None and found.is_text(other):
            attributes.append((name[: len(name) - len(other.tail)], name))
        else:
            told = renamed.get(name_key(name)) or attribute_name(name)
            attributes.append((told, name))
    return Layout.of(fields, tuple(attributes), pairs, key_values, merged, tuple(unused))


def attribute_name(column: str) -> str:
    return _METAFIELD.sub("", column)


def _pairs(names: Sequence[str], platform: Platform) -> tuple[PairColumns, ...]:
    made: list[PairColumns] = []
    for pair in platform.pairs:
        values = _numbered(names, [pattern_of(name) for name in pair.value])
        for number, name in _numbered(names, [pattern_of(name) for name in pair.name]).items():
            if number in values:
                made.append(PairColumns(name, values[number], pair.split))
    return tuple(made)


def _numbered(names: Sequence[str], patterns: list[Pattern]) -> dict[str, str]:
    """{n} of the pattern → the column."""
    found: dict[str, str] = {}
    for name in names:
        for pattern in patterns:
            number = pattern.number_in(name)
            if number is not None:
                found.setdefault(number, name)
    return found


def values_of(row: Mapping[str, Any], sources: Iterable[Source]) -> list[tuple[Source, Any]]:
    """What the row holds in these columns; empty cells say nothing."""
    found: list[tuple[Source, Any]] = []
    for source in sources:
        value = row.get(source.column)
        if source.steps:
            value = value_at(value, source.steps)
        if says(value):
            found.append((source, value))
    return found


def says(value: object) -> bool:
    """Whether a cell says something."""
    if type(value) is str:
        return value != "" and not value.isspace()
    return value is not None and value not in ([], (), {})
