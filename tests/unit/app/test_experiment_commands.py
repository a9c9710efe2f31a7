"""`vitrina experiments`, without a service beside it."""

import json
from pathlib import Path

import pytest
from catalogs import build_index
from typer.testing import CliRunner, Result

from app.cli import app
from app.state.archive import Archive
from ranking.errors import ExperimentError

GIVEN = {
    "id": "one", "smallest_effect": 0.1, "baseline": {"mean": 0.4},
    "variants": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}],
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands") / "var"
    build_index(folder / "main", [{"id": "1", "title": "Lamp"}])
    (folder / "state").mkdir()
    Archive(folder / "state", sync=False).close()
    return folder


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["experiments", *arguments, "--data", str(data)])


def create(data: Path, **told: object) -> Result:
    file = data.parent / "experiment.json"
    file.write_text(json.dumps(GIVEN | told))
    return run(data, "create", str(file), "--json")


def test_begun_shown_listed_and_ended(data: Path) -> None:
    made = create(data)
    assert made.exit_code == 0, made.output
    # 7.848879 · .24 · 4 ÷ .04²
    assert json.loads(made.stdout)["horizon"] == 4_710
    told = json.loads(run(data, "show", "one", "--json").stdout)
    assert told["units"]["counted"] == 0
    assert not told["verdict"]["decided"]
    assert "0 of 4,710 sessions" in run(data, "show", "one").stdout
    assert "one" in run(data, "list").stdout
    assert run(data, "stop", "one").exit_code == 0
    (listed,) = json.loads(run(data, "list", "--json").stdout)["items"]
    assert listed["state"] == "stopped"


def test_what_is_wrong_is_told(data: Path) -> None:
    for told, says in (
        ({"id": "x", "variants": GIVEN["variants"][:1]}, "variants"),
        ({"id": "x", "baseline": None}, "only 0 sessions"),
        ({"id": "x", "colour": "red"}, "colour"),
    ):
        failed = create(data, **told)
        assert isinstance(failed.exception, ExperimentError), failed.output
        assert says in str(failed.exception)
    for command in ("show", "stop"):
        assert isinstance(run(data, command, "nope").exception, ExperimentError)
