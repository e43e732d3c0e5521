"""The provider of identities of a process: its pages and its mail doors share it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.errors import InvalidError, MisuseError
from gateway.settings.file import Settings
from gateway.trust.provider import Provider


def provider_of(settings: Settings, clock: Callable[[], datetime]) -> Provider | None:
    """
    Return the provider that the settings name, None for none.

    Raises:
        MisuseError: what they name of it cannot be used.
    """
    try:
        return Provider.of(settings.provider, clock)
    except InvalidError as error:
        raise MisuseError(f"[provider]: {error}") from error
