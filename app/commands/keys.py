"""`vitrina keys`: who may use the service, and what for (docs/keys.md)."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.noted import note, whoami
from app.commands.options import DEFAULT_DATA, DataOption
from app.errors import InvalidRequestError
from app.settings import load_settings

if TYPE_CHECKING:
    from app.keys.store import KeyStore

keys = typer.Typer(help="Make, list and revoke keys of the HTTP API.", no_args_is_help=True)

ScopesOption = Annotated[
    list[str],
    typer.Option("--scope", help="search, events, products, rules or admin; repeatable."),
]
IndexesOption = Annotated[
    list[str] | None,
    typer.Option("--index", help="Index it reaches, shop_* for several; repeatable. Default: all."),
]
FiltersOption = Annotated[
    list[str] | None,
    typer.Option("--filter", help="What it cannot see past, as seller:acme; repeatable."),
]
OriginsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--origin", help="Origin that may send it, as https://*.shop.example; repeatable."
    ),
]
PerMinuteOption = Annotated[
    int | None, typer.Option("--per-minute", help="Requests a minute from one address.")
]
SigningOption = Annotated[
    bool, typer.Option("--signing", help="A server may derive signed keys of it.")
]
ExpiresOption = Annotated[
    str | None, typer.Option("--expires", help="When it ends, as 2027-01-31. Default: never.")
]
DaysOption = Annotated[float | None, typer.Option("--days", min=0, help="It ends in so many days.")]


@keys.command()
def create(
    name: Annotated[str, typer.Option("--name", help="What it is for.")],
    scope: ScopesOption,
    index: IndexesOption = None,
    filter_: FiltersOption = None,
    origin: OriginsOption = None,
    per_minute: PerMinuteOption = None,
    signing: SigningOption = False,
    expires: ExpiresOption = None,
    days: DaysOption = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Make a key and print it, this once; running services take it within two seconds."""
    given = {
        "name": name,
        "scopes": scope,
        "indexes": index or [],
        "filters": filter_ or [],
        "origins": origin or [],
        "per_minute": per_minute,
        "signing": signing,
        "expires_at": _end(expires, days),
    }
    store = _store(data)
    from app.keys.asked import read_new_key

    made = store.create(read_new_key(given), whoami())
    note(data, "vitrina keys create", made.key.id)
    typer.echo(f"key {made.key.id}, {', '.join(made.key.scopes)}. It is shown this once:", err=True)
    typer.echo(made.text)
    if made.signing_key is not None:
        typer.echo("Derived keys are signed with this, which only a server may know:", err=True)
        typer.echo(made.signing_key)


@keys.command("list")
def list_(data: DataOption = DEFAULT_DATA) -> None:
    """Print all keys, the oldest first, with their last use; never their texts."""
    from app.keys.keyring import Keyring

    listed: list[dict[str, Any]] = Keyring(_store(data), None, None, time.time).listed()
    for each in listed:
        reach = ",".join(each["indexes"]) or "all indexes"
        end = f", until {each['expires_at']}" if each["expires_at"] else ""
        used = each["last_used_at"] or "never"
        reach += "".join(f" {text}" for text in each["filters"])
        typer.echo(
            f"{each['id']}  {each['state']:<8}  {','.join(each['scopes'])}  {reach}{end}  "
            f"used {used}  {each['name']}"
        )
    if not listed:
        typer.echo("there are no keys. Make one with `vitrina keys create`.", err=True)


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `vitrina keys list` tells it.")],
    data: DataOption = DEFAULT_DATA,
) -> None:
    """End a key; running services refuse it within two seconds."""
    key = _store(data).revoke(key_id)
    note(data, "vitrina keys revoke", key.id)
    typer.echo(f"key {key.id} ({key.name}) is revoked")


def _store(data: Path) -> "KeyStore":
    from app.keys.store import KeyStore

    secret = load_settings(data_dir=data).keys_secret
    return KeyStore(data, None if secret is None else secret.get_secret_value(), time.time)


def _end(expires: str | None, days: float | None) -> float | None:
    from app.events.event import seconds_of

    if days is not None:
        return time.time() + 86_400 * days
    if expires is None:
        return None
    at = seconds_of(expires)
    if at is None:
        raise InvalidRequestError(f"--expires {expires!r} is no time. Write it as 2027-01-31.")
    return at
