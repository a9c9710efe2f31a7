"""Which change log the settings name."""

import time

from app.changes.change_log import ChangeLog
from app.changes.sqlite_change_log import SqliteChangeLog
from app.settings import Settings


def make_change_log(settings: Settings) -> ChangeLog:
    """Opens and connects nothing."""
    if settings.change_log == "redis":
        from app.changes.redis_change_log import RedisChangeLog  # Redis's client is slow to import

        url, size = str(settings.redis_url), settings.change_log_max_bytes
        return RedisChangeLog(url, size, settings.fsync, _now_ms)
    return SqliteChangeLog(
        settings.data_dir, settings.change_log_max_bytes, settings.fsync, _now_ms
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
