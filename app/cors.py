"""Which web pages may read the answers: of `/1` any page unless told otherwise, else those that the
setting or a key names.
"""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import ALGOLIA
from app.keys.keyring import Keyring

_DAY_S = 86_400
_SENT = ["X-Request-ID", "X-API-Key", "Authorization", "Content-Type"]
_READ = ["X-Request-ID", "Retry-After"]


class Cors:
    """origins: of the setting. Answers of `/1` are what every visitor of a shop sees, and Algolia's
    clients ask from the shop's own origin; credentials are never allowed.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str], keyring: Keyring) -> None:
        self._app = app
        self._keyring = keyring
        self._storefronts = CORSMiddleware(
            app,
            allow_origins=list(origins) or ["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["*"],  # x-algolia-… of any name
            expose_headers=_READ,
            max_age=_DAY_S,
        )
        self._others = _OfKeys(
            app,
            keyring,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=_SENT,
            expose_headers=_READ,
        )
        self._told = bool(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(ALGOLIA):
            await self._storefronts(scope, receive, send)
        elif self._told or self._keyring.allows_origin(_origin(scope)):
            await self._others(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _OfKeys(CORSMiddleware):
    """Allows what keys allow, too."""

    def __init__(self, app: ASGIApp, keyring: Keyring, **given: Sequence[str]) -> None:
        super().__init__(app, **given)  # type: ignore[arg-type]
        self._keyring = keyring

    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin) or self._keyring.allows_origin(origin)


def _origin(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"origin":
            told: str = value.decode("latin-1")
            return told
    return ""
