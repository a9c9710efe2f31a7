"""`/v1/products`, the write side: docs/freshness.md. Who may: app/api/scopes.py."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.parameters import IndexName
from app.api.schemas import CHANGE_PROBLEMS, ChangedAnswer, ChangesAnswer, DeletedAnswer
from app.changes.asked import (
    MAX_CHANGES,
    Asked,
    change_of,
    delete_of,
    items_of,
    object_of,
    patch_of,
    put_of,
    told,
)
from app.changes.changes import VISIBLE_WITHIN_MS, Shown
from app.changes.intake import ItemOutcome
from app.errors import Fault, InvalidRequestError, NotFoundError, StaleVersionError
from app.service import service_of

router = APIRouter(
    prefix="/v1/products",
    tags=["products"],
    route_class=GuardedRoute,
    responses=CHANGE_PROBLEMS,
)


class ChangeParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    wait: Literal["visible"] | None = Field(
        None, description="`visible`: answer when every worker of this machine shows it."
    )


class VersionedParameters(ChangeParameters):
    version: str | None = Field(
        None,
        max_length=40,
        description="Grows with every change of the product; an older one is refused.",
    )


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


def _listed(name: str, item: dict[str, Any]) -> dict[str, Any]:
    listed = {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "array", "maxItems": MAX_CHANGES, "items": item}},
    }
    return _body({"application/json": {"schema": listed}, "application/x-ndjson": {"schema": item}})


_OBJECT: dict[str, Any] = {"type": "object"}
_CHANGE: dict[str, Any] = {
    "type": "object",
    "required": ["op"],
    "properties": {
        "op": {"enum": ["put", "patch", "delete"]},
        "id": {"type": "string"},
        "product": _OBJECT,
        "patch": _OBJECT,
        "version": {"type": ["integer", "string"]},
    },
}


@router.put("", response_model=ChangesAnswer, openapi_extra=_listed("products", _OBJECT))
async def put_products(request: Request, given: Annotated[ChangeParameters, Query()]) -> Response:
    """Add products, or replace them whole; each is taken or refused by itself."""
    items = items_of(await request.body(), request.headers.get("content-type", ""), "products")
    return await _batch(request, given, [put_of(item) for item in items])


@router.post("/batch", response_model=ChangesAnswer, openapi_extra=_listed("changes", _CHANGE))
async def change_products(
    request: Request, given: Annotated[ChangeParameters, Query()]
) -> Response:
    """Put, patch and delete products, in this order; each is taken or refused by itself."""
    items = items_of(await request.body(), request.headers.get("content-type", ""), "changes")
    return await _batch(request, given, [change_of(item) for item in items])


@router.patch(
    "/{product_id:path}",
    response_model=ChangedAnswer,
    openapi_extra=_body({"application/json": {"schema": _OBJECT}}),
)
async def patch_product(
    request: Request, product_id: str, given: Annotated[VersionedParameters, Query()]
) -> Response:
    """Change some fields, as a JSON merge patch (RFC 7396) says: null takes a value away."""
    asked = patch_of(product_id, object_of(await request.body()), given.version)
    return await _one(request, given, asked)


@router.delete("/{product_id:path}", response_model=DeletedAnswer)
async def delete_product(
    request: Request, product_id: str, given: Annotated[VersionedParameters, Query()]
) -> Response:
    """Take a product away. 404 if there is none, or not any more."""
    return await _one(request, given, delete_of(product_id, given.version))


async def _batch(request: Request, given: ChangeParameters, asked: Sequence[Asked]) -> Response:
    service = service_of(request)
    index = given.index or service.default_index
    shown = await service.changes.take(index, asked, given.wait is not None)
    items = [_item(item) for item in shown.taken.items]
    return _json({"items": items} | _seq(shown))


async def _one(request: Request, given: VersionedParameters, asked: Asked) -> Response:
    service = service_of(request)
    index = given.index or service.default_index
    shown = await service.changes.take(index, [asked], given.wait is not None)
    (item,) = shown.taken.items
    if item.fault is not None:
        raise _refusal(item, item.fault)
    within = {} if asked.op == "delete" else {"visible_within_ms": VISIBLE_WITHIN_MS}
    return _json({"id": asked.product_id} | _seq(shown) | within)


def _refusal(item: ItemOutcome, fault: Fault) -> Exception:
    if item.status == "unknown":
        fault = Fault("product_id", fault.what, fault.remedy)
        return NotFoundError(told([fault]), [fault])
    if item.status == "stale":
        return StaleVersionError(told([fault]), [fault])
    return InvalidRequestError(told([fault]), [fault])


def _item(item: ItemOutcome) -> dict[str, Any]:
    status = "rejected" if item.status == "unknown" else item.status
    facts: dict[str, Any] = {"id": item.product_id, "status": status}
    if item.fault is not None:
        facts |= {"problem": told([item.fault]), "errors": [item.fault]}
    if item.warning is not None:
        facts["warning"] = told([item.warning])
    return facts


def _seq(shown: Shown) -> dict[str, Any]:
    visible = {} if shown.visible is None else {"visible": shown.visible}
    return {"seq": shown.taken.seq, **visible}


def _json(facts: dict[str, Any]) -> Response:
    return Response(orjson.dumps(facts), media_type="application/json")
