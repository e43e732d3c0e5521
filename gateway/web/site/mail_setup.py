"""The well-known addresses where mail programs learn how to reach the mailboxes."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.message.client_setup import (
    MailDoor,
    MailService,
    MailUse,
    autoconfig,
)
from gateway.settings.file import Settings
from gateway.store.patients.web_sessions import Stage
from gateway.web.site.answers import DOWNLOAD_POLICY, Answer
from gateway.web.site.routes import Route
from gateway.web.site.serving import error_page
from gateway.web.site.visits import Visit

AUTOCONFIG_PATHS: Final = (
    "/.well-known/autoconfig/mail/config-v1.1.xml",
    "/mail/config-v1.1.xml",
)
"""Asked at the domain of an address, and at ``autoconfig.`` of it."""


def mail_service_of(settings: Settings) -> MailService:
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
    )


def autoconfig_hosts(settings: Settings) -> frozenset[str]:
    """Return the names under which mail programs ask, and nobody for a page."""
    domain = settings.domains.professional.lower()
    return frozenset({domain, f"autoconfig.{domain}"})


@frozen
class MailSetup:
    """Answers mail programs; the same for all, whatever address they ask for."""

    service: MailService

    def routes(self) -> tuple[Route, ...]:
        """Return the addresses, for a site to add to its own."""
        return tuple(
            Route(method="GET", path=path, page=self.config, needs=Stage.ANONYMOUS)
            for path in AUTOCONFIG_PATHS
        )

    def config(self, visit: Visit) -> Answer:
        """Return Mozilla's configuration; not found where no door is open."""
        if not self.service.doors:
            return error_page(visit.language, 404)
        return Answer(
            body=autoconfig(self.service),
            headers=(
                ("Content-Type", "application/xml; charset=utf-8"),
                ("Content-Security-Policy", DOWNLOAD_POLICY),
                ("X-Frame-Options", "DENY"),
                ("Cache-Control", "no-store"),
            ),
        )
