"""Arrays of earlier views that nobody reads any more, to be brought up and written again.

Of a million products a view that copies what changed takes 60 MB of fresh memory, ten times a
second. So each array is kept in a few places: what a view shows is never written to, and one that
no view and no request holds any more lacks only the rows that changed since.
"""

import sys
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np

from indexing.arrays import UInt32Array
from indexing.live.value_space import sealed

_PLACES: Final = 4
"""Of one array: what is shown, what running requests hold, and one to write to."""
_MOST_BEHIND: Final = 8
"""A place that lacks more than a so-manieth of the rows is let go: a copy takes less."""
Array = TypeVar("Array", bound="np.ndarray[Any, Any]")


@dataclass(slots=True)
class _Place:
    """array: owns its memory. behind: rows that the newest one has otherwise."""

    array: "np.ndarray[Any, Any]"
    behind: list[UInt32Array] = field(default_factory=list)
    lacks: int = 0


class Spares:
    """Of one segment; used by one thread. What it gives is read by any number of them.

    Whoever reads an array has a reference to it or to a view of it, and NumPy's views refer to the
    array that owns the memory: so its count of references tells whether anyone does.
    """

    def __init__(self) -> None:
        self._places: dict[str, list[_Place]] = {}

    def written(self, name: str, shown: Array, rows: UInt32Array, values: Any) -> Array:
        """Read-only, as `shown` but for these rows. shown: of the view before, by the same name;
        it stays as it is. O(rows that changed lately), seldom O(n).
        """
        places = self._places.setdefault(name, [])
        if places and not np.may_share_memory(places[-1].array, shown):
            places.clear()  # of another run
        place = self._unread(places)
        if place is None:
            place = _Place(shown.copy())
        else:
            for each in place.behind:
                place.array[each] = shown[each]
            place.behind, place.lacks = [], 0
        for other in places:
            other.behind.append(rows)
            other.lacks += len(rows)
        place.array[rows] = values
        places.append(place)
        places[:] = [
            each
            for each in places[-_PLACES:]
            if each is place or each.lacks * _MOST_BEHIND <= len(shown)
        ]
        made: Any = place.array[:]
        return sealed(made)  # type: ignore[return-value] # of the same shape and type

    def _unread(self, places: list[_Place]) -> _Place | None:
        """One that is not shown and not read, taken out of the list."""
        for at in range(len(places) - 1):
            if _references(places[at]) == _UNREAD:
                return places.pop(at)
        return None


def _references(place: _Place) -> int:
    return sys.getrefcount(place.array)


_UNREAD: Final = _references(_Place(np.zeros(0)))
"""Of an array that only its place holds."""
