"""Who may use `/v1/admin`: whoever has the key, or, without one, this machine only."""

import hmac
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from app.api.bodies import StrictRoute
from app.errors import AdminRefusedError, UnwritableError
from app.service import service_of

# Of proxies and the like: whoever passes a request on says so in one of these, or in none.
_FORWARDED_PREFIX = "x-forwarded-"
_FORWARDED = frozenset({
    "forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-remote-ip",
    "x-remote-addr", "x-originating-ip", "x-original-forwarded-for", "x-original-host",
    "x-original-url", "x-envoy-external-address", "x-envoy-original-path", "cf-connecting-ip",
    "cf-connecting-ipv6", "cf-ray", "cdn-loop", "true-client-ip", "fastly-client-ip",
    "x-appengine-user-ip", "x-azure-clientip", "x-azure-socketip", "x-amzn-trace-id",
    "x-arr-log-id", "proxy-client-ip", "wl-proxy-client-ip", "x-proxyuser-ip",
})  # fmt: skip
_LOOPBACK = {"127.0.0.1", "::1"}
_LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_OWN_SITE = {"same-origin", "none"}
"""What a browser says of its own page, and of an address that was typed."""

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


def is_admin(request: Request) -> bool:
    """Whether the request comes with the key, or as `check` lets pass without one."""
    try:
        check(request)
    except AdminRefusedError:
        return False
    return True


def _has_key(request: Request, key: str) -> bool:
    """X-Admin-Key counts if it is sent; Authorization, which proxies also use, only without it."""
    given = request.headers.getlist("x-admin-key")
    if not given:
        sent = request.headers.getlist("authorization")
        parts = [each.partition(" ") for each in sent]
        given = [token.strip() for scheme, _, token in parts if scheme.lower() == "bearer"]
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), key.encode())


def _is_local(request: Request) -> bool:
    """From this machine, not passed on by a proxy, and not sent by a web page of another origin:
    a browser on this machine reaches loopback too, also under a name that was made to point here.
    """
    headers = request.headers
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    return (
        request.client is not None
        and request.client.host in _LOOPBACK
        and request.scope["http_version"] != "1.0"  # what a proxy without any header speaks
        and not any(name in _FORWARDED or name.startswith(_FORWARDED_PREFIX) for name in headers)
        and len(hosts) == 1
        and _LOOPBACK_HOST.fullmatch(hosts[0]) is not None
        and all(origin.partition("://")[2] == hosts[0] for origin in origins)
        and set(headers.getlist("sec-fetch-site")) <= _OWN_SITE
    )
