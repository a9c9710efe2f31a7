"""What every ChangeLog keeps to, on real SQLite and on a real Redis with its append-only file."""

import random
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from redis_server import RedisServer

from app.changes.change_log import (
    ENTRY_BYTES,
    VERSIONS_KEPT_MS,
    Accepted,
    Change,
    ChangeLog,
    ChangeLogError,
    ChangeLogFullError,
    Latest,
    LogCopy,
    LogSize,
    NewChange,
    Outcome,
    Stale,
    Unknown,
)
from app.changes.redis_change_log import RedisChangeLog
from app.changes.sqlite_change_log import SqliteChangeLog

MakeLog = Callable[..., ChangeLog]
MIB = 1 << 20


class Clock:
    def __init__(self) -> None:
        self.now_ms = 1_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "redis"])
def make_log(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, index: str
) -> Iterator[MakeLog]:
    """Another log object over the same entries at each call."""
    made: list[ChangeLog] = []
    (tmp_path / index).mkdir()

    def make(max_bytes: int = MIB) -> ChangeLog:
        if request.param == "sqlite":
            made.append(SqliteChangeLog(tmp_path, max_bytes, "os", clock))
        else:
            server: RedisServer = request.getfixturevalue("durable_redis")
            made.append(RedisChangeLog(server.url, max_bytes, "os", clock))
        return made[-1]

    yield make
    for log in made:
        log.close()


@pytest.fixture
def index() -> str:
    return f"shop-{uuid.uuid4().hex[:8]}"


def nothing(ids: Sequence[str]) -> list[bool]:
    return [False] * len(ids)


def everything(ids: Sequence[str]) -> list[bool]:
    return [True] * len(ids)


def put(product_id: str, version: int | None = None, body: bytes = b"{}") -> NewChange:
    return NewChange(product_id, "put", body, version)


def patch(product_id: str, version: int | None = None, body: bytes = b"{}") -> NewChange:
    return NewChange(product_id, "patch", body, version)


def delete(product_id: str, version: int | None = None) -> NewChange:
    return NewChange(product_id, "delete", None, version)


def kinds(outcomes: Sequence[Outcome]) -> str:
    """a: accepted, s: stale, u: unknown."""
    return "".join({Accepted: "a", Stale: "s", Unknown: "u"}[type(each)] for each in outcomes)


def test_empty(make_log: MakeLog, index: str) -> None:
    log = make_log()
    assert log.last(index) == 0
    assert log.read(index, 0, 10) == []
    assert log.latest(index, "p") is None
    assert log.size(index) == LogSize(0, 0, None)
    assert log.identity(index) == ""
    assert log.newer_than(index, 5) == 0
    log.forget(index, 100)
    assert log.last(index) == 0
    log.check(index)


def test_what_is_appended_is_read_in_order(make_log: MakeLog, clock: Clock, index: str) -> None:
    log = make_log()
    body = bytes(range(1, 256))
    outcomes = log.append(index, [put("a", 7, body), patch("a", None, b'{"price":1.0}')], nothing)
    clock.now_ms = 2_000
    outcomes += log.append(index, [delete("a", 8), put("鞋 |x", None, b"{}")], nothing)
    seqs = [each.seq for each in outcomes if isinstance(each, Accepted)]
    assert len(seqs) == 4
    assert seqs == sorted(set(seqs))
    expected = [
        Change(seqs[0], 1_000, "a", "put", body, 7),
        Change(seqs[1], 1_000, "a", "patch", b'{"price":1.0}', None),
        Change(seqs[2], 2_000, "a", "delete", None, 8),
        Change(seqs[3], 2_000, "鞋 |x", "put", b"{}", None),
    ]
    other = make_log()
    assert other.read(index, 0, 100) == expected
    assert other.read(index, seqs[1], 1) == [expected[2]]
    assert other.read(index, seqs[3], 10) == []
    assert other.last(index) == seqs[3]
    assert other.latest(index, "a") == Latest("delete", 8, seqs[2])
    assert other.latest(index, "鞋 |x") == Latest("put", None, seqs[3])
    assert other.identity(index) == log.identity(index) != ""


def test_indexes_do_not_mix(make_log: MakeLog, tmp_path: Path, index: str) -> None:
    log = make_log()
    other = f"{index}-2"
    (tmp_path / other).mkdir()
    log.append(index, [put("a", 9)], nothing)
    assert kinds(log.append(other, [patch("a"), put("a", 1)], nothing)) == "ua"
    assert [each.product_id for each in log.read(other, 0, 10)] == ["a"]
    assert log.identity(index) != log.identity(other)


def test_unknown_products(make_log: MakeLog, index: str) -> None:
    log = make_log()
    assert kinds(log.append(index, [patch("a"), delete("a")], nothing)) == "uu"
    assert log.last(index) == 0
    assert kinds(log.append(index, [patch("a"), delete("a"), delete("a")], everything)) == "aau"
    # The log's delete goes before the built catalogue, which still has it.
    assert kinds(log.append(index, [patch("a"), put("a"), patch("a")], everything)) == "uaa"
    asked: list[str] = []

    def only_b(ids: Sequence[str]) -> list[bool]:
        asked.extend(ids)
        return [each == "b" for each in ids]

    assert kinds(log.append(index, [put("x"), patch("b"), patch("c"), delete("b")], only_b)) == (
        "aaua"
    )
    assert asked == ["b", "c"]


def test_versions_only_grow(make_log: MakeLog, index: str) -> None:
    log = make_log()
    first = [put("a", 5), put("a", 4), patch("a", 5), patch("a", 3), delete("a", 6), put("a", 5)]
    outcomes = log.append(index, first, nothing)
    assert kinds(outcomes) == "asasas"
    assert [each.held for each in outcomes if isinstance(each, Stale)] == [5, 5, 6]
    # Without a version a change is taken, and what was held stays.
    assert kinds(log.append(index, [put("a"), patch("a", 5), patch("a", 6)], nothing)) == "asa"
    assert log.latest(index, "a") == Latest("patch", 6, log.last(index))
    largest = 2**53 - 1
    assert kinds(log.append(index, [put("z", largest), put("z", largest - 1)], nothing)) == "as"
    assert log.append(index, [put("z", 0)], nothing) == [Stale(largest)]


def test_two_writers_with_versions(make_log: MakeLog, index: str) -> None:
    """Whatever the order they arrive in, the highest version is the last that is taken."""
    versions = list(range(60))
    random.Random(5).shuffle(versions)

    def write(mine: Sequence[int], log: ChangeLog) -> None:
        for version in mine:
            log.append(index, [put("a", version, b"%d" % version)], nothing)

    writers = [
        threading.Thread(target=write, args=(versions[start::3], make_log())) for start in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    taken = [each.version for each in make_log().read(index, 0, 100)]
    assert taken == sorted(taken, key=lambda version: version or 0)
    assert taken[-1] == 59


def test_many_threads_lose_nothing(make_log: MakeLog, index: str) -> None:
    log = make_log()
    told: list[list[int]] = [[] for _ in range(8)]

    def write(place: int) -> None:
        for number in range(25):
            outcomes = log.append(index, [put(f"{place}-{number}"), put("all")], nothing)
            told[place] += [each.seq for each in outcomes if isinstance(each, Accepted)]

    writers = [threading.Thread(target=write, args=(place,)) for place in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert all(seqs == sorted(seqs) for seqs in told)
    read = log.read(index, 0, 1_000)
    assert sorted(seq for seqs in told for seq in seqs) == [each.seq for each in read]
    assert log.size(index).entries == 400


def test_readers_never_see_a_gap_that_fills_later(make_log: MakeLog, index: str) -> None:
    log, seen = make_log(), []
    done = threading.Event()

    def follow() -> None:
        after, reader = 0, make_log()
        while not (done.is_set() and after == reader.last(index)):
            for change in reader.read(index, after, 7):
                seen.append(change.seq)
                after = change.seq

    follower = threading.Thread(target=follow)
    follower.start()
    writers = [
        threading.Thread(
            target=lambda: [log.append(index, [put("a"), put("b")], nothing) for _ in range(40)]
        )
        for _ in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    follower.join(30)
    assert seen == [each.seq for each in log.read(index, 0, 1_000)]


def test_forgetting(make_log: MakeLog, clock: Clock, index: str) -> None:
    log = make_log()
    log.append(index, [put("a", 5), put("b"), put("c", 2), delete("b")], nothing)
    third = log.read(index, 2, 1)[0].seq
    identity = log.identity(index)
    log.forget(index, third)
    assert [each.product_id for each in log.read(index, 0, 10)] == ["b"]
    assert log.latest(index, "a") is None
    assert log.latest(index, "b") == Latest("delete", None, log.last(index))
    assert log.size(index) == LogSize(1, ENTRY_BYTES + 1, 1_000)
    # What there is, is said by the built catalogue again; versions are still held.
    assert kinds(log.append(index, [patch("a", 4), patch("a", 5), patch("c")], everything)) == "saa"
    assert kinds(log.append(index, [patch("b")], everything)) == "u"
    last = log.last(index)
    log.forget(index, last + 1_000)
    assert log.read(index, 0, 10) == []
    assert (log.last(index), log.size(index)) == (last, LogSize(0, 0, None))
    (accepted,) = log.append(index, [put("d")], nothing)
    assert isinstance(accepted, Accepted)
    assert accepted.seq > last, "a seq is never given twice"
    assert log.identity(index) == identity
    clock.now_ms += VERSIONS_KEPT_MS + 1
    log.forget(index, last)
    assert kinds(log.append(index, [put("c", 1)], nothing)) == "a", "its version is forgotten"


def test_forgetting_much(make_log: MakeLog, index: str) -> None:
    log = make_log(64 * MIB)
    for start in range(0, 5_000, 1_000):
        log.append(index, [put(f"p{start + i}", i) for i in range(1_000)], nothing)
    before_last = log.last(index) - 1
    log.forget(index, before_last)
    assert log.size(index) == LogSize(1, ENTRY_BYTES + len("p4999") + 2, 1_000)
    assert log.append(index, [put("p4500", 499)], nothing) == [Stale(500)]


def test_what_the_served_snapshot_folded_is_said_by_it(make_log: MakeLog, index: str) -> None:
    """The log may hold more than was folded: for older snapshots, which are kept."""
    log = make_log()
    log.append(index, [put("made"), delete("gone")], everything)
    folded = log.last(index)
    asked = [patch("made"), patch("gone")]
    assert kinds(log.append(index, asked, nothing, folded - 2)) == "au"
    assert kinds(log.append(index, [patch("gone")], everything, folded)) == "a"
    assert kinds(log.append(index, [delete("made")], nothing, log.last(index))) == "u"


def test_a_clock_that_jumps(make_log: MakeLog, clock: Clock, index: str) -> None:
    """Order is that of seq; whatever follows the first newer entry is replayed."""
    log = make_log()
    for now_ms in (1_000, 5_000, 2_000, 3_000):
        clock.now_ms = now_ms
        log.append(index, [put("a")], nothing)
    seqs = [each.seq for each in log.read(index, 0, 10)]
    assert seqs == sorted(seqs)
    assert [each.at_ms for each in log.read(index, 0, 10)] == [1_000, 5_000, 2_000, 3_000]
    assert log.newer_than(index, 0) < seqs[0]
    assert seqs[0] <= log.newer_than(index, 1_000) < seqs[1]
    assert seqs[0] <= log.newer_than(index, 4_000) < seqs[1]
    assert log.newer_than(index, 5_000) == seqs[3]


def test_a_full_log_refuses_and_takes_again_after_a_build(make_log: MakeLog, index: str) -> None:
    log = make_log()
    body = b"x" * (MIB // 4)
    outcomes = log.append(index, [put("a", None, body), put("b", None, body)], nothing)
    log.append(index, [put("c", None, body)], nothing)
    with pytest.raises(ChangeLogFullError, match="A build is due") as raised:
        log.append(index, [put("small"), put("d", None, body)], nothing)
    assert raised.value.retry_after_s
    assert log.size(index).entries == 3, "all of a call, or nothing"
    assert kinds(log.append(index, [put("small")], nothing)) == "a"
    assert isinstance(outcomes[0], Accepted)
    log.forget(index, outcomes[0].seq)
    assert kinds(log.append(index, [put("d", None, body)], nothing)) == "a"


def test_a_thousand_changes_of_one_product(make_log: MakeLog, index: str) -> None:
    log = make_log()
    changes = [put("a", 0)] + [patch("a", n, b'{"stock":%d}' % n) for n in range(1, 1_000)]
    assert kinds(log.append(index, changes, nothing)) == "a" * 1_000
    read = log.read(index, 0, 2_000)
    assert [each.version for each in read] == list(range(1_000))
    assert log.latest(index, "a") == Latest("patch", 999, read[-1].seq)


def test_closed_twice(make_log: MakeLog, index: str) -> None:
    log = make_log()
    log.append(index, [put("a")], nothing)
    log.close()
    log.close()
    assert make_log().last(index) == 1


def test_a_log_is_begun_with_what_another_one_held(
    make_log: MakeLog, index: str, clock: Clock, tmp_path: Path
) -> None:
    before = make_log()
    before.append(index, [put("a", 5), put("b"), put("c", 7), NewChange("d", "put")], nothing)
    before.append(index, [NewChange("b", "patch", b'{"price":1}'), put("é")], nothing)
    before.forget(index, 4)
    before.append(index, [put("a"), NewChange("d", "delete")], everything)
    held = LogCopy(
        before.identity(index), before.last(index), list(before.versions(index)),
        [before.read(index, 0, 2), before.read(index, 6, 100)],
    )  # fmt: skip
    other = f"{index}-other"
    (tmp_path / other).mkdir()
    after = make_log()
    after.restore(other, held)
    assert after.read(other, 0, 100) == before.read(index, 0, 100)
    for told in ("identity", "last", "size"):
        assert getattr(after, told)(other) == getattr(before, told)(index)
    for product in "abcdé":
        assert after.latest(other, product) == before.latest(index, product)
    assert sorted(v for some in after.versions(other) for v in some) == sorted(
        v for some in before.versions(index) for v in some
    )
    for log, name in ((before, index), (after, other)):
        told = log.append(name, [put("a", 4), put("c", 6), put("c", 7), put("e")], nothing)
        assert told == [Stale(5), Stale(7), Accepted(9), Accepted(10)]
    clock.now_ms += 2 * VERSIONS_KEPT_MS
    after.forget(other, 10)
    assert after.size(other).entries == 0
    assert not [each for some in after.versions(other) for each in some], "kept for 30 days"


def test_no_other_log_is_overwritten(make_log: MakeLog, index: str) -> None:
    log = make_log()
    log.append(index, [put("a")], nothing)
    with pytest.raises(ChangeLogError, match="another identity"):
        log.restore(index, LogCopy("0123", 1, [], []))
    assert log.last(index) == 1
    assert log.identity(index) != "0123"


def test_no_newer_change_is_lost_to_a_copy(make_log: MakeLog, index: str) -> None:
    log = make_log()
    log.append(index, [put("a"), put("b")], nothing)
    with pytest.raises(ChangeLogError, match="Name another index"):
        log.restore(index, LogCopy(log.identity(index), 1, [], [log.read(index, 0, 1)]))
    assert [each.product_id for each in log.read(index, 0, 9)] == ["a", "b"]
