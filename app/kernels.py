"""Compiled kernels: kept in a writable folder, and all compiled before anybody waits for one.

Numba finds a kernel again by the file that it stands in, and does not see that a kernel which it
calls has changed. So every version of the code has a folder of its own, BASE/<fingerprint>/.
"""

import hashlib
import logging
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from app.file_locks import is_held
from app.settings import numba_target

KEPT_VERSIONS = 3
TOLD_EVERY_S = 5.0
_PACKAGES = ("indexing", "ranking")
_MARKER = "ready-"
_LOCK = ".compiling"
_PATIENCE_S = 300.0
_ROOT = Path(__file__).resolve().parents[1]
log = logging.getLogger("vitrina.kernels")


def use_kernel_cache(base: Path) -> Path:
    """Keep compiled kernels below `base`; before Numba is imported. The folder of this version.

    Nothing is written yet. Where nothing can be, they are kept among temporary files, and told.
    """
    folder = base.absolute() / fingerprint()
    if not _writable(folder):
        spare = Path(tempfile.gettempdir()) / f"vitrina-kernels-{os.getuid()}" / folder.name
        log.warning(
            "compiled kernels cannot be kept in %s; using %s. Set VITRINA_KERNEL_CACHE_DIR to a "
            "writable, lasting folder.",
            folder, spare,
        )  # fmt: skip
        folder = spare
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return folder


def _writable(folder: Path) -> bool:
    """Could it be made, and written to?"""
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


@cache
def fingerprint() -> str:
    """Of the kernels' source and of what compiles it; 16 hex digits."""
    seen = hashlib.blake2b(digest_size=8)
    for part in (*sys.version_info[:3], version("numba"), version("llvmlite"), version("numpy")):
        seen.update(f"{part}\0".encode())
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            source = path.read_bytes()
            if b"njit" in source:
                seen.update(f"{path.relative_to(_ROOT)}\0".encode() + source)
    return seen.hexdigest()


def is_compiled(folder: Path) -> bool:
    """Whether all kernels are there, for machines like this one."""
    return (folder / f"{_MARKER}{_machine()}").exists()


def ensure_compiled(folder: Path, data: Path) -> None:
    """Compile all kernels in processes of their own, unless that was done on such a machine before.

    Workers then find them compiled, and the parent stays small. One that cannot be compiled so
    is compiled where it is needed; that it failed is told, and no reason not to start. Where
    another process compiles them already, it is waited for.
    """
    if is_compiled(folder):
        os.utime(folder)
        return
    log.info("compiling kernels (first start only) ...")
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with _alone(folder, begun):
        if is_compiled(folder) or _compile(folder, data, begun):
            log.info(
                "kernels are compiled after %.1f s, and kept in %s",
                time.monotonic() - begun, folder,
            )  # fmt: skip


@contextmanager
def _alone(folder: Path, begun: float) -> Iterator[None]:
    """While no other process compiles into the folder, or after minutes in spite of one."""
    lock = FileLock(folder / _LOCK)
    try:
        while not lock.is_locked and time.monotonic() < begun + _PATIENCE_S:
            try:
                lock.acquire(timeout=TOLD_EVERY_S)
            except Timeout:
                _tell_progress(folder, begun)
        yield
    finally:
        lock.release()


def compile_behind(folder: Path, data: Path) -> bool:
    """Begin to compile what serving needs, in a process that may outlive this one and steps back
    for others. False where nothing is left to do, or another does it.
    """
    if is_compiled(folder) or is_compiling(folder):
        return False
    nothing = [(os.POSIX_SPAWN_OPEN, handle, os.devnull, os.O_RDWR, 0) for handle in (0, 1, 2)]
    command = [sys.executable, "-m", "app.warming", "--behind", str(folder), str(data)]
    os.posix_spawn(  # not Popen, which wants to be waited for
        sys.executable, command, os.environ, file_actions=nothing, setpgroup=0
    )
    return True


def is_compiling(folder: Path) -> bool:
    """Whether some process compiles into the folder."""
    try:
        return is_held(folder / _LOCK)
    except OSError:
        return False


def _compile(folder: Path, data: Path, begun: float) -> bool:
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "app.warming", str(data)], process_group=0
    )
    try:
        while child.poll() is None:
            try:
                child.wait(TOLD_EVERY_S)
            except subprocess.TimeoutExpired:
                _tell_progress(folder, begun)
    finally:
        if child.poll() != 0:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # with the second one that it started
        child.wait()
    if child.returncode:
        log.warning("compiling kernels ahead failed (exit code %d)", child.returncode)
        return False
    mark_compiled(folder)
    _prune(folder)
    return True


def _tell_progress(folder: Path, begun: float) -> None:
    log.info(
        "compiling kernels: %d so far, %.0f s",
        sum(1 for _ in folder.rglob("*.nbi")), time.monotonic() - begun,
    )  # fmt: skip


def mark_compiled(folder: Path) -> None:
    """All kernels are there, for machines like this one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{_MARKER}{_machine()}").touch()


def _machine() -> str:
    """What Numba compiles for: the processor's name and features, unless the environment says; and
    where this copy of the code lies, as another copy's kernels are not found by it.
    """
    facts = list(numba_target())
    if not facts:
        facts = [platform.machine(), platform.processor()]
        cpu_info = Path("/proc/cpuinfo")
        if cpu_info.exists():
            first = cpu_info.read_text(encoding="utf-8", errors="replace").split("\n\n")[0]
            facts += [
                line
                for line in first.splitlines()
                if line.startswith(("model name", "flags", "Features", "CPU part"))
            ]
    facts.append(str(_ROOT))
    return hashlib.blake2b("\n".join(facts).encode(), digest_size=8).hexdigest()


def _prune(folder: Path) -> None:
    """Drop the versions that were not started for longest."""
    others = [
        each
        for each in folder.parent.iterdir()
        if each.is_dir() and len(each.name) == len(folder.name) and each != folder
    ]
    others.sort(key=lambda each: each.stat().st_mtime, reverse=True)
    for old in others[KEPT_VERSIONS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
