"""Every address says which scope of a key it needs, and cannot be reached without it."""

from fastapi.routing import APIRoute, iter_route_contexts

from app.api.bodies import StrictRoute
from app.api.scopes import OPEN, SCOPE_OF
from app.main import create_app
from app.settings import Settings


def routes() -> dict[str, APIRoute]:
    """`METHOD path` → route, of all addresses but files."""
    found = {}
    for each in iter_route_contexts(create_app(Settings()).routes):
        route = each.original_route
        if isinstance(route, APIRoute) and route.endpoint.__module__ != "app.pages":
            found |= {f"{method} {route.path}": route for method in route.methods or ()}
    return found


def test_every_address_names_a_scope_and_every_scope_an_address() -> None:
    assert routes().keys() == SCOPE_OF.keys() | OPEN


def test_every_address_looks_at_the_key_first() -> None:
    bare = [name for name, route in routes().items() if not isinstance(route, StrictRoute)]
    assert not bare, "give their routers route_class=StrictRoute, or GuardedRoute"
