"""Admin without a key: this machine only, and only while there is no key for admin."""

import re

from fastapi import Request

from app.errors import AdminRefusedError
from app.keys.grant import THIS_MACHINE, Grant
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


def local_admin(request: Request) -> Grant:
    """For who comes without a key. Raises AdminRefusedError unless there is none for admin, and
    nobody but this machine can ask.
    """
    service = service_of(request)
    if service.keyring.has_admin_key():
        raise AdminRefusedError(
            "the key is missing or wrong. Send it as X-Admin-Key or X-API-Key, or as a bearer "
            "token."
        )
    if not service.settings.listens_on_loopback or not _is_local(request):
        raise AdminRefusedError(
            "admin is off: there is no key for it, and the request may come from elsewhere. Set "
            "VITRINA_ADMIN_KEY, make a key (`vitrina keys create`), or listen on 127.0.0.1 and "
            "ask from this machine."
        )
    return THIS_MACHINE


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
