"""`vitrina push-queries`: what to write to shoppers who agreed to it, as JSON lines."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.commands.options import DEFAULT_INDEX, IndexOption
from app.errors import InvalidRequestError, ServiceError

_AT_ONCE: Final = 500
_TIMEOUT_S: Final = 120.0


def push_queries(
    users: Annotated[
        Path,
        typer.Argument(help='Lines of {"user_id": "…", "consent": true}; - reads standard input.'),
    ],
    url: Annotated[
        str, typer.Option("--url", help="The running service.")
    ] = "http://127.0.0.1:8080",
    key: Annotated[
        str | None, typer.Option("--key", envvar="VITRINA_ADMIN_KEY", help="With scope admin.")
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    limit: Annotated[int, typer.Option(min=1, max=10, help="Most queries of a user.")] = 3,
    days: Annotated[float, typer.Option(help="How far back searches count.")] = 30.0,
    every_days: Annotated[
        float, typer.Option(help="A user who got any gets none for so long.")
    ] = 7.0,
    least_drop: Annotated[float, typer.Option(help="Share by which a price has fallen.")] = 0.05,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count nothing as given.")] = False,
) -> None:
    """Print what users searched and did not buy, and is cheaper or there again; a line a user."""
    import httpx

    asked = {
        "index": index, "limit": limit, "days": days, "every_days": every_days,
        "least_drop": least_drop, "dry_run": dry_run,
    }  # fmt: skip
    headers = {} if key is None else {"X-API-Key": key}
    found = refused = capped = 0
    with httpx.Client(base_url=url, headers=headers, timeout=_TIMEOUT_S) as client:
        for batch in _batches(_read(users)):
            try:
                answer = client.post("/v1/admin/push-queries", json={**asked, "users": batch})
            except httpx.HTTPError as error:
                raise ServiceError(
                    f"{url} does not answer: {error}. Start it, or set --url."
                ) from error
            if answer.status_code != 200:
                raise ServiceError(_told(answer.text))
            facts = answer.json()
            for item in facts["items"]:
                typer.echo(json.dumps(item, ensure_ascii=False))
            found += len(facts["items"])
            refused, capped = refused + facts["without_consent"], capped + facts["capped"]
    typer.echo(
        f"{found:,} users with queries; {refused:,} without consent were not looked up, "
        f"{capped:,} got some lately", err=True,
    )  # fmt: skip


def _told(text: str) -> str:
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the service answered: {text[:200]}"


def _read(path: Path) -> Iterator[dict[str, Any]]:
    """Raises InvalidRequestError, OSError."""
    text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            user = json.loads(line)
            yield {"user_id": str(user["user_id"]), "consent": user.get("consent") is True}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidRequestError(
                f'{path}: line {number} is no {{"user_id": "…", "consent": true}}.'
            ) from None


def _batches(users: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for user in users:
        batch.append(user)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
