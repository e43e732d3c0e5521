"""Each thing that SQL alone once opened, tried again: it opens nothing, and is told."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import text

from gateway.errors import AlteredError, DamagedError
from gateway.metrics import ALTERED
from gateway.store.accesses.accesses import Accesses
from gateway.store.accesses.reading import AccessReader
from gateway.store.altered import AlteredRows
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.outcomes import Outcomes
from gateway.store.arrivals.values import DocumentOutcome
from gateway.store.base.work import Database
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.sent_copies import SentCopies
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.reading import MailReading
from gateway.store.operators.requests import Requests
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.standing import find_standing
from gateway.store.patients.web_sessions import WebSessions, new_cookie
from gateway.store.vault.documents import Documents
from tests.builders_people import INS
from tests.fakes import SetClock
from tests.logged import lines_logged
from tests.mssante.post import DOCTOR, NEVER, PATIENT, PEER, SERVICE, mail
from tests.store.test_altered import LIFE, OTHER, World


@pytest.fixture
def world(database: Database, clock: SetClock) -> World:
    return World.make(database, clock)


def write(world: World, statement: str, **values: Any) -> None:
    """Write as somebody does who has the database and no key."""
    with world.database.engine.begin() as connection:
        connection.execute(text(statement), values)


def found(world: World) -> list[str]:
    with world.database.read() as work:
        return AlteredRows(work).find()


def test_a_session_made_by_hand_opens_no_vault(world: World) -> None:
    cookie = new_cookie()
    far = 4_000_000_000_000_000
    write(
        world,
        "INSERT INTO web_sessions (digest, stage, account_id, created_at, seen_at, "
        "expires_at) VALUES (:digest, 'open', :account, 0, :far, :far)",
        digest=hashlib.sha256(cookie.encode()).hexdigest(),
        account=world.accounts[0],
        far=far,
    )

    with world.database.read() as work:
        assert WebSessions(work, LIFE).find(cookie) is None
    assert found(world)


def test_a_session_that_was_copied_to_another_account_opens_nothing(
    world: World,
) -> None:
    write(
        world,
        "UPDATE web_sessions SET account_id = :other WHERE account_id = :own",
        own=world.accounts[0],
        other=world.accounts[1],
    )

    with world.database.read() as work, pytest.raises(AlteredError):
        WebSessions(work, LIFE).find(world.cookies[0])
    assert found(world)


def test_an_account_that_was_moved_opens_nobody_elses_vault(world: World) -> None:
    write(world, "DELETE FROM web_sessions")
    write(world, "DELETE FROM one_time_codes")
    write(world, "DELETE FROM trusted_devices")
    write(world, "DELETE FROM devices")
    write(world, "DELETE FROM passkeys")
    write(world, "DELETE FROM accounts WHERE id = :id", id=world.accounts[1])
    write(
        world,
        "UPDATE accounts SET profile_id = :other WHERE id = :id",
        id=world.accounts[0],
        other=world.patients[1],
    )

    with world.database.read() as work:
        with pytest.raises(AlteredError):
            Accounts(work).find("patient0")
        with pytest.raises(AlteredError):
            Accounts(work).profile_of(world.accounts[0])
    what = sorted(line.partition("/")[0] for line in found(world))
    assert what == ["accounts", "accounts", "passkeys", "passkeys"]


def test_a_document_is_not_given_to_another_patient(world: World) -> None:
    own, other = world.patients
    mine = world.documents[0]
    write(
        world,
        "UPDATE documents SET profile_id = :other WHERE id = :id",
        id=mine,
        other=other,
    )

    with world.database.read() as work:
        listed = Documents(work).for_holder(other, old=True, limit=50)
        assert mine not in {one.facts.id for one in listed}
        assert mine not in {one.facts.id for one in Documents(work).listed(own)}
        with pytest.raises(AlteredError):
            Documents(work).get(mine)
    assert [one for one in found(world) if mine in one]


def test_a_patients_mail_is_not_sent_to_another(world: World) -> None:
    own, other = world.patients
    digest = "UPDATE profiles SET ins_digest = :digest WHERE id = :id"
    with world.database.read() as work:
        query = text("SELECT ins_digest FROM profiles WHERE id = :id")
        first = work.connection.execute(query, {"id": own}).scalar_one()
    write(world, digest, id=own, digest="0" * 64)
    write(world, digest, id=other, digest=first)

    with pytest.raises(AlteredError):
        find_standing(world.database, INS.matricule, names={SERVICE})
    with world.database.read() as work, pytest.raises(AlteredError):
        Profiles(work).find(INS.matricule)
    assert len(found(world)) == 2


def test_a_holder_written_by_hand_opens_no_mailbox(world: World) -> None:
    mailbox = world.post.mailboxes[DOCTOR]
    write(
        world,
        "INSERT INTO mailbox_holders (mailbox_id, identity) VALUES (:box, 'mallory')",
        box=mailbox,
    )

    with world.database.read() as work:
        boxes = Mailboxes(work)
        assert boxes.held_by("mallory") == []
        assert [one.address for one in boxes.held_by("1750000011")] == [SERVICE]
        with pytest.raises(AlteredError):
            boxes.find(DOCTOR)
    assert found(world)


def test_one_document_is_not_shown_for_another(world: World) -> None:
    first, second = world.documents[:2]
    with world.database.read() as work:
        query = text("SELECT blob_id FROM documents WHERE id = :id")
        blob = {
            one: work.connection.execute(query, {"id": one}).scalar_one()
            for one in (first, second)
        }
    swap = "UPDATE documents SET blob_id = :blob WHERE id = :id"
    write(world, swap, id=first, blob=blob[second])
    write(world, swap, id=second, blob=blob[first])

    with world.database.read() as work:
        for one in (first, second):
            with pytest.raises(AlteredError):
                Documents(work).get(one)
    assert len(found(world)) == 2


def test_the_addresses_of_recipients_do_not_change_places(world: World) -> None:
    letter = world.letters[0]
    with world.database.read() as work:
        query = text(
            "SELECT address FROM recipients WHERE arrival_id = :id ORDER BY position"
        )
        first, second = work.connection.execute(query, {"id": letter}).scalars()
    swap = "UPDATE recipients SET address = :a WHERE arrival_id = :id AND position = :p"
    write(world, swap, a=second, id=letter, p=0)
    write(world, swap, a=first, id=letter, p=1)

    with world.database.read() as work, pytest.raises(AlteredError):
        Arrivals(work).get(letter)
    assert len(found(world)) == 2


def test_a_recipient_who_is_taken_away_is_missed(world: World) -> None:
    letter = world.letters[0]
    write(
        world,
        "DELETE FROM recipients WHERE arrival_id = :id AND position = 1",
        id=letter,
    )

    with world.database.read() as work, pytest.raises(AlteredError):
        Arrivals(work).get(letter)
    assert found(world)


def test_a_block_that_is_taken_away_lets_nobody_in(world: World) -> None:
    write(world, "DELETE FROM blocks WHERE profile_id = :id", id=world.patients[0])

    with pytest.raises(AlteredError):
        find_standing(world.database, INS.matricule, names={SERVICE})
    with world.database.read() as work, pytest.raises(AlteredError):
        Profiles(work).rights(world.patients[0])
    with world.database.write() as work, pytest.raises(AlteredError):
        Decisions(work).block(world.patients[0], SERVICE)  # it is not bound anew
    assert found(world)


def test_a_row_without_its_mac_is_believed_no_more_once_all_are_bound(
    world: World,
) -> None:
    write(world, "UPDATE profiles SET row_mac = NULL, sets = NULL, state = 'OPENED'")
    write(world, "UPDATE documents SET row_mac = NULL")
    write(world, "DELETE FROM carried")

    with pytest.raises(AlteredError):
        find_standing(world.database, OTHER, names={SERVICE})
    with world.database.read() as work:
        with pytest.raises(AlteredError):
            Profiles(work).find(OTHER)
        assert Documents(work).listed(world.patients[0]) == []
    assert len(found(world)) > 4


def test_the_operator_is_told_without_a_word_about_the_patient(world: World) -> None:
    changed = "UPDATE accounts SET password = 'x' WHERE id = :id"
    write(world, changed, id=world.accounts[0])

    counted = ALTERED.labels("accounts")
    before = counted._value.get()
    with (
        lines_logged() as lines,
        world.database.read() as work,
        pytest.raises(AlteredError) as raised,
    ):
        Accounts(work).find("patient0")
    assert raised.value.public == "try again later"
    assert lines == [
        "error accounts: a row that was altered: somebody else wrote to the database; "
        "see gateway journal verify"
    ]
    assert counted._value.get() == before + 1


def test_a_message_that_is_moved_to_another_mailbox_is_not_read_there(
    world: World,
) -> None:
    theirs, mine = (world.post.mailboxes[one] for one in (DOCTOR, SERVICE))
    with world.database.write() as work:
        inboxes = {box: Folders(work).ensure(box)[0].id for box in (theirs, mine)}
    write(
        world,
        "UPDATE mail_items SET folder_id = :mine WHERE folder_id = :theirs",
        mine=inboxes[mine],
        theirs=inboxes[theirs],
    )

    with world.database.read() as work:
        assert list(MailReading(work).items(inboxes[mine])) == []
    assert found(world) == ["mail_items: 2 are in a mailbox that is not theirs"]


def test_a_folder_that_is_moved_to_another_mailbox_is_not_read_there(
    world: World,
) -> None:
    theirs, mine = (world.post.mailboxes[one] for one in (DOCTOR, SERVICE))
    write(
        world, "UPDATE folders SET name = name || ' 2' WHERE mailbox_id = :id", id=mine
    )
    write(
        world,
        "UPDATE folders SET mailbox_id = :mine WHERE mailbox_id = :theirs",
        mine=mine,
        theirs=theirs,
    )

    with world.database.read() as work:
        for folder in Folders(work).listed(mine):
            assert list(MailReading(work).items(folder.id)) == []
    assert found(world)


def test_a_message_that_is_moved_to_another_patient_is_not_read_there(
    world: World,
) -> None:
    own, other = world.patients
    write(
        world,
        "UPDATE conversations SET profile_id = :other WHERE profile_id = :own",
        own=own,
        other=other,
    )
    write(
        world,
        "UPDATE inbox_messages SET profile_id = :other WHERE profile_id = :own",
        own=own,
        other=other,
    )

    with world.database.read() as work:
        query = text("SELECT id FROM conversations WHERE profile_id = :id")
        (conversation,) = work.connection.execute(query, {"id": other}).scalars()
        with pytest.raises(DamagedError):
            InboxReader(work).messages(other, conversation)
    assert found(world) == ["inbox_messages: 2 are with a patient not their own"]


def test_what_became_of_anothers_documents_is_not_told(world: World) -> None:
    letter, (own, other) = world.letters[0], world.patients
    one = DocumentOutcome(recipient=0, position=0, unique_id="1.2", outcome="FILED")
    with world.database.write() as work:
        Arrivals(work).record_documents(letter, [one])
    with world.database.read() as work:
        assert list(Outcomes(work, own).of([letter])) == [letter]
    write(
        world,
        "UPDATE recipients SET target_id = :other WHERE target_id = :own",
        own=own,
        other=other,
    )

    with world.database.read() as work:
        for patient in (own, other):
            assert Outcomes(work, patient).of([letter]) == {}
    assert found(world)


def test_whom_another_patient_wrote_to_is_not_told(world: World) -> None:
    world.post.peer.answer = NEVER
    sent = world.post.send(
        mail(sender=PATIENT),
        world.post.remote(PEER),
        sender=world.post.own,
        reverse_path=PATIENT,
    )
    own, other = world.patients

    with world.database.read() as work:
        assert list(SentCopies(work, own).astray([sent])) == [sent]
        assert SentCopies(work, other).astray([sent]) == {}
    write(
        world,
        "UPDATE recipients SET outcome = 'EXPIRED' WHERE arrival_id = :id",
        id=sent,
    )
    with world.database.read() as work:
        assert SentCopies(work, own).astray([sent]) == {}
    assert found(world)


def test_an_access_that_is_lengthened_or_widened_opens_no_document(
    world: World,
) -> None:
    own, other = world.documents[1], world.documents[3]
    write(world, "UPDATE accesses SET ends_at = ends_at + 86400000000")

    with world.database.read() as work:
        for what in (own, other):
            with pytest.raises(AlteredError):
                Accesses(work, account="anne").opening(what)
    assert len(found(world)) == 2


def test_an_access_that_is_said_to_be_reviewed_is_counted_all_the_same(
    world: World,
) -> None:
    write(world, "UPDATE accesses SET review_by = NULL, verdict = 'fine'")

    with world.database.read() as work:
        assert AccessReader(work).unreviewed().altered == 2
    assert len(found(world)) == 2


def test_an_access_that_is_written_by_hand_opens_nothing(world: World) -> None:
    write(
        world,
        "INSERT INTO accesses (id, profile_id, key_id, cause, said, asked_by, "
        "asked_at, begun_at, ends_at) SELECT 'x', profile_id, key_id, cause, said, "
        "'mallory', asked_at, begun_at, ends_at FROM accesses WHERE profile_id = :id",
        id=world.patients[0],
    )

    with world.database.read() as work:
        with pytest.raises(AlteredError):
            Accesses(work, account="mallory").opening(world.documents[1])
        assert Accesses(work, account="anne").opening(world.documents[1])
    assert len(found(world)) == 1


def test_a_request_that_was_put_back_or_altered_is_not_carried_out(
    world: World,
) -> None:
    """Whoever writes the database is neither of the two persons."""
    first, second = world.requests
    with world.database.read() as work:
        query = text("SELECT state, row_mac FROM operator_requests WHERE id = :id")
        before = work.connection.execute(query, {"id": second}).one()
    world.moves_on()
    write(
        world,
        "UPDATE operator_requests SET state = :state, row_mac = :mac, ended_at = NULL "
        "WHERE id = :id",
        id=second,
        state=before.state,
        mac=before.row_mac,
    )
    write(
        world,
        "UPDATE operator_requests SET asked_by = 99 WHERE id = :id",
        id=first,
    )

    with world.database.write() as work:
        requests = Requests(work)
        taken_back = requests.get(second)
        assert taken_back.facts.state == "waiting"  # as it was: its MAC is its own
        with pytest.raises(AlteredError, match="put back"):
            requests.confirm(taken_back, login=7, by="bob (keys)")
        with pytest.raises(AlteredError):
            requests.get(first)
        shown, altered = requests.listed()
        assert ([one.id for one in shown], altered) == ([second], 1)
    assert len(found(world)) == 2


def test_a_request_made_by_hand_or_given_anothers_words_is_not_carried_out(
    world: World,
) -> None:
    first, second = world.requests
    write(
        world,
        "INSERT INTO operator_requests (id, command, state, asked_by, key_id, said, "
        "created_at, expires_at) SELECT :id, 'keys destroy', 'waiting', 0, key_id, "
        "said, created_at, expires_at FROM operator_requests WHERE id = :first",
        id="f" * 32,
        first=first,
    )
    write(
        world,
        "UPDATE operator_requests SET said = (SELECT said FROM operator_requests "
        "WHERE id = :first) WHERE id = :second",
        first=first,
        second=second,
    )

    with world.database.write() as work:
        for one in ("f" * 32, second):
            with pytest.raises(AlteredError):
                Requests(work).get(one)
    assert len(found(world)) == 2
