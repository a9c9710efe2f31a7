"""`/v1/admin/indexes`, `/v1/admin/facts`: what is served here, and what is known of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from app.api.guard import GuardedRoute
from app.api.rules import RulesParameters
from app.api.schemas import ADMIN_PROBLEMS
from app.index_facts import index_facts
from app.service import service_of

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    route_class=GuardedRoute,
    responses=ADMIN_PROBLEMS,
)


class PolicyFacts(BaseModel):
    name: str = Field(description="The index's own is `default`.")
    model: str = Field(description="Who ranks under it.")


class ServedIndex(BaseModel):
    name: str
    default: bool = Field(description="Answers when a request names no index.")
    snapshot: str
    policies: list[PolicyFacts] = Field(description="The index's own first.")


class ServedIndexes(BaseModel):
    items: list[ServedIndex]


@router.get("/indexes", response_model=ServedIndexes)
def indexes(request: Request) -> dict[str, Any]:
    """The indexes that are served, with the policies that a search may name."""
    service = service_of(request)
    generations = [service.generations.get(name) for name in service.generations.names()]
    return {
        "items": [
            {
                "name": own.index,
                "default": own.index == service.default_index,
                "snapshot": own.snapshot.id,
                "policies": [
                    {"name": each.policy_name, "model": each.ranker.name}
                    for each in (own, *own.others.values())
                ],
            }
            for own in generations
        ]
    }


class SnapshotFacts(BaseModel):
    id: str
    created_at: str
    code_version: str
    outdated: list[str] = Field(description="What a build of now would have otherwise.")
    bytes: int
    counts: dict[str, int] = Field(description="Of its build.")


class SegmentFacts(BaseModel):
    """The snapshot's own first, then those of changes since."""

    id: str
    products: int
    gone: int = Field(description="Deleted, or replaced in a later segment.")


class ChangeFacts(BaseModel):
    last: int | None = Field(description="Number of the last change that was accepted.")
    behind: int | None = Field(description="Of them not yet shown by every worker here.")
    kept: int | None = Field(description="That no build has folded in.")
    bytes: int | None
    problem: str | None


class FieldFacts(BaseModel):
    name: str
    kind: str = Field(examples=["keyword", "category", "number", "date"])
    filled: int = Field(description="Products that have it.")
    distinct: int | None = Field(description="Its values; null of numbers.")
    largest: int | None = Field(description="Products of its most frequent value.")
    doubt: str | None = Field(
        description="`empty`; of attributes also `few` products, the `same` value everywhere, an "
        "`own` value for each."
    )


class ModelFacts(BaseModel):
    policy: str
    name: str
    created_at: str | None
    features: int | None
    training: dict[str, Any]
    measures: dict[str, Any] = Field(description="Held-out figures beside baselines.")


class IndexFacts(BaseModel):
    index: str
    snapshot: SnapshotFacts
    languages: list[str]
    currency: str | None
    products: int
    segments: list[SegmentFacts]
    changes: ChangeFacts
    fields: list[FieldFacts]
    models: list[ModelFacts] = Field(description="Under each policy, the index's own first.")
    degraded: list[str]


@router.get("/facts", response_model=IndexFacts)
def facts(request: Request, given: Annotated[RulesParameters, Query()]) -> dict[str, Any]:
    """Fields and how full they are, segments, changes on their way, models and their proof."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    return index_facts(generation, service.settings.data_dir, service.changes.log)
