"""A fuse for calls to something that may be down."""

from collections.abc import Callable


class Circuit:
    """Closed: every call may go out. Open: none. Half-open: one, whose outcome decides.

    Opens after `failures` failures with no success between them, for `open_s` seconds; then
    one caller may try. If that one succeeds the circuit closes, if it fails it stays open for
    another `open_s` seconds. A trial that never reports back is replaced after `open_s`.

    Not for threads: made for one event loop. clock: seconds, never going back.
    """

    def __init__(self, failures: int, open_s: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._open_s = open_s
        self._clock = clock
        self._failed = 0
        self._next_trial: float | None = None  # None while closed

    @property
    def is_open(self) -> bool:
        """True until a call has succeeded again, half-open included."""
        return self._next_trial is not None

    def allows(self) -> bool:
        """May this call go out? Who gets True must report `succeeded` or `failed`."""
        if self._next_trial is None:
            return True
        now = self._clock()
        if now < self._next_trial:
            return False
        self._next_trial = now + self._open_s
        return True

    def succeeded(self) -> None:
        self._failed = 0
        self._next_trial = None

    def failed(self) -> None:
        self._failed += 1
        if self._failed >= self._limit:
            self._next_trial = self._clock() + self._open_s
