"""Which analyzer reads a snapshot: the one that it was built with, if this code still has it."""

from collections.abc import Sequence

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.version_1 import AnalyzerVersion1
from indexing.errors import FormatVersionError

_READABLE: tuple[type[Analyzer], ...] = (Analyzer, AnalyzerVersion1)
"""The present version and the one before it."""


def analyzer_of(languages: Sequence[str], fingerprint: str) -> Analyzer:
    """The analyzer of this fingerprint. Raises FormatVersionError if none is left here."""
    for version in _READABLE:
        made = version(languages)
        if made.fingerprint == fingerprint:
            return made
    raise FormatVersionError(
        f"it was analysed by a version of the analyzer that is not here any more ({fingerprint})."
    )


def is_present(languages: Sequence[str], fingerprint: str) -> bool:
    """Whether a snapshot built now would hold the same terms."""
    return Analyzer(languages).fingerprint == fingerprint
