"""What is done from an open record, over real TLS: each asked, done, shown as done."""

from __future__ import annotations

from typing import Any

from gateway.core.document import Availability, Visibility
from gateway.core.vault import FiledDocument
from gateway.store.journal import Action
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.profiles import Profiles
from tests.builders_cda import PDF
from tests.web.browsing import Browser, Reply, blocking, token_of
from tests.web.mail import file
from tests.web.professional.browsing import CARE, DOCTOR, ProSite
from tests.web.professional.mailing import work_off
from tests.web.professional.test_filing import (
    documents,
    fields_of,
)
from tests.web.professional.test_filing import file as send
from tests.web.professional.test_records import lines, opened

HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})
NOBODY = "899700000999"


def put_own(pages: ProSite, patient: str, owner: str = DOCTOR, **said: Any) -> str:
    return file(pages.database, patient, b"<a/>", owners=[owner], **said)


def found(pages: ProSite, patient: str, document: str) -> FiledDocument:
    return next(one for one in documents(pages, patient) if one.id == document)


def do(browser: Browser, path: str, act: str, **said: str) -> Reply:
    """Open a document, its page of confirmation, and confirm."""
    browser.get(path)
    page = browser.get(f"{path}/{act}")
    if page.status != 200:
        return page
    return browser.post(f"{path}/{act}", {"token": token_of(page), **said})


def name(pages: ProSite, patient: str) -> None:
    with pages.database.write() as work:
        Administrators(work, patient).name(DOCTOR, "Camille MOREAU")


@blocking
def test_a_hidden_result_is_announced_by_one_click_on_its_page(
    pages: ProSite, patient: str
) -> None:
    result = put_own(pages, patient, flags=HIDDEN)
    browser = pages.sign_in(CARE)
    path = f"{opened(browser).location}/documents/{result}"

    page = browser.get(path)
    reply = do(browser, path, "announce")
    after = browser.get(reply.location)

    assert f"{path}/announce" in page.text
    assert reply.location == f"{path}?done=announced"
    assert "Annoncé" in after.text
    assert f"{path}/announce" not in after.text
    one = found(pages, patient, result)
    assert one.visible_at == pages.clock.now
    assert lines(pages, patient, Action.DOCUMENT_ANNOUNCED) == [result]


@blocking
def test_one_withdraws_ones_own_and_not_anothers(pages: ProSite, patient: str) -> None:
    mine, theirs = put_own(pages, patient), put_own(pages, patient, owner=NOBODY)
    browser = pages.sign_in(CARE)
    record = opened(browser).location

    refused = do(browser, f"{record}/documents/{theirs}", "withdraw")
    forced = browser.post(
        f"{record}/documents/{theirs}/withdraw",
        {"token": token_of(browser.get(record))},
    )
    reply = do(browser, f"{record}/documents/{mine}", "withdraw")
    shown = browser.get(reply.location)

    assert (refused.status, forced.status) == (404, 404)
    assert reply.location == f"{record}?done=withdrawn"
    assert "Le document est retiré" in shown.text
    assert "1 document<" in shown.text
    assert found(pages, patient, mine).status is Availability.DELETED
    assert found(pages, patient, theirs).status is Availability.APPROVED


@blocking
def test_one_masks_ones_own_when_the_patient_asks_and_undoes_it(
    pages: ProSite, patient: str
) -> None:
    mine = put_own(pages, patient)
    browser = pages.sign_in(CARE)
    path = f"{opened(browser).location}/documents/{mine}"

    unasked = do(browser, path, "mask")
    before = found(pages, patient, mine).flags
    masked = do(browser, path, "mask", asked="1")
    then = found(pages, patient, mine).flags
    shown = do(browser, path, "show", asked="1")

    assert unasked.status == 422
    assert "Cochez la case" in unasked.text
    assert (before, then) == (frozenset(), frozenset({Visibility.MASKED}))
    assert masked.location == f"{path}?done=masked"
    assert "Masqué aux autres professionnels" in browser.get(masked.location).text
    assert shown.location == f"{path}?done=shown"
    assert found(pages, patient, mine).flags == frozenset()


@blocking
def test_b7_35_the_administrator_sees_what_is_masked_and_masks_on_the_page(
    pages: ProSite, patient: str
) -> None:
    masked = put_own(pages, patient, owner=NOBODY, flags=frozenset({Visibility.MASKED}))
    other = put_own(pages, patient, owner=NOBODY, title="Compte rendu d’un autre")
    name(pages, patient)
    browser = pages.sign_in(CARE)

    record = opened(browser).location
    page = browser.get(record)
    reply = do(browser, f"{record}/documents/{other}", "mask", asked="1")

    assert "Le patient vous a nommé administrateur" in page.text
    assert f"/documents/{masked}" in page.text
    assert "Masqué aux professionnels" in page.text
    assert reply.location.endswith("?done=masked")
    assert found(pages, patient, other).flags == {Visibility.MASKED}
    assert lines(pages, patient, Action.DOCUMENT_MASKED) == [other]


@blocking
def test_the_administrator_blocks_somebody_found_by_name(
    pages: ProSite, patient: str
) -> None:
    name(pages, patient)
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    address = "dr.voisin@peer.mssante.test"

    page = browser.get(f"{record}/block?name={address}")
    token = token_of(page)
    fields = {"token": token, "name": address, "who": address}
    missing = browser.post(f"{record}/block", {**fields, "who": NOBODY, "asked": "1"})
    unasked = browser.post(f"{record}/block", fields)
    reply = browser.post(f"{record}/block", {**fields, "asked": "1"})

    assert address in page.text.replace("<wbr>", "")
    assert (missing.status, unasked.status) == (422, 422)
    assert reply.location == f"{record}?done=blocked"
    assert "est bloqué" in browser.get(reply.location).text
    with pages.database.read() as work:
        assert Profiles(work).rights(patient).blocked == {address}


@blocking
def test_who_does_not_administer_has_no_page_to_block(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    page = browser.get(record)

    asked = browser.get(f"{record}/block")
    sent = browser.post(
        f"{record}/block",
        {"token": token_of(page), "name": "a@peer.mssante.test", "asked": "1"}
        | {"who": "a@peer.mssante.test"},
    )

    assert f"{record}/block" not in page.text
    assert (asked.status, sent.status) == (404, 404)


@blocking
def test_b7_22_a_new_version_is_filed_from_the_document_and_the_old_one_stays(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    send(browser, title="Écho du matin")
    work_off(pages)
    (first,) = documents(pages, patient)
    theirs = put_own(pages, patient, owner=NOBODY)
    record = opened(browser).location
    path = f"{record}/documents/{first.id}"
    browser.get(path)
    browser.get(f"{record}/documents/{theirs}")

    filing = record.replace("/records/", "/file?record=")
    form = browser.get(f"{filing}&replaces={first.id}")
    refused = browser.get(f"{filing}&replaces={theirs}")
    forced = _replace(browser, form, theirs, [("a.pdf", PDF)])
    several = _replace(browser, form, first.id, [("a.pdf", PDF), ("b.pdf", PDF)])
    sent = _replace(browser, form, first.id, [("a.pdf", PDF + b"\n")])
    work_off(pages)

    assert "Elle prend la place de" in form.text
    assert refused.status == 404
    assert (forced.status, several.status) == (422, 422)
    assert "ne peut plus être remplacé" in forced.text
    assert sent.location.startswith("/filings?sent=")
    kept = {one.id: one for one in documents(pages, patient)}
    assert kept[first.id].status is Availability.DEPRECATED
    second = kept[kept[first.id].replaced_by]
    assert (second.set_id, second.version) == (first.set_id, 2)
    listed = browser.get(record).text
    old = browser.get(f"{record}?old=1").text
    assert "1 version précédente" in listed
    assert "Ancienne version" in old
    assert lines(pages, patient, Action.ACT_REFUSED) == [theirs]
    assert lines(pages, patient, Action.VERSION_BROUGHT) == [first.id]


def _replace(
    browser: Browser, form: Reply, before: str, files: list[tuple[str, bytes]]
) -> Reply:
    action = form.text.split('action="/file?')[1].split('"')[0]
    record = form.text.split('name="record" value="')[1].split('"')[0]
    said = {"record": record, "replaces": before, "title": "Écho du soir"}
    return browser.send_form(f"/file?{action}", fields_of(form, **said), files)


@blocking
def test_a_follow_up_begins_and_ends_with_the_record(
    pages: ProSite, patient: str
) -> None:
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    path = f"{record}/follow-up"

    page = browser.get(path)
    begun = browser.post(path, {"token": token_of(page), "to": "begin"})
    shown = browser.get(begun.location)
    listed = browser.get(record)
    ended = browser.post(path, {"token": token_of(shown), "to": "end"})

    assert "Commencer un suivi" in page.text
    assert "Le suivi est commencé" in shown.text
    assert "Suivi par votre équipe" in listed.text
    assert ended.location == "/patients?ended=follow-up"
    assert "Le suivi est terminé" in browser.get(ended.location).text
    assert browser.get(record).status == 403


@blocking
def test_from_a_record_that_closed_nothing_is_done(
    pages: ProSite, patient: str
) -> None:
    mine = put_own(pages, patient)
    browser = pages.sign_in(CARE)
    record = opened(browser).location
    path = f"{record}/documents/{mine}"
    browser.get(path)
    token = token_of(browser.get(f"{path}/withdraw"))
    browser.post(f"{record}/end", {"token": token})

    said = [
        browser.get(f"{path}/withdraw"),
        browser.post(f"{path}/withdraw", {"token": token}),
        browser.get(f"{record}/follow-up"),
        browser.post(f"{record}/follow-up", {"token": token}),
        browser.get(f"{record}/block"),
    ]

    assert [one.status for one in said] == [403] * len(said)
    form = browser.get(record.replace("/records/", "/file?record="))
    assert "Ce dossier n’est plus ouvert" in form.text
    assert found(pages, patient, mine).status is Availability.APPROVED
