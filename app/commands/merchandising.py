"""`vitrina rules`: merchandising rules as files, their history, and what may be wrong with them."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.announcing import tell_services
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.rules.rule import Rule
    from ranking.rules.rule_changes import Published

rules = typer.Typer(
    help="List, check, import, export and take back merchandising rules.", no_args_is_help=True
)
FileArgument = Annotated[Path, typer.Argument(help="Rules as .json, .toml or .csv.")]
ByOption = Annotated[str, typer.Option("--by", help="Who changes them; kept in the history.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why; kept in the history.")]


@rules.command("list")
def list_(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """One line a rule: id, state, version, who changed it last, name."""
    from app.commands.published import published
    from ranking.rules.doubts import state_of
    from ranking.rules.rule_changes import kept_rules

    folder, _ = published(data, index)
    for kept in kept_rules(folder):
        state = state_of(kept.rule, time.time())
        parts = (kept.rule.id, state, f"v{kept.version}", kept.at, kept.by, kept.rule.name)
        typer.echo("\t".join(parts).rstrip())


@rules.command()
def check(
    file: FileArgument, data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX
) -> None:
    """Say what would be refused of a file, or told of it; exit code 1 if anything is refused."""
    from app.commands.published import published

    wanted = _read(file)
    folder, current = published(data, index)
    _checked(wanted, (), folder, current.snapshot)
    typer.echo(f"{len(wanted):,} rules can be used")


@rules.command("import")
def import_(
    file: FileArgument,
    whole: Annotated[
        bool, typer.Option("--whole", help="These are all rules: what the file lacks goes.")
    ] = False,
    by: ByOption = "",
    note: NoteOption = "",
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Put the rules of a file in force, all or none."""
    from app.commands.published import published
    from ranking.rules.rule_changes import Author, kept_rules, put_rules

    wanted = _read(file)
    folder, current = published(data, index)
    others = () if whole else [kept.rule for kept in kept_rules(folder)]
    _checked(wanted, others, folder, current.snapshot)
    author = Author(by or _user(), note or file.name)
    made = put_rules(folder, wanted, author, datetime.now(UTC), action="import", whole=whole)
    _told(made, index, data)


@rules.command()
def export(
    out: Annotated[Path | None, typer.Argument(help=".json or .csv; default: print JSON.")] = None,
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Write the rules in force as a file that `import` reads."""
    from app.commands.published import published
    from ranking.rules.rule_changes import kept_rules
    from ranking.rules.rule_exchange import written_rules

    form = "json" if out is None else _form(out, ("json", "csv"))
    folder, _ = published(data, index)
    text = written_rules((kept.rule for kept in kept_rules(folder)), form)
    if out is None:
        typer.echo(text, nl=False)
        return
    mark = "\ufeff" if form == "csv" else ""  # by which spreadsheets know UTF-8
    out.write_text(mark + text, encoding="utf-8", newline="")


@rules.command()
def history(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """The newest changes first: id, when, who, what, which rules, why."""
    from app.commands.published import published
    from ranking.rules.rule_changes import changes_of

    folder, _ = published(data, index)
    for change in changes_of(folder):
        names = [name for name, _, _ in change.rules]
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
        by = f"{change.by} (key {change.key})".strip() if change.key else change.by
        parts = (change.id, change.at, by, change.action, shown, change.note)
        typer.echo("\t".join(parts).rstrip())


@rules.command()
def undo(
    change: Annotated[
        str | None, typer.Argument(help="From `vitrina rules history`; default: the newest.")
    ] = None,
    by: ByOption = "",
    note: NoteOption = "",
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Take one change back; refused if one of its rules was changed again since."""
    from app.commands.published import published
    from ranking.rules import rule_changes

    folder, _ = published(data, index)
    author = rule_changes.Author(by or _user(), note)
    _told(rule_changes.undo(folder, change, author, datetime.now(UTC)), index, data)


def _checked(
    wanted: "Sequence[Rule]", others: "Sequence[Rule]", folder: Path, snapshot_id: str
) -> None:
    """Raises RuleRefusedError; prints what may be a mistake."""
    from indexing.snapshot import open_snapshot
    from ranking.rules.doubts import check_addresses, check_loops, told_of

    snapshot = open_snapshot(folder / "snapshots" / snapshot_id)
    every = list(({rule.id: rule for rule in others} | {rule.id: rule for rule in wanted}).values())
    check_addresses(wanted, load_settings().redirect_hosts)
    check_loops(every, snapshot)
    for doubt in told_of(wanted, every, (snapshot,), time.time()):
        typer.echo(f"{doubt.rule}: {doubt.what}", err=True)


def _told(made: "Published", index: str, data: Path) -> None:
    if made.change is None or made.rules is None:
        typer.echo("nothing differs; nothing was changed")
        return
    tell_services(index, made.rules, data)
    typer.echo(f"{len(made.change.rules):,} rules changed; `vitrina rules undo {made.change.id}`")


def _read(file: Path) -> "tuple[Rule, ...]":
    from ranking.errors import RuleRefusedError
    from ranking.rules.rule_exchange import FORMATS, read_rules_text

    form = _form(file, FORMATS)
    try:
        return read_rules_text(file.read_text(encoding="utf-8-sig"), form)
    except UnicodeDecodeError as error:
        raise RuleRefusedError(f"{file} is not UTF-8: {error}. Convert it first.") from error
    except RuleRefusedError as error:
        raise RuleRefusedError(f"{file} {error}") from None


def _form(file: Path, known: tuple[str, ...]) -> str:
    form = file.suffix.lower().removeprefix(".")
    if form not in known:
        raise typer.BadParameter(
            f"{file.name}: name it " + ", ".join(f"*.{each}" for each in known)
        )
    return form


def _user() -> str:
    """Who works at this machine, if it says."""
    try:
        return os.getlogin()
    except OSError:
        return ""
