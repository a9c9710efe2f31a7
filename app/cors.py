"""Which web pages may read the answers: of `/1` any page unless told otherwise, else those told."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import ALGOLIA

_DAY_S = 86_400


class Cors:
    """origins: of the setting. Answers of `/1` are what every visitor of a shop sees, and Algolia's
    clients ask from the shop's own origin; credentials are never allowed.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._storefronts = CORSMiddleware(
            app,
            allow_origins=list(origins) or ["*"],
            allow_methods=["GET", "POST"],
            allow_headers=["*"],  # x-algolia-… of any name
            expose_headers=["X-Request-ID", "Retry-After"],
            max_age=_DAY_S,
        )
        self._others: ASGIApp = app
        if origins:
            self._others = CORSMiddleware(
                app,
                allow_origins=list(origins),
                allow_methods=["GET", "POST"],
                allow_headers=["X-Request-ID"],
                expose_headers=["X-Request-ID", "Retry-After"],
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        of_algolia = scope["type"] == "http" and scope["path"].startswith(ALGOLIA)
        await (self._storefronts if of_algolia else self._others)(scope, receive, send)
