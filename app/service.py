"""The parts of one worker, put together; requests reach them through `service_of`."""

import time
from dataclasses import dataclass, replace

from fastapi import Request
from pydantic import SecretStr

from app.cache.result_cache import ResultCache, make_cache
from app.changes.change_logs import make_change_log
from app.changes.changes import Changes
from app.events.memory import Memory
from app.generations import Generations
from app.jobs.jobs import BuildJobs
from app.keys.audit import AuditLog
from app.keys.grant import THIS_MACHINE, Grant
from app.keys.keyring import Keyring
from app.keys.rates import KeyRates
from app.keys.store import KeyStore
from app.live.visible import Visible
from app.live.watch import LiveWatch
from app.search import Searcher
from app.settings import Settings
from app.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Service:
    """grant: what the request may do that reaches it; of the service itself, everything."""

    settings: Settings
    generations: Generations
    cache: ResultCache
    searcher: Searcher
    jobs: BuildJobs
    memory: Memory
    changes: Changes
    live: LiveWatch | None
    traffic: Traffic
    keys: KeyStore
    keyring: Keyring
    key_rates: KeyRates
    audit: AuditLog
    grant: Grant = THIS_MACHINE

    @property
    def default_index(self) -> str:
        """Of what names none. Raises NotAllowedError if the request's key does not reach it."""
        self.grant.allow(self.settings.default_index)
        return self.settings.default_index

    def changed(self, index: str, what: str) -> None:
        """Take up what was just put in force, and tell the other workers and replicas.

        what: id of the snapshot or the rules. Not from the event loop: it may wait for Redis.
        """
        self.generations.look_now()
        if self.settings.redis_url:
            from app.announcements import announce  # Redis's client is slow to import

            announce(self.settings.redis_url, index, what)

    @classmethod
    def of(cls, settings: Settings) -> "Service":
        generations = Generations(settings)
        cache = make_cache(
            redis_url=settings.redis_url,
            memory_bytes=settings.cache_memory_bytes,
            clock=time.monotonic,
        )
        jobs = BuildJobs(
            settings.data_dir,
            settings.catalog_dir,
            catalog_urls=settings.catalog_urls,
            clock=time.time,
        )
        memory = Memory(settings, generations)
        traffic = Traffic(generations, memory)
        searcher = Searcher(settings, generations, cache, memory, traffic)
        live = LiveWatch(settings, generations.live) if settings.live else None
        visible = Visible(settings.data_dir) if settings.live else None
        changes = Changes(generations, make_change_log(settings), visible)
        keys = KeyStore(settings.data_dir, _told(settings.keys_secret), time.time)
        keyring = Keyring(
            keys,
            _told(settings.admin_key),
            _told(settings.keys_secret),
            time.time,
            settings.index_aliases,
        )
        key_rates = KeyRates(settings.state, settings.redis_url, time.time)
        audit = AuditLog(settings.data_dir, time.time)
        return cls(
            settings,
            generations,
            cache,
            searcher,
            jobs,
            memory,
            changes,
            live,
            traffic,
            keys,
            keyring,
            key_rates,
            audit,
        )


def _told(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def service_of(request: Request) -> Service:
    """As far as the request may use it."""
    service: Service = request.app.state.service
    grant: Grant | None = request.scope.get("grant")
    return service if grant is None or not grant.is_narrow else replace(service, grant=grant)
