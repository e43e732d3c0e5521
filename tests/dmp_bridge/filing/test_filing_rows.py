"""The filing table, row by row, with real messages.

Attacks X09 and X11.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.envelope import Sender, SenderKind
from gateway.core.reasons import Reason
from gateway.documents.xdm.archive import open_archive, write_archive
from gateway.documents.xds.values import EntryAction
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from tests.builders_cda import FRENCH_TYPES, SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import MATRICULE, TEST_RANGE
from tests.builders_xdm import MOMENT
from tests.dmp_bridge.filing.story import (
    DOCTOR,
    HOSPITAL,
    OPERATOR,
    STRUCTURE,
    Story,
    traits,
)

OTHER_INS = "277076322082910"
OTHER_HOSPITAL = Sender(kind=SenderKind.ORGANISATION, identity="1990000001")
LETTER = make_cda()
FLAGS = tuple(Visibility)


def packed(*contents: bytes, **options: Any) -> bytes:
    return make_mail(as_xdm(pack(*contents, **options)))


def attached(content: bytes) -> bytes:
    return make_mail(as_xml(content))


Change = Callable[[Story], None]


def in_state(state: str) -> Change:
    return lambda story: story.change(state=state)


def after(mail: bytes, sender: Sender = HOSPITAL) -> Change:
    def send(story: Story) -> None:
        assert story.send(mail, sender=sender).kept.recipients[0].outcome

    return send


def blocking(identity: str) -> Change:
    def block(story: Story) -> None:
        with story.database.write() as work:
            Decisions(work).block(story.profile_id, identity)

    return block


def secret(story: Story) -> None:
    with story.database.write() as work:
        Decisions(work).set_secret(story.profile_id, STRUCTURE, secret=True)


def opposing(**fields: str) -> Change:
    return lambda story: story.oppose(**fields)


def masking(story: Story) -> None:
    story.change(mask_by_default=True)


def nothing(_: Story) -> None:
    """Leave the story as it begins."""


def damaged(package: bytes) -> bytes:
    """Return a package whose METADATA.XML lists no document."""
    archive = open_archive(package)
    files = [(name, archive.read(name)) for name in archive.names]
    return write_archive(
        [
            (name, b"<x/>" if name.endswith("METADATA.XML") else content)
            for name, content in files
        ],
        MOMENT,
    )


OWN = {"patient_id": f"{MATRICULE}^^^&{TEST_RANGE}&ISO^NH"}


@frozen(kw_only=True)
class Row:
    """One message under one set of facts, and what must come of it."""

    name: str
    mail: bytes = field(default=b"", repr=False)
    before: Change = nothing
    sender: Sender = HOSPITAL
    begin: dict[str, Any] = field(factory=dict, repr=False)
    code: Reason
    filed: int = 0
    deliver: bool = True
    held: bool = False


V2 = {"unique_id": (f"{SET}.2", ""), "version": 2, "replaces": f"{SET}.1"}
MINOR = {"traits": traits(birth_date="20140328")}
MINOR_LETTER = make_cda(birth_date="20140328")

ROWS = (
    Row(
        name="4 gone since",
        before=in_state("DELETED"),
        code=Reason.PROFILE_ABSENT,
        deliver=False,
    ),
    Row(
        name="4 only announced",
        before=in_state("ANNOUNCED"),
        code=Reason.PROFILE_ABSENT,
        deliver=False,
    ),
    Row(
        name="5 opposed",
        before=in_state("OPPOSED"),
        code=Reason.PROFILE_OPPOSED,
        deliver=False,
    ),
    Row(
        name="6 closed",
        before=in_state("CLOSED"),
        code=Reason.PROFILE_CLOSED,
        deliver=False,
    ),
    Row(
        name="6 suspended",
        before=in_state("SUSPENDED"),
        code=Reason.PROFILE_SUSPENDED,
        deliver=False,
    ),
    Row(
        name="7 not activated",
        before=in_state("OPEN_NOT_ACTIVATED"),
        code=Reason.FILED_NOT_ACTIVATED,
        filed=1,
    ),
    Row(
        name="8 structure blocked",
        before=blocking(STRUCTURE),
        code=Reason.SENDER_BLOCKED,
        deliver=False,
    ),
    Row(
        name="8 address blocked",
        before=blocking("service@hopital.mssante.test"),
        code=Reason.SENDER_BLOCKED,
        deliver=False,
    ),
    Row(
        name="8 author blocked",
        before=blocking("899700000017"),
        sender=OPERATOR,
        code=Reason.SENDER_BLOCKED,
        deliver=False,
    ),
    Row(
        name="8 blocked may file by a setting",
        before=blocking(STRUCTURE),
        begin={"filing": {"blocked_may_file": True}},
        code=Reason.FILED,
        filed=1,
        deliver=False,
    ),
    Row(name="9 nothing attached", mail=make_mail(), code=Reason.MESSAGE_ONLY),
    Row(
        name="9 a PDF is only an attachment",
        mail=make_mail(("lettre.pdf", "application/pdf", b"%PDF-1.4")),
        code=Reason.MESSAGE_ONLY,
    ),
    Row(
        name="9 any other ZIP is only an attachment",
        mail=make_mail(
            (
                "photos.zip",
                "application/zip",
                write_archive([("photo.jpg", b"\xff\xd8\xff...")], MOMENT),
            )
        ),
        code=Reason.MESSAGE_ONLY,
    ),
    Row(
        name="10 a ZIP that cannot be opened",
        mail=make_mail(("photos.zip", "application/zip", b"PK\x03\x04photos")),
        code=Reason.DOC_INVALID,
        deliver=False,
    ),
    Row(name="10 not XML", mail=attached(b"nothing"), code=Reason.DOC_INVALID),
    Row(
        name="10 an entity",
        mail=attached(b'<!DOCTYPE x [<!ENTITY e "e">]>' + LETTER),
        code=Reason.DOC_INVALID,
    ),
    Row(name="10 not a CDA", mail=attached(b"<html/>"), code=Reason.DOC_INVALID),
    Row(
        name="10 a broken package",
        mail=make_mail(as_xdm(pack(LETTER)[:-40])),
        code=Reason.DOC_INVALID,
    ),
    Row(
        name="10 METADATA gives another uniqueId",
        mail=packed(LETTER, changes={"unique_id": "1.2.3"}),
        code=Reason.DOC_INVALID,
    ),
    Row(
        name="11 another patient",
        mail=packed(make_cda(ins=OTHER_INS)),
        code=Reason.PATIENT_MISMATCH,
        deliver=False,
    ),
    Row(
        name="11 METADATA of another patient",
        mail=packed(
            LETTER,
            changes={"patient_id": f"{OTHER_INS}^^^&1.2.250.1.213.1.4.10&ISO^NH"},
        ),
        code=Reason.PATIENT_MISMATCH,
        deliver=False,
    ),
    Row(
        name="11 the same number under another authority",
        mail=packed(make_cda(oid="1.2.250.1.213.1.4.8")),
        code=Reason.PATIENT_MISMATCH,
        deliver=False,
    ),
    Row(
        name="11 another patient in a document that METADATA contradicts",
        mail=packed(make_cda(ins=OTHER_INS), changes={**OWN, "unique_id": "9.9"}),
        code=Reason.DOC_INVALID,
        held=True,
        deliver=False,
    ),
    Row(
        name="11 another patient in a document to withdraw",
        mail=packed(make_cda(ins=OTHER_INS), changes=OWN, action=EntryAction.DELETE),
        code=Reason.PATIENT_MISMATCH,
        deliver=False,
    ),
    Row(
        name="11 another patient in a package that is damaged",
        mail=make_mail(as_xdm(damaged(pack(make_cda(ins=OTHER_INS))))),
        code=Reason.DOC_INVALID,
        held=True,
        deliver=False,
    ),
    Row(
        name="11 an INS that is none",
        mail=attached(make_cda(ins="27903512151898")),
        code=Reason.PATIENT_MISMATCH,
        deliver=False,
    ),
    Row(
        name="12 another birth name",
        mail=packed(make_cda(family="AUTRE")),
        code=Reason.TRAITS_MISMATCH,
        held=True,
        deliver=False,
    ),
    Row(
        name="12 another person without an INS",
        mail=attached(make_cda(ins="", family="AUTRE", birth_date="19600101")),
        code=Reason.TRAITS_MISMATCH,
        held=True,
        deliver=False,
    ),
    Row(
        name="12 another person in a document that cannot be read",
        mail=attached(
            make_cda(ins="", family="AUTRE").decode().encode("utf-16"),
        ),
        code=Reason.DOC_INVALID,
        held=True,
        deliver=False,
    ),
    Row(
        name="12 the name in use in place of the birth name",
        mail=packed(make_cda(family="MARTIN")),
        begin={"traits": traits(used_family="MARTIN")},
        code=Reason.TRAITS_MISMATCH,
        deliver=False,
    ),
    Row(
        name="12 another birth place alone is a caution",
        mail=packed(make_cda(birth_place="51215")),
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="12 another birth place by a setting",
        mail=packed(make_cda(birth_place="51215")),
        begin={"filing": {"refuse_other_birth_place": True}},
        code=Reason.TRAITS_MISMATCH,
        deliver=False,
    ),
    Row(
        name="12 accents and hyphens are the same name",
        mail=packed(make_cda(family="Pàt trois")),
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="13 no INS",
        mail=attached(make_cda(ins="")),
        code=Reason.INS_NOT_QUALIFIED,
    ),
    Row(
        name="13 no INS, and nothing to compare",
        mail=attached(
            make_cda(
                ins="",
                family="",
                used_family="",
                given_names="",
                first_given="",
                birth_date="",
                birth_place="",
            )
        ),
        code=Reason.INS_NOT_QUALIFIED,
        deliver=False,
    ),
    Row(
        name="13 an INS without all traits",
        mail=packed(make_cda(sex="")),
        code=Reason.INS_NOT_QUALIFIED,
    ),
    Row(
        name="13 a wrong test key by a setting",
        mail=packed(make_cda(ins="279035121518988")),
        begin={
            "ins": "279035121518988",
            "filing": {"refuse_wrong_test_key": True},
        },
        code=Reason.INS_MALFORMED,
        deliver=False,
    ),
    Row(
        name="14 another structure",
        sender=OTHER_HOSPITAL,
        code=Reason.AUTHOR_UNVERIFIED,
    ),
    Row(
        name="14 the author's own certificate",
        sender=DOCTOR,
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="14 an operator with a well-formed author",
        sender=OPERATOR,
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="14 an operator with an author that is none",
        sender=OPERATOR,
        mail=packed(make_cda(author_id="17")),
        code=Reason.AUTHOR_UNVERIFIED,
    ),
    Row(
        name="15 unknown type",
        mail=packed(make_cda(type_code=("NOUVEAU", FRENCH_TYPES, "Nouveau"))),
        code=Reason.TYPE_UNKNOWN,
    ),
    Row(
        name="15 unknown type as other by a setting",
        mail=packed(make_cda(type_code=("NOUVEAU", FRENCH_TYPES, "Nouveau"))),
        begin={"filing": {"unknown_types": "file_as_other"}},
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="16 seen by nobody",
        mail=packed(LETTER, flags=["MASQUE_PS", "INVISIBLE_PATIENT"]),
        code=Reason.CONFIDENTIALITY_CONFLICT,
        deliver=False,
    ),
    Row(
        name="16 a flag that is not known",
        mail=packed(LETTER, flags=["INVISIBLE_VOISINS"]),
        code=Reason.CONFIDENTIALITY_CONFLICT,
    ),
    Row(
        name="17 the same document again",
        before=after(packed(LETTER)),
        code=Reason.DUPLICATE,
        filed=1,
    ),
    Row(
        name="18 the same id for another content",
        before=after(packed(make_cda(title="Autre"))),
        code=Reason.ID_REUSED,
        filed=1,
    ),
    Row(
        name="18 the same version under another id",
        before=after(packed(LETTER)),
        mail=packed(make_cda(unique_id=(f"{SET}.9", ""))),
        code=Reason.ID_REUSED,
        filed=1,
    ),
    Row(
        name="19 a new version",
        before=after(packed(LETTER)),
        mail=packed(make_cda(**V2)),
        code=Reason.REPLACED,
        filed=2,
    ),
    Row(
        name="20 replaces another author's",
        before=after(packed(LETTER)),
        mail=packed(
            make_cda(**V2, structure_id="1990000001", author_id="899700000025")
        ),
        sender=OTHER_HOSPITAL,
        code=Reason.REPLACE_FORBIDDEN,
        filed=1,
    ),
    Row(
        name="21 replaces what is not here",
        mail=packed(make_cda(**V2)),
        code=Reason.REPLACED_PARENT_UNKNOWN,
        filed=1,
    ),
    Row(
        name="22 opposed to this document",
        before=opposing(kind="document", unique_id=f"{SET}.1"),
        code=Reason.PATIENT_OPPOSED_DOC,
    ),
    Row(
        name="23 opposed to this structure",
        before=opposing(kind="structure", structure=STRUCTURE),
        code=Reason.OPPOSITION_ON_RECORD,
    ),
    Row(
        name="23 opposed to this structure for this type",
        before=opposing(kind="structure", structure=STRUCTURE, type_code="11490-0"),
        code=Reason.OPPOSITION_ON_RECORD,
    ),
    Row(
        name="23 opposed to this structure for another type",
        before=opposing(kind="structure", structure=STRUCTURE, type_code="11502-2"),
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="24 a minor's secret",
        before=secret,
        mail=packed(MINOR_LETTER),
        begin=MINOR,
        code=Reason.FILED_SECRET,
        filed=1,
    ),
    Row(
        name="24 a minor's secret with another flag",
        before=secret,
        mail=packed(MINOR_LETTER, flags=["MASQUE_PS"]),
        begin=MINOR,
        code=Reason.CONFIDENTIALITY_CONFLICT,
    ),
    Row(
        name="24 an adult has no such secret",
        before=secret,
        code=Reason.FILED,
        filed=1,
    ),
    Row(
        name="25 hidden until announced",
        mail=packed(LETTER, flags=["INVISIBLE_PATIENT"]),
        code=Reason.FILED_INVISIBLE,
        filed=1,
    ),
    Row(
        name="26 masked by the sender",
        mail=packed(LETTER, flags=["MASQUE_PS"]),
        code=Reason.FILED_MASKED,
        filed=1,
    ),
    Row(
        name="27 masked by default",
        before=masking,
        code=Reason.FILED_MASKED_BY_DEFAULT,
        filed=1,
    ),
    Row(name="28 a letter in a package", code=Reason.FILED, filed=1),
    Row(
        name="a withdrawal of what is not here",
        mail=packed(LETTER, action=EntryAction.DELETE),
        code=Reason.WITHDRAWAL_UNKNOWN,
    ),
    Row(
        name="a withdrawal by its author",
        before=after(packed(LETTER)),
        mail=packed(LETTER, action=EntryAction.DELETE),
        code=Reason.WITHDRAWN,
        filed=1,
    ),
    Row(
        name="a withdrawal by somebody else",
        before=after(packed(LETTER)),
        mail=packed(LETTER, action=EntryAction.DELETE),
        sender=OTHER_HOSPITAL,
        code=Reason.WITHDRAWAL_FORBIDDEN,
        filed=1,
    ),
    Row(
        name="a withdrawal of a version that was replaced",
        before=after(packed(LETTER, make_cda(**V2))),
        mail=packed(LETTER, action=EntryAction.DELETE),
        code=Reason.WITHDRAWAL_OUTDATED,
        filed=2,
    ),
    Row(
        name="28 a letter attached directly",
        mail=attached(LETTER),
        code=Reason.FILED,
        filed=1,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(row: Row, database: Database) -> None:
    story = Story.begin(database, **row.begin)
    row.before(story)

    told = story.send(row.mail or packed(LETTER), sender=row.sender)

    assert told.outcome == row.code
    quarantined = row.held or row.code is Reason.PATIENT_MISMATCH
    assert (told.kept.state == "quarantined") is quarantined
    assert told.deliver is row.deliver
    assert set(told.tasks) & {"deliver", "acknowledge"}
    assert len(story.entries()) == row.filed
    assert told.codes == ([] if row.code is Reason.MESSAGE_ONLY else [row.code])
    decided = [line for line in story.lines() if line.action == "document:decide"][-1]
    assert (decided.outcome, decided.subject) == (row.code, told.kept.id)
    assert decided.detail["rules"]


def test_every_reachable_row_has_a_message() -> None:
    at_the_door = {Reason.SENDER_NOT_TRUSTED, Reason.SENDER_NOT_ENTITLED}

    assert {row.code for row in ROWS} | at_the_door == set(Reason)


def test_a_new_version_deprecates_the_one_before(database: Database) -> None:
    story = Story.begin(database)
    story.send(packed(LETTER))

    story.send(packed(make_cda(**V2)))

    by_id = {entry.unique_id: entry for entry in story.entries()}
    old, new = by_id[f"{SET}.1"], by_id[f"{SET}.2"]
    assert (new.availability_status, old.availability_status) == (
        Availability.APPROVED,
        Availability.DEPRECATED,
    )
    assert new.replaces == old.unique_id
    assert story.read(old.unique_id).content == LETTER
    deprecated = [line for line in story.lines() if line.action == "document:deprecate"]
    assert [line.subject for line in deprecated] == [
        old.entry_uuid.removeprefix("urn:uuid:").replace("-", "")
    ]


@pytest.mark.parametrize("flag", FLAGS)
def test_the_entry_carries_the_flag_it_was_filed_with(
    flag: Visibility, database: Database
) -> None:
    story = Story.begin(database)

    story.send(packed(LETTER, flags=[flag.value]))

    (entry,) = story.entries()
    assert entry.visibility == {flag}
    assert entry.confidentiality[0].code == "N"
