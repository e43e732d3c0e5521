"""Each outcome of a document that is not beside its message has its own sentence."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.core.document import Visibility
from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.patients import Whereabouts, text_for_patient
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.values import DocumentOutcome
from tests.web.browsing import Site, blocking
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_messages import conversation_of

FILED = frozenset(
    reason for reason in Reason if REASON_TEXTS[reason].effect is Effect.FILED
)
SILENT = {(Reason.MESSAGE_ONLY, place) for place in Whereabouts} | {
    *product(FILED, (Whereabouts.SEEN, Whereabouts.HIDDEN)),
    (Reason.DUPLICATE, Whereabouts.HIDDEN),
    (Reason.WITHDRAWN, Whereabouts.HIDDEN),
}
"""Shown beside the message, or not to be known of (CSP R. 1111-53)."""

SAYS = {
    Reason.DUPLICATE: "était déjà dans vos documents",
    Reason.DOC_INVALID: "n’était pas lisible",
    Reason.PATIENT_MISMATCH: "n’est pas à votre nom",
    Reason.TRAITS_MISMATCH: "n’est pas la vôtre",
    Reason.INS_NOT_QUALIFIED: "votre identité n’y est pas vérifiée",
    Reason.AUTHOR_UNVERIFIED: "son auteur n’a pas pu être vérifié",
    Reason.TYPE_UNKNOWN: "son type n’est pas accepté",
    Reason.CONFIDENTIALITY_CONFLICT: "se contredisent",
    Reason.ID_REUSED: "numéro d’un autre document",
    Reason.REPLACE_FORBIDDEN: "l’autre reste",
    Reason.PATIENT_OPPOSED_DOC: "vous vous y êtes opposé",
    Reason.OPPOSITION_ON_RECORD: "vous vous êtes opposé aux documents de ce type",
    Reason.WITHDRAWN: "l’a retiré de votre espace",
    Reason.WITHDRAWAL_UNKNOWN: "rien n’a été retiré",
    Reason.WITHDRAWAL_FORBIDDEN: "dont il n’est pas l’auteur",
    Reason.WITHDRAWAL_OUTDATED: "ancienne version",
    Reason.SENDER_BLOCKED: "vous avez bloqué",
    Reason.SENDER_NOT_TRUSTED: "n’est pas reconnu",
    Reason.SENDER_NOT_ENTITLED: "n’a pas le droit",
}


@pytest.mark.parametrize(("reason", "place"), list(product(Reason, Whereabouts)))
def test_nothing_is_said_only_of_what_is_shown_or_hidden(
    reason: Reason, place: Whereabouts
) -> None:
    french, english = text_for_patient(reason, place)

    assert bool(french) == bool(english) == ((reason, place) not in SILENT)


@pytest.mark.parametrize(("reason", "words"), SAYS.items())
def test_an_outcome_says_what_it_is(reason: Reason, words: str) -> None:
    assert words in text_for_patient(reason, Whereabouts.ABSENT)[0]


def test_different_outcomes_say_different_things() -> None:
    said = [text_for_patient(reason, Whereabouts.ABSENT) for reason in SAYS]

    assert len(set(said)) == len(said)


@pytest.mark.parametrize("reason", sorted(FILED))
def test_what_was_withdrawn_since_is_not_said_to_have_failed(reason: Reason) -> None:
    for place, words in (
        (Whereabouts.WITHDRAWN, "a été retiré depuis par son auteur"),
        (Whereabouts.ABSENT, "n’est plus dans votre espace"),
    ):
        assert words in text_for_patient(reason, place)[0]


def outcome(
    position: int, reason: Reason, *, unique_id: str = "", entry_id: str = ""
) -> DocumentOutcome:
    return DocumentOutcome(
        recipient=0,
        position=position,
        unique_id=unique_id or f"1.2.9.{position}",
        outcome=reason.value,
        entry_id=entry_id,
    )


def record(site: Site, arrival_id: str, *outcomes: DocumentOutcome) -> None:
    with site.database.write() as work:
        Arrivals(work).record_documents(arrival_id, outcomes)


@blocking
def test_one_of_two_that_was_refused_is_said_beside_the_other(site: Site) -> None:
    arrival = receive(site.database, site.patient)
    filed = file(site.database, site.patient, narrative("Un"), arrival_id=arrival)
    record(
        site,
        arrival,
        outcome(0, Reason.FILED, entry_id=filed),
        outcome(1, Reason.DOC_INVALID),
        outcome(2, Reason.DOC_INVALID),
    )

    page = site.signed_in().get(conversation_of(site)).text

    assert f"/documents/{filed}" in page
    assert page.count("pas lisible") == 1
    assert "(2 documents)" in page


@blocking
def test_a_duplicate_leads_to_the_document_that_was_there(site: Site) -> None:
    there = file(site.database, site.patient, narrative("Un"))
    with site.database.read() as work:
        known = site.vault(work).get(there)
    assert known is not None
    arrival = receive(site.database, site.patient)
    record(site, arrival, outcome(0, Reason.DUPLICATE, unique_id=known.unique_id))

    page = site.signed_in().get(conversation_of(site)).text

    assert "était déjà dans vos documents" in page
    assert f'href="/documents/{there}"' in page


@blocking
def test_a_duplicate_of_a_hidden_document_says_nothing(site: Site) -> None:
    """Nothing tells the patient of what a doctor is to announce (CSP R. 1111-53)."""
    hidden = frozenset({Visibility.HIDDEN_FROM_PATIENT})
    there = file(site.database, site.patient, narrative("Un"), flags=hidden)
    with site.database.read() as work:
        known = site.vault(work).get(there)
    assert known is not None
    arrival = receive(site.database, site.patient)
    record(site, arrival, outcome(0, Reason.DUPLICATE, unique_id=known.unique_id))

    page = site.signed_in().get(conversation_of(site)).text

    assert "document joint" not in page
    assert there not in page


@blocking
def test_a_withdrawn_document_is_said_so_by_its_message_and_its_old_address(
    site: Site,
) -> None:
    arrival = receive(site.database, site.patient)
    filed = file(site.database, site.patient, narrative("Un"), arrival_id=arrival)
    record(site, arrival, outcome(0, Reason.FILED, entry_id=filed))
    with site.database.write() as work:
        vault = site.vault(work)
        document = vault.get(filed)
        assert document is not None
        vault.withdraw(document)
    browser = site.signed_in()

    assert (
        "a été retiré depuis par son auteur" in browser.get(conversation_of(site)).text
    )
    old = browser.get(f"/documents/{filed}")
    assert old.status == 410
    assert "Son auteur l" in old.text
    assert browser.get(f"/documents/{filed}/original").status == 404


@blocking
def test_a_withdrawn_document_that_was_hidden_is_not_there(site: Site) -> None:
    hidden = frozenset({Visibility.HIDDEN_FROM_PATIENT})
    filed = file(site.database, site.patient, narrative("Un"), flags=hidden)
    with site.database.write() as work:
        document = site.vault(work).get(filed)
        assert document is not None
        site.vault(work).withdraw(document)

    assert site.signed_in().get(f"/documents/{filed}").status == 404
