"""Every setting, read from the environment (VITRINA_…) here alone; see docs/configuration.md."""

import os
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

INDEX_NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"


class Settings(BaseSettings):
    """Immutable; a wrong value stops the start with the name of the setting."""

    model_config = SettingsConfigDict(
        env_prefix="VITRINA_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    # Where things are
    data_dir: Path = Field(Path("var"), description="Folder of all indexes.")
    default_index: str = Field(
        "main",
        pattern=INDEX_NAME_PATTERN,
        description="Index that answers when a request names none.",
    )
    index_aliases: Annotated[dict[str, str], NoDecode] = Field(
        {},
        description="Other names of indexes for Algolia's clients, comma separated: "
        "`prod_Products=main,instant_search=main`.",
    )
    catalog_dir: Path | None = Field(
        None,
        description="Folder that catalogues of admin builds must lie in; without it builds "
        "cannot be started over HTTP.",
    )
    catalog_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses (https, http, s3, gs) that admin builds may read below, comma "
        "separated: `https://feeds.example.com/shop/`. Default: none.",
    )
    kernel_cache_dir: Path | None = Field(
        None,
        description="Writable folder of compiled Numba kernels, a sub-folder a version. Default: "
        "`vitrina` in `$XDG_CACHE_HOME`, which is `~/.cache` if not set.",
    )

    # Listening
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on.")
    workers: int = Field(
        1, ge=1, le=256, description="Worker processes; they share the pages of a snapshot."
    )
    shutdown_s: int = Field(
        20, ge=0, le=600, description="Seconds that running requests get after SIGTERM."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Web origins that may call the API from a browser, comma separated; `*` for "
        "all. Default: any for `/1`, none for the rest.",
    )
    redirect_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Hosts that merchandising rules may lead to with a redirect or a banner, comma "
        "separated: `shop.example.com,help.example.com:8443`. Default: paths of the shop only.",
    )
    gzip_min_bytes: int = Field(
        2_000, ge=0, description="Answers from this size on are compressed; 0 switches it off."
    )

    # Limits of a request
    max_query_chars: int = Field(
        512, ge=1, le=100_000, description="Longest accepted query, in characters."
    )
    max_filters: int = Field(
        100, ge=0, le=1_000, description="Most filter clauses of one request, nested ones included."
    )
    max_facets: int = Field(32, ge=0, le=50, description="Most facets of one request.")
    max_body_bytes: int = Field(
        1_048_576, ge=1_024, le=1 << 30, description="Largest accepted request body."
    )
    budget_ms: float = Field(
        250.0,
        ge=0,
        le=60_000,
        description="Time a search may take when the request does not say; what does not fit is "
        "skipped and named in `degraded`.",
    )
    max_budget_ms: float = Field(
        5_000.0, ge=0, le=60_000, description="Largest budget that a request may ask for."
    )
    max_inflight: int = Field(
        64,
        ge=1,
        le=100_000,
        description="Searches a worker accepts at once, waiting ones included; beyond it 503.",
    )
    search_threads: int | None = Field(
        None,
        ge=0,
        le=256,
        description="Threads a worker searches in. 0 searches on the event loop. Default: cores "
        "divided by workers, at least 1.",
    )

    # Result cache
    redis_url: str | None = Field(
        None,
        pattern=r"^(redis|rediss|unix)://",
        description="Redis for the shared result cache, for announcing new generations, and for "
        "events that several machines share.",
    )
    cache_memory_bytes: int = Field(
        33_554_432,
        ge=0,
        le=1 << 40,
        description="Memory of a worker's own result cache, used when there is no Redis; 0 for "
        "no cache.",
    )
    cache_ttl_s: int = Field(
        300, ge=0, le=604_800, description="Longest age of a cached answer, in seconds."
    )

    # Changes
    change_log: Literal["sqlite", "redis"] = Field(
        "sqlite",
        description="Where changes of products are kept until a build folds them in: in the data "
        "folder, for one machine, or in the Redis of VITRINA_REDIS_URL, for several.",
    )
    change_log_max_bytes: int = Field(
        1 << 30,
        ge=1 << 20,
        le=1 << 40,
        description="Largest change log of one index; beyond it changes are refused with 503, as "
        "a build is due.",
    )
    live: bool = Field(
        True,
        description="Show changes of products while searching; one process more on each machine.",
    )
    cache_staleness_ms: int = Field(
        500,
        ge=0,
        le=60_000,
        description="How long a cached answer may outlive a change of numbers or texts; what is "
        "deleted or waited for ends older answers at once.",
    )
    fsync: Literal["os", "always"] = Field(
        "os",
        description="What acknowledged changes and events survive: the death of every process "
        "(`os`), or a power loss too (`always`), at the price of a disk's flush for each.",
    )

    # Events
    state_dir: Path | None = Field(
        None,
        description="Folder of events and impressions, on this machine's own disk. Default: "
        "`state` in the data folder.",
    )
    events_waiting_bytes: int = Field(
        1 << 30,
        ge=1 << 20,
        le=1 << 44,
        description="Events that may wait to be archived; beyond it they are refused with 503.",
    )
    events_kept_days: float = Field(
        365.0, gt=0, le=3_650, description="Days that events and impressions are kept."
    )
    events_kept_bytes: int = Field(
        20 << 30,
        ge=1 << 20,
        le=1 << 44,
        description="Most of the archive of events; beyond it the oldest go.",
    )
    learn_every_h: float = Field(
        0.0,
        ge=0,
        le=8_760,
        description="Hours between two runs of `vitrina learn`, for every index; 0: never by "
        "itself.",
    )
    profiles: int = Field(
        65_536,
        ge=0,
        le=10_000_000,
        description="People whose latest products are at hand for their next search, on this "
        "machine, 440 bytes each; 0: searches are the same for everybody.",
    )
    events_a_minute: int = Field(
        1_200,
        ge=1,
        le=1_000_000,
        description="Events or searches of one session within a minute; what is faster is taken "
        "for a bot.",
    )
    features_logged: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of searches whose feature rows are logged with their impression.",
    )
    exposure_period_s: float = Field(
        300.0,
        gt=0,
        le=86_400,
        description="Seconds between two counts of what new products were given; until the next, "
        "all searches see the same.",
    )
    pseudonym_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Secret that users and sessions are hashed with; the same on every machine "
        "that shares events. Default: one that is made in the state folder.",
    )

    # Generations
    poll_s: float = Field(
        0.5, gt=0, le=3_600, description="Seconds between two looks for a new snapshot."
    )
    retry_s: float = Field(
        10.0,
        gt=0,
        le=3_600,
        description="Seconds before a snapshot that could not be opened is tried again.",
    )
    verify: Literal["always", "once", "never"] = Field(
        "once",
        description="When the checksums of a snapshot are compared before it is opened: at every "
        "opening, once on this disk, or never.",
    )
    warm: bool = Field(True, description="Run a few queries on a new generation before it serves.")

    # Operation
    admin_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="A key that may do everything. Where there is none, here or by `vitrina "
        "keys create`, admin answers only when the service listens on loopback, and never to "
        "forwarded requests.",
    )
    require_key: bool = Field(
        False,
        description="Whether searches and events need a key, too; what changes anything always "
        "does.",
    )
    keys_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Secret that keys are hashed and signed with. Default: one that is made in "
        "the folder of keys.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )
    log_format: Literal["text", "json"] = Field("text", description="Form of a log line.")
    access_log: bool = Field(
        True, description="Log one line a request (never the query text or an address)."
    )

    @field_validator("redis_url")
    @classmethod
    def _has_port(cls, url: str | None) -> str | None:
        if url is not None:
            try:
                _ = urlsplit(url).port
            except ValueError:  # whose message quotes the URL, and so the password in it
                raise ValueError(
                    "has no usable port; write / # ? @ in a password as %2F %23 %3F %40"
                ) from None
            _check_redis(url)
        return url

    @model_validator(mode="after")
    def _has_redis(self) -> "Settings":
        if self.change_log == "redis" and self.redis_url is None:
            raise ValueError("VITRINA_CHANGE_LOG=redis needs VITRINA_REDIS_URL")
        return self

    @field_validator("cors_origins", "catalog_urls", "redirect_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("index_aliases", mode="before")
    @classmethod
    def _paired(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        made = {name.strip(): index.strip() for name, _, index in pairs}
        if not all(made) or not all(
            re.fullmatch(INDEX_NAME_PATTERN, each) for each in made.values()
        ):
            raise ValueError("is not NAME=INDEX, comma separated")
        return made

    @property
    def threads(self) -> int:
        """Search threads of one worker; 0 for none."""
        if self.search_threads is not None:
            return self.search_threads
        return max(1, (os.cpu_count() or 1) // self.workers)

    @property
    def state(self) -> Path:
        return self.state_dir or self.data_dir / "state"

    @property
    def kernels(self) -> Path:
        return self.kernel_cache_dir or _user_cache() / "vitrina"

    @property
    def listens_on_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}


def _user_cache() -> Path:
    """Where programs of this user keep what can be made again (XDG base directories)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():  # others are to be ignored, says the standard
        return Path(named)
    try:
        return Path.home() / ".cache"
    except RuntimeError:  # a user without a home
        return Path(tempfile.gettempdir())


def _check_redis(url: str) -> None:
    """Options that the client does not know would fail at every request. Connects to nothing."""
    from app.redis import check_url  # slow to import, seldom needed

    try:
        check_url(url)
    except (TypeError, ValueError):
        raise ValueError(
            "is not understood by the Redis client; write redis://, rediss:// or unix://, and only "
            "options that it knows for that"
        ) from None


_SECRET = frozenset({
    "VITRINA_ADMIN_KEY", "VITRINA_REDIS_URL", "VITRINA_PSEUDONYM_KEY", "VITRINA_KEYS_SECRET",
})  # fmt: skip
"""Never shown: the URL may hold a password."""


class SettingsError(Exception):
    """A setting cannot be used; the message names it."""


def load_settings(**given: Any) -> Settings:
    """Settings of the environment, under those that are given. Raises SettingsError."""
    try:
        return Settings(**given)
    except ValidationError as error:
        told = []
        for fault in error.errors():
            if not fault["loc"]:  # of several settings together
                told.append(str(fault["ctx"]["error"]))
                continue
            name = f"VITRINA_{str(fault['loc'][0]).upper()}"
            value = "" if name in _SECRET else f" (it is {fault['input']!r:.80})"
            told.append(f"{name}: {fault['msg']}{value}")
        raise SettingsError(
            f"{'; '.join(told)}. docs/configuration.md lists every setting."
        ) from None


def numba_target() -> tuple[str, ...]:
    """Processor name and features that kernels are compiled for, if the environment fixes them."""
    told = os.environ
    return tuple(f"{n}={told[n]}" for n in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES") if n in told)


METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def metrics_folder() -> Path | None:
    """Where the workers of this service add up what they count; None with a single worker."""
    return Path(folder) if (folder := os.environ.get(METRICS_VARIABLE)) else None


def child_environment(settings: Settings) -> dict[str, str]:
    """Of a process that works on the same data folder with the same settings."""
    return {
        **os.environ,
        "VITRINA_DATA_DIR": str(settings.data_dir.absolute()),
        "VITRINA_CHANGE_LOG": settings.change_log,
        "VITRINA_FSYNC": settings.fsync,
        "VITRINA_REDIS_URL": settings.redis_url or "",
        "VITRINA_LOG_LEVEL": settings.log_level,
        "VITRINA_LOG_FORMAT": settings.log_format,
    }
