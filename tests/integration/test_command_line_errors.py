"""What goes wrong at the command line: exit code, one line that says what, where, what to do."""

import gzip
import json
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
import typer.main
from catalogs import build_index

from app import cli

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A data folder with the index `main`, of two products."""
    folder = tmp_path_factory.mktemp("errors") / "var"
    build_index(folder / "main", [{"id": "1", "title": "Lamp"}, {"id": "2", "title": "Desk"}])
    return str(folder)


@pytest.fixture
def run(
    data: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Exit code and standard error of a command in an empty folder; {data} is the data folder."""
    monkeypatch.chdir(tmp_path)

    def running(line: str) -> tuple[int, str]:
        words = [word.replace("{data}", data) for word in line.split()]
        monkeypatch.setattr(sys, "argv", ["vitrina", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), capsys.readouterr().err

    return running


def leaves(command: click.Command, path: str = "vitrina") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from leaves(each, f"{path} {name}")


COMMANDS = dict(leaves(typer.main.get_command(cli.app)))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_has_a_help_text(path: str) -> None:
    command = COMMANDS[path]
    assert command.help
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        assert getattr(parameter, "help", None), f"{path}: {parameter.name}"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("build --catalog no.csv --data {data}", ["no.csv", "does not exist"]),
        ("build --catalog c.jsonl --queries no.tsv --data {data}", ["no.tsv", "--queries"]),
        ("build --catalog c.jsonl --map title --data {data}", ["'title'", "title=name"]),
        ("build --catalog c.jsonl --map nope=name --data {data}", ["'nope'", "Use one of id,"]),
        ("build --catalog c.jsonl --mapping no.toml --data {data}", ["no.toml"]),
        ("build --catalog c.jsonl --config no.toml --data {data}", ["no.toml"]),
        ("build --catalog c.jsonl --index Main --data {data}", ["'Main'", "lower-case"]),
        ("build --catalog empty.jsonl --data {data}", ["empty", "not one line"]),
        ("build --catalog bad.jsonl --data new", ["new/main/rejects.jsonl", "--max-reject-ratio"]),
        ("build --catalog cut.jsonl.gz --data new", ["cut.jsonl.gz"]),
        ("search lamp --index nope --data {data}", ["'nope'", "but main", "--index"]),
        ("search lamp --index ../main --data {data}", ["'../main'", "lower-case"]),
        ("search lamp --data .", ["no index in .", "vitrina build", "--data"]),
        ("search lamp --data {data} --filter nope:1", ["'nope'", "exist"]),
        ("search lamp --data {data} --filter price", ["'price'", "field:value"]),
        ("search lamp --data {data} --sort nope", ["'nope'", "exist"]),
        ("snapshots list --index nope --data {data}", ["'nope'", "but main"]),
        ("snapshots verify --index nope --data {data}", ["'nope'", "but main"]),
        ("snapshots rollback --data {data}", ["main", "no older snapshot"]),
        ("snapshots activate nope --data {data}", ["'nope'", "It has: 2"]),
        ("synonyms list --index nope --data {data}", ["'nope'", "but main"]),
        ("synonyms add a,b --index nope --data {data}", ["'nope'", "but main"]),
        ("synonyms mine --data .", ["vitrina build"]),
        ("blocklist --index nope --data {data}", ["'nope'", "but main"]),
        ("blocklist --file no.txt --data {data}", ["no.txt: No such file", "Check path"]),
        ("hints --file wrong.tsv --data {data}", ["wrong.tsv", "Nothing was changed"]),
        ("evaluate --judgments no.tsv --data {data}", ["no.tsv", "cannot be opened"]),
        ("evaluate --judgments no.tsv --data .", ["vitrina build"]),
        ("evaluate --judgments ids.tsv --data {data}", ["ids.tsv", "--queries"]),
        ("train --judgments no.tsv --data {data}", ["no.tsv", "cannot be opened"]),
        ("train --judgments no.tsv --data .", ["vitrina build"]),
    ],
)
def test_one_line_with_the_remedy_and_exit_code_1(
    run: Run, tmp_path: Path, line: str, told: list[str]
) -> None:
    product = json.dumps({"id": "1", "title": "Lamp"}).encode()
    for name, content in {
        "c.jsonl": product + b"\n",
        "empty.jsonl": b"",
        "bad.jsonl": b"no product\n",
        "cut.jsonl.gz": gzip.compress(product * 100)[:-9],
        "wrong.tsv": b"desk\nlamp\tsoon\n",
        "ids.tsv": b"query_id\tproduct_id\tgrade\n1\t1\t3\n",
    }.items():
        (tmp_path / name).write_bytes(content)
    code, errors = run(line)
    assert code == 1, errors
    *progress, last = errors.strip().splitlines()
    assert last.startswith("vitrina: ")
    assert not any("Traceback" in each for each in progress)
    for part in told:
        assert part in last


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("search", "Missing argument"),
        ("build --data {data}", "Missing option '--catalog'"),
        ("search lamp --colour red", "No such option: --colour"),
        ("search lamp --size 0 --data {data}", "--size"),
        ("build --catalog c.jsonl --vectors hnsw --data {data}", "use one of auto, flat"),
        ("build --catalog c.jsonl --max-reject-ratio 2", "--max-reject-ratio"),
        ("synonyms add --data {data}", "Give rules, or --file"),
        ("serve --port 70000", "--port"),
        ("demo --products 10", "--products"),
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, line: str, told: str) -> None:
    code, errors = run(line)
    assert code == 2, errors
    assert told in errors


def test_a_wrong_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINA_LOG_LEVEL", "loud")
    code, errors = run("search lamp --data {data}")
    assert code == 1
    assert "VITRINA_LOG_LEVEL" in errors
    assert "'debug', 'info', 'warning' or 'error'" in errors
    assert "docs/configuration.md" in errors


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://:pa/ss@redis:6379/0", "has no usable port"),
        ("redis://:pa-ss@redis:6379/0?ssl_cert_reqs=none", "not understood by the Redis client"),
        ("http://:pa-ss@redis:6379/0", "should match pattern"),
    ],
)
def test_a_wrong_redis_address_is_told_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("VITRINA_REDIS_URL", url)
    code, errors = run("search lamp --data {data}")
    assert code == 1
    assert "VITRINA_REDIS_URL" in errors
    assert told in errors
    assert "pa/ss" not in errors
    assert "pa-ss" not in errors


@pytest.mark.parametrize("command", ["serve --data {data}", "demo --data new"])
def test_a_port_in_use_is_told_before_anything_is_done(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("DATA_DIR", "HOST", "PORT", "WORKERS"):  # the command sets them for its workers
        monkeypatch.setenv(f"VITRINA_{name}", "")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, errors = run(f"{command} --port {port}")
    assert code == 1
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use" in errors
    assert "--port" in errors
    assert not (tmp_path / "new").exists()


def test_doctor_misses_an_index(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert run("doctor --data new")[0] == 1
    assert run("doctor --data {data}")[0] == 0
