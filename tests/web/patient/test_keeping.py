"""Keeping a received file as a document of one's own: once, and only what may be."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from gateway.core.document import Availability, Visibility
from gateway.core.keeping import MAX_TITLE
from gateway.core.vault import FiledDocument
from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.message.building import OutgoingPart
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Direction
from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import blobs
from tests.builders_files import GIF, TIFF
from tests.builders_people import MATRICULE
from tests.web.browsing import (
    Browser,
    Reply,
    Site,
    add_patient,
    blocking,
    token_of,
)
from tests.web.mail import JPEG, PDF, PNG, carried, file, receive
from tests.web.patient.test_messages import answer, conversation_of

OTHER_INS = "153078987658513"
RTF = b"{\\rtf1\\ansi Bonjour}"


def part(name: str, content: bytes, media_type: str = "") -> OutgoingPart:
    return OutgoingPart(
        media_type=media_type or "application/octet-stream", content=content, name=name
    )


def bring(site: Site, *parts: OutgoingPart, patient: str = "") -> str:
    """Receive a message with files; return the address of the message's files."""
    profile = patient or site.patient
    receive(site.database, profile, files=parts)
    with site.database.read() as work:
        reader = InboxReader(work)
        (conversation,) = reader.conversations(profile)
        message = reader.messages(profile, conversation.id)[-1]
    return f"/message/{message.id}/file"


def keep(browser: Browser, path: str, **fields: str) -> Reply:
    token = browser.get("/documents").text.split('name="token" value="')[1]
    values = {"token": token.split('"')[0], "title": "Mon titre", "category": "other"}
    return browser.post(f"{path}/keep", {**values, **fields})


def filed(site: Site) -> Sequence[FiledDocument]:
    with site.database.read() as work:
        return site.vault(work).listed(site.patient)


@pytest.mark.parametrize(
    ("name", "content", "kept_as"),
    [
        ("bilan_sanguin.pdf", PDF, "application/pdf"),
        ("photo.jpg", JPEG, "image/jpeg"),
        ("scan.tif", TIFF, "image/tiff"),
        ("photo.png", PNG, "image/png"),
        ("lettre.rtf", RTF, "text/rtf"),
        ("notes.txt", "Été & repos".encode(), "text/plain"),
        ("sans-extension", PDF, "application/pdf"),
    ],
)
@blocking
def test_a_file_becomes_a_document_bit_for_bit(
    site: Site, name: str, content: bytes, kept_as: str
) -> None:
    path = bring(site, part(name, content, kept_as))
    browser = site.signed_in()

    done = keep(browser, f"{path}/0", title="Bilan <du> 20", category="biology")

    assert (done.status, done.location) == (303, f"{path}/0/keep?done=1")
    (stored,) = filed(site)
    with site.database.read() as work:
        made = site.vault(work).content(stored)
        entry = site.vault(work).entry(stored)
    body, read = body_of(made), read_cda(made)
    assert (body.media_type, body.content) == (kept_as, content)
    assert (read.title, read.unique_id) == ("Bilan <du> 20", stored.unique_id)
    assert read.patient.ins is not None
    assert read.patient.ins.matricule == MATRICULE
    assert (stored.type_code, stored.status) == ("DOCPAT05", Availability.APPROVED)
    assert stored.flags == frozenset()
    assert stored.arrival_id == ""
    document = f"/documents/{stored.id}"
    assert f'href="{document}/body/keep"' in browser.get(document).text
    assert browser.get(f"{document}/body/keep").body == content
    assert entry.authors[0].person.startswith(f"{MATRICULE}^PAT-TROIS^")


@blocking
def test_the_way_leads_from_the_file_to_the_document(site: Site) -> None:
    path = bring(site, part("bilan_sanguin.pdf", PDF, "application/pdf"))
    browser = site.signed_in()
    conversation = browser.get(conversation_of(site))
    assert "Garder dans mes documents" in conversation.text
    assert f'href="{path}/0/keep"' in conversation.text

    asked = browser.get(f"{path}/0/keep")
    assert 'value="bilan sanguin"' in asked.text
    assert filed(site) == []  # asking keeps nothing
    done = browser.get(keep(browser, f"{path}/0").location)
    (stored,) = filed(site)
    page = browser.get(f"/documents/{stored.id}")

    assert "Le fichier est maintenant dans vos documents." in done.text
    assert f'href="/documents/{stored.id}"' in done.text
    assert "Mon titre" in page.text
    assert "Déposé par vous" in page.text
    assert browser.get(f"/documents/{stored.id}/body").body == PDF
    listed = browser.get("/documents").text
    assert "Déposé par vous" in listed
    assert "Nouveau" not in listed
    conversation = browser.get(conversation_of(site))
    assert f'href="/documents/{stored.id}"' in conversation.text
    assert "/keep" not in conversation.text


@blocking
def test_what_professionals_filed_is_not_said_to_be_the_patients(site: Site) -> None:
    document = file(site.database, site.patient, carried("application/pdf", PDF))
    browser = site.signed_in()

    assert "Déposé par vous" not in browser.get("/documents").text
    assert "Déposé par vous" not in browser.get(f"/documents/{document}").text


@blocking
def test_twice_is_once_and_says_so(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF), part("b.pdf", PDF))
    browser = site.signed_in()
    keep(browser, f"{path}/0", title="Premier")

    again = keep(browser, f"{path}/0", title="Second")
    keep(browser, f"{path}/1", title="Autre fichier")

    assert again.location == f"{path}/0/keep"
    assert "déjà dans vos documents" in browser.get(again.location).text
    titles = [line for line in ("Premier", "Second", "Autre fichier")
              if line in browser.get("/documents").text]  # fmt: skip
    assert titles == ["Premier", "Autre fichier"]


@blocking
def test_clicks_at_the_same_moment_keep_one_document(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF + b" " * 100_000 + b"%%EOF"))
    browsers = [site.signed_in() for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda one: keep(one, f"{path}/0"), browsers))

    assert {one.status for one in answers} == {303}
    assert sum(one.location.endswith("?done=1") for one in answers) == 1
    assert len(filed(site)) == 1
    files = (site.settings.folder / "blobs").glob("??/*")
    kept = [one for one in files if one.stat().st_size]  # not those made ahead
    with site.database.read() as work:
        known = set(work.connection.execute(select(blobs.c.id)).scalars())
    assert {one.name for one in kept} <= known  # nothing of the other clicks is left


@blocking
def test_the_page_says_who_will_see_it(site: Site) -> None:
    path = bring(site, part("lettre.pdf", PDF))
    browser = site.signed_in()
    assert "Les professionnels que vous autorisez" in browser.get(f"{path}/0/keep").text

    with site.database.write() as work:
        Profiles(work).change(site.patient, "mask-by-default", mask_by_default=True)

    page = browser.get(f"{path}/0/keep").text
    assert "Il sera masqué aux professionnels" in page
    assert "que vous autorisez" not in page


@blocking
def test_it_is_masked_where_the_patient_masks_by_default(site: Site) -> None:
    with site.database.write() as work:
        Profiles(work).change(site.patient, "mask-by-default", mask_by_default=True)
    path = bring(site, part("a.pdf", PDF))

    keep(site.signed_in(), f"{path}/0")

    (stored,) = filed(site)
    assert stored.flags == frozenset({Visibility.MASKED})
    assert stored.masked_by == "patient"
    assert _lines(site, "document:keep") == [("FILED_MASKED_BY_DEFAULT", stored.id)]


@blocking
def test_keeping_leaves_one_line_without_the_title(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF))

    keep(site.signed_in(), f"{path}/0", title="Secret médical")

    (stored,) = filed(site)
    assert _lines(site, "document:keep") == [("FILED", stored.id)]
    with site.database.read() as work:
        assert work.journal.verify() == []
        assert "Secret" not in str(list(work.journal.lines(chain_of(site.patient))))


def _lines(site: Site, action: str) -> list[tuple[str, str]]:
    with site.database.read() as work:
        return [
            (line.outcome, line.subject)
            for line in work.journal.lines(chain_of(site.patient))
            if line.action == action
        ]


@pytest.mark.parametrize(
    ("language", "why"), [("fr", "abîmé ou incomplet"), ("en", "damaged or incomplete")]
)
@blocking
def test_a_damaged_file_is_not_kept_and_says_so(
    site: Site, language: str, why: str
) -> None:
    path = bring(site, part("scan.tif", TIFF[:4] + bytes(40), "image/tiff"))
    browser = site.signed_in()
    token = token_of(browser.get(f"{path}/0/keep"))
    browser.post("/language", {"token": token, "language": language, "back": "/inbox"})

    forced = keep(browser, f"{path}/0")

    assert forced.status == 422
    assert why in forced.text
    assert f'href="{path}/0" download' in forced.text
    assert filed(site) == []


TAKEN = "PDF, JPEG, PNG, TIFF, HEIC, RTF"
REFUSED = {
    "gif": ("photo.gif", GIF, "image/gif", TAKEN),
    "word": ("lettre.doc", b"\xd0\xcf\x11\xe0", "", TAKEN),
    "disguise": ("faux.pdf", b"<html>" + PDF, "", TAKEN),
    "large": ("grand.pdf", PDF + b" " * 3000 + b"%%EOF", "", "trop volumineux"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("site", [{"max_upload_bytes": 3000}], indirect=True)
@blocking
def test_what_cannot_be_kept_says_why_and_can_be_downloaded(
    site: Site, name: str
) -> None:
    file_name, content, media_type, why = REFUSED[name]
    path = bring(site, part(file_name, content, media_type))
    browser = site.signed_in()

    asked, forced = browser.get(f"{path}/0/keep"), keep(browser, f"{path}/0")

    assert (asked.status, forced.status) == (200, 422)
    for page in (asked.text, forced.text):
        assert why in page
        assert f'href="{path}/0" download' in page
        assert "<form class=" not in page
    assert filed(site) == []
    conversation = browser.get(conversation_of(site)).text
    assert (why in conversation) is (name != "disguise")  # its bytes are not read there


@blocking
def test_packages_and_xml_are_never_offered(site: Site) -> None:
    path = bring(
        site,
        part("IHE_XDM.ZIP", b"PK\x03\x04", "application/zip"),
        part("lettre.xml", b"<ClinicalDocument/>", "text/xml"),
        part("cda.pdf", b"<ClinicalDocument/>", "application/xml"),
        part("winmail.dat", b"x", "application/octet-stream"),
        part("lettre.CDA", b"<ClinicalDocument/>", "text/plain"),
        part("smime.p7m", b"x", "application/octet-stream"),
        part("transfert.eml", b"x", "application/octet-stream"),
        part("a", b"x", "application/ms-tnef"),
        part("b", b"x", "application/pkcs7-mime"),
    )
    browser = site.signed_in()

    assert "/keep" not in browser.get(conversation_of(site)).text
    for place in range(9):
        assert keep(browser, f"{path}/{place}").status == 422
    assert filed(site) == []


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("", "Écrivez un titre."),
        ("  \n ", "Écrivez un titre."),
        ("x" * (MAX_TITLE + 1), "128 caractères au plus"),
        ("a\x07b", "ne peut pas avoir"),
    ],
)
@blocking
def test_a_title_that_will_not_do_is_said(site: Site, title: str, says: str) -> None:
    path = bring(site, part("a.pdf", PDF))

    page = keep(site.signed_in(), f"{path}/0", title=title, category="imaging")

    assert page.status == 422
    assert page.text.count(says) == 2  # in the summary and beside the field
    assert 'href="#title"' in page.text
    assert 'value="imaging" selected' in page.text
    assert filed(site) == []


@pytest.mark.parametrize("category", ["", "DOCPAT08", "nothing"])
@blocking
def test_a_category_we_do_not_offer_is_another_document(
    site: Site, category: str
) -> None:
    path = bring(site, part("a.pdf", PDF))

    keep(site.signed_in(), f"{path}/0", category=category)

    assert [one.type_code for one in filed(site)] == ["EXPPAT_2"]


@blocking
def test_the_message_of_another_patient_is_not_found(site: Site) -> None:
    other = add_patient(site.database, ins=OTHER_INS, login="autre-nom")
    path = bring(site, part("a.pdf", PDF), patient=other)
    browser = site.signed_in()

    nothing = browser.get("/documents/" + "f" * 32)
    asked, forced = browser.get(f"{path}/0/keep"), keep(browser, f"{path}/0")

    assert (asked.status, asked.text) == (404, nothing.text)
    assert (forced.status, forced.text) == (404, nothing.text)
    with site.database.read() as work:
        assert site.vault(work).listed(other) == []


@blocking
def test_only_files_that_were_received_are_kept(site: Site) -> None:
    bring(site, part("a.pdf", PDF))
    browser = site.signed_in()
    answer(browser, conversation_of(site), files=[("ma-photo.jpg", JPEG)])
    with site.database.read() as work:
        reader = InboxReader(work)
        (conversation,) = reader.conversations(site.patient)
        messages = reader.messages(site.patient, conversation.id)
    (sent,) = [one for one in messages if one.direction is Direction.OUT]
    path = f"/message/{sent.id}/file/0"

    assert browser.get(path).body == JPEG
    assert f"{path}/keep" not in browser.get(conversation_of(site)).text
    assert browser.get(f"{path}/keep").status == 404
    assert keep(browser, path).status == 404


@blocking
def test_a_file_that_is_not_there_is_not_found(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF))
    browser = site.signed_in()

    assert browser.get(f"{path}/1/keep").status == 404
    assert keep(browser, f"{path}/99").status == 404


@blocking
def test_a_forged_form_keeps_nothing(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF))
    browser = site.signed_in()

    assert keep(browser, f"{path}/0", token="0" * 64).status == 403  # noqa: S106
    assert browser.post(f"{path}/0/keep", {"title": "x"}).status == 403
    anonymous = site.browser()
    assert anonymous.get(f"{path}/0/keep").location.startswith("/sign-in")
    assert filed(site) == []


@blocking
def test_the_document_stays_when_the_conversation_goes(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF))
    browser = site.signed_in()
    keep(browser, f"{path}/0")
    (stored,) = filed(site)
    where = conversation_of(site)
    token = browser.get(where).text.split('name="token" value="')[1].split('"')[0]

    browser.post(f"{where}/delete", {"token": token})

    assert browser.get(f"/documents/{stored.id}/body").body == PDF
    assert browser.get(f"{path}/0/keep").status == 404


@blocking
def test_the_page_is_in_english_too(site: Site) -> None:
    path = bring(site, part("a.pdf", PDF), part("b.gif", GIF, "image/gif"))
    browser = site.signed_in()
    english = {"Accept-Language": "en"}

    page = browser.get(f"{path}/0/keep", **english).text
    refused = browser.get(f"{path}/1/keep", **english).text

    assert "Keep in my documents" in page
    assert "Prescription or treatment" in page
    assert "This type of file cannot be kept" in refused
