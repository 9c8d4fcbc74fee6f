"""How a process words its log: lines for people, or one JSON object a line for collectors."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from typing_extensions import override

from nbcore.audit import FIELDS
from nbcore.settings import LogFormat, Settings

_TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure(settings: Settings) -> None:
    """Sends every log record of this process to its standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(level=settings.log_level.value, handlers=[handler])


def formatter(log_format: LogFormat) -> logging.Formatter:
    """What makes a line of a record."""
    match log_format:
        case LogFormat.TEXT:
            return logging.Formatter(_TEXT)
        case LogFormat.JSON:
            return _JsonFormatter()


class _JsonFormatter(logging.Formatter):
    """time (RFC 3339, UTC), level, logger, message, an audit entry's fields, and exception.

    The exception comes with its traceback.
    """

    @override
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": when.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)
