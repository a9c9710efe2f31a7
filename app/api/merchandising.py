"""`/v1/admin/rules`: merchandising rules, their history, and a look at what they would do."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Query, Request, Response
from fastapi import Path as InPath

from app.api.access import grant_of
from app.api.encoding import encode_result
from app.api.guard import GuardedRoute
from app.api.merchandising_shapes import (
    ChangedRules,
    ExportParameters,
    HistoryAnswer,
    HistoryParameters,
    ListParameters,
    ManyRules,
    PreviewAnswer,
    PreviewBody,
    ProblemsAnswer,
    PutParameters,
    RuleBody,
    RuleItem,
    RulesAnswer,
    RulesBody,
    RulesText,
    UndoParameters,
    WriteParameters,
)
from app.api.rules import RulesParameters, rules_folder
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import NotFoundError, refused
from app.service import Service, service_of
from indexing.current import read_current
from ranking.generation import Generation
from ranking.rules.doubts import (
    Doubt,
    check_addresses,
    check_loops,
    contradictions,
    doubts_of,
    state_of,
    told_of,
)
from ranking.rules.preview import asked_rules, with_drafts
from ranking.rules.rule import Rule
from ranking.rules.rule_changes import (
    Author,
    Published,
    changes_of,
    delete_rules,
    kept_rules,
    put_rules,
    undo,
)
from ranking.rules.rule_exchange import read_rules_text, written_rules
from ranking.rules.rule_file import Kept
from ranking.search.root import search

router = APIRouter(
    prefix="/v1/admin/rules",
    tags=["rules"],
    responses=ADMIN_PROBLEMS,
    route_class=GuardedRoute,
)
RuleName = Annotated[str, InPath(max_length=100, examples=["summer-lamps"])]
_RESERVED = frozenset({"history", "undo", "check", "preview", "export", "import"})


@router.get("", response_model=RulesAnswer)
def list_rules(request: Request, given: Annotated[ListParameters, Query()]) -> dict[str, Any]:
    """Rules by id, each with its last change, whether it is in force, and what is wrong with it."""
    service = service_of(request)
    folder = rules_folder(service, given)
    now, kept = time.time(), kept_rules(folder)
    wanted = [each for each in kept if _is_wanted(each.rule, given, now)]
    page = wanted[given.offset : given.offset + given.limit]
    generation = _generation(service, given)
    told = _told([each.rule for each in page], [each.rule for each in kept], generation, now)
    current = read_current(folder)
    return {
        "rules": current.rules if current else None,
        "total": len(wanted),
        "items": [_item(each, told, now) for each in page],
        "problems": [
            text for rule, text in generation.rules.merchandising.problems if not rule
        ],
    }  # fmt: skip


@router.get("/history", response_model=HistoryAnswer)
def history(request: Request, given: Annotated[HistoryParameters, Query()]) -> dict[str, Any]:
    """Changes, newest first: who, when, why, and each rule before and after."""
    changes = changes_of(rules_folder(service_of(request), given))
    if given.rule is not None:
        changes = tuple(c for c in changes if any(name == given.rule for name, _, _ in c.rules))
    return {"items": [change.facts() for change in changes[: given.limit]]}


@router.get("/export", response_model=RulesText)
def export_rules(request: Request, given: Annotated[ExportParameters, Query()]) -> dict[str, Any]:
    """All rules as the text of a file, which `import` reads."""
    kept = kept_rules(rules_folder(service_of(request), given))
    text = written_rules((each.rule for each in kept), given.format)
    return {"format": given.format, "text": text}


@router.post("/import", response_model=ChangedRules)
def import_rules(
    request: Request, given: Annotated[WriteParameters, Query()], body: RulesText
) -> dict[str, Any]:
    """Put the rules of a file in force, all or none."""
    rules = read_rules_text(body.text, body.format)
    return _put(request, given, rules, action="import", whole=body.whole)


@router.get("/{rule_id}", response_model=RuleItem)
def one_rule(
    request: Request, rule_id: RuleName, given: Annotated[RulesParameters, Query()]
) -> dict[str, Any]:
    """One rule with its last change."""
    service = service_of(request)
    now, kept = time.time(), kept_rules(rules_folder(service, given))
    found = next((each for each in kept if each.rule.id == rule_id), None)
    if found is None:
        raise NotFoundError(f"there is no rule {rule_id!r}. GET /v1/admin/rules lists them.")
    every = [each.rule for each in kept]
    return _item(found, _told([found.rule], every, _generation(service, given), now), now)


@router.put("", response_model=ChangedRules)
def put_many(
    request: Request, given: Annotated[WriteParameters, Query()], body: RulesBody
) -> dict[str, Any]:
    """Put rules in force, beside the others or in place of all; each as a whole, or none."""
    return _put(request, given, body.rules, action="import", whole=body.whole)


@router.put("/{rule_id}", response_model=ChangedRules)
def put_one(
    request: Request,
    rule_id: RuleName,
    given: Annotated[PutParameters, Query()],
    body: RuleBody,
) -> dict[str, Any]:
    """Put one rule in force, new or in place of what it was, within two seconds on every worker."""
    if body.id not in ("", rule_id):
        raise refused("id", f"is {body.id!r}, and the address says {rule_id!r}", "Leave it out.")
    rule = Rule.model_validate(body.model_dump(by_alias=True) | {"id": rule_id})
    return _put(request, given, (rule,), version=given.version)


@router.delete("/{rule_id}", response_model=ChangedRules)
def delete_one(
    request: Request, rule_id: RuleName, given: Annotated[WriteParameters, Query()]
) -> dict[str, Any]:
    """Take a rule out; `undo` brings it back."""
    service = service_of(request)
    folder = rules_folder(service, given)
    published = delete_rules(folder, (rule_id,), _author(request, given), datetime.now(UTC))
    return _announced(service, folder, published, [])


@router.post("/undo", response_model=ChangedRules)
def take_back(
    request: Request, given: Annotated[UndoParameters, Query()]
) -> dict[str, Any]:  # fmt: skip
    """Take one change back, the newest if none is named."""
    service = service_of(request)
    folder = rules_folder(service, given)
    published = undo(folder, given.change, _author(request, given), datetime.now(UTC))
    return _announced(service, folder, published, [])


@router.post("/check", response_model=ProblemsAnswer)
def check_rules(
    request: Request, given: Annotated[RulesParameters, Query()], body: ManyRules
) -> dict[str, Any]:
    """What would be refused, as when they are put in force, or told of them; nothing changes."""
    service = service_of(request)
    kept = kept_rules(rules_folder(service, given))
    generation = _generation(service, given)
    every = _together(kept, body.rules)
    _check(service, body.rules, every, generation)
    told = told_of(body.rules, every, generation.segments, time.time())
    return {"problems": [doubt.facts() for doubt in told]}


@router.post("/preview", response_model=PreviewAnswer)
async def preview(request: Request, given: Annotated[PreviewBody, Body()]) -> Response:
    """A search as it would be: at another time, without some rules, with drafts of others; beside
    it the same without rules. Never cached, never logged.
    """
    service = service_of(request)
    folder = rules_folder(service, RulesParameters(index=given.index))
    work = partial(_preview, service, folder, given)
    return Response(await service.searcher.run(work), media_type="application/json")


def _preview(service: Service, folder: Path, given: PreviewBody) -> bytes:
    generation = service.generations.get(folder.name, given.policy)
    kept = kept_rules(folder)
    rules = with_drafts(generation.rules, kept, given.draft, generation.snapshot)
    generation = replace(generation, rules=rules)
    now = time.time() if given.at is None else given.at.timestamp()
    asked = replace(given.request(service.settings), explain=True)
    situation = replace(asked.situation, at=now, without=tuple(given.without))
    asked = service.searcher.checked(replace(asked, situation=situation), generation)
    off = service.searcher.checked(
        replace(asked, situation=replace(situation, off=True)), generation
    )
    answers = [search(each, generation, time.perf_counter) for each in (asked, off)]
    every = _together(kept, given.draft)
    told = asked_rules(
        every, asked.text, asked.filters, situation, asked.decision, now, generation.snapshot
    )
    return orjson.dumps({
        "with_rules": orjson.Fragment(encode_result(answers[0], generation)),
        "without_rules": orjson.Fragment(encode_result(answers[1], generation)),
        "rules": [each.facts() for each in told],
    })  # fmt: skip


def _put(
    request: Request,
    given: WriteParameters,
    rules: Sequence[Rule],
    *,
    action: str = "put",
    whole: bool = False,
    version: int | None = None,
) -> dict[str, Any]:
    service = service_of(request)
    folder, generation = rules_folder(service, given), _generation(service, given)
    every = _together(() if whole else kept_rules(folder), rules)
    _check(service, rules, every, generation)
    published = put_rules(
        folder, rules, _author(request, given), datetime.now(UTC), action=action, whole=whole,
        version=version,
    )  # fmt: skip
    told = told_of(rules, every, generation.segments, time.time())
    return _announced(service, folder, published, told)


def _check(
    service: Service, rules: Sequence[Rule], every: Sequence[Rule], generation: Generation
) -> None:
    """Raises for what must not be put in force."""
    taken = [rule.id for rule in rules if rule.id in _RESERVED]
    if taken:
        raise refused("id", f"{taken[0]!r} is an address of its own here", "Name it otherwise.")
    twice = len(rules) - len({rule.id for rule in rules})
    if twice:
        raise refused("rules", f"name {twice} ids twice", "Give each rule an id of its own.")
    check_addresses(rules, service.settings.redirect_hosts)
    check_loops(every, generation.snapshot)


def _together(kept: Sequence[Kept], rules: Sequence[Rule]) -> list[Rule]:
    by_id = {each.rule.id: each.rule for each in kept} | {rule.id: rule for rule in rules}
    return list(by_id.values())


def _told(
    rules: Sequence[Rule],
    every: Sequence[Rule],
    generation: Generation,
    now: float,
) -> dict[str, list[Doubt]]:
    """Of these rules in force, by id."""
    merchandising = generation.rules.merchandising
    told: dict[str, list[Doubt]] = {rule.id: [] for rule in rules}
    found = [Doubt(rule, text) for rule, text in merchandising.problems]
    found += [*doubts_of(rules, generation.segments, now), *contradictions(every)]
    for doubt in found:
        if doubt.rule in told:
            told[doubt.rule].append(doubt)
    return told


def _item(kept: Kept, told: dict[str, list[Doubt]], now: float) -> dict[str, Any]:
    return kept.facts() | {
        "state": state_of(kept.rule, now),
        "problems": [doubt.what for doubt in told.get(kept.rule.id, ())],
    }


def _is_wanted(rule: Rule, given: ListParameters, now: float) -> bool:
    if given.state is not None and state_of(rule, now) != given.state:
        return False
    if not given.q:
        return True
    texts = [rule.id, rule.name]
    texts += [each.is_ or each.contains or each.matches or "" for each in rule.when.query]
    return any(given.q.casefold() in text.casefold() for text in texts)


def _announced(
    service: Service, folder: Path, published: Published, doubts: Sequence[Doubt]
) -> dict[str, Any]:
    if published.change is not None and published.rules is not None:
        service.changed(folder.name, published.rules)
    change = published.change
    return {
        "rules": published.rules,
        "change": None if change is None else change.id,
        "changed": [] if change is None else [name for name, _, _ in change.rules],
        "problems": [doubt.facts() for doubt in doubts],
    }


def _author(request: Request, given: WriteParameters) -> Author:
    return Author(given.by, given.note, grant_of(request).name)


def _generation(service: Service, given: RulesParameters) -> Generation:
    return service.generations.get(given.index or service.default_index)
