"""How a log line looks; every worker is set up with the same."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
FIELDS = ("method", "route", "status", "ms", "request_id")
"""What `extra` may add to a line in JSON form."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, process, message, and FIELDS."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        facts |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            facts["traceback"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)


def log_config(level: str, form: str) -> dict[str, Any]:
    """For logging.config.dictConfig. level: of our own lines; libraries only warn.

    form: `text` or `json`.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": TEXT},
            "json": {"()": "app.logs.JsonLines"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "vitrina": {"level": level.upper()},
            "uvicorn": {"level": level.upper()},
        },
    }
