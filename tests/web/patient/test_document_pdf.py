"""A PDF of each document as it is shown; nothing is made of what is not."""

from __future__ import annotations

import re

from PIL import Image

from gateway.store.journal import Action, chain_of
from tests.converting.pictures import tiff
from tests.web.browsing import Site, blocking
from tests.web.mail import PDF, PNG, carried, file, narrative

TEXT = "<paragraph>Séjour sans complication.</paragraph>"
SCAN = tiff(Image.new("L", (40, 50), 200), Image.new("L", (40, 50), 100))


def streams(content: bytes) -> int:
    """Return how many pictures a PDF has."""
    return len(re.findall(rb"/Subtype\s*/Image", content))


@blocking
def test_every_kind_of_document_is_given_as_a_pdf(site: Site) -> None:
    documents = {
        "narrative": file(site.database, site.patient, narrative(TEXT)),
        "text": file(site.database, site.patient, carried("text/plain", b"Bonjour")),
        "rtf": file(
            site.database, site.patient, carried("text/rtf", b"{\\rtf1 Bonjour}")
        ),
        "scan": file(site.database, site.patient, carried("image/tiff", SCAN)),
        "photo": file(site.database, site.patient, carried("image/png", PNG)),
    }
    browser = site.signed_in()

    made = {}
    for name, document in documents.items():
        page = browser.get(f"/documents/{document}")
        assert f'href="/documents/{document}/pdf"' in page.text, name
        given = browser.get(f"/documents/{document}/pdf")
        assert given.status == 200, name
        assert given.headers["content-type"] == "application/octet-stream"
        assert given.body.startswith(b"%PDF-"), name
        made[name] = given.body
    assert streams(made["scan"]) == 2
    assert streams(made["photo"]) == 1
    assert streams(made["text"]) == 0
    with site.database.read() as work:
        lines = [
            one.outcome
            for one in work.journal.lines(chain_of(site.patient))
            if one.action == Action.DOCUMENT_DOWNLOADED
        ]
    assert lines == ["pdf"] * 5


@blocking
def test_a_pdf_is_itself_and_what_is_not_shown_has_none(site: Site) -> None:
    whole = file(site.database, site.patient, carried("application/pdf", PDF))
    broken = file(
        site.database, site.patient, carried("image/tiff", SCAN[:200] + b"\xff" * 90)
    )
    browser = site.signed_in()

    assert browser.get(f"/documents/{whole}/pdf").body == PDF
    assert "/pdf" not in browser.get(f"/documents/{broken}").text
    refused = browser.get(f"/documents/{broken}/pdf")
    assert refused.location == f"/documents/{broken}?done=no-pdf"
    assert "Aucun PDF ne peut être fait" in browser.get(refused.location).text
