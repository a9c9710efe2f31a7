"""`vitrina experiments`: begin, show and end comparisons of policies and models."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.commands.announcing import tell_services
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.commands.published import published
from app.settings import load_settings

experiments = typer.Typer(help="Compare policies and models on traffic.", no_args_is_help=True)
_JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
_StateOption = Annotated[
    Path | None, typer.Option("--state", help="Folder of events; default: VITRINA_STATE_DIR.")
]


@experiments.command("list")
def list_(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    as_json: _JsonOption = False,
) -> None:
    """List the experiments that are kept, the latest first."""
    from app.events.experiments import facts_of
    from ranking.experiments.store import read_experiments

    there = read_experiments(published(data, index)[0])
    found = [facts_of(each) for each in there.known[::-1]]
    if as_json:
        typer.echo(json.dumps({"items": found, "problems": there.problems}))
        return
    table = Table("experiment", "state", "layer", "variants", "horizon", "since")
    for each in found:
        names = " / ".join(f"{v['name']} {v['share']:g}" for v in each["variants"])
        row = (each["id"], each["state"], each["layer"], names, f"{each['horizon']:,}")
        table.add_row(*row, each["started_at"][:19])
    Console().print(table)
    for problem in there.problems:
        typer.echo(problem, err=True)


@experiments.command()
def create(
    file: Annotated[Path, typer.Argument(help="JSON, as POST /v1/admin/experiments takes it.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    state: _StateOption = None,
    as_json: _JsonOption = False,
) -> None:
    """Begin an experiment; services take it up."""
    from app.events.experiments import facts_of
    from indexing.snapshot import open_snapshot
    from ranking.experiments.store import begin_experiment, check_names
    from ranking.rankers.model_store import list_models

    folder, current = published(data, index)
    body = _read(file)
    design = body.design()
    policies = open_snapshot(folder / "snapshots" / current.snapshot).config.policies
    models = [manifest.model_id for manifest in list_models(folder)]
    check_names(design, policies, models)
    horizon = _horizon(body, state or load_settings(data_dir=data).state, index)
    made, rules = begin_experiment(folder, design, horizon.units, horizon.basis, datetime.now(UTC))
    tell_services(index, rules, data)
    told = facts_of(made)
    typer.echo(
        json.dumps(told)
        if as_json
        else f"{made.id} runs, until {made.horizon:,} {made.unit}s have come"
    )


@experiments.command()
def show(
    experiment: Annotated[str, typer.Argument(help="Id, as `list` shows it.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    state: _StateOption = None,
    as_json: _JsonOption = False,
) -> None:
    """What an experiment says, and whether it may be decided."""
    from app.events.experiments import report_of
    from app.state.sweeper import sweep_if_nobody_does
    from ranking.errors import ExperimentError
    from ranking.experiments.store import read_experiments

    known = read_experiments(published(data, index)[0]).known
    found = next((each for each in known if each.id == experiment), None)
    if found is None:
        there = ", ".join(each.id for each in known) or "none"
        raise ExperimentError("id", f"there is no experiment {experiment!r}", f"Known: {there}.")
    folder = state or load_settings(data_dir=data).state
    sweep_if_nobody_does(folder)
    told = report_of(folder, index, found, time.time())
    typer.echo(json.dumps(told)) if as_json else _print(told)


@experiments.command()
def stop(
    experiment: Annotated[str, typer.Argument(help="Id, as `list` shows it.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """End it; everybody is served the index's own policy again."""
    from ranking.experiments.store import end_experiment

    folder, _ = published(data, index)
    ended, rules = end_experiment(folder, experiment, datetime.now(UTC))
    tell_services(index, rules, data)
    typer.echo(f"{ended.id} has ended")


def _read(file: Path) -> Any:
    from pydantic import ValidationError

    from app.api.experiments import NewExperiment
    from ranking.errors import ExperimentError

    try:
        return NewExperiment.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise ExperimentError(str(file), f"{where}: {first['msg']}", "Mend it.") from error


def _horizon(body: Any, state: Path, index: str) -> Any:
    from app.events.experiments import Horizon, past_horizon, told_horizon
    from app.state.sweeper import sweep_if_nobody_does

    if body.horizon is not None:
        return Horizon(body.horizon)
    if body.baseline is not None:
        return told_horizon(body.design(), body.baseline.mean, body.baseline.sd)
    sweep_if_nobody_does(state)
    return past_horizon(state, index, body.design(), time.time())


def _print(told: dict[str, Any]) -> None:
    console, units = Console(highlight=False), told["units"]
    console.print(f"{units['counted']:,} of {units['horizon']:,} {told['experiment']['unit']}s")
    metrics = ("ctr", "add_to_cart_rate", "conversion_rate", "revenue")
    if "variants" in told:
        table = Table("variant", "units", "searches", *metrics)
        for each in told["variants"]:
            rates = (_interval(each[metric]) for metric in metrics)
            table.add_row(each["name"], f"{each['units']:,}", f"{each['searches']:,}", *rates)
        for each in told["differences"]:
            gaps = (_interval(each[metric]["relative"], "%") for metric in metrics)
            table.add_row(f"{each['variant']} vs {each['against']}", "", "", *gaps)
        console.print(table)
        ratio = told["sample_ratio"]
        console.print(f"sample ratio: χ² {ratio['chi_square']}, p = {ratio['p_value']:.3g}")
    else:
        wins = ", ".join(f"{name} {count:,}" for name, count in told["wins"].items())
        console.print(f"searches won: {wins}; {told['ties']:,} tied")
        console.print(f"preference of {told['preference']['of']}: {_interval(told['preference'])}")
    verdict = told["verdict"]
    decided = "no winner" if verdict["winner"] is None else f"{verdict['winner']} wins"
    console.print(f"{decided}: {verdict['why']}")


def _interval(told: dict[str, float | None], sign: str = "") -> str:
    values = [told[name] for name in ("mean", "low", "high")]
    by = 100 if sign else 1
    texts = ["–" if each is None else f"{each * by:.3g}{sign}" for each in values]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]"
