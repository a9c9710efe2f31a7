"""What a score is worth: the gain to expect of a product so far below the best of its list."""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float32Array

MOST_POINTS = 64


@dataclass(frozen=True, slots=True)
class GainCurve:
    """Expected gain by how far a score lies below the highest one; learnt from judgments.

    Scores of a ranker say which product is better, not by how much a shopper would mind. A gain is
    a grade over the query's best one, 0 to 1, so a gap of 0.05 is a twentieth of a perfect match,
    whichever ranker gave the scores and however steep the list is.

    drops: ascending, 0 and up. gains: 0 to 1, never rising, as many. Straight lines between the
    points, level beyond them.
    """

    drops: tuple[float, ...]
    gains: tuple[float, ...]

    def __post_init__(self) -> None:
        drops, gains = np.array(self.drops), np.array(self.gains)
        if not 1 <= len(drops) == len(gains) <= MOST_POINTS:
            raise ValueError(f"a gain curve has 1 to {MOST_POINTS} drops and as many gains")
        if not (np.isfinite(drops).all() and drops[0] >= 0 and (np.diff(drops) > 0).all()):
            raise ValueError("the drops of a gain curve are 0 or more and ascend")
        if not ((gains >= 0) & (gains <= 1)).all() or (np.diff(gains) > 0).any():
            raise ValueError("the gains of a gain curve lie between 0 and 1 and never rise")

    def expected(self, scores: Float32Array) -> Float32Array:
        """float32[n] gains for float32[n] scores in any order.

        +∞ counts as the highest score; NaN and −∞ become −∞, so that nothing without a score is
        ever lifted above something with one.
        """
        finite = np.isfinite(scores)
        if not finite.any():
            return np.where(scores > 0, np.float32(self.gains[0]), np.float32(-np.inf))
        drops = np.where(scores > 0, 0.0, np.inf)
        drops[finite] = scores[finite].max() - scores[finite]
        gains = np.interp(drops, self.drops, self.gains).astype(np.float32)
        gains[~finite & ~(scores > 0)] = -np.inf
        return gains
