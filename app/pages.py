"""What people look at: the shop at /, the console, the API's description. Nothing from afar."""

from pathlib import Path

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.responses import FileResponse, Response

from app.api import problems

_WEB = Path(__file__).parent / "web"
_STRICT = (  # images lie wherever the catalogue says
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data: https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SWAGGER = _STRICT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_PARTS = sorted(
    path.relative_to(_WEB).as_posix()
    for pattern in ("*/*.js", "console/uplot/*")
    for path in _WEB.glob(pattern)
)
_PAGES = (
    ("/", "index.html", _STRICT),
    ("/shop.css", "shop.css", _STRICT),
    ("/console", "console.html", _STRICT),
    ("/console.css", "console.css", _STRICT),
    *((f"/{name}", name, _STRICT) for name in _PARTS),
    ("/docs", "docs.html", _SWAGGER),
    ("/docs/start.js", "docs.js", _SWAGGER),
)
_SWAGGER_FILES = "/docs/swagger"
"""Swagger UI's own files, so that /docs works without internet access."""


def add_pages(app: FastAPI) -> None:
    for address, name, policy in _PAGES:
        _add_file(app, address, _WEB / name, policy)
    offline = FastAPIOffline(docs_url=None, redoc_url=None, static_url="/files")
    problems.install(offline)
    app.mount(_SWAGGER_FILES, offline)


def _add_file(app: FastAPI, address: str, path: Path, policy: str) -> None:
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "max-age=60",
    }

    async def page() -> Response:
        return FileResponse(path, headers=headers)

    app.add_api_route(address, page, include_in_schema=False, response_model=None)
