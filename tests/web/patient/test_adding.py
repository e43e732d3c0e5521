"""A patient's own documents: added bit for bit, shown, deleted for good."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from gateway.core.document import Visibility
from gateway.core.vault import FiledDocument
from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.rights.own_document_rules import MOST_ERASED
from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import blobs
from tests.converting.pictures import heic, tiff
from tests.documents.test_pdf_password import locked
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import JPEG, PDF, PNG, carried, file
from tests.web.patient.test_keeping import RTF, bring, keep, part

PHOTO = Image.new("RGB", (60, 40), (200, 30, 30))
SCAN = tiff(PHOTO, PHOTO)
MIB = 1024 * 1024


def add(
    browser: Browser,
    *files: tuple[str, bytes],
    page: Reply | None = None,
    **fields: str,
) -> Reply:
    """Fill in the form as a person does who changes nothing but what is given."""
    page = page or browser.get("/documents/new")
    assert page.status == 200

    def was(name: str) -> str:
        return page.text.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]

    values = {
        "token": token_of(page),
        "once": was("once"),
        "title": "Mon titre",
        "category": "other",
        "day": was("day"),
        **fields,
    }
    action = page.text.split('action="/documents/new')[1].split('"')[0]
    return browser.send_form(f"/documents/new{action}", [*values.items()], [*files])


def filed(site: Site) -> Sequence[FiledDocument]:
    with site.database.read() as work:
        return site.vault(work).listed(site.patient)


def lines(site: Site, action: str) -> list[str]:
    with site.database.read() as work:
        found = work.journal.lines(chain_of(site.patient))
        return [one.subject for one in found if one.action == action]


def erase(browser: Browser, *documents: str, sure: bool = True) -> Reply:
    token = token_of(browser.get("/documents/delete"))
    body = "&".join(
        [f"token={token}", *(f"document={one}" for one in documents)]
        + (["sure=1"] if sure else [])
    )
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.request("POST", "/documents/delete", body.encode(), kind)


@pytest.mark.parametrize(
    ("name", "content", "kept_as"),
    [
        ("bilan_sanguin.pdf", PDF, "application/pdf"),
        ("photo.JPG", JPEG, "image/jpeg"),
        ("capture.png", PNG, "image/png"),
        ("scan.tif", SCAN, "image/tiff"),
        ("IMG_0042.HEIC", heic(PHOTO), "image/heic"),
        ("lettre.rtf", RTF, "text/rtf"),
        ("notes.txt", "Été & repos".encode(), "text/plain"),
        ("sans-extension", PDF, "application/pdf"),
        ("un-pdf-dit.txt", PDF, "application/pdf"),
    ],
)
@blocking
def test_a_file_becomes_a_document_bit_for_bit(
    site: Site, name: str, content: bytes, kept_as: str
) -> None:
    browser = site.signed_in()

    done = add(browser, (name, content), title="", category="biology", day="2019-02-28")

    (stored,) = filed(site)
    assert (done.status, done.location) == (303, f"/documents/{stored.id}?done=added")
    with site.database.read() as work:
        made = site.vault(work).content(stored)
    body, read = body_of(made), read_cda(made)
    assert (body.media_type, body.content) == (kept_as, content)
    assert name.partition(".")[0].replace("_", " ") == read.title
    assert (stored.type_code, stored.arrival_id) == ("DOCPAT05", "")
    shown = browser.get(done.location)
    assert "exactement tel que vous l’avez envoyé" in shown.text
    assert "28 février 2019" in shown.text
    assert "Déposé par vous" in shown.text
    assert browser.get(f"/documents/{stored.id}/body/keep").body == content
    assert "28 févr." in browser.get("/documents").text
    assert lines(site, "document:keep") == [stored.id]
    assert "Nouveau" not in browser.get("/documents").text


@blocking
def test_tiff_heic_and_rtf_are_shown_converted(site: Site) -> None:
    browser = site.signed_in()
    scan = add(browser, ("scan.tif", SCAN)).location.partition("?")[0]
    photo = add(browser, ("photo.heic", heic(PHOTO))).location.partition("?")[0]
    letter = add(browser, ("l.rtf", b"{\\rtf1 <b>Bonjour\\par}")).location

    page = browser.get(scan)
    first = browser.get(f"{scan}/picture/1")

    assert page.text.count("/picture/1") == 2
    assert "Page 2 sur 2" in page.text
    assert "a été convertie" in page.text
    assert first.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(first.body)).size == (60, 40)
    assert browser.get(f"{scan}/picture/2").status == 200
    assert browser.get(f"{scan}/picture/3").status == 404
    assert browser.get(f"{photo}/picture/1").body[:3] == b"\xff\xd8\xff"
    text = browser.get(letter).text
    assert "&lt;b&gt;Bonjour" in text
    assert "Seul le texte" in text


@blocking
def test_a_picture_that_cannot_be_shown_is_kept_and_can_be_taken(site: Site) -> None:
    browser = site.signed_in()
    broken = SCAN[:300] + b"\xff" * 200

    place = add(browser, ("scan.tif", broken)).location.partition("?")[0]

    page = browser.get(place)
    assert "n’a pas pu être lu" in page.text
    assert browser.get(f"{place}/body/keep").body == broken
    assert browser.get(f"{place}/picture/1").status == 404


@pytest.mark.parametrize(
    ("files", "fields", "said"),
    [
        ([], {}, "Choisissez un fichier."),
        ([("a.pdf", PDF), ("b.pdf", PDF)], {}, "Choisissez un seul fichier"),
        ([("a.pdf", b"")], {}, "Ce fichier est vide"),
        ([("a.pdf", b"MZ\x90\x00" * 9)], {}, "type accepté"),
        ([("a.pdf", b"<html><script>1</script>")], {}, "type accepté"),
        ([("a.pdf", PDF)], {"title": "x" * 129}, "Le titre est trop long"),
        ([("a.pdf", PDF)], {"title": "a\u0007b"}, "caractères"),
        ([("a.pdf", PDF)], {"day": "2031-01-01"}, "Cette date est à venir"),
        ([("a.pdf", PDF)], {"day": "hier"}, "Écrivez la date du document"),
        ([("a.pdf", b"%PDF-1.4 rien\n%%EOF")], {}, "abîmé ou incomplet"),
    ],
)
@blocking
def test_what_is_wrong_is_said_and_nothing_is_kept(
    site: Site, files: list[tuple[str, bytes]], fields: dict[str, Any], said: str
) -> None:
    browser = site.signed_in()

    done = add(browser, *files, **fields)

    assert done.status == 422
    assert said in done.text.replace("&#39;", "'")
    assert "pas encore ajouté" in done.text
    assert filed(site) == []


@pytest.mark.parametrize("way", ["RC4-128", "AES-256"])
@blocking
def test_a_pdf_with_a_password_is_refused_and_one_that_opens_is_not(
    site: Site, way: str
) -> None:
    browser = site.signed_in()

    done = add(browser, ("bulletin_paie.pdf", locked(way, "secret")))

    text = done.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert done.status == 422
    assert "Le fichier « bulletin_paie.pdf » ne s’ouvre qu’avec" in text
    assert "sans mot de passe, puis choisissez cette copie" in text
    assert filed(site) == []

    everybodys = locked(way, "")  # locked by its owner: against printing, for one
    assert add(browser, ("bulletin.pdf", everybodys)).status == 303
    assert len(filed(site)) == 1


@pytest.mark.parametrize("site", [{"max_upload_bytes": 20_000}], indirect=True)
@blocking
def test_the_limit_of_one_file_is_the_one_that_is_set(site: Site) -> None:
    browser = site.signed_in()
    whole = PDF + b"\n" * (20_000 - len(PDF) - 6) + b"%%EOF\n"

    assert add(browser, ("a.pdf", whole)).status == 303
    assert "trop volumineux" in add(browser, ("a.pdf", whole + b"\n")).text


@blocking
def test_a_form_that_is_sent_twice_adds_once(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get("/documents/new")

    first = add(browser, ("a.pdf", PDF), page=page)
    again = add(browser, ("a.pdf", PDF), page=page, title="Autre")

    assert again.location == first.location
    assert len(filed(site)) == 1


@blocking
def test_who_masks_by_default_adds_masked_and_is_told_so(site: Site) -> None:
    with site.database.write() as work:
        Profiles(work).change(site.patient, "mask-by-default", mask_by_default=True)
    browser = site.signed_in()

    asked = browser.get("/documents/new")
    add(browser, ("a.pdf", PDF), page=asked)

    assert "masqué" in asked.text
    (stored,) = filed(site)
    assert stored.flags == {Visibility.MASKED}


@blocking
def test_deleting_asks_first_then_nothing_is_left_of_the_file(site: Site) -> None:
    browser = site.signed_in()
    place = add(browser, ("a.pdf", PDF)).location.partition("?")[0]
    (stored,) = filed(site)
    assert f'href="{place}/delete"' in browser.get(place).text

    asked = browser.get(f"{place}/delete")
    not_yet = erase(browser, stored.id, sure=False)
    assert "C’est définitif" in asked.text
    assert not_yet.status == 200
    assert len(filed(site)) == 1
    done = erase(browser, stored.id)

    assert done.location == "/documents?erased=1"
    page = browser.get(done.location)
    assert "1 document a été supprimé définitivement" in page.text
    assert stored.id not in page.text
    with site.database.read() as work:
        left = work.connection.execute(select(blobs.c.id)).all()
    assert left == []
    assert lines(site, "document:erase") == [stored.id]
    gone = browser.get(place)
    assert (gone.status, "Document supprimé" in gone.text) == (410, True)
    assert browser.get(f"{place}/original").status == 404
    assert "supprimé définitivement" in browser.get("/history").text
    again = erase(browser, stored.id)
    assert (again.status, "Rien n’a été supprimé" in again.text) == (422, True)


@blocking
def test_ten_at_a_time_all_or_none_and_never_a_professionals(site: Site) -> None:
    theirs = file(site.database, site.patient, carried("application/pdf", PDF))
    browser = site.signed_in()
    for number in range(MOST_ERASED + 1):
        add(browser, (f"{number}.txt", b"texte"))
    own = [one.id for one in filed(site) if one.id != theirs]

    listed = "".join(
        browser.get(f"/documents/delete?page={number}").text for number in (1, 2)
    )
    assert all(one in listed for one in own)
    assert theirs not in listed
    assert "/delete" not in browser.get(f"/documents/{theirs}").text
    for tried, said in (
        (own, "Trop de documents"),
        ([*own[:2], theirs], "Rien n’a été supprimé"),
        ([], "Aucun document n’est coché"),
        (["0" * 32], "Rien n’a été supprimé"),
    ):
        refused = erase(browser, *tried)
        assert (refused.status, said in refused.text) == (422, True)
    assert len(filed(site)) == MOST_ERASED + 2
    assert browser.get(f"/documents/{theirs}/delete").status == 422

    assert erase(browser, *own[:MOST_ERASED]).location == "/documents?erased=10"
    assert browser.get(f"/documents/{theirs}").status == 200


@blocking
def test_a_file_of_a_message_can_be_kept_again_once_it_was_deleted(site: Site) -> None:
    path = bring(site, part("bilan.pdf", PDF, "application/pdf"))
    browser = site.signed_in()
    keep(browser, f"{path}/0")
    (first,) = filed(site)
    erase(browser, first.id)

    assert "est déjà dans vos documents" not in browser.get(f"{path}/0/keep").text
    keep(browser, f"{path}/0")

    second = next(one for one in filed(site) if one.id != first.id)
    assert browser.get(f"/documents/{second.id}/body").body == PDF
    keep(browser, f"{path}/0")
    assert len(filed(site)) == 2
    assert f"/documents/{second.id}" in browser.get(f"{path}/0/keep").text
