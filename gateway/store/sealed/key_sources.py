"""The source of keys that the settings name."""

from __future__ import annotations

from gateway.settings.work import KeySettings
from gateway.store.sealed.sources import (
    CommandSource,
    CredentialSource,
    FileSource,
    KeySource,
    SourceInTurn,
)


def key_source(settings: KeySettings) -> KeySource:
    """
    Return the source in use, and behind it the one before if there is one.

    Raises:
        MisuseError: it cannot be reached at all.
    """
    source = _named(settings.source, settings)
    if not settings.previous:
        return source
    return SourceInTurn(source, _named(settings.previous, settings))


def _named(name: str, settings: KeySettings) -> KeySource:
    match name:
        case "credential":
            return CredentialSource.from_environment(settings.credential)
        case "command":
            return CommandSource(settings.command, settings.command_seconds)
        case "pkcs11":
            from gateway.store.sealed.token_source import TokenSource

            return TokenSource(
                settings.pkcs11_module,
                settings.pkcs11_token,
                settings.pkcs11_key,
                settings.pkcs11_pin,
            )
        case _:
            return FileSource(settings.master)
