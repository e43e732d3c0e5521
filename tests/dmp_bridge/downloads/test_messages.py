"""The messages of what is taken away: as kept, or as shown; a damaged one is named."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.ins import Ins
from gateway.dmp_bridge.downloads import packing
from gateway.errors import DamagedError
from gateway.message.building import OutgoingPart
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.recalls import Recalls
from gateway.store.tables import blobs, downloads, inbox_messages
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_queries import statements
from tests.dmp_bridge.downloads.packed import ask, content, last, opened, work_off
from tests.fakes import SetClock
from tests.web.mail import PDF, receive

NOTE = OutgoingPart(media_type="application/pdf", content=PDF, name="note.pdf")
PACKAGE = OutgoingPart(
    media_type="application/zip", content=b"PK-secret", name="IHE_XDM.ZIP"
)


def open_profile_of_another(database: Database) -> str:
    return open_profile(database, ins=Ins.of(matricule(7), TEST_RANGE))


def taken(database: Database, patient: str, settings: Settings) -> ZipFile:
    ask(database, patient)
    work_off(database, settings)
    return opened(content(database, last(database, patient)))


def messages(archive: ZipFile) -> dict[str, bytes]:
    return {
        name: archive.read(name)
        for name in archive.namelist()
        if name.startswith("messages/")
    }


def kept(database: Database, patient: str, arrival_id: str) -> bytes:
    with database.read() as work:
        reader = InboxReader(work)
        found = reader.received_by(patient, arrival_id)
        assert found is not None
        return reader.content(found)


def damage(database: Database, arrival_id: str) -> None:
    """Alter the bytes of a message."""
    with database.engine.begin() as connection:
        query = select(inbox_messages.c.blob_id).where(
            inbox_messages.c.arrival_id == arrival_id
        )
        blob = connection.execute(query).scalar_one()
        connection.execute(
            blobs.update().where(blobs.c.id == blob).values(content=b"x" * 64)
        )


def read(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def words(archive: ZipFile, name: str = "LISEZMOI.txt") -> str:
    return " ".join(archive.read(name).decode("utf-8-sig").split())


def test_of_a_message_with_documents_the_package_is_not_in_it(
    database: Database, patient: str, settings: Settings
) -> None:
    receive(database, patient, files=[NOTE, PACKAGE], outcome="FILED")

    archive = taken(database, patient, settings)

    (one,) = messages(archive).values()
    message = read(one)
    assert [part.get_filename() for part in message.iter_attachments()] == ["note.pdf"]
    assert [part.get_content() for part in message.iter_attachments()] == [PDF]
    body = message.get_body(("plain",))
    assert body is not None
    assert "Voici votre lettre de sortie." in body.get_content()
    assert "comme dans votre espace" in body.get_content()
    assert message["From"].addresses[0].addr_spec == "dr.martin@hopital.mssante.test"
    assert message["From"].addresses[0].display_name == "Dr Claire MARTIN"
    assert message["To"].addresses[0].addr_spec.startswith("279035121518989@")
    assert b"PK-secret" not in b"".join(map(archive.read, archive.namelist()))
    assert "IHE_XDM" not in archive.read("index.html").decode()


def test_a_package_without_documents_is_a_file_like_another(
    database: Database, patient: str, settings: Settings
) -> None:
    arrival = receive(database, patient, files=[PACKAGE])

    archive = taken(database, patient, settings)

    assert list(messages(archive).values()) == [kept(database, patient, arrival)]
    assert "IHE_XDM.ZIP" in archive.read("index.html").decode()


def test_a_message_to_several_patients_names_the_others_nowhere(
    database: Database, patient: str, settings: Settings
) -> None:
    other = Recipient(
        kind=RecipientKind.PATIENT,
        address="180017500000764@patient.mssante.test",
        target_id=open_profile_of_another(database),
    )
    arrival = receive(database, patient, files=[NOTE], others=[other])

    (one,) = messages(taken(database, patient, settings)).values()

    assert one != kept(database, patient, arrival)
    assert [part.get_content() for part in read(one).iter_attachments()] == [PDF]


def test_what_is_not_on_the_pages_is_not_in_it(
    database: Database, patient: str, settings: Settings, clock: SetClock
) -> None:
    until = clock.now + timedelta(days=3)
    receive(database, patient, subject="Visible")
    receive(database, patient, subject="Caché", hidden_until=until)
    deleted = receive(database, patient, subject="Supprimé")
    recalled = receive(database, patient, subject="Repris")
    receive(database, open_profile_of_another(database), subject="Autre")
    with database.write() as work:
        reader = InboxReader(work)
        gone = reader.received_by(patient, deleted)
        back = reader.received_by(patient, recalled)
        assert gone is not None
        assert back is not None
        Inbox(work).delete_conversation(patient, gone.conversation_id)
        Recalls(work).take_back(patient, back)

    archive = taken(database, patient, settings)

    assert [name.rsplit("-", 1)[1] for name in messages(archive)] == ["Visible.eml"]
    everything = b"".join(map(archive.read, archive.namelist())).decode(
        "utf-8", "replace"
    )
    for word in ("Caché", "Supprimé", "Repris", "Autre"):
        assert word not in everything
    assert "Nombre de messages : 1." in words(archive)
    clock.now = until
    assert any("Caché" in name for name in messages(taken(database, patient, settings)))


def test_a_damaged_message_is_named_and_its_neighbours_are_there(
    database: Database, patient: str, settings: Settings, clock: SetClock
) -> None:
    first = receive(database, patient, subject="Un", files=[NOTE])
    clock.advance(seconds=1)
    lost = receive(database, patient, subject="Perdu")
    clock.advance(seconds=1)
    sealed = receive(database, patient, subject="Fermé")
    clock.advance(seconds=1)
    after = receive(database, patient, subject="Deux")
    damage(database, lost)
    with database.engine.begin() as connection:
        connection.execute(
            inbox_messages.update()
            .where(inbox_messages.c.arrival_id == sealed)
            .values(summary=b"x" * 64)
        )

    archive = taken(database, patient, settings)

    assert list(messages(archive).values()) == [
        kept(database, patient, first),
        kept(database, patient, after),
    ]
    assert "Nombre de messages : 2. Le service n’a pas pu lire" in words(archive)
    day = clock.now.date().isoformat()
    named = "Dr Claire MARTIN <dr.martin@hopital.mssante.test>, Perdu"
    assert f"- {day}, {named} - {day}, (sans objet)" in words(archive)
    assert words(archive, "index.html").count("pas pu lire ce message") == 2
    with pytest.raises(DamagedError):
        kept(database, patient, lost)


def test_where_nothing_can_be_read_that_is_said(
    database: Database, patient: str, settings: Settings
) -> None:
    damage(database, receive(database, patient, subject="Perdu"))

    archive = taken(database, patient, settings)

    assert messages(archive) == {}
    assert "Perdu" in words(archive)
    assert "Nombre de messages : 0." in words(archive)


def test_many_are_packed_some_at_a_time_each_once(
    database: Database,
    patient: str,
    settings: Settings,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packing, "BATCH", 3)
    monkeypatch.setattr(packing, "PIECE_BYTES", 500)
    arrivals = []
    for number in range(7):
        arrivals.append(receive(database, patient, subject=f"../{number}: <É>"))
        clock.advance(seconds=1)
    for one in arrivals[3:6]:  # of a whole batch nothing can be read
        damage(database, one)

    ask(database, patient)
    assert work_off(database, settings) == 4  # three batches and the end

    archive = opened(content(database, last(database, patient)))
    packed = messages(archive)
    there = [*arrivals[:3], arrivals[6]]
    assert list(packed.values()) == [kept(database, patient, one) for one in there]
    day = clock.now.date().isoformat()
    assert list(packed) == [
        f"messages/{number + 1:05d}-{day}-{number}_É.eml" for number in (0, 1, 2, 6)
    ]
    assert words(archive).count(f"- {day}") == 3


def test_what_is_listed_is_not_read_again_for_each_batch(
    database: Database,
    patient: str,
    settings: Settings,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten thousand messages would be listed two hundred times."""
    monkeypatch.setattr(packing, "BATCH", 1)
    for number in range(6):
        receive(database, patient, subject=str(number))
        clock.advance(seconds=1)
    ask(database, patient)

    with statements(database.engine) as asked:
        assert work_off(database, settings) == 7

    listings = sum(
        count
        for statement, count in asked.items()
        if "FROM download_pieces" in statement
    )
    assert listings == 2  # before the first message, and at the end
    assert last(database, patient).messages == 6


def test_what_an_earlier_version_began_goes_on_each_once(
    database: Database,
    patient: str,
    settings: Settings,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It kept no place: what it had packed is known by its list."""
    monkeypatch.setattr(packing, "BATCH", 2)
    for number in range(7):
        receive(database, patient, subject=str(number))
        clock.advance(seconds=1)
    ask(database, patient)
    assert work_off(database, settings, most=2) == 2
    with database.write() as work:
        of_it = downloads.c.profile_id == patient
        work.change(downloads, of_it, messages=None, message_place=None)

    work_off(database, settings)

    archive = opened(content(database, last(database, patient)))
    day = clock.now.date().isoformat()
    assert list(messages(archive)) == [
        f"messages/{number + 1:05d}-{day}-{number}.eml" for number in range(7)
    ]
    assert last(database, patient).messages == 7
