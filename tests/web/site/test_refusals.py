"""Every refusal is a page, in the visitor's language, that says what to do."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from gateway.web.site.languages import LANGUAGES
from gateway.web.site.serving import error_page
from tests.web.browsing import Site, blocking
from tests.web.wire import exchange, host

STATUSES = (400, 403, 404, 405, 408, 413, 414, 421, 429, 431, 500, 503)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_a_page_in_both_languages(status: int, language: str) -> None:
    answer = error_page(language, status, text="<Bonjour>")

    assert answer.status == status
    assert f'<html lang="{language}">' in answer.body.decode()
    assert b"&lt;Bonjour&gt;" in answer.body


def test_the_statuses_do_not_all_say_the_same() -> None:
    said = {
        error_page("fr", status).body.decode().split("<h1>")[1] for status in STATUSES
    }

    assert len(said) == len(STATUSES) - 2  # 400 as 405, 500 as 503


ODD = {
    414: b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n",
    431: b"GET / HTTP/1.1\r\nX-A: " + b"a" * 20_000 + b"\r\n",
    400: b"GET / HTTP/1.1 and more\r\n",
    405: b"PUT /inbox HTTP/1.1\r\n",
    404: b"GET /nowhere HTTP/1.1\r\n",
    413: b"POST /sign-in HTTP/1.1\r\nContent-Length: 9999999\r\n",
}


@pytest.mark.parametrize("status", ODD)
@blocking
def test_a_refusal_before_any_page_is_a_page(site: Site, status: int) -> None:
    rest = host(site) + b"Accept-Language: fr\r\nConnection: close\r\n\r\n"

    answer = exchange(site, ODD[status] + rest)

    words = HTTPStatus(status).phrase
    assert answer.startswith(f"HTTP/1.1 {status} {words}".encode()[:13])
    assert b'<html lang="fr">' in answer
    assert b"Strict-Transport-Security" in answer
    assert b"Content-Security-Policy" in answer
    assert b"no-store" in answer


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        (b"PUT /inbox HTTP/1.1\r\n", b"GET, HEAD, POST"),
        (b"POST /help HTTP/1.1\r\nContent-Length: 0\r\n", b"GET, HEAD"),
        (b"GET /sign-out HTTP/1.1\r\n", b"POST"),
    ],
)
@blocking
def test_a_method_that_is_not_taken_is_told_which_are(
    site: Site, line: bytes, allowed: bytes
) -> None:
    answer = exchange(site, line + host(site) + b"Connection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nAllow: " + allowed + b"\r\n" in answer


@pytest.mark.parametrize("site", [{"request_seconds": 1.0}], indirect=True)
@blocking
def test_who_is_too_slow_is_told_so(site: Site) -> None:
    begun = b"POST /sign-in HTTP/1.1\r\nContent-Length: 10\r\n" + host(site) + b"\r\na"

    answer = exchange(site, begun)

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"trop long" in answer


@pytest.mark.parametrize("site", [{"request_seconds": 1.0}], indirect=True)
@blocking
def test_who_says_nothing_is_let_go_without_a_word(site: Site) -> None:
    assert exchange(site, b"") == b""
