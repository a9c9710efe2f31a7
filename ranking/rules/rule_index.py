"""Which of many rules may fire for a search: looked up by what they ask for, never one by one.

A rule lies under one of its conditions: the one that the fewest rules share; if that are many,
under two. A search makes the keys that its query, filters and situation answer to, and looks each
of them up.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from indexing.columns.keyword import folded_value
from ranking.rules.conditions import Prepared, Said
from ranking.rules.query_words import Pattern, Words
from ranking.rules.situation import CATEGORY, Chosen, Situation, paths_above

FEW: Final = 8
"""Rules that share a condition and are asked one by one."""
MOST_ALTERNATIVES: Final = 8
"""Of a second condition that rules are looked up by."""
MOST_SHAPES: Final = 30
"""Different combinations of placeholders."""
MOST_ALIKE: Final = 300
"""Rules that can be told apart by nothing that is looked up."""
_ALWAYS: Final = ""


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """by_key: places of rules, which are in the order they are asked in; by_pair: the same under
    two keys. longest: words of a `contains`. shapes: names of the placeholders of each pattern.
    bare: patterns of nothing but placeholders, by shape.
    """

    prepared: tuple[Prepared, ...] = ()
    by_key: Mapping[str, Sequence[int]] = field(default_factory=dict)
    by_pair: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)
    longest: int = 0
    shapes: tuple[tuple[str, ...], ...] = ()
    bare: Mapping[str, Pattern] = field(default_factory=dict)
    left_out: tuple[int, ...] = ()
    """Places of rules beyond the bounds."""

    @classmethod
    def of(cls, prepared: Sequence[Prepared]) -> "RuleIndex":
        looked_up = [each.lookups() for each in prepared]
        shared = Counter(key for groups in looked_up for keys in groups for key in keys)
        by_key: dict[str, list[int]] = {}
        by_pair: dict[str, dict[str, list[int]]] = {}
        shapes: dict[tuple[str, ...], None] = {}
        bare: dict[str, Pattern] = {}
        longest, left_out = 0, []
        for place, (each, groups) in enumerate(zip(prepared, looked_up, strict=True)):
            groups.sort(key=lambda keys: sum(shared[key] for key in keys))
            lists = _lists(groups, shared, by_key, by_pair)
            wanted = dict.fromkeys([*shapes, *each.shapes])
            if any(len(one) >= MOST_ALIKE for one in lists) or len(wanted) > MOST_SHAPES:
                left_out.append(place)
                continue
            shapes = wanted
            for one in lists:
                one.append(place)
            runs = [pattern.longest_run() for pattern in each.matches]
            longest = max([longest, *(len(text.split()) for text in (*each.contains, *runs))])
            bare |= {p.shape: p for p, run in zip(each.matches, runs, strict=True) if not run}
        return cls(tuple(prepared), by_key, by_pair, longest, tuple(shapes), bare, tuple(left_out))

    def said(
        self,
        words: Words,
        chosen: Chosen,
        situation: Situation,
        values: Callable[[str], dict[str, str]],
    ) -> Said:
        told = {
            "context": frozenset(map(folded_value, situation.context)),
            "segment": frozenset(map(folded_value, situation.segment)),
            "region": frozenset(map(folded_value, (situation.region or "",))),
            "device": frozenset(map(folded_value, (situation.device or "",))),
        }
        return Said(words, " ".join(words.terms), chosen, told, values)

    def candidates(self, said: Said) -> list[int]:
        """Places of the rules that may fire, ascending."""
        found: set[int] = set()
        keys = set(self._keys(said))
        for key in keys:
            known = self.by_key.get(key)
            if known is not None:
                found.update(known)
            pairs = self.by_pair.get(key)
            if pairs is not None:
                for other in keys & pairs.keys():
                    found.update(pairs[other])
        return sorted(found)

    def _keys(self, said: Said) -> Iterator[str]:
        yield _ALWAYS
        yield f"is\0{said.text}"
        terms = said.words.terms
        for begin in range(len(terms)):
            for end in range(begin + 1, min(begin + self.longest, len(terms)) + 1):
                yield f"has\0{' '.join(terms[begin:end])}"
        for shape, pattern in self.bare.items():
            if said.read(pattern) is not None:
                yield f"like\0{shape}"
        for name, values in said.chosen.items():
            for value in values:
                if name != CATEGORY:
                    yield f"field\0{name}\0{value}"
                    continue
                for path in paths_above(value):
                    yield f"field\0{CATEGORY}\0{path}"
                    yield f"{CATEGORY}\0{path}"
        for name, values in said.told.items():
            for value in values:
                yield f"{name}\0{value}"


def _lists(
    groups: Sequence[Sequence[str]],
    shared: Mapping[str, int],
    by_key: dict[str, list[int]],
    by_pair: dict[str, dict[str, list[int]]],
) -> list[list[int]]:
    """Where a rule is to stand. groups: keys of each of its conditions, the rarest first."""
    if not groups:
        return [by_key.setdefault(_ALWAYS, [])]
    others = groups[1] if len(groups) > 1 and len(groups[1]) <= MOST_ALTERNATIVES else ()
    lists: list[list[int]] = []
    for key in groups[0]:
        if shared[key] <= FEW or not others:
            lists.append(by_key.setdefault(key, []))
        else:
            pairs = by_pair.setdefault(key, {})
            lists += [pairs.setdefault(other, []) for other in others]
    return lists
