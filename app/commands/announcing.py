"""Telling running services of a new generation, where there is a Redis to tell it through."""

from pathlib import Path

import typer

from app.commands.noted import note, running_command
from app.settings import load_settings


def tell_services(index: str, snapshot: str, data: Path | None = None) -> None:
    """Services find it by themselves within VITRINA_POLL_S; this only makes it sooner. The audit
    log is told who published it. data: default: that of the settings.
    """
    note(data or load_settings().data_dir, running_command(), snapshot, index)
    url = load_settings().redis_url
    if url is None:
        return
    from app.announcements import announce

    if not announce(url, index, snapshot):
        typer.echo("Redis did not answer; services find the snapshot by polling.", err=True)
