"""Starting the service: kernels once in the parent, then workers."""

import logging
import os
import time
from pathlib import Path

import uvicorn

from app.settings import Settings
from app.telemetry import share_metrics

log = logging.getLogger("vitrina")


def use_kernel_cache(folder: Path) -> None:
    """Keep compiled kernels in a writable folder; before Numba is imported."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; running requests are finished."""
    use_kernel_cache(settings.kernels)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    if settings.workers > 1:
        share_metrics(settings.data_dir / ".metrics")
        _compile_once(settings)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=False,
        log_level=settings.log_level,
        timeout_graceful_shutdown=settings.shutdown_s,
        server_header=False,
    )


def _compile_once(settings: Settings) -> None:
    """In a process of its own: workers find all kernels compiled, and the parent stays small."""
    import multiprocessing

    from app.warming import warm_indexes

    begun = time.monotonic()
    process = multiprocessing.get_context("spawn").Process(
        target=warm_indexes, args=(str(settings.data_dir),)
    )
    process.start()
    process.join()
    log.info("kernels are ready after %.1f s", time.monotonic() - begun)
