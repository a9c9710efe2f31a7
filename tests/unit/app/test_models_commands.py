import json
from pathlib import Path

import pytest
from catalogs import build_index, open_index
from tiny_model import publish_tiny
from typer.testing import CliRunner, Result

from app.cli import app
from indexing.current import CURRENT
from ranking.errors import ModelError


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data", str(data)])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "var"
    build_index(folder / "main", [{"id": "1", "title": "Desk lamp"}])
    return folder


def test_models_are_listed_activated_and_rolled_back(data: Path) -> None:
    shipped = open_index(data / "main").ranker.name
    assert isinstance(run(data, "models", "rollback").exception, ModelError)
    for name in ("first", "second"):
        publish_tiny(data / "main", name)
    listed = json.loads(run(data, "models", "list", "--json").output)
    assert {each["id"]: each["current"] for each in listed} == {"first": False, "second": True}
    assert run(data, "models", "activate", "first").output == "now in force: first\n"
    assert open_index(data / "main").ranker.name == "first"
    assert run(data, "models", "activate", "shipped").exit_code == 0
    assert open_index(data / "main").ranker.name == shipped
    assert isinstance(run(data, "models", "activate", "third").exception, ModelError)
    assert "shipped" in run(data, "models", "list").output


def test_a_withdrawn_or_damaged_index_comes_back_by_its_snapshot(data: Path) -> None:
    snapshot = open_index(data / "main").snapshot.id
    assert run(data, "snapshots", "withdraw").exit_code == 0
    assert run(data, "search", "lamp").exit_code == 1
    assert run(data, "snapshots", "rollback").output == f"now in force: {snapshot}\n"
    (data / "main" / CURRENT).write_text("{broken")
    assert run(data, "snapshots", "activate", snapshot).exit_code == 0
    assert open_index(data / "main").snapshot.id == snapshot
