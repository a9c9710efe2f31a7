"""`vitrina models`: the learned models of an index, which one is in force, and the one before."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.announcing import tell_services
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.commands.published import published
from indexing.current import Current

SHIPPED = "shipped"
models = typer.Typer(help="List, activate and roll back learned models.", no_args_is_help=True)


@models.command("list")
def list_(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """List the kept models, newest first; * marks the one in force."""
    from ranking.rankers.model_store import list_models

    folder, current = published(data, index)
    found = list_models(folder)
    if as_json:
        facts = [
            {"id": m.model_id, "created_at": m.created_at, "current": m.model_id == current.model}
            for m in found
        ]
        typer.echo(json.dumps(facts))
        return
    table = Table("", "model", "created", "code")
    for m in found:
        mark = "*" if m.model_id == current.model else ""
        table.add_row(mark, m.model_id, m.created_at[:19], m.code_version)
    table.add_row("*" if current.model is None else "", SHIPPED, "", "")
    Console().print(table)


@models.command()
def activate(
    model: Annotated[str, typer.Argument(help=f"Id, as `list` shows it, or `{SHIPPED}`.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Put a kept model, or the shipped one, in force."""
    from ranking.rankers.model_store import activate_model

    folder, _ = published(data, index)
    _tell(index, activate_model(folder, None if model == SHIPPED else model), data)


@models.command()
def rollback(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """Put the model before the one in force in force again; before the first is the shipped one."""
    from ranking.rankers.model_store import rollback_model

    _tell(index, rollback_model(published(data, index)[0]), data)


def _tell(index: str, current: Current, data: Path) -> None:
    tell_services(index, current.model or SHIPPED, data)
    typer.echo(f"now in force: {current.model or SHIPPED}")
