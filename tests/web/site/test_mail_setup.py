"""The well-known addresses of mail programs: public, and under their own names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway.clock import utc_now
from gateway.web.site.mail_setup import (
    AUTOCONFIG_PATHS,
    MailSetup,
    autoconfig_hosts,
    mail_service_of,
)
from gateway.web.site.visits import Visit
from tests.builders_settings import make_settings
from tests.web.browsing import Site, blocking
from tests.web.professional.oidc import CLIENT, PROGRAM, local_provider
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


def test_tokens_are_told_of_while_their_provider_answers(
    tmp_path: Path, pki_folder: Path
) -> None:
    (tmp_path / "client.secret").write_text("a secret")
    visit = Visit(path="/", language="fr", now=utc_now(), cookie="", token="")
    with local_provider(pki_folder, utc_now) as there:
        said = {
            "issuer": there.issuer,
            "discovery": there.address("meta"),
            "client_id": CLIENT,
            "client_secret": str(tmp_path / "client.secret"),
            "authorities": str(pki_folder / "ca.pem"),
        }
        by_tokens = {**said, "mail_programs": [PROGRAM]}
        tables: dict[str, Any] = {"provider": by_tokens, "listen": OPEN}
        by_token = MailSetup.of(make_settings(**tables)).config(visit)
        there.metadata = {"issuer": "https://other.test"}
        away = MailSetup.of(make_settings(**tables)).config(visit)
        tables["provider"] = said
        asked = len(there.asked)
        off = MailSetup.of(make_settings(**tables)).config(visit)

    assert etree.fromstring(by_token.body).findtext("oAuth2/issuer") == there.issuer
    assert b"OAuth2" not in away.body
    assert b"OAuth2" not in off.body
    assert away.status == off.status == 200
    assert len(there.asked) == asked


@blocking
def test_nobody_else_is_answered(site: Site) -> None:
    head, _ = ask(site, AUTOCONFIG_PATHS[0], "autoconfig.evil.test")

    assert head.startswith(b"HTTP/1.1 421")
