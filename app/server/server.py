"""One worker's HTTP server: uvicorn, ended without cutting off anybody."""

import asyncio
import gc
import signal
import socket
from types import FrameType

import uvicorn

from app.server.listener import any_waiting, refuse_connections

BEGUN_S = 0.2
"""Until connections that were begun are there: a few times across the network."""
QUIET_S = 0.5
"""Of answers that say `Connection: close`, before idle connections are closed."""


def is_ending() -> bool:
    """Whether this process was asked to end; also while it starts, before anybody can see it."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return isinstance(server, uvicorn.Server) and server.should_exit


class Server(uvicorn.Server):
    """Asked to end, it accepts what was begun, answers what was asked, and tells its clients that
    the connection ends. Only then it closes: to close at once would reset whoever waits in the
    listening socket, and whoever just then sends the next request on a connection kept alive.

    owns_listener: no other worker listens on the sockets, and no parent looks after them.
    """

    def __init__(self, config: uvicorn.Config, owns_listener: bool) -> None:
        super().__init__(config)
        self._owns_listener = owns_listener

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        listeners = sockets or []
        patience_s = self.config.timeout_graceful_shutdown or 0
        self.server_state.default_headers.append((b"connection", b"close"))
        if self._owns_listener:
            refuse_connections(listeners)
        begun_s = min(BEGUN_S, patience_s)
        await asyncio.sleep(begun_s)
        last = asyncio.get_running_loop().time() + QUIET_S  # others may accept what is left
        while any_waiting(listeners) and asyncio.get_running_loop().time() < last:
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for listener in listeners:
            listener.close()
        await asyncio.sleep(min(QUIET_S, patience_s) - begun_s)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn, which raises the signal again at the end: to end as asked is a success."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


class WorkerServer(Server):
    """The server of a process that does nothing else.

    What is there when it begins to serve stays, and is not looked through for garbage again and
    again: 330,000 objects, during whose full collection (0.2 s) nobody is answered.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
