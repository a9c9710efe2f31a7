"""What products attract: clicks over expected clicks, drawn to a belief; and how sure that is."""

from typing import Final

import numpy as np

from indexing.arrays import Float64Array

SMOOTHING: Final = 5.0
"""Expected clicks that the belief in the product's own average (a query's product) or in the
shop's (a product) is worth."""
_LEAST_CLICKS: Final = 0.2
"""Of what is known and believed; less would make the doubt boundless."""


def attraction(gained: Float64Array, expected: Float64Array, belief: Float64Array) -> Float64Array:
    """(g + k·b) / (e + k): clicks over expected clicks, drawn towards what is believed."""
    found: Float64Array = (gained + SMOOTHING * belief) / (expected + SMOOTHING)
    return found


def doubts(gained: Float64Array, belief: Float64Array, spread: float) -> Float64Array:
    """Standard deviation of ln attraction, as it is believed.

    A gamma distribution whose shape a is the clicks that are known and believed; of its logarithm
    the variance is ψ′(a) = 1/a² + ψ′(b) ≈ 1/a² + 1/b + 1/2b² + 1/6b³, b = a + 1. spread: how many
    times more what is gained varies than as many clicks of equal worth do.
    """
    clicks = np.maximum((gained + SMOOTHING * belief) / spread, _LEAST_CLICKS)
    more = clicks + 1.0
    found: Float64Array = np.sqrt(clicks**-2 + 1 / more + more**-2 / 2 + more**-3 / 6)
    return found


def spread_of_worths(worths: Float64Array, counts: Float64Array) -> float:
    """Mean square of the worth of a click over its squared mean: Poisson events of unequal worth
    vary so many times more than equal ones of the same sum. worths, counts: of each kind.
    """
    total = float(counts @ worths)
    return float(counts @ worths**2 * counts.sum() / total**2) if total > 0 else 1.0
