"""`/v1/admin/experiments`: what is compared, since when, and what it says; docs/experiments.md."""

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from app.api.analytics import caught_up, read_state
from app.api.experiment_schemas import ExperimentReport, ExperimentsAnswer, ExperimentShape
from app.api.guard import GuardedRoute
from app.api.rules import RulesParameters, rules_folder
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import Fault, NotFoundError, refused
from app.events.experiments import Horizon, facts_of, past_horizon, report_of, told_horizon
from app.service import Service, service_of
from ranking.errors import ExperimentError
from ranking.experiments.experiment import Design, Exact, Experiment, Experiments
from ranking.experiments.store import (
    begin_experiment,
    check_names,
    end_experiment,
    read_experiments,
)
from ranking.rankers.model_store import list_models

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    responses=ADMIN_PROBLEMS,
    route_class=GuardedRoute,
)
ExperimentId = Annotated[str, Path(max_length=64, examples=["summer-model"])]


class Baseline(Exact):
    """mean: of the metric. sd: between units; default: that of a rate of one search a unit."""

    mean: float = Field(gt=0, le=1e9, allow_inf_nan=False, examples=[0.3])
    sd: float | None = Field(None, gt=0, le=1e9, allow_inf_nan=False)


class NewExperiment(Design):
    """Without baseline and horizon, what the last 28 days say is taken."""

    baseline: Baseline | None = Field(None, description="Of the metric, before.")
    horizon: int | None = Field(
        None,
        ge=2,
        le=10**9,
        description="Units of all variants together, if you computed them.",
    )

    def design(self) -> Design:
        return Design(**{name: getattr(self, name) for name in Design.model_fields})


@router.post("/experiments", response_model=ExperimentShape)
async def start_experiment(
    request: Request, given: Annotated[RulesParameters, Query()], body: NewExperiment
) -> dict[str, Any]:
    """Begin one; every worker serves it within a second or two, without a build."""
    service, design = service_of(request), body.design()
    folder = await run_in_threadpool(rules_folder, service, given)
    policies = service.generations.get(folder.name).snapshot.config.policies
    try:
        models = await run_in_threadpool(list_models, folder)
        check_names(design, policies, [manifest.model_id for manifest in models])
        horizon = await _horizon(request, body, design, folder.name)
        begin = partial(begin_experiment, folder, design, horizon.units, horizon.basis, _now())
        made, rules_id = await run_in_threadpool(begin)
    except ExperimentError as error:
        raise refused(error.where, error.what, error.remedy) from error
    await run_in_threadpool(service.changed, folder.name, rules_id)
    return facts_of(made)


@router.get("/experiments", response_model=ExperimentsAnswer)
def list_experiments(
    request: Request, given: Annotated[RulesParameters, Query()]
) -> dict[str, Any]:
    """All that are kept, the latest first, and why any of them is not served."""
    service = service_of(request)
    folder = rules_folder(service, given)
    there = read_experiments(folder)
    served = service.generations.get(folder.name).rules.experiments
    problems = dict.fromkeys((*there.problems, *served.problems))
    return {
        "items": [facts_of(each) for each in there.known[::-1]],
        "served": [each.id for each in served.running],
        "problems": list(problems),
    }


@router.get(
    "/experiments/{experiment_id}",
    response_model=ExperimentReport,
    response_model_exclude_unset=True,
)
async def one_experiment(
    request: Request, experiment_id: ExperimentId, given: Annotated[RulesParameters, Query()]
) -> dict[str, Any]:
    """Rates with intervals, the sample ratio, and a verdict, which waits for the horizon."""
    service = service_of(request)
    index, experiment = await run_in_threadpool(_found, service, given, experiment_id)
    folder, complete = await caught_up(request)
    told = await read_state(partial(report_of, folder, index, experiment, time.time()))
    return {"index": index, "complete": complete} | told


@router.post("/experiments/{experiment_id}/stop", response_model=ExperimentShape)
def stop_experiment(
    request: Request, experiment_id: ExperimentId, given: Annotated[RulesParameters, Query()]
) -> dict[str, Any]:
    """End it: everybody is served the index's own policy again; the report stays."""
    service = service_of(request)
    index, experiment = _found(service, given, experiment_id)
    if not experiment.running:
        return facts_of(experiment)
    folder = rules_folder(service, given)
    try:
        made, rules_id = end_experiment(folder, experiment_id, _now())
    except ExperimentError as error:
        raise refused(error.where, error.what, error.remedy) from error
    service.changed(index, rules_id)
    return facts_of(made)


async def _horizon(request: Request, body: NewExperiment, design: Design, index: str) -> Horizon:
    if body.horizon is not None:
        return Horizon(body.horizon)
    if body.baseline is not None:
        return told_horizon(design, body.baseline.mean, body.baseline.sd)
    folder, _ = await caught_up(request)
    return await read_state(partial(past_horizon, folder, index, design, time.time()))


def _found(service: Service, given: RulesParameters, name: str) -> tuple[str, Experiment]:
    """The index, and the experiment. Raises NotFoundError."""
    folder: FilePath = rules_folder(service, given)
    there: Experiments = read_experiments(folder)
    for each in there.known:
        if each.id == name:
            return folder.name, each
    known = ", ".join(each.id for each in there.known[:-21:-1]) or "none"
    raise NotFoundError(
        f"index {folder.name!r} has no experiment {name!r}.",
        [Fault("experiment_id", "is not known", f"Known are: {known}.")],
    )


def _now() -> datetime:
    return datetime.now(UTC)
