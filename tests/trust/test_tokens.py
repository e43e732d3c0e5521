"""Tokens: a row for each check, and what a key set may hold."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.errors import InvalidError
from gateway.trust.tokens import (
    ALGORITHMS,
    MAX_TOKEN,
    Bearer,
    Claims,
    IntrospectionRules,
    Keys,
    ProviderSignIn,
    TokenFault,
    TokenRefusedError,
    TokenRules,
    bearer_of,
    check_id_token,
    read_keys,
    read_token,
)

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
RULES = TokenRules(issuer="https://issuer.test", client="us", levels=("eidas1",))
INTROSPECTION = IntrospectionRules(
    issuer="https://issuer.test", parties=("a-mail-program",), levels=("eidas1",)
)


@cache
def curve() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"}, private=True)


@cache
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}, private=True)


def key_set(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def public(key: Any, **changes: Any) -> dict[str, Any]:
    whole = {**key.as_dict(private=False), **changes}
    return {name: value for name, value in whole.items() if value is not None}


def known(_kid: str) -> Keys:
    return read_keys(key_set(public(curve()), public(rsa())))


def token(claims: object, **header: Any) -> str:
    head = {"alg": "ES256", "kid": "curve", **header}
    content = claims if isinstance(claims, str) else json.dumps(claims)
    return jws.serialize_compact(head, content, curve(), algorithms=["ES256"])


CLAIMS = {
    "iss": "https://issuer.test",
    "sub": "somebody",
    "aud": "us",
    "exp": SECOND + 120,
    "iat": SECOND,
    "nonce": "n",
    "acr": "eidas1",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ["us"]},
        {"aud": ["us", "others"], "azp": "us"},
        {"exp": SECOND - 29},
        {"iat": SECOND + 30},
        {"iat": SECOND - 600},
        {"nbf": SECOND + 30},
        {"exp": SECOND + 0.5},
    ],
)
def test_a_token_that_is_as_it_should_be(changes: dict[str, Any]) -> None:
    said = check_id_token(token({**CLAIMS, **changes}), known, RULES, NOW, nonce="n")

    assert said["sub"] == "somebody"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"exp": SECOND - 30}, TokenFault.EXPIRED),
        ({"exp": True}, TokenFault.EXPIRED),
        ({"exp": 1e300}, TokenFault.EXPIRED),
        ({"iat": SECOND + 31}, TokenFault.NOT_YET),
        ({"iat": SECOND - 631}, TokenFault.EXPIRED),
        ({"aud": []}, TokenFault.AUDIENCE),
        ({"aud": None}, TokenFault.AUDIENCE),
        ({"aud": {"us": 1}}, TokenFault.AUDIENCE),
        ({"azp": ""}, TokenFault.PARTY),
        ({"acr": ""}, TokenFault.LEVEL),
        ({"sub": 7}, TokenFault.SUBJECT),
        ({"nonce": ["n"]}, TokenFault.NONCE),
    ],
)
def test_a_token_just_past_what_is_accepted(
    changes: dict[str, Any], fault: TokenFault
) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        check_id_token(token({**CLAIMS, **changes}), known, RULES, NOW, nonce="n")

    assert refused.value.fault is fault
    assert str(refused.value) == fault.value


def test_a_sign_in_without_a_nonce_accepts_none() -> None:
    with pytest.raises(TokenRefusedError, match="NONCE"):
        check_id_token(token({**CLAIMS, "nonce": ""}), known, RULES, NOW, nonce="")


@pytest.mark.parametrize("content", ["[]", '"text"', "7", "{", ""])
def test_a_token_that_says_no_claims(content: str) -> None:
    with pytest.raises(TokenRefusedError, match="MALFORMED"):
        read_token(token(content), known, ALGORITHMS)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "é", "x" * (MAX_TOKEN + 1), "a.b.c.d.e"]
)
def test_what_is_no_token(text: str) -> None:
    with pytest.raises(TokenRefusedError, match="MALFORMED"):
        read_token(text, known, ALGORITHMS)


def test_a_key_of_another_kind_verifies_nothing() -> None:
    with pytest.raises(TokenRefusedError, match="SIGNATURE"):
        read_token(token(CLAIMS, kid="rsa"), known, ALGORITHMS)


def test_a_signature_that_was_touched() -> None:
    good = token(CLAIMS)
    head, body, signature = good.split(".")
    touched = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"

    assert read_token(good, known, ALGORITHMS) == CLAIMS
    with pytest.raises(TokenRefusedError, match="SIGNATURE"):
        read_token(touched, known, ALGORITHMS)


@pytest.mark.parametrize(
    "changes",
    [{"use": "enc"}, {"kid": None}, {"kid": ""}, {"kty": "oct", "k": "AAAA"}],
)
def test_a_key_that_may_not_sign_is_left_out(changes: dict[str, Any]) -> None:
    assert read_keys(key_set(public(curve(), **changes))) == {}


def test_two_keys_of_one_id_are_none() -> None:
    both = key_set(public(curve()), public(rsa(), kid="curve"), public(rsa()))

    assert read_keys(both).keys() == {"rsa"}


def test_a_shared_secret_in_a_key_set_is_no_key() -> None:
    secret = OctKey.generate_key(256, {"kid": "secret"})

    assert read_keys(key_set(secret.as_dict(private=True))) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": 7}',
        key_set(*[{"kty": "RSA"}] * 51),
        key_set({"kty": "EC", "kid": "odd", "crv": "P-256", "x": "!", "y": "!"}),
    ],
)
def test_what_is_no_key_set(content: bytes) -> None:
    with pytest.raises(InvalidError):
        read_keys(content)


ANSWER = {
    "active": True,
    "iss": "https://issuer.test",
    "azp": "a-mail-program",
    "sub": "somebody",
    "acr": "eidas1",
    "exp": SECOND + 60,
    "SubjectNameID": "899700000017",
}


def test_an_access_token_of_a_program_that_was_let_in() -> None:
    found = bearer_of(ANSWER, INTROSPECTION, NOW)

    assert found == Bearer(
        identity="899700000017",
        issuer="https://issuer.test",
        program="a-mail-program",
        sign_in=ProviderSignIn(session="", subject="somebody", since=NOW),
    )


@pytest.mark.parametrize(
    ("said", "session"),
    [
        ({"sid": "one"}, "one"),
        ({"session_state": "two"}, "two"),
        ({"sid": "one", "session_state": "two"}, "one"),
        ({"sid": 1, "session_state": None}, ""),
    ],
)
def test_the_sign_in_that_a_token_comes_of(said: Claims, session: str) -> None:
    found = bearer_of({**ANSWER, **said}, INTROSPECTION, NOW)

    assert found.sign_in.session == session


def test_a_token_bound_to_a_certificate_is_good_beside_it_alone() -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"shown").digest())
    bound = {**ANSWER, "cnf": {"x5t#S256": digest.rstrip(b"=").decode()}}

    assert bearer_of(bound, INTROSPECTION, NOW, b"shown").program == "a-mail-program"
    for shown in (b"", b"another"):
        with pytest.raises(TokenRefusedError) as refused:
            bearer_of(bound, INTROSPECTION, NOW, shown)
        assert refused.value.fault is TokenFault.BOUND


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"active": False}, TokenFault.INACTIVE),
        ({"active": "true"}, TokenFault.INACTIVE),
        ({"iss": "https://other.test"}, TokenFault.ISSUER),
        ({"azp": "another"}, TokenFault.PARTY),
        ({"exp": SECOND - 30}, TokenFault.EXPIRED),
        ({"exp": None}, TokenFault.EXPIRED),
        ({"exp": "2030"}, TokenFault.EXPIRED),
        ({"exp": True}, TokenFault.EXPIRED),
        ({"exp": float("inf")}, TokenFault.EXPIRED),
        ({"exp": SECOND + 631}, TokenFault.LONG_LIVED),
        ({"iat": SECOND + 31}, TokenFault.NOT_YET),
        ({"nbf": SECOND + 31}, TokenFault.NOT_YET),
        ({"azp": None}, TokenFault.PARTY),
        ({"azp": ["a-mail-program"]}, TokenFault.PARTY),
        ({"azp": None, "client_id": "a-mail-program"}, TokenFault.PARTY),
        ({"acr": None}, TokenFault.LEVEL),
        ({"acr": "eidas0"}, TokenFault.LEVEL),
        ({"cnf": "anything"}, TokenFault.BOUND),
        ({"cnf": {}}, TokenFault.BOUND),
        ({"SubjectNameID": ""}, TokenFault.SUBJECT),
        ({"SubjectNameID": None}, TokenFault.SUBJECT),
        ({"SubjectNameID": "a@b.test"}, TokenFault.SUBJECT),
        ({"SubjectNameID": ["899700000017"]}, TokenFault.SUBJECT),
    ],
)
def test_an_access_token_that_lets_nobody_in(
    changes: dict[str, Any], fault: TokenFault
) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        bearer_of({**ANSWER, **changes}, INTROSPECTION, NOW)

    assert refused.value.fault is fault


def test_the_clocks_may_differ_by_what_is_set() -> None:
    assert RULES.leeway == timedelta(seconds=30)
