"""Addresses that write in the data folder, or read what is not for shoppers."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from app.api.access import check
from app.api.bodies import StrictRoute
from app.errors import UnwritableError

__all__ = ["GuardedRoute", "check", "described"]

# For OpenAPI only; the route checks before it looks at anything else of the request.
described = [
    Security(APIKeyHeader(name="X-Admin-Key", auto_error=False)),
    Security(HTTPBearer(auto_error=False)),
]


class GuardedRoute(StrictRoute):
    """Says what is wrong with the data folder."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except OSError as error:
                raise UnwritableError(
                    f"the data folder: {error.strerror or error}. Check that the service may read "
                    "and write there, and that the disk has room."
                ) from error

        return guarded
