"""What the command line changes, in the audit log."""

import getpass
import sys
import time
from itertools import takewhile
from pathlib import Path

from app.keys.audit import AuditLog


def note(data: Path, what: str, what_id: str, index: str | None = None) -> None:
    """what: the command."""
    AuditLog(data, time.time).note(whoami(), what, index=index, ids=[what_id])


def whoami() -> str:
    try:
        return f"command line, {getpass.getuser()}"
    except (OSError, KeyError):  # a user without a name
        return "command line"


def running_command() -> str:
    """`vitrina synonyms add`, without what it was given."""
    words = takewhile(lambda word: word[:1].isalpha(), sys.argv[1:3])
    return " ".join(["vitrina", *words])
