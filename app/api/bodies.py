"""How every address is reached: only with the scope it needs (scopes.py), which is looked at before
anything else of the request; and bodies are read strictly: no lone surrogates, no NaN, no endless
nesting.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.api.access import admit, note_change
from app.api.scopes import OBEYING, is_audited, needed_scope


class StrictRequest(Request):
    async def json(self) -> Any:
        """Raises orjson.JSONDecodeError, a json.JSONDecodeError, for what RFC 8259 forbids."""
        return orjson.loads(await self.body())


class StrictRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        (method,) = self.methods or {"GET"}
        route = f"{method} {self.path}"
        needed, obeys, audited = needed_scope(route), route in OBEYING, is_audited(route)

        async def strict(request: Request) -> Response:
            strictly = StrictRequest(request.scope, request.receive)
            await admit(strictly, needed, obeys=obeys)
            answer = await handle(strictly)
            if audited:
                await note_change(strictly, route)
            return answer

        return strict
