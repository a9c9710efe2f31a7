"""Addresses that write in the data folder, or read what is not for shoppers."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response

from app.api.bodies import StrictRoute
from app.errors import UnwritableError


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
