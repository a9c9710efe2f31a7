"""`vitrina` as others script against it: arguments, output, exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_model import publish_tiny
from typer.testing import CliRunner, Result

from app.cli import app
from indexing.current import read_current
from indexing.errors import IndexingError, SnapshotError
from indexing.live.batch import LiveChange
from indexing.live.state import live_folder
from indexing.live.writer import LiveWriter
from indexing.snapshot import open_snapshot

MUGS: list[dict[str, Any]] = [
    {"id": f"m{n}", "name": f"Blue mug {n}", "price": 5 + n, "brand": "Acme", "colour": "blue"}
    for n in range(30)
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def written(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two snapshots of 29 and 30 mugs, as `vitrina build` makes them."""
    folder = tmp_path_factory.mktemp("command_line")
    for count in (29, 30):
        catalog = written(folder / "mugs.jsonl", MUGS[:count])
        built = run("build", "--catalog", catalog, "--data", str(folder / "var"))
        assert built.exit_code == 0, built.output
        assert " name " in built.output  # a foreign name that was understood
        assert f"{count} products" in built.output
    return str(folder / "var")


def ids(data: str) -> list[str]:
    kept = json.loads(run("snapshots", "list", "--json", "--data", data).stdout)
    return [each["id"] for each in kept if each["current"]]


def test_build_prints_the_snapshot_last(data: str, tmp_path: Path) -> None:
    catalog = written(tmp_path / "mugs.jsonl", MUGS)
    built = run("build", "--catalog", catalog, "--data", data, "--index", "other")
    assert built.stdout.split() == [
        each["id"]
        for each in json.loads(
            run("snapshots", "list", "--json", "--data", data, "--index", "other").stdout
        )
    ]


LAMPS = """sku,name_de,name_en,price
1,Rote Hängelampe,Red pendant lamp,49
2,Eichentische,Oak tables,199
1,Rote Hängelampe,Red pendant lamp,59
"""


def test_an_index_of_each_language(tmp_path: Path) -> None:
    catalog, data = tmp_path / "lamps.csv", str(tmp_path / "var")
    catalog.write_text(LAMPS, encoding="utf-8")
    how = ("--catalog", str(catalog), "--data", data, "--index", "lamps")
    built = run("build", *how, "--locale", "all")
    assert built.exit_code == 0, built.output
    assert len(built.stdout.split()) == 2
    assert "price: 49.0 → 59.0" in built.output
    for index, query, title in (
        ("lamps-de", "eichentisch", "Eichentische"),
        ("lamps-en", "oak table", "Oak tables"),
    ):
        found = run("search", query, "--data", data, "--index", index).output
        assert title in found
        assert "1 product" in found


def test_a_catalogue_in_one_language_has_no_others(tmp_path: Path) -> None:
    catalog = written(tmp_path / "mugs.jsonl", MUGS[:2])
    built = run("build", "--catalog", catalog, "--data", str(tmp_path / "var"), "--locale", "all")
    assert built.exit_code == 1
    assert "Build it without --locale all." in str(built.exception)


def test_inspect_tells_the_same_of_standard_input(tmp_path: Path) -> None:
    catalog = tmp_path / "lamps.csv"
    catalog.write_text(LAMPS, encoding="utf-8")
    told = run("inspect", str(catalog), "--records-at", "x", "--encoding", "utf-8").output
    assert "1: price: 49.0 → 59.0" in told
    assert "texts in several languages (de, en): --locale takes one" in told
    piped = CliRunner().invoke(app, ["inspect", "-"], input=catalog.read_bytes()).output
    assert piped.splitlines()[1:] == told.splitlines()[1:]


def test_a_search_is_a_table(data: str) -> None:
    found = run("search", "blue mug", "--data", data, "--filter", "price:..8", "--sort", "price")
    assert found.exit_code == 0
    assert "Blue mug 0" in found.output
    assert "4 products" in found.output
    assert "4 products" in run("search", "", "--data", data, "--filter", "price:..8").output


def test_roll_back_and_verify(data: str) -> None:
    newest = ids(data)
    assert run("snapshots", "verify", "--data", data).exit_code == 0
    assert run("snapshots", "rollback", "--data", data).exit_code == 0
    assert "29 products" in run("search", "blue mug", "--data", data).output
    assert run("snapshots", "activate", *newest, "--data", data).exit_code == 0
    assert ids(data) == newest


def test_a_damaged_snapshot_is_told(data: str, tmp_path: Path) -> None:
    catalog = written(tmp_path / "mugs.jsonl", MUGS)
    run("build", "--catalog", catalog, "--data", str(tmp_path / "var"))
    (file,) = (tmp_path / "var" / "main" / "snapshots").glob("*/postings/docs.npy")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    seen = run("snapshots", "verify", "--data", str(tmp_path / "var"))
    assert seen.exit_code == 1
    assert "BAD" in seen.output
    assert "docs.npy" in seen.output


def test_segments_of_changes_are_verified(tmp_path: Path) -> None:
    data = str(tmp_path / "var")
    run("build", "--catalog", written(tmp_path / "mugs.jsonl", MUGS), "--data", data)
    index = tmp_path / "var" / "main"
    current = read_current(index)
    assert current is not None
    base = open_snapshot(index / "snapshots" / current.snapshot)
    writer = LiveWriter(base, live_folder(index, base.id), "log", 0)
    writer.apply([LiveChange(1, "new", "put", b'{"id":"new","title":"Jug"}')])
    assert "segments: 1" in run("snapshots", "verify", "--data", data).output
    assert "ok   applied changes of index main: 1 segments" in run("doctor", "--data", data).output
    (file,) = (index / "live").glob("*/segment-*/postings/docs.npy")
    file.write_bytes(file.read_bytes()[:-4] + b"\x09\0\0\0")
    seen = run("snapshots", "verify", "--data", data)
    assert seen.exit_code == 1
    assert "docs.npy has another checksum" in seen.output
    assert "FAIL applied changes of index main" in run("doctor", "--data", data).output


def test_doctor(data: str, tmp_path: Path) -> None:
    assert "index main: 30 products" in run("doctor", "--data", data).output
    missing = run("doctor", "--data", str(tmp_path / "nothing"))
    assert missing.exit_code == 1
    assert "does not exist" in missing.output


def test_doctor_names_a_model_that_does_not_fit(tmp_path: Path) -> None:
    data = str(tmp_path / "var")
    catalog = written(tmp_path / "mugs.jsonl", MUGS)
    assert run("build", "--catalog", catalog, "--data", data).exit_code == 0
    publish_tiny(tmp_path / "var" / "main")
    assert "tiny" not in run("doctor", "--data", data).output
    manifest = tmp_path / "var" / "main" / "models" / "tiny" / "manifest.json"
    facts = json.loads(manifest.read_text("utf-8"))
    facts["features"] = [[name, version + 1] for name, version in facts["features"]]
    manifest.write_text(json.dumps(facts), "utf-8")
    told = run("doctor", "--data", data)
    assert told.exit_code == 0
    assert "warn index main: model_incompatible: model tiny was trained when" in told.output
    assert "Retrain with `vitrina train`" in told.output


def test_what_fails_names_the_remedy(data: str, tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.jsonl", [*MUGS, {"title": "no id"}])
    failed = run("build", "--catalog", bad, "--data", data)
    assert isinstance(failed.exception, IndexingError)
    assert "--max-reject-ratio" in str(failed.exception)
    unbuilt = run("search", "mug", "--data", str(tmp_path))
    assert isinstance(unbuilt.exception, SnapshotError)
    assert "vitrina build" in str(unbuilt.exception)


def test_an_error_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.cli", "build", "--catalog", "nowhere.csv"]
    seen = subprocess.run(
        [*command, "--data", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert seen.returncode == 1
    assert seen.stderr == "vitrina: nowhere.csv: does not exist.\n"


@pytest.mark.parametrize(
    "command", ["demo", "demo-data", "build", "serve", "search", "snapshots", "warm", "doctor"]
)
def test_help(command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert "Usage" in shown.output


def test_a_build_that_loses_products_is_staged_and_told(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "var"))
    first = run("build", "--catalog", written(tmp_path / "a.jsonl", MUGS), *data)
    assert first.exit_code == 0, first.output
    small = written(tmp_path / "b.jsonl", MUGS[:10])
    second = run("build", "--catalog", small, *data)
    assert second.exit_code == 3, second.output
    staged = second.stdout.strip().splitlines()[-1]
    assert "20 of the 30 published products are gone" in second.output
    assert f"preview={staged}" in second.output
    assert ids(data[1]) == [first.stdout.strip().splitlines()[-1]]

    told = run("snapshots", "diff", *data)
    assert told.exit_code == 0, told.output
    assert "gone:     20 (m10" in told.output
    facts = json.loads(run("snapshots", "diff", "--json", *data).stdout)
    assert (facts["gone"], facts["kept"], facts["after"]) == (20, 10, staged)
    assert run("snapshots", "diff", "nothing", *data).exit_code == 1

    assert run("build", "--catalog", small, "--force", *data).exit_code == 0
    assert run("build", "--catalog", small, "--stage", *data).exit_code == 0
