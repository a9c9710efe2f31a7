"""Begins a change log in Redis with what another one held; keys: app/changes/redis_scripts.py."""

from collections.abc import Sequence
from typing import cast

from app.changes.change_log import LogCopy, bytes_of
from app.redis import SyncRedis


def fill(client: SyncRedis, keys: Sequence[str], copy: LogCopy) -> None:
    """The log has no identity, so that nobody takes it for one, until all is there."""
    entries_key, held_key, facts_key, forgotten_key = keys
    client.delete(*keys)
    for versions in copy.versions:
        with client.pipeline(transaction=False) as batch:
            for held in versions:
                told = f"|{held.version}|{held.seq}|{held.at_ms}"
                batch.hset(held_key, held.product_id, told)
                batch.zadd(forgotten_key, {held.product_id: float(held.at_ms)})
            batch.execute()
    entries = size = 0
    for changes in copy.changes:
        versions_of = _versions(client, held_key, list({each.product_id: None for each in changes}))
        with client.pipeline(transaction=False) as batch:
            for each in changes:
                version = "" if each.version is None else str(each.version)
                batch.xadd(
                    entries_key,
                    {"at": each.at_ms, "id": each.product_id, "op": each.op,
                     "body": each.body or b"", "version": version},
                    id=f"{each.seq}-0",
                )  # fmt: skip
                kept = versions_of[each.product_id] = version or versions_of[each.product_id]
                batch.hset(held_key, each.product_id, f"{each.op}|{kept}|{each.seq}|{each.at_ms}")
                batch.zrem(forgotten_key, each.product_id)
            batch.execute()
        entries += len(changes)
        size += sum(map(bytes_of, changes))
    facts: dict[str | bytes, str | int] = {
        "identity": copy.identity, "last": copy.last, "entries": entries, "bytes": size,
    }  # fmt: skip
    client.hset(facts_key, mapping=facts)  # type: ignore[arg-type] # it is invariant


def _versions(client: SyncRedis, held_key: str, names: list[str]) -> dict[str, str]:
    """Those that are held of products, empty where none is."""
    found = cast(list[bytes | None], client.hmget(held_key, names)) if names else []
    return {
        name: (told or b"|").split(b"|")[1].decode()
        for name, told in zip(names, found, strict=True)
    }
