"""What professionals do in an open record: done, traced, told, and who may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import select

from gateway.core.document import Availability, Visibility
from gateway.core.reading import ReadingRefusal
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.filing.announcing import Disclosing
from gateway.dmp_bridge.masking import MaskingVault
from gateway.dmp_bridge.reading.acting import RecordActing
from gateway.dmp_bridge.reading.gathering import relation_of
from gateway.errors import NotFoundError
from gateway.evidence.arguments import EvidenceKind
from gateway.evidence.replaying import decide_again
from gateway.node.vaults import open_vaults
from gateway.rights.administrator_rules import AdministratorFault
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_rules import Relation
from gateway.rights.record_act_rules import NoAct, RecordAct
from gateway.store.base.work import Database
from gateway.store.consultations.answers import NotRead, OpenRecord, ReadDocument
from gateway.store.consultations.values import Consultation, Episode
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import Action
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from gateway.store.tasks.tasks import TaskKind
from tests.builders_settings import make_settings
from tests.dmp_bridge.reading.readers import (
    COLLEAGUE,
    DOCTOR,
    EMERGENCY,
    HOSPITAL,
    LOCUM,
    NURSE,
    ONCE,
    TEAM,
    TEAM_AGAIN,
    Ward,
)
from tests.web.mail import file, receive

R = ReadingRefusal
MASKED = frozenset({Visibility.MASKED})
HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})
SECRET = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})


@pytest.fixture
def ward(database: Database) -> Ward:
    return Ward.open(database)


def put(ward: Ward, owner: str = DOCTOR.national_id, **said: Any) -> str:
    ward.later()
    return file(ward.database, ward.patient, b"<a/>", owners=[owner], **said)


def hidden(ward: Ward, owner: str = DOCTOR.national_id, **said: Any) -> str:
    """File a result as the mail door does: hidden for a month, told in two weeks."""
    with ward.database.read() as work:
        shown = work.now + timedelta(days=30)
    found = put(ward, owner, flags=HIDDEN, visible_at=shown, **said)
    with ward.database.write() as work:
        work.tasks.add(TaskKind.DISCLOSE, found, delay=timedelta(days=14))
    return found


def act(
    ward: Ward,
    who: ReadingProfessional,
    one: Consultation,
    document: str,
    what: RecordAct,
    *,
    asked: bool = True,
) -> NoAct | NotRead | None:
    ward.read(who, one, document)
    return ward.write(
        lambda work: ward.acting.act(work, who, one.id, document, what, asked=asked)
    )


def block(
    ward: Ward, who: ReadingProfessional, one: Consultation, identity: str
) -> AdministratorFault | NotRead | None:
    return ward.write(
        lambda work: ward.acting.block(work, who, one.id, identity, "X", asked=True)
    )


def kept(ward: Ward, document: str) -> FiledDocument:
    with ward.database.read() as work:
        found = open_vaults(ward.database).within(work).get(document)
    assert found is not None
    return found


def flags(ward: Ward, document: str) -> frozenset[Visibility]:
    with ward.database.read() as work:
        now = work.now
    return kept(ward, document).visibility(now)


def told(ward: Ward) -> list[str]:
    """Return what the patient was told, readings apart."""
    with ward.database.read() as work:
        query = select(notices.c.kind).where(notices.c.profile_id == ward.patient)
        found = work.connection.execute(query.order_by(notices.c.created_at)).scalars()
        return [one for one in found if not one.startswith("read")]


def disclose(ward: Ward) -> list[str]:
    """Do what is due of hidden documents; return what the patient was told of it."""
    before = told(ward)
    step = Disclosing(make_settings(), open_vaults(ward.database))
    with ward.database.write() as work:
        due = work.tasks.claim("t", [TaskKind.DISCLOSE], 10, timedelta(minutes=1))
    for task in due:
        job = step(task)
        with ward.database.write() as work:
            job(work)
            work.tasks.finish(task, "t")
    return told(ward)[len(before) :]


def name(ward: Ward, who: ReadingProfessional = COLLEAGUE) -> None:
    with ward.database.write() as work:
        Administrators(work, ward.patient).name(who.national_id, who.name)


def acts(
    ward: Ward, who: ReadingProfessional, one: Consultation, document: str
) -> set[str]:
    found = ward.read(who, one, document)
    assert isinstance(found, ReadDocument)
    return {each.value for each in found.acts}


def test_b7_15_an_announcement_on_day_five_shows_the_document_and_says_so_once(
    ward: Ward,
) -> None:
    arrival = receive(
        ward.database,
        ward.patient,
        hidden_until=datetime(2100, 1, 1, tzinfo=UTC),
    )
    result = hidden(ward, arrival_id=arrival)
    ward.later(days=5)
    one = ward.opened(DOCTOR)

    assert acts(ward, DOCTOR, one, result) >= {"announce"}
    assert act(ward, DOCTOR, one, result, RecordAct.ANNOUNCE) is None

    assert flags(ward, result) == frozenset()
    assert disclose(ward) == ["shown"]
    with ward.database.read() as work:
        assert len(InboxReader(work).of_arrivals(ward.patient, [arrival])) == 1
    (line,) = ward.lines(Action.DOCUMENT_ANNOUNCED)
    with ward.database.read() as work:
        said = work.journal.opened(line).detail
    assert (line.subject, said["person"]) == (result, DOCTOR.name)
    assert DOCTOR.name not in str(line.kept)
    assert act(ward, DOCTOR, one, result, RecordAct.ANNOUNCE) is NoAct.NOTHING
    for days in (9, 30):
        ward.later(days=days)
        assert disclose(ward) == []


def test_without_an_announcement_the_days_of_the_law_go_on(ward: Ward) -> None:
    result = hidden(ward)
    ward.later(days=14)
    assert disclose(ward) == ["update"]
    ward.later(days=16)
    assert disclose(ward) == ["shown"]
    assert flags(ward, result) == frozenset()


def test_a_message_waits_for_all_that_it_brought(ward: Ward) -> None:
    later = datetime(2100, 1, 1, tzinfo=UTC)
    arrival = receive(ward.database, ward.patient, hidden_until=later)
    first, second = (hidden(ward, arrival_id=arrival) for _ in range(2))
    one = ward.opened(DOCTOR)

    def shown() -> int:
        with ward.database.read() as work:
            return len(InboxReader(work).of_arrivals(ward.patient, [arrival]))

    act(ward, DOCTOR, one, first, RecordAct.ANNOUNCE)
    assert shown() == 0
    act(ward, DOCTOR, one, second, RecordAct.ANNOUNCE)
    assert shown() == 1


def test_a_message_waits_for_what_an_earlier_one_brought_as_well(ward: Ward) -> None:
    later = datetime(2100, 1, 1, tzinfo=UTC)
    hidden(ward, said={"unique_id": "1.2.3"})  # as the outcome below names it
    arrival = receive(
        ward.database, ward.patient, hidden_until=later, outcome="DUPLICATE"
    )
    result = hidden(ward, arrival_id=arrival)

    act(ward, DOCTOR, ward.opened(DOCTOR), result, RecordAct.ANNOUNCE)

    assert flags(ward, result) == frozenset()
    with ward.database.read() as work:
        assert InboxReader(work).of_arrivals(ward.patient, [arrival]) == []


def test_a_mask_that_waited_for_the_announcement_comes_with_it(ward: Ward) -> None:
    result = hidden(ward)
    with ward.database.write() as work:
        MaskingVault(open_vaults(ward.database)).change(
            work, ward.patient, [result], masks=True
        )
    one = ward.opened(DOCTOR)

    assert act(ward, DOCTOR, one, result, RecordAct.ANNOUNCE) is None

    assert flags(ward, result) == MASKED


def test_a_doctor_of_the_team_announces_and_a_nurse_or_who_reads_once_does_not(
    ward: Ward,
) -> None:
    result = hidden(ward, owner="899700000999")
    nurse, locum = ward.opened(NURSE), ward.opened(LOCUM, ONCE)

    for who, one in ((NURSE, nurse), (LOCUM, locum)):
        assert act(ward, who, one, result, RecordAct.ANNOUNCE) is NoAct.NOT_THEIRS
        assert "announce" not in acts(ward, who, one, result)
    doctor = ward.opened(COLLEAGUE)
    assert act(ward, COLLEAGUE, doctor, result, RecordAct.ANNOUNCE) is None


def test_one_withdraws_what_one_wrote_and_nobody_sees_it_any_more(ward: Ward) -> None:
    mine, theirs = put(ward), put(ward, owner="899700000999")
    one = ward.opened(DOCTOR)

    assert act(ward, DOCTOR, one, theirs, RecordAct.WITHDRAW) is NoAct.NOT_THEIRS
    assert act(ward, DOCTOR, one, mine, RecordAct.WITHDRAW) is None

    assert kept(ward, mine).status is Availability.DELETED
    assert kept(ward, theirs).status is Availability.APPROVED
    assert mine not in ward.seen(DOCTOR, one, old=True)
    with ward.database.read() as work:
        tasks = [
            task.subject for task in work.tasks.listed() if task.kind == "withdraw"
        ]
        (line,) = ward.lines(Action.DOCUMENT_WITHDRAWN)
        assert work.journal.opened(line).detail["person"] == DOCTOR.name
    assert tasks == [mine]
    with pytest.raises(NotFoundError):
        act(ward, DOCTOR, one, mine, RecordAct.WITHDRAW)


def test_of_what_the_patient_never_saw_no_withdrawal_is_told(ward: Ward) -> None:
    result = hidden(ward)
    one = ward.opened(DOCTOR)

    assert act(ward, DOCTOR, one, result, RecordAct.WITHDRAW) is None

    with ward.database.read() as work:
        assert all(task.kind != "withdraw" for task in work.tasks.listed())


def test_an_author_masks_at_the_patients_request_and_shows_again(ward: Ward) -> None:
    mine = put(ward)
    one = ward.opened(DOCTOR)

    unasked = act(ward, DOCTOR, one, mine, RecordAct.MASK, asked=False)
    assert unasked is NoAct.NOT_ASKED
    assert flags(ward, mine) == frozenset()
    assert act(ward, DOCTOR, one, mine, RecordAct.MASK) is None
    assert flags(ward, mine) == MASKED
    assert "show" in acts(ward, DOCTOR, one, mine)
    assert act(ward, DOCTOR, one, mine, RecordAct.MASK) is NoAct.NOTHING
    assert told(ward) == ["masked"]
    with ward.database.read() as work:
        fact = Profiles(work).changes(ward.patient)[-1]
    assert (fact.what, fact.who, fact.by) == ("mask", "professional", DOCTOR.name)
    assert fact.means == "portal"

    assert act(ward, DOCTOR, one, mine, RecordAct.SHOW) is None
    assert flags(ward, mine) == frozenset()


def test_b7_35_the_administrator_masks_anothers_document_traced_told_and_undone(
    ward: Ward,
) -> None:
    theirs = put(ward, owner="899700000999")
    name(ward)
    one = ward.opened(COLLEAGUE)

    assert act(ward, COLLEAGUE, one, theirs, RecordAct.MASK) is None

    assert flags(ward, theirs) == MASKED
    assert theirs in ward.seen(COLLEAGUE, one)
    assert theirs not in ward.seen(DOCTOR, ward.opened(DOCTOR))
    assert told(ward) == ["administered"]
    line = ward.lines(Action.DOCUMENT_MASKED)[-1]
    with ward.database.read() as work:
        said = work.journal.opened(line).detail
    assert (said["who"], said["person"]) == ("professional", COLLEAGUE.name)
    assert COLLEAGUE.name not in str(line.kept)
    with ward.database.write() as work:
        vault = MaskingVault(open_vaults(ward.database))
        vault.change(work, ward.patient, [theirs], masks=False)
    assert flags(ward, theirs) == frozenset()


def test_an_ended_administrator_masks_nothing_more(ward: Ward) -> None:
    theirs = put(ward, owner="899700000999")
    name(ward)
    one = ward.opened(COLLEAGUE)
    ward.read(COLLEAGUE, one, theirs)
    with ward.database.write() as work:
        Administrators(work, ward.patient).end(COLLEAGUE.national_id)

    found = ward.write(
        lambda work: ward.acting.act(
            work, COLLEAGUE, one.id, theirs, RecordAct.MASK, asked=True
        )
    )

    # Nobody asked for the agreement of the team, which an administrator does not need.
    assert found == NotRead(R.CONSENT_MISSING)
    assert flags(ward, theirs) == frozenset()
    assert told(ward) == []


def test_what_was_not_opened_or_is_another_patients_is_not_there(ward: Ward) -> None:
    mine = put(ward)
    one = ward.opened(DOCTOR)

    for document in (mine, "0" * 32):
        with pytest.raises(NotFoundError), ward.database.write() as work:
            ward.acting.act(work, DOCTOR, one.id, document, RecordAct.WITHDRAW)
    assert kept(ward, mine).status is Availability.APPROVED


def test_a_block_ends_what_may_be_done_as_well(ward: Ward) -> None:
    mine = put(ward)
    one = ward.opened(DOCTOR)
    ward.read(DOCTOR, one, mine)
    with ward.database.write() as work:
        Decisions(work).block(ward.patient, DOCTOR.national_id)

    found = ward.write(
        lambda work: ward.acting.act(
            work, DOCTOR, one.id, mine, RecordAct.MASK, asked=True
        )
    )

    assert found == NotRead(R.BLOCKED)
    assert flags(ward, mine) == frozenset()


def test_a_mask_of_a_secret_is_told_to_no_representative(ward: Ward) -> None:
    mine = put(ward, flags=SECRET)
    one = ward.opened(DOCTOR)

    assert act(ward, DOCTOR, one, mine, RecordAct.MASK) is None

    assert flags(ward, mine) == MASKED | SECRET
    with ward.database.read() as work:
        kinds = list(work.connection.execute(select(notices.c.kind)).scalars())
    assert "represented" not in kinds


def test_the_administrator_blocks_somebody_which_is_traced_and_told(ward: Ward) -> None:
    name(ward)
    one = ward.opened(COLLEAGUE)

    assert block(ward, COLLEAGUE, one, "1750803447") is None
    assert block(ward, COLLEAGUE, one, "1750803447") is None
    for oneself in (COLLEAGUE.national_id, HOSPITAL):
        assert block(ward, COLLEAGUE, one, oneself) is AdministratorFault.ONESELF

    assert told(ward) == ["administered"]
    with ward.database.read() as work:
        assert Profiles(work).rights(ward.patient).blocked == {"1750803447"}
        changes = Profiles(work).changes(ward.patient)
    facts = [(one.who, one.by) for one in changes if one.what == "block"]
    assert facts == [("professional", COLLEAGUE.name)]


def test_nobody_else_blocks_nor_does_the_administrator_in_an_emergency(
    ward: Ward,
) -> None:
    name(ward)
    doctor, urgent = ward.opened(DOCTOR), ward.opened(COLLEAGUE, EMERGENCY)

    for who, one in ((DOCTOR, doctor), (COLLEAGUE, urgent)):
        assert block(ward, who, one, "1750803447") is AdministratorFault.NOT_NAMED
    with ward.database.read() as work:
        assert Profiles(work).rights(ward.patient).blocked == frozenset()


def test_so_many_are_blocked_and_no_more(database: Database) -> None:
    ward = Ward.open(database)
    settings = make_settings(web={"max_blocks": 1})
    ward.reading = evolve(ward.reading, settings=settings)
    name(ward)
    one = ward.opened(COLLEAGUE)

    assert block(ward, COLLEAGUE, one, "1750803447") is None
    assert block(ward, COLLEAGUE, one, "1750803448") is AdministratorFault.ENOUGH


def test_a_reading_is_as_the_administrator_while_the_patient_says_so(
    ward: Ward,
) -> None:
    def relation() -> Relation:
        with ward.database.read() as work:
            return relation_of(work, COLLEAGUE, ward.patient, None)

    assert relation() is Relation.NONE
    name(ward, DOCTOR)
    assert relation() is Relation.NONE
    name(ward)
    assert relation() is Relation.ADMINISTRATOR


# ---------------------------------------------------------------- follow-ups


def follow(
    ward: Ward, who: ReadingProfessional, one: Consultation
) -> Episode | NotRead:
    return ward.write(lambda work: ward.acting.open_episode(work, who, one.id))


def end(ward: Ward, who: ReadingProfessional, one: Consultation) -> bool | NotRead:
    return ward.write(lambda work: ward.acting.close_episode(work, who, one.id))


def episodes(ward: Ward, who: ReadingProfessional, one: Consultation) -> int:
    with ward.database.read() as work:
        found = ward.reading.record(work, who, one.id)
    assert isinstance(found, OpenRecord)
    return len(found.episodes)


def test_a_new_episode_asks_the_information_anew_and_its_end_the_agreement(
    ward: Ward,
) -> None:
    """The patient is told at each new episode of care."""
    untold = evolve(TEAM_AGAIN, informed=False)
    one = ward.opened(DOCTOR)

    first = follow(ward, DOCTOR, one)
    assert isinstance(first, Episode)
    assert follow(ward, DOCTOR, one) == first
    assert ward.why(COLLEAGUE, untold) is R.NOT_INFORMED
    ward.opened(COLLEAGUE, TEAM_AGAIN)
    assert ward.why(NURSE, untold) is None
    assert end(ward, DOCTOR, one) is True

    assert ward.listed(DOCTOR, one) == NotRead(R.ENDED)
    assert end(ward, DOCTOR, one) == NotRead(R.ENDED)
    assert ward.why(COLLEAGUE, TEAM_AGAIN) is R.CONSENT_EXPIRED
    second = follow(ward, DOCTOR, ward.opened(DOCTOR, TEAM))
    assert second != first
    assert [one.action for one in ward.lines("episode:")] == [
        Action.EPISODE_OPENED,
        Action.EPISODE_CLOSED,
        Action.EPISODE_OPENED,
    ]


def test_one_sees_the_follow_ups_of_ones_own_team_and_of_no_other(ward: Ward) -> None:
    doctor, locum = ward.opened(DOCTOR), ward.opened(LOCUM)
    follow(ward, DOCTOR, doctor)

    assert episodes(ward, DOCTOR, doctor) == 1
    assert episodes(ward, LOCUM, locum) == 0
    assert end(ward, LOCUM, locum) is False


def test_in_an_emergency_no_follow_up_begins(ward: Ward) -> None:
    urgent = ward.opened(DOCTOR, EMERGENCY)

    assert follow(ward, DOCTOR, urgent) == NotRead(R.CONSENT_MISSING)
    assert ward.lines("episode:") == []


def test_documents_are_listed_by_the_days_of_a_follow_up(ward: Ward) -> None:
    def cared(days: int) -> str:
        with ward.database.read() as work:
            moment = work.now + timedelta(days=days)
        return put(ward, said={"service_start_time": moment})

    before, within, after = cared(-3), cared(2), cared(30)
    one = ward.opened(DOCTOR)
    episode = follow(ward, DOCTOR, one)
    assert isinstance(episode, Episode)

    assert ward.seen(DOCTOR, one, episode_id=episode.id) == {within, after}
    assert ward.seen(DOCTOR, one, episode_id="0" * 32) == {before, within, after}
    ward.later(days=4)
    one = ward.opened(DOCTOR, TEAM_AGAIN)
    end(ward, DOCTOR, one)
    one = ward.opened(DOCTOR)
    assert ward.seen(DOCTOR, one, episode_id=episode.id) == {within}


# ---------------------------------------------------------------- on what it rests


def decisions(ward: Ward, subject: str) -> list[KeptDecisions]:
    """Return what was kept about a document or a consultation, but of reading it."""
    with ward.database.read() as work:
        found = EvidenceReader(work).about(subject)
    return [one for one in found if one.parts[0].kind is not EvidenceKind.VIEWING]


def vouched(ward: Ward, kept: KeptDecisions) -> set[str]:
    """Return the actions of the lines that name a decision, each of which vouches."""
    lines = [one for one in ward.lines() if one.detail.get("decision") == kept.id]
    assert {one.detail["evidence"] for one in lines} <= set(kept.digests)
    assert decide_again(kept.parts) == tuple(one.decided for one in kept.parts)
    assert kept.circumstances.identity
    return {one.action for one in lines}


@pytest.mark.parametrize(
    ("what", "actions"),
    [
        (RecordAct.ANNOUNCE, {Action.DOCUMENT_ANNOUNCED}),
        (RecordAct.WITHDRAW, {Action.DOCUMENT_WITHDRAWN}),
        (RecordAct.MASK, {Action.DOCUMENT_MASKED, Action.PROFILE_CHANGED}),
        (RecordAct.SHOW, {Action.DOCUMENT_UNMASKED, Action.PROFILE_CHANGED}),
        (RecordAct.REPLACE, {Action.VERSION_BROUGHT}),
    ],
)
def test_what_is_done_with_a_document_is_kept_with_what_it_rests_on(
    ward: Ward, what: RecordAct, actions: set[str]
) -> None:
    if what is RecordAct.ANNOUNCE:
        mine = hidden(ward)
    else:
        mine = put(ward, flags=MASKED if what is RecordAct.SHOW else frozenset())
    one = ward.opened(DOCTOR)

    if what is RecordAct.REPLACE:
        ward.read(DOCTOR, one, mine)
        assert ward.write(lambda work: ward.acting.replace(work, DOCTOR, one.id, mine))
    else:
        assert act(ward, DOCTOR, one, mine, what) is None

    (kept_of_it,) = decisions(ward, mine)
    assert vouched(ward, kept_of_it) == actions
    (part,) = kept_of_it.parts
    assert (part.kind, part.outcome) == (EvidenceKind.ACT, "")
    assert part.arguments.done.act is what
    assert part.patient_settings
    assert kept_of_it.circumstances.identity == DOCTOR.national_id


@pytest.mark.parametrize("what", RecordAct)
def test_what_is_refused_with_a_document_is_kept_as_well(
    ward: Ward, what: RecordAct
) -> None:
    theirs = put(ward, owner="899700000999")
    one = ward.opened(NURSE)

    if what is RecordAct.REPLACE:
        ward.read(NURSE, one, theirs)
        assert not ward.write(
            lambda work: ward.acting.replace(work, NURSE, one.id, theirs)
        )
    else:
        assert act(ward, NURSE, one, theirs, what) is NoAct.NOT_THEIRS

    (kept_of_it,) = decisions(ward, theirs)
    assert vouched(ward, kept_of_it) == {Action.ACT_REFUSED}
    (line,) = ward.lines(Action.ACT_REFUSED)
    assert (line.outcome, line.subject) == ("not theirs", theirs)
    assert line.detail["act"] == what.value
    with ward.database.read() as work:
        assert work.journal.opened(line).detail["person"] == NURSE.name
    assert NURSE.name not in str(line.kept)
    assert told(ward) == []


def test_of_what_is_not_opened_nothing_is_replaced_and_nothing_kept(ward: Ward) -> None:
    mine = put(ward)
    one = ward.opened(DOCTOR)

    assert not ward.write(lambda work: ward.acting.replace(work, DOCTOR, one.id, mine))
    ward.end(DOCTOR, one)
    assert not ward.write(lambda work: ward.acting.replace(work, DOCTOR, one.id, mine))

    assert decisions(ward, mine) == []
    assert ward.lines(Action.ACT_REFUSED) == []


def test_follow_ups_and_blocks_are_kept_by_their_consultation(ward: Ward) -> None:
    name(ward)
    doctor, colleague = ward.opened(DOCTOR), ward.opened(COLLEAGUE)

    for _ in range(2):
        follow(ward, DOCTOR, doctor)
        block(ward, COLLEAGUE, colleague, "1750803447")
    block(ward, DOCTOR, doctor, "1750803447")
    assert end(ward, DOCTOR, doctor) is True
    urgent = ward.opened(LOCUM, EMERGENCY)
    follow(ward, LOCUM, urgent)

    found = {
        one: [
            (kept.parts[0].kind.value, kept.parts[0].outcome, vouched(ward, kept))
            for kept in decisions(ward, one.id)
        ]
        for one in (doctor, colleague, urgent)
    }
    refused = {Action.ACT_REFUSED}
    assert found[doctor] == [
        ("follow-up", "", {Action.EPISODE_OPENED}),
        ("follow-up", "nothing", refused),
        ("block", "not named", refused),
        ("follow-up", "", {Action.EPISODE_CLOSED, Action.AGREEMENT_ENDED}),
    ]
    # Again tells nobody anything, and nothing of it is kept.
    assert found[colleague] == [("block", "", {Action.PROFILE_CHANGED})]
    assert found[urgent] == [("follow-up", "emergency", refused)]
    assert ward.lines(Action.ACT_REFUSED)[-1].detail["act"] == "follow-up-open"


def test_a_flood_of_refused_acts_leaves_what_the_settings_say(ward: Ward) -> None:
    theirs = put(ward, owner="899700000999")
    settings = make_settings(
        reading={"refusals_kept_per_hour": 2, "refusals_per_professional_per_hour": 3}
    )
    acting = RecordActing(evolve(ward.reading, settings=settings))
    one, other = ward.opened(NURSE), ward.opened(DOCTOR)
    for who, consultation in ((NURSE, one), (DOCTOR, other)):
        ward.read(who, consultation, theirs)

    def refused(who: ReadingProfessional, consultation: Consultation) -> None:
        why = ward.write(
            lambda work: acting.act(
                work, who, consultation.id, theirs, RecordAct.WITHDRAW
            )
        )
        assert why is NoAct.NOT_THEIRS

    for _ in range(5):
        refused(NURSE, one)
    refused(DOCTOR, other)  # whoever floods hides nobody else

    assert ["decision" in one.detail for one in ward.lines(Action.ACT_REFUSED)] == [
        True,
        True,
        False,
        False,
    ]
    assert len(decisions(ward, theirs)) == 2
    assert acting.refusals.not_said() == {"not_kept_before": 2, "not_noted_before": 2}
