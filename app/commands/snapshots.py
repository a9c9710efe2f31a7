"""`vitrina snapshots`: what is published, is it whole, back to the one before, or to none."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.announcing import tell_services
from app.commands.backups import export, import_
from app.commands.folding import tell_replay
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.commands.published import built, published
from indexing.manifest import Manifest, check_contents
from indexing.publish import activate as put_in_force
from indexing.publish import list_snapshots
from indexing.publish import rollback as roll_back

SHOWN_FIELDS = 20
"""Fields of a comparison that are told; all are with --json."""

snapshots = typer.Typer(
    help="List, verify, roll back, export and import published snapshots.", no_args_is_help=True
)
snapshots.command()(export)
snapshots.command("import")(import_)


@snapshots.command("list")
def list_(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """List the kept snapshots, newest first; * marks the one in force."""
    folder, current = published(data, index)
    in_force = current.snapshot
    found = list_snapshots(folder)
    if as_json:
        facts = [
            {"id": m.snapshot_id, "created_at": m.created_at, "counts": m.counts,
             "current": m.snapshot_id == in_force}
            for m in found
        ]  # fmt: skip
        typer.echo(json.dumps(facts))
        return
    table = Table("", "snapshot", "created", "products", "groups", "code")
    for m in found:
        mark = "*" if m.snapshot_id == in_force else ""
        counts = (f"{m.counts['products']:,}", f"{m.counts['groups']:,}")
        table.add_row(mark, m.snapshot_id, m.created_at[:19], *counts, m.code_version)
    Console().print(table)


@snapshots.command()
def verify(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """Read every byte of every kept snapshot, and of the segments of what changed since, and
    compare checksums; exit code 1 if one is bad.
    """
    from indexing.errors import SnapshotError
    from indexing.live.checksums import check_live
    from indexing.live.state import LIVE

    folder, _ = published(data, index)
    bad = 0
    for path in sorted((folder / "snapshots").glob("[!.]*")):
        try:
            check_contents(path, Manifest.read(path))
        except SnapshotError as error:
            bad += 1
            typer.echo(f"{path.name}: BAD. {error}", err=True)
        else:
            typer.echo(f"{path.name}: ok")
    for path in sorted((folder / LIVE).glob("[!.]*")):
        try:
            state = check_live(path)
        except SnapshotError as error:
            bad += 1
            typer.echo(f"{LIVE}/{path.name}: BAD. {error}", err=True)
        else:
            count = 0 if state is None else len(state.segments)
            typer.echo(f"{LIVE}/{path.name}: ok, segments: {count}")
    raise typer.Exit(1 if bad else 0)


@snapshots.command()
def diff(
    before: Annotated[str | None, typer.Argument(help="Default: the one in force.")] = None,
    after: Annotated[str | None, typer.Argument(help="Default: the newest.")] = None,
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Compare two snapshots: products gone, new and changed, and fields that lost values."""
    from indexing.errors import SnapshotError
    from indexing.snapshot_diff import compare_snapshots

    folder, current = published(data, index)
    kept = [manifest.snapshot_id for manifest in list_snapshots(folder)]
    names = (before or current.snapshot, after or kept[0])
    for name in names:
        if name not in kept:
            raise SnapshotError(
                f"index {index!r} has no snapshot {name!r}. It has: {', '.join(kept)}."
            )
    found = compare_snapshots(*(folder / "snapshots" / name for name in names))
    if as_json:
        facts = asdict(found) | {"before": names[0], "after": names[1]}
        typer.echo(json.dumps(facts))
        return
    typer.echo(f"{names[0]} → {names[1]}")
    for kind in ("gone", "new", "changed"):
        examples = ", ".join(found.examples[kind])
        named = f" ({examples})" if examples else ""
        typer.echo(f"{kind + ':':<9} {getattr(found, kind):,}{named}")
    typer.echo(f"{'kept:':<9} {found.kept:,}")
    for told, counts in (
        ("lost their value", found.lost),
        ("have a new value", found.gained),
        ("have another value", found.other),
    ):
        fields = [f"{name} {count:,}" for name, count in counts.items()]
        more = f" and {len(fields) - SHOWN_FIELDS:,} more" if len(fields) > SHOWN_FIELDS else ""
        if fields:
            typer.echo(f"{told}: {', '.join(fields[:SHOWN_FIELDS])}{more}")


@snapshots.command()
def rollback(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """Put the snapshot before the one in force in force again."""
    current = roll_back(built(data, index))
    tell_services(index, current.snapshot, data)
    tell_replay(data, index, current.snapshot)
    typer.echo(f"now in force: {current.snapshot}")


@snapshots.command()
def activate(
    snapshot: Annotated[str, typer.Argument(help="Id, as `list` shows it.")],
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Verify a kept snapshot and put it in force."""
    current = put_in_force(built(data, index), snapshot)
    tell_services(index, current.snapshot, data)
    tell_replay(data, index, current.snapshot)
    typer.echo(f"now in force: {current.snapshot}")


@snapshots.command()
def withdraw(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """End the serving of an index; all of it stays on disk, to be activated or built again."""
    from indexing.current import withdraw as end_serving

    end_serving(built(data, index))
    tell_services(index, "withdrawn", data)
    typer.echo(f"withdrawn: {index}. `vitrina snapshots activate` or a build serves it again")
