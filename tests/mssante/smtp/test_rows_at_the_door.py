"""Rows 3 to 8 asked at a door and in the filing, of the same database: they agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from gateway.clock import utc_now
from gateway.core.envelope import Door
from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.evidence.arguments import Answered
from gateway.evidence.replaying import decide_again
from gateway.message.address import read_address
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.admitted import AdmittedSender, Refused
from gateway.rights.profile import ProfileState
from gateway.settings.file import FilingSettings
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.trust.space import TrustSpace
from tests.builders_people import MATRICULE, TEST_RANGE, TRAITS, open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.filing.story import OPERATOR, Story
from tests.mssante.smtp.doors import PEER
from tests.pki import der_of

WRONG_KEY = "222127505611201"  # one of the ANS's own
OTHER = "277076322082910"


@pytest.fixture
def admission(database: Database, pki_folder: Path) -> Admission:
    open_profile(database)
    settings = make_settings(pki_folder)
    return Admission(
        database=database,
        trust=TrustSpace(settings.trust, utc_now),
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=1000,
    )


SETTINGS: list[dict[str, Any]] = [
    {},
    {"refuse_wrong_test_key": True},
    {"blocked_may_file": True},
    {"blocked_may_write": True},
]


@pytest.mark.parametrize("filing", SETTINGS, ids=str)
@pytest.mark.parametrize("blocked", ["", PEER, "300000000000022"])
@pytest.mark.parametrize("number", [MATRICULE, WRONG_KEY])
def test_the_door_and_the_filing_agree_on_every_profile(
    admission: Admission, number: str, blocked: str, filing: dict[str, Any]
) -> None:
    with admission.database.write() as work:
        found = Profiles(work).find(number)
        profile_id = (
            found.id
            if found
            else Profiles(work).add(
                Ins.of(number, TEST_RANGE), TRAITS, state="ACTIVATED"
            )
        )
        if blocked:
            Decisions(work).block(profile_id, blocked)
    door = evolve(admission, filing=FilingSettings(**filing))
    sender = door.admit_sender(Door.OPERATOR, der_of("peer"), read_address(PEER))
    assert isinstance(sender, AdmittedSender)
    story = Story.begin(admission.database, ins=OTHER, filing={**filing})
    story.profile_id = profile_id
    agreed: dict[str, Any] = {}
    for state in ProfileState:
        story.change(state=state.value)

        answer = door.admit_recipient(
            sender, read_address(f"{number}@patient.mssante.test")
        )
        told = story.send(
            b"From: dr.voisin@peer.mssante.test\r\n\r\nBonjour\r\n",
            sender=evolve(OPERATOR, identity="300000000000022"),
        )

        if isinstance(answer, Refused):
            assert told.outcome == answer.code
            refusal = answer.refusal
            assert refusal is not None
            assert refusal.sender == sender.sender
            assert refusal.profile_id == profile_id
            assert int(refusal.part.patient_settings) > 1
            assert decide_again([refusal.part]) == (Answered((answer.code,)),)
            later = answer.code == Reason.PROFILE_SUSPENDED
            assert answer.reply is (replies.TRY_LATER if later else replies.REFUSED)
        else:
            only_to_file = filing.get("blocked_may_file") and blocked
            expected = Reason.SENDER_BLOCKED if only_to_file else Reason.MESSAGE_ONLY
            assert told.outcome == expected
        agreed[state] = isinstance(answer, Refused)
    lenient = filing.get("blocked_may_file") or filing.get("blocked_may_write")
    wrong = filing.get("refuse_wrong_test_key") and number == WRONG_KEY
    refused = bool(wrong or (blocked and not lenient))
    assert agreed[ProfileState.ACTIVATED] is refused
    assert agreed[ProfileState.OPEN_NOT_ACTIVATED] is refused
