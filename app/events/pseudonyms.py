"""Users and sessions as keyed hashes: the same person is known again, and nobody can say who.

Without the key, which never leaves the service, an id cannot be tried out against the hashes.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from secrets import token_bytes
from typing import Final

KEY_FILE: Final = "pseudonyms.key"
_KEY_BYTES: Final = 32
_HASH_BYTES: Final = 16


class Pseudonyms:
    """key: of the shop, the same on every machine that shares events."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.blake2b(key, digest_size=_KEY_BYTES).digest()
        self._of = lru_cache(maxsize=10_000)(self._hash)

    def user(self, user_id: str | None) -> str | None:
        return None if not user_id else self._of(b"user", user_id)

    def session(self, session_id: str | None) -> str | None:
        return None if not session_id else self._of(b"session", session_id)

    def _hash(self, kind: bytes, text: str) -> str:
        raw = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(raw, key=self._key, person=kind, digest_size=_HASH_BYTES).hexdigest()


def read_or_make_key(folder: Path, name: str = KEY_FILE) -> bytes:
    """The key of this folder; the first of several processes makes it. Raises OSError."""
    path = folder / name
    if not path.exists():
        fresh = folder / f".{name}.{os.getpid()}"
        file = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        try:
            os.write(file, token_bytes(_KEY_BYTES))
            os.fsync(file)
        finally:
            os.close(file)
        try:
            os.link(fresh, path)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def event_key(event_id: str) -> bytes:
    """16 bytes that stand for a client's id of an event."""
    return hashlib.blake2b(event_id.encode(), person=b"event", digest_size=16).digest()
