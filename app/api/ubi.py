"""`/v1/ubi`: what collectors of User Behavior Insights 1.3.0 send."""

import time
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from app.api.bodies import StrictRoute
from app.api.events import answer_facts, check_default, read_body, sender_of
from app.api.schemas import PROBLEMS, EventsAnswer
from app.errors import Fault, refused
from app.events.impressions import Asker
from app.events.intake import MAX_BATCH, Taken
from app.events.ubi import as_event, as_shown
from app.service import service_of

router = APIRouter(prefix="/v1/ubi", tags=["events"], responses=PROBLEMS, route_class=StrictRoute)


@router.post("/events", response_model=EventsAnswer)
async def take_ubi_events(request: Request) -> Response:
    """UBI events: one, a list, or `{"events": […]}`, up to 1,000."""
    raws = await _listed(request, "events")
    rejected: list[tuple[int, list[Fault]]] = []
    made: list[object] = []
    places: list[int] = []
    for at, raw in enumerate(raws):
        event = as_event(raw)
        if isinstance(event, list):
            rejected.append((at, event))
        else:
            made.append(event)
            places.append(at)
    check_default(made, request)
    opened = await service_of(request).memory.opened()
    taken = await opened.intake.take(made, sender_of(request))
    rejected += [(places[at], faults) for at, faults in taken.rejected]
    return _answer(taken.with_rejected(sorted(rejected, key=lambda each: each[0])))


@router.post("/queries", response_model=EventsAnswer)
async def take_ubi_queries(request: Request) -> Response:
    """UBI queries, with the ids that were shown. Needs the key: they decide what clicks count."""
    service = service_of(request)
    rejected, accepted = [], 0
    await service.memory.opened()
    for at, raw in enumerate(await _listed(request, "queries")):
        shown = as_shown(raw, service.default_index, time.time())
        if isinstance(shown, list):
            rejected.append((at, shown))
            continue
        query_id, when, facts = shown
        told = raw if isinstance(raw, dict) else {}
        asker = Asker(_text(told.get("client_id")), _text(told.get("session_id")), at=when)
        service.memory.impressions.note(query_id, asker, orjson.dumps(facts), 0.0, cached=False)
        accepted += 1
    return _answer(Taken(accepted, 0, rejected, 0, {}, 0))


def _answer(taken: Taken) -> Response:
    return Response(orjson.dumps(answer_facts(taken)), media_type="application/json")


async def _listed(request: Request, name: str) -> list[object]:
    body = await read_body(request)
    if isinstance(body, dict) and isinstance(body.get(name), list):
        body = body[name]
    raws = body if isinstance(body, list) else [body]
    if len(raws) > MAX_BATCH:
        raise refused(name, f"has {len(raws):,}", f"Send at most {MAX_BATCH:,}.")
    return raws


def _text(value: Any) -> str | None:
    return str(value)[:200] if isinstance(value, str | int) else None
