"""Names that rules speak of, so that columns of other names need not be looked for."""

from collections.abc import Iterable, Sequence, Set

from indexing.catalogue.platform import Platform, Rules
from indexing.catalogue.rows.category_columns import is_level
from indexing.catalogue.rows.column_patterns import pattern_of
from indexing.catalogue.rows.loose_names import TARGETS, keys_in
from indexing.catalogue.rows.names import name_key, qualified
from indexing.catalogue.rows.paths import steps_of

_NUMBERED = "{n}"
_NAMES_KEPT = 20_000


class KnownNames:
    """keys: of the columns that a field may come from, without what paths go into."""

    def __init__(self, rules: Rules, plain: Rules) -> None:
        self._by_target = [
            {
                target: tuple((name, _keys_of(name)) for name in rule.sources)
                for target, rule in layer.items()
            }
            for layer in (plain, rules)
        ]
        layers = [names for layer in self._by_target for names in layer.values()]
        self.keys = frozenset(name_key(steps_of(name)[0]) for each in layers for name, _ in each)
        self.all_keys = self.keys.union(*(keys for each in layers for _, keys in each))
        self._places = {
            target: {
                name_key(name): place
                for place, name in reversed(list(enumerate(_names_of(target, rules, plain))))
            }
            for target in TARGETS
        }
        self.numbered = tuple(name for each in layers for name, _ in each if _NUMBERED in name)

    def wanted(self, own: bool, target: str, there: Set[str]) -> list[str]:
        """Names of a field's rule that may be among columns of these keys. own: the platform's."""
        entries = self._by_target[own].get(target, ())
        return [n for n, keys in entries if _NUMBERED in n or not keys.isdisjoint(there)]

    def loosely(self, names: Sequence[str], found: Set[str], rules: Rules) -> dict[str, list[str]]:
        """Target → columns, the likeliest first, of fields that no column is named like."""
        made: dict[str, list[str]] = {}
        left = list(names)
        for target in TARGETS:
            if target in found or (target in rules and not rules[target].sources):
                continue
            ranked = [(self._rank(name, target), name) for name in left]
            columns = [name for rank, name in sorted(ranked, key=_first) if rank is not None]
            if columns:
                made[target] = columns
                left = [name for name in left if name not in columns]
        return made

    def is_like_any(self, name: str) -> bool:
        return any(self._rank(name, target) is not None for target in TARGETS)

    def _rank(self, name: str, target: str) -> int | None:
        """The place of what the name may mean among a field's names."""
        places = self._places[target]
        return next((places[key] for key in keys_in(name, target) if key in places), None)


class FreeNames:
    """Whether a column's name alone tells that it is an attribute like any other."""

    def __init__(self, known: KnownNames, platform: Platform, more: Iterable[str]) -> None:
        """more: names that a mapping, or the choice of an id, gives a meaning."""
        status = platform.unpublished
        told = (*platform.merged, *platform.attribute_names, *status, *more)
        self._known = known
        self._keys = known.all_keys | {name_key(name) for name in told}
        pairs = [name for pair in platform.pairs for name in (*pair.name, *pair.value)]
        wanted = (*pairs, *platform.key_values, *platform.ignore, *status, *known.numbered)
        self._patterns = [pattern_of(name) for name in dict.fromkeys(wanted)]
        self._looked_at: dict[str, bool] = {}

    def __contains__(self, name: str) -> bool:
        free = self._looked_at.get(name)
        if free is None:
            free = self._is_free(name)
            if len(self._looked_at) < _NAMES_KEPT:
                self._looked_at[name] = free
        return free

    def _is_free(self, name: str) -> bool:
        return (
            name != ""
            and name_key(name) not in self._keys
            and qualified(name) is None
            and not is_level(name)
            and not self._known.is_like_any(name)
            and not any(pattern.fits(name) for pattern in self._patterns)
        )


def _first(ranked: tuple[int | None, str]) -> int:
    return -1 if ranked[0] is None else ranked[0]


def _names_of(target: str, *layers: Rules) -> list[str]:
    return [name for layer in layers if target in layer for name in layer[target].sources]


def _keys_of(name: str) -> frozenset[str]:
    return frozenset((name_key(steps_of(name)[0]), name_key(name)))
