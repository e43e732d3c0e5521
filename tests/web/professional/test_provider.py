"""Signing in by a provider of identities over TLS; each check fails once (W12, W13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from attrs import define

from gateway.store.journal import Action
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from gateway.trust.tokens import ProviderSignIn
from tests.fakes import SetClock
from tests.pki import throwaway_pki
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.professional.browsing import CARE, ProSite, running_pages
from tests.web.professional.oidc import (
    CLIENT,
    PERSON,
    SECRET,
    LocalProvider,
    by_public_key,
    local_provider,
    rsa,
    unsigned,
)

COOKIE = "__Host-professional"
NOT_IN = "n’a pas été acceptée"


@define
class Both:
    """The pages, and the provider they send people to."""

    pages: ProSite
    provider: LocalProvider

    def browser(self) -> Browser:
        return self.pages.browser("")

    def begin(self, browser: Browser, further: str = "") -> dict[str, str]:
        """Go to the provider; return what was asked of it."""
        reply = browser.get("/sign-in/provider" + further)
        assert reply.status == 303
        asked = {k: v[0] for k, v in parse_qs(urlsplit(reply.location).query).items()}
        self.provider.nonce = asked["nonce"]
        self.provider.challenge = asked["code_challenge"]
        return asked

    def come_back(self, browser: Browser, asked: dict[str, str], **said: str) -> Reply:
        query = {
            "code": "a-code",
            "state": asked["state"],
            "iss": self.provider.issuer,
            **said,
        }
        query = {name: value for name, value in query.items() if value}
        return browser.get(f"/sign-in/provider/back?{urlencode(query)}")

    def sign_as_a_stranger(self, kid: str) -> None:
        """Have the provider sign by a key that is not the one it names."""
        self.provider.signer = rsa("stranger")
        self.provider.header["kid"] = kid

    def sign_in(self) -> Browser:
        browser = self.browser()
        assert self.come_back(browser, self.begin(browser)).location == "/home"
        return browser

    def over_for_mail(self) -> list[bool]:
        """Tell which of two sign-ins of the person are over where mail is read."""
        since, subject = self.pages.clock() - timedelta(minutes=1), PERSON["sub"]
        both = [
            ProviderSignIn(session=name, subject=subject, since=since)
            for name in ("session-1", "session-2")
        ]
        with self.pages.database.read() as work:
            over = EndedSignIns(work).among(both)
        return [one in over for one in both]

    def outcomes(self) -> list[tuple[str, str]]:
        with self.pages.database.read() as work:
            return [
                (one.action, one.outcome)
                for one in work.journal.lines()
                if one.action.startswith("session:")
            ]


@pytest.fixture
def both(tmp_path: Path, pki_folder: Path) -> Iterator[Both]:
    secret = tmp_path / "client.secret"
    secret.write_text(SECRET + "\n")
    clock = SetClock(throwaway_pki().made_at)
    with local_provider(pki_folder, clock) as provider:
        settings = {
            "issuer": provider.issuer,
            "discovery": provider.address("meta"),
            "client_id": CLIENT,
            "client_secret": str(secret),
            "authorities": str(pki_folder / "ca.pem"),
            "timeout_seconds": 5,
        }
        with running_pages(tmp_path, pki_folder, clock, provider=settings) as pages:
            yield Both(pages, provider)


@blocking
def test_who_comes_by_the_provider_is_at_home(both: Both) -> None:
    browser = both.browser()

    page = browser.get("/sign-in")
    asked = both.begin(browser)
    opened = both.come_back(browser, asked)
    home = browser.get("/home")

    assert "Pro Santé Connect" in page.text
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid scope_all"
    assert asked["acr_values"] == "eidas1"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].endswith("/sign-in/provider/back")
    assert opened.location == "/home"
    assert "__Host-provider" not in browser.cookies
    assert "Camille MOREAU" in home.text
    assert "CHU DE DEMONSTRATION" in home.text
    assert "Vous ne pouvez pas lire" not in home.text
    assert both.outcomes() == [(Action.SIGNED_IN, "provider")]
    basic = both.provider.headers[both.provider.asked.index("/token")]
    assert basic["authorization"].startswith("Basic ")


@blocking
def test_the_way_leads_on_to_what_was_asked_for(both: Both) -> None:
    browser = both.browser()

    asked = both.begin(browser, "?next=/patients")

    assert both.come_back(browser, asked).location == "/patients"


@blocking
def test_userinfo_may_be_a_signed_token(both: Both) -> None:
    both.provider.as_token = True

    both.sign_in()


@blocking
def test_practices_come_from_the_directory_where_the_provider_has_none(
    both: Both,
) -> None:
    both.provider.person = {"SubjectRefPro": None}
    both.pages.knows(CARE)

    assert "CHU de démonstration" in both.sign_in().get("/home").text


@blocking
def test_a_professional_without_an_activity_reads_nothing(both: Both) -> None:
    exercise = {"codeProfession": "10", "activities": []}
    both.provider.person = {"SubjectRefPro": {"exercices": [exercise]}}

    home = both.sign_in().get("/home")

    assert "Vous ne pouvez pas lire" in home.text


@blocking
def test_several_situations_of_the_provider_are_to_be_chosen(both: Both) -> None:
    exercise = {
        "codeProfession": "10",
        "activities": [
            {"codeGenreActivite": "GENR01", "raisonSocialeSite": "A"},
            {"codeGenreActivite": "GENR04", "raisonSocialeSite": "", "codeRole": None},
        ],
    }
    both.provider.person = {"SubjectRefPro": {"exercices": [exercise, "odd", {}]}}
    browser = both.browser()

    reply = both.come_back(browser, both.begin(browser))

    assert reply.location == "/sign-in/situation"
    assert browser.get("/sign-in/situation").text.count('type="radio"') == 2


@blocking
def test_keys_that_turn_over_are_asked_for_again(both: Both) -> None:
    both.sign_in()
    both.pages.clock.advance(minutes=1)
    second = rsa("second")
    both.provider.published, both.provider.signer = [rsa("first"), second], second

    both.sign_in()

    assert both.provider.asked.count("/certs") == 2


def _now(both: Both) -> int:
    return int(both.pages.clock().timestamp())


UGLY: dict[str, Callable[[Both], Any]] = {
    "TOKEN_ISSUER": lambda b: b.provider.claims.update(iss="https://other.test"),
    "TOKEN_AUDIENCE": lambda b: b.provider.claims.update(aud="another"),
    "TOKEN_PARTY": lambda b: b.provider.claims.update(azp="another"),
    "TOKEN_PARTY of several": lambda b: b.provider.claims.update(
        aud=[CLIENT, "another"], azp=None
    ),
    "TOKEN_EXPIRED": lambda b: b.provider.claims.update(exp=_now(b) - 31),
    "TOKEN_EXPIRED none": lambda b: b.provider.claims.update(exp=None),
    "TOKEN_EXPIRED long ago": lambda b: b.provider.claims.update(iat=_now(b) - 700),
    "TOKEN_NOT_YET": lambda b: b.provider.claims.update(iat=_now(b) + 31),
    "TOKEN_NOT_YET nbf": lambda b: b.provider.claims.update(nbf=_now(b) + 31),
    "TOKEN_NOT_YET text": lambda b: b.provider.claims.update(iat="now"),
    "TOKEN_NONCE": lambda b: b.provider.claims.update(nonce="another"),
    "TOKEN_NONCE none": lambda b: b.provider.claims.update(nonce=None),
    "TOKEN_LEVEL": lambda b: b.provider.claims.update(acr="eidas0"),
    "TOKEN_LEVEL none": lambda b: b.provider.claims.update(acr=None),
    "TOKEN_SUBJECT": lambda b: b.provider.person.update(sub="somebody else"),
    "TOKEN_SUBJECT none": lambda b: b.provider.claims.update(sub=None),
    "TOKEN_UNKNOWN_KEY": lambda b: setattr(b.provider, "signer", rsa("stranger")),
    "TOKEN_SIGNATURE": lambda b: b.sign_as_a_stranger("first"),
    "TOKEN_ALGORITHM none": lambda b: setattr(
        b.provider, "whole_token", unsigned(b.provider.id_claims(), kid="first")
    ),
    "TOKEN_ALGORITHM secret": lambda b: setattr(
        b.provider, "whole_token", by_public_key(b.provider.id_claims(), rsa("first"))
    ),
    "TOKEN_ALGORITHM other": lambda b: b.provider.header.update(alg="RS512"),
    "TOKEN_MALFORMED": lambda b: setattr(b.provider, "whole_token", "a.b"),
    "nobody": lambda b: b.provider.person.update(SubjectNameID=""),
    "nobody at all": lambda b: b.provider.person.update(SubjectNameID=None),
}


@pytest.mark.parametrize("case", UGLY)
@blocking
def test_what_is_not_as_it_should_be_lets_nobody_in(both: Both, case: str) -> None:
    browser = both.browser()
    asked = both.begin(browser)
    UGLY[case](both)

    refused = both.come_back(browser, asked)

    assert refused.status == 422
    assert NOT_IN in refused.text
    assert browser.get("/home").status == 303
    assert both.outcomes() == [(Action.SIGN_IN_REFUSED, case.partition(" ")[0])]


@pytest.mark.parametrize(
    "said",
    [
        {"state": "0" * 64},
        {"state": ""},
        {"iss": "https://other.test"},
        {"iss": ""},
        {"error": "access_denied"},
        {"code": ""},
        {"code": "another"},
    ],
)
@blocking
def test_an_answer_that_is_not_the_one_asked_for_lets_nobody_in(
    both: Both, said: dict[str, str]
) -> None:
    browser = both.browser()

    refused = both.come_back(browser, both.begin(browser), **said)

    assert refused.status == 422
    assert browser.get("/home").status == 303


@blocking
def test_an_answer_opens_nothing_in_another_browser(both: Both) -> None:
    browser, other = both.browser(), both.browser()
    asked = both.begin(browser)
    both.begin(other)

    assert both.come_back(other, asked).status == 422
    assert both.come_back(both.browser(), asked).status == 422


@blocking
def test_an_answer_comes_too_late(both: Both) -> None:
    browser = both.browser()
    asked = both.begin(browser)
    both.pages.clock.advance(minutes=10)

    assert both.come_back(browser, asked).status == 422


@blocking
def test_an_answer_is_good_once(both: Both) -> None:
    browser = both.browser()
    asked = both.begin(browser)
    both.come_back(browser, asked)
    browser.cookies.pop(COOKIE)

    assert both.come_back(browser, asked).status == 422


@pytest.mark.parametrize(
    "odd",
    [
        {"issuer": "https://other.test"},
        {"token_endpoint": None},
        {"userinfo_endpoint": "http://localhost/"},
    ],
)
@blocking
def test_a_provider_that_says_odd_things_of_itself_is_not_asked(
    both: Both, odd: dict[str, Any]
) -> None:
    both.provider.metadata = odd

    assert both.browser().get("/sign-in/provider").status == 503


@blocking
def test_a_provider_that_fails_is_said_to_be_away(both: Both) -> None:
    browser = both.browser()
    asked = both.begin(browser)
    both.provider.status = 500

    assert both.come_back(browser, asked).status == 503


@blocking
def test_signing_out_leads_on_to_the_provider(both: Both) -> None:
    browser = both.sign_in()
    page = browser.get("/home")

    left = browser.post("/sign-out", {"token": token_of(page)})
    there = left.headers["refresh"].removeprefix("0; url=")
    query = parse_qs(urlsplit(there).query)

    assert left.status == 200
    assert there.startswith(both.provider.address("logout"))
    assert query["id_token_hint"][0].count(".") == 2
    assert query["post_logout_redirect_uri"][0].endswith("/sign-in")
    assert COOKIE not in browser.cookies
    assert browser.get("/home").status == 303
    assert both.over_for_mail() == [True, False]


@pytest.mark.parametrize("changes", [{}, {"sid": None}, {"sub": None}])
@blocking
def test_the_provider_ends_a_session(both: Both, changes: dict[str, Any]) -> None:
    browser = both.sign_in()
    token = both.provider.logout_token(**changes)

    told = both.browser().post("/sign-out/provider", {"logout_token": token})

    assert told.status == 200
    assert browser.get("/home").location == "/sign-in?expired=1"
    assert both.outcomes()[-1] == (Action.SIGNED_OUT, "provider")
    assert both.over_for_mail() == [True, "sid" in changes]


LOGOUTS: dict[str, dict[str, Any]] = {
    "another session": {"sid": "session-2"},
    "another person": {"sub": "somebody else"},
    "another issuer": {"iss": "https://other.test"},
    "for another": {"aud": "another"},
    "no event": {"events": {}},
    "a nonce": {"nonce": "n"},
    "nobody": {"sid": None, "sub": None},
    "no end": {"exp": None},
}


@pytest.mark.parametrize("case", LOGOUTS)
@blocking
def test_a_logout_that_is_none_ends_nothing(both: Both, case: str) -> None:
    browser = both.sign_in()
    token = both.provider.logout_token(**LOGOUTS[case])

    both.browser().post("/sign-out/provider", {"logout_token": token})

    assert browser.get("/home").status == 200
    if case not in {"another session", "another person"}:
        assert both.over_for_mail() == [False, False]


@pytest.mark.parametrize("body", ["", "x", "a.b.c"])
@blocking
def test_a_logout_without_a_token_is_refused(both: Both, body: str) -> None:
    told = both.browser().post("/sign-out/provider", {"logout_token": body})

    assert told.status == 400
    assert told.headers["cache-control"] == "no-store"


@blocking
def test_an_id_token_is_no_logout_token(both: Both) -> None:
    browser = both.sign_in()
    token = both.provider.id_token()

    told = browser.post("/sign-out/provider", {"logout_token": token})

    assert told.status == 400
    assert browser.get("/home").status == 200


@blocking
def test_a_session_by_the_provider_needs_no_certificate(both: Both) -> None:
    browser = both.sign_in()
    browser.certificate = both.pages.certs / "nurse.pem"

    assert browser.get("/home").status == 200


@blocking
def test_nothing_of_a_person_is_kept_in_clear(both: Both) -> None:
    both.sign_in()
    content = (both.pages.settings.folder / "gateway.db").read_bytes()
    wal = both.pages.settings.folder / "gateway.db-wal"
    content += wal.read_bytes() if wal.exists() else b""

    assert b"MOREAU" not in content
    assert str(PERSON["sub"]).encode() not in content
    assert b"session-1" not in content
