"""`/v1/admin/keys`, and `/v1/key`: who am I. docs/keys.md."""

import time
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.api.access import grant_of, who_asks
from app.api.bodies import StrictRoute
from app.api.guard import GuardedRoute
from app.api.loopback import local_admin
from app.api.schemas import ADMIN_PROBLEMS, PROBLEMS
from app.errors import AdminRefusedError
from app.keys.grant import Grant
from app.keys.key import NewKey, Scope
from app.service import service_of

router = APIRouter(
    prefix="/v1/admin/keys", tags=["admin"], responses=ADMIN_PROBLEMS, route_class=GuardedRoute
)
own = APIRouter(prefix="/v1/key", tags=["operation"], responses=PROBLEMS, route_class=StrictRoute)


class KeyShape(BaseModel):
    """A key, but not its text, which the service does not keep. Times are ISO 8601."""

    id: str = Field(examples=["3f9a1c2b4d"])
    name: str
    state: str = Field(examples=["in force", "expired", "revoked"])
    scopes: list[Scope]
    indexes: list[str]
    filters: list[str] = Field(description="What it cannot see past.")
    origins: list[str] = Field(description="Of pages that may send it; empty: any.")
    per_minute: int | None = Field(description="Requests from one address; null: no limit.")
    signing: bool = Field(description="Whether keys may be derived of it.")
    created_at: str
    created_by: str = Field(description="Id of a key, or who else.")
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None = Field(description="To a minute.")


class MadeKey(KeyShape):
    key: str = Field(description="The key itself; told this once.")
    signing_key: str | None = Field(
        description="What a server signs derived keys with; told this once, never sent anywhere."
    )


class Keys(BaseModel):
    items: list[KeyShape]


class OwnKey(BaseModel):
    """What the asker may do."""

    who: str | None = Field(description="Id of the key; null without one.")
    scopes: list[Scope]
    indexes: list[str] = Field(description="Empty: all.")
    filtered: bool = Field(description="Whether it has filters that it cannot see past.")


@router.get("", response_model=Keys)
def list_keys(request: Request) -> dict[str, Any]:
    """All keys, the oldest first; those that are over stay for 90 days."""
    return {"items": service_of(request).keyring.listed()}


@router.post("", status_code=201, response_model=MadeKey)
def make_key(request: Request, given: NewKey) -> dict[str, Any]:
    """Make a key; in force on every worker within two seconds."""
    service = service_of(request)
    made = service.keys.create(given, _who(request))
    service.keyring.look_now()
    told = {"key": made.text, "signing_key": made.signing_key}
    return {**told, **made.key.facts(time.time(), None)}


@router.delete("/{key_id}", response_model=KeyShape)
def revoke_key(request: Request, key_id: str) -> dict[str, Any]:
    """Revoke a key; over on every worker within two seconds."""
    service = service_of(request)
    key = service.keys.revoke(key_id)
    service.keyring.look_now()
    return key.facts(time.time(), service.keyring.last_used_at(key_id))


@own.get("", response_model=OwnKey)
def own_key(request: Request) -> dict[str, Any]:
    """What the key that this is asked with may do; 401 if it is not in force."""
    grant = _with_local(who_asks(request, service_of(request)), request)
    return {
        "who": grant.who,
        "scopes": sorted(grant.scopes),
        "indexes": list(grant.indexes),
        "filtered": bool(grant.filters),
    }


def _with_local(grant: Grant, request: Request) -> Grant:
    """Without a key: what this machine may, if it may more."""
    if grant.who is not None:
        return grant
    try:
        return local_admin(request)
    except AdminRefusedError:
        return grant


def _who(request: Request) -> str:
    return grant_of(request).who or "anybody"
