"""What the vault is given for a decision: the entry, the flags, the days, the set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from gateway.core.codes import CLASSES, coded
from gateway.core.decision import Announcement, FilingDecision, RuleVersions
from gateway.core.document import AuthorEntry, Availability, Related, Visibility
from gateway.core.person import Coded
from gateway.core.reasons import Reason
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.cases import Brought, Case
from gateway.dmp_bridge.filing.depositing import (
    deposit_of,
    first_notice,
    named_by,
    submission_for,
)
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.gathering import PatientRow
from gateway.dmp_bridge.filing.sender_names import people_of, structures_of
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.documents.cda.header import read_cda
from gateway.documents.xds.entry import document_entry
from gateway.errors import InvalidError
from gateway.reception.submission import Said
from tests.builders_cda import FRENCH_TYPES, SET, make_cda
from tests.dmp_bridge.filing.test_cases import COPY
from tests.dmp_bridge.filing.test_gathering import PROFILE

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
HIDDEN, MASKED = Visibility.HIDDEN_FROM_PATIENT, Visibility.MASKED
SECRET = Visibility.HIDDEN_FROM_REPRESENTATIVES
CONTENT = make_cda(unique_id=(f"{SET}.2", ""), version=2)
LETTER = read_cda(CONTENT)
FOUND = FoundDocument(content=CONTENT, sha256="5" * 64, sha1="1" * 40, document=LETTER)
PREPARED: Any = object()
ARRIVAL = "d" * 32


def decision(**changes: Any) -> FilingDecision:
    values: dict[str, Any] = {
        "code": Reason.FILED,
        "reasons": (Reason.FILED,),
        "file": True,
        "deliver": True,
        "versions": RuleVersions(rules="", settings="", patient_settings=""),
        **changes,
    }
    return FilingDecision(**values)


def deposited(
    decided: FilingDecision, found: FoundDocument = FOUND, *, now: datetime = NOW
) -> Deposit:
    case = Case(recipient=COPY, addressee=PatientRow(profile=PROFILE))
    case.submission_id = "e" * 32
    brought = Brought(found=found, prepared=PREPARED)
    return deposit_of(case, brought, decided, arrival_id=ARRIVAL, now=now)


def test_a_document_is_deposited_as_it_was_read_and_decided() -> None:
    deposit = deposited(
        decision(
            visibility=frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES}),
            availability=Availability.DEPRECATED,
            replaces=f"{SET}.1",
            deprecates=(f"{SET}.1",),
        )
    )

    entry = document_entry(
        LETTER,
        CONTENT,
        entry_uuid=deposit.entry.entry_uuid,
        sha1="1" * 40,
        visibility={Visibility.HIDDEN_FROM_REPRESENTATIVES},
    )
    assert deposit == Deposit(
        profile_id=PROFILE.id,
        arrival_id=ARRIVAL,
        submission_id="e" * 32,
        entry=evolve(
            entry,
            availability_status=Availability.DEPRECATED,
            replaces=f"{SET}.1",
        ),
        content=CONTENT,
        prepared=PREPARED,
        sha256="5" * 64,
        set_id=LETTER.set_id,
        version=2,
        body_level=LETTER.body_level,
        people=people_of(LETTER.authors),
        structures=structures_of(LETTER.authors),
        deprecates=(f"{SET}.1",),
    )
    assert deposit.people
    assert deposit.structures
    assert deposit.set_id


def test_a_type_that_is_not_known_is_of_the_class_of_what_fits_in_no_other() -> None:
    content = make_cda(type_code=("NOUVEAU", FRENCH_TYPES, "Nouveau"))
    found = evolve(FOUND, content=content, document=read_cda(content))

    deposit = deposited(decision(file_as_other=True), found)

    assert deposit.entry.class_code == coded(CLASSES, "90")


def test_a_type_that_is_not_known_has_no_class_where_nothing_allows_one() -> None:
    content = make_cda(type_code=("NOUVEAU", FRENCH_TYPES, "Nouveau"))
    found = evolve(FOUND, content=content, document=read_cda(content))

    with pytest.raises(InvalidError, match="^the type of the document is not one"):
        deposited(decision(), found)


def test_each_deposit_has_an_entry_uuid_of_its_own() -> None:
    first, second = (deposited(decision()).entry.entry_uuid for _ in range(2))

    assert UUID(first).urn == first
    assert first != second


ASKED = evolve(FOUND, said=Said(confidentiality=("MASQUE_PS",)))
MONTH = Announcement()
MASKING = Announcement(shown_after_months=2, mask_when_shown=True)


@pytest.mark.parametrize(
    ("announcement", "flags", "found", "day", "then", "masked_by"),
    [
        (None, set(), FOUND, None, set(), MaskedBy.NOBODY),
        (None, set(), ASKED, None, set(), MaskedBy.NOBODY),
        (None, {MASKED}, FOUND, None, set(), MaskedBy.PATIENT),
        (None, {MASKED}, ASKED, None, set(), MaskedBy.SENDER),
        (MONTH, {HIDDEN}, FOUND, (2026, 12, 28), set(), MaskedBy.NOBODY),
        (MONTH, {HIDDEN, MASKED}, ASKED, (2026, 12, 28), {MASKED}, MaskedBy.SENDER),
        (MASKING, {HIDDEN}, FOUND, (2027, 1, 28), {MASKED}, MaskedBy.PATIENT),
        (
            MASKING,
            {HIDDEN, SECRET},
            FOUND,
            (2027, 1, 28),
            {SECRET, MASKED},
            MaskedBy.PATIENT,
        ),
    ],
)
def test_when_it_is_shown_with_which_flags_and_who_had_it_masked(
    announcement: Announcement | None,
    flags: set[Visibility],
    found: FoundDocument,
    day: tuple[int, int, int] | None,
    then: set[Visibility],
    masked_by: MaskedBy,
) -> None:
    decided = decision(announcement=announcement, visibility=frozenset(flags))

    deposit = deposited(decided, found)

    shown = datetime(*day, 9, 30, tzinfo=UTC) if day else None
    assert deposit.visible_at == shown
    assert deposit.flags_then == then
    assert deposit.masked_by is masked_by


@pytest.mark.parametrize(
    ("announcement", "days"),
    [
        (Announcement(), 14),
        (Announcement(notice_after_days=90), 30),
        (Announcement(notice_after_days=30), 30),
        (Announcement(notice_after_days=0), 0),
    ],
)
def test_the_first_notice_comes_on_its_day_and_no_later_than_the_document(
    announcement: Announcement, days: int
) -> None:
    assert first_notice(announcement, NOW) == timedelta(days=days)


@pytest.mark.parametrize(
    ("filed_at", "shown_at"),
    [
        # The last second of 30 November in France, and the first of 1 December.
        ("2026-11-30T22:59:59Z", "2026-12-30T22:59:59Z"),
        ("2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        # Summer time ends in between: at the same hour, by the clock on the wall.
        ("2026-10-10T08:30:00Z", "2026-11-10T09:30:00Z"),
    ],
)
def test_days_are_counted_by_the_clock_in_france(filed_at: str, shown_at: str) -> None:
    now, shown = map(datetime.fromisoformat, (filed_at, shown_at))
    late = Announcement(notice_after_days=90)
    decided = decision(announcement=late, visibility=frozenset({HIDDEN}))

    assert deposited(decided, now=now).visible_at == shown
    assert first_notice(late, now) == shown - now  # never before the document


def test_a_submission_has_a_name_of_ours_and_what_its_sender_says() -> None:
    said = Said(
        author=AuthorEntry(person="899700000017"),
        content_type=Coded(code="07", scheme="1.2.3"),
    )

    ours = submission_for(LETTER, evolve(FOUND, said=said), "1.2.4", NOW)
    plain = submission_for(LETTER, FOUND, "1.2.4", NOW)

    assert ours.unique_id.startswith("2.25.")
    assert ours.entry_uuid.startswith("urn:uuid:")
    assert (ours.source_id, ours.submission_time) == ("1.2.4", NOW)
    assert (ours.author, ours.content_type) == (said.author, said.content_type)
    assert plain.author.person.startswith("899700000017^")
    assert plain.content_type.code == "03"
    assert plain.unique_id != ours.unique_id


AT_LIMIT, PAST_LIMIT = "1" * 256, "1" * 257


@pytest.mark.parametrize(
    ("own", "beside", "named"),
    [
        ("", "", ""),
        ("1.2.3^A", "", "1.2.3^A"),
        ("1.2.3^A", "1.2.3^B", "1.2.3^A"),
        ("", "1.2.3^B", "1.2.3^B"),
        (AT_LIMIT, "", AT_LIMIT),
        (PAST_LIMIT, "", ""),
        ("", AT_LIMIT, AT_LIMIT),
        ("", PAST_LIMIT, ""),
    ],
)
def test_what_it_replaces_is_named_to_the_limit_of_ids(
    own: str, beside: str, named: str
) -> None:
    related = (Related(type_code="RPLC", unique_id=own),) if own else ()
    document = evolve(LETTER, related=related)
    found = FoundDocument(document=document, said=Said(replaces=beside))

    assert named_by(document, found) == named


def test_the_vault_is_told_what_a_document_names_and_what_replaced_it() -> None:
    related = (Related(type_code="RPLC", unique_id="1.2.3^A"),)
    found = evolve(FOUND, document=evolve(LETTER, related=related))

    made = deposited(decision(superseded_by=("1.2.3^C", "1.2.3^B")), found)

    assert made.names == "1.2.3^A"
    assert made.superseded_by == ("1.2.3^C", "1.2.3^B")
    assert (deposited(decision()).names, deposited(decision()).superseded_by) == (
        "",
        (),
    )
