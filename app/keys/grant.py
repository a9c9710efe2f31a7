"""What a request may do."""

from dataclasses import dataclass

from app.errors import NotAllowedError
from app.keys.key import BROWSER_SCOPES, SCOPES, Key, Scope
from app.keys.signed import Network, Restrictions
from ranking.filters.filters import Filter
from ranking.filters.url_syntax import parse_filters


@dataclass(frozen=True, slots=True)
class Limits:
    """From where a key may be sent, and how often a minute from one address; None: no limit.

    salt: a secret of the key, for what must not be found out from what is counted.
    """

    origins: tuple[str, ...]
    per_minute: int | None
    salt: str

    def allow(self, origin: str) -> bool:
        """origin: as a browser tells it."""
        return any(is_of(origin, each) for each in self.origins)


def is_of(origin: str, allowed: str) -> bool:
    """Whether an origin is the allowed one, or, of `https://*.shop.example`, below it."""
    scheme, star, rest = allowed.partition("*")
    if not star:
        return origin == allowed
    return origin.startswith(scheme) and origin.endswith(rest) and len(origin) > len(allowed) - 1


@dataclass(frozen=True, slots=True)
class Grant:
    """who: id of a key, or of whom else; None for anybody. name: of the key. indexes: with `*`
    at the end for all that begin so; empty for all. filters: over attributes as Algolia's clients
    or we name them; what does not pass them is not there. networks: that it may be sent from;
    empty for all. user_token: whose it is, if it says so. within: of the key that signed it; its
    limits hold too. limits: None where there are none.
    """

    who: str | None
    scopes: frozenset[Scope]
    indexes: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    networks: tuple[Network, ...] = ()
    user_token: str | None = None
    within: "Grant | None" = None
    limits: "Limits | None" = None
    name: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it reaches less of what its scopes open than others with the same scopes."""
        within = self.within is not None and self.within.is_narrow
        return bool(self.indexes or self.filters or self.user_token) or within

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or "admin" in self.scopes

    def reaches(self, index: str) -> bool:
        """Whether it may use that index."""
        if self.within is not None and not self.within.reaches(index):
            return False
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
MASTER = Grant("VITRINA_ADMIN_KEY", frozenset(SCOPES), name="VITRINA_ADMIN_KEY")
THIS_MACHINE = Grant("this machine", frozenset(SCOPES))
"""Without a key, where none for admin exists and nobody else can ask."""


def granted_to(key: Key) -> Grant:
    limited = key.origins or key.per_minute is not None
    return Grant(
        key.id,
        frozenset(key.scopes),
        key.indexes,
        parse_filters(key.filters),
        limits=Limits(key.origins, key.per_minute, key.verifier) if limited else None,
        name=key.name,
    )


def derived(key: Key, given: Restrictions) -> Grant:
    """Of a key that another signed: never more than that one, and only what a page needs."""
    within = granted_to(key)
    filters = (*within.filters, *given.filters)
    of_pages: tuple[Scope, ...] = ("search",) if filters else BROWSER_SCOPES
    return Grant(
        key.id,
        frozenset(scope for scope in of_pages if within.may(scope)),
        given.indexes,
        filters,
        given.networks,
        given.user_token,
        within,
        within.limits,
    )
