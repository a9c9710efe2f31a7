"""Keys without HTTP: what is kept, what is known when, and what a damaged file costs."""

import json
from pathlib import Path

import pytest

from app.errors import InvalidRequestError, KeyRefusedError
from app.keys.asked import read_new_key
from app.keys.key import Key
from app.keys.keyring import Keyring
from app.keys.store import KEPT_AFTER_S, KeyStore, KeysUnreadableError, Made

NOW = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def store(folder: Path, clock: Clock, secret: str | None = None) -> KeyStore:
    return KeyStore(folder, secret, clock)


def ring(folder: Path, clock: Clock, secret: str | None = None) -> Keyring:
    return Keyring(store(folder, clock, secret), None, secret, clock)


def made(folder: Path, clock: Clock, **more: object) -> Made:
    new = read_new_key({"name": "a", "scopes": ["search"], **more})
    return store(folder, clock).create(new, "a test")


def test_the_text_of_a_key_is_nowhere_in_the_folder(tmp_path: Path, clock: Clock) -> None:
    key = made(tmp_path, clock)
    secret = key.text.rpartition("_")[2].encode()
    for path in (tmp_path / "keys").rglob("*"):
        assert path.is_dir() or secret not in path.read_bytes()
        assert path.name == ".lock" or not path.stat().st_mode & 0o077


def test_a_key_of_another_secret_is_refused(tmp_path: Path, clock: Clock) -> None:
    """A file of keys that was copied elsewhere opens nothing there."""
    key = made(tmp_path, clock)
    assert ring(tmp_path, clock).grant(key.text) is not None
    with pytest.raises(KeyRefusedError):
        ring(tmp_path, clock, "sixteen characters").grant(key.text)


def test_workers_hear_of_new_and_revoked_keys(tmp_path: Path, clock: Clock) -> None:
    here = ring(tmp_path, clock)
    first = made(tmp_path, clock)
    assert here.grant(first.text) is not None  # an unknown one is looked up at once
    store(tmp_path, clock).revoke(first.key.id)
    clock.now += 1
    with pytest.raises(KeyRefusedError, match="revoked"):
        here.grant(first.text)


def test_a_clock_that_is_set_back_hides_nothing(tmp_path: Path, clock: Clock) -> None:
    here, key = ring(tmp_path, clock), made(tmp_path, clock, expires_at=NOW + 10)
    assert here.grant(key.text) is not None
    clock.now -= 86_400
    store(tmp_path, clock).revoke(key.key.id)
    with pytest.raises(KeyRefusedError):
        here.grant(key.text)


def test_expiry_is_to_the_second(tmp_path: Path, clock: Clock) -> None:
    here, key = ring(tmp_path, clock), made(tmp_path, clock, expires_at=NOW + 10)
    clock.now = NOW + 9.9
    assert here.grant(key.text) is not None
    clock.now = NOW + 10
    with pytest.raises(KeyRefusedError, match="expired"):
        here.grant(key.text)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"keys": [{}]}', b'{"format": 2}', None])
def test_a_damaged_file_opens_nothing_and_is_not_written_over(
    tmp_path: Path, clock: Clock, damage: bytes | None
) -> None:
    here, key = ring(tmp_path, clock), made(tmp_path, clock)
    assert here.grant(key.text) is not None
    path = tmp_path / "keys" / "keys.json"
    if damage is None:
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(damage)
    clock.now += 1
    with pytest.raises(KeyRefusedError):
        here.grant(key.text)
    with pytest.raises(KeysUnreadableError, match=r"keys\.json"):
        made(tmp_path, clock)


def test_last_use_is_shared_by_workers(tmp_path: Path, clock: Clock) -> None:
    here, there = ring(tmp_path, clock), ring(tmp_path, clock)
    key = made(tmp_path, clock)
    assert there.last_used_at(key.key.id) is None
    here.grant(key.text)
    clock.now += 30
    here.grant(key.text)
    assert there.last_used_at(key.key.id) == NOW
    clock.now += 30
    here.grant(key.text)
    assert there.listed()[0]["last_used_at"] == "2027-01-15T08:01:00+00:00"


def test_keys_that_are_long_over_are_forgotten(tmp_path: Path, clock: Clock) -> None:
    old = made(tmp_path, clock, expires_at=NOW + 1)
    clock.now += KEPT_AFTER_S
    assert made(tmp_path, clock).key.id != old.key.id
    assert len(store(tmp_path, clock).read()) == 2
    clock.now += 2
    made(tmp_path, clock)
    assert old.key.id not in {key.id for key in store(tmp_path, clock).read()}


def test_there_is_an_end_to_keys(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.keys.store.MOST_KEYS", 2)
    first = made(tmp_path, clock)
    made(tmp_path, clock)
    with pytest.raises(InvalidRequestError, match="Revoke"):
        made(tmp_path, clock)
    store(tmp_path, clock).revoke(first.key.id)
    made(tmp_path, clock)


def test_what_a_newer_version_wrote_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    made(tmp_path, clock)
    path = tmp_path / "keys" / "keys.json"
    facts = json.loads(path.read_bytes())
    facts["keys"][0]["later"] = 1
    path.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(KeysUnreadableError):
        store(tmp_path, clock).read()
    assert set(Key.model_fields) >= {"id", "verifier"}
