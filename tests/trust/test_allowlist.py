"""The published list is read as it is, irregularities and all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.errors import InvalidError
from gateway.pki.folder import NAMESPACE as WRITTEN_NAMESPACE
from gateway.pki.folder import write_allowlist
from gateway.trust.allowlist import NAMESPACE, domain_key, read_allowlist
from gateway.trust.names import DistinguishedName, DnMatch

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
PEER = "CN=smtp.a.test,OU=300000000000011,O=OPERATEUR A,ST=Paris (75),C=FR"
OTHER = "CN=smtp.b.test,OU=1750000011,O=OPERATEUR B,ST=Paris (75),C=FR"
A, B = DistinguishedName.parse(PEER), DistinguishedName.parse(OTHER)


def entry(domain: str, name: str, description: str = "Essai") -> str:
    return (
        f"<Domaine><Nom>{domain}</Nom><Description>{description}</Description>"
        f"<DNCertificatOperateur>{name}</DNCertificatOperateur>"
        "<ResponsableContact>0102030405, r@x.test</ResponsableContact>"
        "<SupportContact>0102030405, s@x.test</SupportContact>"
        "<DateMAJ>2026-11-20T10:00:00Z</DateMAJ></Domaine>"
    )


def listing(
    *entries: str, date: str = "2026-11-20T10:00:00Z", root: str = "", tail: str = ""
) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ListeBlancheMSSante xmlns="{NAMESPACE}"{root}>'
        f"<DateDeGeneration>{date}</DateDeGeneration>"
        f"<ListeDomaines>{''.join(entries)}</ListeDomaines>{tail}"
        "</ListeBlancheMSSante>"
    ).encode()


def test_what_init_writes_is_read() -> None:
    made = write_allowlist({"a.mssante.test": PEER, "b.mssante.test": OTHER}, NOW)

    found = read_allowlist(made)

    assert WRITTEN_NAMESPACE == NAMESPACE
    assert found.generated_at == NOW
    assert found.allows(A, "a.mssante.test")
    assert not found.allows(A, "b.mssante.test")


def test_t08_an_operator_may_not_send_for_anothers_domain() -> None:
    found = read_allowlist(listing(entry("a.test", PEER), entry("b.test", OTHER)))

    assert (found.allows(A, "a.test"), found.allows(A, "b.test")) == (True, False)
    assert (found.allows(B, "a.test"), found.allows(B, "b.test")) == (False, True)


def test_a_domain_may_have_several_operators() -> None:
    found = read_allowlist(listing(entry("a.test", PEER), entry("a.test", OTHER)))

    assert found.allows(A, "a.test")
    assert found.allows(B, "a.test")


def test_one_common_name_with_two_owners_is_two_operators() -> None:
    moved = DistinguishedName.parse("CN=smtp.a.test,OU=300000000000099,C=FR")
    found = read_allowlist(listing(entry("a.test", PEER)))

    assert found.operator_of(A) is not None
    assert found.operator_of(moved) is None


def test_every_irregularity_of_the_real_list_is_tolerated() -> None:
    spaced = PEER.replace(",", ", ")
    quoted = PEER.replace("O=OPERATEUR A", 'O="OPERATEUR  A"')
    content = listing(
        entry("UC-CMP.mssante.test", PEER),
        entry("spaced.test", spaced, "sur deux\nlignes"),
        entry("spaced.test", spaced),
        entry("quoted.test", quoted),
        entry(" santé.test ", PEER.replace("Paris (75)", "Paris(75)")),
        entry("cut.test", PEER.replace("ST=", "L=")),
        entry("lines.test", PEER.replace(",OU", ",\n  OU")),
        root=' versionFormat="1.0.0"',
        tail='<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
    )

    found = read_allowlist(content)

    assert found.skipped == 0
    for domain in ("uc-cmp.mssante.test", "spaced.test", "quoted.test", "santé.test"):
        assert found.allows(A, domain), domain
    assert found.allows(A, "xn--sant-epa.test")
    assert found.allows(A, "cut.test")
    assert found.allows(A, "lines.test")


def test_strict_comparison_wants_every_attribute() -> None:
    content = listing(entry("a.test", PEER.replace("OPERATEUR A", "OPERATEUR AA")))

    assert read_allowlist(content).allows(A, "a.test")
    assert not read_allowlist(content, match=DnMatch.STRICT).allows(A, "a.test")


def test_an_entry_that_cannot_be_read_allows_nothing_and_is_counted() -> None:
    found = read_allowlist(
        listing(
            entry("a.test", PEER),
            entry("", PEER),
            entry("localhost", PEER),
            entry("b.test", ""),
            entry("b.test", "smtp.b.test"),
            entry("b.test", "CN=a.test,CN=b.test,C=FR"),
            f"<Domaine><Nom>c.test</Nom><Nom>d.test</Nom>"
            f"<DNCertificatOperateur>{PEER}</DNCertificatOperateur></Domaine>",
        )
    )

    assert found.skipped == 6
    assert set(found.domains) == {"a.test"}


def test_a_name_with_two_common_names_is_never_known() -> None:
    found = read_allowlist(listing(entry("a.test", PEER)))
    double = DistinguishedName.parse(f"CN=evil.test,{PEER}")

    assert found.operator_of(double) is None
    assert not found.allows(double, "a.test")


@pytest.mark.parametrize("domain", ["", "a", "a..test", "-", "a.test.", "A.TEST"])
def test_asking_for_any_text_answers(domain: str) -> None:
    found = read_allowlist(listing(entry("a.test", PEER)))

    expected = domain.strip(".").lower() == "a.test"
    assert found.allows(A, domain) is expected
    assert found.lists(domain) is expected


INVALID = {
    "empty": b"",
    "not XML": b"<html",
    "another root": b"<ListeBlancheMSSante/>",
    "no entry": listing(),
    "no readable entry": listing(entry("x", PEER)),
    "no date": listing(entry("a.test", PEER), date=""),
    "date without zone": listing(entry("a.test", PEER), date="2026-11-20T10:00:00"),
    "impossible date": listing(entry("a.test", PEER), date="2026-13-20T10:00:00Z"),
    "DOCTYPE": b"<!DOCTYPE x>" + listing(entry("a.test", PEER))[39:],
    "another namespace": listing(entry("a.test", PEER)).replace(b"/schema", b"/x"),
}


@pytest.mark.parametrize("content", INVALID.values(), ids=INVALID)
def test_what_is_not_a_list_is_invalid(content: bytes) -> None:
    with pytest.raises(InvalidError):
        read_allowlist(content)


def test_a_list_just_past_the_limit_is_not_read() -> None:
    content = listing(entry("a.test", PEER))

    assert read_allowlist(content, max_bytes=len(content)).domains
    with pytest.raises(InvalidError):
        read_allowlist(content, max_bytes=len(content) - 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("UC-CMP.mssante.fr", "uc-cmp.mssante.fr"),
        (" a.test\n", "a.test"),
        ("hôpital.test", "xn--hpital-ixa.test"),
        ("HÔPITAL.test.", "xn--hpital-ixa.test"),
    ],
)
def test_domains_are_compared_as_a_labels(text: str, key: str) -> None:
    assert domain_key(text) == key


def test_a_list_of_the_real_size_is_read_in_good_time() -> None:
    names = [PEER.replace("smtp.a", f"smtp.a{n}") for n in range(400)]
    content = listing(
        *(entry(f"d{n}.mssante.test", names[n % 400]) for n in range(8655))
    )

    found = read_allowlist(content)

    assert len(found.domains) == 8655
    assert found.allows(DistinguishedName.parse(names[7]), "d407.mssante.test")
