"""What an index name of an Algolia client stands for: an index, an order of it, or suggestions."""

import re
from dataclasses import dataclass
from typing import Final

from app.api.algolia.attributes import place_of
from app.errors import Fault, NotFoundError
from app.service import Service
from ranking.generation import Generation
from ranking.search.request import Sort
from ranking.search.sorting import NEWEST, parse_sort

SUGGESTIONS: Final = "_query_suggestions"
_ORDER: Final = re.compile(r"(.+)_(asc|desc)")


@dataclass(frozen=True, slots=True)
class Target:
    """index: of this service. sort: of a replica. suggestions: an index of queries."""

    index: str
    sort: Sort | None = None
    suggestions: bool = False


def target_of(name: str, service: Service) -> Target:
    """What a name means. Raises as `_meant` does; NotAllowedError if the key does not reach it."""
    target = _meant(name, service)
    service.grant.allow(target.index)
    return target


def _meant(name: str, service: Service) -> Target:
    """An index, another name of it (`VITRINA_INDEX_ALIASES`), a replica or its suggestions.

    A replica is named in `replicas` of index.toml, or says its order: `main_price_asc`,
    `main_newest`. Raises NotFoundError, or NotReadyError of an index that is not served yet.
    """
    index = _index_of(name, service)
    if index is not None:
        return Target(index)
    base = _index_of(name.removesuffix(SUGGESTIONS), service)
    if name.endswith(SUGGESTIONS) and base is not None:
        return Target(base, suggestions=True)
    for served in service.generations.names():
        replicas = service.generations.get(served).snapshot.config.replicas
        if name in replicas:
            return Target(served, parse_sort(replicas[name]))
    found = _told_order(name, service)
    if found is not None:
        return found
    known = ", ".join(service.generations.names())
    raise NotFoundError(
        f"Index {name[:100]} does not exist. There are: {known}; VITRINA_INDEX_ALIASES gives them "
        "other names, and `replicas` of index.toml names their orders.",
        [Fault("indexName", "is not known", "Use the name of an index.")],
    )


def _index_of(name: str, service: Service) -> str | None:
    name = service.settings.index_aliases.get(name, name)
    generations = service.generations
    if name in generations.names():
        return name
    if name in generations.failures():
        generations.get(name)  # tells why it is not served
    return None


def _told_order(name: str, service: Service) -> Target | None:
    """`INDEX_newest`, `INDEX_FIELD_asc`: the longest index that the name begins with."""
    for place in range(len(name) - 1, 0, -1):
        if name[place] != "_":
            continue
        index = _index_of(name[:place], service)
        if index is None:
            continue
        rest = name[place + 1 :]
        if rest == NEWEST:
            return Target(index, Sort(NEWEST, descending=True))
        order = _ORDER.fullmatch(rest)
        if order is None:
            continue
        field = _number_field(order[1], service.generations.get(index))
        if field is not None:
            return Target(index, Sort(field, order[2] == "desc"))
    return None


def _number_field(name: str, generation: Generation) -> str | None:
    columns = generation.snapshot.columns
    place = place_of(name, columns)
    return place.field if place is not None and place.field in columns.numbers else None
