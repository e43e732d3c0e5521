"""Filing in whole stories: twins, the same letter again, and what a patient opposes."""

from __future__ import annotations

import json
from typing import Any

from gateway.core.document import Availability
from gateway.core.envelope import Sender, SenderKind
from gateway.core.reasons import Reason
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.dmp_bridge.filing.story import DOCTOR, STRUCTURE, Story

HORMONES = "Traitement par testostérone"


def letter(**changes: Any) -> bytes:
    return make_mail(as_xdm(pack(make_cda(**changes))))


def states(story: Story) -> dict[str, Availability]:
    """Return where each document stands, by its identifier."""
    with story.database.read() as work:
        listed = story.vault(work).listed(story.profile_id)
        return {one.unique_id: one.status for one in listed}


def test_b7_20_of_twins_whose_numbers_were_changed_over_the_given_name_tells(
    database: Database,
) -> None:
    """Same name, day, sex and place of birth; the number is of the other one."""
    story = Story.begin(database)

    told = story.send(letter(given_names="CAMILLE", first_given="CAMILLE"))

    assert told.codes == [Reason.TRAITS_MISMATCH]
    assert told.kept.state == "quarantined"
    assert not told.deliver
    assert story.entries() == []


def test_b7_21_a_letter_sent_again_is_one_document_and_told_as_a_repeat(
    database: Database,
) -> None:
    story = Story.begin(database)

    first, again = story.send(letter()), story.send(letter())

    assert (first.codes, again.codes) == ([Reason.FILED], [Reason.DUPLICATE])
    assert len(story.entries()) == 1
    assert again.kept.state != "quarantined"


def test_b7_23_what_a_patient_opposes_is_not_filed_and_no_reason_of_theirs_is_kept(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.oppose(kind="structure", structure=STRUCTURE, type_code="11490-0")

    told = story.send(letter(title=HORMONES))

    assert told.codes == [Reason.OPPOSITION_ON_RECORD]
    assert story.entries() == []
    lines = story.lines()
    assert "document:decide" in {one.action for one in lines}
    for one in lines:
        said = json.dumps(dict(one.detail), default=str, ensure_ascii=False)
        assert HORMONES not in said
        assert not {"reason", "why"} & set(one.detail)


def test_b7_06_a_professional_whom_the_patient_blocked_files_nothing(
    database: Database,
) -> None:
    story = Story.begin(database)
    with database.write() as work:
        Decisions(work).block(story.profile_id, DOCTOR.identity)

    told = story.send(letter(), sender=DOCTOR)

    assert told.codes == [Reason.SENDER_BLOCKED]
    assert not told.deliver
    assert story.entries() == []


def test_b7_22_the_authors_version_takes_the_place_and_nobody_elses_does(
    database: Database,
) -> None:
    story = Story.begin(database)
    first = letter()
    story.send(first)
    second: dict[str, Any] = {
        "unique_id": (f"{SET}.2", ""),
        "version": 2,
        "replaces": f"{SET}.1",
    }
    stranger = Sender(kind=SenderKind.ORGANISATION, identity="1990000001")

    refused = story.send(
        letter(**second, structure_id="1990000001", author_id="899700000025"),
        sender=stranger,
    )
    before = states(story)
    replaced = story.send(letter(**second))

    assert refused.codes == [Reason.REPLACE_FORBIDDEN]
    assert before == {f"{SET}.1": Availability.APPROVED}
    assert replaced.codes == [Reason.REPLACED]
    assert states(story) == {
        f"{SET}.1": Availability.DEPRECATED,
        f"{SET}.2": Availability.APPROVED,
    }
