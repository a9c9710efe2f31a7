"""What a request may do."""

from dataclasses import dataclass

from app.errors import NotAllowedError
from app.keys.key import BROWSER_SCOPES, SCOPES, Key, Scope


@dataclass(frozen=True, slots=True)
class Grant:
    """who: id of a key, or of whom else; None for anybody. indexes: with `*` at the end for all
    that begin so; empty for all.
    """

    who: str | None
    scopes: frozenset[Scope]
    indexes: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether it reaches less of what its scopes open than others with the same scopes."""
        return bool(self.indexes)

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or "admin" in self.scopes

    def reaches(self, index: str) -> bool:
        """Whether it may use that index."""
        return not self.indexes or any(
            index.startswith(each[:-1]) if each.endswith("*") else index == each
            for each in self.indexes
        )

    def allow(self, index: str) -> None:
        """Raises NotAllowedError."""
        if not self.reaches(index):
            raise NotAllowedError(f"key {self.who} does not reach index {index[:100]!r}.")


ANYBODY = Grant(None, frozenset(BROWSER_SCOPES))
NOBODY = Grant(None, frozenset())
"""Without a key, where one is required."""
MASTER = Grant("VITRINA_ADMIN_KEY", frozenset(SCOPES))
THIS_MACHINE = Grant("this machine", frozenset(SCOPES))
"""Without a key, where none for admin exists and nobody else can ask."""


def granted_to(key: Key) -> Grant:
    return Grant(key.id, frozenset(key.scopes), key.indexes)
