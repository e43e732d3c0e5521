"""A program's page, from another origin, opens a patient in a doctor's real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.builders_people import MATRICULE, open_profile
from tests.web.browsing import blocking
from tests.web.patient.test_browser import DESK, PHONE, pytestmark
from tests.web.professional.at_work import at_work
from tests.web.professional.browsing import ProSite
from tests.web.professional.test_calls import SOFTWARE

__all__ = ["pytestmark"]


@contextmanager
def software(address: str) -> Iterator[str]:
    """A program for care with pages of its own: a form to the gateway on each."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 (the library's name)
            said = {**SOFTWARE, "wants": self.path.strip("/") or "record"}
            fields = "".join(
                f'<input type="hidden" name="{name}" value="{value}">'
                for name, value in said.items()
            )
            page = (
                f'<!doctype html><title>Logiciel</title><form method="post" '
                f'action="{address}/call">{fields}<button>Ouvrir</button></form>'
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.mark.parametrize(
    ("viewport", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"]
)
@blocking
def test_a_program_opens_a_patient_for_who_is_signed_in(
    pages: ProSite, viewport: dict[str, int], theme: str
) -> None:
    open_profile(pages.database)
    address = f"https://127.0.0.1:{pages.port}"
    with at_work(pages, viewport, theme) as doctor, software(address) as program:
        page = doctor.page
        page.goto(program)
        page.click("text=Ouvrir")

        assert page.url == f"{address}/patients?called=1"
        assert page.input_value("#ins").replace(" ", "") == MATRICULE
        doctor.look("called")
        page.click("main form button.btn")
        doctor.look("called-patient")
        page.check("input[value=TEAM]")
        page.click("text=J’atteste et j’ouvre le dossier")
        assert page.locator("text=Le patient a présenté : carte Vitale").count() == 1
        doctor.look("called-record")
        page.goto(f"{address}/patients?called=1")
        assert page.input_value("#ins") == ""
        doctor.look("called-late")
        page.goto(f"{program}/odd")
        page.click("text=Ouvrir")
        assert page.url == f"{address}/call?why=value"
        doctor.look("called-wrong")
        page.goto(f"{program}/file")
        page.click("text=Ouvrir")
        assert page.input_value("#ins") == MATRICULE
        doctor.look("called-file")


@blocking
def test_a_program_waits_for_who_is_not_signed_in(pages: ProSite) -> None:
    open_profile(pages.database)
    address = f"https://127.0.0.1:{pages.port}"
    with at_work(pages, DESK, "light") as doctor, software(address) as program:
        page = doctor.page
        page.context.clear_cookies()
        pages.clock.advance(minutes=1)
        page.goto(program)
        page.click("text=Ouvrir")
        assert page.url.startswith(f"{address}/sign-in?next=")
        doctor.look("called-sign-in")
        page.click("text=Continuer avec ce certificat")
        page.fill("#code", pages.last_code())
        page.click("main form button.btn")

        assert page.url == f"{address}/patients?called=1"
        assert page.input_value("#ins").replace(" ", "") == MATRICULE
