"""Everything that can go wrong between a catalogue and a served snapshot."""

import errno


class IndexingError(Exception):
    """Base of all errors here. The message says what, where, and what to do now."""


class CatalogError(IndexingError):
    """The catalogue as a whole cannot be used: unreadable, empty, or too many rejected lines."""


class BuildError(IndexingError):
    """A build stopped; what is published stays as it was."""


class LockedError(BuildError):
    """Another process is writing this index."""


class SnapshotError(IndexingError):
    """A snapshot cannot be opened."""


class CorruptSnapshotError(SnapshotError):
    """A file is missing, has another size, or another checksum than the manifest says."""


class FormatVersionError(SnapshotError):
    """The snapshot was written by another format version than this code reads."""


class RulesError(IndexingError):
    """A rule that people wrote cannot be used: which file, which line, what it should be."""


def is_disk_full(error: OSError) -> bool:
    """Whether the disk is; NumPy says so in words only."""
    told = str(error)
    return error.errno == errno.ENOSPC or (
        error.errno is None and ("requested and" in told or "free space" in told)
    )
