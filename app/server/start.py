"""Starting the service: kernels once in the parent, then workers."""

import logging
import logging.config
import socket
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn

from app.descriptors import raise_limit
from app.kernels import ensure_compiled, use_kernel_cache
from app.logs import log_config
from app.server.listener import bind
from app.server.metrics_folder import shared_metrics
from app.server.server import WorkerServer
from app.server.supervisor import Supervisor
from app.settings import Settings

log = logging.getLogger("vitrina.serving")


def run(settings: Settings, compiled: Callable[[], None] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; running requests are finished. The exit code, 0 then.

    compiled: called when only the workers are left to be started.
    """
    listeners = bind(settings.host, settings.port)
    logs = log_config(settings.log_level, settings.log_format)
    logging.config.dictConfig(logs)
    raise_limit()
    if settings.admin_key is None and settings.listens_on_loopback:
        log.info("admin needs no key on this machine: behind a proxy, set VITRINA_ADMIN_KEY")
    ensure_compiled(use_kernel_cache(settings.kernels), settings.data_dir)
    if compiled is not None:
        compiled()
    config = server_config("app.main:create_app", settings, factory=True, log_config=logs)
    for listener in listeners:
        log.info("listening on http://%s", _shown(listener))
    return _serve(config, listeners)


def server_config(app: Any, settings: Settings, **more: Any) -> uvicorn.Config:
    """How every worker speaks HTTP. app: the application, or the name of its factory."""
    return uvicorn.Config(
        app,
        workers=settings.workers,
        http="app.server.protocol:HttpProtocol",
        ws="none",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_s,
        **more,
    )


def _serve(config: uvicorn.Config, listeners: Sequence[socket.socket]) -> int:
    if config.workers == 1:
        WorkerServer(config, owns_listener=True).run(sockets=list(listeners))
        return 0
    with shared_metrics():
        return Supervisor(config, listeners).run()


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
