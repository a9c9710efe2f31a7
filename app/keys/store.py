"""The file of keys: DATA/keys/keys.json, replaced whole, one writer at a time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from app.errors import Fault, InvalidRequestError, NotFoundError, ServiceError
from app.keys.key import MOST_KEYS, Key, NewKey
from app.keys.secrets import make_secret, new_id, new_text, signing_key_of, verifier_of
from indexing.current import sync_folder

FOLDER: Final = "keys"
FILE: Final = "keys.json"
KEPT_AFTER_S: Final = 90 * 86_400.0
"""How long revoked and expired keys stay listed."""
_FORMAT: Final = 1
_LOCK_WAIT_S: Final = 10


class KeysUnreadableError(ServiceError):
    """The file of keys says nothing that can be used; no key is in force then."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: int = _FORMAT
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """text: the key itself; signing_key: what signed keys of it are signed with. Told this once."""

    key: Key
    text: str
    signing_key: str | None


class KeyStore:
    """data: folder of all indexes. secret: of the settings, else one is made in the folder.

    clock: seconds since the epoch.
    """

    def __init__(self, data: Path, secret: str | None, clock: Callable[[], float]) -> None:
        self.folder = data / FOLDER
        self._secret = secret
        self._clock = clock

    @property
    def path(self) -> Path:
        return self.folder / FILE

    def read(self) -> tuple[Key, ...]:
        """All that are kept, the oldest first. Raises KeysUnreadableError."""
        try:
            file = _File.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            told = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise KeysUnreadableError(
                f"{self.path} cannot be used: {told}. Put it back from a copy, or remove it and "
                "make new keys; until then no key is in force."
            ) from error
        if file.format != _FORMAT:
            raise KeysUnreadableError(
                f"{self.path} has format {file.format}, and this code knows {_FORMAT}. Run the "
                "version that wrote it."
            )
        return file.keys

    def create(self, new: NewKey, by: str) -> Made:
        """In force on every worker within two seconds. by: who makes it."""
        now = self._clock()
        if new.expires_at is not None and new.expires_at <= now:
            fault = Fault("expires_at", "is over", "Send a time that is still to come.")
            raise InvalidRequestError(f"{fault.where}: {fault.what}. {fault.remedy}", [fault])
        with self._writing() as keys:
            if sum(key.in_force(now) for key in keys) >= MOST_KEYS:
                raise InvalidRequestError(f"there are {MOST_KEYS:,} keys. Revoke some first.")
            key_id = new_id()
            text = new_text(key_id)
            secret = make_secret(self.folder, self._secret)
            verifier = verifier_of(text, secret)
            key = Key(
                **new.model_dump(), id=key_id, verifier=verifier, created_at=now, created_by=by
            )
            self._write([*keys, key], now)
        return Made(key, text, signing_key_of(verifier, secret) if key.signing else None)

    def revoke(self, key_id: str) -> Key:
        """Over on every worker within two seconds; a key that is over stays as it is.

        Raises NotFoundError.
        """
        now = self._clock()
        with self._writing() as keys:
            found = next((key for key in keys if key.id == key_id), None)
            if found is None:
                raise NotFoundError(
                    f"there is no key {key_id[:40]!r}.",
                    [Fault("id", "is not known", "`vitrina keys list` tells the ids.")],
                )
            if found.revoked_at is None:
                over = found.model_copy(update={"revoked_at": now})
                self._write([over if key is found else key for key in keys], now)
                return over
        return found

    @contextmanager
    def _writing(self) -> Iterator[tuple[Key, ...]]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with FileLock(self.folder / ".lock", timeout=_LOCK_WAIT_S):
                yield self.read()
        except Timeout as error:
            raise KeysUnreadableError(
                f"somebody holds {self.folder / '.lock'}. Try again in a moment."
            ) from error

    def _write(self, keys: list[Key], now: float) -> None:
        kept = tuple(key for key in keys if _ended_at(key, now) > now - KEPT_AFTER_S)
        fresh = self.folder / f".{FILE}.{os.getpid()}"
        handle = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_File(keys=kept).model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        sync_folder(self.folder)


def _ended_at(key: Key, now: float) -> float:
    ends = [at for at in (key.revoked_at, key.expires_at) if at is not None]
    return min(*ends, now) if ends else now
