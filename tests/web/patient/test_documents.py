"""Documents: what the patient sees of them, and what nobody gets to run (W10, X04)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.core.document import Availability, Visibility
from gateway.store.journal import chain_of
from tests.builders_files import DICOM, TIFF, WORD
from tests.web.browsing import Site, blocking, token_of
from tests.web.mail import PDF, PNG, carried, file, narrative

HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})


@blocking
def test_documents_are_listed_with_who_wrote_them(site: Site) -> None:
    file(site.database, site.patient, narrative("x"), title="Ma <lettre>")

    page = site.signed_in().get("/documents")

    assert "Ma &lt;lettre&gt;" in page.text
    assert "Dr Claire MARTIN" in page.text
    assert "Hôpital de démonstration" in page.text
    assert ">18 nov.</time>" in page.text  # of the care, written on the 20th


@pytest.mark.parametrize(
    ("info", "patient_id", "shown"),
    [
        (
            ("PID-5|PAT-TROIS^DOMINIQUE^D ML^^^^L", "PID-7|19790328", "PID-8|F"),
            "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
            "Dominique PAT-TROIS, 28/03/1979, INS 279035121518989",
        ),
        (
            (
                "PID-5|USE^DOM^^^^^D",
                "PID-5|D\\S\\A &lt;B&gt;^^MARIE^^^^L",
                "PID-7|1979",
            ),
            "8000^^^&1.2.3&ISO^PI",
            "Marie D^A &amp;lt;B&amp;gt;, 1979",
        ),
        (("PID-5|PAT^A^^^^^L", "PID-7|197903"), "", "A PAT, 03/1979"),
        (("odd", "PID-7"), "8000^^^&1.2.3&ISO^PI", ""),
    ],
)
@blocking
def test_a_document_shows_whom_it_names(
    site: Site, info: tuple[str, ...], patient_id: str, shown: str
) -> None:
    said = {"source_patient_info": info, "patient_id": patient_id}
    document = file(site.database, site.patient, narrative("A"), said=said)

    page = site.signed_in().get(f"/documents/{document}").text

    assert ("Patient nommé dans le document" in page) is bool(shown)
    assert f"<dd>{shown}</dd>" in page or not shown


@pytest.mark.parametrize(
    ("signer", "shown"),
    [
        ("801234567897^MARTIN^CLAIRE^^^Dr^^^&1.2&ISO^D^^^IDNPS", ""),
        ("899700000017^MOREAU^Camille^^^^^^&1.2&ISO^D^^^IDNPS", "Camille MOREAU"),
        ("", ""),
    ],
)
@blocking
def test_a_document_shows_who_answers_for_it_if_that_is_another(
    site: Site, signer: str, shown: str
) -> None:
    said = {"legal_authenticator": signer}
    document = file(site.database, site.patient, narrative("A"), said=said)

    page = site.signed_in().get(f"/documents/{document}").text

    assert ("Signé par" in page) is bool(shown)
    assert f"<dd>{shown}</dd>" in page or not shown


@blocking
def test_the_type_of_a_document_is_named_in_the_language_of_the_page(
    site: Site,
) -> None:
    document = file(site.database, site.patient, narrative("A"))
    browser = site.signed_in()
    path = f"/documents/{document}"

    french = browser.get(path)
    fields = {"token": token_of(french), "language": "en", "back": path}
    browser.post("/language", fields)
    english = browser.get(path)

    assert "<dd>Lettre de liaison à la sortie" in french.text
    assert "<dd>Discharge letter of a health care facility</dd>" in english.text
    assert "Type" in english.text


@blocking
def test_a_hidden_document_leaves_no_gap_until_its_day(site: Site) -> None:
    day = site.clock() + timedelta(days=30)
    file(site.database, site.patient, narrative("x"), title="Vu")
    secret = file(
        site.database, site.patient, narrative("x"), title="Annonce",
        flags=HIDDEN, visible_at=day,
    )  # fmt: skip
    browser = site.signed_in()

    page = browser.get("/documents?replaced=1")

    assert "Annonce" not in page.text
    assert "1 document," in page.text
    for end in ("", "/original", "/body", "/body/keep"):
        assert browser.get(f"/documents/{secret}{end}").status == 404
    site.clock.now = day
    assert site.signed_in().get(f"/documents/{secret}").status == 200


@blocking
def test_replaced_versions_show_on_request(site: Site) -> None:
    file(
        site.database, site.patient, narrative("x"), title="Ancienne",
        status=Availability.DEPRECATED,
    )  # fmt: skip
    file(
        site.database, site.patient, narrative("x"), title="Effacée",
        status=Availability.DELETED,
    )  # fmt: skip
    browser = site.signed_in()

    assert "Ancienne" not in browser.get("/documents").text
    shown = browser.get("/documents?replaced=1").text
    assert "Ancienne" in shown
    assert "Effacée" not in shown


@blocking
def test_a_masked_document_is_the_patients_and_says_so(site: Site) -> None:
    file(
        site.database, site.patient, narrative("x"),
        flags=frozenset({Visibility.MASKED}),
    )  # fmt: skip

    assert "Masqué aux professionnels" in site.signed_in().get("/documents").text


@blocking
def test_sections_are_shown_as_safe_html(site: Site) -> None:
    evil = "<paragraph>Bonjour</paragraph><script>alert(1)</script>"
    document = file(site.database, site.patient, narrative(evil))

    page = site.signed_in().get(f"/documents/{document}")

    assert "Synthèse du séjour" in page.text
    assert "Bonjour" in page.text
    assert "<script" not in page.text


@blocking
def test_a_pdf_is_shown_in_a_frame_and_given_to_keep(site: Site) -> None:
    document = file(site.database, site.patient, carried("application/pdf", PDF))
    browser = site.signed_in()

    page = browser.get(f"/documents/{document}")
    shown = browser.get(f"/documents/{document}/body")
    kept = browser.get(f"/documents/{document}/body/keep")

    assert "<iframe" in page.text
    assert shown.body == kept.body == PDF
    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"].startswith("inline")
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert kept.headers["content-disposition"].startswith("attachment")


@blocking
def test_an_image_is_shown_as_the_type_it_really_has(site: Site) -> None:
    document = file(site.database, site.patient, carried("image/jpeg", PNG))

    shown = site.signed_in().get(f"/documents/{document}/body")

    assert shown.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"GIF89a<script>"],
)
@blocking
def test_what_is_not_what_it_says_is_not_shown(site: Site, content: bytes) -> None:
    document = file(site.database, site.patient, carried("application/pdf", content))
    browser = site.signed_in()

    assert browser.get(f"/documents/{document}/body").status == 404
    assert "pas pu être lu" in browser.get(f"/documents/{document}").text


@blocking
def test_text_is_shown_escaped(site: Site) -> None:
    document = file(
        site.database, site.patient, carried("text/plain", b"<b>Normal</b>\nfin")
    )

    page = site.signed_in().get(f"/documents/{document}")

    assert "&lt;b&gt;Normal&lt;/b&gt;" in page.text


@blocking
def test_the_original_comes_bit_for_bit_and_cannot_run(site: Site) -> None:
    content = narrative("Bonjour")
    document = file(
        site.database, site.patient, content, title='é"\r\nSet-Cookie: a=b; "/../x'
    )

    given = site.signed_in().get(f"/documents/{document}/original")

    assert given.body == content
    assert given.headers["content-type"] == "application/octet-stream"
    assert given.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in given.headers["content-security-policy"]
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.cookies == []


@blocking
def test_each_reading_leaves_a_trace(site: Site) -> None:
    document = file(site.database, site.patient, carried("application/pdf", PDF))
    browser = site.signed_in()
    assert "Nouveau" in browser.get("/documents").text

    for end in ("", "/body", "/original"):
        browser.get(f"/documents/{document}{end}")

    with site.database.read() as work:
        lines = [
            (line.action, line.outcome)
            for line in work.journal.lines(chain_of(site.patient))
            if line.subject == document
        ]
    assert lines == [
        ("document:open", "page"),
        ("document:open", "file"),
        ("document:download", "original"),
    ]
    assert "Nouveau" not in browser.get("/documents").text


@blocking
def test_a_document_that_cannot_be_read_says_why(site: Site) -> None:
    document = file(site.database, site.patient, b"not a CDA at all")
    browser = site.signed_in()

    page = browser.get(f"/documents/{document}")

    assert page.status == 200
    assert "envoyer en PDF" in page.text
    assert browser.get(f"/documents/{document}/body").status == 404


@pytest.mark.parametrize(
    ("media_type", "content", "ending"),
    [
        ("text/rtf", b"{\\rtf1 x}", "rtf"),
        ("image/tiff", TIFF, "tif"),
        ("text/plain", b"<script>x</script>", "txt"),
        ("application/msword", WORD, "doc"),
        ("application/dicom", DICOM, "dcm"),
    ],
)
@blocking
def test_a_file_browsers_do_not_show_is_only_downloaded(
    site: Site, media_type: str, content: bytes, ending: str
) -> None:
    document = file(site.database, site.patient, carried(media_type, content))
    browser = site.signed_in()

    assert "Télécharger le fichier" in browser.get(f"/documents/{document}").text
    for end in ("body", "body/keep"):
        given = browser.get(f"/documents/{document}/{end}")
        assert given.body == content
        assert given.headers["content-type"] == "application/octet-stream"
        assert given.headers["content-disposition"].startswith("attachment; ")
        assert f'.{ending}"' in given.headers["content-disposition"]
