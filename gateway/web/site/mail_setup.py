"""The well-known addresses where mail programs learn how to reach the mailboxes."""

from __future__ import annotations

from typing import Final

from attrs import frozen
from twisted.logger import Logger

from gateway.clock import utc_now
from gateway.errors import UnavailableError
from gateway.message.client_setup import (
    MailDoor,
    MailService,
    MailTokens,
    MailUse,
    autoconfig,
)
from gateway.settings.file import Settings
from gateway.store.patients.web_sessions import Stage
from gateway.trust.provider import Provider
from gateway.web.site.answers import DOWNLOAD_POLICY, Answer
from gateway.web.site.routes import Route
from gateway.web.site.serving import error_page
from gateway.web.site.visits import Visit

log = Logger()

AUTOCONFIG_PATHS: Final = (
    "/.well-known/autoconfig/mail/config-v1.1.xml",
    "/mail/config-v1.1.xml",
)
"""Asked at the domain of an address, and at ``autoconfig.`` of it."""


def mail_tokens_of(provider: Provider | None) -> MailTokens | None:
    """
    Return where mail programs get tokens, None where none signs in.

    Raises:
        UnavailableError: the provider cannot be asked where that is.
    """
    if provider is None or not provider.settings.mail_programs:
        return None
    settings, said = provider.settings, provider.metadata()
    return MailTokens(
        name=settings.name,
        issuer=settings.issuer,
        scope=settings.scope,
        authorization=said.authorization,
        token=said.token,
    )


def mail_service_of(
    settings: Settings, tokens: MailTokens | None = None
) -> MailService:
    """Return what the settings say to everybody of the mailboxes' doors."""
    listen, domains = settings.listen, settings.domains
    ports = (
        (MailUse.READ, listen.imaps, True),
        (MailUse.READ, listen.imap, False),
        (MailUse.SEND, listen.submissions, True),
        (MailUse.SEND, listen.submission, False),
    )
    return MailService(
        domain=domains.professional.lower(),
        name=domains.operator_name,
        doors=tuple(
            MailDoor(use=use, host=domains.hostname, port=port, tls_first=tls_first)
            for use, port, tls_first in ports
            if port
        ),
        tokens=tokens,
    )


def autoconfig_hosts(settings: Settings) -> frozenset[str]:
    """Return the names under which mail programs ask, and nobody for a page."""
    domain = settings.domains.professional.lower()
    return frozenset({domain, f"autoconfig.{domain}"})


@frozen
class MailSetup:
    """
    Answers mail programs; the same for all, whatever address they ask for.

    ``provider`` is asked, an hour's answer being kept, where tokens are to be had.
    """

    settings: Settings
    provider: Provider | None

    @classmethod
    def of(cls, settings: Settings) -> MailSetup:
        """Return it, with a client of its own of the provider that there may be."""
        return cls(settings, Provider.of(settings.provider, utc_now))

    def routes(self) -> tuple[Route, ...]:
        """Return the addresses, for a site to add to its own."""
        return tuple(
            Route(method="GET", path=path, page=self.config, needs=Stage.ANONYMOUS)
            for path in AUTOCONFIG_PATHS
        )

    def config(self, visit: Visit) -> Answer:
        """
        Return Mozilla's configuration; not found where no door is open.

        Of tokens it says nothing while the provider is away, who gives none then.
        """
        try:
            tokens = mail_tokens_of(self.provider)
        except UnavailableError as error:
            log.warn("mail programs are not told of tokens: {why}", why=str(error))
            tokens = None
        service = mail_service_of(self.settings, tokens)
        if not service.doors:
            return error_page(visit.language, 404)
        return Answer(
            body=autoconfig(service),
            headers=(
                ("Content-Type", "application/xml; charset=utf-8"),
                ("Content-Security-Policy", DOWNLOAD_POLICY),
                ("X-Frame-Options", "DENY"),
                ("Cache-Control", "no-store"),
            ),
        )
