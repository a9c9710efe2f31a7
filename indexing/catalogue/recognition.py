"""Which platform's export a source is, told by the names of its columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indexing.catalogue.platform import Platform, known_platforms
from indexing.catalogue.rows.column_patterns import pattern_of
from indexing.catalogue.rows.names import name_key, qualified
from indexing.catalogue.rows.paths import steps_of, value_at
from indexing.catalogue.woocommerce_columns import in_any_language

PLAIN = "zz_plain"
"""The platform of files that are none's; last in the order of names."""

_ROWS_LOOKED_AT = 50


def plain_platform() -> Platform:
    return known_platforms()[PLAIN]


def recognised(rows: Sequence[Mapping[str, Any]]) -> Platform:
    """The platform with the most of its names there, of those whose conditions are met."""
    translated = in_any_language(known_platforms()["woocommerce"], rows)
    if translated is not None:
        return translated
    names = dict.fromkeys(name for row in rows for name in row)
    keys = _keys_of(names)
    best, most = plain_platform(), 0
    for name, platform in known_platforms().items():
        if name == PLAIN or not all(
            any(_there(each, keys, names, rows) for each in wanted) for wanted in platform.recognise
        ):
            continue
        known = sum(1 for each in _names_of(platform) if name_key(steps_of(each)[0]) in keys)
        known += 3 * len(platform.recognise)
        if known > most:
            best, most = platform, known
    return best


def _keys_of(names: Iterable[str]) -> set[str]:
    keys = {name_key(name) for name in names}
    keys |= {found.key for name in names if (found := qualified(name)) is not None}
    return keys


def _there(
    wanted: str, keys: set[str], names: Iterable[str], rows: Sequence[Mapping[str, Any]]
) -> bool:
    if "{" in wanted:
        pattern = pattern_of(wanted)
        return any(pattern.fits(name) for name in names)
    if wanted.startswith("@"):
        return wanted in names
    first, steps = steps_of(wanted)
    if name_key(first) not in keys:
        return False
    return not steps or any(
        value_at(row.get(first), steps) is not None for row in rows[:_ROWS_LOOKED_AT]
    )


def _names_of(platform: Platform) -> set[str]:
    rules = platform.fields.values()
    return {name for rule in rules for name in rule.sources} | set(platform.ignore)
