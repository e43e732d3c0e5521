"""The monthly proof of filing: what was filed, by which line, checked without us."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import update

from gateway.checkpoints import offline
from gateway.dmp_bridge.filing.filing import Filing
from gateway.dmp_bridge.filing.recording import committed_digest
from gateway.node.vaults import open_vaults
from gateway.store.journal import Action
from gateway.store.tables import journal
from tests.builders_cda import PDF, make_cda
from tests.builders_people import MATRICULE, open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.filing.story import HOSPITAL, Story
from tests.dmp_bridge.filing.test_wrapping import NAMED, mail
from tests.store.checkpoints.journals import SealedDatabase
from tests.web.browsing import Browser, Reply, blocking
from tests.web.professional.browsing import ProSite
from tests.web.professional.mailing import work_off
from tests.web.professional.test_filing import (
    documents,
    file,
)


def rows_of(reply: Reply) -> list[list[str]]:
    """Return the lines of a table that was downloaded."""
    return list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"))))


def month_of(pages: ProSite, browser: Browser, way: str = "/csv") -> Reply:
    day = pages.desk.day(pages.clock())
    return browser.get(f"/proof{way}?month={day:%Y-%m}")


def link_of(page: Reply) -> str:
    return page.text.split('href="/proof/')[1].split('"')[0].replace("&amp;", "&")


@blocking
def test_a_filing_is_proved_by_a_line_that_tells_nothing_to_others(
    pages: ProSite, tmp_path: Path
) -> None:
    patient = open_profile(pages.database)
    browser = pages.sign_in()
    file(browser, title="=Bilan")
    waiting = month_of(pages, browser, "")
    work_off(pages)
    (filed,) = documents(pages, patient)

    page = month_of(pages, browser, "")
    head, row = rows_of(month_of(pages, browser))
    paper = month_of(pages, browser, "/pdf")
    early = browser.get(f"/proof/{link_of(page)}")

    assert "Reçu, en cours de contrôle" in waiting.text
    assert filed.sha256 in page.text
    assert MATRICULE in page.text
    assert paper.body.startswith(b"%PDF-")
    said = dict(zip(head, row, strict=True))
    assert said["Titre"] == "'=Bilan"
    assert said["INS"] == MATRICULE
    assert said["État"] == "Déposé"
    assert said["SHA-256 du document"] == filed.sha256
    assert said["Ligne du dépôt"].startswith("operator/")
    assert said["Ligne du dépôt"] != said["Ligne de la remise"]
    assert early.status == 409
    assert "pas encore de fichier de preuve" in early.text

    sealed = SealedDatabase.make(pages.database, pages.clock, tmp_path)
    sealed.seal()
    sealed.sign()
    given = browser.get(f"/proof/{link_of(page)}")
    proof = tmp_path / "proof.json"
    proof.write_bytes(given.body)
    keys = [str(one) for one in sealed.signer.keys.verification_keys]

    assert offline.check(proof, keys, None)
    told = json.loads(given.body)
    detail, document = told["line"]["detail"], told["document"]
    assert document["sha256"] == filed.sha256
    assert detail["commitment"] == committed_digest(**document)
    assert told["line"]["chain"] == "operator"
    assert filed.sha256 not in str(told["line"])
    assert MATRICULE not in given.body.decode()


@blocking
def test_only_ones_own_filings_of_that_month_are_there(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()
    file(browser, born="1979-03-28")
    work_off(pages)
    page = month_of(pages, browser, "")
    entry = link_of(page).partition("?")[0]
    day = pages.desk.day(pages.clock())
    before = date(day.year - 1, day.month, 1)

    assert rows_of(browser.get(f"/proof/csv?month={before:%Y-%m}"))[1:] == []
    assert browser.get(f"/proof/{entry}?month={before:%Y-%m}").status == 404
    assert browser.get(f"/proof/{'0' * 32}?month={day:%Y-%m}").status == 404
    for odd in ("9999-99", "9999-12", "0001-01", "1999-12"):
        for way in ("", "/csv", "/pdf"):
            assert browser.get(f"/proof{way}?month={odd}").status == 200, odd
        assert browser.get(f"/proof/{'0' * 32}?month={odd}").status == 404, odd
        asked = browser.get(f"/proof?month={odd}")
        assert f"/proof/csv?month={day:%Y-%m}" in asked.text, odd
    first = browser.get("/proof?month=2000-01")
    assert first.status == 200
    assert "month=1999-12" not in first.text
    assert "month=2000-02" in first.text
    assert pages.browser("").get("/proof").location.startswith("/sign-in")


@pytest.mark.parametrize("pages", [{"proofs_shown": 1}], indirect=True)
@blocking
def test_past_the_limit_the_last_are_shown_and_a_change_shows(pages: ProSite) -> None:
    open_profile(pages.database)
    browser = pages.sign_in()
    file(browser, ("premier.pdf", PDF), title="")
    pages.clock.advance(minutes=1)
    file(browser, ("second.pdf", PDF + b"\n"), title="")
    work_off(pages)

    page = month_of(pages, browser, "")

    assert "second" in page.text
    assert "premier" not in page.text
    assert "seuls les derniers" in page.text
    assert "Cette ligne a été modifiée" not in page.text

    with pages.database.engine.begin() as connection:
        where = journal.c.action == Action.DOCUMENT_PROVED.value
        connection.execute(update(journal).where(where).values(outcome="OTHER"))

    assert "Cette ligne a été modifiée" in month_of(pages, browser, "").text


def test_a_commitment_is_of_the_salt_and_the_digest() -> None:
    digest = hashlib.sha256(b"x").hexdigest()

    assert committed_digest("a", digest) != committed_digest("b", digest)


def by_mail(pages: ProSite, patient: str) -> Story:
    """Return who sends by mail to a patient of these pages, PDFs with a tag too."""
    settings = make_settings(filing={"pdf_by_mail": True})
    vaults = open_vaults(pages.database)
    return Story(
        pages.database,
        Filing.from_settings(pages.database, vaults, settings),
        patient,
    )


@blocking
def test_what_was_sent_by_mail_is_proved_as_it_stands(
    pages: ProSite, tmp_path: Path
) -> None:
    patient = open_profile(pages.database)
    story, browser = by_mail(pages, patient), pages.sign_in()
    task = story.keep(mail("[DMP CR-CONS] Consultation du 3 mai"), sender=NAMED)
    assert rows_of(month_of(pages, browser))[1:] == []  # nobody knows yet what it is
    story.settle(task)
    letter = mail(
        "Votre lettre", ("l.xml", "text/xml", make_cda(title="Lettre de sortie"))
    )
    assert story.send(letter, sender=NAMED).codes == ["FILED"]
    again = story.send(letter, sender=NAMED)
    broken = mail("Cassée", ("l.xml", "text/xml", b"<ClinicalDocument"))
    story.send(broken, sender=NAMED)
    story.send(
        mail("[DMP CR-CONS] D’un autre"), sender=evolve(NAMED, identity="899700000025")
    )
    story.send(letter, sender=HOSPITAL)

    head, *rows = rows_of(month_of(pages, browser))
    said = [dict(zip(head, row, strict=True)) for row in rows]
    page = month_of(pages, browser, "").text

    assert [one["Titre"] for one in said][:3] == [
        "Consultation du 3 mai",
        "Lettre de sortie",
        "Lettre de sortie",
    ]
    assert again.codes != ["FILED"]
    assert [one["État"] for one in said] == [
        "Déposé",
        "Déposé",
        "Déjà déposé",
        "Non déposé",
    ]
    assert {one["Par"] for one in said} == {"messagerie"}
    assert {one["INS"] for one in said} == {MATRICULE}
    filed = {one.sha256 for one in documents(pages, patient)}
    assert {one["SHA-256 du document"] for one in said[:2]} <= filed
    assert all(one["Ligne du dépôt"].startswith("operator/") for one in said[:2])
    assert [one["Ligne du dépôt"] for one in said[2:]] == ["", ""]
    assert "par messagerie" in page
    assert "Document illisible" in page
    assert month_of(pages, browser, "/pdf").body.startswith(b"%PDF-")
    assert "Consultation du 3 mai" not in browser.get("/filings").text

    sealed = SealedDatabase.make(pages.database, pages.clock, tmp_path)
    sealed.seal()
    sealed.sign()
    given = browser.get(f"/proof/{link_of(month_of(pages, browser, ''))}")
    proof = tmp_path / "proof.json"
    proof.write_bytes(given.body)
    keys = [str(one) for one in sealed.signer.keys.verification_keys]
    assert offline.check(proof, keys, None)
    assert "Consultation" not in given.body.decode()
