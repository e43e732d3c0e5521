"""The history: what was done on the record, and by whom; nothing that is hidden."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from gateway.core.accesses import Verdict
from gateway.core.actors import Actor, Means, Who
from gateway.core.document import Visibility
from gateway.core.texts.history import Deed
from gateway.rights.record_act_rules import RecordAct
from gateway.rights.visibility_rules import PatientReader
from gateway.store.accesses.accesses import Accesses
from gateway.store.journal import Action, chain_of
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import accesses, journal, profile_changes
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.history import Choice, PatientHistory
from gateway.web.patient.history_parties import Party
from tests.builders_accesses import ANNE, BEN, take_and_open
from tests.dmp_bridge.reading.readers import DOCTOR as READS
from tests.dmp_bridge.reading.readers import Ward
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative, receive

HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})
CARER = Actor(Who.CARER, Means.WEB, "Alix <Sept>")


def note(site: Site, action: Action, outcome: str, subject: str, **said: str) -> None:
    with site.database.write() as work:
        work.note(action, outcome, subject, chain=chain_of(site.patient), **said)


def filed(site: Site, title: str = "Lettre de sortie") -> str:
    document = file(site.database, site.patient, narrative("x"), title=title)
    note(site, Action.DOCUMENT_FILED, "FILED", document)
    return document


@blocking
def test_a_filing_says_who_where_and_which_document(site: Site) -> None:
    document = filed(site)

    page = site.signed_in().get("/history").text

    assert "Document déposé" in page
    assert "Dr Claire MARTIN" in page
    assert "Hôpital de démonstration" in page
    assert f'href="/documents/{document}">Lettre de sortie</a>' in page


@blocking
def test_who_asked_whether_a_message_can_be_sent_is_named(site: Site) -> None:
    note(
        site,
        Action.RECIPIENT_LOOKED,
        "yes",
        site.patient,
        who="professional",
        identity="899700000017",
        person="Camille MOREAU",
        structure="CHU de démonstration",
    )

    page = site.signed_in().get("/history").text

    assert "A demandé si un message peut vous être envoyé" in page
    assert "Camille MOREAU" in page
    assert "CHU de démonstration" in page


@blocking
def test_an_operators_reading_shows_with_name_and_reason(site: Site) -> None:
    note(
        site,
        Action.OPERATOR_READ,
        "patient show",
        site.patient,
        by="camille (support)",
        reason="appel <du> patient",
    )

    page = site.signed_in().get("/history").text

    assert "camille (support)" in page
    assert "Opérateur du service" in page
    assert "Dossier consulté par le service" in page
    assert "appel &lt;du&gt; patient" in page


def taken(site: Site, document: str, **changes: Any) -> str:
    said = {"why": "dossier <12>", "request": "la fille du patient"}
    return take_and_open(site.database, site.patient, document, **said, **changes)


@blocking
def test_an_operators_access_says_who_why_for_whom_and_what_a_review_found(
    site: Site,
) -> None:
    access_id = taken(site, filed(site))
    browser = site.signed_in()

    page = browser.get("/history?who=service&what=read").text

    assert page.count("anne (privacy)") == 2
    assert "Accès ouvert par un opérateur du service" in page
    assert "Document ouvert par un opérateur du service\u00a0: <a" in page
    assert "Motif\u00a0: réclamation" in page
    assert "À la demande de\u00a0: la fille du patient" in page
    assert "Raison donnée\u00a0: dossier &lt;12&gt;" in page
    assert "Comment\u00a0: par une commande du service" in page
    assert "anne (privacy)" not in browser.get("/history?who=mine").text

    with site.database.write() as work:
        Accesses(work, *ANNE).end(access_id)
    with site.database.write() as work:
        Accesses(work, *BEN).review(access_id, Verdict.NOT_FINE, "rien ne le demandait")
    page = browser.get("/history").text
    assert "contrôlé : il n’était pas justifié" in page
    assert "Raison donnée\u00a0: rien ne le demandait" in page


@blocking
def test_an_access_that_is_told_of_later_has_no_line_until_its_day(
    site: Site,
) -> None:
    day = site.clock() + timedelta(minutes=5)
    taken(site, filed(site), tell_at=day, delayed_why="enquête")
    browser = site.signed_in()

    assert "anne" not in browser.get("/history?what=read").text
    assert "anne" not in browser.get("/home").text
    site.clock.now = day
    first = browser.get("/home").text
    assert "A ouvert un document\u00a0: dossier &lt;12&gt;" in first
    assert "A reçu l’accès à des éléments précis" in first
    page = browser.get("/history?what=read").text
    assert page.count("anne (privacy)") == 2
    assert "Pourquoi vous avez été averti plus tard\u00a0: enquête" in page


@blocking
def test_an_access_to_what_is_hidden_shows_no_document(site: Site) -> None:
    document = file(
        site.database,
        site.patient,
        narrative("x"),
        title="Compte rendu caché",
        flags=HIDDEN,
    )
    taken(site, document)

    page = site.signed_in().get("/history?what=read").text

    assert "Accès ouvert par un opérateur du service" in page
    assert "Compte rendu caché" not in page
    assert "Document ouvert" not in page


@blocking
def test_an_access_that_was_taken_away_is_missed(site: Site) -> None:
    taken(site, filed(site))
    with site.database.write() as work:
        work.connection.execute(accesses.delete())

    assert site.signed_in().get("/history").status >= 500


@blocking
def test_a_space_is_made_by_the_service_and_not_by_its_patient(site: Site) -> None:
    page = site.signed_in().get("/history?who=service").text

    assert "Espace créé" in page
    assert "<h3>Le service</h3>" in page
    assert "Comment" not in page


@blocking
def test_what_the_patient_does_shows_as_their_own(site: Site) -> None:
    document = filed(site)
    browser = site.signed_in()
    browser.get(f"/documents/{document}")

    page = browser.get("/history?who=mine").text

    assert "Vous" in page
    assert "Document ouvert" in page
    assert "Document déposé" not in page


@blocking
def test_who_acts_for_the_patient_is_named(site: Site) -> None:
    with site.database.write() as work:
        Decisions(work, CARER).block(site.patient, "dr@peer.mssante.test")
    browser = site.signed_in()

    page = browser.get("/history?who=helpers").text

    assert "Alix &lt;Sept&gt;" in page
    assert "Votre aidant" in page
    assert "Professionnel ou structure bloqué" in page
    assert (
        "Professionnel ou structure bloqué" not in browser.get("/history?who=mine").text
    )


@blocking
def test_a_change_says_its_old_and_new_value_how_and_why(site: Site) -> None:
    with site.database.write() as work:
        profiles = Profiles(work, "camille (support)", "demande par téléphone")
        profile = profiles.get(site.patient)
        assert profile is not None
        profiles.set_email(profile, "neuf@courriel.example")

    page = site.signed_in().get("/history?who=service&what=settings").text

    assert "camille (support)" in page
    assert "Avant\u00a0: dominique@courriel.example" in page
    assert "Après\u00a0: neuf@courriel.example" in page
    assert "Comment\u00a0: par une commande du service" in page
    assert "Raison donnée\u00a0: demande par téléphone" in page


@blocking
def test_a_change_that_was_taken_away_is_missed(site: Site) -> None:
    with site.database.write() as work:
        Decisions(work).block(site.patient, "dr@peer.mssante.test")
    with site.database.write() as work:
        work.connection.execute(profile_changes.delete())

    assert site.signed_in().get("/history").status >= 500


@blocking
def test_a_hidden_document_has_no_line_until_its_day(site: Site) -> None:
    day = site.clock() + timedelta(days=31)
    document = file(
        site.database,
        site.patient,
        narrative("x"),
        title="Annonce",
        flags=HIDDEN,
        visible_at=day,
    )
    for action in (Action.DOCUMENT_FILED, Action.NOTICE_WITHHELD):
        note(site, action, "FILED", document)

    assert "Aucune ligne" in site.signed_in().get("/history?what=filed").text
    site.clock.now = day
    assert "Annonce" in site.signed_in().get("/history?what=filed").text


@blocking
def test_a_minors_secret_has_no_line(site: Site) -> None:
    before = site.signed_in().get("/history?what=settings").text
    with site.database.write() as work:
        Decisions(work).set_secret(site.patient, "1750000011", secret=True)

    after = site.signed_in().get("/history?what=settings").text
    assert after.count("<h3>") == before.count("<h3>") == 1


def acted(site: Site, act: RecordAct, **said: Any) -> None:
    """Have a doctor do something with a document of theirs, in an open record."""
    ward = Ward.of(site.database, site.patient)
    owner = READS.national_id
    document = file(site.database, site.patient, narrative("x"), owners=[owner], **said)
    one = ward.opened(READS)
    ward.read(READS, one, document)
    done = ward.write(
        lambda work: ward.acting.act(work, READS, one.id, document, act, asked=True)
    )
    assert done is None
    ward.end(READS, one)


def told(site: Site, reader: PatientReader, deed: Deed) -> list[tuple[str, str]]:
    """Return what a reader of the history is told: what, and who."""
    with site.database.read() as work:
        seen = SeenDocuments(site.vault(work), site.patient, work.now, reader)
        lines, _ = PatientHistory(work, seen).page(Choice(deed=deed), 30)
    return [(one.english, one.who) for one in lines]


@blocking
def test_who_announces_withdraws_or_masks_is_named_with_the_document(
    site: Site,
) -> None:
    acted(site, RecordAct.ANNOUNCE, flags=HIDDEN)
    acted(site, RecordAct.WITHDRAW)
    acted(site, RecordAct.MASK)

    filed = told(site, PatientReader.HOLDER, Deed.FILED)
    settings = told(site, PatientReader.HOLDER, Deed.SETTINGS)
    page = site.signed_in().get("/history?who=professionals").text

    assert ("Result announced: the document can be seen", READS.name) in filed
    assert ("Document withdrawn", READS.name) in filed
    assert ("Hidden from professionals", READS.name) in settings
    assert ("Documents hidden", READS.name) in settings
    assert "Résultat annoncé" in page
    assert "dans l’espace des professionnels" in page


@pytest.mark.parametrize("secret", [False, True])
@blocking
def test_a_mask_of_a_secret_alone_is_told_to_no_representative(
    site: Site, secret: bool
) -> None:
    only = Visibility.HIDDEN_FROM_REPRESENTATIVES
    acted(site, RecordAct.MASK, flags=frozenset({only} if secret else set()))

    for reader in (PatientReader.HOLDER, PatientReader.REPRESENTATIVE):
        what = {one for one, _ in told(site, reader, Deed.SETTINGS)}
        known = reader is PatientReader.HOLDER or not secret
        assert (
            {"Documents hidden", "Hidden from professionals"} <= what
            if known
            else what.isdisjoint({"Documents hidden", "Hidden from professionals"})
        )


@blocking
def test_what_somebody_in_secret_connection_did_is_told_to_no_representative(
    site: Site,
) -> None:
    with site.database.write() as work:
        Decisions(work).set_secret(site.patient, READS.national_id, secret=True)
    acted(site, RecordAct.MASK)

    names = {who for _, who in told(site, PatientReader.REPRESENTATIVE, Deed.SETTINGS)}
    assert READS.name not in names


@blocking
def test_a_message_that_is_hidden_or_not_there_has_no_line(site: Site) -> None:
    note(site, Action.MESSAGE_DELIVERED, "inbox", "0" * 32)

    assert "Aucune ligne" in site.signed_in().get("/history?what=messages").text


@blocking
def test_long_histories_are_read_page_by_page_and_lose_no_line(site: Site) -> None:
    for number in range(70):
        note(site, Action.OPERATOR_READ, "patient show", site.patient, by=f"n{number}.")
    browser, address, found = site.signed_in(), "/history?who=service&what=read", []
    for _ in range(3):
        page = browser.get(address).text
        found += re.findall(r"<h3>(n\d+)\.</h3>", page)
        further = re.search(r'href="(/history\?[^"]*before=\d+)"', page)
        address = further.group(1).replace("&amp;", "&") if further else ""

    assert found == [f"n{number}" for number in reversed(range(70))]
    assert not address


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("from=2020-01-01&to=2099-12-31", True),
        ("to=2020-01-01", False),
        ("from=2099-01-01", False),
        ("from=tomorrow&to=9999-12-31&who=all&what=all&before=x", True),
        ("before=1", False),
    ],
)
@blocking
def test_days_choose_and_what_is_no_choice_chooses_nothing(
    site: Site, query: str, shown: bool
) -> None:
    filed(site)

    page = site.signed_in().get(f"/history?{query}")

    assert page.status == 200
    assert ("Document déposé" in page.text) is shown


@blocking
def test_a_line_that_was_altered_is_not_shown_as_if_it_were_true(site: Site) -> None:
    note(site, Action.OPERATOR_READ, "patient show", site.patient, by="camille")
    with site.database.write() as work:
        work.connection.execute(
            update(journal)
            .where(journal.c.action == Action.OPERATOR_READ)
            .values(outcome="nothing")
        )

    page = site.signed_in().get("/history")

    assert page.status >= 500
    assert "camille" not in page.text


@blocking
def test_it_is_read_in_english_and_by_nobody_who_is_not_signed_in(site: Site) -> None:
    filed(site)
    browser = site.signed_in()
    with site.database.write() as work:
        Profiles(work).change(site.patient, "language", language="en")

    assert site.browser().get("/history").location.startswith("/sign-in")
    assert browser.get("/history").status == 200


@pytest.mark.parametrize(
    "choice",
    [Choice(), Choice(party=Party.HELPERS), Choice(deed=Deed.FILED)],
    ids=["all", "nobody", "filed"],
)
@blocking
def test_ten_thousand_lines_are_a_page_in_a_tenth_of_a_second(
    site: Site, choice: Choice
) -> None:
    document = filed(site)
    with site.database.write() as work:
        for _ in range(10_000):
            work.note(
                Action.DOCUMENT_OPENED, "page", document, chain=chain_of(site.patient)
            )
    spent = []
    for _ in range(3):
        with site.database.read() as work:
            seen = SeenDocuments(site.vault(work), site.patient, work.now)
            start = time.process_time()
            PatientHistory(work, seen).page(choice, 30)
            spent.append(time.process_time() - start)

    assert min(spent) < 0.1


@blocking
def test_who_wrote_a_message_is_named_with_whom_the_certificate_is_of(
    site: Site,
) -> None:
    arrival = receive(site.database, site.patient, proven="CHU <de> démonstration")
    note(site, Action.MESSAGE_DELIVERED, "inbox", arrival)
    unnamed = receive(
        site.database, site.patient, sender="labo@ailleurs.mssante.test", name=""
    )
    note(site, Action.MESSAGE_DELIVERED, "inbox", unnamed)
    note(site, Action.MESSAGE_READ, "file", unnamed)

    page = site.signed_in().get("/history?what=messages").text

    assert "<h3>Dr Claire MARTIN</h3>" in page
    assert "CHU &lt;de&gt; démonstration" in page
    assert "<h3>labo@ailleurs.mssante.test</h3>" in page
    assert page.count("Nom non vérifié") == 1, "of the one without a certificate"
    assert "Professionnel de santé" not in page
