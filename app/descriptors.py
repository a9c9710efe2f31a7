"""How many files and connections this process has open, and how many it may have."""

import os
import resource
from pathlib import Path

_MOST = 65_536
"""Asked for at most; some systems allow a billion, and programs loop over what is allowed."""


def raise_limit() -> None:
    """Let this process, and what it starts, open as many files as it may give itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < most_open_files():
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_open_files(), hard))


def most_open_files() -> int:
    """What `raise_limit` can reach."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)


def open_files_limit() -> int:
    """In force now."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MOST if soft == resource.RLIM_INFINITY else soft


def open_files() -> int:
    """Of this process: files, connections, pipes. One of them is this look's own."""
    return sum(1 for _ in os.scandir("/dev/fd"))


def maps_limit() -> int | None:
    """Most maps of one process; None where the system does not tell."""
    told = Path("/proc/sys/vm/max_map_count")
    return int(told.read_text()) if told.exists() else None
