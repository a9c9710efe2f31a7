"""Is the process alive, is it ready, what has it counted."""

from fastapi import APIRouter, Request, Response

from app.errors import NotReadyError
from app.service import service_of
from app.telemetry import exposition

router = APIRouter(tags=["operation"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Nothing to serve yet."}})
async def ready(request: Request) -> dict[str, object]:
    """At least the default index, or any, can be searched."""
    names = service_of(request).generations.names()
    if not names:
        raise NotReadyError(
            "no index is served yet. Build one with `vitrina build`; it is picked up by itself.",
            (), 5,
        )  # fmt: skip
    return {"status": "ready", "indexes": names}


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Prometheus' text form; totals over all workers."""
    body, media_type = exposition()
    return Response(body, media_type=media_type)
