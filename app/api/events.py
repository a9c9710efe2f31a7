"""`/v1/events`: what shoppers did. Shapes: docs/events.md."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from app.api.access import is_trusted
from app.api.bodies import StrictRoute
from app.api.schemas import PROBLEMS, EventsAnswer
from app.errors import Fault, InvalidRequestError, refused
from app.events.event import Event
from app.events.intake import MAX_BATCH, Sender, Taken
from app.service import service_of

MAX_SHOWN = 100
"""Rejected events whose faults are told; the others are told by place only."""

router = APIRouter(prefix="/v1", tags=["events"], responses=PROBLEMS, route_class=StrictRoute)
_ONE = Event.model_json_schema(ref_template="#/components/schemas/{model}")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {
                            "type": "object",
                            "required": ["events"],
                            "properties": {
                                "events": {"type": "array", "maxItems": MAX_BATCH, "items": _ONE}
                            },
                        },
                        _ONE,
                    ]
                }
            }
        },
    }
}


@router.post("/events", response_model=EventsAnswer, openapi_extra=_BODY)
async def take_events(request: Request) -> Response:
    """One event, or `{"events": […]}` with up to 1,000; durable once this has answered."""
    raws = _listed(await read_body(request))
    check_default(raws, request)
    taken = await (await service_of(request).memory.opened()).intake.take(raws, sender_of(request))
    return Response(orjson.dumps(answer_facts(taken)), media_type="application/json")


def check_default(raws: Sequence[object], request: Request) -> None:
    """Raises NotAllowedError for an event of the default index, where the key does not reach it."""
    if any(isinstance(raw, dict) and raw.get("index") is None for raw in raws):
        service = service_of(request)
        service.grant.allow(service.settings.default_index)


def sender_of(request: Request) -> Sender:
    return Sender(is_trusted(request), request.headers.get("user-agent", ""))


async def read_body(request: Request) -> Any:
    """Raises InvalidRequestError for what is no JSON."""
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        what = f"is not valid JSON: {error}"
        raise refused("body", what, "Send one event, or a batch.") from None


def _listed(body: Any) -> list[object]:
    if not isinstance(body, dict):
        raise refused("body", "is no object", 'Send {"events": […]}, or one event.')
    if "events" not in body:
        return [body]
    events = body["events"]
    if not isinstance(events, list):
        raise refused("events", "is no list", "Send a list of events.")
    if len(events) > MAX_BATCH:
        raise refused("events", f"has {len(events):,} events", f"Send at most {MAX_BATCH:,}.")
    unknown = [name for name in body if name != "events"]
    if unknown:
        raise InvalidRequestError(
            f"{unknown[0][:60]}: is not known here. Known is: events.",
            [Fault(name[:60], "is not known here", "Known is: events.") for name in unknown],
        )
    return events


def answer_facts(taken: Taken) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "accepted": taken.accepted,
        "duplicates": taken.duplicates,
        "rejected": [
            {"at": at, "problem": _sentence(faults)}
            | ({"errors": [_told(fault) for fault in faults]} if told < MAX_SHOWN else {})
            for told, (at, faults) in enumerate(taken.rejected)
        ],
    }
    warnings = _warnings(taken)
    if warnings:
        facts["warnings"] = warnings
    return facts


def _warnings(taken: Taken) -> list[str]:
    told = [
        f"{name}: no event has this field; it was ignored {times:,} times."
        for name, times in taken.ignored.items()
    ]
    if taken.untrusted:
        told.append(
            f"{taken.untrusted:,} purchases, returns or cancellations count nothing: only the "
            "shop's own server may send them. Send its key as X-Admin-Key."
        )
    if taken.without_consent:
        told.append(f"{taken.without_consent:,} events with analytics=false were not kept.")
    return told


def _sentence(faults: list[Fault]) -> str:
    return " ".join(f"{fault.where}: {fault.what}. {fault.remedy}" for fault in faults[:3])


def _told(fault: Fault) -> dict[str, str]:
    return {"where": fault.where, "what": fault.what, "remedy": fault.remedy}
