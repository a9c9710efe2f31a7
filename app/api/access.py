"""Whether a request may come in: its key, the scope of the address, the indexes it names."""

import math
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import Request

from app.api.loopback import local_admin
from app.api.problems import ALGOLIA
from app.api.scopes import STREAMS
from app.errors import (
    AdminRefusedError,
    KeyNeededError,
    KeyRefusedError,
    NotAllowedError,
    TooManyRequestsError,
)
from app.keys.grant import ANYBODY, NOBODY, Grant, Limits
from app.keys.key import BROWSER_SCOPES, Scope
from app.keys.secrets import looks_like_key
from app.keys.signed import looks_signed
from app.service import Service, service_of

HEADERS = ("x-admin-key", "x-api-key")
OF_ALGOLIA = "x-algolia-api-key"
"""A header or a parameter of the address, below `/1` only."""
_HOW = "Send one as X-API-Key, or as a bearer token."


async def admit(request: Request, needed: Scope | None, *, obeys: bool) -> None:
    """Find out who asks; `grant_of` tells it from then on.

    needed: scope of the address; None for what is open to everybody. obeys: whether what answers
    there heeds a key's filters. Raises KeyNeededError, KeyRefusedError, NotAllowedError,
    AdminRefusedError, TooManyRequestsError.
    """
    if needed is None:
        return
    service = service_of(request)
    grant = who_asks(request, service)
    if not grant.may(needed):
        grant = _without(needed, grant, request, service)
    _check_source(grant, request)
    if grant.limits is not None:
        await _check_limits(grant, grant.limits, request, service)
    if grant.filters and not obeys:
        raise NotAllowedError(
            f"key {grant.who} has filters, and this address cannot heed them. It may search, count "
            "facets, and look at products and those like them."
        )
    if grant.is_narrow:
        for index in await _named_indexes(request, service):
            grant.allow(index)
    request.scope["grant"] = grant


async def note_change(request: Request, route: str) -> None:
    """Write into the audit log who has just changed something."""
    service, who = service_of(request), grant_of(request).who or "anybody"
    if route in STREAMS and not service.audit.first_this_minute(f"{who} {route}"):
        return
    named = list(dict.fromkeys(await _told_indexes(request)))
    ids = [str(value)[:200] for value in request.path_params.values()]
    index = named[0] if len(named) == 1 else named[:10]
    service.audit.note(who, route, index=index, ids=ids)


def grant_of(request: Request) -> Grant:
    """What the request may do, as was found out when it came in."""
    grant: Grant = request.scope["grant"]
    return grant


def check(request: Request) -> None:
    """Raises AdminRefusedError or NotAllowedError unless the request may do everything."""
    grant = grant_of(request)
    if not grant.may("admin"):
        if grant.who is not None:
            raise NotAllowedError(f"this needs a key with scope admin, which {grant.who} is not.")
        local_admin(request)


def is_trusted(request: Request) -> bool:
    """Whether the shop's own server asks: with a key that no page of a shop would be given."""
    grant = grant_of(request)
    if grant.may("products"):
        return True
    try:
        return grant.who is None and local_admin(request).may("admin")
    except AdminRefusedError:
        return False


def who_asks(request: Request, service: Service) -> Grant:
    """What the request's key may do; without one, what anybody may. Raises KeyRefusedError."""
    text = _text_of(request)
    grant = None if text is None else service.keyring.grant(text)
    if grant is not None:
        return grant
    return NOBODY if service.settings.require_key else ANYBODY


async def _check_limits(grant: Grant, limits: Limits, request: Request, service: Service) -> None:
    """Raises NotAllowedError for a page of another origin, TooManyRequestsError."""
    if limits.origins and not limits.allow(_origin(request)):
        raise NotAllowedError(f"key {grant.who} may not be sent from this page.")
    if limits.per_minute is not None:
        client = request.client
        address = f"{'' if client is None else client.host}|{grant.user_token or ''}"
        waiting_s = await service.key_rates.take(
            str(grant.who), address, limits.salt, limits.per_minute
        )
        if waiting_s > 0:
            raise TooManyRequestsError(
                f"key {grant.who} may ask {limits.per_minute:,} times a minute from one address. "
                "Wait, then go on.", (), math.ceil(waiting_s),
            )  # fmt: skip


def _origin(request: Request) -> str:
    """Of the page that asks; a page of the same origin may send `Referer` alone."""
    told = request.headers.getlist("origin") or request.headers.getlist("referer")
    if len(told) != 1:
        return ""
    try:
        parts = urlsplit(told[0])
    except ValueError:  # brackets that hold no address
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def _check_source(grant: Grant, request: Request) -> None:
    """Raises NotAllowedError where the key may not be sent from."""
    if not grant.networks:
        return
    client = request.client
    try:
        address = ip_address(client.host if client is not None else "")
    except ValueError:  # of a socket file
        address = None
    if address is None or not any(address in network for network in grant.networks):
        raise NotAllowedError("the signed key may not be sent from here (restrictSources).")


def _without(needed: Scope, grant: Grant, request: Request, service: Service) -> Grant:
    """For a request whose key does not have the scope."""
    if grant.who is not None:
        has = ", ".join(sorted(grant.scopes))
        raise NotAllowedError(
            f"this needs a key with scope {needed}, and key {grant.who} has {has}."
        )
    if needed in BROWSER_SCOPES:
        raise KeyNeededError(f"this needs a key with scope {needed}. {_HOW}")
    return local_admin(request)


def _text_of(request: Request) -> str | None:
    """The key that is sent: of the first of these places that holds any.

    Raises KeyRefusedError for two of them.
    """
    headers = request.headers
    given = next((found for name in HEADERS if (found := headers.getlist(name))), [])
    if not given and request.scope["path"].startswith(ALGOLIA):
        given = headers.getlist(OF_ALGOLIA) or request.query_params.getlist(OF_ALGOLIA)
    if not given:
        sent = (each.partition(" ") for each in headers.getlist("authorization"))
        given = [token.strip() for scheme, _, token in sent if scheme.lower() == "bearer"]
    if not given:
        return None
    if len(given) > 1:
        if any(looks_like_key(each) or looks_signed(each) for each in given):
            raise KeyRefusedError("there are two keys. Send one.")
        return None
    return given[0]


async def _named_indexes(request: Request, service: Service) -> list[str]:
    """All that the request names anywhere; the default one where it names none.

    Below `/1`, where indexes have other names as well, `target_of` looks.
    """
    if request.scope["path"].startswith(ALGOLIA):
        return []
    return await _told_indexes(request) or [service.default_index]


async def _told_indexes(request: Request) -> list[str]:
    found = request.query_params.getlist("index")
    if request.method != "GET":
        found += _in_body(await request.body())
    return found


def _in_body(body: bytes) -> list[str]:
    """Of an object, and of what it lists; what answers there may look at some of them only."""
    try:
        given: Any = orjson.loads(body or b"null")
    except orjson.JSONDecodeError:
        return []  # refused by whoever reads it; lines of JSON name no index
    return list(_indexes(given))


def _indexes(given: Any) -> Iterator[str]:
    """Not by recursion: JSON may be nested deeper than Python calls. What is no text names none."""
    waiting = [given]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, dict):
            for name, value in each.items():
                if name == "index" and value is not None:
                    yield value if isinstance(value, str) else ""
                elif isinstance(value, list):
                    waiting.append(value)
