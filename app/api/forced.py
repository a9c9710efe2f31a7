"""Filters that a key forces: whoever comes with it sees nothing else, whatever they ask."""

import numpy as np

from app.api.algolia.attributes import resolved
from app.errors import NotAllowedError
from app.keys.grant import Grant
from indexing.snapshot import Snapshot
from ranking.filters.filters import Filter, FilterError, evaluate_all
from ranking.generation import Generation


def resolved_forced(filters: tuple[Filter, ...], generation: Generation) -> tuple[Filter, ...]:
    """The filters over the fields of this index. Raises NotAllowedError where it lacks one: what
    cannot be looked at must not pass, and `NOT unknown:x` would let everything pass.
    """
    columns = generation.snapshot.columns
    unknown: set[str] = set()
    found = tuple(resolved(clause, columns, unknown) for clause in filters)
    if unknown:
        lacking = ", ".join(sorted(unknown))[:200]
        raise NotAllowedError(
            f"index {generation.index!r} has no field {lacking}, which the filters of the key name."
        )
    try:
        evaluate_all(found, columns, np.empty(0, dtype=np.uint32))
    except FilterError as error:
        raise NotAllowedError(f"the filters of the key cannot be used here: {error}") from error
    return found


def filters_of(grant: Grant, generation: Generation) -> tuple[Filter, ...]:
    return resolved_forced(grant.filters, generation) if grant.filters else ()


def is_seen(doc_id: int, segment: Snapshot, forced: tuple[Filter, ...]) -> bool:
    """Whether a document is there for the asker."""
    if not forced:
        return True
    return bool(evaluate_all(forced, segment.columns, np.array([doc_id], dtype=np.uint32))[0])
