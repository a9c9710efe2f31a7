"""Who may use `/v1/admin`: whoever has the key, or, without one, this machine only."""

import hmac
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from app.api.bodies import StrictRoute
from app.errors import AdminRefusedError, UnwritableError
from app.service import service_of

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

# For OpenAPI only; the route checks before it looks at anything else of the request.
described = [
    Security(APIKeyHeader(name="X-Admin-Key", auto_error=False)),
    Security(HTTPBearer(auto_error=False)),
]


class GuardedRoute(StrictRoute):
    """Checks who asks before path, query or body are read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            check(request)
            try:
                return await handle(request)
            except OSError as error:
                raise UnwritableError(
                    f"the data folder: {error.strerror or error}. Check that the service may read "
                    "and write there, and that the disk has room."
                ) from error

        return guarded


def check(request: Request) -> None:
    """Raises AdminRefusedError unless the key fits, or nobody but this machine can ask."""
    settings = service_of(request).settings
    if settings.admin_key is not None:
        if not _has_key(request, settings.admin_key.get_secret_value()):
            raise AdminRefusedError(
                "the admin key is missing or wrong. Send it as X-Admin-Key, or as a bearer token."
            )
    elif not settings.listens_on_loopback or not _is_local(request):
        raise AdminRefusedError(
            "admin is off: no VITRINA_ADMIN_KEY is set, and the request may come from elsewhere. "
            "Set a key, or listen on 127.0.0.1 and ask from this machine."
        )


def _has_key(request: Request, key: str) -> bool:
    given = request.headers.get("x-admin-key", "")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = token.strip()
    return hmac.compare_digest(given.encode(), key.encode())


def _is_local(request: Request) -> bool:
    """From this machine, not passed on by a proxy, and not sent by a web page of another origin:
    a browser on this machine reaches loopback too, also under a name that was made to point here.
    """
    headers = request.headers
    host, origin = headers.get("host", ""), headers.get("origin")
    return (
        request.client is not None
        and request.client.host in _LOOPBACK
        and not any(name in headers for name in _FORWARDED)
        and request.scope["http_version"] != "1.0"  # what a proxy without any header speaks
        and _without_port(host) in _LOOPBACK
        and (origin is None or origin.partition("://")[2] == host)
    )


def _without_port(host: str) -> str:
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
