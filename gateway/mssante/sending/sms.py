"""Text messages: to a gateway over HTTP, or into a folder for a program to send."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

from attrs import field, frozen

from gateway.durable import sync_folder
from gateway.errors import GatewayError, InvalidError, UnavailableError
from gateway.mssante.sending.smart_host import read_password
from gateway.settings.sms import SmsSettings


@frozen
class Sms:
    """A text message: its notice's id, an E.164 number, and its text."""

    id: str
    to: str = field(repr=False)
    text: str = field(repr=False)


Texter = Callable[[Sms], None]
"""
Takes a text message, safely, before it returns.

Raises `InvalidError` where the number is none, for good; `UnavailableError` for now.
"""


def make_texter(settings: SmsSettings) -> Texter | None:
    """Return what the settings choose; None where no text message is sent."""
    if settings.gateway:
        token = Path(settings.token_file) if settings.token_file else None
        return SmsGateway(settings.gateway, settings.seconds, token)
    return SmsFolder(Path(settings.folder)) if settings.folder else None


@frozen
class SmsFolder:
    """
    A folder in the form of a Maildir, a JSON file for each text message.

    Each is written whole in ``tmp`` and moved to ``new``: who sends them sees no half,
    and removes what it sent. The same notice again is the same file.
    """

    folder: Path

    def __call__(self, message: Sms) -> None:
        """Put it there, durably."""
        content = {"id": message.id, "to": message.to, "text": message.text}
        name = f"{message.id}.json"
        try:
            for one in ("tmp", "new"):
                (self.folder / one).mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            descriptor = os.open(self.folder / "tmp" / name, flags, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                json.dump(content, out, ensure_ascii=False)
                out.flush()
                os.fsync(out.fileno())
            (self.folder / "tmp" / name).rename(self.folder / "new" / name)
            sync_folder(self.folder / "new")
            sync_folder(self.folder)
        except OSError as error:
            raise UnavailableError(
                "not sent yet", detail=f"[sms] folder: {error.strerror}"
            ) from error


class _NoWayOn(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: a code is in the message."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse."""


@frozen
class SmsGateway:
    """
    A gateway asked by POST with ``{"id", "to", "text"}`` as JSON.

    It answers 2xx once it has the message, 422 where the number is none; the same id
    again is the same message. Anything else is tried again.
    """

    url: str
    seconds: float
    token_file: Path | None = None

    def __call__(self, message: Sms) -> None:
        """Hand it over."""
        body = {"id": message.id, "to": message.to, "text": message.text}
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.id}
        try:
            if self.token_file is not None:
                headers["Authorization"] = f"Bearer {read_password(self.token_file)}"
            request = urllib.request.Request(  # noqa: S310 (https, or this machine)
                self.url, json.dumps(body).encode(), headers, method="POST"
            )
            context = ssl.create_default_context()
            opener = urllib.request.build_opener(
                _NoWayOn, urllib.request.HTTPSHandler(context=context)
            )
            with opener.open(request, timeout=self.seconds):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 422:
                raise InvalidError("the gateway refused the number") from error
            raise UnavailableError(
                "not sent yet", detail=f"[sms] gateway: it answers {error.code}"
            ) from error
        except GatewayError as error:
            raise UnavailableError("not sent yet", detail=f"[sms]: {error}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise UnavailableError(
                "not sent yet", detail=f"[sms] gateway: {type(error).__name__}"
            ) from error
