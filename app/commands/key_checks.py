"""What `vitrina doctor` says of keys."""

import time
from collections.abc import Iterator
from pathlib import Path

from app.errors import ServiceError
from app.settings import load_settings


def key_checks(data: Path) -> Iterator[tuple[str, str | None]]:
    """Whether keys can be read."""
    from app.keys.store import KeyStore

    store = KeyStore(data, None, time.time)
    if store.path.exists():
        try:
            yield f"{len(store.read()):,} keys", None
        except ServiceError as error:
            yield "keys", error.detail


def key_warnings(data: Path) -> Iterator[str]:
    """What a service with these settings would leave open, or closed, perhaps unmeant."""
    from app.keys.store import KeyStore

    settings, now = load_settings(data_dir=data), time.time()
    try:
        keys = [key for key in KeyStore(data, None, time.time).read() if key.in_force(now)]
    except ServiceError:
        return  # told by the checks
    has_admin = settings.admin_key is not None or any("admin" in key.scopes for key in keys)
    if not settings.listens_on_loopback and not has_admin:
        yield (
            f"the service listens on {settings.host} and there is no admin key, so that nobody can "
            "use admin. Set VITRINA_ADMIN_KEY, or run `vitrina keys create --scope admin`"
        )
    filtered = [key.id for key in keys if key.filters]
    if filtered and not settings.require_key:
        yield (
            f"key {filtered[0]} has filters, and whoever leaves it out sees everything. Set "
            "VITRINA_REQUIRE_KEY=on if that is not meant"
        )
