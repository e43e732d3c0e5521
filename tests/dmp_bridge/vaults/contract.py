"""
What any vault must do: a test class to inherit from.

A vault's own test module gives the fixture ``house``, and may add tests of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from attrs import evolve, frozen

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import (
    Availability,
    BodyLevel,
    DocumentEntry,
    Visibility,
)
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.vaults.vault import Deposit, Deposited, PreparedContent, Vault
from gateway.errors import ConflictError, NotFoundError
from gateway.rights.visibility_rules import PatientReader, patient_sees
from tests.builders_xdm import make_entry, make_submission
from tests.fakes import SetClock

HIDDEN = Visibility.HIDDEN_FROM_PATIENT
MASKED = Visibility.MASKED
APPROVED = Availability.APPROVED
_FLAGS: tuple[tuple[tuple[Visibility, ...], tuple[Visibility, ...], int], ...] = (
    ((), (), 0),
    ((MASKED,), (), 0),
    ((HIDDEN,), (), 0),
    ((HIDDEN,), (), 30),
    ((HIDDEN,), (MASKED,), 15),
    ((HIDDEN, Visibility.HIDDEN_FROM_REPRESENTATIVES), (HIDDEN,), 15),
    ((Visibility.HIDDEN_FROM_REPRESENTATIVES,), (HIDDEN,), 30),
)
"""The flags now, those then, and after how many days then is."""
FIRST, SECOND, THIRD = "1.2.3.1", "1.2.3.2", "1.2.3.3"
FOURTH, FIFTH = "1.2.3.4", "1.2.3.5"


@frozen(kw_only=True)
class House:
    """A vault with two patients, whatever is behind it."""

    open: Callable[[], AbstractContextManager[Vault]]
    """Each opening is a transaction of its own, where the vault has any."""
    prepare: Callable[[bytes], PreparedContent | None]
    clock: SetClock
    patient: str
    other: str

    def deposit(
        self,
        unique_id: str = FIRST,
        content: bytes = b"<letter/>",
        *,
        patient: str = "",
        entry: dict[str, Any] | None = None,
        flags: Sequence[Visibility] = (),
        **changes: Any,
    ) -> Deposit:
        """Return a document to file; changes to its entry go to ``entry``."""
        made = make_entry(
            content, unique_id=unique_id, entry_uuid=uuid4().urn, **(entry or {})
        )
        codes = (coded(VISIBILITY, flag.value) for flag in flags)
        deposit = Deposit(
            profile_id=patient or self.patient,
            arrival_id="a" * 32,
            submission_id="b" * 32,
            entry=evolve(made, confidentiality=(*made.confidentiality, *codes)),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            set_id="1.2.3",
            version=1,
            body_level=BodyLevel.N1,
            people=("899700000017",),
            structures=("1750000011",),
        )
        return evolve(deposit, **changes)

    def file(self, *deposits: Deposit) -> list[Deposited]:
        """File documents one after the other, an hour apart."""
        done = []
        for deposit in deposits:
            with self.open() as vault:
                done.append(vault.file(deposit))
            self.clock.advance(hours=1)
        return done

    def found(self, unique_id: str) -> FiledDocument:
        """Return a document that is filed."""
        with self.open() as vault:
            document = vault.find(unique_id)
        assert document is not None
        return document

    def entry(self, unique_id: str) -> DocumentEntry:
        """Return the entry of a document as it is now."""
        document = self.found(unique_id)
        with self.open() as vault:
            return vault.entry(document)

    def listed(self, patient: str = "") -> list[str]:
        """Return the uniqueIds of a patient's list."""
        with self.open() as vault:
            return [one.unique_id for one in vault.listed(patient or self.patient)]


class VaultContract:
    """The tests; what they need is a `House`."""

    def test_nothing_is_in_an_empty_vault(self, house: House) -> None:
        with house.open() as vault:
            assert vault.find(FIRST) is None
            assert vault.get(uuid4().urn) is None
            assert list(vault.versions(house.patient, "1.2.3")) == []
            assert vault.find_each([FIRST]) == vault.get_each([uuid4().urn]) == {}
            assert list(vault.brought_by(house.patient, ["a" * 32])) == []
            assert list(vault.listed(house.patient)) == []

    def test_what_is_filed_is_told_as_it_was_filed(self, house: House) -> None:
        deposit = house.deposit(flags=[HIDDEN, MASKED], masked_by=MaskedBy.SENDER)
        filed_at = house.clock.now

        assert house.file(deposit) == [Deposited.FILED]

        found, entry = house.found(FIRST), deposit.entry
        assert found == FiledDocument(
            id=deposit.entry_id,
            profile_id=house.patient,
            unique_id=FIRST,
            set_id="1.2.3",
            version=1,
            body_level=BodyLevel.N1,
            status=Availability.APPROVED,
            type_code=entry.type_code.code,
            creation_time=entry.creation_time,
            mime_type=entry.mime_type,
            size=len(deposit.content),
            sha1=entry.hash,
            sha256=deposit.sha256,
            flags=frozenset({HIDDEN, MASKED}),
            visible_at=None,
            flags_then=frozenset(),
            masked_by=MaskedBy.SENDER,
            owners=frozenset({"899700000017", "1750000011"}),
            submission_id="b" * 32,
            arrival_id="a" * 32,
            replaced_by="",
            replaced_levels=frozenset(),
            filed_at=filed_at,
            read_at=None,
        )

    def test_the_entry_comes_back_whole(self, house: House) -> None:
        deposit = house.deposit(entry={"reference_ids": ("A^^^&1.2&ISO^order",)})
        house.file(deposit)

        assert house.entry(FIRST) == deposit.entry

    @pytest.mark.parametrize("ahead", [False, True])
    @pytest.mark.parametrize(
        "content",
        [b"", b"\x00\xff\r\n\r\n.\r\n", bytes(range(256)) * 2_000],
        ids=["none", "odd", "large"],
    )
    def test_the_exact_bytes_come_back(
        self, house: House, content: bytes, *, ahead: bool
    ) -> None:
        prepared = house.prepare(content) if ahead else None
        house.file(house.deposit(content=content, prepared=prepared))

        document = house.found(FIRST)
        with house.open() as vault:
            assert vault.content(document) == content

    def test_what_is_filed_is_there_at_once(self, house: House) -> None:
        deposit = house.deposit()

        with house.open() as vault:
            assert vault.find(FIRST) is None
            vault.file(deposit)
            document = vault.find(FIRST)
            assert document is not None
            assert vault.content(document) == deposit.content
            assert vault.entry(document) == deposit.entry
            assert [one.id for one in vault.listed(house.patient)] == [document.id]

    @pytest.mark.parametrize("change", ["replace", "mask", "read", "withdraw"])
    def test_what_changes_is_told_at_once(self, house: House, change: str) -> None:
        house.file(house.deposit())

        with house.open() as vault:
            before = vault.find(FIRST)
            assert before is not None
            if change == "replace":
                vault.file(house.deposit(SECOND, deprecates=(FIRST,)))
            elif change == "mask":
                vault.change_visibility(before, frozenset({MASKED}))
            elif change == "read":
                vault.mark_read(before.id)
            else:
                vault.withdraw(before)
            after = vault.find(FIRST)

        assert after == house.found(FIRST)
        assert after != before

    def test_an_entry_is_found_by_any_form_of_its_uuid(self, house: House) -> None:
        deposit = house.deposit()
        house.file(deposit)
        uuid = UUID(deposit.entry_id)

        with house.open() as vault:
            found = [
                vault.get(form)
                for form in (
                    uuid.urn,
                    uuid.hex,
                    str(uuid),
                    f"urn:uuid:{str(uuid).upper()}",
                )
            ]

        assert [one.unique_id for one in found if one] == [FIRST] * 4

    # ------------------------------------------------------------ once, for one

    def test_the_same_filed_twice_is_once(self, house: House) -> None:
        done = house.file(house.deposit(), house.deposit())

        assert done == [Deposited.FILED, Deposited.ALREADY_FILED]
        assert house.listed() == [FIRST]

    def test_another_content_under_the_same_id_is_refused(self, house: House) -> None:
        house.file(house.deposit())

        with pytest.raises(ConflictError):
            house.file(house.deposit(content=b"<other/>"))

        document = house.found(FIRST)
        with house.open() as vault:
            assert vault.content(document) == b"<letter/>"

    def test_the_same_document_of_another_patient_is_refused(
        self, house: House
    ) -> None:
        house.file(house.deposit())

        with pytest.raises(ConflictError):
            house.file(house.deposit(patient=house.other))

        assert house.listed(house.other) == []

    def test_another_patients_documents_are_in_no_list(self, house: House) -> None:
        house.file(house.deposit(), house.deposit(SECOND, patient=house.other))

        with house.open() as vault:
            seen = {
                patient: [
                    [one.unique_id for one in found]
                    for found in (
                        vault.listed(patient),
                        vault.versions(patient, "1.2.3"),
                        vault.brought_by(patient, ["a" * 32]),
                    )
                ]
                for patient in (house.patient, house.other)
            }

        assert seen == {house.patient: [[FIRST]] * 3, house.other: [[SECOND]] * 3}

    # ------------------------------------------------------------------ versions

    def test_what_a_version_replaces_becomes_deprecated(self, house: House) -> None:
        second = house.deposit(
            SECOND, entry={"replaces": FIRST}, deprecates=(FIRST,), version=2
        )

        house.file(house.deposit(), second)

        before, after = house.found(FIRST), house.found(SECOND)
        assert (before.status, after.status) == (
            Availability.DEPRECATED,
            Availability.APPROVED,
        )
        assert before.replaced_by == after.id
        assert before.replaced_levels == {BodyLevel.N1}
        assert house.entry(FIRST).availability_status is Availability.DEPRECATED
        assert house.entry(SECOND).replaces == FIRST

    def test_a_version_may_replace_one_that_stays_current(self, house: House) -> None:
        coded_body = house.deposit(
            SECOND, entry={"replaces": FIRST}, body_level=BodyLevel.N3
        )

        house.file(house.deposit(), coded_body)

        assert house.found(FIRST).status is Availability.APPROVED
        assert house.found(FIRST).replaced_levels == {BodyLevel.N3}

    def test_several_become_deprecated_at_once(self, house: House) -> None:
        third = house.deposit(
            THIRD, entry={"replaces": SECOND}, deprecates=(SECOND, FIRST), version=3
        )

        house.file(house.deposit(), house.deposit(SECOND, version=2), third)

        assert {house.found(name).status for name in (FIRST, SECOND)} == {
            Availability.DEPRECATED
        }

    def test_the_levels_of_all_that_replaced_it_are_known(self, house: House) -> None:
        house.file(
            house.deposit(),
            house.deposit(SECOND, entry={"replaces": FIRST}, body_level=BodyLevel.N1),
            house.deposit(THIRD, deprecates=(FIRST,), body_level=BodyLevel.N3),
        )

        assert house.found(FIRST).replaced_levels == {BodyLevel.N1, BodyLevel.N3}
        assert house.found(FIRST).replaced_by == house.found(THIRD).id

    def test_a_version_that_comes_late_is_not_current(self, house: House) -> None:
        late = house.deposit(entry={"availability_status": Availability.DEPRECATED})

        house.file(house.deposit(SECOND, version=2), late)

        assert house.found(FIRST).status is Availability.DEPRECATED
        assert house.found(SECOND).status is Availability.APPROVED
        assert house.found(SECOND).replaced_by == ""

    def test_what_names_a_document_is_found_whether_that_is_there_or_not(
        self, house: House
    ) -> None:
        house.file(
            house.deposit(SECOND, names=FIRST),
            house.deposit("1.2.3.4", names=FIRST, set_id=""),
            house.deposit(THIRD),
            house.deposit("1.2.3.5", names=FIRST, patient=house.other),
        )

        with house.open() as vault:
            found = vault.naming(house.patient, FIRST)
            assert [one.unique_id for one in found] == [SECOND, "1.2.3.4"]
            assert vault.naming(house.patient, SECOND) == []
            assert vault.naming(house.patient, "") == []

    def test_a_document_may_come_after_those_that_replaced_it(
        self, house: House
    ) -> None:
        house.file(
            house.deposit(SECOND, names=FIRST, body_level=BodyLevel.N1),
            house.deposit(THIRD, names=FIRST, body_level=BodyLevel.N3),
            house.deposit(
                entry={"availability_status": Availability.DEPRECATED},
                superseded_by=(SECOND, THIRD),
            ),
        )

        late = house.found(FIRST)
        assert late.status is Availability.DEPRECATED
        assert late.replaced_by == house.found(THIRD).id
        assert late.replaced_levels == {BodyLevel.N1, BodyLevel.N3}
        assert house.found(THIRD).status is Availability.APPROVED

    @pytest.mark.parametrize("owner", ["nobody", "other"])
    def test_what_is_replaced_must_be_in_the_same_patients_vault(
        self, house: House, owner: str
    ) -> None:
        if owner == "other":
            house.file(house.deposit(patient=house.other))

        for changes in (
            {"entry": {"replaces": FIRST}},
            {"deprecates": (FIRST,)},
            {"superseded_by": (FIRST,)},
        ):
            with pytest.raises(ConflictError):
                house.file(house.deposit(SECOND, **changes))

        assert house.listed() == []

    def test_the_versions_of_a_set_come_in_the_order_of_filing(
        self, house: House
    ) -> None:
        house.file(
            house.deposit(SECOND, version=2),
            house.deposit(FIRST, version=1),
            house.deposit(THIRD, set_id="1.2.4"),
            house.deposit("1.2.3.4", set_id=""),
        )

        with house.open() as vault:
            found = vault.versions(house.patient, "1.2.3")
            of_none = vault.versions(house.patient, "")

        assert [one.unique_id for one in found] == [SECOND, FIRST]
        assert list(of_none) == []

    # ---------------------------------------------------------------------- list

    def test_the_last_filed_is_listed_first_whatever_its_status(
        self, house: House
    ) -> None:
        house.file(
            house.deposit(FIRST),
            house.deposit(SECOND, deprecates=(FIRST,)),
            house.deposit(THIRD),
        )
        withdrawn = house.found(THIRD)
        with house.open() as vault:
            vault.withdraw(withdrawn)

        assert house.listed() == [THIRD, SECOND, FIRST]

    @pytest.mark.parametrize("old", [False, True])
    def test_the_patients_list_is_what_the_rule_of_visibility_lets_through(
        self, house: House, *, old: bool
    ) -> None:
        """Each status, with each set of flags, before and after they change."""
        for number, (now, then, days) in enumerate(_FLAGS):
            for status in (APPROVED, Availability.DEPRECATED, Availability.DELETED):
                name = f"1.2.4.{number}.{len(status)}"
                house.file(
                    house.deposit(
                        name,
                        flags=now,
                        entry={"availability_status": status},
                        visible_at=house.clock.now + timedelta(days=days)
                        if days
                        else None,
                        flags_then=frozenset(then),
                    )
                )
        for _ in range(3):
            with house.open() as vault:
                every = [
                    one.unique_id
                    for one in vault.listed(house.patient)
                    if patient_sees(
                        one.visibility(house.clock.now),
                        one.status,
                        PatientReader.HOLDER,
                        on_request=old,
                    )
                ]
                pages = [
                    one.unique_id
                    for offset in range(0, len(every) + 4, 4)
                    for one in vault.for_holder(
                        house.patient, old=old, limit=4, offset=offset
                    )
                ]
                assert pages == every
                assert vault.count_for_holder(house.patient, old=old) == len(every)
                assert vault.count_for_holder(house.other, old=old) == 0
            house.clock.advance(days=20)

    def test_a_changed_visibility_changes_the_patients_list(self, house: House) -> None:
        house.file(house.deposit(FIRST))
        document = house.found(FIRST)
        then = house.clock.now + timedelta(days=1)

        def seen() -> int:
            with house.open() as vault:
                return vault.count_for_holder(house.patient, old=False)

        with house.open() as vault:
            vault.change_visibility(document, frozenset({HIDDEN}), visible_at=then)
        assert seen() == 0
        house.clock.advance(days=2)
        assert seen() == 1
        with house.open() as vault:
            vault.change_visibility(
                document,
                frozenset(),
                visible_at=then,
                flags_then=frozenset({HIDDEN, MASKED}),
            )
        assert seen() == 0

    def test_what_no_message_brought_is_listed_alone(self, house: House) -> None:
        house.file(
            house.deposit(SECOND),
            house.deposit(THIRD, arrival_id=""),
            house.deposit(FIRST),
        )

        with house.open() as vault:
            found = vault.for_holder(house.patient, old=False, limit=9, added=True)
            count = vault.count_for_holder(house.patient, old=False, added=True)

        assert ([one.unique_id for one in found], count) == ([THIRD], 1)

    def test_the_ids_of_all_that_is_seen_are_known(self, house: House) -> None:
        house.file(
            house.deposit(SECOND),
            house.deposit(FIRST, patient=house.other),
            house.deposit(THIRD, flags=[HIDDEN]),
        )

        second = house.found(SECOND).id
        with house.open() as vault:
            assert vault.ids_for_holder(house.patient) == {second}
            assert vault.ids_for_holder(house.patient, added=True) == frozenset()
        house.file(house.deposit(FOURTH, arrival_id=""))
        with house.open() as vault:
            added = vault.ids_for_holder(house.patient, added=True)
        assert added == {house.found(FOURTH).id}

    def test_what_is_erased_is_known_and_cannot_be_read(self, house: House) -> None:
        house.file(house.deposit(FIRST), house.deposit(SECOND))
        document = house.found(FIRST)

        with house.open() as vault:
            first, again = vault.erase(document), vault.erase(document)

        assert (first, again) == (True, False)
        gone = house.found(FIRST)
        assert gone.erased_at == house.clock.now
        with house.open() as vault:
            assert vault.count_for_holder(house.patient, old=True) == 1
            with pytest.raises(NotFoundError):
                vault.content(gone)

    def test_all_are_walked_the_first_filed_first_and_each_once(
        self, house: House
    ) -> None:
        ids = [f"1.2.3.{number}" for number in range(5)]
        house.file(
            house.deposit("1.2.4", patient=house.other),
            *(house.deposit(one, set_id="", version=None) for one in ids),
        )

        for limit in (1, 2, 5, 6):
            walked, place = [], ""
            while True:
                with house.open() as vault:
                    found = vault.walk(house.patient, place, limit)
                assert len(found.documents) <= limit
                walked += [one.unique_id for one in found.documents]
                if not (place := found.place):
                    break
            assert walked == ids

    def test_what_one_message_brought_comes_in_the_order_of_filing(
        self, house: House
    ) -> None:
        house.file(
            house.deposit(SECOND),
            house.deposit(THIRD, arrival_id=""),
            house.deposit(FOURTH, arrival_id="b" * 32),
            house.deposit(FIFTH, arrival_id="c" * 32),
            house.deposit(FIRST),
        )

        with house.open() as vault:
            found = vault.brought_by(house.patient, ["b" * 32, "a" * 32])

        assert [one.unique_id for one in found] == [SECOND, FOURTH, FIRST]

    def test_what_is_filed_together_stands_in_the_order_of_filing(
        self, house: House
    ) -> None:
        """A message's documents, and those of messages that share a transaction."""
        ids = [f"{FIRST}.{number}" for number in range(20)]
        with house.open() as vault:
            for each in ids:
                vault.file(house.deposit(each))
        with house.open() as vault:
            by_message = vault.brought_by(house.patient, ["a" * 32])
            of_set = vault.versions(house.patient, "1.2.3")
            page = vault.for_holder(house.patient, old=False, limit=5, offset=5)

        assert [one.unique_id for one in by_message] == ids
        assert [one.unique_id for one in of_set] == ids
        assert house.listed() == ids[::-1]
        assert [one.unique_id for one in page] == ids[::-1][5:10]
        assert {one.filed_at.replace(microsecond=0) for one in page} == {
            house.clock.now.replace(microsecond=0)
        }

    def test_many_are_found_at_once_by_either_name(self, house: House) -> None:
        house.file(house.deposit(), house.deposit(SECOND, patient=house.other))
        first, second = house.found(FIRST), house.found(SECOND)
        others = [f"{THIRD}.{number}" for number in range(1200)]

        with house.open() as vault:
            by_unique_id = vault.find_each([FIRST, *others, SECOND, FIRST])
            urn = f"urn:uuid:{UUID(second.id)}"
            by_id = vault.get_each([first.id, uuid4().urn, urn])

        assert by_unique_id == {FIRST: first, SECOND: second}
        assert by_id == {first.id: first, second.id: second}

    # ------------------------------------------------------------------ withdrawn

    def test_what_is_withdrawn_is_deleted_and_its_bytes_stay(
        self, house: House
    ) -> None:
        house.file(house.deposit())
        document = house.found(FIRST)

        with house.open() as vault:
            assert vault.withdraw(document)
            found = vault.find(FIRST)

        assert found is not None
        assert found == evolve(document, status=Availability.DELETED)
        with house.open() as vault:
            assert vault.content(found) == b"<letter/>"
            assert vault.entry(found).availability_status is Availability.DELETED

    def test_a_withdrawal_done_twice_is_once(self, house: House) -> None:
        house.file(house.deposit())
        before = house.found(FIRST)

        with house.open() as vault:
            done = [vault.withdraw(before), vault.withdraw(before)]
        with house.open() as vault:
            done.append(vault.withdraw(before))

        assert done == [True, False, False]

    # ----------------------------------------------------------------- visibility

    def test_flags_change_by_themselves_at_their_moment(self, house: House) -> None:
        shown_at = house.clock.now + timedelta(days=30)
        house.file(
            house.deposit(
                flags=[HIDDEN], visible_at=shown_at, flags_then=frozenset({MASKED})
            )
        )

        document = house.found(FIRST)
        seen = [
            document.visibility(shown_at + timedelta(seconds=one)) for one in (-1, 0, 1)
        ]

        assert seen == [{HIDDEN}, {MASKED}, {MASKED}]

    def test_the_entry_says_the_flags_of_the_moment(self, house: House) -> None:
        shown_at = house.clock.now + timedelta(days=30)
        house.file(house.deposit(flags=[HIDDEN], visible_at=shown_at))

        before = house.entry(FIRST)
        house.clock.now = shown_at
        after = house.entry(FIRST)

        assert [code.code for code in before.confidentiality] == ["N", HIDDEN.value]
        assert [code.code for code in after.confidentiality] == ["N"]

    def test_flags_are_changed_now_and_from_a_moment_on(self, house: House) -> None:
        house.file(house.deposit(), house.deposit(SECOND, flags=[HIDDEN]))
        document = house.found(FIRST)
        shown_at = house.clock.now + timedelta(days=30)

        with house.open() as vault:
            vault.change_visibility(
                document,
                frozenset({HIDDEN, MASKED}),
                visible_at=shown_at,
                flags_then=frozenset({MASKED}),
                masked_by=MaskedBy.PATIENT,
            )
            at_once = vault.find(FIRST)

        assert at_once == house.found(FIRST)
        assert at_once == evolve(
            document,
            flags=frozenset({HIDDEN, MASKED}),
            visible_at=shown_at,
            flags_then=frozenset({MASKED}),
            masked_by=MaskedBy.PATIENT,
        )
        assert house.entry(FIRST).visibility == {HIDDEN, MASKED}
        assert house.found(SECOND).flags == {HIDDEN}

    def test_flags_are_taken_away(self, house: House) -> None:
        masked = house.deposit(flags=[MASKED], masked_by=MaskedBy.PATIENT)
        house.file(masked)
        document = house.found(FIRST)

        with house.open() as vault:
            vault.change_visibility(document, frozenset())

        document = house.found(FIRST)
        assert (document.flags, document.masked_by) == (frozenset(), MaskedBy.NOBODY)
        assert house.entry(FIRST).visibility == frozenset()

    # ------------------------------------------------------------- read, submitted

    def test_the_first_reading_is_remembered(self, house: House) -> None:
        house.file(house.deposit(), house.deposit(SECOND))
        document, first = house.found(FIRST), house.clock.now

        for _ in range(2):
            with house.open() as vault:
                vault.mark_read(document.id)
            house.clock.advance(hours=1)

        assert house.found(FIRST).read_at == first
        with house.open() as vault:
            unopened = vault.for_holder(
                house.patient, old=False, limit=9, unopened=True
            )
        assert [one.unique_id for one in unopened] == [SECOND]
        assert house.found(SECOND).read_at is None

    def test_a_submission_is_known_by_its_entry_uuid(self, house: House) -> None:
        uuid = uuid4()
        with house.open() as vault:
            submission_id = vault.submit(
                house.patient, make_submission(entry_uuid=uuid.urn)
            )
            vault.file(house.deposit(submission_id=submission_id))

        assert submission_id == uuid.hex
        assert house.found(FIRST).submission_id == uuid.hex

    def test_nothing_is_taken_for_a_patient_who_is_not_there(
        self, house: House
    ) -> None:
        with pytest.raises(NotFoundError), house.open() as vault:
            vault.submit("0" * 32, make_submission(entry_uuid=uuid4().urn))
        with pytest.raises(NotFoundError):
            house.file(house.deposit(patient="0" * 32))

        with house.open() as vault:
            assert vault.find(FIRST) is None

    def test_what_was_prepared_may_be_done_away_with(self, house: House) -> None:
        prepared = house.prepare(b"x" * 200_000)

        with house.open() as vault:
            if prepared is not None:
                vault.discard(prepared)

        assert house.listed() == []
