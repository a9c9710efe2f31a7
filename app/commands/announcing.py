"""Telling running services of a new generation, where there is a Redis to tell it through."""

import typer

from app.settings import load_settings


def tell_services(index: str, snapshot: str) -> None:
    """Services find it by themselves within VITRINA_POLL_S; this only makes it sooner."""
    url = load_settings().redis_url
    if url is None:
        return
    from app.announcements import announce

    if not announce(url, index, snapshot):
        typer.echo("Redis did not answer; services find the snapshot by polling.", err=True)
