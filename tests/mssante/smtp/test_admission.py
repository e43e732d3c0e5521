"""Who may send and to whom, asked of the rules on real lists and a real database."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from gateway.clock import utc_now
from gateway.core.envelope import Door, Recipient, RecipientKind, SenderKind
from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.errors import InvalidError
from gateway.message.address import MailAddress, read_address
from gateway.message.headers import read_headers
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission, AdmittedSender, Refused
from gateway.pki.folder import write_allowlist, write_crls
from gateway.rights.profile import ProfileState
from gateway.settings.file import FilingSettings
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.profiles import Profiles
from gateway.trust.space import TrustSpace
from tests.dmp_bridge.filing.story import OPERATOR, Story
from tests.mssante.smtp.doors import DOCTOR, PATIENT, PEER, SERVICE, TRAITS, fill
from tests.mssante.smtp.doors import make_settings as door_settings
from tests.pki import der_of, throwaway_pki

PEER_NAME = "CN=smtp.peer.mssante.test,OU=300000000000022,O=OPERATEUR VOISIN,C=FR"
OWN_NAME = (
    "CN=smtp.hopital.mssante.test,OU=300000000000011,O=PASSERELLE DE DEMONSTRATION,C=FR"
)
TEST_RANGE = "1.2.250.1.213.1.4.10"
WRONG_KEY = "222127505611201"  # one of the ANS's own
OTHER = "277076322082910"
POSING = PATIENT
"""A patient's address, where a sender's should be."""


@pytest.fixture
def certs(tmp_path: Path, pki_folder: Path) -> Path:
    return Path(shutil.copytree(pki_folder, tmp_path / "certs"))


@pytest.fixture
def admission(database: Database, tmp_path: Path, certs: Path) -> Admission:
    fill(database)
    settings = door_settings(tmp_path, certs)
    return Admission(
        database=database,
        trust=TrustSpace(settings.trust, utc_now),
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=1000,
    )


def relist(certs: Path, **domains: str) -> None:
    """Put another allow-list in the place of the one in use."""
    names = {domain.replace("_", "."): name for domain, name in domains.items()}
    fresh = certs / "fresh.xml"
    fresh.write_bytes(write_allowlist(names, datetime.now(UTC)))
    fresh.replace(certs / "allowlist.xml")


def path(text: str) -> MailAddress | None:
    return read_address(text) if text else None


def admit(
    admission: Admission, name: str, text: str, door: Door = Door.OPERATOR
) -> AdmittedSender | Refused:
    return admission.admit_sender(door, der_of(name), path(text))


def admitted(
    admission: Admission, name: str, text: str, door: Door = Door.OPERATOR
) -> AdmittedSender:
    found = admit(admission, name, text, door)
    assert isinstance(found, AdmittedSender)
    return found


# Whose certificate may use which door.


@pytest.mark.parametrize(
    ("door", "name", "kind", "identity"),
    [
        (Door.OPERATOR, "peer", SenderKind.OPERATOR, "300000000000022"),
        (Door.SUBMISSION, "hospital", SenderKind.ORGANISATION, "1750000011"),
        (Door.SUBMISSION, "doctor", SenderKind.PERSON, "899700000017"),
    ],
)
def test_a_certificate_is_known_for_what_it_is(
    admission: Admission, door: Door, name: str, kind: SenderKind, identity: str
) -> None:
    sender = admission.judge(door, der_of(name))

    assert not isinstance(sender, Refused)
    assert (sender.kind, sender.identity) == (kind, identity)
    assert sender.subject
    assert len(sender.fingerprint) == 64


@pytest.mark.parametrize(
    ("door", "name", "code"),
    [
        (Door.OPERATOR, "bad/not-listed", "OPERATOR_NOT_LISTED"),
        (Door.OPERATOR, "hospital", "OPERATOR_NOT_LISTED"),
        (Door.OPERATOR, "doctor", "OPERATOR_NOT_LISTED"),
        (Door.SUBMISSION, "peer", "CERT_WRONG_DOOR"),
        (Door.OPERATOR, "bad/revoked", "CERT_REVOKED"),
        (Door.SUBMISSION, "bad/expired", "CERT_EXPIRED"),
    ],
)
def test_who_is_not_entitled_hears_it_in_plain_words(
    admission: Admission, door: Door, name: str, code: str
) -> None:
    expected = Refused(replies.NOT_ENTITLED, code)

    assert admission.judge(door, der_of(name)) == expected
    assert admission.admit_sender(door, der_of(name), path(PEER)) == expected


# MAIL FROM.


@pytest.mark.parametrize(
    ("door", "name", "text"),
    [
        (Door.OPERATOR, "peer", PEER),
        (Door.OPERATOR, "peer", ""),
        (Door.SUBMISSION, "doctor", DOCTOR),
        (Door.SUBMISSION, "hospital", SERVICE),
        (Door.SUBMISSION, "doctor", ""),
    ],
)
def test_who_sends_as_itself_is_admitted(
    admission: Admission, door: Door, name: str, text: str
) -> None:
    sender = admitted(admission, name, text, door)

    assert (sender.door, sender.path_text) == (door, text)


@pytest.mark.parametrize(
    ("door", "name", "text", "code"),
    [
        (Door.OPERATOR, "peer", DOCTOR, "REVERSE_PATH_NOT_LISTED"),
        (Door.SUBMISSION, "doctor", SERVICE, "REVERSE_PATH_NOT_HELD"),
        (Door.SUBMISSION, "hospital", DOCTOR, "REVERSE_PATH_NOT_HELD"),
        (Door.SUBMISSION, "doctor", PEER, "REVERSE_PATH_NOT_HELD"),
    ],
)
def test_who_sends_as_another_is_refused_without_saying_why(
    admission: Admission, door: Door, name: str, text: str, code: str
) -> None:
    assert admit(admission, name, text, door) == Refused(replies.REFUSED, code)


def test_no_operator_sends_for_a_patient_even_one_listed_for_their_domain(
    admission: Admission, certs: Path
) -> None:
    relist(certs, patient_mssante_test=PEER_NAME, peer_mssante_test=PEER_NAME)

    refused = admit(admission, "peer", POSING)

    assert refused == Refused(replies.REFUSED, "PATIENT_BY_MAIL")
    assert isinstance(admit(admission, "peer", PEER), AdmittedSender)


def test_nobody_holds_a_mailbox_that_sends_for_a_patient(admission: Admission) -> None:
    with admission.database.write() as work:
        Mailboxes(work).add(POSING, kind="PER", holders=["899700000017"])

    refused = admit(admission, "doctor", POSING, Door.SUBMISSION)

    assert refused == Refused(replies.REFUSED, "PATIENT_BY_MAIL")


# Whether a thread is needed.


def test_an_operator_is_judged_at_once_and_a_user_in_a_thread(
    admission: Admission,
) -> None:
    admitted(admission, "peer", PEER)

    assert admission.is_quick_at(Door.OPERATOR)
    assert not admission.is_quick_at(Door.SUBMISSION)


def replaced_allowlist(certs: Path) -> None:
    relist(certs, peer_mssante_test=PEER_NAME)


def replaced_revocations(certs: Path) -> None:
    serial = throwaway_pki().certificates["peer"].certificate.serial_number
    lists = throwaway_pki().revocation_lists(also=[serial])
    write_crls(lists, certs / "crl.pem")


@pytest.mark.parametrize("replace", [replaced_allowlist, replaced_revocations])
def test_a_list_that_was_replaced_is_read_in_a_thread(
    admission: Admission, certs: Path, replace: Callable[[Path], None]
) -> None:
    admitted(admission, "peer", PEER)

    replace(certs)

    assert not admission.is_quick_at(Door.OPERATOR)
    admit(admission, "peer", PEER)
    assert admission.is_quick_at(Door.OPERATOR)


def test_what_was_admitted_before_the_list_changed_is_judged_anew(
    admission: Admission, certs: Path
) -> None:
    admitted(admission, "peer", PEER)
    relist(certs, peer_mssante_test=OWN_NAME)

    refused = admit(admission, "peer", PEER)

    assert refused == Refused(replies.NOT_ENTITLED, "OPERATOR_NOT_LISTED")


# The header.


def headers(admission: Admission, sender: AdmittedSender, *lines: str) -> str:
    text = "".join(f"{line}\r\n" for line in lines) + "\r\n"
    return admission.admit_headers(sender, read_headers(text.encode()))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([f"From: {PEER}"], ""),
        ([f"From: {PEER}", "Reply-To: a@peer.mssante.test"], ""),
        ([f"From: {PEER}", f"Reply-To: {DOCTOR}"], ""),
        ([f"From: {PEER}", f"Reply-To: {POSING}"], ""),
        ([], "FROM_MISSING"),
        ([f"From: {PEER}, b@peer.mssante.test"], "FROM_SEVERAL"),
        ([f"From: {DOCTOR}"], "FROM_NOT_LISTED"),
        ([f"From: {PEER}", f"Sender: {DOCTOR}"], "SENDER_NOT_LISTED"),
        ([f"From: {PEER}", "Reply-To: a@elsewhere.test"], "REPLY_TO_OUTSIDE"),
    ],
)
def test_the_header_names_nobody_but_the_sender(
    admission: Admission, lines: list[str], code: str
) -> None:
    sender = admitted(admission, "peer", PEER)

    assert headers(admission, sender, *lines) == code


@pytest.mark.parametrize(
    "lines", [[f"From: {POSING}"], [f"From: {PEER}", f"Sender: {POSING}"]]
)
def test_no_header_poses_as_a_patient(
    admission: Admission, certs: Path, lines: list[str]
) -> None:
    relist(certs, patient_mssante_test=PEER_NAME, peer_mssante_test=PEER_NAME)
    sender = admitted(admission, "peer", PEER)

    assert headers(admission, sender, *lines) == "PATIENT_BY_MAIL"


def test_an_address_that_cannot_be_read_is_an_error(admission: Admission) -> None:
    sender = admitted(admission, "peer", PEER)

    with pytest.raises(InvalidError):
        headers(admission, sender, "From: a@b@c")


def test_a_user_writes_in_its_own_name(admission: Admission) -> None:
    sender = admitted(admission, "doctor", DOCTOR, Door.SUBMISSION)

    assert headers(admission, sender, f"From: {DOCTOR}") == ""
    assert headers(admission, sender, f"From: {SERVICE}") == "FROM_DIFFERS"


# RCPT TO.


def ask(
    admission: Admission, text: str, door: Door = Door.OPERATOR
) -> Recipient | Refused:
    name, sender = ("peer", PEER) if door is Door.OPERATOR else ("doctor", DOCTOR)
    found = admitted(admission, name, sender, door)
    return admission.admit_recipient(found, path(text))


@pytest.mark.parametrize("door", [Door.OPERATOR, Door.SUBMISSION])
def test_a_patient_and_a_mailbox_are_found_by_their_address(
    admission: Admission, door: Door
) -> None:
    patient = ask(admission, PATIENT, door)
    mailbox = ask(admission, SERVICE.upper(), door)

    assert isinstance(patient, Recipient)
    assert isinstance(mailbox, Recipient)
    assert (patient.kind, patient.address) == (RecipientKind.PATIENT, PATIENT)
    assert (mailbox.kind, mailbox.address) == (RecipientKind.MAILBOX, SERVICE)
    assert patient.target_id
    assert mailbox.target_id
    with admission.database.read() as work:
        profile = Profiles(work).find("279035121518989")
    assert profile is not None
    assert patient.target_id == profile.id


def test_only_a_user_of_ours_writes_to_another_operator_and_only_inside(
    admission: Admission,
) -> None:
    away = ask(admission, PEER, Door.SUBMISSION)

    assert away == Recipient(kind=RecipientKind.REMOTE, address=PEER)
    relayed = Refused(replies.REFUSED, "RELAY_REFUSED")
    assert ask(admission, PEER) == relayed
    assert ask(admission, "a@elsewhere.test", Door.SUBMISSION) == relayed


def test_postmaster_is_one_of_our_mailboxes(admission: Admission) -> None:
    absent = ask(admission, "")
    with admission.database.write() as work:
        Mailboxes(work).add("postmaster@hopital.mssante.test", kind="ORG", holders=[])

    found = ask(admission, "")

    assert absent == Refused(replies.REFUSED, "MAILBOX_UNKNOWN")
    assert isinstance(found, Recipient)
    assert found.address == "postmaster@hopital.mssante.test"


def test_a_mailbox_that_is_closed_or_full_takes_nothing(admission: Admission) -> None:
    with admission.database.write() as work:
        mailboxes = Mailboxes(work)
        found = mailboxes.find(SERVICE)
        assert found is not None
        mailboxes.set_state(found.id, "closed")
    full = evolve(admission, mailbox_quota_bytes=0)

    assert ask(admission, SERVICE) == Refused(replies.REFUSED, "MAILBOX_CLOSED")
    assert ask(full, DOCTOR) == Refused(replies.MAILBOX_FULL, "MAILBOX_FULL")
    assert isinstance(ask(admission, DOCTOR), Recipient)


@pytest.mark.parametrize("text", [PATIENT, DOCTOR, ""])
def test_at_once_it_answers_the_same_or_not_at_all(
    admission: Admission, text: str
) -> None:
    sender = admitted(admission, "peer", PEER)
    thorough = admission.admit_recipient(sender, path(text))  # opens the connection

    at_once = admission.admit_recipient_at_once(sender, path(text))

    quick = text == PATIENT and admission.database.engine.dialect.name == "sqlite"
    assert at_once == (thorough if quick else None)


# Rows 3 to 8: the doors and the filing never disagree.

SETTINGS: list[dict[str, Any]] = [
    {},
    {"refuse_wrong_test_key": True},
    {"blocked_may_file": True},
    {"blocked_may_write": True},
]


@pytest.mark.parametrize("filing", SETTINGS, ids=str)
@pytest.mark.parametrize("blocked", ["", PEER, "300000000000022"])
@pytest.mark.parametrize("number", ["279035121518989", WRONG_KEY])
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
            Profiles(work).block(profile_id, blocked)
    door = evolve(admission, filing=FilingSettings(**filing))
    sender = admitted(door, "peer", PEER)
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
