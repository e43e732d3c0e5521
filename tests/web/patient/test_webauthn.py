"""What a browser answers is read and checked as the standard says, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.store.patients.passkeys import NewPasskey, Passkey
from gateway.web.patient.webauthn import (
    MOST_BYTES,
    MOST_CREDENTIAL_BYTES,
    BrowserAnswer,
    RelyingParty,
    is_cloned,
    making_options,
    of_text,
    read_challenge,
    read_made,
    read_used,
    to_text,
    using_options,
)
from tests.builders_passkeys import (
    BACKED_UP,
    EDDSA,
    ELIGIBLE,
    ES256,
    PRESENT,
    RS256,
    VERIFIED,
    Authenticator,
    bytes_of,
    cbor,
    cose,
    make_key,
)

ORIGIN, RP_ID = "https://espace.example", "espace.example"
SERVICE = RelyingParty(RP_ID, ORIGIN, "Hôpital")
CHALLENGE = b"c" * 56
HANDLE = b"h" * 32
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def to_make() -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(
        making_options(
            SERVICE,
            CHALLENGE,
            handle=HANDLE,
            known=[b"one"],
            login="dominique",
            person="Dominique PAT",
            seconds=300,
        )
    )
    return asked


def to_use() -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(using_options(SERVICE, CHALLENGE, seconds=300))
    return asked


def answered(fields: dict[str, str]) -> BrowserAnswer:
    return BrowserAnswer(**{name: bytes_of(value) for name, value in fields.items()})


def authenticator(**lies: Any) -> Authenticator:
    return Authenticator(**{"origin": ORIGIN, "rp_id": RP_ID, **lies})


def make(one: Authenticator) -> NewPasskey:
    return read_made(SERVICE, CHALLENGE, answered(one.made(to_make())))


def kept(one: Authenticator, made: NewPasskey) -> Passkey:
    return Passkey(
        credential=made.credential,
        public_key=made.public_key,
        counter=made.counter,
        id="1" * 32,
        account_id="2" * 32,
        name="Téléphone",
        handle=one.handle,
        added_at=NOW,
        used_at=None,
    )


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_a_passkey_of_each_algorithm_is_made_and_used(algorithm: int) -> None:
    one = authenticator(key=make_key(algorithm))

    passkey = kept(one, make(one))

    assert passkey.credential == one.credential
    assert read_used(SERVICE, CHALLENGE, passkey, answered(one.used(to_use()))) == 1


def test_what_is_asked_is_found_without_a_login_and_verifies_who_is_there() -> None:
    asked = to_make()

    assert asked["rp"] == {"id": RP_ID, "name": "Hôpital"}
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-7, -8, -257]
    assert asked["excludeCredentials"] == [{"type": "public-key", "id": "b25l"}]
    assert to_use()["userVerification"] == "required"
    assert "allowCredentials" not in to_use()


Spoil = Callable[[Authenticator], None]


def says(**said: Any) -> Spoil:
    return lambda one: one.client.update(said)


def has(name: str, value: Any) -> Spoil:
    return lambda one: setattr(one, name, value)


LIES: dict[str, Spoil] = {
    "another origin": has("origin", "https://espace.example.evil.test"),
    "another port": has("origin", f"{ORIGIN}:8443"),
    "a subdomain": has("origin", "https://x.espace.example"),
    "without TLS": has("origin", "http://espace.example"),
    "another service": has("rp_id", "evil.test"),
    "another challenge": says(challenge=to_text(b"d" * 56)),
    "a short challenge": says(challenge=to_text(CHALLENGE[:-1])),
    "no challenge": says(challenge=""),
    "another question": says(type="payment.get"),
    "inside another site": says(crossOrigin=True),
    "inside another site, named": says(topOrigin="https://evil.test"),
    "nobody there": has("flags", VERIFIED),
    "nobody verified": has("flags", PRESENT),
    "saved and not to be": has("flags", PRESENT | VERIFIED | BACKED_UP),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_was_not_asked_here_and_now_makes_nothing(lie: str) -> None:
    one = authenticator()
    LIES[lie](one)

    with pytest.raises(InvalidError):
        make(one)


@pytest.mark.parametrize("lie", LIES)
def test_what_was_not_asked_here_and_now_opens_nothing(lie: str) -> None:
    one = authenticator()
    passkey = kept(one, make(one))
    LIES[lie](one)

    with pytest.raises(InvalidError):
        read_used(SERVICE, CHALLENGE, passkey, answered(one.used(to_use())))


def test_a_passkey_that_is_saved_elsewhere_is_taken() -> None:
    one = authenticator(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)

    assert make(one).credential == one.credential


def test_an_answer_of_making_opens_nothing_and_the_other_way_round() -> None:
    one = authenticator()
    passkey = kept(one, make(one))
    used = one.used(to_use())
    one.client["type"] = "webauthn.create"
    wrong = one.used(to_use())

    with pytest.raises(InvalidError):
        read_used(SERVICE, CHALLENGE, passkey, answered(wrong))
    with pytest.raises(InvalidError):
        read_made(SERVICE, CHALLENGE, answered(used))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param({**cose(make_key()), 3: -35}, id="ES384 said of another curve"),
        pytest.param({**cose(make_key()), 3: -257}, id="a curve said to be RSA"),
        pytest.param({**cose(make_key()), -1: 2}, id="another curve"),
        pytest.param({**cose(make_key()), -2: b"\1" * 32}, id="no point of the curve"),
        pytest.param(
            {name: part for name, part in cose(make_key()).items() if name != -3},
            id="half a point",
        ),
        pytest.param({**cose(make_key(EDDSA)), -2: b"short"}, id="a short Ed25519"),
        pytest.param({**cose(make_key(EDDSA)), -1: 7}, id="Ed448"),
        pytest.param(cose(make_key(RS256, bits=1024)), id="a short RSA"),
        pytest.param({**cose(make_key(RS256)), -2: b"\3"}, id="RSA with exponent 3"),
        pytest.param({**cose(make_key(RS256)), -1: b"\xff" * 513}, id="a long RSA"),
        pytest.param({1: 2}, id="a kind alone"),
        pytest.param({1: 7, 3: -48, -1: b"x" * 1312}, id="ML-DSA"),
    ],
)
def test_a_key_that_is_not_taken_makes_nothing(key: dict[int, Any]) -> None:
    with pytest.raises(InvalidError):
        make(authenticator(public_key=key))


@pytest.mark.parametrize("length", [0, MOST_CREDENTIAL_BYTES + 1])
def test_the_id_of_a_passkey_has_a_length(length: int) -> None:
    assert make(authenticator(credential=b"x" * MOST_CREDENTIAL_BYTES))

    with pytest.raises(InvalidError):
        make(authenticator(credential=b"x" * length))


def test_another_key_signs_nothing_of_ours() -> None:
    one = authenticator()
    passkey = kept(one, make(one))
    other = evolve(one, key=make_key())

    with pytest.raises(InvalidError):
        read_used(SERVICE, CHALLENGE, passkey, answered(other.used(to_use())))


def test_a_passkey_says_itself_whose_it_is() -> None:
    one = authenticator()
    passkey = kept(one, make(one))
    fields = one.used(to_use())

    for changed in ({"handle": to_text(b"x" * 32)}, {"handle": ""}):
        with pytest.raises(InvalidError):
            read_used(SERVICE, CHALLENGE, passkey, answered({**fields, **changed}))
    with pytest.raises(InvalidError):
        read_used(
            SERVICE,
            CHALLENGE,
            evolve(passkey, credential=b"other"),
            answered(fields),
        )


@pytest.mark.parametrize("part", ["client_data", "data", "signature"])
def test_a_byte_that_is_changed_opens_nothing(part: str) -> None:
    one = authenticator()
    passkey = kept(one, make(one))
    fields = one.used(to_use())
    content = bytearray(bytes_of(fields[part]))
    content[-2] ^= 1

    with pytest.raises(InvalidError):
        read_used(
            SERVICE,
            CHALLENGE,
            passkey,
            answered({**fields, part: to_text(bytes(content))}),
        )


@pytest.mark.parametrize(
    ("kept_at", "now", "cloned"),
    [(0, 0, False), (0, 1, False), (7, 8, False), (7, 7, True), (7, 6, True),
     (7, 0, True), (0xFFFFFFFE, 0xFFFFFFFF, False)],
)  # fmt: skip
def test_a_counter_that_does_not_go_on_is_that_of_a_copy(
    kept_at: int, now: int, cloned: bool
) -> None:
    one = authenticator()
    passkey = evolve(kept(one, make(one)), counter=kept_at)

    assert is_cloned(passkey, now) is cloned


@pytest.mark.parametrize(
    "attestation",
    [
        b"",
        b"\xff",
        cbor({"fmt": "none"}),
        cbor({"fmt": "none", "attStmt": {}, "authData": b"short"}),
        b"\x81" * 4000,  # a list in a list in a list
        b"\x9b" + b"\xff" * 8,  # a list of too many
        b"x" * (MOST_BYTES + 1),
    ],
    ids=["empty", "a break", "less", "short", "deep", "endless", "long"],
)
def test_an_attestation_that_cannot_be_read_is_refused(attestation: bytes) -> None:
    answer = evolve(answered(authenticator().made(to_make())), attestation=attestation)

    with pytest.raises(InvalidError):
        read_made(SERVICE, CHALLENGE, answer)


@given(attestation=st.binary(max_size=300), client=st.binary(max_size=300))
def test_whatever_comes_is_refused_and_nothing_breaks(
    attestation: bytes, client: bytes
) -> None:
    sound = answered(authenticator().made(to_make()))

    for answer in (
        evolve(sound, attestation=attestation),
        evolve(sound, client_data=client),
    ):
        with pytest.raises(InvalidError):
            read_made(SERVICE, CHALLENGE, answer)


@pytest.mark.parametrize("client", [b"", b"[]", b"\xff", b"[" * 5000, b"nul"])
def test_client_data_that_cannot_be_read_are_refused(client: bytes) -> None:
    with pytest.raises(InvalidError):
        read_challenge(client)


@pytest.mark.parametrize("text", ["a", "é", "=" * 4, "*" * 4, "A" * 12_000])
def test_a_text_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        of_text(text)


@given(st.binary(max_size=200))
def test_bytes_come_back_from_their_text(content: bytes) -> None:
    assert of_text(to_text(content)) == content


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Espace.example/", "https://espace.example"),
        ("https://espace.example:443/", "https://espace.example"),
        ("https://localhost:8443/", "https://localhost:8443"),
        ("http://espace.example/", None),
        ("https://127.0.0.1:8443/", None),
        ("https://[::1]:8443/", None),
        ("", None),
    ],
)
def test_passkeys_are_made_for_a_name_that_has_tls(
    url: str, origin: str | None
) -> None:
    service = RelyingParty.at(url)

    assert (service.origin if service else None) == origin
