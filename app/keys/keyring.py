"""The keys in force, as one worker knows them: the file is looked at twice a second."""

import hashlib
import hmac
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

from app.errors import KeyRefusedError, ServiceError
from app.keys.grant import MASTER, Grant, derived, granted_to, is_of
from app.keys.key import Key
from app.keys.secrets import fits, id_in, looks_like_key, read_secret, signing_key_of
from app.keys.signed import key_named_in, looks_signed, read_signed, restrictions_of
from app.keys.store import KeyStore

LOOK_EVERY_S: Final = 0.5
USED_EVERY_S: Final = 60.0
"""How exactly the last use is known."""
USED: Final = "used"
_NO_VERIFIER: Final = "0" * 64
MOST_DERIVED: Final = 1_024
"""Signed keys that are remembered as read."""
_Derived = tuple[Key, float | None, Grant]
"""The key that signed it, until when it is valid in seconds since the epoch, what it may do."""
log = logging.getLogger("vitrina.keys")


class Keyring:
    """admin_key: of the settings. secret: the settings', as of the store.

    clock: seconds since the epoch. aliases: other names of indexes, in what was signed.
    """

    def __init__(
        self,
        store: KeyStore,
        admin_key: str | None,
        secret: str | None,
        clock: Callable[[], float],
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._store = store
        self._aliases = aliases
        self._admin_key = None if admin_key is None else admin_key.encode()
        self._given_secret = secret
        self._clock = clock
        self._secret: bytes | None = None
        self._keys: dict[str, Key] = {}
        self._grants: dict[str, Grant] = {}
        self._signing: dict[str, str] = {}
        self._derived: dict[bytes, _Derived] = {}
        self._origins: frozenset[str] = frozenset()
        self._seen: tuple[int, int, int] | None = None
        self._look_at = 0.0
        self._used: dict[str, float] = {}
        self._told = ""

    def grant(self, text: str) -> Grant | None:
        """What a key may do; None for a text that is no key, or is another service's.

        Raises KeyRefusedError for one that means to be ours and is not in force. Microseconds.
        """
        if self._admin_key is not None and hmac.compare_digest(
            text.encode("utf-8", "surrogatepass"), self._admin_key
        ):
            return MASTER
        now = self._clock()
        self._look(now)
        if not looks_like_key(text):
            return self._signed_grant(text, now) if looks_signed(text) else None
        key = self._known(id_in(text) or "", now)
        # Compared even if there is none, so that the time does not tell which ids exist.
        verifier = _NO_VERIFIER if key is None else key.verifier
        if not fits(text, verifier, self._secret or b"none") or key is None:
            raise KeyRefusedError(
                "the key is not known here: wrong, cut short, or of another service. Ask for a "
                "new one."
            )
        self._use(key, now)
        return self._grants[key.id]

    def _signed_grant(self, text: str, now: float) -> Grant:
        """Read once and remembered; whether it is over is asked each time."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        known = self._derived.get(digest)
        if known is None:
            known = self._verified(text)
            if len(self._derived) >= MOST_DERIVED:
                self._derived.pop(next(iter(self._derived)))
            self._derived[digest] = known
        key, valid_until, grant = known
        if valid_until is not None and valid_until <= now:
            raise KeyRefusedError(
                f"the signed key ended {now - valid_until:,.0f} s ago, by this server's clock. "
                "Sign a new one."
            )
        self._use(key, now)
        return grant

    def _verified(self, text: str) -> _Derived:
        """Raises KeyRefusedError."""
        signed = read_signed(text)
        named = key_named_in(signed)
        signing = self._signing if named is None else {}
        if named in self._signing:
            signing = {named: self._signing[named]}
        for key_id, signing_key in signing.items():
            if signed.fits(signing_key):
                key, given = self._keys[key_id], restrictions_of(signed, self._aliases)
                return key, given.valid_until, derived(key, given)
        raise KeyRefusedError(
            "the key is not signed by one that is known here, or was changed. Sign a new one."
        )

    def _use(self, key: Key, now: float) -> None:
        if not key.in_force(now):
            raise KeyRefusedError(f"key {key.id} is {key.state(now)}. Ask for a new one.")
        self._note_use(key.id, now)

    def _known(self, key_id: str, now: float) -> Key | None:
        if key_id not in self._keys:
            self.look_now()  # it may have been made this moment
            self._look(now)
        return self._keys.get(key_id)

    def allows_origin(self, origin: str) -> bool:
        """Whether pages of that origin may read answers, as a key may be sent from there."""
        if not origin:
            return False
        self._look(self._clock())
        return any(is_of(origin, each) for each in self._origins)

    def has_admin_key(self) -> bool:
        """Whether somebody can come with a key for admin."""
        now = self._clock()
        self._look(now)
        return self._admin_key is not None or any(
            "admin" in key.scopes and key.in_force(now) for key in self._keys.values()
        )

    def listed(self) -> list[dict[str, Any]]:
        """What may be shown of all keys, the oldest first."""
        now = self._clock()
        return [key.facts(now, self.last_used_at(key.id)) for key in self._store.read()]

    def last_used_at(self, key_id: str) -> float | None:
        """Seconds since the epoch, to a minute; None for never."""
        try:
            return (self._store.folder / USED / key_id).stat().st_mtime
        except OSError:
            return None

    def look_now(self) -> None:
        self._look_at = 0.0

    def _look(self, now: float) -> None:
        if 0 <= self._look_at - now <= LOOK_EVERY_S:  # a clock that was set back must not blind it
            return
        self._look_at = now + LOOK_EVERY_S
        try:
            found = self._store.path.stat()
            seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        except FileNotFoundError:
            seen = (0, 0, 0)
        except OSError as error:
            self._tell(f"{self._store.path}: {error.strerror}; keys stay as they were")
            return
        if seen == self._seen:
            return
        try:
            keys = self._store.read()
            self._secret = read_secret(self._store.folder, self._given_secret)
        except (ServiceError, OSError) as error:
            self._tell(str(error))
            keys = ()  # what was revoked meanwhile must not live on
        else:
            self._seen, self._told = seen, ""
        self._derived.clear()
        self._origins = frozenset(
            origin for key in keys if key.in_force(now) for origin in key.origins
        )
        self._signing = {
            key.id: signing_key_of(key.verifier, self._secret)
            for key in keys
            if key.signing and self._secret is not None
        }
        self._keys = {key.id: key for key in keys}
        self._grants = {key.id: granted_to(key) for key in keys}

    def _tell(self, what: str) -> None:
        if what != self._told:
            self._told = what
            log.error("%s", what)

    def _note_use(self, key_id: str, now: float) -> None:
        """In the file system, where all workers and machines meet: a minute's precision."""
        if abs(now - self._used.get(key_id, 0.0)) < USED_EVERY_S:
            return
        self._used[key_id] = now
        with suppress(OSError):  # a folder that cannot be written is no reason to refuse a key
            path = self._store.folder / USED / key_id
            path.parent.mkdir(exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
            os.utime(path, (now, now))
