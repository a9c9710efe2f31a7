"""A few products of every leaf, kept while the shop streams by: what queries are made from."""

from indexing.demo.products import Product

_KEPT = 48


class Sample:
    """At most 48 groups a leaf, one product each: every group at first, then ever fewer.

    Constant memory; the choice depends on the order of the groups only.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], int] = {}
        self._kept: dict[tuple[str, ...], list[Product]] = {}

    def offer(self, group: list[Product]) -> None:
        path = tuple(group[0]["category"])
        seen = self._seen[path] = self._seen.get(path, 0) + 1
        kept = self._kept.setdefault(path, [])
        if len(kept) < _KEPT:
            kept.append(group[seen % len(group)])
        elif seen % (stride := seen // _KEPT + 1) == 0:
            kept[seen // stride * 31 % _KEPT] = group[seen % len(group)]

    def leaves(self) -> dict[tuple[str, ...], list[Product]]:
        """Kept products by category path, in the order of the paths."""
        return {path: self._kept[path] for path in sorted(self._kept)}
