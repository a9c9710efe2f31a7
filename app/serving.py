"""Starting the service: kernels once in the parent, then workers."""

import logging
import logging.config
import socket
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import uvicorn

from app.descriptors import raise_limit
from app.kernels import ensure_compiled, use_kernel_cache
from app.logs import log_config
from app.settings import Settings, SettingsError
from app.telemetry import share_metrics

log = logging.getLogger("vitrina.serving")
_HUNG_S = 30
"""A worker that does not answer its parent for so long is replaced; compiling may take seconds."""


def run(settings: Settings, compiled: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; running requests are finished.

    compiled: called when only the workers are left to be started.
    """
    check_address(settings.host, settings.port)
    config = log_config(settings.log_level, settings.log_format)
    logging.config.dictConfig(config)
    raise_limit()
    if settings.admin_key is None and settings.listens_on_loopback:
        log.info("admin needs no key on this machine: behind a proxy, set VITRINA_ADMIN_KEY")
    ensure_compiled(use_kernel_cache(settings.kernels), settings.data_dir)
    if compiled is not None:
        compiled()
    with ExitStack() as stack:
        if settings.workers > 1:
            # A folder of this process alone: a replica on the same volume counts for itself.
            counts = tempfile.TemporaryDirectory(prefix="vitrina-metrics-")
            share_metrics(Path(stack.enter_context(counts)))
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            access_log=False,
            log_config=config,
            timeout_graceful_shutdown=settings.shutdown_s,
            timeout_worker_healthcheck=_HUNG_S,
            server_header=False,
        )


def check_address(host: str, port: int) -> None:
    """Raises SettingsError if nobody could listen there: before a minute of work, not after it."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        raise SettingsError(
            f"{host}:{port} cannot be listened on: {error.strerror}. Choose others with --host "
            "and --port (VITRINA_HOST, VITRINA_PORT), or end the program that listens there"
        ) from error
