"""Dockerfile, compose file, Makefile and CI, checked as far as that goes without an engine.

The compose file is read by Compose itself (which checks it against its schema), and every
command line in it and in the Dockerfile is parsed by the command line of this checkout.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from compose_file import compose_file, compose_services
from source_tree import ROOT

from app.settings import Settings

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def compose_command() -> list[str]:
    """Compose as a plugin, or the older program, whichever is here; neither needs an engine."""
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    message = "needs Docker Compose: apt-get install docker-compose"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def dockerfile_command(instruction: str) -> list[str]:
    """The last exec form of CMD in the Dockerfile."""
    found = re.findall(rf"^\s*{instruction} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    command = json.loads(found[-1])
    assert isinstance(command, list)
    return command


def vitrina_commands() -> list[list[str]]:
    services = compose_services()
    commands = [service["command"] for service in services.values()]
    commands += [dockerfile_command("CMD")]
    commands += [line.split() for line in re.findall(r"^RUN (vitrina .*)$", DOCKERFILE, re.M)]
    return [command for command in commands if command[0] == "vitrina"]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {
            "VITRINA_CATALOG": "/catalog/mine.csv",
            "VITRINA_CATALOG_FOLDER": "/srv/catalogs",
            "VITRINA_PORTS": "9000",
            "VITRINA_WORKERS": "8",
            "VITRINA_ADMIN_KEY": "k" * 32,
        },
    ],
    ids=["defaults", "everything set"],
)
def test_compose_accepts_the_file(variables: dict[str, str], tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VITRINA_")}
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    seen = subprocess.run(
        [*compose_command(), "-f", str(tmp_path / "docker-compose.yml"), "config"],
        env={**clean, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert seen.returncode == 0, seen.stderr
    services = yaml.safe_load(seen.stdout)["services"]
    assert set(services) == {"api", "demo-data", "index", "redis"}
    assert services["api"]["command"][-1] == variables.get("VITRINA_WORKERS", "2")
    source = variables.get("VITRINA_CATALOG", "/data/.demo/products.jsonl.gz")
    assert source in services["index"]["command"]


def test_each_service_is_bounded_and_bare() -> None:
    for name, service in compose_services().items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if name != "demo-data":
            assert service["deploy"]["resources"]["limits"]["memory"], name
        assert "privileged" not in service, name


def test_replicas_share_the_volume_and_not_a_port() -> None:
    compose = compose_file()
    services = compose["services"]
    for name in ("api", "index", "demo-data"):
        assert services[name]["volumes"][0] == "shop:/data", name
    assert list(compose["volumes"]) == ["shop"]
    assert "container_name" not in services["api"]
    low, high, inside = re.fullmatch(r"(\d+)-(\d+):(\d+)", services["api"]["ports"][0]).groups()
    assert int(high) - int(low) >= 2
    assert services["api"]["command"][services["api"]["command"].index("--port") + 1] == inside
    assert "ports" not in services["redis"]  # no password: nobody outside may reach it


def test_settings_named_there_exist() -> None:
    known = {f"VITRINA_{field.upper()}" for field in Settings.model_fields}
    # Read by Compose, not by the service.
    known |= {"VITRINA_CATALOG", "VITRINA_CATALOG_FOLDER", "VITRINA_PORTS", "VITRINA_WORKERS"}
    assert set(re.findall(r"VITRINA_\w+", COMPOSE)) <= known
    assert set(re.findall(r"VITRINA_\w+", DOCKERFILE)) <= known


def test_the_grace_period_is_longer_than_the_shutdown() -> None:
    grace_s = int(compose_services()["api"]["stop_grace_period"].removesuffix("s"))
    assert grace_s > Settings.model_fields["shutdown_s"].default


def test_health_checks_ask_the_service_on_its_port() -> None:
    api = compose_services()["api"]
    assert "127.0.0.1:8080/readyz" in api["healthcheck"]["test"][-1]
    check = re.search(r"HEALTHCHECK.*\\\n\s+CMD (\[.*\])", DOCKERFILE)
    assert check is not None
    assert "/healthz" in json.loads(check[1])[-1]
    assert "VITRINA_PORT" in json.loads(check[1])[-1]  # whatever `docker run -e` says
    assert "VITRINA_PORT=8080" in DOCKERFILE
    assert "EXPOSE 8080" in DOCKERFILE
    for code in (api["healthcheck"]["test"][-1], json.loads(check[1])[-1]):
        compile(code, "healthcheck", "exec")


def test_the_image_is_not_run_by_root_and_has_what_it_needs() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert "libgomp1" in final
    before, after = final.split("USER vitrina")
    assert "useradd" in before
    assert "RUN vitrina warm" in after
    assert "USER" not in after


def test_everything_copied_into_the_image_is_let_through() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:] for line in ignore if line.startswith("!")}
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        copied |= set(line.split()[:-1])
    assert copied == let_through
    for name in copied:
        assert (ROOT / name).exists(), name


def test_redis_arguments_are_taken_by_redis() -> None:
    if shutil.which("redis-server") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("needs redis-server: apt-get install redis-server")
        pytest.skip("needs redis-server: apt-get install redis-server")
    command = compose_services()["redis"]["command"]
    # With port 0 it reads its arguments, finds nothing to listen on, and ends.
    seen = subprocess.run(
        [*command, "--port", "0"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert "not listen anywhere" in seen.stdout


@pytest.mark.parametrize("command", vitrina_commands(), ids=lambda command: command[1])
def test_the_command_line_takes_it(command: list[str]) -> None:
    """Parsed by the real command line, which is then not run."""
    from typer.main import get_command

    from app.cli import app

    program = get_command(app)
    name, *arguments = command[1:]
    subcommand = program.commands[name]  # type: ignore[attr-defined]
    context = subcommand.make_context(name, list(arguments))
    assert context.params


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench", "lock"])
def test_make_knows_its_targets(target: str) -> None:
    seen = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert seen.returncode == 0, seen.stderr


@pytest.mark.parametrize("script", ["run", "system_packages", "wheel_check"])
def test_ci_scripts_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / script)], check=True)


def test_nothing_names_a_registry() -> None:
    for name in ("Dockerfile", "Makefile", "requirements.lock", "pyproject.toml", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "index-url" not in text, name
        assert not re.search(r"https?://(?!127\.0\.0\.1)", text), name
