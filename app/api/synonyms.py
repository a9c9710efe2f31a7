"""`/v1/admin/synonyms`: what people decide about words; in force at once, without a build."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.rules import RulesParameters, rules_folder
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import Fault, InvalidRequestError, NotFoundError, refused
from app.service import Service, service_of
from indexing.current import read_current
from ranking.query.synonym_mining import logged_clicks, mine
from ranking.rules.store import SYNONYMS, Edit, publish_rules, read_rules_file
from ranking.rules.synonym_edits import with_rules, without_rules
from ranking.rules.synonyms import SynonymRule, parse_synonyms

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    responses=ADMIN_PROBLEMS,
    route_class=GuardedRoute,
)
_EXAMPLE = "sofa, couch, settee\ntelly => television\nzh: 手机 => 移动电话\n"


class SynonymsText(BaseModel):
    """text: the whole file; rules that are not in it are no longer in force."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=10_000_000, examples=[_EXAMPLE])


class SynonymLines(BaseModel):
    """text: rules, one a line."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=100_000, examples=["sofa, couch"])


class RemovedParameters(RulesParameters):
    rule: str = Field(max_length=5_000, examples=["sofa, couch"], description="As in the file.")


class MinedParameters(RulesParameters):
    limit: int = Field(50, ge=1, le=500, description="Most proposals.")


@router.get("/synonyms/mined")
def mined_synonyms(request: Request, given: Annotated[MinedParameters, Query()]) -> dict[str, Any]:
    """Proposals from clicks and from vectors, for a person to accept; nothing is put in force.

    About 2 s for 20,000 words.
    """
    generation = service_of(request).generations.get(rules_folder(service_of(request), given).name)
    snapshot = generation.snapshot
    found = mine(snapshot, generation.rules.synonyms, logged_clicks(snapshot), given.limit)
    return {"items": [{"rule": f"{each.left}, {each.right}"} | asdict(each) for each in found]}


@router.get("/synonyms")
def read_synonyms(request: Request, given: Annotated[RulesParameters, Query()]) -> dict[str, Any]:
    """The file, its rules, which lines are wrong, and which rules find nothing here."""
    service = service_of(request)
    folder = rules_folder(service, given)
    current = read_current(folder)
    rules = current.rules if current else None
    text = read_rules_file(folder, rules, SYNONYMS)
    generation = service.generations.get(given.index or service.default_index)
    told = [
        {"line": rule.line, "rule": str(rule), "both_ways": rule.both, "language": rule.language}
        for rule in parse_synonyms(text)[0]
    ]
    problems, idle = generation.rules.synonyms.problems, generation.rules.synonyms.idle
    return {
        "rules": rules,
        "text": text,
        "synonyms": told,
        "problems": list(problems),
        "idle": list(idle),
    }


@router.put("/synonyms")
def write_synonyms(
    request: Request, given: Annotated[RulesParameters, Query()], body: SynonymsText
) -> dict[str, Any]:
    """Put another file in force, within a second or two on every worker."""
    text = body.text.encode("utf-8", "ignore").decode()
    rules = _parsed(text)
    service = service_of(request)
    rules_id = _publish(service, rules_folder(service, given), lambda _: text)
    return {"rules": rules_id, "count": len(rules)}


@router.post("/synonyms")
def add_synonyms(
    request: Request, given: Annotated[RulesParameters, Query()], body: SynonymLines
) -> dict[str, Any]:
    """Add rules; those that are there already stay as they are."""
    rules = _parsed(body.text.encode("utf-8", "ignore").decode())
    if not rules:
        raise refused(
            "text", "has no rule", "Write rules like `sofa, couch` or `telly => television`."
        )
    service = service_of(request)
    added: list[SynonymRule] = []

    def edit(text: str) -> str:
        after, new = with_rules(text, rules)
        added.extend(new)
        return after

    rules_id = _publish(service, rules_folder(service, given), edit)
    return {"rules": rules_id, "added": [str(rule) for rule in added]}


@router.delete("/synonyms")
def remove_synonyms(
    request: Request, given: Annotated[RemovedParameters, Query()]
) -> dict[str, Any]:
    """Take one rule out."""
    rules = _parsed(given.rule)
    if len(rules) != 1:
        raise refused("rule", "is not one rule", "Send one rule as the file has it.")
    service = service_of(request)
    folder = rules_folder(service, given)
    removed: list[SynonymRule] = []

    def edit(text: str) -> str:
        after, gone = without_rules(text, rules)
        removed.extend(gone)
        return after

    if not without_rules(_in_force(folder), rules)[1]:
        raise NotFoundError(
            f"there is no synonym rule {str(rules[0])!r}.",
            [Fault("rule", "is not in the file", "See GET /v1/admin/synonyms for the rules.")],
        )
    rules_id = _publish(service, folder, edit)
    return {"rules": rules_id, "removed": [str(rule) for rule in removed]}


def _in_force(folder: Path) -> str:
    current = read_current(folder)
    return read_rules_file(folder, current.rules if current else None, SYNONYMS)


def _publish(service: Service, folder: Path, edit: Edit) -> str:
    rules_id = publish_rules(folder, {SYNONYMS: edit}, datetime.now(UTC))
    service.changed(folder.name, rules_id)
    return rules_id


def _parsed(text: str) -> tuple[SynonymRule, ...]:
    rules, problems = parse_synonyms(text)
    if problems:
        faults = [Fault("text", problem, "Correct or remove the line.") for problem in problems]
        raise InvalidRequestError(f"text: {problems[0]} Nothing was changed.", faults)
    return rules
