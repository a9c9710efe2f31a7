"""Sockets that the service listens on: bound once, shared by its workers, closed without a loss."""

import ctypes
import select
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress

from app.settings import SettingsError

_SO_ATTACH_FILTER = 26  # of Linux; the socket module does not name it
_REFUSE_SYN = (
    (0x30, 0, 0, 13),  # the byte of a TCP header that holds its flags
    (0x45, 0, 1, 0x02),  # SYN?
    (0x06, 0, 0, 0),  # then it is dropped
    (0x06, 0, 0, 0xFFFF_FFFF),  # anything else goes on
)
"""A program for the kernel's packet filter, as (code, jump if true, jump if false, operand)."""


def bind(host: str, port: int) -> tuple[socket.socket, ...]:
    """A socket for every address of the host; nobody listens on them yet.

    Raises SettingsError if that cannot be: before a minute of work, not after it.
    """
    bound: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        places = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
        for family, address in places:
            listener = socket.socket(family, socket.SOCK_STREAM)
            bound.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6 and len(places) > 1:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            # Port 0 lets the system choose, once for all addresses.
            listener.bind((address[0], port or bound[0].getsockname()[1], *address[2:]))
    except OSError as error:
        for listener in bound:
            listener.close()
        raise SettingsError(
            f"{host}:{port} cannot be listened on: {error.strerror}. Choose others with --host "
            "and --port (VITRINA_HOST, VITRINA_PORT), or end the program that listens there"
        ) from error
    return tuple(bound)


def check_address(host: str, port: int) -> None:
    """Raises SettingsError if nobody could listen there."""
    for listener in bind(host, port):
        listener.close()


def refuse_connections(listeners: Sequence[socket.socket]) -> None:
    """Begin no new connection, in any process that shares the socket; those that were begun can
    still be accepted. To close a socket resets them, and there is always one more.

    The other end repeats its SYN after a second, and is refused or finds the next server. Where
    the kernel has no such filter nothing changes: then a few may be reset.
    """
    program = b"".join(struct.pack("HBBI", *step) for step in _REFUSE_SYN)
    kept = ctypes.create_string_buffer(program)
    described = struct.pack("HP", len(_REFUSE_SYN), ctypes.addressof(kept))
    for listener in listeners:
        with suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)


def any_waiting(listeners: Sequence[socket.socket]) -> bool:
    """Whether a connection waits to be accepted."""
    poll = select.poll()
    for listener in listeners:
        poll.register(listener, select.POLLIN)
    return bool(poll.poll(0))
