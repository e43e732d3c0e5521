"""What mail programs say with a token: a row for each form, and for each fault."""

from __future__ import annotations

import base64
import json

import pytest

from gateway.errors import InvalidError
from gateway.mssante.oauth_messages import (
    MOST_RESPONSE,
    ShownToken,
    TokenMechanism,
    TokenStatus,
    challenge,
    read_response,
)

STANDARD, OLDER = TokenMechanism.OAUTHBEARER, TokenMechanism.XOAUTH2


def packed(text: str) -> str:
    return base64.b64encode(text.replace("^", "\x01").encode()).decode()


@pytest.mark.parametrize(
    ("mechanism", "text", "address"),
    [
        (STANDARD, "n,a=dr@hop.test,^auth=Bearer abc^^", "dr@hop.test"),
        (
            STANDARD,
            "n,a=dr@hop.test,^host=imap.test^port=143^auth=Bearer abc^^",
            "dr@hop.test",
        ),
        (STANDARD, "y,,^auth=bearer abc^^", ""),
        (STANDARD, "n,a=Dr=2CX=3D@hop.test,^auth=Bearer  abc^^", "dr,x=@hop.test"),
        (OLDER, "user=Dr@hop.test^auth=Bearer abc^^", "dr@hop.test"),
        (OLDER, "user=^auth=Bearer abc^^", ""),
    ],
)
def test_a_token_and_the_mailbox_that_is_asked_for(
    mechanism: TokenMechanism, text: str, address: str
) -> None:
    assert read_response(mechanism, packed(text)) == ShownToken(address, "abc")


@pytest.mark.parametrize(
    ("mechanism", "response"),
    [
        (OLDER, ""),
        (OLDER, "="),
        (OLDER, "not base64"),
        (OLDER, "é"),
        (OLDER, base64.b64encode(b"user=\xff\x01auth=Bearer abc\x01\x01").decode()),
        (OLDER, packed("user=a@b.test^auth=Bearer abc^")),
        (OLDER, packed("user=a@b.test^auth=Bearer abc")),
        (OLDER, packed("user=a@b.test^auth=Bearer abc^^^")),
        (OLDER, packed("user=a@b.test^^")),
        (OLDER, packed("user=a@b.test^auth=Bearer ^^")),
        (OLDER, packed("user=a@b.test^auth=Basic abc^^")),
        (OLDER, packed("user=a@b.test^auth=Bearer a b^^")),
        (OLDER, packed("user=a@b.test^auth=Bearer é^^")),
        (OLDER, packed("user=a@b.test^auth=Bearer abc^auth=Bearer def^^")),
        (OLDER, packed("user=a\nb^auth=Bearer abc^^")),
        (OLDER, packed("n,a=a@b.test,^auth=Bearer abc^^")),
        (OLDER, "A" * (MOST_RESPONSE + 4)),
        (STANDARD, packed("user=a@b.test^auth=Bearer abc^^")),
        (STANDARD, packed("p=tls-exporter,a=a@b.test,^auth=Bearer abc^^")),
        (STANDARD, packed("n,a=a@b.test^auth=Bearer abc^^")),
        (STANDARD, packed("n,a=a=41,^auth=Bearer abc^^")),
        (STANDARD, packed("n,a=,^auth=Bearer abc^^")),
        (STANDARD, packed("n,,^1=x^auth=Bearer abc^^")),
    ],
)
def test_what_is_no_answer_of_a_mail_program(
    mechanism: TokenMechanism, response: str
) -> None:
    with pytest.raises(InvalidError):
        read_response(mechanism, response)


def test_a_refused_program_is_told_why_and_where_tokens_are_given() -> None:
    told = challenge(TokenStatus.REFUSED, "openid", "https://issuer.test/meta")

    assert json.loads(base64.b64decode(told)) == {
        "status": "invalid_token",
        "scope": "openid",
        "openid-configuration": "https://issuer.test/meta",
    }
