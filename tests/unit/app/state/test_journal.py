"""Append files: whole lines or none, whatever happens to the writer."""

import errno
import fcntl
import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from app.file_locks import is_held
from app.state.journal import FullError, Journal, StateError, journals, read_lines


def lines(path: Path, offset: int = 0, *, final: bool = False) -> list[bytes | None]:
    return [payload for payload, _ in read_lines(path, offset, final=final)]


def test_lines_come_back_with_where_they_end(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events", sync=False)
    for payload in (b'{"a":1}', b"[]", b'"x"'):
        journal.append(payload)
    (path,) = journals(tmp_path)
    found = list(read_lines(path, 0, final=False))
    assert [payload for payload, _ in found] == [b'{"a":1}', b"[]", b'"x"']
    assert found[-1][1] == path.stat().st_size
    assert lines(path, found[0][1]) == [b"[]", b'"x"']
    journal.close()


def test_a_cut_line_is_never_given(tmp_path: Path) -> None:
    payload = b'{"events":[[1,2,3]]}'
    line = b"%08x %s\n" % (zlib.crc32(payload), payload)
    path = tmp_path / "events-1-x.log"
    for cut in range(len(line)):
        path.write_bytes(line + line[:cut])
        assert lines(path) == [payload]
        assert lines(path, final=True) == [payload]


def test_a_damaged_line_hides_what_follows_only_while_somebody_writes(tmp_path: Path) -> None:
    path = tmp_path / "events-1-x.log"
    good = b"%08x %s\n" % (zlib.crc32(b"[]"), b"[]")
    path.write_bytes(good + b"00000000 [1]\nnonsense\n\n" + good)
    assert lines(path) == [b"[]"]
    assert lines(path, final=True) == [b"[]", None, None, None, b"[]"]


def test_a_new_file_from_a_size_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events", sync=True, roll_bytes=30)
    for _ in range(6):
        journal.append(b'"0123456789"')  # 22 bytes a line
    assert len(journals(tmp_path)) == 3
    found = [line for path in journals(tmp_path) for line in lines(path)]
    assert found == [b'"0123456789"'] * 6


def test_a_file_is_held_while_it_is_open(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events", sync=False)
    journal.append(b"[]")
    (path,) = journals(tmp_path)
    assert is_held(path)
    journal.close()
    assert not is_held(path)


def test_a_file_is_held_before_it_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def flock(file: int, operation: int) -> None:
        seen.append(journals(tmp_path))
        real(file, operation)

    real = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", flock)
    Journal(tmp_path, "events", sync=False).append(b"[]")
    assert seen[0] == []


@pytest.mark.parametrize("written", [0, 5, 20])
def test_a_full_disk_takes_the_line_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    journal = Journal(tmp_path, "events", sync=False)
    journal.append(b'"first"')
    real, full = os.write, True

    def write(file: int, line: bytes) -> int:
        if not full:
            return real(file, line)
        if written and line.endswith(b'second"\n') and len(line) > written:
            return real(file, line[:written])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(FullError, match="no room"):
        journal.append(b'"the second"')
    full = False
    journal.append(b'"third"')
    (path,) = journals(tmp_path)
    assert lines(path) == [b'"first"', b'"third"']


def test_after_half_a_line_that_cannot_be_taken_back_comes_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, "events", sync=False)
    journal.append(b'"first"')
    real = os.write

    def half(file: int, line: bytes) -> int:
        real(file, line[:7])
        raise OSError(errno.EIO, "Input/output error")

    def fails(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", half)
        broken.setattr(os, "ftruncate", fails)
        with pytest.raises(StateError, match="cannot write"):
            journal.append(b'"second"')
    journal.append(b'"third"')
    paths = journals(tmp_path)
    assert len(paths) == 2
    found = [line for path in paths for line in lines(path)]
    assert sorted(line or b"" for line in found) == [b'"first"', b'"third"']
