"""What is written of a decision: the outcomes the sender gets, the journal's lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import define, evolve

from gateway.core.decision import Caution, RuleVersions
from gateway.core.document import Visibility
from gateway.core.envelope import Sender, SenderKind
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.reasons import ErrorCode, Reason
from gateway.dmp_bridge.filing.cases import Brought, Case
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.gathering import Gatherer, PatientRow
from gateway.dmp_bridge.filing.recording import Recorder
from gateway.reception.submission import Said
from gateway.settings.file import FilingSettings
from gateway.store.arrivals.arrivals import (
    Arrivals,
    DocumentOutcome,
    RecipientOutcome,
)
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceReader
from gateway.store.journal import OPERATOR, chain_of
from tests.builders_arrivals import keep_arrival, make_arrival
from tests.dmp_bridge.filing.test_depositing import FOUND, decision, deposited
from tests.dmp_bridge.filing.test_document_facts import FILED
from tests.dmp_bridge.filing.test_gathering import PROFILE
from tests.rights.facts import GOOD

HOSPITAL = Sender(
    kind=SenderKind.ORGANISATION, identity="1750000011", fingerprint="a1b2"
)
ARRIVAL = make_arrival(sender=HOSPITAL)
UNREAD = FoundDocument(error="XML not well formed, line 1", said=Said(unique_id="1.2"))
REMARKED = evolve(FOUND, remarks=("size is absent", "hash is absent"))
SHOWN_AT = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)
REFUSED = decision(
    code=Reason.DOC_INVALID,
    reasons=(Reason.DOC_INVALID, Reason.TYPE_UNKNOWN),
    file=False,
    error=ErrorCode.OTHER,
)
CAREFUL = decision(
    reasons=(Reason.FILED, Reason.FILED_MASKED),
    cautions=(Caution.RESTRICTED, Caution.MASK_KEPT),
    versions=RuleVersions(rules="table", settings="node", patient_settings="7"),
)


@define
class Desk:
    """An arrival that is kept, and a recorder that writes of it."""

    database: Database
    brought: tuple[Brought, ...] = (
        Brought(found=REMARKED),
        Brought(found=UNREAD),
    )

    def write(self, write: Callable[[Recorder], Any]) -> Any:
        """Do something in a transaction, and return what it returns."""
        with self.database.write() as work:
            kept = Arrivals(work).get(ARRIVAL.id)
            assert kept is not None
            gatherer = Gatherer.from_settings(FilingSettings())
            return write(Recorder(work, kept, self.brought, gatherer))

    def case(self, *decisions: Any, known: bool = True) -> Case:
        """Return the case of the patient, with these decisions."""
        with self.database.read() as work:
            kept = Arrivals(work).get(ARRIVAL.id)
        assert kept is not None
        (recipient,) = kept.recipients
        addressee = PatientRow(profile=PROFILE if known else None)
        return Case(
            recipient=recipient,
            addressee=addressee,
            decisions=list(decisions),
            facts=[GOOD for _ in decisions],
        )

    def line(self, action: str, chain: str) -> tuple[str, str, dict[str, Any]]:
        """Return outcome, subject and detail of the only line of an action."""
        with self.database.read() as work:
            (line,) = [one for one in work.journal.lines(chain) if one.action == action]
        return line.outcome, line.subject, dict(line.detail)

    def recorded(self) -> tuple[list[DocumentOutcome], RecipientOutcome]:
        """Return what is kept of the documents and of the only recipient."""
        with self.database.read() as work:
            kept = Arrivals(work).get(ARRIVAL.id)
            assert kept is not None
            return Arrivals(work).documents(ARRIVAL.id), kept.recipients[0]


@pytest.fixture
def desk(database: Database) -> Desk:
    keep_arrival(database, ARRIVAL)
    return Desk(database)


PATIENTS = chain_of(PROFILE.id)


def test_each_document_has_its_outcome_and_the_message_that_of_the_refused_one(
    desk: Desk,
) -> None:
    case = desk.case(CAREFUL, REFUSED)
    case.entries[0] = "e" * 32
    case.delay_until(SHOWN_AT)
    flags = {Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES}

    decided = desk.write(
        lambda recorder: recorder.record(case, deliver=True, hidden=frozenset(flags))
    )

    documents, recipient = desk.recorded()
    assert documents == [
        DocumentOutcome(
            recipient=0,
            position=0,
            unique_id=FOUND.unique_id,
            outcome="FILED",
            reasons=("FILED", "FILED_MASKED"),
            error="",
            detail="size is absent; hash is absent",
            entry_id="e" * 32,
        ),
        DocumentOutcome(
            recipient=0,
            position=1,
            unique_id="1.2",
            outcome="DOC_INVALID",
            reasons=("DOC_INVALID", "TYPE_UNKNOWN"),
            error="906",
            detail="XML not well formed, line 1",
            entry_id="",
        ),
    ]
    assert decided == recipient
    assert recipient == evolve(
        case.recipient,
        outcome="DOC_INVALID",
        reasons=("DOC_INVALID", "TYPE_UNKNOWN"),
        deliver=True,
        hidden=("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"),
        hidden_until=SHOWN_AT,
    )


def test_what_hides_nothing_and_is_not_delivered_is_recorded_so(desk: Desk) -> None:
    case = desk.case(REFUSED)

    decided = desk.write(lambda recorder: recorder.record(case, deliver=False))

    _, recipient = desk.recorded()
    assert decided == recipient
    assert recipient.deliver is False
    assert (recipient.hidden, recipient.hidden_until) == ((), None)


def test_a_message_without_documents_has_the_outcome_of_a_message(desk: Desk) -> None:
    desk.brought = ()
    bare = decision(
        code=Reason.MESSAGE_ONLY, reasons=(Reason.MESSAGE_ONLY,), file=False
    )
    case = desk.case(bare)

    desk.write(lambda recorder: recorder.record(case, deliver=True))
    desk.write(lambda recorder: recorder.decided(case, 0))

    documents, recipient = desk.recorded()
    assert documents == []
    assert (recipient.outcome, recipient.reasons) == ("MESSAGE_ONLY", ("MESSAGE_ONLY",))
    outcome, _, detail = desk.line("document:decide", PATIENTS)
    assert (outcome, detail["position"], detail["document"]) == ("MESSAGE_ONLY", 0, "")
    assert "informed" not in detail


@pytest.mark.parametrize(
    ("known", "chain"), [(True, PATIENTS), (False, OPERATOR)], ids=["known", "gone"]
)
def test_the_journal_has_all_that_a_decision_was_made_of(
    known: bool, chain: str, desk: Desk
) -> None:
    case = desk.case(REFUSED, CAREFUL, known=known)
    case.recipient = evolve(case.recipient, position=3)

    desk.write(lambda recorder: recorder.decided(case, 1))

    outcome, subject, detail = desk.line("document:decide", chain)
    with desk.database.read() as work:
        kept = EvidenceReader(work).find(detail.pop("decision"))
    assert kept is not None
    assert kept.digests == (detail.pop("evidence"),)
    assert kept.profile_id == (PROFILE.id if known else "")
    assert (outcome, subject, detail) == (
        "FILED",
        ARRIVAL.id,
        {
            "recipient": 3,
            "position": 1,
            "document": "1.2",
            "reasons": ["FILED", "FILED_MASKED"],
            "cautions": ["RESTRICTED", "MASK_KEPT"],
            "rules": "table",
            "settings": "node",
            "patient_settings": "7",
        },
    )


@pytest.mark.parametrize(
    ("on", "told"),
    [(None, "written"), (date(2026, 11, 2), "written 2026-11-02")],
)
def test_how_the_patient_was_informed_is_noted_where_the_sender_says_it(
    on: date | None, told: str, desk: Desk
) -> None:
    said = Said(informed=PatientInformed(by=InformedBy.WRITTEN, on=on))
    desk.brought = (Brought(found=evolve(FOUND, said=said)),)
    case = desk.case(CAREFUL)

    desk.write(lambda recorder: recorder.decided(case, 0))

    assert desk.line("document:decide", PATIENTS)[2]["informed"] == told


def test_a_filing_is_a_line_and_so_is_each_document_it_put_out_of_date(
    desk: Desk,
) -> None:
    made = decision(code=Reason.REPLACED, reasons=(Reason.REPLACED,))
    case, deposit = desk.case(made), deposited(made)

    desk.write(lambda recorder: recorder.filed(case, deposit, made, ["b" * 32]))

    assert desk.line("document:file", PATIENTS) == (
        "REPLACED",
        deposit.entry_id,
        {"arrival": ARRIVAL.id, "document": FOUND.unique_id},
    )
    assert desk.line("document:deprecate", PATIENTS) == (
        "REPLACED",
        "b" * 32,
        {"by": deposit.entry_id},
    )


def test_a_withdrawal_says_in_the_patients_chain_who_asked_for_it(desk: Desk) -> None:
    desk.write(lambda recorder: recorder.withdrawn(desk.case(), FILED))

    assert desk.line("document:withdraw", PATIENTS) == (
        "WITHDRAWN",
        FILED.id,
        {
            "arrival": ARRIVAL.id,
            "document": FILED.unique_id,
            "sender": "organisation",
            "identity": "1750000011",
        },
    )


def test_a_quarantine_says_to_the_operator_whose_certificate_brought_it(
    desk: Desk,
) -> None:
    desk.write(lambda recorder: recorder.quarantined("PATIENT_MISMATCH"))

    assert desk.line("message:quarantine", OPERATOR) == (
        "PATIENT_MISMATCH",
        ARRIVAL.id,
        {
            "sender": "organisation",
            "identity": "1750000011",
            "certificate": "a1b2",
        },
    )


@pytest.mark.parametrize(
    ("remarks", "told"),
    [
        ((), ""),
        (("a" * 400,), "a" * 400),
        (("a" * 199, "b" * 199), "a" * 199 + "; " + "b" * 199),
        (
            ("a" * 199, "b" * 200),
            "a" * 199 + "; and 1 more",
        ),
        (
            ("a" * 200, "b" * 185, "c" * 100, "d" * 100),
            "a" * 200 + "; " + "b" * 185 + "; and 2 more",
        ),
        (
            ("a" * 200, "b" * 188, "c" * 100, "d" * 100),
            "a" * 200 + "; and 3 more",
        ),
        (("a" * 394 + " bb",), "a" * 394 + " bb"),
        (("a" * 396 + " bbbb",), "a" * 396 + " […]"),
        (("a" * 401,), "a" * 396 + " […]"),
        (
            ("a" * 380 + " " + "b" * 100, "c"),
            "a" * 380 + " […]; and 1 more",
        ),
    ],
)
def test_what_is_to_be_corrected_is_told_whole_or_how_much_more_there_is(
    database: Database, remarks: tuple[str, ...], told: str
) -> None:
    keep_arrival(database, ARRIVAL)
    desk = Desk(database, brought=(Brought(found=evolve(FOUND, remarks=remarks)),))

    desk.write(lambda recorder: recorder.record(desk.case(CAREFUL), deliver=True))

    (document,), _ = desk.recorded()
    assert document.detail == told
