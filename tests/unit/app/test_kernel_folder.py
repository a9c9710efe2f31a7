from pathlib import Path

import pytest

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
