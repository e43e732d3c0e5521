"""What mail programs are told, read as they read it."""

from __future__ import annotations

import plistlib
import re

from attrs import evolve
from lxml import etree

from gateway.message.client_setup import (
    MailDoor,
    MailService,
    MailTokens,
    MailUse,
    ProfileOwner,
    apple_profile,
    autoconfig,
    srv_lines,
)

HOST = "mail.hopital.mssante.test"
SERVICE = MailService(
    domain="hopital.mssante.test",
    name="Messagerie <de> l’hôpital",
    doors=(
        MailDoor(use=MailUse.READ, host=HOST, port=993, tls_first=True),
        MailDoor(use=MailUse.READ, host=HOST, port=143, tls_first=False),
        MailDoor(use=MailUse.SEND, host=HOST, port=587, tls_first=False),
    ),
)
OWNER = ProfileOwner(address="dr@hopital.mssante.test", name="Dr É")


def test_mozillas_configuration_has_the_doors_and_the_certificate() -> None:
    root = etree.fromstring(autoconfig(SERVICE))

    assert (root.tag, root.get("version")) == ("clientConfig", "1.1")
    (provider,) = root
    assert provider.get("id") == provider.findtext("domain") == SERVICE.domain
    assert provider.findtext("displayName") == SERVICE.name
    servers = [
        (
            one.tag,
            one.get("type"),
            one.findtext("hostname"),
            one.findtext("port"),
            one.findtext("socketType"),
        )
        for one in provider
        if one.get("type")
    ]
    assert servers == [
        ("incomingServer", "imap", HOST, "993", "SSL"),
        ("incomingServer", "imap", HOST, "143", "STARTTLS"),
        ("outgoingServer", "smtp", HOST, "587", "STARTTLS"),
    ]
    assert {one.text for one in root.iter("authentication")} == {"TLS-client-cert"}
    assert {one.text for one in root.iter("username")} == {"%EMAILADDRESS%"}


def test_mozillas_configuration_says_where_tokens_are_had_where_they_sign_in() -> None:
    tokens = MailTokens(
        name="PSC",
        issuer="https://auth.psc.test/realm",
        scope="openid scope_all",
        authorization="https://wallet.psc.test/auth?a=1&b=2",
        token="https://auth.psc.test/token",  # noqa: S106 (an address)
    )
    root = etree.fromstring(autoconfig(evolve(SERVICE, tokens=tokens)))

    for server in (one for one in root[0] if one.get("type")):
        ways = [one.text for one in server.iter("authentication")]
        assert ways == ["TLS-client-cert", "OAuth2"]
    assert {one.tag: one.text for one in root.findall("oAuth2/*")} == {
        "issuer": tokens.issuer,
        "scope": tokens.scope,
        "authURL": tokens.authorization,
        "tokenURL": tokens.token,
    }
    assert etree.fromstring(autoconfig(SERVICE)).find("oAuth2") is None


def test_srv_lines_name_the_open_doors_and_say_which_are_not() -> None:
    lines = srv_lines(SERVICE).splitlines()

    form = re.compile(
        r"(_\w+)\._tcp\.hopital\.mssante\.test\. \d+ IN SRV (\d+) \d+ (\d+) (\S+)"
    )
    found = [match.groups() for one in lines if (match := form.fullmatch(one))]
    assert len(found) == len(lines)
    assert found == [
        ("_imaps", "0", "993", f"{HOST}."),
        ("_imap", "10", "143", f"{HOST}."),
        ("_submissions", "0", "0", "."),
        ("_submission", "10", "587", f"{HOST}."),
    ]


def test_apples_profile_has_the_best_doors_and_no_password() -> None:
    made = apple_profile(SERVICE, OWNER)

    assert made is not None
    profile = plistlib.loads(made)
    assert profile["PayloadType"] == "Configuration"
    (mail,) = profile["PayloadContent"]
    assert mail["PayloadType"] == "com.apple.mail.managed"
    assert mail["EmailAddress"] == OWNER.address
    assert (
        mail["IncomingMailServerPortNumber"],
        mail["OutgoingMailServerPortNumber"],
    ) == (
        993,
        587,
    )
    assert mail["IncomingMailServerUseSSL"]
    assert mail["OutgoingMailServerUseSSL"]
    assert not [one for one in mail if "Password" in one]
    assert made == apple_profile(SERVICE, OWNER)  # made again, it takes its place
    assert profile["PayloadUUID"] != mail["PayloadUUID"]


def test_a_key_travels_in_a_payload_of_its_own() -> None:
    made = apple_profile(SERVICE, evolve(OWNER, pkcs12=b"key"))

    assert made is not None
    _, held = plistlib.loads(made)["PayloadContent"]
    assert held["PayloadType"] == "com.apple.security.pkcs12"
    assert held["PayloadContent"] == b"key"
    assert "key" not in repr(evolve(OWNER, pkcs12=b"key"))


def test_without_a_door_there_is_no_profile() -> None:
    readers = evolve(SERVICE, doors=SERVICE.doors[:2])

    assert apple_profile(readers, OWNER) is None
    assert readers.best(MailUse.SEND) is None
