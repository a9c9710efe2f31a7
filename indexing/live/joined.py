"""A snapshot and the segments beside it as one: terms and values have the same number in all.

Tables that were learnt at the build hold for all of them: statistics, encoder, names, categories,
types, queries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexing.columns.columns import CORE_NUMBERS
from indexing.columns.priors import best_liked, compute_liked
from indexing.columns.single_values import leaf_categories
from indexing.entities.category_model import CategoryModel
from indexing.entities.names import EntityNames
from indexing.live.column_space import BRAND, CATEGORY, ColumnSpace, NewValues
from indexing.live.frozen_priors import FrozenPriors
from indexing.live.segment import Segment
from indexing.live.term_space import TermSpace
from indexing.live.value_space import Insertions, sealed
from indexing.query_log.table import QueryTable
from indexing.snapshot import Snapshot
from indexing.types.kind_column import KIND
from indexing.types.type_model import NO_TYPE, TypeModel


@dataclass(frozen=True, slots=True)
class Part:
    """made: the segment in the space of all, as it was built."""

    segment: Segment
    new: NewValues
    made: Snapshot


@dataclass(frozen=True, slots=True)
class Joined:
    """snapshot: with its tables in the space of all. parts: the segments in their order, each with
    what is new in it and as it is in the space.
    """

    snapshot: Snapshot
    parts: tuple[Part, ...]
    terms: TermSpace
    space: ColumnSpace

    @property
    def segments(self) -> tuple[Snapshot, ...]:
        return tuple(part.made for part in self.parts)

    @property
    def categories(self) -> Insertions:
        """Where new ones went."""
        return self.space.categories


def alone(base: Snapshot) -> Joined:
    """As built, with nothing beside it."""
    space = ColumnSpace.of(base.columns, NewValues())
    return Joined(base, (), TermSpace(base.index), space)


def join(
    base: Snapshot, frozen: FrozenPriors, segments: Sequence[Segment], before: Joined
) -> Joined:
    """base: as built. before: what was joined last, of which is kept what holds still. O(what is
    new), and O(products) where a value is that the snapshot lacks.
    """
    held = {id(part.segment): part for part in before.parts}
    new = [
        held[id(each)].new if id(each) in held else NewValues.of(each.columns, base.columns)
        for each in segments
    ]
    union = NewValues.union(new, base.columns.attribute_names)
    terms, space = before.terms.grown(segments), before.space
    snapshot = replace(before.snapshot, index=terms.index)
    if union != space.new:
        space = ColumnSpace.of(base.columns, union)
        snapshot = replace(
            snapshot,
            columns=space.columns,
            categories=_categories(base.categories, space),
            entities=_entities(base.entities, space),
            queries=_queries(base.queries, space.categories),
        )
        held = {}
    parts = []
    for each, own in zip(segments, new, strict=True):
        part = held.get(id(each))
        if part is None:
            made = _in_space(each, snapshot, terms, space, frozen)
        else:
            index = replace(part.made.index, lexicon=terms.index.lexicon)
            made = replace(part.made, index=index)
        parts.append(Part(each, own, made))
    return Joined(snapshot, tuple(parts), terms, space)


def _in_space(
    own: Segment, snapshot: Snapshot, terms: TermSpace, space: ColumnSpace, frozen: FrozenPriors
) -> Snapshot:
    columns = space.of_segment(own.columns)
    docs = np.arange(len(own), dtype=np.uint32)
    leaves = leaf_categories(columns, docs)
    numbers = {name: columns.dense(name) for name in CORE_NUMBERS}
    priors = frozen.priors(
        numbers, as_built(leaves, space.categories),
        columns.group_sizes[columns.group_of], columns.completeness,
    )  # fmt: skip
    liked = compute_liked(priors)
    types = _types(snapshot.types, own, liked)
    if KIND in columns.keywords:
        kinds = snapshot.kinds.of_segment(types.type_of)
        columns = replace(columns, keywords=columns.keywords | {KIND: kinds})
    return replace(
        snapshot,
        folder=own.folder,
        index=terms.of_segment(own),
        columns=columns,
        documents=own.documents,
        vectors=own.vectors,
        categories=replace(snapshot.categories, class_of=_classes(snapshot.categories, leaves)),
        types=types,
        priors=sealed(priors),
        liked=sealed(liked),
        popular=sealed(best_liked(liked)),
        prices=sealed(numbers["price"].copy()),
        fresh=None,
    )


def as_built(leaves: "np.ndarray", added: Insertions) -> "np.ndarray":
    """int64[k]: category ordinals of the space → those of the build, -1 for new ones."""
    if not len(added):
        return leaves
    old = np.full(len(added.moved) + len(added), -1, dtype=np.int64)
    old[added.moved] = np.arange(len(added.moved))
    return np.where(leaves < 0, -1, old[np.maximum(leaves, 0)])


def _classes(model: CategoryModel, leaves: "np.ndarray") -> "np.ndarray":
    if not len(model.classes):
        return np.full(len(leaves), -1, dtype=np.int32)
    place = np.minimum(np.searchsorted(model.classes, leaves), len(model.classes) - 1)
    known = model.classes[place] == leaves
    return np.where(known, place, -1).astype(np.int32)


def _categories(model: CategoryModel, space: ColumnSpace) -> CategoryModel:
    added = space.categories
    if not len(added):
        return model
    parents = space.columns.keywords[CATEGORY].parents
    classes = sealed(added.moved[model.classes].astype(np.int32))
    return replace(model, classes=classes, parents=parents)


def _entities(names: EntityNames, space: ColumnSpace) -> EntityNames:
    ordinals = names.ordinals
    for place, field in enumerate(names.field_names):
        added = _insertions(field, space)
        if len(added) and len(added.moved):
            own = np.flatnonzero(names.fields == place)
            if ordinals is names.ordinals:
                ordinals = names.ordinals.copy()
            ordinals[own] = added.moved[ordinals[own]]
    return names if ordinals is names.ordinals else replace(names, ordinals=sealed(ordinals))


def _insertions(field: str, space: ColumnSpace) -> Insertions:
    if field == BRAND:
        return space.brands
    return space.categories if field == CATEGORY else space.attributes


def _queries(table: QueryTable, added: Insertions) -> QueryTable:
    if not len(added):
        return table
    scopes = replace(table.scopes, targets=sealed(added.moved[table.scopes.targets]))
    starts = added.into_starts(table.by_category.offsets)
    return replace(table, scopes=scopes, by_category=replace(table.by_category, offsets=starts))


def _types(model: TypeModel, own: Segment, liked: "np.ndarray") -> TypeModel:
    type_of = own.type_of
    order = np.lexsort((np.arange(len(type_of)), -liked, type_of))
    members = order[int(np.count_nonzero(type_of == NO_TYPE)) :]
    starts = np.searchsorted(type_of[members], np.arange(len(model) + 1))
    return replace(
        model,
        type_of=type_of,
        sureness=own.sureness,
        title_roles=own.title_roles,
        members=sealed(members.astype(np.uint32)),
        member_starts=sealed(starts.astype(np.uint32)),
    )


def carried(before: Snapshot, after: Snapshot) -> Snapshot:
    """A segment in another space, with the numbers and the products gone of before."""
    columns = replace(
        after.columns,
        numbers=before.columns.numbers,
        completeness=before.columns.completeness,
    )
    return replace(
        after,
        index=replace(after.index, gone=before.gone),
        columns=columns,
        priors=before.priors,
        liked=before.liked,
        popular=before.popular,
        prices=before.prices,
        fresh=before.fresh,
    )
