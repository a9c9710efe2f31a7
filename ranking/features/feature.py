"""What a feature is, and a group of them: one file a group declares its own and fills its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from indexing.arrays import Float32Array, Float64Array
from ranking.features.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Feature:
    """missing: what stands where the fact is unknown (NaN lets the trees decide).

    trend: 1 if more of it never makes a product worse, all else equal, −1 if never better.
    version: raised when the same name begins to mean something else.
    """

    name: str
    meaning: str
    low: float
    high: float
    missing: str = "never"
    trend: int = 0
    version: int = 1


class Rows:
    """A group's part of the matrix, a row a feature, written by name.

    matrix: float32[features of the group, k]; kernels that know its order write it at once.
    """

    def __init__(self, places: Mapping[str, int], matrix: Float32Array) -> None:
        """places: of the group's features, by name."""
        self.matrix = matrix
        self._places = places

    def __setitem__(self, name: str, values: Float32Array | Float64Array | float) -> None:
        """values: float[k], or one for all. Raises KeyError for a feature of another group."""
        self.matrix[self._places[name]] = values


@dataclass(frozen=True, slots=True)
class Group:
    """Features that are computed together, in the order of their rows.

    fill: writes all of their rows, every value finite or NaN.
    """

    name: str
    meaning: str
    features: tuple[Feature, ...]
    fill: Callable[[Inputs, Rows], None]
    places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = {feature.name: place for place, feature in enumerate(self.features)}
        object.__setattr__(self, "places", places)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    def values(self, inputs: Inputs) -> dict[str, Float32Array]:
        """float32[k] by feature name."""
        matrix = np.full((len(self.features), len(inputs)), np.nan, dtype=np.float32)
        self.fill(inputs, Rows(self.places, matrix))
        return dict(zip(self.names, matrix, strict=True))
