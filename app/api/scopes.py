"""Which scope of a key each address needs. An address that is not named here cannot be served.

What needs `search` or `events` is open to everybody unless VITRINA_REQUIRE_KEY says otherwise.
"""

from typing import Final

from app.keys.key import Scope

OPEN: Final = frozenset({"GET /healthz", "GET /readyz", "GET /metrics", "GET /v1/key"})
"""To everybody, always. `/v1/key` tells of the key that it is asked with."""

_ROUTES: Final[dict[Scope, tuple[str, ...]]] = {
    "search": (
        "GET /v1/search",
        "POST /v1/search",
        "GET /v1/facets/{field:path}",
        "GET /v1/products/{product_id:path}",
        "GET /v1/products/{product_id:path}/similar",
        "GET /v1/products/{product_id:path}/variants",
        "GET /v1/products/{product_id:path}/related",
        "GET /v1/products/{product_id:path}/together",
        "GET /v1/popular",
        "GET /v1/trending",
        "GET /v1/suggest",
        "GET /v1/hint",
        "GET /v1/discover",
        "GET /v1/refine",
        "GET /v1/after-click",
        "GET /v1/queries",
        "POST /1/indexes/*/queries",
        "POST /1/indexes/*/objects",
        "POST /1/indexes/*/recommendations",
        "POST /1/indexes/{index}/query",
        "GET /1/indexes/{index}",
        "POST /1/indexes/{index}/facets/{facet:path}/query",
        "GET /1/indexes/{index}/{object_id:path}",
    ),
    "events": (
        "POST /v1/events",
        "POST /v1/ubi/events",
        "POST /1/events",
    ),
    "products": (
        "PUT /v1/products",
        "POST /v1/products/batch",
        "PATCH /v1/products/{product_id:path}",
        "DELETE /v1/products/{product_id:path}",
    ),
    "rules": (
        "GET /v1/admin/synonyms",
        "GET /v1/admin/synonyms/mined",
        "POST /v1/admin/synonyms",
        "PUT /v1/admin/synonyms",
        "DELETE /v1/admin/synonyms",
        "GET /v1/admin/blocklist",
        "PUT /v1/admin/blocklist",
        "GET /v1/admin/hints",
        "PUT /v1/admin/hints",
        "GET /v1/admin/rules",
        "PUT /v1/admin/rules",
        "GET /v1/admin/rules/history",
        "GET /v1/admin/rules/export",
        "POST /v1/admin/rules/import",
        "POST /v1/admin/rules/undo",
        "POST /v1/admin/rules/check",
        "POST /v1/admin/rules/preview",
        "GET /v1/admin/rules/{rule_id}",
        "PUT /v1/admin/rules/{rule_id}",
        "DELETE /v1/admin/rules/{rule_id}",
        "GET /v1/admin/judgments",
        "PUT /v1/admin/judgments",
        "GET /v1/admin/indexes",
    ),
    "admin": (
        "GET /v1/admin/audit",
        "POST /v1/admin/push-queries",
        "GET /v1/admin/keys",
        "POST /v1/admin/keys",
        "DELETE /v1/admin/keys/{key_id}",
        "POST /v1/admin/builds",
        "GET /v1/admin/builds",
        "POST /v1/admin/learn",
        "GET /v1/admin/builds/{build_id}",
        "GET /v1/admin/snapshots",
        "POST /v1/admin/snapshots/{snapshot_id}/activate",
        "GET /v1/admin/analytics",
        "GET /v1/admin/experiments",
        "POST /v1/admin/experiments",
        "GET /v1/admin/experiments/{experiment_id}",
        "POST /v1/admin/experiments/{experiment_id}/stop",
        "GET /v1/admin/analytics/query",
        "GET /v1/admin/facts",
        "GET /v1/users/{user_id:path}",
        "DELETE /v1/users/{user_id:path}",
        "POST /v1/ubi/queries",
    ),
}
OBEYING: Final = frozenset({
    "GET /v1/search",
    "POST /v1/search",
    "GET /v1/facets/{field:path}",
    "GET /v1/products/{product_id:path}",
    "GET /v1/products/{product_id:path}/similar",
    "GET /v1/products/{product_id:path}/variants",
    "POST /1/indexes/*/queries",
    "POST /1/indexes/*/objects",
    "POST /1/indexes/*/recommendations",
    "POST /1/indexes/{index}/query",
    "GET /1/indexes/{index}",
    "POST /1/indexes/{index}/facets/{facet:path}/query",
    "GET /1/indexes/{index}/{object_id:path}",
})  # fmt: skip
"""Those that show a key with filters nothing else; to all others it cannot come."""

CHANGING: Final = frozenset({"products", "rules", "admin"})
"""Scopes whose addresses change something, unless they are GET or among these:"""
HARMLESS: Final = frozenset({"POST /v1/admin/rules/check", "POST /v1/admin/rules/preview"})
STREAMS: Final = frozenset({
    "PUT /v1/products",
    "POST /v1/products/batch",
    "PATCH /v1/products/{product_id:path}",
    "DELETE /v1/products/{product_id:path}",
    "POST /v1/ubi/queries",
})  # fmt: skip
"""Asked so often that the audit log tells once a minute who does."""

SCOPE_OF: Final[dict[str, Scope]] = {
    route: scope for scope, routes in _ROUTES.items() for route in routes
}


def is_audited(route: str) -> bool:
    """Whether whoever asked it with success stands in the audit log."""
    changes = SCOPE_OF.get(route) in CHANGING and not route.startswith("GET ")
    return changes and route not in HARMLESS


def needed_scope(route: str) -> Scope | None:
    """None for what is open to everybody. route: `METHOD path`, as it is written.

    Raises LookupError for an address that nobody has decided about.
    """
    if route in OPEN:
        return None
    if route not in SCOPE_OF:
        raise LookupError(f"{route} needs a scope: name it in app/api/scopes.py")
    return SCOPE_OF[route]
