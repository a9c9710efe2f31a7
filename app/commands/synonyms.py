"""`vitrina synonyms`: other words for the shop's words; in force on running services at once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.announcing import tell_services
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.version import code_version

if TYPE_CHECKING:
    from ranking.rules.store import Edit
    from ranking.rules.synonyms import SynonymRule

synonyms = typer.Typer(
    help="List, add and remove synonyms, and find candidates for them.", no_args_is_help=True
)

RulesArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Rules: 'sofa, couch', 'telly => television', 'zh: 手机 => 移动电话'."),
]
FileOption = Annotated[
    Path | None, typer.Option("--file", help="Rules, one a line; # begins a comment.")
]


@synonyms.command("list")
def list_(data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX) -> None:
    """Print the rules in force, as a file that `add --file` reads."""
    from app.commands.published import published
    from ranking.rules.store import SYNONYMS, read_rules_file

    folder, current = published(data, index)
    text = read_rules_file(folder, current.rules, SYNONYMS)
    typer.echo(text, nl=not text.endswith("\n"))


@synonyms.command()
def add(
    rules: RulesArgument = None,
    file: FileOption = None,
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Add rules; those that are there already stay as they are."""
    from ranking.rules.synonym_edits import with_rules

    wanted = _parsed(_given(rules, file))
    counts: list[int] = []

    def edit(before: str) -> str:
        after, added = with_rules(before, wanted)
        counts.append(len(added))
        return after

    _change(data, index, edit)
    typer.echo(f"added {counts[-1]:,}")


@synonyms.command()
def remove(
    rules: RulesArgument = None,
    file: FileOption = None,
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
) -> None:
    """Take rules out; exit code 1 if one of them is not there."""
    from ranking.rules.synonym_edits import without_rules

    unwanted = _parsed(_given(rules, file))
    missing: list[str] = []

    def edit(before: str) -> str:
        after, removed = without_rules(before, unwanted)
        gone = {str(rule) for rule in removed}
        missing.extend(str(rule) for rule in unwanted if str(rule) not in gone)
        return after

    _change(data, index, edit)
    typer.echo(f"removed {len(unwanted) - len(missing):,}")
    for rule in missing:
        typer.echo(f"not there: {rule}", err=True)
    raise typer.Exit(1 if missing else 0)


@synonyms.command("mine")
def mine_(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    queries: Annotated[
        Path | None,
        typer.Option(
            "--queries", help="Search events with clicks; default: those of the index's build."
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Most candidates.")] = 200,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: print them.")
    ] = None,
) -> None:
    """Propose synonyms from vectors and from clicks; nothing is put in force.

    Read the list, delete what is wrong, and put the rest in force with `add --file`.
    """
    from app.commands.published import published
    from indexing.query_log.reading import read_query_log
    from ranking.generation import open_generation
    from ranking.query.synonym_mining import clicks_of_log, logged_clicks, mine

    folder, current = published(data, index)
    generation = open_generation(folder, current, code_version())
    snapshot = generation.snapshot
    if queries is None:
        clicks = logged_clicks(snapshot)
    else:
        clicks = clicks_of_log(read_query_log([queries]), snapshot)
    found = mine(snapshot, generation.rules.synonyms, clicks, most)
    text = "".join(f"{proposal}\n" for proposal in found)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    typer.echo(f"{len(found):,} candidates; none of them is in force.", err=True)


def _given(rules: list[str] | None, file: Path | None) -> str:
    lines = [*(rules or ())]
    if file is not None:
        lines += file.read_text(encoding="utf-8-sig").splitlines()
    return "\n".join(lines)


def _parsed(text: str) -> "tuple[SynonymRule, ...]":
    """Raises SynonymsError, and nothing is changed, if a line is wrong."""
    from ranking.rules.synonyms import parse_synonyms

    rules, problems = parse_synonyms(text)
    if problems or not rules:
        told = " ".join(problems[:5]) or "there is no rule. Give rules, or --file."
        raise typer.BadParameter(f"{told} Nothing was changed.")
    return rules


def _change(data: Path, index: str, edit: "Edit") -> None:
    from app.commands.published import published
    from ranking.rules.store import SYNONYMS, publish_rules

    folder, _ = published(data, index)
    rules_id = publish_rules(folder, {SYNONYMS: edit}, datetime.now(UTC))
    tell_services(index, rules_id, data)
