"""Names that mean the same certificate compare equal, and others do not."""

from __future__ import annotations

import pytest

from gateway.errors import InvalidError
from gateway.trust.names import DistinguishedName, DnKey, DnMatch
from tests.pki import throwaway_pki

SAME = [  # each spelling difference seen on the real list
    (
        "CN=mailin.x.test,OU=3001,O=X,ST=Paris (75),C=FR",
        "CN=mailin.x.test, OU=3001, O=X, ST=Paris (75), C=FR",
    ),
    ("CN=a.test ,OU=1,O=X,ST=P,C=FR", "CN=a.test,OU=1,O=X,ST=P,C=FR"),
    ("CN=a.test,OU=1,O=X,ST=Paris(75),C=FR", "CN=a.test,OU=1,O=X,ST=Paris (75),C=FR"),
    ("CN=MSSANTE.X.TEST,OU=1,O=X,C=FR", "CN=mssante.x.test,OU=1,O=X,C=FR"),
    (
        "CN=a.test,OU=1,O=X,ST=LOIRE-ATLANTIQUE(44),C=FR",
        "CN=a.test,OU=1,O=X,ST=Loire-Atlantique (44),C=FR",
    ),
    (
        'CN=a.test,OU=1,O="C.H. DE  CADILLAC",ST=P,C=FR',
        "CN=a.test,OU=1,O=C.H. DE CADILLAC,ST=P,C=FR",
    ),
    (
        'CN=a.test,OU=1,O="C.H. DE\u00a0CADILLAC",ST=P,C=FR',
        "CN=a.test,OU=1,O=C.H. DE CADILLAC,ST=P,C=FR",
    ),
    (
        'CN=a.test,OU=1,O=CENTRE HOSPITALIER "X",ST=P,C=FR',
        r"CN=a.test,OU=1,O=CENTRE HOSPITALIER \"X\",ST=P,C=FR",
    ),
    ("CN=a.test,OU=1,O=X\\, Y,C=FR", 'CN=a.test,OU=1,O="X, Y",C=FR'),
    ("CN=a.test,OU=1,O=H\\C3\\B4pital,C=FR", "CN=a.test,OU=1,O=Hôpital,C=FR"),
    ("CN=a.test,OU=1,O=Ho\u0302pital,C=FR", "CN=a.test,OU=1,O=Hôpital,C=FR"),
    ("CN=a.test,OU=1,S=Paris,C=FR", "cn=a.test,ou=1,2.5.4.8=Paris,c=fr"),
    ("CN=a.test,\n OU=1,O=X,\r\n\tC=FR", "CN=a.test,OU=1,O=X,C=FR"),
    (r"CN=a.test\ ,OU=1,O=X,C=FR", "CN=a.test,OU=1,O=X,C=FR"),
    ("CN=a.test,OU=1,O=SANTE+,C=FR", "CN=a.test,OU=1,O=SANTE\\+,C=FR"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_are_equal_even_strictly(one: str, other: str) -> None:
    first, second = DistinguishedName.parse(one), DistinguishedName.parse(other)

    assert first.key(DnMatch.STRICT) == second.key(DnMatch.STRICT)
    assert first.key() == second.key()


DIFFERENT = [
    ("CN=a.test,OU=1,C=FR", "CN=b.test,OU=1,C=FR"),
    ("CN=a.test,OU=1,C=FR", "CN=a.test,OU=2,C=FR"),  # a change of owner
    ("CN=a.test,OU=1,C=FR", "CN=a.test,OU=1,C=BE"),
    ("CN=a.test,OU=1,C=FR", "CN=a.test,C=FR"),
    ("CN=a.test,OU=1,C=FR", "CN=xa.test,OU=1,C=FR"),
    ("CN=a.test,OU=1,C=FR", r"CN=a.test\,OU=1,C=FR"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_names_are_other_operators(one: str, other: str) -> None:
    assert DistinguishedName.parse(one).key() != DistinguishedName.parse(other).key()


def test_cn_ou_compares_neither_organisation_nor_place() -> None:
    cut = DistinguishedName.parse("CN=a.test,OU=1,O=CENTRE HOSPITA,ST=X,C=FR")
    whole = DistinguishedName.parse("CN=a.test,OU=1,O=CENTRE HOSPITALIER,L=Y,C=FR")

    assert cut.key() == whole.key() == DnKey("a.test", "1", "fr")
    assert cut.key(DnMatch.STRICT) != whole.key(DnMatch.STRICT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CN",
        "CN=",
        'CN=""',
        "CN=a.test,,OU=1",
        "CN=a.test,OU",
        "CN=a.test,X=1",
        "CN=a.test,O=X, Y,C=FR",
        r"CN=a\FF,C=FR",
        "CN=a.test," + "O=x" * 5000,
    ],
)
def test_what_is_not_a_name_is_invalid(text: str) -> None:
    with pytest.raises(InvalidError):
        DistinguishedName.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "OU=1,C=FR",
        "CN=a.test,CN=b.test,OU=1,C=FR",
        "CN=a.test,OU=1,OU=2,C=FR",
        "CN=a.test+CN=b.test,OU=1,C=FR",
        r"CN=a.test\00.evil.test,OU=1,C=FR",
        "CN=a.test,OU=1\x1f,C=FR",
    ],
)
def test_a_name_that_says_no_one_thing_has_no_key(text: str) -> None:
    with pytest.raises(InvalidError):
        DistinguishedName.parse(text).key()


@pytest.mark.parametrize("name", ["gateway", "peer", "hospital", "doctor"])
def test_a_certificate_and_its_written_name_agree(name: str) -> None:
    subject = throwaway_pki().certificates[name].certificate.subject

    read = DistinguishedName.parse(subject.rfc4514_string())

    assert read == DistinguishedName.from_x509(subject)
    assert read.attributes[-1] == ("C", "FR")
