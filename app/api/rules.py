"""`/v1/admin/blocklist` and `/v1/admin/hints`: what people decide about suggestions."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.parameters import IndexName
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import Fault, InvalidRequestError, NotFoundError
from app.service import Service, service_of
from indexing.current import index_folder, read_current
from ranking.rules.hints import parse_hints
from ranking.rules.store import BLOCKLIST, HINTS, publish_rules, read_rules_file

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    responses=ADMIN_PROBLEMS,
    route_class=GuardedRoute,
)


class RulesParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None


class RulesText(BaseModel):
    """text: the whole file; what is not in it is no longer in force."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=200_000, examples=["bad word\nanother\n"])


@router.get("/blocklist")
def read_blocklist(request: Request, given: Annotated[RulesParameters, Query()]) -> dict[str, Any]:
    """Words and phrases that no surface shows, one a line."""
    return _read(service_of(request), given, BLOCKLIST)


@router.put("/blocklist")
def write_blocklist(
    request: Request, given: Annotated[RulesParameters, Query()], body: RulesText
) -> dict[str, Any]:
    """Put another blocklist in force, within a second or two on every worker, without a build."""
    return _write(service_of(request), given, BLOCKLIST, body.text)


@router.get("/hints")
def read_hints(request: Request, given: Annotated[RulesParameters, Query()]) -> dict[str, Any]:
    """Scheduled hints, and which of them are not shown and why."""
    service = service_of(request)
    facts = _read(service, given, HINTS)
    generation = service.generations.get(given.index or service.default_index)
    return facts | {"problems": list(generation.rules.hints.problems)}


@router.put("/hints")
def write_hints(
    request: Request, given: Annotated[RulesParameters, Query()], body: RulesText
) -> dict[str, Any]:
    """Put other hints in force: text, or text TAB from TAB to, one a line."""
    problems = parse_hints(body.text).problems
    if problems:
        faults = [Fault("text", problem, "Correct or remove the line.") for problem in problems]
        raise InvalidRequestError(f"text: {problems[0]}. Nothing was changed.", faults)
    return _write(service_of(request), given, HINTS, body.text)


def _read(service: Service, given: RulesParameters, name: str) -> dict[str, Any]:
    folder = rules_folder(service, given)
    current = read_current(folder)
    rules = current.rules if current else None
    return {"rules": rules, "text": read_rules_file(folder, rules, name)}


def _write(service: Service, given: RulesParameters, name: str, text: str) -> dict[str, Any]:
    text = text.encode("utf-8", "ignore").decode()
    folder = rules_folder(service, given)
    rules = publish_rules(folder, {name: text}, datetime.now(UTC))
    service.changed(folder.name, rules)
    return {"rules": rules, "text": text}


def rules_folder(service: Service, given: RulesParameters) -> Path:
    """The index's folder. Raises NotFoundError if there is none."""
    folder = index_folder(service.settings.data_dir, given.index or service.default_index)
    if read_current(folder) is None:
        raise NotFoundError(f"there is no index {folder.name!r}. Build it first.")
    return folder
