"""A sender is who its certificate says, in the envelope and in the headers."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Permit, Refuse
from gateway.rights.sender_rules import (
    Link,
    LinkKind,
    SenderHeaders,
    SenderRefusal,
    decide_headers,
    decide_reverse_path,
    domain_of,
    narrowed,
    writes_as_patient,
)

TRUSTED = frozenset({"peer.mssante.test", "hopital.mssante.test", "lab.mssante.test"})
PEER = Link(
    door=LinkKind.RELAY,
    domains=frozenset({"peer.mssante.test", "lab.mssante.test"}),
    hosts=frozenset({"smtp.peer.mssante.test"}),
    trusted=TRUSTED,
)
CLIENT = Link(
    door=LinkKind.SUBMISSION,
    mailboxes=frozenset({"dr@hopital.mssante.test", "bloc@hopital.mssante.test"}),
    trusted=TRUSTED,
)
DR = "dr@hopital.mssante.test"
GP = "gp@peer.mssante.test"
HOST = "MAILER-DAEMON@smtp.peer.mssante.test"

PATHS = [
    ("listed-domain", PEER, GP, None),
    ("capitals", PEER, "GP@Peer.MSSante.Test", None),
    ("null-path-of-a-listed-operator", PEER, "", None),
    (
        "null-path-of-an-unknown-operator",
        evolve(PEER, domains=frozenset()),
        "",
        SenderRefusal.OPERATOR_NOT_LISTED,
    ),
    (
        "unknown-operator",
        evolve(PEER, domains=frozenset()),
        GP,
        SenderRefusal.OPERATOR_NOT_LISTED,
    ),
    (
        "domain-of-another-operator",
        PEER,
        "dr@hopital.mssante.test",
        SenderRefusal.REVERSE_PATH_NOT_LISTED,
    ),
    (
        "subdomain",
        PEER,
        "a@b.peer.mssante.test",
        SenderRefusal.REVERSE_PATH_NOT_LISTED,
    ),
    ("no-at", PEER, "peer.mssante.test", SenderRefusal.REVERSE_PATH_MALFORMED),
    (
        "two-ats",
        PEER,
        "a@evil.test@peer.mssante.test",
        SenderRefusal.REVERSE_PATH_MALFORMED,
    ),
    (
        "source-route",
        PEER,
        "@peer.mssante.test:a@evil.test",
        SenderRefusal.REVERSE_PATH_MALFORMED,
    ),
    (
        "trailing-dot",
        PEER,
        "a@peer.mssante.test.",
        SenderRefusal.REVERSE_PATH_MALFORMED,
    ),
    ("control", PEER, "a\r@peer.mssante.test", SenderRefusal.REVERSE_PATH_MALFORMED),
    ("held-mailbox", CLIENT, DR, None),
    ("held-mailbox-in-capitals", CLIENT, "DR@Hopital.MSSante.Test", None),
    ("null-path-of-a-client", CLIENT, "", None),
    (
        "mailbox-of-a-colleague",
        CLIENT,
        "other@hopital.mssante.test",
        SenderRefusal.REVERSE_PATH_NOT_HELD,
    ),
    (
        "client-without-mailbox",
        evolve(CLIENT, mailboxes=frozenset()),
        "",
        SenderRefusal.CLIENT_WITHOUT_MAILBOX,
    ),
]


@pytest.mark.parametrize(
    ("link", "path", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in PATHS]
)
def test_the_reverse_path_belongs_to_the_certificate(
    link: Link, path: str, refusal: SenderRefusal | None
) -> None:
    expected = Permit() if refusal is None else Refuse((refusal,))

    assert decide_reverse_path(link, path) == expected


HEADERS: list[tuple[str, Link, str, dict[str, Any], list[SenderRefusal]]] = [
    ("operator-plain", PEER, GP, {"from_": (GP,)}, []),
    (
        "operator-other-listed-domain",
        PEER,
        GP,
        {"from_": ("x@lab.mssante.test",)},
        [],
    ),
    ("operator-null-path", PEER, "", {"from_": ("postmaster@peer.mssante.test",)}, []),
    ("operator-reports-as-host", PEER, "", {"from_": (HOST,)}, []),
    (
        "operator-reports-as-host-with-a-sender",
        PEER,
        "",
        {"from_": (GP,), "sender": (HOST.upper(),)},
        [],
    ),
    (
        "operator-reports-as-another-host",
        PEER,
        "",
        {"from_": ("MAILER-DAEMON@mx2.peer.mssante.test",)},
        [SenderRefusal.FROM_NOT_LISTED],
    ),
    (
        "a-host-writes-no-letters",
        PEER,
        GP,
        {"from_": (HOST,), "sender": (HOST,)},
        [SenderRefusal.FROM_NOT_LISTED, SenderRefusal.SENDER_NOT_LISTED],
    ),
    (
        "client-reports-as-host",
        evolve(CLIENT, hosts=PEER.hosts),
        "",
        {"from_": (HOST,)},
        [SenderRefusal.FROM_NOT_HELD],
    ),
    (
        "operator-null-path-forged",
        PEER,
        "",
        {"from_": (DR,)},
        [SenderRefusal.FROM_NOT_LISTED],
    ),
    (
        "operator-forges-from",
        PEER,
        GP,
        {"from_": (DR,)},
        [SenderRefusal.FROM_NOT_LISTED],
    ),
    ("no-from", PEER, GP, {"from_": ()}, [SenderRefusal.FROM_MISSING]),
    (
        "unreadable-from",
        PEER,
        GP,
        {"from_": ("",)},
        [SenderRefusal.FROM_MISSING, SenderRefusal.FROM_NOT_LISTED],
    ),
    ("two-froms", PEER, GP, {"from_": (GP, GP)}, [SenderRefusal.FROM_SEVERAL]),
    (
        "operator-forges-sender",
        PEER,
        GP,
        {"from_": (GP,), "sender": (DR,)},
        [SenderRefusal.SENDER_NOT_LISTED],
    ),
    (
        "two-senders",
        PEER,
        GP,
        {"from_": (GP,), "sender": (GP, GP)},
        [SenderRefusal.SENDER_SEVERAL],
    ),
    ("reply-to-inside", PEER, GP, {"from_": (GP,), "reply_to": (DR,)}, []),
    (
        "reply-to-outside",
        PEER,
        GP,
        {"from_": (GP,), "reply_to": (GP, "x@gmail.example")},
        [SenderRefusal.REPLY_TO_OUTSIDE],
    ),
    (
        "unreadable-reply-to",
        PEER,
        GP,
        {"from_": (GP,), "reply_to": ("",)},
        [SenderRefusal.REPLY_TO_OUTSIDE],
    ),
    ("client-plain", CLIENT, DR, {"from_": (DR,), "sender": (DR,)}, []),
    (
        "client-capitals",
        CLIENT,
        DR.upper(),
        {"from_": ("Dr@HOPITAL.mssante.test",)},
        [],
    ),
    ("client-receipt", CLIENT, "", {"from_": (DR,)}, []),
    (
        "client-receipt-forged",
        CLIENT,
        "",
        {"from_": (GP,)},
        [SenderRefusal.FROM_NOT_HELD],
    ),
    (
        "client-from-its-other-mailbox",
        CLIENT,
        DR,
        {"from_": ("bloc@hopital.mssante.test",)},
        [SenderRefusal.FROM_DIFFERS],
    ),
    (
        "client-forges-sender",
        CLIENT,
        DR,
        {"from_": (DR,), "sender": (GP,)},
        [SenderRefusal.SENDER_DIFFERS],
    ),
    (
        "client-sender-its-other-mailbox",
        CLIENT,
        DR,
        {"from_": (DR,), "sender": ("bloc@hopital.mssante.test",)},
        [SenderRefusal.SENDER_DIFFERS],
    ),
    (
        "client-sender-of-a-receipt",
        CLIENT,
        "",
        {"from_": (DR,), "sender": ("bloc@hopital.mssante.test",)},
        [],
    ),
    (
        "client-sender-of-a-receipt-forged",
        CLIENT,
        "",
        {"from_": (DR,), "sender": (GP,)},
        [SenderRefusal.SENDER_DIFFERS],
    ),
    (
        "everything-wrong",
        CLIENT,
        DR,
        {"from_": (GP, DR), "sender": (GP,), "reply_to": ("x@evil.test",)},
        [
            SenderRefusal.FROM_SEVERAL,
            SenderRefusal.FROM_DIFFERS,
            SenderRefusal.SENDER_DIFFERS,
            SenderRefusal.REPLY_TO_OUTSIDE,
        ],
    ),
]


@pytest.mark.parametrize(
    ("link", "path", "headers", "refusals"),
    [pytest.param(*row[1:], id=row[0]) for row in HEADERS],
)
def test_the_headers_agree_with_the_certificate(
    link: Link, path: str, headers: dict[str, Any], refusals: list[SenderRefusal]
) -> None:
    expected = Refuse(tuple(refusals)) if refusals else Permit()

    assert decide_headers(link, path, SenderHeaders(**headers)) == expected


def test_every_refusal_has_a_case() -> None:
    shown = {row[3] for row in PATHS} | {one for row in HEADERS for one in row[4]}

    assert shown - {None} == set(SenderRefusal)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@B.test", "b.test"),
        ('"a b"@b.test', ""),
        ("a@[127.0.0.1]", ""),
        ("a@b..test", ""),
        ("a@", ""),
        ("@b.test", ""),
        ("a@b.test,c@d.test", ""),
        ("a\u2028@b.test", ""),
        ("\u212aarl@b.test", ""),
    ],
)
def test_only_a_plain_address_has_a_domain(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("path", "headers", "posing"),
    [
        ("a@b.test", SenderHeaders(from_=("a@b.test",)), False),
        ("1@patient.test", SenderHeaders(from_=("a@b.test",)), True),
        ("1@Patient.test", SenderHeaders(from_=()), True),
        ("", SenderHeaders(from_=("1@Patient.test",)), True),
        ("", SenderHeaders(from_=("a@b.test",), sender=("1@patient.test",)), True),
        ("", SenderHeaders(from_=("a@b.test",), reply_to=("1@patient.test",)), False),
    ],
)
def test_a_patients_address_does_not_send_by_mail(
    path: str, headers: SenderHeaders, *, posing: bool
) -> None:
    assert writes_as_patient(path, headers, "patient.test") is posing


@pytest.mark.parametrize(
    ("acts_as", "permitted"),
    [
        ("", {"dr@hopital.mssante.test", "bloc@hopital.mssante.test"}),
        ("Bloc@hopital.mssante.test", {"bloc@hopital.mssante.test"}),
        ("nobody@hopital.mssante.test", set()),
    ],
)
def test_who_signed_in_as_a_mailbox_sends_as_no_other(
    acts_as: str, permitted: set[str]
) -> None:
    link = narrowed(CLIENT, acts_as)

    assert link.mailboxes == permitted
    assert permitted == {
        one
        for one in CLIENT.mailboxes
        if isinstance(decide_reverse_path(link, one), Permit)
    }
