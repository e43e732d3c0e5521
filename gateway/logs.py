"""Logs for operators: a line per event, no patient data; not the journal."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO, cast

from twisted.logger import (
    FilteringLogObserver,
    ILogFilterPredicate,
    ILogObserver,
    LogEvent,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    PredicateResult,
    eventAsText,
    globalLogBeginner,
    textFileLogObserver,
)
from twisted.python.failure import Failure
from zope.interface import provider

_PORTS = re.compile(r"[\w .()]+ starting on \d+|\((TCP|TLS) Port \d+ Closed\)")
"""What Twisted says of each port, by the names of our classes; the service says it."""

_LEVELS = {"debug", "info", "warn", "error", "critical"}


def begin_logging(*, level: str = "info", as_json: bool = False) -> None:
    """
    Send logs to standard error, as text or as JSON lines.

    The libraries' own loggers are kept to what a person must act on: aiosmtpd says
    each refused handshake and each command, with addresses in it. What they say, and
    what ends a thread or the program unforeseen, is logged as everything else is.
    """
    observer = _json_observer(sys.stderr) if as_json else _text_observer(sys.stderr)
    wanted = LogLevelFilterPredicate(LogLevel.levelWithName(level))
    globalLogBeginner.beginLoggingTo(
        [FilteringLogObserver(observer, [says_something, wanted])],
        redirectStandardIO=False,
    )
    logging.basicConfig(handlers=[_Libraries()], level=logging.ERROR, force=True)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    if as_json:
        sys.excepthook = _log_end
        threading.excepthook = _log_end_of_thread


class _Libraries(logging.Handler):
    """Takes what libraries say by Python's own logging."""

    def emit(self, record: logging.LogRecord) -> None:
        name = record.levelname.lower().replace("warning", "warn")
        level = name if name in _LEVELS else "error"
        words: dict[str, Any] = {"text": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            words["log_failure"] = Failure(record.exc_info[1])
        Logger(namespace=record.name).emit(
            LogLevel.levelWithName(level), "{text}", **words
        )


def _log_end(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    Logger(namespace=__name__).failure("the program ended", Failure(error, kind, trace))


def _log_end_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_end(args.exc_type, args.exc_value, args.exc_traceback)


def pass_on(process: str, said: Mapping[str, Any]) -> None:
    """Log a line that a process beside this one wrote as JSON, as that process's."""
    level = str(said.get("level", "error"))
    trace = str(said.get("traceback", ""))
    Logger(namespace=str(said.get("source", process))).emit(
        LogLevel.levelWithName(level if level in _LEVELS else "error"),
        "[{process}] {text}" + ("\n{traceback}" if trace else ""),
        process=process,
        text=said.get("text", ""),
        traceback=trace,
        said=dict(said),
    )


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
        line = json.dumps(_as_json(event), ensure_ascii=False)
        stream.write(line + "\n")
        stream.flush()

    return cast("ILogObserver", observe)


def _as_json(event: LogEvent) -> dict[str, Any]:
    """
    Return an event as a line of the log: its text, and its parts each by its name.

    A traceback is a part of its own. What another process said is given as it said it.
    """
    if "said" in event and "process" in event:
        return {**event["said"], "process": event["process"]}
    line = {
        "time": event.get("log_time"),
        "level": event["log_level"].name if "log_level" in event else "info",
        "source": event.get("log_namespace", ""),
        "text": eventAsText(
            event, includeTimestamp=False, includeSystem=False, includeTraceback=False
        ),
    }
    if "log_failure" in event:
        line["traceback"] = event["log_failure"].getTraceback()
    parts = {
        name: value if isinstance(value, int | float | bool) else str(value)
        for name, value in event.items()
        if not name.startswith("log_") and name not in {"time", "text", "isError"}
    }
    return {**line, "fields": parts} if parts else line
