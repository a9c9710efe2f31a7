"""Texts of keys, and what is kept in their place.

A key is 192 random bits, so nobody finds it by trying, and a slow hash (argon2), which is for what
people make up, would only cost each request milliseconds. Kept is HMAC-SHA-256 under a secret of
this service: who reads the file of keys alone cannot even tell whether a key is in it.
"""

import hmac
import re
from pathlib import Path
from secrets import token_hex
from typing import Final

from app.events.pseudonyms import read_or_make_key

SECRET_FILE: Final = "secret.key"  # noqa: S105 - the name of a file
_ID_BYTES: Final = 5
_KEY_BYTES: Final = 24
_KEY: Final = re.compile(rf"vk_([0-9a-f]{{{2 * _ID_BYTES}}})_[0-9a-f]{{{2 * _KEY_BYTES}}}")
_BEGINS: Final = "vk_"


def new_id() -> str:
    return token_hex(_ID_BYTES)


def new_text(key_id: str) -> str:
    return f"{_BEGINS}{key_id}_{token_hex(_KEY_BYTES)}"


def looks_like_key(text: str) -> bool:
    """Whether a text means to be a key of ours, whole or not."""
    return text.startswith(_BEGINS)


def id_in(text: str) -> str | None:
    """The id that a whole key names; None for anything else."""
    found = _KEY.fullmatch(text) if len(text) < 100 else None
    return None if found is None else found[1]


def verifier_of(text: str, secret: bytes) -> str:
    return hmac.digest(secret, b"key:" + text.encode(), "sha256").hex()


def fits(text: str, verifier: str, secret: bytes) -> bool:
    """In a time that does not tell how much of it fits."""
    return hmac.compare_digest(verifier_of(text, secret), verifier)


def signing_key_of(verifier: str, secret: bytes) -> str:
    """What signed keys of a key are signed with; nothing of it is kept, as it is made anew."""
    return "vs_" + hmac.digest(secret, b"signing:" + verifier.encode(), "sha256").hex()


def read_secret(folder: Path, given: str | None) -> bytes | None:
    """given: of the settings; else what the folder keeps. None where no key was ever made."""
    if given is not None:
        return given.encode()
    try:
        return (folder / SECRET_FILE).read_bytes() or None
    except FileNotFoundError:
        return None


def make_secret(folder: Path, given: str | None) -> bytes:
    """The same, made if there is none yet. Raises OSError."""
    return given.encode() if given is not None else read_or_make_key(folder, SECRET_FILE)
