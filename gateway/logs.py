"""Logs for operators: a line per event, no patient data; not the journal."""

from __future__ import annotations

import json
import logging
import sys
from typing import TextIO, cast

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    eventAsText,
    globalLogBeginner,
    textFileLogObserver,
)
from zope.interface import provider


def begin_logging(*, level: str = "info", as_json: bool = False) -> None:
    """
    Send logs to standard error, as text or as JSON lines.

    The libraries' own loggers are kept to what a person must act on: aiosmtpd says
    each refused handshake and each command, with addresses in it.
    """
    observer = _json_observer(sys.stderr) if as_json else _text_observer(sys.stderr)
    wanted = LogLevelFilterPredicate(LogLevel.levelWithName(level))
    globalLogBeginner.beginLoggingTo(
        [FilteringLogObserver(observer, [wanted])], redirectStandardIO=False
    )
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def _text_observer(stream: TextIO) -> ILogObserver:
    return cast(
        "ILogObserver", textFileLogObserver(stream, timeFormat="%Y-%m-%dT%H:%M:%S%z")
    )


def _json_observer(stream: TextIO) -> ILogObserver:
    @provider(ILogObserver)
    def observe(event: LogEvent) -> None:
        line = {
            "time": event.get("log_time"),
            "level": event["log_level"].name if "log_level" in event else "info",
            "source": event.get("log_namespace", ""),
            "text": eventAsText(event, includeTimestamp=False, includeSystem=False),
        }
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        stream.flush()

    return cast("ILogObserver", observe)
