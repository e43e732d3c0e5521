"""The doctor's look at the provider of identities, and at tokens for mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.cli.findings import Finding
from gateway.clock import utc_now
from gateway.errors import GatewayError
from gateway.settings.file import Settings
from gateway.trust.provider import Provider, ProviderMetadata

_SUBJECT: Final = "provider of identities"
_MAIL: Final = "tokens of mail programs"
_LONG: Final = 4 * 3600
"""Seconds that a session of Pro Santé Connect lasts: its user signs in again then."""


def identities(settings: Settings) -> Iterator[Finding]:
    """Yield whether it answers, and what of tokens for mail is not safe."""
    if not settings.provider.is_on:
        return
    try:
        provider = Provider.of(settings.provider, utc_now)
        assert provider is not None, "there is one"
        said = provider.metadata()
    except GatewayError as error:
        mend = "check [provider] discovery, issuer and authorities, or ask who runs it"
        yield Finding(_SUBJECT, str(error), mend)
        return
    yield Finding(_SUBJECT, f"{settings.provider.name} answers")
    if settings.provider.mail_programs:
        yield from _mail(settings, said)


def _mail(settings: Settings, said: ProviderMetadata) -> Iterator[Finding]:
    found = list(_faults(settings, said))
    yield from found
    if not found:
        seconds = settings.provider.mail_session_seconds
        yield Finding(_MAIL, f"asked about one by one, sessions last {seconds} s")


def _faults(settings: Settings, said: ProviderMetadata) -> Iterator[Finding]:
    if not said.introspection:
        yield Finding(
            _MAIL,
            "the provider has no introspection: no token signs in",
            "have it let our client introspect, or empty [provider] mail_programs",
        )
    if not (said.tells_logouts and settings.listen.professional_https):
        seconds = settings.provider.mail_session_seconds
        yield Finding(
            _MAIL,
            f"a logout is not told to us: sessions of mail go on for {seconds} s",
            "open [listen] professional_https, and register …/sign-out/provider there "
            "(back-channel logout); or lower [provider] mail_session_seconds",
        )
    if settings.provider.mail_session_seconds > _LONG:
        yield Finding(
            _MAIL,
            "sessions of mail outlast those of the provider",
            f"lower [provider] mail_session_seconds to {_LONG} or less",
        )
