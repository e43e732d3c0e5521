"""One's own papers: written, replaced, signed, confirmed, taken back, by who may."""

from __future__ import annotations

from attrs import evolve

from gateway.core.document import Availability, Visibility
from gateway.core.papers import PaperKind, PaperVersion
from gateway.core.vault import FiledDocument
from gateway.store.patients.profiles import Profiles
from gateway.web.patient.paper_forms import read_paper_form
from gateway.web.site.forms import Form
from tests.documents.test_pdf_password import locked
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import PDF
from tests.web.patient.test_people import Relative, agreed, send

WRITE = "/papers/directives/write"
WISHES = {"birth-place": "Lyon 3e", "matters": "Être entouré.\n\nPas <b>seul</b>."}
CONTACT = {"contact-name": "Paul PAT-TROIS", "contact-telephone": "06 12 34 56 78"}


def write(browser: Browser, path: str, said: dict[str, str], **more: str) -> Reply:
    page = browser.get(path)
    number = page.text.split('name="number" value="')[1].split('"')[0]
    fields = {"token": token_of(page), "number": number, "who": "visible"}
    return browser.post(path, {**fields, **said, **more})


def versions(site: Site, kind: PaperKind = PaperKind.DIRECTIVES) -> list[FiledDocument]:
    set_id = PaperVersion(site.patient, kind, 1).set_id
    with site.database.read() as work:
        found = site.vault(work).versions(site.patient, set_id)
    return sorted(found, key=lambda one: one.version or 0)


def facts(site: Site) -> list[str]:
    with site.database.read() as work:
        changes = Profiles(work).changes(site.patient)
    return [one.what for one in changes if one.what.partition("-")[0] in set(PaperKind)]


@blocking
def test_directives_are_written_replaced_and_read_as_one_document(site: Site) -> None:
    browser = site.signed_in()
    empty = browser.get("/papers").text

    first = write(browser, WRITE, {**WISHES, "resuscitation": "no"})
    again = write(browser, WRITE, {**WISHES, "resuscitation": "no"})  # nothing new
    second = write(browser, WRITE, {**WISHES, "dialysis": "team"}, who="hidden")

    assert "Rien pour l’instant" in empty
    assert {one.location for one in (first, again, second)} == {
        "/papers/directives?done=written"
    }
    old, new = versions(site)
    assert (old.status, new.status) == (Availability.DEPRECATED, Availability.APPROVED)
    assert (old.version, new.version) == (1, 2)
    # What is hidden is not left to be read in an old version.
    assert Visibility.MASKED in old.flags & new.flags
    page = browser.get("/papers/directives").text
    assert "version\xa02" in page
    assert "masqué aux professionnels" in page
    shown = browser.get(f"/documents/{new.id}").text
    assert "Directives anticipées" in shown
    assert "Pas &lt;b&gt;seul&lt;/b&gt;." in shown
    assert "À décider par l’équipe" in shown
    assert "Lyon 3e" in shown
    assert "/papers/directives" in shown
    assert "Je le refuse" in browser.get(f"/documents/{old.id}").text
    form = browser.get(WRITE).text
    assert 'value="Lyon 3e"' in form
    assert '<option value="team" selected>' in form
    assert sorted(facts(site)) == ["directives-replace", "directives-write"]
    history = browser.get("/history").text
    assert "Directives anticipées écrites" in history
    assert "Directives anticipées remplacées" in history


@blocking
def test_papers_alone_are_no_documents_to_delete_and_it_is_said_why(site: Site) -> None:
    browser = site.signed_in()
    write(browser, WRITE, {**WISHES})

    page = browser.get("/documents/delete").text

    assert "Il n’y a pas d’autre document à supprimer ici" in page
    assert page.count("se retirent sur leur propre page") == 1
    assert "Vous n’avez ajouté aucun document" not in page
    token, (paper,) = {"token": token_of(browser.get(WRITE))}, versions(site)
    chosen = browser.post("/documents/delete", {**token, "document": paper.id})
    assert chosen.text.count("se retirent sur leur propre page") == 1
    assert "Vous n’avez ajouté aucun document" not in chosen.text


@blocking
def test_what_is_missing_or_odd_is_said_and_nothing_is_lost(site: Site) -> None:
    browser = site.signed_in()

    nothing = write(browser, WRITE, {})
    no_place = write(browser, WRITE, {"matters": "gardé"})
    long = write(browser, WRITE, {**WISHES, "more": "x" * 8_001})
    telephone = write(
        browser, "/papers/entourage/write", {**CONTACT, "contact-telephone": "15"}
    )
    nameless = write(browser, "/papers/entourage/write", {"trusted-address": "Lyon"})
    none = write(browser, "/papers/entourage/write", {})

    answers = (nothing, no_place, long, telephone, nameless, none)
    assert {one.status for one in answers} == {422}
    assert "Dites au moins une chose." in nothing.text
    assert "Écrivez où vous êtes né" in no_place.text
    assert "gardé</textarea>" in no_place.text
    assert "Cette réponse est trop longue." in long.text
    assert "Écrivez un numéro de téléphone" in telephone.text
    assert 'href="#trusted-name"' in nameless.text
    assert versions(site) == []
    assert facts(site) == []


@blocking
def test_what_another_window_changed_is_not_overwritten(site: Site) -> None:
    browser = site.signed_in()
    write(browser, WRITE, WISHES)

    late = write(browser, WRITE, {**WISHES, "more": "plus tard"}, number="0")

    assert late.status == 409
    assert "plus tard</textarea>" in late.text
    assert 'name="number" value="1"' in late.text
    assert len(versions(site)) == 1


def send_file(browser: Browser, name: str, content: bytes) -> Reply:
    path = "/papers/directives/file"
    page = browser.get(path)
    action = page.text.split('action="/papers/directives/file')[1].split('"')[0]
    number = page.text.split('name="number" value="')[1].split('"')[0]
    fields = [("token", token_of(page)), ("number", number), ("who", "visible")]
    return browser.send_form(path + action, fields, [(name, content)])


@blocking
def test_the_signed_paper_takes_the_place_of_what_was_written(site: Site) -> None:
    browser = site.signed_in()
    write(browser, WRITE, WISHES)
    sheet = browser.get("/papers/directives/sheet")

    refused = send_file(browser, "signé.pdf", b"not a PDF")
    closed = send_file(browser, "signé.pdf", locked("AES-256", "secret"))
    kept = send_file(browser, "signé.pdf", PDF)

    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.body.startswith(b"%PDF-")
    assert refused.status == closed.status == 422
    assert "ne s’ouvre qu’avec un mot de passe" in closed.text
    assert kept.location == "/papers/directives?done=file"
    written, signed = versions(site)
    assert written.status is Availability.DEPRECATED
    assert browser.get(f"/documents/{signed.id}/body").body == PDF
    assert "Un fichier, signé à la main" in browser.get("/papers/directives").text
    assert "C’est votre fichier signé qui vaut" in browser.get(WRITE).text
    assert browser.get("/papers/directives/sheet").status == 404


@blocking
def test_they_are_confirmed_and_taken_back_for_good(site: Site) -> None:
    browser = site.signed_in()
    write(browser, WRITE, WISHES)
    write(browser, WRITE, {**WISHES, "more": "x"})
    token = {"token": token_of(browser.get("/papers/directives"))}

    confirmed = browser.post("/papers/directives/confirm", token)
    page = browser.get("/papers/directives").text
    elsewhere = browser.get(f"/documents/{versions(site)[1].id}/delete")
    asked = browser.get("/papers/directives/take-back").text
    gone = browser.post("/papers/directives/take-back", token)

    assert confirmed.location == "/papers/directives?done=confirmed"
    assert "Pas depuis qu’elles sont écrites" not in page
    assert elsewhere.status == 422
    assert "Retirer\u00a0?" in asked
    assert gone.location == "/papers/directives?done=taken-back"
    assert {one.status for one in versions(site)} == {Availability.DELETED}
    assert all(one.erased_at for one in versions(site))
    assert "Rien n’est écrit" in browser.get("/papers/directives").text
    assert {"directives-confirm", "directives-take-back"} < set(facts(site))
    write(browser, WRITE, WISHES)
    assert versions(site)[-1].version == 3


@blocking
def test_whom_to_call_and_the_trusted_person_are_a_document_as_well(site: Site) -> None:
    browser = site.signed_in()
    said = {
        **CONTACT,
        "trusted-name": "Jeanne " + "LONG-NOM-" * 8,
        "trusted-signed": "told",
        "donation": "close",
    }

    write(browser, "/papers/entourage/write", said)

    (document,) = versions(site, PaperKind.ENTOURAGE)
    shown = browser.get(f"/documents/{document.id}").text
    assert "Personne à prévenir" in shown
    assert "06 12 34 56 78" in shown
    assert "Elle est d’accord" in shown
    assert browser.get("/papers/entourage/sheet").body.startswith(b"%PDF-")


@blocking
def test_who_acts_for_the_patient_reads_directives_and_writes_none(site: Site) -> None:
    write(site.signed_in(), WRITE, WISHES)
    (document,) = versions(site)
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")

    page = browser.get("/papers/directives")

    assert page.status == 200
    assert "Personne d’autre que Dominique PAT-TROIS ne peut écrire" in page.text
    assert browser.get(f"/documents/{document.id}").status == 200
    token = {"token": token_of(page)}
    for path in ("write", "file", "sheet", "take-back"):
        assert browser.get(f"/papers/directives/{path}").status == 403, path
    for path in ("directives/write", "directives/confirm", "directives/take-back"):
        assert browser.post(f"/papers/{path}", token).status == 403, path
    assert browser.get("/papers/entourage/write").status == 403
    deleted = browser.post(
        "/documents/delete", {**token, "document": document.id, "sure": "1"}
    )
    assert deleted.status == 422
    assert "se retirent sur leur propre page" in deleted.text
    assert versions(site)[0].status is Availability.APPROVED


def test_who_represents_an_adult_leaves_the_trusted_person_as_named() -> None:
    before = {"contact-name": "Paul", "trusted-name": "Jeanne"}
    sent = Form(
        fields={"contact-name": "Ève", "trusted-name": "Moi", "number": "1", "who": "x"}
    )

    form = read_paper_form(
        sent, PaperKind.ENTOURAGE, before, is_adult=True, is_whole=False
    )

    assert form.written == {"contact-name": "Ève", "trusted-name": "Jeanne"}
    assert not form.has_problem
    assert "trusted" not in {group.key for group in form.groups}


@blocking
def test_a_minor_has_no_directives_and_names_no_trusted_person(site: Site) -> None:
    with site.database.write() as work:
        profile = Profiles(work).get(site.patient)
        assert profile is not None
        young = evolve(profile.traits, birth_date="20150101")
        Profiles(work).set_identity(profile, profile.ins, young)
    browser = site.signed_in()

    listed = browser.get("/papers").text
    form = browser.get("/papers/entourage/write").text

    assert "/papers/directives" not in listed.split("<main")[1].split("</main")[0]
    assert browser.get(WRITE).status == 404
    assert "trusted-name" not in form
    write(browser, "/papers/entourage/write", {**CONTACT, "trusted-name": "X"})
    (document,) = versions(site, PaperKind.ENTOURAGE)
    assert "Personne de confiance" not in browser.get(f"/documents/{document.id}").text


@blocking
def test_what_was_done_is_said_of_no_paper_that_another_window_took_back(
    site: Site,
) -> None:
    browser = site.signed_in()

    for done in ("written", "file", "confirmed"):
        page = browser.get(f"/papers/directives?done={done}")
        assert page.status == 200
        assert 'class="note good"' not in page.text
    gone = browser.get("/papers/directives?done=taken-back").text
    assert "note good" in gone
