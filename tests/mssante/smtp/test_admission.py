"""Who may send as whom, to whom: what the doors ask, without any connection."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import event, update

from gateway.clock import utc_now
from gateway.core.envelope import Door, Recipient, RecipientKind, Sender, SenderKind
from gateway.core.ins import Ins
from gateway.errors import InvalidError
from gateway.evidence.arguments import (
    Answered,
    Circumstances,
    EvidenceKind,
    TakenDecision,
)
from gateway.evidence.replaying import decide_again
from gateway.evidence.resetting import OtherSettings, under
from gateway.evidence.rule_answers import answers
from gateway.message.address import MailAddress, read_address
from gateway.message.headers import read_headers
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.admitted import AdmittedSender, DoorRefusal, Refused
from gateway.mssante.smtp.replies import Reply
from gateway.mssante.smtp.replying import reply_to_sender
from gateway.pki.profiles import name_of
from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.profile import ProfileState
from gateway.rights.relay_rules import RelayFacts
from gateway.rights.sender_rules import LinkKind
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import mailboxes
from gateway.trust.space import PeerVerdict, TrustSpace
from gateway.trust.tokens import Bearer, ProviderSignIn
from tests.builders_people import (
    MATRICULE,
    TEST_RANGE,
    matricule,
    open_profile,
)
from tests.builders_settings import make_settings
from tests.pki import PEER_NAME, der, der_of, mint, relist

PATIENT = f"{MATRICULE}@patient.mssante.test"
SERVICE = "service@hopital.mssante.test"
DOCTOR = "dr.demo@hopital.mssante.test"
PEER = "dr.voisin@peer.mssante.test"
ELSEWHERE = "dr@elsewhere.test"
DAEMON = "Mail Delivery System <MAILER-DAEMON@smtp.peer.mssante.test>"
QUOTA = 1000
SOON = utc_now() + timedelta(minutes=5)  # a list newer than that of the session
# A test identifier of the ANS whose last two digits are not its key.
WRONG_KEY = "222127505611201"

OPERATORS, USERS = Door.OPERATOR, Door.SUBMISSION


@pytest.fixture
def folder(pki_folder: Path, tmp_path: Path) -> Path:
    """A copy of the lists, to change at will."""
    for name in ("ca.pem", "crl.pem", "allowlist.xml"):
        shutil.copy(pki_folder / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def admission(database: Database, folder: Path) -> Admission:
    """The checks of a node with a patient and two mailboxes."""
    open_profile(database)
    with database.write() as work:
        Mailboxes(work).add(
            "Service@hopital.mssante.test", kind="ORG", holders=[HOSPITAL]
        )
        Mailboxes(work).add(DOCTOR, kind="PER", holders=["899700000017"])
    settings = make_settings(
        folder,
        domains={
            "professional": "Hopital.mssante.test",
            "patient": "Patient.mssante.test",
        },
    )
    return Admission(
        database=database,
        trust=TrustSpace(settings.trust, utc_now),
        domains=settings.domains,
        filing=settings.filing,
        mailbox_quota_bytes=QUOTA,
    )


HOSPITAL = "1750000011"


def refusal(found: object) -> tuple[Reply, str]:
    assert isinstance(found, Refused)
    return found.reply, found.code


def assert_is_kept(refused: Refused, kind: EvidenceKind, sender: Sender) -> DoorRefusal:
    """What somebody is refused for is asked again of what is kept, the same for it."""
    found = refused.refusal
    assert found is not None
    assert found.sender == sender
    assert found.part.kind is kind
    assert found.part.decided == Answered((refused.code,))
    kept = TakenDecision.of_json(json.loads(found.part.text()))
    assert kept.outcome == refused.code
    assert decide_again([kept]) == (found.part.decided,)
    assert MATRICULE.encode() not in found.part.text()
    return found


def assert_peer_is_kept(found: object) -> None:
    """What was asked of a certificate is kept, without a name that stands in it."""
    assert isinstance(found, Refused)
    refused = found.refusal
    assert refused is not None
    assert isinstance(refused.sender, PeerVerdict)
    text = refused.part.text()
    kept = TakenDecision.of_json(json.loads(text))
    assert kept == refused.part
    assert (kept.kind, kept.outcome) == (EvidenceKind.CERTIFICATE, found.code)
    assert decide_again([kept]) == (kept.decided,)
    assert found.code in {one.reason for one in answers(kept)}
    certificate = refused.sender.certificate
    around = Circumstances.of_peer(refused.sender, program="p", settings="s")
    assert (around.sender, around.program, around.settings) == ("", "p", "s")
    if certificate is None:
        assert around == Circumstances(program="p", settings="s")
        return
    assert around.certificate == certificate.fingerprint
    assert around.identity == certificate.identity
    for _, name in certificate.subject.attributes:
        assert len(name) < 3 or name.encode() not in text


def assert_sender_is_kept(refused: Refused, sender: Sender) -> None:
    """The decision on a sender is about no patient."""
    kept = assert_is_kept(refused, EvidenceKind.SENDER, sender)
    assert (kept.profile_id, kept.part.patient_settings) == ("", "")


def judged(admission: Admission, door: Door, certificate: bytes) -> Sender:
    found = admission.judge(door, certificate)
    assert isinstance(found, Sender)
    return found


def admitted(
    admission: Admission, door: Door, name: str, path: str | None
) -> AdmittedSender:
    found = admission.admit_sender(
        door, der_of(name), None if path is None else read_address(path)
    )
    assert isinstance(found, AdmittedSender)
    return found


@pytest.fixture
def peer(admission: Admission) -> AdmittedSender:
    """Another operator that writes for one of its users."""
    return admitted(admission, OPERATORS, "peer", PEER)


@pytest.fixture
def hospital(admission: Admission) -> AdmittedSender:
    """A structure that writes from its mailbox."""
    return admitted(admission, USERS, "hospital", SERVICE)


@pytest.mark.parametrize(
    ("door", "name", "kind", "identity"),
    [
        (OPERATORS, "peer", SenderKind.OPERATOR, "300000000000022"),
        (USERS, "hospital", SenderKind.ORGANISATION, HOSPITAL),
        (USERS, "doctor", SenderKind.PERSON, "899700000017"),
    ],
)
def test_who_may_use_a_door_is_known_by_the_certificate(
    admission: Admission, door: Door, name: str, kind: SenderKind, identity: str
) -> None:
    certificate = admission.trust.judge_peer(der_of(name)).certificate
    assert certificate is not None

    assert admission.judge(door, der_of(name)) == Sender(
        kind=kind,
        identity=identity,
        subject=certificate.subject_text,
        fingerprint=certificate.fingerprint,
    )


@pytest.mark.parametrize(
    ("door", "certificate", "code"),
    [
        (OPERATORS, "hospital", "OPERATOR_NOT_LISTED"),
        (OPERATORS, "doctor", "OPERATOR_NOT_LISTED"),
        (OPERATORS, "bad/not-listed", "OPERATOR_NOT_LISTED"),
        (OPERATORS, "bad/revoked", "CERT_REVOKED"),
        (USERS, "bad/revoked", "CERT_REVOKED"),
        (USERS, "peer", "CERT_WRONG_DOOR"),
        (USERS, "gateway", "CERT_WRONG_DOOR"),
    ],
)
def test_who_may_not_use_a_door_hears_one_reply(
    admission: Admission, door: Door, certificate: str, code: str
) -> None:
    refused = (replies.NOT_ENTITLED, code)

    assert refusal(admission.judge(door, der_of(certificate))) == refused
    assert refusal(admission.admit_sender(door, der_of(certificate), None)) == refused
    assert_peer_is_kept(admission.judge(door, der_of(certificate)))
    assert_peer_is_kept(admission.admit_sender(door, der_of(certificate), None))


@pytest.mark.parametrize(
    ("door", "link"),
    [(OPERATORS, LinkKind.RELAY), (USERS, LinkKind.SUBMISSION)],
)
def test_it_is_kept_at_which_kind_of_door_a_certificate_was_refused(
    admission: Admission, door: Door, link: LinkKind
) -> None:
    found = admission.judge(door, der_of("bad/revoked"))
    assert isinstance(found, Refused)
    assert found.refusal is not None
    kept = json.loads(found.refusal.part.text())

    assert link.value in json.dumps(kept)
    assert {*LinkKind} - {link} == {
        one for one in LinkKind if f'"{one.value}"' not in json.dumps(kept)
    }


TOKEN = Bearer(
    identity="899700000017",
    issuer="https://provider.test",
    program="a-mail-program",
    sign_in=ProviderSignIn(since=utc_now()),
)


def test_who_signed_in_by_a_token_writes_from_their_own_mailboxes(
    admission: Admission,
) -> None:
    found = admission.admit_sender(USERS, b"", read_address(DOCTOR), bearer=TOKEN)
    other = admission.admit_sender(USERS, b"", read_address(SERVICE), bearer=TOKEN)

    assert isinstance(found, AdmittedSender)
    assert found.sender == Sender(
        kind=SenderKind.PERSON,
        identity="899700000017",
        issuer="https://provider.test",
        entry="a-mail-program",
    )
    assert refusal(other) == (replies.MAILBOX_NOT_HELD, "REVERSE_PATH_NOT_HELD")


def test_a_certificate_beside_a_token_has_to_be_believed(admission: Admission) -> None:
    path, card = read_address(DOCTOR), der_of("doctor")
    shown = admission.admit_sender(USERS, card, path, bearer=TOKEN)
    refused = admission.admit_sender(USERS, der_of("bad/revoked"), path, bearer=TOKEN)

    assert isinstance(shown, AdmittedSender)
    assert shown.sender.issuer == "https://provider.test"
    assert refusal(refused) == (replies.NOT_ENTITLED, "CERT_REVOKED")


def test_what_is_no_certificate_may_not_use_a_door(admission: Admission) -> None:
    assert refusal(admission.judge(USERS, b"\x30\x00")) == (
        replies.NOT_ENTITLED,
        "CERT_MALFORMED",
    )
    assert_peer_is_kept(admission.judge(USERS, b"\x30\x00"))


def test_an_operator_writes_for_the_domains_it_is_listed_for(
    admission: Admission, peer: AdmittedSender
) -> None:
    assert (peer.door, peer.sender.kind) == (OPERATORS, SenderKind.OPERATOR)
    assert (str(peer.reverse_path), peer.path_text) == (PEER, PEER)


def test_the_null_path_is_an_empty_text(admission: Admission) -> None:
    for door, name in ((OPERATORS, "peer"), (USERS, "hospital")):
        receipt = admitted(admission, door, name, None)

        assert (receipt.reverse_path, receipt.path_text) == (None, "")


@pytest.mark.parametrize("path", [SERVICE, DOCTOR, PATIENT, ELSEWHERE])
def test_an_operator_writes_for_no_other_domain(
    admission: Admission, path: str
) -> None:
    found = admission.admit_sender(OPERATORS, der_of("peer"), read_address(path))

    assert refusal(found) == (replies.REFUSED, "REVERSE_PATH_NOT_LISTED")


def test_a_user_writes_from_the_mailboxes_it_holds(admission: Admission) -> None:
    path = read_address("SERVICE@hopital.mssante.test")

    found = admission.admit_sender(USERS, der_of("hospital"), path)

    assert isinstance(found, AdmittedSender)
    assert (found.door, found.reverse_path) == (USERS, path)


@pytest.mark.parametrize("path", [DOCTOR, PEER, PATIENT, ELSEWHERE])
def test_a_user_writes_from_no_other_mailbox(admission: Admission, path: str) -> None:
    found = admission.admit_sender(USERS, der_of("hospital"), read_address(path))

    assert isinstance(found, Refused)
    assert not found.of_peer
    assert refusal(found) == (replies.MAILBOX_NOT_HELD, "REVERSE_PATH_NOT_HELD")
    assert_sender_is_kept(found, judged(admission, USERS, der_of("hospital")))


def test_who_signed_in_as_a_mailbox_writes_from_that_one_alone(
    admission: Admission,
) -> None:
    other = "accueil@hopital.mssante.test"
    with admission.database.write() as work:
        Mailboxes(work).add(other, kind="ORG", holders=[HOSPITAL])
    hospital, path = der_of("hospital"), read_address(SERVICE)

    same = admission.admit_sender(USERS, hospital, path, SERVICE)
    without = admission.admit_sender(USERS, hospital, path)
    another = admission.admit_sender(USERS, hospital, path, other)

    assert isinstance(same, AdmittedSender)
    assert same.link.mailboxes == {SERVICE}
    assert isinstance(without, AdmittedSender)
    assert without.link.mailboxes == {SERVICE, other}
    assert refusal(another) == (replies.MAILBOX_NOT_HELD, "REVERSE_PATH_NOT_HELD")


# Made when this is read, not in a test: `make mutate` then has the keys in each fork.
STRANGER = der(
    mint(
        "hospital",
        subject=name_of(["C=FR", "O=AUTRE", "OU=1750000099", "CN=DPI AUTRE"]),
    )
)


NOBODY = der(
    mint("hospital", subject=name_of(["C=FR", "O=AUTRE", "OU=SERVICE", "CN=DPI AUTRE"]))
)


# Who signed × what the subject says × the door: who is let in, as whom, or why not.

EMPLOYEE = "3750000011/CPET0002"
SUBJECTS = {
    "structure": ["C=FR", "O=X", "OU=1750000011", "CN=DPI"],
    "employee": ["C=FR", "O=X", "OU=1750000011", f"CN={EMPLOYEE}+SN=BLANC+GN=EVE"],
    "person": ["C=FR", "CN=899700000017+SN=MOREAU+GN=CAMILLE"],
    "person inside": ["C=FR", "O=X", "OU=1750000011", "CN=899700000017"],
    "operator": ["C=FR", "OU=300000000000022", "CN=smtp.peer.mssante.test"],
    "operator's client": ["C=FR", "OU=300000000000022", "CN=smtp.peer.mssante.test"],
    "nobody": ["C=FR", "CN=MOREAU"],
}
BY = ("organisations", "persons", "root", "stranger")
SHOWN = {
    (issuer, form): der(
        mint(
            "peer" if form == "operator" else "hospital",
            issuer=issuer,
            subject=name_of(subject),
        )
    )
    for issuer in BY
    for form, subject in SUBJECTS.items()
}
IN_IT = (SenderKind.EMPLOYEE, "1750000011/899700000017", HOSPITAL)
AS_EMPLOYEE = (SenderKind.EMPLOYEE, EMPLOYEE, HOSPITAL)
AS_STRUCTURE = (SenderKind.ORGANISATION, HOSPITAL, "")
AS_OPERATOR = (SenderKind.OPERATOR, "300000000000022", "")
WRONG, NO_ONE, UNKNOWN_CA, DOOR, UNLISTED = (
    "CERT_WRONG_AUTHORITY",
    "CERT_NO_IDENTITY",
    "CERT_UNKNOWN_AUTHORITY",
    "CERT_WRONG_DOOR",
    "OPERATOR_NOT_LISTED",
)
CLIENT_OF_PEER = (SenderKind.ORGANISATION, "300000000000022", "")
DPI_CARD = (SenderKind.EMPLOYEE, f"{HOSPITAL}/DPI", HOSPITAL)
DOORS: list[tuple[str, str, object, object]] = [
    # who signed, what the subject says; at the operators' door; at the users'
    ("organisations", "structure", UNLISTED, AS_STRUCTURE),
    ("organisations", "employee", UNLISTED, AS_STRUCTURE),
    ("organisations", "person", WRONG, WRONG),
    ("organisations", "person inside", UNLISTED, AS_STRUCTURE),
    ("organisations", "operator", AS_OPERATOR, DOOR),
    ("organisations", "operator's client", AS_OPERATOR, CLIENT_OF_PEER),
    ("organisations", "nobody", NO_ONE, NO_ONE),
    ("persons", "structure", UNLISTED, DPI_CARD),
    ("persons", "employee", UNLISTED, AS_EMPLOYEE),
    ("persons", "person", UNLISTED, (SenderKind.PERSON, "899700000017", "")),
    ("persons", "person inside", UNLISTED, IN_IT),
    ("persons", "operator", WRONG, WRONG),
    (
        "persons",
        "operator's client",
        UNLISTED,
        (
            SenderKind.EMPLOYEE,
            "300000000000022/smtp.peer.mssante.test",
            "300000000000022",
        ),
    ),
    ("persons", "nobody", NO_ONE, NO_ONE),
    *(("root", form, WRONG, WRONG) for form in SUBJECTS if form != "nobody"),
    ("root", "nobody", NO_ONE, NO_ONE),
    *(("stranger", form, UNKNOWN_CA, UNKNOWN_CA) for form in SUBJECTS),
]


def test_the_table_of_doors_is_whole() -> None:
    assert sorted((issuer, form) for issuer, form, _, _ in DOORS) == sorted(SHOWN)


@pytest.mark.parametrize("issuer", BY)
def test_who_is_let_in_by_which_authority_at_which_door(
    admission: Admission, issuer: str
) -> None:
    found: dict[tuple[str, Door], object] = {}
    for form in SUBJECTS:
        for door in (OPERATORS, USERS):
            one = admission.judge(door, SHOWN[issuer, form])
            if isinstance(one, Refused):
                assert one.reply is replies.NOT_ENTITLED
                found[form, door] = one.code
            else:
                found[form, door] = (one.kind, one.identity, one.structure)

    assert found == {
        (form, door): expected
        for by, form, at_operators, at_users in DOORS
        if by == issuer
        for door, expected in ((OPERATORS, at_operators), (USERS, at_users))
    }


CARD = SHOWN["persons", "employee"]


def test_an_employees_card_opens_its_own_mailbox_and_not_its_structures(
    admission: Admission,
) -> None:
    own = "secretariat.eve@hopital.mssante.test"
    assert refusal(admission.admit_sender(USERS, CARD, read_address(SERVICE))) == (
        replies.NO_MAILBOX_HELD,
        "CLIENT_WITHOUT_MAILBOX",
    )
    with admission.database.write() as work:
        Mailboxes(work).add(own, kind="PER", holders=[EMPLOYEE])

    assert refusal(admission.admit_sender(USERS, CARD, read_address(SERVICE))) == (
        replies.MAILBOX_NOT_HELD,
        "REVERSE_PATH_NOT_HELD",
    )
    assert isinstance(
        admission.admit_sender(USERS, CARD, read_address(own)), AdmittedSender
    )


def test_an_employee_who_holds_the_structures_mailbox_writes_from_it(
    admission: Admission,
) -> None:
    with admission.database.write() as work:
        mailbox = Mailboxes(work).find(SERVICE)
        assert mailbox is not None
        Mailboxes(work).add_holder(mailbox.id, EMPLOYEE)

    found = admission.admit_sender(USERS, CARD, read_address(SERVICE))

    assert isinstance(found, AdmittedSender)
    assert found.sender.identity == EMPLOYEE


OWN = "secretariat.eve@hopital.mssante.test"


def asked_by_employee(
    admission: Admission, blocked: str, *addresses: str
) -> Recipient | Refused:
    """Block somebody, and ask as an employee who holds mailboxes, from the first."""
    with admission.database.write() as work:
        for address in addresses:
            Mailboxes(work).add(address, kind="PER", holders=[EMPLOYEE])
        profile = Profiles(work).find(MATRICULE)
        assert profile is not None
        Decisions(work).block(profile.id, blocked)
    sender = admission.admit_sender(USERS, CARD, read_address(addresses[0]))
    assert isinstance(sender, AdmittedSender)

    found = admission.admit_recipient(sender, read_address(PATIENT))
    at_once = admission.admit_recipient_at_once(sender, read_address(PATIENT))

    assert at_once in (found, None)  # PostgreSQL is never asked at once
    return found


@pytest.mark.parametrize(
    ("blocked", "refused"),
    [(HOSPITAL, True), (EMPLOYEE, True), ("1750000012", False)],
)
def test_who_blocked_a_structure_hears_nothing_of_its_employees(
    admission: Admission, blocked: str, *, refused: bool
) -> None:
    found = asked_by_employee(admission, blocked, OWN)

    assert isinstance(found, Refused) is refused


@pytest.mark.parametrize(
    "blocked",
    [EMPLOYEE, OWN, "eve@hopital.mssante.test"],
)
def test_who_was_blocked_by_one_name_is_known_by_each_of_theirs(
    admission: Admission, blocked: str
) -> None:
    found = asked_by_employee(admission, blocked, OWN, "eve@hopital.mssante.test")

    assert refusal(found) == (replies.REFUSED, "SENDER_BLOCKED")


# Our own fault is for now, never for good.


def test_the_reply_to_our_own_fault_is_temporary() -> None:
    assert str(replies.CANNOT_TELL) == (
        "451 4.3.5 Our lists are not current, try again later"
    )


@pytest.mark.parametrize(("door", "name"), [(OPERATORS, "peer"), (USERS, "hospital")])
def test_without_revocation_lists_peers_are_told_to_come_again(
    admission: Admission, folder: Path, door: Door, name: str
) -> None:
    (folder / "crl.pem").unlink()
    blind = evolve(admission, trust=TrustSpace(make_settings(folder).trust, utc_now))

    found = blind.judge(door, der_of(name))

    assert refusal(found) == (replies.CANNOT_TELL, "CRL_MISSING")
    at_mail = blind.admit_sender(door, der_of(name), None)
    assert refusal(at_mail) == (replies.CANNOT_TELL, "CRL_MISSING")
    assert isinstance(at_mail, Refused)
    assert at_mail.of_peer
    # What is known of a peer is known without a list.
    assert refusal(blind.judge(door, der_of("bad/expired"))) == (
        replies.NOT_ENTITLED,
        "CERT_EXPIRED",
    )


def break_list(folder: Path) -> None:
    (folder / "allowlist.xml").write_bytes(b"<broken")


def lose_list(folder: Path) -> None:
    (folder / "allowlist.xml").unlink()


@pytest.mark.parametrize("harm", [break_list, lose_list])
def test_who_is_not_on_a_list_that_is_not_current_is_told_to_come_again(
    admission: Admission,
    folder: Path,
    peer: AdmittedSender,
    hospital: AdmittedSender,
    harm: Callable[[Path], None],
) -> None:
    harm(folder)
    later = replies.CANNOT_TELL
    stranger = der_of("bad/not-listed")

    assert refusal(admission.judge(OPERATORS, stranger)) == (later, UNLISTED)
    assert refusal(
        admission.admit_sender(OPERATORS, der_of("peer"), read_address(ELSEWHERE))
    ) == (later, "REVERSE_PATH_NOT_LISTED")
    assert refusal(
        admission.admit_recipient(hospital, read_address("dr@unknown.mssante.test"))
    ) == (later, "RELAY_REFUSED")
    # Other refusals do not come from the list.
    assert refusal(admission.admit_recipient(peer, read_address(ELSEWHERE))) == (
        replies.REFUSED,
        "RELAY_REFUSED",
    )
    assert refusal(admission.judge(USERS, der_of("peer"))) == (
        replies.NOT_ENTITLED,
        DOOR,
    )
    assert isinstance(
        admission.admit_sender(OPERATORS, der_of("peer"), read_address(PEER)),
        AdmittedSender,
    )


HEADER_CODES = [
    ("FROM_NOT_LISTED", True),
    ("SENDER_NOT_LISTED", True),
    ("REPLY_TO_OUTSIDE", True),
    ("OPERATOR_NOT_LISTED", True),
    ("REVERSE_PATH_NOT_LISTED", True),
    ("FROM_DIFFERS", False),
    ("FROM_MISSING", False),
    ("PATIENT_BY_MAIL", False),
    ("", False),
]


def test_headers_refused_by_a_list_that_is_not_current_may_come_again(
    admission: Admission, folder: Path
) -> None:
    doors = (OPERATORS, USERS)
    for door in doors:
        for code, _ in HEADER_CODES:
            found = admission.reply_to_sender(door, code)
            assert found is reply_to_sender(door, code)
            assert found.code >= 500

    break_list(folder)

    for door in doors:
        for code, by_list in HEADER_CODES:
            for_good = reply_to_sender(door, code)
            expected = replies.CANNOT_TELL if by_list else for_good
            assert admission.reply_to_sender(door, code) is expected


@pytest.mark.parametrize("door", [OPERATORS, USERS])
def test_a_certificate_that_names_nobody_is_not_entitled(
    admission: Admission, door: Door
) -> None:
    assert refusal(admission.judge(door, NOBODY)) == (
        replies.NOT_ENTITLED,
        "CERT_NO_IDENTITY",
    )


def test_a_user_without_a_mailbox_writes_nothing(admission: Admission) -> None:
    assert refusal(admission.admit_sender(USERS, STRANGER, None)) == (
        replies.NO_MAILBOX_HELD,
        "CLIENT_WITHOUT_MAILBOX",
    )


def test_nobody_writes_by_mail_as_a_patient(admission: Admission, folder: Path) -> None:
    relist(folder, SOON, patient_mssante_test=PEER_NAME)

    found = admission.admit_sender(OPERATORS, der_of("peer"), read_address(PATIENT))

    assert refusal(found) == (replies.REFUSED, "PATIENT_BY_MAIL")


def test_a_user_hears_in_plain_words_that_nobody_writes_as_a_patient(
    admission: Admission,
) -> None:
    with admission.database.write() as work:
        Mailboxes(work).add(PATIENT, kind="ORG", holders=[HOSPITAL])

    found = admission.admit_sender(USERS, der_of("hospital"), read_address(PATIENT))

    code = "PATIENT_BY_MAIL"
    assert refusal(found) == (reply_to_sender(USERS, code), code)
    assert reply_to_sender(USERS, code) is not reply_to_sender(OPERATORS, code)


def test_a_list_that_was_replaced_counts_at_the_next_message(
    admission: Admission, folder: Path, peer: AdmittedSender
) -> None:
    relist(folder, SOON, peer_mssante_test="CN=somebody.else")

    found = admission.admit_sender(OPERATORS, der_of("peer"), read_address(PEER))

    assert refusal(found) == (replies.NOT_ENTITLED, "OPERATOR_NOT_LISTED")


def test_an_operator_is_judged_at_once_unless_a_list_was_replaced(
    admission: Admission, folder: Path
) -> None:
    assert admission.is_quick_at(OPERATORS)
    assert not admission.is_quick_at(USERS)

    relist(folder, SOON, peer_mssante_test="CN=somebody.else")
    assert not admission.is_quick_at(OPERATORS)
    assert not admission.is_quick_at(USERS)

    admission.judge(OPERATORS, der_of("peer"))  # reads it
    assert admission.is_quick_at(OPERATORS)


def test_an_operator_is_judged_without_the_database(admission: Admission) -> None:
    asked: list[str] = []
    event.listen(
        admission.database.engine,
        "before_cursor_execute",
        lambda *values: asked.append(values[2]),
    )

    admitted(admission, OPERATORS, "peer", PEER)

    assert asked == []


HEADERS: list[tuple[str, Door, str, str | None, str, str]] = [
    ("operator", OPERATORS, "peer", PEER, f"From: {PEER}", ""),
    (
        "operator-for-another-domain",
        OPERATORS,
        "peer",
        PEER,
        f"From: {SERVICE}",
        "FROM_NOT_LISTED",
    ),
    (
        "operator-with-a-sender-of-another",
        OPERATORS,
        "peer",
        PEER,
        f"From: {PEER}\r\nSender: {SERVICE}",
        "SENDER_NOT_LISTED",
    ),
    ("report-of-the-host", OPERATORS, "peer", None, f"From: {DAEMON}", ""),
    (
        "report-of-a-host-of-another-certificate",
        OPERATORS,
        "peer",
        None,
        f"From: MAILER-DAEMON@smtp.{ELSEWHERE.partition('@')[2]}",
        "FROM_NOT_LISTED",
    ),
    (
        "letter-of-the-host",
        OPERATORS,
        "peer",
        PEER,
        f"From: {DAEMON}",
        "FROM_NOT_LISTED",
    ),
    ("user", USERS, "hospital", SERVICE, f"From: Service <{SERVICE}>", ""),
    ("user-in-capitals", USERS, "hospital", SERVICE, f"From: {SERVICE.upper()}", ""),
    ("user-as-another", USERS, "hospital", SERVICE, f"From: {DOCTOR}", "FROM_DIFFERS"),
    ("receipt", USERS, "hospital", None, f"From: {SERVICE}", ""),
    ("receipt-of-another", USERS, "hospital", None, f"From: {DOCTOR}", "FROM_NOT_HELD"),
    ("nobody", USERS, "hospital", SERVICE, "Subject: x", "FROM_MISSING"),
    (
        "two",
        USERS,
        "hospital",
        SERVICE,
        f"From: {SERVICE}, {SERVICE}",
        "FROM_SEVERAL",
    ),
    (
        "answers-to-us",
        OPERATORS,
        "peer",
        PEER,
        f"From: {PEER}\r\nReply-To: {SERVICE}, {PATIENT}",
        "",
    ),
    (
        "answers-to-another-operator",
        USERS,
        "hospital",
        SERVICE,
        f"From: {SERVICE}\r\nReply-To: {PEER}",
        "",
    ),
    (
        "answers-outside",
        USERS,
        "hospital",
        SERVICE,
        f"From: {SERVICE}\r\nReply-To: {ELSEWHERE}",
        "REPLY_TO_OUTSIDE",
    ),
]


@pytest.mark.parametrize(
    ("door", "name", "path", "fields", "code"),
    [pytest.param(*row[1:], id=row[0]) for row in HEADERS],
)
def test_the_headers_are_judged_with_the_envelope(
    admission: Admission,
    door: Door,
    name: str,
    path: str | None,
    fields: str,
    code: str,
) -> None:
    sender = admitted(admission, door, name, path)
    headers = read_headers(f"{fields}\r\n\r\nx\r\n".encode())

    refused = admission.admit_headers(sender, headers)

    assert (refused.code if refused else "") == code
    assert refused is None or refused.reply == admission.reply_to_sender(door, code)
    if refused is not None:
        assert_sender_is_kept(refused, sender.sender)


@pytest.mark.parametrize("field", ["From", "Sender"])
def test_no_header_names_a_patient_as_the_sender(
    admission: Admission, folder: Path, field: str
) -> None:
    relist(folder, SOON, peer_mssante_test=PEER_NAME, patient_mssante_test=PEER_NAME)
    sender = admitted(admission, OPERATORS, "peer", PEER)
    named = {"From": PEER, "Sender": PEER, field: PATIENT}
    fields = "".join(f"{name}: {address}\r\n" for name, address in named.items())

    headers = read_headers(f"{fields}\r\nx\r\n".encode())

    refused = admission.admit_headers(sender, headers)

    assert refused is not None
    assert refused.code == "PATIENT_BY_MAIL"
    assert_sender_is_kept(refused, sender.sender)


@pytest.mark.parametrize("field", ["From", "Sender", "Reply-To"])
def test_a_malformed_address_in_a_header_is_invalid(
    admission: Admission, hospital: AdmittedSender, field: str
) -> None:
    named = {"From": SERVICE, field: "a@b@c"}
    fields = "".join(f"{name}: {address}\r\n" for name, address in named.items())

    with pytest.raises(InvalidError):
        admission.admit_headers(hospital, read_headers(f"{fields}\r\nx".encode()))


def test_a_patient_is_a_recipient_under_the_matricule(
    admission: Admission, peer: AdmittedSender
) -> None:
    with admission.database.read() as work:
        profile = Profiles(work).find(MATRICULE)
    assert profile is not None
    expected = Recipient(
        kind=RecipientKind.PATIENT, address=PATIENT, target_id=profile.id
    )

    assert admission.admit_recipient(peer, read_address(PATIENT)) == expected
    capitals = read_address(PATIENT.replace("patient", "PATIENT"))
    assert admission.admit_recipient(peer, capitals) == expected


def test_a_patient_of_corsica_may_be_written_in_small_letters(
    admission: Admission, peer: AdmittedSender
) -> None:
    corsican = "179022A35121586"
    open_profile(admission.database, ins=Ins.of(corsican, TEST_RANGE))

    found = admission.admit_recipient(
        peer, MailAddress(corsican.lower(), "patient.mssante.test")
    )

    assert isinstance(found, Recipient)
    assert found.address == f"{corsican}@patient.mssante.test"


@pytest.mark.parametrize(
    ("local", "code"),
    [
        ("279035121518988", "INS_MALFORMED"),
        ("27903512151898", "INS_MALFORMED"),
        ("2790351215189890", "INS_MALFORMED"),
        ("dr.martin", "INS_MALFORMED"),
        (matricule(6), "PROFILE_ABSENT"),
    ],
)
def test_who_is_no_patient_here_is_refused_by_policy(
    admission: Admission, peer: AdmittedSender, local: str, code: str
) -> None:
    address = MailAddress(local, "patient.mssante.test")

    found = admission.admit_recipient(peer, address)

    assert refusal(found) == (replies.REFUSED, code)
    assert isinstance(found, Refused)
    kept = assert_is_kept(found, EvidenceKind.RECIPIENT, peer.sender)
    assert (kept.profile_id, kept.part.patient_settings) == ("", "")


@pytest.mark.parametrize(
    ("state", "reply", "code"),
    [
        (ProfileState.ANNOUNCED, replies.REFUSED, "PROFILE_ABSENT"),
        (ProfileState.DELETED, replies.REFUSED, "PROFILE_ABSENT"),
        (ProfileState.OPPOSED, replies.REFUSED, "PROFILE_OPPOSED"),
        (ProfileState.CLOSED, replies.REFUSED, "PROFILE_CLOSED"),
        (ProfileState.DELETION_REQUESTED, replies.REFUSED, "PROFILE_CLOSED"),
        (ProfileState.SUSPENDED, replies.TRY_LATER, "PROFILE_SUSPENDED"),
    ],
)
def test_b7_24_a_patient_whose_space_is_not_open_is_refused(
    admission: Admission,
    peer: AdmittedSender,
    state: ProfileState,
    reply: Reply,
    code: str,
) -> None:
    other = matricule(1)
    profile_id = open_profile(
        admission.database, ins=Ins.of(other, TEST_RANGE), state=state.value
    )
    address = MailAddress(other, "patient.mssante.test")

    found = admission.admit_recipient(peer, address)

    assert refusal(found) == (reply, code)
    assert isinstance(found, Refused)
    kept = assert_is_kept(found, EvidenceKind.RECIPIENT, peer.sender)
    with admission.database.read() as work:
        profile = Profiles(work).get(profile_id)
    assert kept.profile_id == profile_id
    assert profile is not None
    assert kept.part.patient_settings == str(profile.settings_version)


def test_a_space_not_activated_yet_may_be_written_to(
    admission: Admission, peer: AdmittedSender
) -> None:
    other = Ins.of(matricule(1), TEST_RANGE)
    open_profile(admission.database, ins=other, state="OPEN_NOT_ACTIVATED")
    address = MailAddress(other.matricule, "patient.mssante.test")

    assert isinstance(admission.admit_recipient(peer, address), Recipient)


def test_a_wrong_test_key_passes_unless_a_setting_refuses_it(
    admission: Admission, peer: AdmittedSender
) -> None:
    address = MailAddress(WRONG_KEY, "patient.mssante.test")
    assert refusal(admission.admit_recipient(peer, address))[1] == "INS_MALFORMED"
    open_profile(admission.database, ins=Ins.of(WRONG_KEY, TEST_RANGE))

    assert isinstance(admission.admit_recipient(peer, address), Recipient)

    strict = evolve(
        admission, filing=evolve(admission.filing, refuse_wrong_test_key=True)
    )
    assert refusal(strict.admit_recipient(peer, address))[1] == "INS_MALFORMED"


@pytest.mark.parametrize("blocked", [PEER, "300000000000022"])
def test_a_blocked_sender_is_refused_unless_a_setting_lets_it_file_or_write(
    admission: Admission, peer: AdmittedSender, blocked: str
) -> None:
    with admission.database.write() as work:
        profile = Profiles(work).find(MATRICULE)
        assert profile is not None
        Decisions(work).block(profile.id, blocked)
    address = read_address(PATIENT)

    for find in (admission.admit_recipient, admission.admit_recipient_at_once):
        if (found := find(peer, address)) is not None:
            assert refusal(found) == (replies.REFUSED, "SENDER_BLOCKED")

    for filing in (
        evolve(admission.filing, blocked_may_file=True),
        evolve(admission.filing, blocked_may_write=True),
    ):
        lenient = evolve(admission, filing=filing)
        assert isinstance(lenient.admit_recipient(peer, address), Recipient)


def test_who_blocked_another_is_written_to(
    admission: Admission, peer: AdmittedSender
) -> None:
    with admission.database.write() as work:
        profile = Profiles(work).find(MATRICULE)
        assert profile is not None
        Decisions(work).block(profile.id, "dr.other@peer.mssante.test")

    assert isinstance(admission.admit_recipient(peer, read_address(PATIENT)), Recipient)


def test_a_mailbox_is_a_recipient_by_its_own_spelling(
    admission: Admission, peer: AdmittedSender
) -> None:
    with admission.database.read() as work:
        service = Mailboxes(work).find(SERVICE)
    assert service is not None

    found = admission.admit_recipient(
        peer, read_address("SERVICE@HOPITAL.mssante.test")
    )

    assert found == Recipient(
        kind=RecipientKind.MAILBOX, address=service.address, target_id=service.id
    )


def test_a_mailbox_that_is_not_there_or_closed_is_refused(
    admission: Admission, peer: AdmittedSender, hospital: AdmittedSender
) -> None:
    unknown = read_address("nobody@hopital.mssante.test")
    with admission.database.write() as work:
        doctor = Mailboxes(work).find(DOCTOR)
        assert doctor is not None
        Mailboxes(work).set_state(doctor.id, "closed")

    assert refusal(admission.admit_recipient(peer, unknown)) == (
        replies.REFUSED,
        "MAILBOX_UNKNOWN",
    )
    assert refusal(admission.admit_recipient(peer, read_address(DOCTOR))) == (
        replies.REFUSED,
        "MAILBOX_CLOSED",
    )
    for address, facts in (
        (unknown, MailboxFacts(exists=False, quota_bytes=QUOTA)),
        (read_address(DOCTOR), MailboxFacts(exists=True, quota_bytes=QUOTA)),
    ):
        found = admission.admit_recipient(peer, address)
        assert isinstance(found, Refused)
        kept = assert_is_kept(found, EvidenceKind.MAILBOX, peer.sender)
        assert kept.part.arguments == facts
        assert kept.profile_id == ""
    # A colleague's typing error is no policy.
    assert refusal(admission.admit_recipient(hospital, unknown)) == (
        replies.NO_SUCH_MAILBOX,
        "MAILBOX_UNKNOWN",
    )
    assert refusal(admission.admit_recipient(hospital, read_address(DOCTOR))) == (
        replies.MAILBOX_CLOSED,
        "MAILBOX_CLOSED",
    )


@pytest.mark.parametrize(("used", "is_full"), [(QUOTA - 1, False), (QUOTA, True)])
def test_a_full_mailbox_is_for_later(
    admission: Admission, peer: AdmittedSender, used: int, is_full: bool
) -> None:
    with admission.database.write() as work:
        work.connection.execute(update(mailboxes).values(used_bytes=used))

    found = admission.admit_recipient(peer, read_address(DOCTOR))

    assert isinstance(found, Recipient) is not is_full
    if is_full:
        assert refusal(found) == (replies.MAILBOX_FULL, "MAILBOX_FULL")
        assert isinstance(found, Refused)
        kept = assert_is_kept(found, EvidenceKind.MAILBOX, peer.sender)
        assert kept.part.arguments == MailboxFacts(
            exists=True, is_open=True, used_bytes=QUOTA, quota_bytes=QUOTA
        )
        assert DOCTOR.encode() not in kept.part.text()
        (again,) = decide_again(
            [under(kept.part, OtherSettings(quota_bytes=QUOTA + 1))]
        )
        assert again == Answered()


POSTMASTERS = [
    None,
    read_address("Postmaster@hopital.mssante.test"),
    read_address("postmaster@patient.mssante.test"),
]


@pytest.mark.parametrize("address", POSTMASTERS)
def test_the_postmaster_of_each_of_our_domains_is_one_mailbox(
    admission: Admission, peer: AdmittedSender, address: MailAddress | None
) -> None:
    assert refusal(admission.admit_recipient(peer, address))[1] == "MAILBOX_UNKNOWN"
    with admission.database.write() as work:
        mailbox_id = Mailboxes(work).add(
            "postmaster@hopital.mssante.test", kind="ORG", holders=[HOSPITAL]
        )

    assert admission.admit_recipient(peer, address) == Recipient(
        kind=RecipientKind.MAILBOX,
        address="postmaster@hopital.mssante.test",
        target_id=mailbox_id,
    )
    assert admission.admit_recipient_at_once(peer, address) is None


@pytest.mark.parametrize("address", POSTMASTERS)
@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ("Service@hopital.mssante.test", SERVICE),
        (PEER, Recipient(kind=RecipientKind.REMOTE, address=PEER)),
        (PEER.upper(), Recipient(kind=RecipientKind.REMOTE, address=PEER)),
        (ELSEWHERE, "RELAY_REFUSED"),
        ("nobody@hopital.mssante.test", "MAILBOX_UNKNOWN"),
        (PATIENT, "RELAY_REFUSED"),
    ],
)
def test_the_postmasters_mail_goes_where_the_operator_says(
    admission: Admission,
    peer: AdmittedSender,
    address: MailAddress | None,
    reads: str,
    found: Recipient | str,
) -> None:
    domains = evolve(admission.domains, postmaster=reads)
    there = evolve(admission, domains=domains).admit_recipient(peer, address)

    if isinstance(there, Recipient) and there.kind is RecipientKind.MAILBOX:
        assert there.address == found
    else:
        assert (there if isinstance(there, Recipient) else refusal(there)[1]) == found


@pytest.mark.parametrize(
    ("reads", "reply", "code"),
    [
        (ELSEWHERE, replies.OUTSIDE_TRUST_SPACE, "RELAY_REFUSED"),
        (PATIENT, replies.OUTSIDE_TRUST_SPACE, "RELAY_REFUSED"),
        (
            "nobody@hopital.mssante.test",
            replies.NO_SUCH_MAILBOX,
            "MAILBOX_UNKNOWN",
        ),
    ],
)
def test_a_user_hears_in_plain_words_that_the_postmasters_address_leads_nowhere(
    admission: Admission,
    hospital: AdmittedSender,
    reads: str,
    reply: Reply,
    code: str,
) -> None:
    domains = evolve(admission.domains, postmaster=reads)
    found = evolve(admission, domains=domains).admit_recipient(hospital, None)

    assert refusal(found) == (reply, code)


@pytest.mark.parametrize(
    "address", ["postmaster@peer.mssante.test", "postmasters@hopital.mssante.test"]
)
def test_another_postmaster_is_not_ours(
    admission: Admission, peer: AdmittedSender, address: str
) -> None:
    domains = evolve(admission.domains, postmaster=SERVICE)
    found = evolve(admission, domains=domains).admit_recipient(
        peer, read_address(address)
    )

    code = "RELAY_REFUSED" if "peer" in address else "MAILBOX_UNKNOWN"
    assert refusal(found) == (replies.REFUSED, code)


@pytest.mark.parametrize(
    ("address", "by_users"),
    [
        (PEER, Recipient(kind=RecipientKind.REMOTE, address=PEER)),
        (ELSEWHERE, (replies.OUTSIDE_TRUST_SPACE, "RELAY_REFUSED")),
    ],
)
def test_a_message_leaves_for_the_space_of_trust_and_from_users_only(
    admission: Admission,
    peer: AdmittedSender,
    hospital: AdmittedSender,
    address: str,
    by_users: Recipient | tuple[Reply, str],
) -> None:
    relayed = admission.admit_recipient(peer, read_address(address))
    assert refusal(relayed) == (replies.REFUSED, "RELAY_REFUSED")

    found: Any = admission.admit_recipient(hospital, read_address(address))
    assert (found if isinstance(found, Recipient) else refusal(found)) == by_users


@pytest.mark.parametrize("of_users", [True, False])
def test_a_refused_domain_is_kept_with_the_door_and_what_the_list_says_of_it(
    admission: Admission,
    peer: AdmittedSender,
    hospital: AdmittedSender,
    of_users: bool,
) -> None:
    asks, address = (hospital, ELSEWHERE) if of_users else (peer, PEER)
    found = admission.admit_recipient(asks, read_address(address))

    assert isinstance(found, Refused)
    assert found.refusal is not None
    part = TakenDecision.of_json(json.loads(found.refusal.part.text()))
    assert part.arguments == RelayFacts(
        door=asks.link.door,
        domain=address.partition("@")[2],
        leads_on=not of_users,
    )
    assert decide_again([part]) == (part.decided,)
    assert [one.reason for one in answers(part)] == ["RELAY_REFUSED"]


@pytest.mark.parametrize("address", [None, read_address(DOCTOR), read_address(PEER)])
def test_only_a_patient_is_found_at_once(
    admission: Admission, peer: AdmittedSender, address: MailAddress | None
) -> None:
    assert admission.admit_recipient_at_once(peer, address) is None


def test_a_patient_is_found_at_once_like_in_a_thread(
    admission: Admission, peer: AdmittedSender
) -> None:
    if admission.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL is asked in a thread")
    known = read_address(PATIENT)
    unknown = MailAddress(matricule(6), "patient.mssante.test")
    assert admission.admit_recipient_at_once(peer, known) is None  # not open yet
    for address in (known, unknown):
        in_a_thread = admission.admit_recipient(peer, address)

        assert admission.admit_recipient_at_once(peer, address) == in_a_thread


def test_where_only_a_thread_can_ask_nothing_is_said_at_once(
    admission: Admission, peer: AdmittedSender
) -> None:
    if admission.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite answers at once")

    assert admission.admit_recipient_at_once(peer, read_address(PATIENT)) is None


@pytest.mark.parametrize("door", ["peer", "hospital"])
@pytest.mark.parametrize("local", ["279035121518988", "dr.martin", matricule(6)])
def test_of_patients_our_own_users_hear_no_more_than_others(
    admission: Admission, request: pytest.FixtureRequest, door: str, local: str
) -> None:
    sender: AdmittedSender = request.getfixturevalue(door)
    address = MailAddress(local, "patient.mssante.test")

    assert refusal(admission.admit_recipient(sender, address))[0] is replies.REFUSED


@pytest.mark.parametrize(
    ("door", "name", "path"), [(OPERATORS, "peer", PEER), (USERS, "hospital", SERVICE)]
)
def test_by_what_a_sender_was_believed_goes_with_it(
    admission: Admission, folder: Path, door: Door, name: str, path: str
) -> None:
    sender = admitted(admission, door, name, path).sender

    list_bytes = (folder / "allowlist.xml").read_bytes()
    assert sender.allowlist == hashlib.sha256(list_bytes).hexdigest()
    assert sender.issuer in {
        one.common_name for one in admission.trust.authorities.members
    }
    assert sender.crl.isdigit()
    assert bool(sender.entry) is (name == "peer")
