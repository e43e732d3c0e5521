"""The attack list against the real listener: W01 to W06, W09, W15, W16 and TW-8."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from datetime import timedelta
from urllib.parse import quote

import pytest

from gateway.rights.profile import ProfileState
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import chain_of
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import SessionLife, WebSessions
from gateway.web.site.answers import is_own_path
from tests.web.browsing import (
    LOGIN,
    PASSWORD,
    Browser,
    Site,
    add_patient,
    blocking,
    token_of,
    trusting,
)
from tests.web.mail import PDF, carried, file, narrative, receive
from tests.web.wire import (
    ELSEWHERE,
    FORGED,
    SMUGGLING,
    connect,
    drip,
    exchange,
    host,
    post,
)

OTHER_INS = "277076322082910"


@pytest.mark.parametrize("name", SMUGGLING)
@blocking
def test_a_request_of_two_readings_is_refused_and_the_connection_closed(
    site: Site, name: str
) -> None:
    headers, body = SMUGGLING[name]

    answer = exchange(site, post(site, headers, body))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@blocking
def test_pipelined_requests_are_answered_in_order(site: Site) -> None:
    one = b"GET /help HTTP/1.1\r\n" + host(site) + b"\r\n"
    last = b"GET /nothing HTTP/1.1\r\n" + host(site) + b"Connection: close\r\n\r\n"

    answer = exchange(site, one + last)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 404 " in answer


@blocking
def test_http2_is_not_spoken(site: Site) -> None:
    context = trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection(("127.0.0.1", site.port), timeout=20)

    with context.wrap_socket(plain) as wire:
        assert wire.selected_alpn_protocol() == "http/1.1"


@blocking
def test_old_tls_is_refused(site: Site) -> None:
    context = trusting()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    plain = socket.create_connection(("127.0.0.1", site.port), timeout=20)

    with context.wrap_socket(plain) as wire:
        assert wire.version() in {"TLSv1.2", "TLSv1.3"}


@blocking
def test_a_refused_handshake_says_why(site: Site) -> None:
    done = subprocess.run(
        [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{site.port}"),
            *("-ign_eof", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        ],
        input="GET / HTTP/1.1\r\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "alert protocol version" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "headers",
    [
        b"X-A: " + b"a" * 20_000 + b"\r\n",
        b"".join(b"X-%d: a\r\n" % n for n in range(100)),
    ],
    ids=["long", "many"],
)
@blocking
def test_a_flood_of_headers_is_refused(site: Site, headers: bytes) -> None:
    request = b"GET / HTTP/1.1\r\n" + host(site) + headers + b"\r\n"

    answer = exchange(site, request)

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"cookies" in answer


@pytest.mark.parametrize("site", [{"request_seconds": 1.0}], indirect=True)
@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET / HTTP/1.1\r\nX-A: ",
        b"POST /sign-in HTTP/1.1\r\nContent-Length: 900\r\n",
    ],
    ids=["silent", "slow headers", "slow body"],
)
@blocking
def test_a_slow_request_is_cut_whatever_still_drips(site: Site, start: bytes) -> None:
    if start.startswith(b"POST"):
        start += host(site) + b"\r\n"
    begun = time.monotonic()

    drip(connect(site), start)

    assert time.monotonic() - begun < 6


@blocking
def test_a_body_larger_than_its_route_is_refused_before_it_is_read(
    site: Site,
) -> None:
    announced = post(site, b"Content-Length: 200000000\r\n")
    chunked = post(
        site,
        b"Transfer-Encoding: chunked\r\n",
        b"20000\r\n" + b"a" * 0x20000 + b"\r\n0\r\n\r\n",
    )

    assert exchange(site, announced).startswith(b"HTTP/1.1 413 ")
    assert b" 200 " not in exchange(site, chunked)[:20]


def send_files(site: Site, browser: Browser, query: str, body: bytes = b"") -> bytes:
    """Announce a large form, send what there is of it; return what is answered."""
    cookie = f"Cookie: __Host-session={browser.cookies['__Host-session']}\r\n"
    form = b"Content-Type: multipart/form-data; boundary=x\r\n"
    return exchange(
        site,
        f"POST /inbox/new{query} HTTP/1.1\r\n".encode()
        + host(site)
        + cookie.encode()
        + b"Content-Length: 3000000\r\n"
        + form
        + b"\r\n"
        + body,
    )


def ticket_of(browser: Browser) -> str:
    page = browser.get("/inbox/new").text
    return "?upload=" + page.split("?upload=")[1].split('"')[0]


@blocking
def test_files_need_the_ticket_of_an_open_session(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()

    assert send_files(site, browser, "").startswith(b"HTTP/1.1 413 ")
    forged = "?upload=" + "0" * 64
    assert send_files(site, browser, forged).startswith(b"HTTP/1.1 413 ")
    assert send_files(site, browser, ticket_of(browser)) == b""  # waits for the body
    # What comes with the headers waits for the answer too, and is then taken.
    assert send_files(site, browser, ticket_of(browser), b"x" * 10_000) == b""


@pytest.mark.parametrize("ending", ["signed out", "password", "ended", "closed"])
@blocking
def test_a_ticket_does_not_outlive_its_session(site: Site, ending: str) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    ticket, cookie = ticket_of(browser), browser.cookies["__Host-session"]
    life = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
    with site.database.write() as work:
        profile = Profiles(work).get(site.patient)
        sessions = WebSessions(work, life)
        found = sessions.find(cookie)
        assert profile is not None
        assert found is not None
        if ending == "signed out":
            sessions.end(found)
        elif ending == "password":
            Accounts(work).set_password(profile, "quatre gros cailloux")
        elif ending == "closed":
            Profiles(work).set_state(profile, ProfileState.SUSPENDED)
    if ending == "ended":
        site.clock.advance(days=1, hours=9)  # what was written is kept no longer

    assert send_files(site, browser, ticket).startswith(b"HTTP/1.1 413 ")


@blocking
def test_of_a_session_that_ended_of_itself_the_text_alone_is_taken(site: Site) -> None:
    receive(site.database, site.patient)
    browser = site.signed_in()
    ticket = ticket_of(browser)
    site.clock.advance(minutes=16)

    assert send_files(site, browser, ticket) == b""  # waits, to show what was written


@pytest.mark.parametrize("site", [{"max_connections_per_peer": 3}], indirect=True)
@blocking
def test_connections_are_counted(site: Site) -> None:
    held = [connect(site) for _ in range(3)]

    with pytest.raises((ConnectionError, ssl.SSLError, OSError)):
        connect(site)

    for wire in held:
        wire.close()
    for _ in range(50):
        try:
            connect(site).close()
        except (ConnectionError, ssl.SSLError):
            time.sleep(0.05)
        else:
            break
    else:
        pytest.fail("places are not given back")


@pytest.mark.parametrize(
    ("name", "status"),
    [("evil.test", 421), ("127.0.0.1:1", 421), ("127.0.0.1@evil.test", 421), ("", 421)],
)
@blocking
def test_another_host_is_not_served(site: Site, name: str, status: int) -> None:
    request = f"GET /sign-in HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"

    answer = exchange(site, request.encode())

    assert answer.startswith(f"HTTP/1.1 {status} Misdirected Request".encode())
    assert b"evil" not in answer


@pytest.mark.parametrize(
    "request_line",
    [b"GET https://evil.test/ HTTP/1.1", b"GET //evil.test/ HTTP/1.1",
     b"GET /inbox//evil HTTP/1.1", b"OPTIONS * HTTP/1.1"],
)  # fmt: skip
@blocking
def test_addresses_that_lead_elsewhere_are_refused(
    site: Site, request_line: bytes
) -> None:
    close = b"Connection: close\r\n\r\n"

    answer = exchange(site, request_line + b"\r\n" + host(site) + close)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Location" not in answer


@blocking
def test_forwarded_headers_change_nothing(site: Site) -> None:
    headers = {
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.test",
    }

    answer = site.browser().get("/", **headers)

    assert answer.location == "/sign-in"


@pytest.mark.parametrize("back", ELSEWHERE)
@blocking
def test_the_way_back_stays_on_the_site(site: Site, back: str) -> None:
    browser = site.browser()
    token = token_of(browser.get("/sign-in"))

    answer = browser.post("/language", {"token": token, "language": "en", "back": back})

    assert answer.status == 303
    assert is_own_path(answer.location)
    assert "evil" not in answer.location


@pytest.mark.parametrize("name", FORGED)
@blocking
def test_a_forged_form_does_nothing(site: Site, name: str) -> None:
    headers, changed = FORGED[name]
    browser = site.signed_in()
    fields = {"token": token_of(browser.get("/inbox")), **changed}

    answer = browser.post("/sign-out", fields, **headers)

    assert answer.status == 403
    assert browser.get("/inbox").status == 200


@blocking
def test_a_token_is_of_one_session_alone(site: Site) -> None:
    mine, other = site.signed_in(), site.browser()
    token = token_of(other.get("/sign-in"))

    assert mine.post("/sign-out", {"token": token}).status == 403


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", b'{"token": "x"}'), ("text/plain", b"token=x"),
     ("application/x-www-form-urlencoded", b"\xff\xfe=\x00"),
     ("multipart/form-data", b"--x"), ("", b"")],
)  # fmt: skip
@blocking
def test_a_form_of_another_kind_is_not_read(site: Site, kind: str, body: bytes) -> None:
    browser = site.browser()
    browser.get("/sign-in")

    answer = browser.request("POST", "/sign-in", body, {"Content-Type": kind})

    assert answer.status in {400, 403}


@blocking
def test_what_changes_something_is_not_done_by_get(site: Site) -> None:
    browser = site.signed_in()

    for path in ("/sign-out", "/language", "/sign-in/code/again"):
        assert browser.get(path).status == 405
    assert browser.get("/inbox").status == 200


@blocking
def test_nothing_of_another_patient_is_found(site: Site) -> None:
    other = add_patient(site.database, ins=OTHER_INS, login="autre-nom")
    receive(site.database, other, subject="Secret")
    document = file(site.database, other, carried("application/pdf", PDF))
    with site.database.read() as work:
        (conversation,) = InboxReader(work).conversations(other)
        (message,) = InboxReader(work).messages(other, conversation.id)
    browser = site.signed_in()
    token = token_of(browser.get("/inbox"))

    paths = [
        f"/conversation/{conversation.id}",
        f"/conversation/{conversation.id}/delete",
        f"/message/{message.id}/file/0",
        f"/message/{message.id}/file/0/view",
        f"/message/{message.id}/file/0/keep",
        f"/documents/{document}",
        f"/documents/{document}/body",
        f"/documents/{document}/body/keep",
        f"/documents/{document}/original",
        f"/documents/{document}/media/x",
    ]
    nothing = browser.get("/documents/" + "f" * 32)
    for path in paths:
        answer = browser.get(path)
        assert (answer.status, answer.text) == (404, nothing.text)
    for end in ("", "/delete"):
        path = f"/conversation/{conversation.id}{end}"
        assert browser.post(path, {"token": token, "text": "x"}).status == 404
    with site.database.read() as work:
        assert InboxReader(work).unread_count(other) == 1
        lines = list(work.journal.lines(chain_of(site.patient)))
    refused = [line.subject for line in lines if line.action == "page:refuse"]
    assert {conversation.id, message.id, document} <= set(refused)


@blocking
def test_without_a_session_every_page_asks_to_sign_in(site: Site) -> None:
    browser = site.browser()

    for path in ("/home", "/inbox", "/documents", "/documents/" + "a" * 32):
        further = "" if path == "/home" else f"?next={quote(path, safe='')}"
        assert browser.get(path).location == f"/sign-in{further}"


@blocking
def test_odd_addresses_get_the_same_plain_page(site: Site) -> None:
    browser = site.signed_in()

    for path in (
        "/documents/../inbox",
        "/documents/x",
        "/message/" + "a" * 32 + "/file/-1",
        "/message/" + "a" * 32 + "/file/99999999999999999999",
        "/static/../patient/app.py",
        "/static/site.css%00",
        "/%2e%2e/etc/passwd",
        "/.git/config",
        "/debug",
    ):
        assert browser.get(path).status == 404, path


@blocking
def test_every_answer_has_the_headers_of_safety(site: Site) -> None:
    receive(site.database, site.patient)
    document = file(site.database, site.patient, narrative("x"))
    browser = site.signed_in()

    for path in ("/inbox", "/documents", f"/documents/{document}", "/help", "/nothing"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert headers["cache-control"] == "no-store", path
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "max-age=63072000" in headers["strict-transport-security"]
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers
    for path in (f"/documents/{document}/original", "/"):
        assert browser.get(path).headers["cache-control"] == "no-store"


@blocking
def test_no_page_holds_a_script_or_a_style_of_its_own(site: Site) -> None:
    receive(site.database, site.patient)
    document = file(site.database, site.patient, narrative("<paragraph>x</paragraph>"))
    browser = site.signed_in()

    for path in (
        "/inbox",
        "/inbox/new",
        "/documents",
        f"/documents/{document}",
        "/help",
    ):
        page = browser.get(path).text
        assert "<script" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert "https://" not in page
        assert "http://" not in page


@blocking
def test_fixed_files_are_kept_by_the_browser_and_nothing_else_is(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    sheet = browser.get(address)

    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in sheet.headers["cache-control"]


@blocking
def test_after_leaving_the_back_button_finds_nothing(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get("/inbox")
    kept = Browser(site.port, dict(browser.cookies))
    browser.post("/sign-out", {"token": token_of(page)})

    assert page.headers["cache-control"] == "no-store"
    assert kept.get("/inbox").status == 303


@blocking
def test_a_failure_says_nothing_of_the_inside(site: Site) -> None:
    browser = site.signed_in()
    site.database.engine.dispose()
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox_messages RENAME TO gone")

    page = browser.get("/inbox")

    assert page.status in {500, 503}
    assert "inbox_messages" not in page.text
    assert "Traceback" not in page.text


@blocking
def test_head_answers_like_get_without_a_body(site: Site) -> None:
    answer = site.browser().request("HEAD", "/sign-in")

    assert (answer.status, answer.body) == (200, b"")


@blocking
def test_the_same_login_from_two_places_is_two_sessions(site: Site) -> None:
    one, two = site.signed_in(), site.signed_in()

    one.post("/sign-out", {"token": token_of(one.get("/inbox"))})

    assert two.get("/inbox").status == 200
    assert (LOGIN, PASSWORD) != ("", "")
