"""What a long job tells while it runs."""

from typing import Protocol


class Progress(Protocol):
    """Told by jobs; shown by the border as a bar, a log or a file."""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins; `total` units of work, None if unknown."""
        ...

    def advance(self, done: int) -> None:
        """So many units of the stage are done, counted from its begin."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line: a warning, a finding."""
        ...


class Silent:
    """Tells nobody."""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        pass

    def advance(self, done: int) -> None:
        pass

    def note(self, text: str) -> None:
        pass
