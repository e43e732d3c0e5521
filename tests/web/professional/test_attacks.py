"""
The attack list against the professionals' port: W01 to W07, W10, W12, W14 to W16, B01,
M07 and X05. What is asked for by the number of others (W09) is in `test_every_route`.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve, frozen
from prometheus_client import generate_latest

from gateway.core.practice import Professional
from gateway.core.reading import ReadingWay
from gateway.metrics import REGISTRY
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.store.consultations.values import Consultation
from gateway.web.professional.routes import make_professional_routes
from gateway.web.site.answers import Answer, is_own_path
from tests.builders_people import MATRICULE, matricule, open_profile
from tests.logged import lines_logged
from tests.web.browsing import Browser, blocking, token_of
from tests.web.mail import carried, file, narrative
from tests.web.professional.asking import Comer, RouteAsker, plain
from tests.web.professional.browsing import CARE, DOCTOR, ProSite, running_pages
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

COOKIE = "__Host-professional"
PERSON = Professional(
    national_id="899700000090", family="FAURE", given="INES", practices=(CARE,)
)
CARD = b"/sign-in/card"


@frozen
class Attacked:
    """The port, and a doctor of it with the record of a patient open."""

    asker: RouteAsker
    patient: str
    doctor: Comer
    record: str

    @property
    def site(self) -> ProSite:
        return self.asker.site

    @property
    def port(self) -> int:
        return self.site.port

    def ask(self, method: str, path: str, **asked: dict[str, str]) -> Answer:
        """Ask a route by its address, of the open record or of a document of it."""
        routes = make_professional_routes(self.site.desk)
        route = next(
            one for one in routes if (one.method, plain(one)) == (method, path)
        )
        parts = {"record_id": self.record, "media_id": "M1", "number": "1"}
        parts |= asked.pop("parts", {})
        return self.asker.ask(
            route, self.doctor, parts, query=asked.get("query"), form=asked.get("form")
        )

    def read(self, document: str, end: str = "") -> Answer:
        path = f"/records/<record_id>/documents/<document_id>{end}"
        return self.ask("GET", path, parts={"document_id": document})


@pytest.fixture(scope="module")
def attacked(
    tmp_path_factory: pytest.TempPathFactory, pki_folder: Path
) -> Iterator[Attacked]:
    with running_pages(tmp_path_factory.mktemp("attacked"), pki_folder) as site:
        patient, asker = open_profile(site.database), RouteAsker(site)
        doctor = asker.come(PERSON)
        assert doctor.who is not None
        request = ReadingRequest(
            patient=WantedPatient(matricule=MATRICULE),
            way=ReadingWay.TEAM,
            informed=True,
            agreed=True,
        )
        opened = asker.open(doctor.who, request)
        assert isinstance(opened, Consultation)
        yield Attacked(asker, patient, doctor, opened.id)


@pytest.mark.parametrize("name", SMUGGLING)
@blocking
def test_a_request_of_two_readings_is_refused_and_the_connection_closed(
    attacked: Attacked, name: str
) -> None:
    headers, body = SMUGGLING[name]

    answer = exchange(attacked, post(attacked, headers, body, CARD))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "headers",
    [
        b"X-A: " + b"a" * 20_000 + b"\r\n",
        b"".join(b"X-%d: a\r\n" % n for n in range(100)),
    ],
    ids=["long", "many"],
)
@blocking
def test_a_flood_of_headers_is_refused(attacked: Attacked, headers: bytes) -> None:
    request = b"GET / HTTP/1.1\r\n" + host(attacked) + headers + b"\r\n"

    assert exchange(attacked, request).startswith(b"HTTP/1.1 431 ")


@blocking
def test_a_body_larger_than_its_route_is_refused_before_it_is_read(
    attacked: Attacked,
) -> None:
    """With files too, where no session is open: there is a ticket for those."""
    announced = b"Content-Length: 20000000\r\n"

    for path in (CARD, b"/file", b"/file?upload=" + b"0" * 64):
        answer = exchange(attacked, post(attacked, announced, path=path))
        assert answer.startswith(b"HTTP/1.1 413 "), path


@pytest.mark.parametrize("pages", [{"request_seconds": 1.0}], indirect=True)
@blocking
def test_a_slow_request_is_cut_whatever_still_drips(pages: ProSite) -> None:
    length = b"Content-Length: 900\r\n"
    starts = [b"", b"GET / HTTP/1.1\r\nX-A: ", post(pages, length, path=CARD)]
    begun = time.monotonic()

    with ThreadPoolExecutor(len(starts)) as threads:
        list(threads.map(lambda start: drip(connect(pages), start), starts))

    assert time.monotonic() - begun < 6


@pytest.mark.parametrize("pages", [{"max_connections_per_peer": 3}], indirect=True)
@blocking
def test_connections_are_counted(pages: ProSite) -> None:
    held = [connect(pages) for _ in range(3)]

    with pytest.raises((ConnectionError, ssl.SSLError, OSError)):
        connect(pages)

    for wire in held:
        wire.close()


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1:1", "127.0.0.1@evil.test"])
@blocking
def test_another_host_is_not_served(attacked: Attacked, name: str) -> None:
    request = f"GET /sign-in HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"

    answer = exchange(attacked, request.encode())

    assert answer.startswith(b"HTTP/1.1 421 Misdirected Request")
    assert b"evil" not in answer


@blocking
def test_addresses_that_lead_elsewhere_are_refused(attacked: Attacked) -> None:
    for line in (b"GET https://evil.test/", b"GET //evil.test/", b"OPTIONS *"):
        answer = exchange(
            attacked,
            line + b" HTTP/1.1\r\n" + host(attacked) + b"Connection: close\r\n\r\n",
        )
        assert answer.startswith(b"HTTP/1.1 400 "), line
        assert b"Location" not in answer


@pytest.mark.parametrize("back", ELSEWHERE)
def test_every_way_on_stays_on_the_site(attacked: Attacked, back: str) -> None:
    """W04: after the language, and after signing in by the address or the form."""
    nobody = evolve(attacked, doctor=Comer(cookie="a" * 64))

    chosen = attacked.ask("POST", "/language", form={"language": "en", "back": back})
    page = nobody.ask("GET", "/sign-in", query={"next": back})
    given = nobody.ask("POST", "/sign-in/card", form={"next": back})
    opened = attacked.ask("GET", "/sign-in", query={"next": back})

    for answer in (chosen, opened):
        to = dict(answer.headers)["Location"]
        assert is_own_path(to)
        assert "evil" not in to
    for answer in (page, given):
        assert b"evil" not in answer.body


@pytest.mark.parametrize("name", FORGED)
@blocking
def test_a_forged_form_does_nothing(attacked: Attacked, name: str) -> None:
    headers, changed = FORGED[name]
    browser = Browser(attacked.port, {COOKIE: attacked.doctor.cookie})
    record = f"/records/{attacked.record}"
    fields = {"token": token_of(browser.get("/home")), **changed}

    answers = [
        browser.post(path, fields, **headers)
        for path in ("/sign-out", f"{record}/end", "/patients/open", "/file")
    ]

    assert {one.status for one in answers} == {403}
    assert browser.get(record).status == 200


@blocking
def test_a_token_is_of_one_session_and_a_form_of_one_kind(attacked: Attacked) -> None:
    browser = Browser(attacked.port, {COOKIE: attacked.doctor.cookie})
    other = token_of(Browser(attacked.port).get("/sign-in"))
    kinds = {
        "application/json": b'{"token": "x"}',
        "text/plain": b"token=x",
        "application/x-www-form-urlencoded": b"\xff\xfe=\x00",
        "multipart/form-data": b"--x",
        "": b"",
    }

    assert browser.post("/sign-out", {"token": other}).status == 403
    for kind, body in kinds.items():
        answer = browser.request("POST", "/patients", body, {"Content-Type": kind})
        assert answer.status in {400, 403}, kind


@blocking
def test_what_changes_something_is_not_done_by_get(attacked: Attacked) -> None:
    browser = Browser(attacked.port, {COOKIE: attacked.doctor.cookie})
    routes = make_professional_routes(attacked.site.desk)
    pages = {one.path for one in routes if one.method == "GET"}
    forms = [one for one in routes if one.method == "POST" and one.path not in pages]

    for route in forms:
        path = re.sub(r"<[^>]+>", "f" * 32, route.path)
        assert browser.get(path).status == 405, path
    assert len(forms) > 5
    assert browser.get("/home").status == 200


@blocking
def test_a_code_sent_twice_at_once_opens_one_session(pages: ProSite) -> None:
    """W07: a race of two is won by one."""
    pages.knows(CARE)
    pages.has_address()
    browser = pages.browser()
    pages.give_card(browser)
    token, code = token_of(browser.get("/sign-in/code")), pages.last_code()
    twins = [Browser(pages.port, dict(browser.cookies), browser.certificate)] * 2

    def give(one: Browser) -> str:
        own = Browser(one.port, dict(one.cookies), one.certificate)
        return own.post("/sign-in/code", {"token": token, "code": code}).location

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(give, twins))

    assert answers.count("/home") == 1


@blocking
def test_cookies_are_for_this_host_alone_and_unseen_by_scripts(pages: ProSite) -> None:
    """W05."""
    pages.knows(CARE)
    pages.has_address()
    browser = pages.browser()
    answers = [browser.get("/sign-in"), pages.give_card(browser)]
    answers.append(pages.give_code(browser, pages.last_code()))

    assert all(one.cookies for one in answers)
    for cookie in (one for answer in answers for one in answer.cookies):
        assert cookie.startswith(f"{COOKIE}=")
        rest = {one.strip() for one in cookie.split(";")[1:]}
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} == rest


EVIL_TEXT = (
    '<paragraph onmouseover="alert(1)">Bonjour</paragraph><script>alert(1)</script>'
    '<linkHtml href="javascript:alert(1)">lien</linkHtml>'
    '<renderMultiMedia referencedObject="M1"/>'
    '<table onmouseover="alert(1)"><tbody><tr><td style="x:url(//{far})">A</td></tr>'
    "</tbody></table>"
    '<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="http://{far}/a"/>'
    '<h:svg xmlns:h="http://www.w3.org/2000/svg"><h:animate onbegin="alert(1)"/>'
    '<h:feImage href="http://{far}/b"/></h:svg>'
)
EVIL_MEDIA = (
    '<entry><observationMedia classCode="OBS" moodCode="EVN" ID="M1">'
    '<value mediaType="image/png"><reference value="http://{far}/c.png"/></value>'
    "</observationMedia></entry>"
)
EVIL_TITLE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\r\nX-A: b'


def without_addresses(page: str) -> str:
    """Return a page without where its own pictures of a document are asked for."""
    return page.replace("/media/M1", "")


def test_nothing_in_a_document_runs_or_is_fetched(attacked: Attacked) -> None:
    """X05, M07 and W12: whatever its text, its title and its pictures say."""
    with closing(socket.create_server(("127.0.0.1", 0))) as far:
        far.setblocking(False)
        name = f"127.0.0.1:{far.getsockname()[1]}"
        document = file(
            attacked.site.database,
            attacked.patient,
            narrative(EVIL_TEXT.format(far=name), EVIL_MEDIA.format(far=name)),
            title=EVIL_TITLE,
        )

        page = attacked.read(document)
        media = attacked.read(document, "/media/<media_id>")
        pdf = attacked.read(document, "/pdf")
        listed = attacked.ask("GET", "/records/<record_id>")

        with pytest.raises(BlockingIOError):
            far.accept()
    assert (page.status, media.status, pdf.status) == (200, 404, 200)
    assert b"Bonjour" in page.body
    for answer in (page, listed):
        text = answer.body.decode()
        assert "&lt;script&gt;alert(1)" in text
        for evil in (
            "<script",
            "<img src=x",
            "<iframe",
            "javascript:",
            name,
            "onbegin",
        ):
            assert evil not in text, evil
        assert not re.search(r"<[^>]*\son\w+=", text)
        assert " style=" not in text
    for header, value in pdf.headers:
        assert "\r" not in value, header
        assert "\n" not in value, header


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"GIF89a<script>"],
)
@pytest.mark.parametrize("kind", ["application/pdf", "text/html", "image/svg+xml"])
def test_what_is_not_what_it_says_is_not_shown(
    attacked: Attacked, content: bytes, kind: str
) -> None:
    """W10."""
    document = file(attacked.site.database, attacked.patient, carried(kind, content))

    page = attacked.read(document)
    body = attacked.read(document, "/body")

    assert page.status == 200
    assert content not in page.body
    assert body.status == 404


@pytest.mark.parametrize(
    "evil",
    [
        "' OR '1'='1",
        '"; DROP TABLE profiles; --',
        "%' UNION SELECT * FROM keys --",
        "{{ 1234*4321 }}${1234*4321}#{1234*4321}<%= 1234*4321 %>",
        "*)(uid=*))(|(uid=*",
        "$where: 1 == 1",
        'a" NEAR b* AND (c OR',
        "\x00\x1f%00",
        "../../etc/passwd",
        "٣" * 13,
    ],
)
def test_what_is_typed_is_looked_for_and_nothing_else(
    attacked: Attacked, evil: str
) -> None:
    """B01: in each field of each form, and in each address that is read."""
    file(attacked.site.database, attacked.patient, narrative("x"), title="Trouvable")
    filled = dict.fromkeys(
        ("ins", "words", "family", "given", "born", "kind", "code", "way", "page"),
        evil,
    )
    urgent = {"way": "EMERGENCY", "sure": "1", "reason": "Malaise au domicile"}
    usual = {"ins": MATRICULE, "way": "CONSENT"}
    asked = [
        ("/patients", filled),
        ("/patients/open", {**filled, **usual}),
        ("/patients/open", filled),
        ("/emergency", {**filled, **urgent, "ins": ""}),
        ("/records/<record_id>/search", filled),
        ("/file", {**filled, "record": evil, "title": evil}),
        ("/sign-in/situation", {"situation": evil}),
    ]

    answers = [attacked.ask("POST", path, form=form) for path, form in asked]
    listed = [
        attacked.ask("GET", path, query=filled)
        for path in ("/records/<record_id>", "/accesses", "/file", "/filings")
    ]

    assert all(one.status < 500 for one in (*answers, *listed))
    for answer in answers:
        assert b"Trouvable" not in answer.body
        assert b"5332114" not in answer.body
        assert not dict(answer.headers).get("Location", "").startswith("/records")
    assert b"Trouvable" in listed[0].body


@blocking
def test_there_is_nothing_beside_the_pages_and_nobody_from_the_start(
    pages: ProSite,
) -> None:
    """W14: no door for those who built it, no account that comes with the program."""
    browser = pages.browser("")

    for path in (
        "/debug",
        "/metrics",
        "/readyz",
        "/admin",
        "/console",
        "/.git/config",
        "/static/../professional/desk.py",
        "/static/site.css%00",
        "/%2e%2e/etc/passwd",
        "/sign-in/provider",
    ):
        assert browser.get(path).status in {404, 422}, path
    with pages.database.read() as work:
        assert (
            work.connection.exec_driver_sql(
                "SELECT count(*) FROM professional_accounts"
            ).scalar_one()
            == 0
        )


@blocking
def test_no_log_and_no_number_says_whose_record_was_read(attacked: Attacked) -> None:
    """W15: neither what was asked for, nor what was typed, nor what was wrong."""
    title = "Fibrillation-repérable"
    document = file(
        attacked.site.database, attacked.patient, narrative("x"), title=title
    )
    browser = Browser(attacked.port, {COOKIE: attacked.doctor.cookie})
    record = f"/records/{attacked.record}"
    with lines_logged() as told:
        token = token_of(browser.get(record))
        browser.get(f"{record}/documents/{document}")
        browser.get(f"{record}/documents/{'f' * 32}")
        browser.get(f"/records/{'f' * 32}")
        browser.post(f"{record}/search", {"token": token, "words": title})
        for number in (MATRICULE, matricule(7)):
            browser.post("/patients", {"token": token, "ins": number})
        browser.post("/emergency", {"token": token, "family": "Pat-Trois"})

    said = "\n".join(told) + generate_latest(REGISTRY).decode()
    for secret in (
        MATRICULE, matricule(7), "PAT-TROIS", "Pat-Trois", title, PERSON.national_id,
        DOCTOR, document, attacked.patient,
    ):  # fmt: skip
        assert secret not in said, secret


@blocking
def test_every_answer_has_the_headers_of_safety(attacked: Attacked) -> None:
    """W06, W10, W16: no framing, no guessing of types, nothing for a cache."""
    document = file(attacked.site.database, attacked.patient, narrative("x"))
    browser = Browser(attacked.port, {COOKIE: attacked.doctor.cookie})
    record = f"/records/{attacked.record}"
    pages = ("/home", "/patients", "/emergency", "/accesses", "/file", "/filings")

    for path in (*pages, record, f"{record}/documents/{document}", "/nothing"):
        answer = browser.get(path)
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert headers["cache-control"] == "no-store", path
        assert "etag" not in headers
        assert "last-modified" not in headers
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "max-age=63072000" in headers["strict-transport-security"]
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers
        for outside in ("<script", "<style", " style=", "https://", "http://"):
            assert outside not in answer.text, path


@blocking
def test_a_failure_says_nothing_of_the_inside(pages: ProSite) -> None:
    browser = pages.sign_in(CARE)
    pages.database.engine.dispose()
    with pages.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE consultations RENAME TO gone")

    page = browser.get("/accesses")

    assert page.status in {500, 503}
    assert "consultations" not in page.text
    assert "Traceback" not in page.text
