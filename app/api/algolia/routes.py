"""`/1`: what an unmodified storefront of Algolia's asks. Bodies are JSON, whatever type they say.

Not in the OpenAPI document: the contract is that of Algolia's clients (docs/moving.md).
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from app.api.algolia import values
from app.api.algolia.events import events_of
from app.api.algolia.indexes import target_of
from app.api.algolia.parameters import read_query
from app.api.algolia.queries import MOST_QUERIES, answers_of
from app.api.algolia.recommend import recommendations
from app.api.algolia.records import covers, flat_record, nested
from app.api.bodies import StrictRoute
from app.api.events import sender_of
from app.api.forced import filters_of, is_seen
from app.errors import Fault, InvalidRequestError, NotFoundError, refused
from app.service import Service, service_of
from ranking.search.segments import locate

PREFIX: Final = "/1"
_OF_CLIENTS: Final = "x-algolia-"
_MOST_OBJECTS: Final = 1_000

router = APIRouter(prefix=PREFIX, include_in_schema=False, route_class=StrictRoute)


@router.post("/indexes/*/queries", response_model=None)
async def several_queries(request: Request) -> Response:
    """One keystroke of a storefront: a page, and counts for every facet that is refined."""
    service = service_of(request)
    asked = _requests(await _body(request), MOST_QUERIES)
    queries = [
        read_query(f"requests[{place}].", raw, service.settings) for place, raw in enumerate(asked)
    ]
    answers = await answers_of(queries, service, _agent(request))
    return _json(b'{"results":[%s]}' % b",".join(answers))


@router.post("/indexes/*/objects", response_model=None)
async def several_objects(request: Request) -> Response:
    """Products by id; null for one that is not there."""
    service = service_of(request)
    asked = _requests(await _body(request), _MOST_OBJECTS)
    return _json(orjson.dumps({
        "results": [
            _object(f"requests[{place}].", raw, service) for place, raw in enumerate(asked)
        ]
    }))  # fmt: skip


@router.post("/indexes/*/recommendations", response_model=None)
async def several_recommendations(request: Request) -> Response:
    service = service_of(request)
    asked = _requests(await _body(request), MOST_QUERIES)
    results = [
        await recommendations(f"requests[{place}]", raw, service) for place, raw in enumerate(asked)
    ]
    return _json(orjson.dumps({"results": results}))


@router.post("/indexes/{index}/query", response_model=None)
async def one_query(request: Request, index: str) -> Response:
    raw = _object_of(await _body(request))
    query = read_query("", raw, service_of(request).settings, index)
    (answer,) = await answers_of([query], service_of(request), _agent(request))
    return _json(answer)


@router.get("/indexes/{index}", response_model=None)
async def one_query_by_url(request: Request, index: str) -> Response:
    """The same with the parameters in the address."""
    raw = {k: v for k, v in request.query_params.items() if not k.lower().startswith(_OF_CLIENTS)}
    query = read_query("", raw, service_of(request).settings, index)
    (answer,) = await answers_of([query], service_of(request), _agent(request))
    return _json(answer)


@router.post("/indexes/{index}/facets/{facet:path}/query", response_model=None)
async def one_facet(request: Request, index: str, facet: str) -> Response:
    """Values of a facet that hold `facetQuery`."""
    raw = _object_of(await _body(request))
    asked = {**raw, "type": "facet", "facet": facet}
    query = read_query("", asked, service_of(request).settings, index)
    (answer,) = await answers_of([query], service_of(request), _agent(request))
    return _json(answer)


@router.get("/indexes/{index}/{object_id:path}", response_model=None)
async def one_object(request: Request, index: str, object_id: str) -> Response:
    asked = {
        "indexName": index,
        "objectID": object_id,
        "attributesToRetrieve": request.query_params.get("attributesToRetrieve"),
    }
    found = _object("", asked, service_of(request))
    if found is None:
        raise NotFoundError(
            "ObjectID does not exist", [Fault("objectID", "is not known", "Use a product's id.")]
        )
    return _json(orjson.dumps(found))


@router.post("/events", response_model=None)
async def events(request: Request) -> Response:
    """Durable once this has answered; of a batch the right ones are kept, as `/v1/events` does."""
    service = service_of(request)
    raws = events_of(await _body(request), service)
    taken = await (await service.memory.opened()).intake.take(raws, sender_of(request))
    if taken.rejected:
        faults = taken.rejected[0][1]
        what = f"{faults[0].where}: {faults[0].what}. {faults[0].remedy}"
        kept = f"{taken.accepted} of {len(raws)} were kept"
        raise InvalidRequestError(f"{what} {kept}.", faults)
    return _json(b'{"status":200,"message":"OK"}')


def _object(where: str, raw: Any, service: Service) -> dict[str, Any] | None:
    asked = _object_of(raw, where)
    name = values.text(f"{where}indexName", asked.get("indexName"))
    generation = service.generations.get(target_of(name, service).index)
    object_id = values.text(f"{where}objectID", asked.get("objectID"))
    found = locate(object_id, generation.segments)
    forced = filters_of(service.grant, generation)
    if found is None or not is_seen(found[1], generation.segments[found[0]], forced):
        return None
    segment, doc_id = found
    record = flat_record(orjson.loads(generation.segments[segment].json_at(doc_id)))
    wanted = asked.get("attributesToRetrieve")
    if wanted is not None:
        names = values.names(f"{where}attributesToRetrieve", wanted)
        record = {k: v for k, v in record.items() if k == "objectID" or covers(names, k)}
    return nested(record)


async def _body(request: Request) -> Any:
    raw = await request.body()
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise refused("body", f"is not valid JSON: {error}", "Send one JSON object.") from None


def _object_of(raw: Any, where: str = "body") -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise values.wrong(where.rstrip(".") or "query", raw, "an object")
    return raw


def _requests(body: Any, most: int) -> Sequence[Any]:
    asked = _object_of(body).get("requests")
    if not isinstance(asked, list) or len(asked) > most:
        raise refused("requests", f"is no list of at most {most:,}", 'Send {"requests": [...]}.')
    return asked


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
