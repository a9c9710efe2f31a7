"""`vitrina simulate`: shoppers whose wishes are known teach a real service."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.commands.options import DEFAULT_INDEX, IndexOption, with_kernels

NOT_BETTER = 4
"""Exit code: the page did not improve."""


def simulate(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="Folder of the simulated shop; made if it is not there.",
            callback=with_kernels,
        ),
    ] = Path("var-simulated"),
    index: IndexOption = DEFAULT_INDEX,
    hours: Annotated[float, typer.Option(min=0.1, max=720, help="Simulated hours.")] = 24.0,
    fast: Annotated[
        bool, typer.Option("--fast", help="As fast as it goes; else an hour takes an hour.")
    ] = False,
    products: Annotated[
        int, typer.Option(min=1_000, max=200_000, help="Products of a new shop.")
    ] = 20_000,
    searches: Annotated[
        int, typer.Option(min=30, max=10_000_000, help="Searches of all hours together.")
    ] = 20_000,
    intents: Annotated[
        int, typer.Option(min=0, help="Only so many queries, those asked most; 0: all.")
    ] = 0,
    arriving: Annotated[
        int | None,
        typer.Option(min=0, max=20_000, help="New products; default: one in fifty."),
    ] = None,
    users: Annotated[int, typer.Option(min=10, max=1_000_000, help="Shoppers.")] = 5_000,
    click_model: Annotated[
        Literal["position", "cascade", "dbn"], typer.Option(help="How shoppers read a page.")
    ] = "position",
    redis: Annotated[
        str | None,
        typer.Option(help="Redis: two services with a state folder each share events over it."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Worker processes of each service.")
    ] = 1,
    port: Annotated[
        int, typer.Option(min=0, max=65_534, help="First port to serve on; 0: free ones.")
    ] = 0,
    train: Annotated[
        bool, typer.Option("--train/--no-train", help="Train a model from the events.")
    ] = True,
    kills: Annotated[
        int, typer.Option("--kill", min=0, max=1_000, help="Kill -9 a service so many times.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 1,
) -> None:
    """Let simulated shoppers use a real service; ends with 4 if its pages do not improve."""
    from app.simulation.plan import Plan
    from app.simulation.simulated import simulated
    from ranking.simulation.browsing import Browsing

    plan = Plan(
        data=data,
        index=index,
        hours=hours,
        fast=fast,
        products=products,
        searches=searches,
        intents=intents,
        arriving=max(products // 50, 1) if arriving is None else arriving,
        users=users,
        browsing=Browsing(click_model),
        redis=redis,
        workers=workers,
        port=port,
        train=train,
        kills=kills,
        seed=seed,
    )
    gained = simulated(plan, lambda what, how: typer.echo(f"{what:<16} {how}"))
    if not gained.asked.low > 0:
        typer.echo("the page did not improve", err=True)
        raise typer.Exit(NOT_BETTER)
