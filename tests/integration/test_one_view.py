"""Workers that share a socket tell shoppers the same."""

import os
import signal
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from catalogs import build_index
from http_service import served_by_command, wait_until

from app.neighbours import Neighbours
from indexing.publish import rollback

SOON_S = 60.0
LAMPS = [{"id": str(n), "title": f"desk lamp {n} W"} for n in range(20)]


def workers_of(process: "Popen[bytes]") -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    commands = {int(each): Path(f"/proc/{each}/cmdline").read_bytes() for each in children}
    return [each for each, command in commands.items() if b"spawn_main" in command]


def searches(url: str, count: int = 40) -> set[int]:
    """Statuses over as many connections: every worker that listens is asked."""
    return {httpx.get(f"{url}/v1/search?q=lamp", timeout=20).status_code for _ in range(count)}


def failed(url: str) -> str:
    return str(httpx.get(f"{url}/readyz", timeout=20).json()["failed"])


@pytest.mark.parametrize("gone", ["snapshot", "CURRENT"])
def test_a_worker_that_cannot_open_what_others_serve_takes_no_requests(
    tmp_path: Path, gone: str
) -> None:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    lost = next((data / "main" / "snapshots").glob("[!.]*"))
    lost = lost if gone == "snapshot" else data / "main" / "CURRENT"
    environment = {"VITRINA_POLL_S": "0.1", "VITRINA_RETRY_S": "0.2"}
    with served_by_command(data, "--workers", "2", environment=environment) as (url, process):
        wait_until(lambda: len(workers_of(process)) == 2, SOON_S)
        wait_until(lambda: searches(url, 10) == {200}, SOON_S)
        lost.rename(tmp_path / "aside")
        wait_until(lambda: failed(url) != "{}", SOON_S)
        os.kill(workers_of(process)[0], signal.SIGKILL)
        wait_until(lambda: "takes no requests" in failed(url), SOON_S)
        assert searches(url) == {200}
        if gone == "CURRENT":
            rollback(data / "main")
        else:
            (tmp_path / "aside").rename(lost)
        wait_until(lambda: failed(url) == "{}", SOON_S)
        assert len(workers_of(process)) == 2
        assert searches(url) == {200}


def test_a_waiting_service_ends_when_asked(tmp_path: Path) -> None:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    with served_by_command(data, "--workers", "2") as (url, process):
        wait_until(lambda: len(workers_of(process)) == 2, SOON_S)
        wait_until(lambda: searches(url, 10) == {200}, SOON_S)
        (data / "main" / "CURRENT").rename(tmp_path / "aside")
        os.kill(workers_of(process)[0], signal.SIGKILL)
        wait_until(lambda: "takes no requests" in failed(url), SOON_S)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_views_of_the_dead_do_not_count(tmp_path: Path) -> None:
    Neighbours(None).tell(["main"], {}, False)
    assert not Neighbours(None).others()
    ours = Neighbours(tmp_path)
    ours.tell(["main"], {"other": "why"}, True)
    assert not ours.others()
    ours.tell(["main"], {}, False)
    (own,) = tmp_path.glob("view-*.json")
    own.rename(tmp_path / f"view-{os.getppid()}.json")
    assert ours.others()[0].served == ("main",)
    (tmp_path / f"view-{os.getppid()}.json").rename(tmp_path / "view-4194304.json")
    assert not ours.others()
    assert not list(tmp_path.glob("view-*"))
