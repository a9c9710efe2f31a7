"""`/v1/admin/indexes`: what is served here, and how it can be looked at."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.api.guard import GuardedRoute, described
from app.api.schemas import ADMIN_PROBLEMS
from app.service import service_of

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    dependencies=described,
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
