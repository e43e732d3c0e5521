"""The well-known addresses of mail programs: public, and under their own names."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway.web.site.mail_setup import (
    AUTOCONFIG_PATHS,
    autoconfig_hosts,
    mail_service_of,
)
from tests.builders_settings import make_settings
from tests.web.browsing import Site, blocking
from tests.web.wire import exchange

OPEN = {"imaps": 993, "imap": 143, "submissions": 465, "submission": 587}


def ask(site: Site, path: str, host: str) -> tuple[bytes, bytes]:
    """Return head and body of an answer to a mail program."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    head, _, body = exchange(site, request.encode()).partition(b"\r\n\r\n")
    return head, body


def test_the_service_has_the_open_doors_tls_first() -> None:
    service = mail_service_of(make_settings(listen=OPEN))

    assert [one.port for one in service.doors] == [993, 143, 465, 587]
    assert [one.tls_first for one in service.doors] == [True, False, True, False]
    assert mail_service_of(make_settings()).doors == ()


@pytest.mark.parametrize("path", AUTOCONFIG_PATHS)
@blocking
def test_mail_programs_are_answered_at_the_domain_and_at_autoconfig(
    site: Site, path: str
) -> None:
    for host in autoconfig_hosts(site.settings):
        for query in ("", "?emailaddress=dr%40x.test"):
            head, body = ask(site, path + query, host)

            assert head.startswith(b"HTTP/1.1 200"), head
            assert b"application/xml" in head
            assert b"set-cookie" not in head.lower()
            root = etree.fromstring(body)
            assert root.findtext(".//domain") == site.settings.domains.professional


@blocking
def test_pages_are_not_served_under_the_names_of_mail_programs(site: Site) -> None:
    for host in autoconfig_hosts(site.settings):
        for path in ("/", "/sign-in", "/static/site.css", "/mail/other"):
            head, _ = ask(site, path, host)
            assert head.startswith(b"HTTP/1.1 421"), (host, path, head)


@blocking
def test_nobody_else_is_answered(site: Site) -> None:
    head, _ = ask(site, AUTOCONFIG_PATHS[0], "autoconfig.evil.test")

    assert head.startswith(b"HTTP/1.1 421")
