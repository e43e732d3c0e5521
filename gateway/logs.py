"""Logs for operators: a line per event, no patient data; not the journal."""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import Any, TextIO, cast

from twisted.logger import (
    FilteringLogObserver,
    ILogFilterPredicate,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    PredicateResult,
    eventAsText,
    globalLogBeginner,
    textFileLogObserver,
)
from zope.interface import provider

_PORTS = re.compile(r"[\w .()]+ starting on \d+|\((TCP|TLS) Port \d+ Closed\)")
"""What Twisted says of each port, by the names of our classes; the service says it."""


def begin_logging(*, level: str = "info", as_json: bool = False) -> None:
    """
    Send logs to standard error, as text or as JSON lines.

    The libraries' own loggers are kept to what a person must act on: aiosmtpd says
    each refused handshake and each command, with addresses in it.
    """
    observer = _json_observer(sys.stderr) if as_json else _text_observer(sys.stderr)
    wanted = LogLevelFilterPredicate(LogLevel.levelWithName(level))
    globalLogBeginner.beginLoggingTo(
        [FilteringLogObserver(observer, [says_something, wanted])],
        redirectStandardIO=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


@provider(ILogFilterPredicate)
def says_something(event: LogEvent) -> Any:
    """Drop the lines that tell an operator nothing; leave the others to the level."""
    text = event.get("log_text", "")
    if event.get("log_namespace") == "log_legacy" and _PORTS.fullmatch(str(text)):
        return PredicateResult.no
    return PredicateResult.maybe


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
