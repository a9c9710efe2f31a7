"""Is the product the kind of thing that is meant, or only something that belongs to it?"""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, UInt8Array
from indexing.types.type_model import NO_TYPE
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.features.thing_lacked import lacking
from ranking.features.word_order import TRUST, named_by_order, roles_of_slots
from ranking.query.type_wish import LIKENESS, TypeWish, agreement

FEATURES = (
    Feature("kind_fit", "how likely it is of a kind that is meant, over the likeliest", 0, 1,
            "no kind is meant: NaN", trend=1),
    Feature("kind_agreement", "the same from −1 to 1, times how surely the kind is meant, over the "
            "square of the query's words", -1, 1, "no kind is meant: by order of words", trend=1),
    Feature("kind_price", "ln of its price over the middle of the likeliest kind", -10, 10,
            "no kind is meant, or no price: NaN"),
)  # fmt: skip


UNTYPED: Final = (0.1, 0.7)
"""Agreement of a product of no known type which the order of words says only fits what is meant,
and of one that may be it.
"""


def _fill(inputs: Inputs, rows: Rows) -> None:
    wish = inputs.query.kind
    told: Float32Array | float = 0.0
    roles: UInt8Array | None = None
    if not wish.of_known_types and inputs.query.required:
        roles = roles_of_slots(inputs)
        told = _by_order(inputs, roles) - lacking(inputs, roles)
    elif wish.how == LIKENESS:  # the order of words says as well which word is the thing
        roles = roles_of_slots(inputs)
        told = -lacking(inputs, roles)
    if not wish:
        rows["kind_fit"], rows["kind_agreement"], rows["kind_price"] = np.nan, told, np.nan
        return
    fit = inputs.read(lambda segment, docs: agreement(wish, docs, segment))
    fit = _with_untyped(fit, wish, inputs, roles)
    rows["kind_fit"] = fit
    agreed = np.float32(wish.focus) * (2 * fit * _others_met(wish, inputs) - 1)
    rows["kind_agreement"] = np.clip(agreed + told, -1, 1)
    rows["kind_price"] = _price_over_level(wish, inputs)


def _by_order(inputs: Inputs, roles: UInt8Array) -> Float32Array:
    """Agreement by the order of words alone; of more words less, as by kinds."""
    trust = np.float32(TRUST / len(inputs.query.required) ** 3)
    found: Float32Array = trust * (2 * named_by_order(inputs, roles) - 1)
    return found


def _with_untyped(
    fit: Float32Array, wish: TypeWish, inputs: Inputs, roles: UInt8Array | None
) -> Float32Array:
    """Of products of no known type, unless things of none are meant, the order of words says how
    likely they are the thing. roles: if they are known already.
    """
    untyped = inputs.read(lambda segment, docs: segment.types.type_of[docs]) == NO_TYPE
    if not untyped.any() or (wish.types == NO_TYPE).any():
        return fit
    low, high = UNTYPED
    named = named_by_order(inputs, roles_of_slots(inputs) if roles is None else roles)
    guess = np.float32(low) + np.float32(high - low) * named
    return np.where(untyped, guess, fit).astype(np.float32)


def _others_met(wish: TypeWish, inputs: Inputs) -> Float32Array:
    """float32[k]: 1 for what satisfies the brands beside a kind's name, less for none of them.

    The name of single things, as `kindle`, is to be satisfied too, and one that no kind is called.
    Of other words beside a kind's name its agreement says nothing.
    """
    if wish.others:
        return np.ones(len(inputs), dtype=np.float32)
    slots = inputs.query.slots
    unasked = () if wish.single or wish.names else wish.phrase
    weights = np.array(
        [0.0 if slot.text in unasked else slot.weight for slot in slots],
        dtype=np.float32,
    )
    total = weights.sum()
    if total <= 0:
        return np.ones(len(inputs), dtype=np.float32)
    met: Float32Array = (inputs.matches.chosen >= 0) @ weights / total
    return np.float32(wish.unsaid) + np.float32(1 - wish.unsaid) * met


def _price_over_level(wish: TypeWish, inputs: Inputs) -> Float32Array | float:
    kind, levels = int(wish.types[0]), inputs.tables.types.price_levels
    if kind == NO_TYPE or np.isnan(levels[kind]):
        return np.nan
    logs = np.log(np.where(inputs.prices > 0, inputs.prices, np.nan))
    # Rounded, so that no tree parts what another currency makes differ in its last bits only.
    over: Float32Array = np.round(np.clip(logs - levels[kind], -10, 10), 3).astype(np.float32)
    return over


KIND = Group("kind", "Whether the product is the kind of thing that is meant.", FEATURES, _fill)
