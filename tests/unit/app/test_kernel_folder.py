import threading
from pathlib import Path

import pytest
from filelock import FileLock

from app import kernels
from app.settings import Settings


def test_kernels_are_kept_with_the_users_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VITRINA_KERNEL_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    one, other = Settings(data_dir=Path("one")), Settings(data_dir=Path("other"))
    assert one.kernels == other.kernels == Path("/home/somebody/.cache/vitrina")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert one.kernels == Path("/home/somebody/.cache/vitrina")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert one.kernels == Path("/caches/vitrina")
    assert Settings(kernel_cache_dir=Path("/kernels")).kernels == Path("/kernels")


def test_another_copy_of_the_code_compiles_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numba finds kernels by where their file lies."""
    kernels.mark_compiled(tmp_path)
    monkeypatch.setattr(kernels, "_ROOT", tmp_path / "elsewhere")
    kernels.mark_compiled(tmp_path)
    assert len(list(tmp_path.glob("ready-*"))) == 2


def test_one_process_compiles_and_others_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(kernels.subprocess, "Popen", lambda *given, **_: started.append(given))
    monkeypatch.setattr(kernels.os, "posix_spawn", lambda *given, **_: started.append(given))
    monkeypatch.setattr(kernels, "TOLD_EVERY_S", 0.01)
    with FileLock(tmp_path / ".compiling"):
        waiting = threading.Thread(target=kernels.ensure_compiled, args=(tmp_path, tmp_path))
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
        assert not kernels.compile_behind(tmp_path, tmp_path)
        kernels.mark_compiled(tmp_path)
    waiting.join()
    assert not kernels.compile_behind(tmp_path, tmp_path)
    assert not started
    assert kernels.compile_behind(tmp_path / "other", tmp_path)
    assert len(started) == 1
