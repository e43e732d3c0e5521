"""Commands that are answered NO: in which words, and without a trace elsewhere."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from twisted.logger import LogLevel, globalLogPublisher

from gateway.errors import (
    ConflictError,
    GatewayError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from gateway.mssante import imap
from gateway.mssante.imap.refusals import (
    TRY_CREATE,
    CommandRefusedError,
    refusal_of,
)
from gateway.mssante.imap.search_keys import BadCharsetError
from gateway.store.mailbox.mail import OverQuotaError
from tests.mssante.imap.server import Mailroom, off_the_loop


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []

    def observer(event: dict[str, Any]) -> None:
        events.append(event)

    globalLogPublisher.addObserver(observer)  # type: ignore[arg-type]
    try:
        yield events
    finally:
        globalLogPublisher.removeObserver(observer)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (CommandRefusedError(TRY_CREATE), b"[TRYCREATE] no such folder"),
        (BadCharsetError("x"), b"[BADCHARSET (UTF-8 US-ASCII)] charset not known"),
        (InvalidError("malformed"), None),
        (OverQuotaError("x"), b"[OVERQUOTA] the mailbox is full"),
        (NotFoundError("x"), b"[NONEXISTENT] no such folder"),
        (ConflictError("déjà"), b"[CANNOT] d?j?"),
        (UnavailableError("x"), b"[UNAVAILABLE] try again later"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_failure_we_foresee_has_its_answer(
    error: GatewayError, answer: bytes | None
) -> None:
    assert refusal_of(error) == answer


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("COPY 1 Nulle-part", b"t NO [TRYCREATE] no such folder"),
        ("MOVE 1 Nulle-part", b"t NO [TRYCREATE] no such folder"),
        ("APPEND Nulle-part {1+}\r\nx", b"t NO [TRYCREATE] no such folder"),
        ("STATUS Nulle-part (MESSAGES)", b"t NO [NONEXISTENT] no such folder"),
        ("DELETE Nulle-part", b"t NO [NONEXISTENT] no such folder"),
        ("CREATE Sent", b"t NO [ALREADYEXISTS] "),
        ("CREATE a//b", b"t NO [CANNOT] "),
        ("RENAME INBOX Autre", b"t NO [CANNOT] INBOX stays"),
    ],
)
@off_the_loop
def test_a_foreseen_refusal_is_no_defect_in_the_log(
    mailroom: Mailroom, command: str, answer: bytes
) -> None:
    mailroom.deliver(b"From: a@b.test\r\n\r\nCorps\r\n")
    with mailroom.wire() as wire, logged() as events:
        wire.ask("SELECT INBOX")

        assert wire.ask(command)[-1].startswith(answer)

    assert [one for one in events if one["log_level"] > LogLevel.info] == []


def test_no_exception_is_kept_to_be_raised_again() -> None:
    """Each raise would add to its traceback, and keep alive all that it names."""
    modules = [
        import_module(f"{imap.__name__}.{one.name}")
        for one in pkgutil.iter_modules(imap.__path__)
    ]

    kept = [
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Exception)
    ]

    assert len(modules) > 10
    assert kept == []
