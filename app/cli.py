"""`vitrina`: the command line. Each command is a file in app/commands/."""

import sys

import typer

from app.commands.build import build
from app.commands.compact import compact
from app.commands.demo import demo, demo_data
from app.commands.doctor import doctor
from app.commands.evaluate import evaluate
from app.commands.experiments import experiments
from app.commands.inspect import inspect
from app.commands.keys import keys
from app.commands.learn import learn
from app.commands.merchandising import rules
from app.commands.models import models
from app.commands.push import changes, push
from app.commands.push_queries import push_queries
from app.commands.rules import blocklist, hints
from app.commands.search import search
from app.commands.serve import serve, warm
from app.commands.simulate import simulate
from app.commands.snapshots import snapshots
from app.commands.synonyms import synonyms
from app.commands.train import train
from app.errors import ServiceError
from app.settings import SettingsError
from app.state.journal import StateError
from app.version import code_version
from indexing.errors import IndexingError
from ranking.errors import RankingError

app = typer.Typer(
    name="vitrina",
    help="Self-hosted e-commerce search and ranking.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS = (
    demo, demo_data, build, compact, push, push_queries, changes, inspect, serve, search, warm,
    doctor, evaluate, train, learn, blocklist, hints, simulate,
)  # fmt: skip
for command in COMMANDS:
    app.command(name=command.__name__.replace("_", "-"))(command)
app.add_typer(snapshots, name="snapshots")
app.add_typer(models, name="models")
app.add_typer(rules, name="rules")
app.add_typer(experiments, name="experiments")
app.add_typer(synonyms, name="synonyms")
app.add_typer(keys, name="keys")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(code_version())


def main() -> None:
    """Run a command; what can be foreseen ends with one line on stderr and exit code 1."""
    try:
        app()
    except (IndexingError, RankingError, ServiceError, SettingsError, StateError) as error:
        typer.echo(f"vitrina: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        told = error.strerror or error
        typer.echo(f"vitrina: {where}{told}. Check path, rights and disk space.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
