"""The carer's attestation: who is given it, of what, and that it fits on a sheet."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from gateway.rights.delegation_rules import Capacity, DelegationState, Term
from gateway.store.patients.delegations import Delegation, NamedPerson
from gateway.web.patient.attesting import Attested, attestation_of
from tests.documents.test_printed_page import sheets
from tests.web.browsing import Site, blocking
from tests.web.patient.test_account import proved
from tests.web.patient.test_people import Relative, agreed, ask, id_of, send

ANNE = NamedPerson(matricule="1", family="Morel", given="Anne", birth_date="19780412")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ONE = Delegation(
    id="1",
    holder_id="2",
    helper_id="3",
    capacity=Capacity.CARER,
    state=DelegationState.ACCEPTED,
    term=Term(first=date(2026, 11, 28), last=date(2027, 11, 27)),
    named=ANNE,
    created_at=NOON,
    answered_at=NOON,
    ended_at=None,
)
SAID = Attested(
    one=ONE,
    holder=evolve(ANNE, family="Pat-Trois"),
    helper=ANNE,
    service="Hôpital de démonstration",
    today=date(2026, 11, 29),
    day_of=lambda moment: moment.date(),
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"term": Term(first=date(2026, 12, 24), last=date(2027, 1, 2))},
        {"state": DelegationState.ENDED, "ended_at": NOON},
        {"state": DelegationState.REFUSED, "ended_at": NOON},
        {"answered_at": None, "state": DelegationState.TAKEN_BACK, "ended_at": NOON},
    ],
)
def test_it_is_one_sheet_in_french_and_another_for_each_thing_that_is_so(
    changes: dict[str, Any],
) -> None:
    said = evolve(SAID, one=evolve(ONE, **changes))

    made = attestation_of(said, "fr")

    assert sheets(made) == 1
    assert sheets(attestation_of(said, "en")) <= 2
    assert changes == {} or made != attestation_of(SAID, "fr")


def test_a_long_name_and_tags_in_it_stay_text() -> None:
    hostile = evolve(ANNE, family="<b>x</b>" * 30, given="&" * 90, birth_date="1978")

    assert attestation_of(evolve(SAID, helper=hostile), "fr").startswith(b"%PDF-")


@blocking
def test_the_patient_and_the_carer_are_given_it_and_nobody_else(site: Site) -> None:
    carer, delegation = agreed(site, Relative.make(site, 5))
    path = f"/people/{delegation}/attestation"
    stranger = Relative.make(site, 7, "DURAND").browser()
    own = proved(site)
    assert f'href="{path}"' in own.get("/people").text
    assert f'href="{path}"' in carer.get("/people").text

    for browser in (own, carer):
        given = browser.get(path)
        assert given.status == 200
        assert given.body.startswith(b"%PDF-")
    assert stranger.get(path).status == 404

    send(carer, f"/people/{delegation}/open")
    assert carer.get(path).status == 403, "in the other's space it is not asked for"
    send(own, f"/people/{delegation}/end")
    assert own.get(path).status == 200


@blocking
def test_a_request_that_waits_has_none_and_one_that_is_refused_has(
    site: Site,
) -> None:
    relative, own = Relative.make(site, 5), proved(site)
    ask(site, own, relative.number)
    path = f"/people/{id_of(site)}/attestation"

    assert own.get(path).status == 404
    assert path not in own.get("/people").text
    send(relative.browser(), path.replace("attestation", "refuse"))

    assert own.get(path).status == 200


@blocking
def test_once_it_is_agreed_it_is_a_document_of_who_is_helped(site: Site) -> None:
    agreed(site, Relative.make(site, 5))
    own = proved(site)

    page = own.get("/documents").text
    assert page.count("Attestation de l’aidant") >= 1
    address = page.split('class="cover" href="/documents/')[1].split('"')[0]
    assert own.get(f"/documents/{address}/body").body.startswith(b"%PDF-")
    history = own.get("/history").text
    line = history.split("Document ajouté au dossier")[0].rpartition("<li")[2]
    assert "Le service" in line
