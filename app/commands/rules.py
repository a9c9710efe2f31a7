"""`vitrina blocklist` and `vitrina hints`: what people decide about suggestions, as files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.commands.announcing import tell_services
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption

_FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="UTF-8 file to put in force; without it the text is printed."),
]


def blocklist(
    file: _FileOption = None, data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX
) -> None:
    """Print or replace the words and phrases that are never suggested, one a line."""
    from ranking.rules.store import BLOCKLIST

    _print_or_replace(BLOCKLIST, file, data, index)


def hints(
    file: _FileOption = None, data: DataOption = DEFAULT_DATA, index: IndexOption = DEFAULT_INDEX
) -> None:
    """Print or replace the scheduled hints: text, or text TAB from TAB to, one a line."""
    from indexing.errors import RulesError
    from ranking.rules.hints import parse_hints
    from ranking.rules.store import HINTS

    if file is not None:
        problems = parse_hints(_text_of(file)).problems
        if problems:
            raise RulesError(f"{file}: {problems[0]}. Nothing was changed.")
    _print_or_replace(HINTS, file, data, index)


def _print_or_replace(name: str, file: Path | None, data: Path, index: str) -> None:
    from app.commands.published import published
    from ranking.rules.store import publish_rules, read_rules_file

    folder, current = published(data, index)
    if file is None:
        text = read_rules_file(folder, current.rules, name)
        typer.echo(text, nl=not text.endswith("\n"))
        return
    rules = publish_rules(folder, {name: _text_of(file)}, datetime.now(UTC))
    tell_services(index, rules, data)
    typer.echo(f"rules {rules} are in force")


def _text_of(file: Path) -> str:
    from indexing.errors import RulesError

    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RulesError(f"{file} is not UTF-8: {error}. Convert it first.") from error
