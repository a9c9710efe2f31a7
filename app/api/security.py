"""Which key each address needs, in the OpenAPI description."""

from typing import Any

from fastapi import FastAPI

from app.api.scopes import OPEN, SCOPE_OF
from app.keys.key import BROWSER_SCOPES

_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}


def show_scopes(app: FastAPI) -> None:
    """Tell the scope of every operation; what may be open to everybody needs no key as well."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        made = plain()
        made["components"]["securitySchemes"] = _SCHEMES
        scopes = {route.replace(":path}", "}"): scope for route, scope in SCOPE_OF.items()}
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                route = f"{method.upper()} {path}"
                if route in OPEN:
                    continue
                scope = scopes[route]
                needed: list[dict[str, list[str]]] = [{name: []} for name in _SCHEMES]
                free: list[dict[str, list[str]]] = [{}] if scope in BROWSER_SCOPES else []
                operation["security"] = [*needed, *free]
                told = operation.get("description", "")
                operation["description"] = f"{told}\n\nScope of a key: `{scope}`.".strip()
        return made

    app.openapi = openapi  # type: ignore[method-assign]
