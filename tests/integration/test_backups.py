"""`vitrina snapshots export` and `import`: what comes back, and what is refused."""

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving, wait_until
from redis_server import RedisServer, require_redis_server
from typer.testing import CliRunner, Result

from app.backups.archive import HEAD, TAIL, Head
from app.changes.change_log import Accepted, NewChange, Stale
from app.changes.folded import folded_in, replay_of
from app.changes.redis_change_log import RedisChangeLog
from app.changes.sqlite_change_log import SqliteChangeLog
from app.cli import app
from indexing.current import read_current
from indexing.manifest import Manifest

MUGS: list[dict[str, Any]] = [
    {"id": f"m{n}", "title": f"Mug {n}", "price": 5 + n, "stock": n} for n in range(12)
]
Members = list[tuple[tarfile.TarInfo, bytes]]


def log_of(data: Path) -> SqliteChangeLog:
    return SqliteChangeLog(data, 1 << 24, "os", lambda: 1_000)


def append(log: SqliteChangeLog, *changes: NewChange) -> list[Any]:
    return log.append("main", changes, lambda ids: [True] * len(ids))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup") / "var"
    build_index(folder / "main", MUGS)
    (folder / "main" / "judgments.jsonl").write_text("{}\n", "utf-8")
    log = log_of(folder)
    line = b'{"id":"x1","title":"Teapot of clay","price":30.0,"stock":2}'
    append(log, NewChange("x1", "put", line, 7), NewChange("m1", "patch", b'{"price":99.5}'))
    append(log, NewChange("m2", "delete"))
    log.close()
    return folder


@pytest.fixture(scope="module")
def archive(data: Path) -> bytes:
    return (exported(data, data.parent / "whole.tar")).read_bytes()


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["snapshots", *map(str, arguments)], input=stdin)


def exported(data: Path, file: Path, *arguments: str) -> Path:
    made = run("export", file, "--data", data, *arguments)
    assert made.exit_code == 0, (made.output, made.exception)
    return file


def imported(file: Path, data: Path, *arguments: str) -> Result:
    return run("import", file, "--data", data, *arguments)


def changed(archive: bytes, change: Callable[[Members], Members]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [(m, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for member, text in change(members):
            tar.addfile(member, io.BytesIO(text))
    return out.getvalue()


def test_what_is_served_of_a_backup_is_what_was_served(data: Path, tmp_path: Path) -> None:
    def answers(client: httpx.Client) -> list[Any]:
        wait_until(lambda: client.get("/v1/products/x1").status_code == 200, 60)
        wait_until(lambda: client.get("/v1/search?q=teapot").json()["total"] == 1, 60)
        asked = ("mug", "teapot", "mug&sort=price", "clay&facets=brand")
        found = [client.get(f"/v1/search?q={text}").json() for text in asked]
        return [(each["hits"], each["total"], each["facets"]) for each in found]

    restored = tmp_path / "restored"
    file = exported(data, tmp_path / "main.tar.gz")
    with gzip.open(file) as told:
        assert told.read(11) == HEAD.encode()
    made = imported(file, restored)
    assert made.exit_code == 0, (made.output, made.exception)
    assert not list(restored.glob(".import-*"))
    with serving(restored, live=True) as one, serving(data, live=True) as other:
        assert answers(one) == answers(other)


def test_the_log_goes_on_where_it_was(data: Path, archive: bytes, tmp_path: Path) -> None:
    made = run("import", "-", "--data", tmp_path / "var", stdin=archive)
    assert made.exit_code == 0, made.output
    assert (tmp_path / "var" / "main" / "judgments.jsonl").read_text("utf-8") == "{}\n"
    before, after = log_of(data), log_of(tmp_path / "var")
    assert after.read("main", 0, 10) == before.read("main", 0, 10)
    assert after.identity("main") == before.identity("main")
    current = read_current(tmp_path / "var" / "main")
    assert current is not None
    manifest = Manifest.read(tmp_path / "var" / "main" / "snapshots" / current.snapshot)
    assert folded_in(manifest, after.identity("main")) == 0
    assert replay_of(after, "main", manifest).whole
    told = append(after, NewChange("x1", "patch", b"{}", 6), NewChange("m3", "delete"))
    assert told == [Stale(7), Accepted(4)]
    assert run("verify", "--data", tmp_path / "var").exit_code == 0
    before.close()
    after.close()


def test_another_name_and_a_log_in_redis(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_redis_server()
    (tmp_path / "redis").mkdir()
    server = RedisServer(tmp_path / "redis", None, "--appendonly", "yes")
    server.start()
    try:
        monkeypatch.setenv("VITRINA_CHANGE_LOG", "redis")
        monkeypatch.setenv("VITRINA_REDIS_URL", server.url)
        (tmp_path / "whole.tar").write_bytes(archive)
        made = imported(tmp_path / "whole.tar", tmp_path / "var", "--index", "second")
        assert made.exit_code == 0, made.output
        log = RedisChangeLog(server.url, 1 << 24, "os", lambda: 1_000)
        assert [each.product_id for each in log.read("second", 0, 10)] == ["x1", "m1", "m2"]
        assert not (tmp_path / "var" / "second" / "changes.db").exists()
        shutil.rmtree(tmp_path / "var")
        again = imported(tmp_path / "whole.tar", tmp_path / "var", "--index", "second")
        assert again.exit_code == 0, "the same log, as of an import that was broken off"
        file = exported(tmp_path / "var", tmp_path / "again.tar", "--index", "second")
        shutil.rmtree(tmp_path / "var")
        log.append("third", [NewChange("a", "put", b"{}")], lambda ids: [])
        other = imported(file, tmp_path / "var", "--index", "third")
        assert other.exit_code == 1
        assert "another identity" in str(other.exception)
        assert not list((tmp_path / "var").iterdir())
        log.close()
    finally:
        server.stop()


def test_versions_without_changes_and_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions that a log holds of what it forgot are none of its bytes."""
    monkeypatch.setattr("app.backups.restore._ROOM", 0)
    build_index(tmp_path / "var" / "main", MUGS[:1])
    before = log_of(tmp_path / "var")
    append(before, NewChange("m0", "patch", b"{}", 7))
    before.forget("main", 1)
    before.close()
    file = exported(tmp_path / "var", tmp_path / "main.tar")
    for name in ("changes", "versions"):
        made = imported(file, tmp_path / "other", "--index", name)
        assert made.exit_code == 0, (made.output, made.exception)
    after = log_of(tmp_path / "other")
    assert [list(each) for each in after.versions("changes")] == [[("m0", 7, 1, 1_000)]]
    after.close()


def test_a_log_for_which_there_is_no_room(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        head = Head.from_json(tar.extractfile(HEAD).read())  # type: ignore[union-attr]
    free = sum(head.files.values()) + 2 * head.log_bytes
    monkeypatch.setattr("app.backups.restore._ROOM", 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    made = run("import", "-", "--data", tmp_path / "var", stdin=archive)
    assert "needs more room" in str(made.exception)
    assert not list((tmp_path / "var").iterdir())


def test_nothing_is_overwritten(data: Path, archive: bytes) -> None:
    before = sorted(path.name for path in data.iterdir())
    made = run("import", "-", "--data", data, stdin=archive)
    assert made.exit_code == 1
    assert "nothing is overwritten" in str(made.exception)
    assert sorted(path.name for path in data.iterdir()) == before


def with_member(name: str, kind: bytes = tarfile.REGTYPE, text: bytes = b"x") -> Any:
    def change(members: Members) -> Members:
        member = tarfile.TarInfo(name)
        member.type, member.size = kind, len(text) if kind == tarfile.REGTYPE else 0
        member.linkname = "/etc/passwd"
        return [*members[:1], (member, text), *members[1:]]

    return change


def rewritten(name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    def made(members: Members) -> Members:
        for at, (member, text) in enumerate(members):
            if member.name == name:
                fresh = json.dumps(change(json.loads(text))).encode()
                member.size = len(fresh)
                members[at] = member, fresh
        return members

    return made


def flipped(members: Members) -> Members:
    at = next(at for at, (m, _) in enumerate(members) if m.name.endswith("postings/docs.npy"))
    member, text = members[at]
    members[at] = member, text[:-1] + bytes([text[-1] ^ 1])
    return members


REFUSED = {
    "a name that leads out": (with_member("../outside"), "not in its list"),
    "an absolute name": (with_member("/tmp/outside"), "not in its list"),
    "a link": (with_member("index.toml", tarfile.SYMTYPE), "no plain file"),
    "a hard link": (with_member("index.toml", tarfile.LNKTYPE), "no plain file"),
    "a device": (with_member("CURRENT", tarfile.CHRTYPE), "no plain file"),
    "a long header": (with_member("x", tarfile.XHDTYPE), "no plain file"),
    "a file more": (with_member("rules/r1/more.txt"), "not in its list"),
    "a file twice": (lambda m: [*m[:2], m[1], *m[2:]], "twice"),
    "a file less": (lambda m: [each for each in m if "docs.npy" not in each[0].name], "missing"),
    "a changed byte": (flipped, "another checksum"),
    "no end": (lambda m: m[:-1], "cut short"),
    "no begin": (lambda m: m[1:], "does not begin"),
    "a later format": (rewritten(HEAD, lambda t: t | {"format_version": 2}), "has format 2"),
    "names in its list": (
        rewritten(HEAD, lambda t: t | {"files": t["files"] | {"snapshots/../../x": 1}}),
        "does not say what it should",
    ),
    "more than the disk": (
        rewritten(HEAD, lambda t: t | {"files": t["files"] | {"rules/a/b": 1 << 60}}),
        "Make room",
    ),
    "a log over its size": (rewritten(HEAD, lambda t: t | {"log_bytes": 1 << 31}), "Raise VITRINA"),
    "an index that is none": (rewritten(HEAD, lambda t: t | {"index": "../x"}), "not usable"),
    "another log": (rewritten(TAIL, lambda t: t | {"checksums": []}), "what it should"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused(kind: str, archive: bytes, tmp_path: Path) -> None:
    change, told = REFUSED[kind]
    made = run("import", "-", "--data", tmp_path / "var", stdin=changed(archive, change))
    assert made.exit_code == 1, made.output
    assert told in str(made.exception)
    assert not list((tmp_path / "var").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["var"]


@pytest.mark.parametrize("kept", [0, 100, 5_000, 0.5, 0.98])
def test_a_cut_archive(kept: float, archive: bytes, tmp_path: Path) -> None:
    for each in (archive, gzip.compress(archive, 1)):
        cut = each[: int(kept if kept > 1 else kept * len(each))]
        made = run("import", "-", "--data", tmp_path / "var", stdin=cut)
        assert made.exit_code == 1
        assert "Nothing was imported" in str(made.exception), made.exception
        assert not list((tmp_path / "var").iterdir())


@pytest.fixture
def damaged(data: Path) -> Iterator[Path]:
    path = next((data / "main" / "snapshots").glob("*/postings/docs.npy"))
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    yield path
    path.write_bytes(before)


def test_a_damaged_snapshot_is_not_exported(data: Path, damaged: Path, tmp_path: Path) -> None:
    made = run("export", tmp_path / "main.tar", "--data", data)
    assert made.exit_code == 1
    assert "another checksum" in str(made.exception)
    assert not list(tmp_path.iterdir())
