"""Redis killed while it writes its append-only file: the file ends within a transaction."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis_server import RedisServer, require_redis_server

from app.append_only_file import AppendOnlyFile
from app.changes.change_log import Accepted, ChangeLogError, NewChange
from app.changes.redis_change_log import RedisChangeLog
from app.redis import sync_client

INDEX = "main"
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    require_redis_server()
    server = RedisServer(tmp_path, None, *DURABLE)
    server.start()
    yield server
    server.stop()


def opened(server: RedisServer) -> RedisChangeLog:
    return RedisChangeLog(server.url, 1 << 30, "os", lambda: 1_700_000_000_000)


def put(log: RedisChangeLog, name: str, count: int) -> list[int]:
    """Their seqs."""
    asked = [NewChange(f"{name}{at}", "put", b"{}" + b" " * 200) for at in range(count)]
    outcomes = log.append(INDEX, asked, lambda ids: [True] * len(ids))
    return [each.seq for each in outcomes if isinstance(each, Accepted)]


def cut(folder: Path, less: int) -> None:
    """The last bytes of what was written last."""
    file = max(folder.rglob("*.incr.aof"), key=lambda path: path.stat().st_mtime_ns)
    with file.open("r+b") as opened_file:
        opened_file.truncate(file.stat().st_size - less)


@pytest.mark.parametrize("less", [1, 300, 700])
def test_what_is_acknowledged_after_it_is_there_after_the_next_kill(
    server: RedisServer, tmp_path: Path, less: int
) -> None:
    log = opened(server)
    put(log, "kept", 3)
    put(log, "cut", 5)
    server.stop()
    cut(tmp_path, less)
    server.start()
    assert put(log, "after", 4) == [4, 5, 6, 7]
    for _ in range(2):
        server.stop()
        server.start()
        found = [(each.seq, each.product_id) for each in log.read(INDEX, 0, 100)]
        kept = [(1 + at, f"kept{at}") for at in range(3)]
        assert found == kept + [(4 + at, f"after{at}") for at in range(4)]
        assert (log.size(INDEX).entries, log.last(INDEX)) == (7, 7)
    assert put(log, "more", 1) == [8]
    log.close()


def test_plain_commands_after_it_outlast_it_too(server: RedisServer, tmp_path: Path) -> None:
    log = opened(server)
    put(log, "cut", 5)
    log.close()
    server.stop()
    cut(tmp_path, 300)
    server.start()
    client = sync_client(server.url, 5.0, max_connections=1)
    file = AppendOnlyFile(client, 5.0)
    for number in range(3):
        file.make_whole()
        client.xadd("told", {"number": str(number)})
    server.stop()
    server.start()
    assert client.xlen("told") == 3
    client.close()


def test_nothing_is_taken_while_the_file_cannot_be_written(
    server: RedisServer, tmp_path: Path
) -> None:
    log = opened(server)
    put(log, "before", 1)
    server.stop()
    server.start()
    files = tmp_path / "appendonlydir"
    files.rename(tmp_path / "away")
    files.touch()
    with pytest.raises(ChangeLogError, match="AOF background rewriting"):
        put(log, "refused", 1)
    files.unlink()
    (tmp_path / "away").rename(files)
    assert put(log, "after", 1) == [2]
    log.close()


def test_a_server_that_may_not_be_asked_is_written_to_and_it_is_told(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING", "vitrina.redis"):
        admin = sync_client(server.url, 5.0)
        admin.execute_command("ACL", "SETUSER", "default", "-bgrewriteaof")
        log = opened(server)
        assert put(log, "some", 2) == [1, 2]
        log.forget(INDEX, 2)
    assert [record.getMessage().count("Allow it") for record in caplog.records] == [1]
    log.close()
    admin.close()


def test_killed_again_while_the_file_is_written_anew(server: RedisServer, tmp_path: Path) -> None:
    log = opened(server)
    assert put(log, "kept", 3) == [1, 2, 3]
    put(log, "cut", 5)
    server.stop()
    cut(tmp_path, 300)
    server.start()
    client = sync_client(server.url, 5.0)
    client.config_set("rdb-key-save-delay", 1_000_000)  # microseconds a key
    with pytest.raises(ChangeLogError, match="began anew and writes"):
        put(log, "refused", 1)
    client.close()
    server.stop()
    server.start(attempts=2)  # at the first it cuts the head off, and ends
    log.close()
    log = opened(server)
    assert put(log, "after", 1) == [4]
    server.stop()
    server.start()
    assert [each.product_id for each in log.read(INDEX, 0, 9)] == [
        "kept0", "kept1", "kept2", "after0",
    ]  # fmt: skip
    log.close()


def test_another_server_is_asked_again(server: RedisServer, tmp_path: Path) -> None:
    """What the one before did not allow says nothing of it."""
    admin = sync_client(server.url, 5.0)
    admin.execute_command("ACL", "SETUSER", "default", "-bgrewriteaof")
    admin.close()
    log = opened(server)
    put(log, "kept", 3)
    put(log, "cut", 5)
    server.stop()
    cut(tmp_path, 300)
    server.start()  # with the rights of everybody again
    assert put(log, "after", 1) == [4]
    server.stop()
    server.start()
    assert [each.product_id for each in log.read(INDEX, 0, 9)][3:] == ["after0"]
    log.close()
