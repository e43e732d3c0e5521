"""What the patient's side sees."""

from __future__ import annotations

import pytest

from gateway.core.actors import Who
from gateway.core.document import Availability, Visibility
from gateway.rights.delegation_rules import Capacity
from gateway.rights.visibility_rules import (
    PatientReader,
    impossible_pairs,
    knows_of_act,
    patient_sees,
    reader_of,
    sees_secrets,
    sees_version,
)

MASKED = Visibility.MASKED
INVISIBLE = Visibility.HIDDEN_FROM_PATIENT
NOT_FOR_PARENTS = Visibility.HIDDEN_FROM_REPRESENTATIVES
HOLDER, MINOR = PatientReader.HOLDER, PatientReader.MINOR
PARENT, CARER = PatientReader.REPRESENTATIVE, PatientReader.CARER

TABLE = [
    (HOLDER, (), True),
    (HOLDER, (MASKED,), True),
    (HOLDER, (INVISIBLE,), False),
    (HOLDER, (NOT_FOR_PARENTS,), True),
    (PARENT, (), True),
    (PARENT, (MASKED,), True),
    (PARENT, (INVISIBLE,), False),
    (PARENT, (NOT_FOR_PARENTS,), False),
    (MINOR, (), True),
    (MINOR, (MASKED,), True),
    (MINOR, (INVISIBLE,), False),
    (MINOR, (NOT_FOR_PARENTS,), True),
    (CARER, (), True),
    (CARER, (MASKED,), True),
    (CARER, (INVISIBLE,), False),
    (HOLDER, (MASKED, INVISIBLE), False),
    (PARENT, (MASKED, NOT_FOR_PARENTS), False),
]


@pytest.mark.parametrize(("reader", "flags", "sees"), TABLE)
def test_flags_hide_from_whom_they_say(
    reader: PatientReader, flags: tuple[Visibility, ...], sees: bool
) -> None:
    assert patient_sees(flags, Availability.APPROVED, reader) == sees


@pytest.mark.parametrize("reader", list(PatientReader))
@pytest.mark.parametrize(
    ("availability", "by_default", "on_request"),
    [
        (Availability.APPROVED, True, True),
        (Availability.DEPRECATED, False, True),
        (Availability.ARCHIVED, False, True),
        (Availability.DELETED, False, False),
    ],
)
def test_old_versions_show_on_request_and_deleted_ones_never(
    reader: PatientReader,
    availability: Availability,
    by_default: bool,
    on_request: bool,
) -> None:
    assert patient_sees((), availability, reader) == by_default
    assert patient_sees((), availability, reader, on_request=True) == on_request


def test_asking_for_old_versions_does_not_unhide_them() -> None:
    assert not patient_sees(
        (INVISIBLE,), Availability.DEPRECATED, HOLDER, on_request=True
    )


def test_masked_and_invisible_exclude_each_other() -> None:
    both = {MASKED, INVISIBLE}

    assert impossible_pairs(both) == (frozenset(both),)
    assert impossible_pairs(both | {NOT_FOR_PARENTS}) == (frozenset(both),)
    assert impossible_pairs(both, masked_and_hidden=True) == ()


@pytest.mark.parametrize(
    "flags",
    [
        set(),
        {MASKED},
        {INVISIBLE},
        {MASKED, NOT_FOR_PARENTS},
        {INVISIBLE, NOT_FOR_PARENTS},
    ],
)
def test_other_flags_may_stand_together(flags: set[Visibility]) -> None:
    assert impossible_pairs(flags) == ()


@pytest.mark.parametrize(
    ("capacity", "reader", "secrets"),
    [
        (Capacity.HOLDER, HOLDER, True),
        (Capacity.CARER, CARER, True),
        (Capacity.REPRESENTATIVE, PARENT, False),
        (Capacity.PROTECTOR, PARENT, False),
    ],
)
def test_who_acts_by_law_reads_without_the_secrets(
    capacity: Capacity, reader: PatientReader, secrets: bool
) -> None:
    assert reader_of(capacity) is reader
    assert sees_secrets(reader) is secrets
    for by in Who:
        known = secrets or by is Who.REPRESENTATIVE
        assert knows_of_act(by, reader) is knows_of_act(by.value, reader) is known
    assert knows_of_act("", reader) is secrets


def test_every_capacity_reads_as_somebody() -> None:
    assert {reader_of(one) for one in Capacity} <= set(PatientReader)


@pytest.mark.parametrize(
    ("flags", "newer", "reader", "sees"),
    [
        ((), None, PARENT, True),
        ((), (), PARENT, True),
        ((), (MASKED,), PARENT, True),
        ((), (NOT_FOR_PARENTS,), PARENT, False),
        ((), (INVISIBLE,), PARENT, False),
        ((NOT_FOR_PARENTS,), (), PARENT, False),
        ((), (NOT_FOR_PARENTS,), HOLDER, True),
        ((), (INVISIBLE,), HOLDER, True),
        ((), (NOT_FOR_PARENTS,), MINOR, True),
        ((INVISIBLE,), None, HOLDER, False),
    ],
)
def test_an_old_version_does_not_tell_parents_of_a_newer_secret_one(
    flags: tuple[Visibility, ...],
    newer: tuple[Visibility, ...] | None,
    reader: PatientReader,
    sees: bool,
) -> None:
    assert sees_version(flags, newer, reader) is sees
