"""One damaged index must not take the others, or the service, with it."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from catalogs import build_index
from http_service import served_by_command, serving, wait_until
from source_tree import ROOT

from app.openings import killed_openers, opening
from indexing.current import read_current, withdraw
from indexing.manifest import Manifest
from indexing.verified import is_verified

SOON_S = 30.0
LAMPS = [
    {"id": str(n), "title": f"desk lamp {n} W", "brand": "Lumo", "price": n, "category": "A > B"}
    for n in range(1, 40)
]


def damage(index: Path, part: str, seed: int = 1) -> None:
    """60 bytes of each array of a part are others; no size changes."""
    draws = random.Random(seed)
    for path in (index / "snapshots").glob(f"*/{part}/*.npy"):
        raw = bytearray(path.read_bytes())
        for _ in range(60):
            if len(raw) > 128:
                raw[draws.randrange(128, len(raw))] = draws.randrange(256)
        path.write_bytes(raw)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    for name in ("main", "other"):
        build_index(tmp_path / "var" / name, LAMPS)
    yield tmp_path / "var"


def ready(http: httpx.Client) -> dict[str, object]:
    body: dict[str, object] = http.get("/readyz").json()
    return body


@pytest.mark.parametrize("part", ["columns", "spelling"])
@pytest.mark.parametrize("verify", ["once", "never"])
def test_others_are_served_beside_a_damaged_index(data: Path, part: str, verify: str) -> None:
    damage(data / "main", part)
    with serving(data, verify=verify) as http:
        told = ready(http)
        assert told["indexes"] == ["other"]
        why = str(told["failed"]["main"])  # type: ignore[index]
        assert "another checksum" in why if verify == "once" else part in why
        assert http.get("/v1/search?q=lamp&index=other").json()["total"] == len(LAMPS)
        assert http.get("/v1/search?q=lamp").status_code == 503
        named = re.compile(r'^vitrina_index_not_served\{index="main"\} 1', re.MULTILINE)
        wait_until(lambda: named.search(http.get("/metrics").text) is not None, SOON_S)
        build_index(data / "main", LAMPS)
        wait_until(lambda: ready(http)["indexes"] == ["main", "other"], SOON_S)
        assert not ready(http)["failed"]


def test_what_was_verified_is_not_read_again_until_it_changes(data: Path) -> None:
    folder = next((data / "main" / "snapshots").glob("[!.]*"))
    manifest = Manifest.read(folder)
    assert is_verified(folder, manifest)  # by the build
    path = folder / "priors.npy"
    path.write_bytes(path.read_bytes())  # the same bytes, but somebody wrote
    assert not is_verified(folder, manifest)
    with serving(data) as http:
        assert ready(http)["indexes"] == ["main", "other"]
    assert is_verified(folder, manifest)


def die_while_opening(index: Path, snapshot: str) -> None:
    code = (
        "import os, sys, signal; from pathlib import Path; from app.openings import opening\n"
        "with opening(Path(sys.argv[1]), sys.argv[2]): os.kill(os.getpid(), signal.SIGSEGV)"
    )
    command = [sys.executable, "-c", code, str(index), snapshot]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode < 0


def test_an_index_that_killed_its_opener_is_tried_apart(data: Path) -> None:
    """It may have died of something else: then the index is served, and the marker is gone."""
    current = read_current(data / "main")
    assert current is not None
    with opening(data / "main", current.snapshot):
        assert not killed_openers(data / "main", current.snapshot)
    die_while_opening(data / "main", current.snapshot)
    assert killed_openers(data / "main", current.snapshot)
    environment = {"VITRINA_POLL_S": "0.2"}
    with served_by_command(data, environment=environment) as (url, _):
        wait_until(lambda: len(httpx.get(f"{url}/readyz").json()["indexes"]) == 2, SOON_S)
    assert not killed_openers(data / "main", current.snapshot)


def test_an_index_that_kills_whoever_opens_it_stays_out(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial dies as well; the service, and what else it serves, does not."""
    current = read_current(data / "main")
    assert current is not None
    die_while_opening(data / "main", current.snapshot)
    deadly = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    monkeypatch.setattr("app.openings.TRIAL", ("-c", deadly))
    with serving(data) as http:
        wait_until(lambda: "SIGSEGV" in str(ready(http)["failed"]), SOON_S)
        assert ready(http)["indexes"] == ["other"]
        assert current.snapshot in str(ready(http)["failed"])
        build_index(data / "main", LAMPS)
        wait_until(lambda: ready(http)["indexes"] == ["main", "other"], SOON_S)
        withdraw(data / "main")
        wait_until(lambda: ready(http)["indexes"] == ["other"], SOON_S)


def test_what_is_served_is_not_suspected_and_a_trial_ends_with_the_service(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    die_while_opening(data / "main", current_of(data / "main"))
    begun = tmp_path / "trial"
    endless = (
        f"import os, time; open({str(begun)!r}, 'w').write(f'{{os.getpid()}} '); time.sleep(600)"
    )
    monkeypatch.setattr("app.openings.TRIAL", ("-c", endless))
    with serving(data) as http:
        wait_until(lambda: begun.exists() and begun.read_text().endswith(" "), SOON_S)
        assert ready(http)["indexes"] == ["other"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
    assert killed_openers(data / "main", current_of(data / "main"))  # as nobody knows yet


def test_a_rule_comes_into_force_though_another_process_was_killed(data: Path) -> None:
    with serving(data) as http:
        wait_until(lambda: ready(http)["indexes"] == ["main", "other"], SOON_S)
        die_while_opening(data / "main", current_of(data / "main"))
        assert http.put("/v1/admin/synonyms", json={"text": "torch => lamp"}).status_code == 200
        wait_until(lambda: http.get("/v1/search?q=torch").json()["total"] == len(LAMPS), SOON_S)
        assert not ready(http)["failed"]


def current_of(index: Path) -> str:
    current = read_current(index)
    assert current is not None
    return current.snapshot
