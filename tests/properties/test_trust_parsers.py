"""Whatever comes in, the trust readers return a value or raise `InvalidError`."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.pki.folder import write_allowlist
from gateway.trust.allowlist import NAMESPACE, domain_key, read_allowlist
from gateway.trust.authorities import Authorities, read_authorities
from gateway.trust.certificates import read_certificate
from gateway.trust.names import DistinguishedName, DnMatch
from gateway.trust.revocation import read_revocation_lists
from tests.pki import der_of, throwaway_pki

NOW = datetime(2026, 11, 21, tzinfo=UTC)

visible = st.characters(
    codec="utf-8", exclude_characters="\x00", exclude_categories=["C"]
)
values = st.text(visible, min_size=1, max_size=60)
names_like = st.text(alphabet='CNOUST=,+"\\ ()#;\u00a0\x00aé1.', max_size=80)


@given(st.text() | names_like)
def test_any_text_is_a_name_or_invalid(text: str) -> None:
    with contextlib.suppress(InvalidError):
        DistinguishedName.parse(text).key(DnMatch.STRICT)


def escaped(value: str) -> str:
    """Write a value as RFC 4514 §2.4 does, everything special escaped."""
    return "".join(f"\\{c}" if c in '",+;<>#=\\ ' else c for c in value)


@given(st.lists(values, min_size=5, max_size=5), st.sampled_from([",", ", ", " ,\n"]))
def test_a_written_name_reads_back(parts: list[str], comma: str) -> None:
    kinds = ("CN", "OU", "O", "ST", "C")
    written = comma.join(
        f"{kind}={escaped(value.strip())}"
        for kind, value in zip(kinds, parts, strict=True)
        if value.strip()
    )
    expected = tuple(
        (kind, value.strip())
        for kind, value in zip(kinds, parts, strict=True)
        if value.strip()
    )

    if not expected:
        return
    assert DistinguishedName.parse(written).attributes == expected


@given(values, values)
def test_no_value_passes_for_two_attributes(one: str, other: str) -> None:
    written = f"CN=x{escaped(one)},O=y{escaped(other)}"

    found = DistinguishedName.parse(written)

    assert [kind for kind, _ in found.attributes] == ["CN", "O"]


@given(st.text() | st.text(alphabet="aé.-_ \x00ß", max_size=20))
def test_any_text_is_a_domain_or_invalid(text: str) -> None:
    try:
        key = domain_key(text)
    except InvalidError:
        return
    assert domain_key(key) == key
    assert key.isascii()


@given(st.binary())
def test_any_bytes_are_an_allowlist_or_invalid(content: bytes) -> None:
    with contextlib.suppress(InvalidError):
        read_allowlist(content)


pieces = st.recursive(
    st.text(alphabet="aCN=,. <>&\n", max_size=12),
    lambda inner: st.tuples(
        st.sampled_from(
            [
                *("ListeDomaines", "Domaine", "Nom", "DNCertificatOperateur"),
                *("DateDeGeneration", "Autre"),
            ]
        ),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


def xml(piece: object) -> str:
    match piece:
        case (str(tag), list(children)):
            return f"<{tag}>{''.join(map(xml, children))}</{tag}>"
        case _:
            return str(piece).replace("&", "&amp;").replace("<", "&lt;")


@given(st.lists(pieces, max_size=6))
def test_any_tree_is_an_allowlist_or_invalid(content: list[object]) -> None:
    body = "".join(map(xml, content))
    whole = f'<ListeBlancheMSSante xmlns="{NAMESPACE}">{body}</ListeBlancheMSSante>'

    with contextlib.suppress(InvalidError):
        read_allowlist(whole.encode())


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,9}\.test\Z"), values, min_size=1))
def test_a_written_list_allows_what_it_says(entries: dict[str, str]) -> None:
    named = {domain: f"CN={escaped(f'x{name}')}" for domain, name in entries.items()}

    found = read_allowlist(write_allowlist(named, NOW))

    assert found.generated_at == NOW
    for domain, name in named.items():
        assert found.allows(DistinguishedName.parse(name), domain)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Return the bytes with a few of them changed, cut or doubled."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content) - 1))
        match draw(st.sampled_from(["change", "cut", "double"])):
            case "change":
                content[at] = draw(st.integers(0, 255))
            case "cut" if len(content) > 10:
                del content[at : at + draw(st.integers(1, 4))]
            case _:
                content[at:at] = content[at : at + 8]
    return bytes(content)


@given(st.binary() | st.deferred(lambda: damaged(der_of("peer"))))
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_any_bytes_are_a_certificate_or_invalid(content: bytes) -> None:
    with contextlib.suppress(InvalidError):
        read_certificate(content)


@cache
def authorities_pem() -> bytes:
    pinned = throwaway_pki().pinned()
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in pinned)


@cache
def authorities() -> Authorities:
    return read_authorities(authorities_pem())


@given(st.binary() | st.deferred(lambda: damaged(authorities_pem())))
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_any_bytes_are_authorities_or_invalid(content: bytes) -> None:
    with contextlib.suppress(InvalidError):
        read_authorities(content)


@cache
def crl_der() -> bytes:
    return throwaway_pki().revocation_lists(also=[7])[1].public_bytes(Encoding.DER)


@given(st.binary() | st.deferred(lambda: damaged(crl_der())))
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_only_an_undamaged_list_is_used(content: bytes) -> None:
    lists = read_revocation_lists(content, authorities(), throwaway_pki().made_at)

    assert lists.lists == {} or content == crl_der()
