"""The failures the program foresees; a refusal is not one of them, it is an answer."""

from __future__ import annotations

from typing import ClassVar


class GatewayError(Exception):
    """
    A foreseen failure, with one text for the peer and one for the operator.

    Args:
        public: Sent over the wire or shown; names no patient, rule, file or host.
        detail: Written to the operator's log; names no patient either.
    """

    temporary: ClassVar[bool] = False

    def __init__(self, public: str, *, detail: str = "") -> None:
        super().__init__(detail or public)
        self.public = public


class InvalidError(GatewayError, ValueError):
    """The input breaks its own format, and will do so every time."""


class ConflictError(GatewayError):
    """The input contradicts what is already recorded."""


class NotFoundError(GatewayError):
    """What was named does not exist, or is not for the one who asks."""


class UnavailableError(GatewayError):
    """A part we depend on is down; the same request may succeed later."""

    temporary = True


class DamagedError(UnavailableError):
    """What is kept is not what was kept: altered, cut, or its file is gone."""


class DestroyedError(UnavailableError):
    """The key of what is kept was destroyed: it opens to nobody, for good."""

    temporary = False


class AlteredError(DamagedError):
    """A row that grants is not as the gateway wrote it: nothing is given by it."""


class MisuseError(GatewayError):
    """A command or a setting is wrong; the text says what to write instead."""
