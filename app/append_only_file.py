"""Redis's append-only file, written anew before anything is told to be durable.

A script that writes more than once is in that file as a transaction. If Redis is killed in the
middle of writing one, it begins again without it, but leaves its head in the file; whatever is
written behind that belongs to the same transaction when the file is next read, with what nobody
was told before what was acknowledged: acknowledged changes are lost at the second start, not at
the first. Valkey mended it in August 2026 (valkey-io/valkey#4342); of Redis, 6.2 to 7.0 at least
do so. Redis writes the file anew from what it holds when it is told to (BGREWRITEAOF), and so the
head is gone.
"""

import logging
import time
from collections.abc import Sequence
from hashlib import sha1
from typing import Any, Final

from app.redis import NoPermissionError, NoScriptError, ResponseError, SyncRedis

_POLLED_EVERY_S: Final = 0.02
log = logging.getLogger("vitrina.redis")


class Script:
    """sha: by which Redis knows it once it was loaded."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


_MARK: Final = Script("return 'the append-only file is whole'")


class AppendOnlyFile:
    """Of one server, by this client. within_s: how long a caller waits for the file.

    What was loaded as a script is gone when Redis begins again, and a script is loaded here only
    after the file was written anew: so nothing is ever written by a script that may be lost, and
    asking costs nothing. Safe for threads and beside other processes.
    """

    def __init__(self, client: SyncRedis, within_s: float) -> None:
        self._client = client
        self._within_s = within_s
        self._asked_of = ""  # a server's run_id
        self._is_allowed = True  # by that server

    def run(self, script: Script, keys: Sequence[str] = (), values: Sequence[Any] = ()) -> Any:
        """Raises the client's errors, and ResponseError when the file is not yet written anew."""
        try:
            return self._client.evalsha(script.sha, len(keys), *keys, *values)
        except NoScriptError:
            self._load(script)
            return self._client.evalsha(script.sha, len(keys), *keys, *values)

    def make_whole(self) -> None:
        """Before plain commands that are to last. Raises as `run` does."""
        self.run(_MARK)

    def _load(self, script: Script) -> None:
        # On one connection, which ends with the server: the script gets into no other than the
        # one that wrote its file anew.
        with self._client.client() as server:  # type: ignore[no-untyped-call] # as redis has it
            facts: Any = server.info()
            if int(facts.get("aof_enabled", 0)):
                self._write_anew(server, facts["run_id"])
            server.script_load(script.text)

    def _write_anew(self, server: SyncRedis, run_id: str) -> None:
        give_up = time.monotonic() + self._within_s
        if self._asked_of != run_id:
            self._is_allowed = _ask(server)
            self._asked_of = run_id
        if not self._is_allowed:
            return
        while _is_writing(facts := server.info("persistence")):
            if time.monotonic() > give_up:
                raise ResponseError(
                    "it began anew and writes its append-only file, which takes the longer the "
                    "more it holds"
                )
            time.sleep(_POLLED_EVERY_S)
        if facts["aof_last_bgrewrite_status"] != "ok":
            self._asked_of = ""
            raise ResponseError(
                "it began anew and could not write its append-only file (BGREWRITEAOF), without "
                "which changes could be lost; its log says why: no room on the disk, or no memory "
                "for a second process (set vm.overcommit_memory to 1)"
            )


def _is_writing(facts: Any) -> bool:
    return bool(int(facts["aof_rewrite_in_progress"]) or int(facts["aof_rewrite_scheduled"]))


def _ask(server: SyncRedis) -> bool:
    """False where it is not allowed: managed servers keep what they hold in ways of their own."""
    try:
        server.bgrewriteaof()
    except ResponseError as error:
        told = str(error)
        if "in progress" in told:
            return True
        if not isinstance(error, NoPermissionError) and "unknown command" not in told:
            raise
        log.warning(
            "Redis does not let Vitrina ask for BGREWRITEAOF (%s): if it is killed while it writes "
            "and begins twice, acknowledged changes may be lost. Allow it, or use a server that "
            "mends its append-only file itself.",
            told,
        )
        return False
    return True
