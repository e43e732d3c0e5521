"""What a message set aside, filed or withdrawn leaves in the journal, word by word."""

from __future__ import annotations

from typing import Any

from gateway.core.envelope import Recipient, RecipientKind, SenderKind
from gateway.store.base.work import Database
from gateway.store.journal import OPERATOR as OPERATOR_CHAIN
from gateway.store.journal import Entry
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.dmp_bridge.filing.story import HOSPITAL, OPERATOR, Story
from tests.logged import warnings_logged

OTHER_INS = "277076322082910"
RESTRICTED = make_cda(confidentiality="R")
OTHERS = make_cda(unique_id=(f"{SET}.8", ""), set_id="1.2.8", ins=OTHER_INS)


def detail(lines: list[Entry], action: str) -> list[dict[str, Any]]:
    return [dict(line.detail) for line in lines if line.action == action]


def operator_lines(story: Story) -> list[Entry]:
    with story.database.read() as work:
        return list(work.journal.lines(OPERATOR_CHAIN))


def test_what_is_set_aside_is_decided_in_the_journal_with_its_cautions(
    database: Database,
) -> None:
    story = Story.begin(database)

    told = story.send(make_mail(as_xml(RESTRICTED), as_xml(OTHERS)))

    decided = detail(story.lines(), "document:decide")
    assert [(one["position"], one["reasons"]) for one in decided] == [
        (0, ["PATIENT_MISMATCH"]),
        (1, ["PATIENT_MISMATCH"]),
    ]
    assert [one["cautions"] for one in decided] == [["RESTRICTED"], []]
    assert [one.error for one in told.documents] == ["904", "904"]


def test_the_journal_says_why_under_which_rules_and_settings(
    database: Database,
) -> None:
    story = Story.begin(database)
    versions = story.filing.gatherer.settings_version

    told = story.send(make_mail(as_xdm(pack(RESTRICTED))))

    (line,) = [one for one in story.lines() if one.action == "document:decide"]
    assert (line.subject, line.outcome) == (told.kept.id, "FILED")
    assert dict(line.detail) == {
        "recipient": 0,
        "position": 0,
        "document": f"{SET}.1",
        "reasons": ["FILED"],
        "cautions": ["RESTRICTED"],
        "rules": "filing-2026.1",
        "settings": versions,
        "patient_settings": "1",
    }
    (filed,) = [one for one in story.lines() if one.action == "document:file"]
    assert (filed.subject, filed.outcome) == (told.documents[0].entry_id, "FILED")
    assert dict(filed.detail) == {"arrival": told.kept.id, "document": f"{SET}.1"}


def test_the_journal_says_which_document_put_which_out_of_date(
    database: Database,
) -> None:
    story = Story.begin(database)
    first = story.send(make_mail(as_xml(make_cda())))
    second = story.send(
        make_mail(
            as_xml(make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces=f"{SET}.1"))
        )
    )

    (line,) = [one for one in story.lines() if one.action == "document:deprecate"]

    assert (line.subject, line.outcome) == (first.documents[0].entry_id, "REPLACED")
    assert dict(line.detail) == {"by": second.documents[0].entry_id}


def test_the_operator_learns_which_certificate_brought_what_is_set_aside(
    database: Database,
) -> None:
    story = Story.begin(database)

    with warnings_logged() as warned:
        told = story.send(make_mail(as_xml(OTHERS)), sender=OPERATOR)

    assert warned == [f"message {told.kept.id} is in quarantine: PATIENT_MISMATCH"]
    (line,) = [
        one for one in operator_lines(story) if one.action == "message:quarantine"
    ]
    assert (line.subject, line.outcome) == (told.kept.id, "PATIENT_MISMATCH")
    assert dict(line.detail) == {
        "sender": SenderKind.OPERATOR.value,
        "identity": OPERATOR.identity,
        "certificate": OPERATOR.fingerprint,
    }


def test_a_message_without_documents_is_decided_once(database: Database) -> None:
    story = Story.begin(database)

    story.send(make_mail(), sender=HOSPITAL)

    (decided,) = detail(story.lines(), "document:decide")
    assert (decided["position"], decided["document"]) == (0, "")
    assert decided["reasons"] == ["MESSAGE_ONLY"]


def test_the_patient_may_be_gone_when_the_message_is_filed(database: Database) -> None:
    story = Story.begin(database)
    mail = make_mail(as_xml(make_cda()))

    told = story.send(mail, recipients=(story.to_patient("f" * 32),))

    assert told.codes == ["PROFILE_ABSENT"]
    assert not told.deliver
    assert detail(operator_lines(story), "document:decide")[0]["reasons"][0] == (
        "PROFILE_ABSENT"
    )


def to(address: str) -> Recipient:
    return Recipient(kind=RecipientKind.MAILBOX, address=address, target_id="d" * 32)


def test_a_copy_that_is_not_made_is_in_the_journal_with_its_reason(
    database: Database,
) -> None:
    story = Story.begin(database)
    doctor, own = to("dr@hopital.mssante.test"), to("Service@hopital.mssante.test")

    told = story.send(
        make_mail(as_xdm(pack(make_cda(), flags=["MASQUE_PS"]))),
        recipients=(doctor, story.to_patient(), own),
    )

    ends = [(one.outcome, one.reasons, one.deliver) for one in told.kept.recipients]
    assert ends[0] == ("BOUNCED", ("MASKED_DOCUMENT",), False)
    assert ends[1][::2] == ("FILED_MASKED", True)
    assert ends[2] == ("", (), True)
    (line,) = [one for one in operator_lines(story) if one.action == "message:return"]
    assert (line.outcome, line.subject) == ("MASKED_DOCUMENT", told.kept.id)
    assert dict(line.detail) == {"recipient": 0}
    assert told.kept.state == "decided"


def test_a_document_that_is_masked_by_the_patients_setting_has_its_copies(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.change(mask_by_default=True)

    told = story.send(
        make_mail(as_xdm(pack(make_cda()))),
        recipients=(story.to_patient(), to("dr@hopital.mssante.test")),
    )

    assert [one.outcome for one in told.kept.recipients] == [
        "FILED_MASKED_BY_DEFAULT",
        "",
    ]


def test_a_masked_document_that_is_not_filed_has_no_copies_either(
    database: Database,
) -> None:
    story = Story.begin(database)
    package = pack(make_cda(), flags=["MASQUE_PS"], changes={"unique_id": "9.9"})

    told = story.send(
        make_mail(as_xdm(package)),
        recipients=(story.to_patient(), to("dr@hopital.mssante.test")),
    )

    assert [one.outcome for one in told.kept.recipients] == ["DOC_INVALID", "BOUNCED"]


def test_what_is_set_aside_by_traits_says_so_to_all(database: Database) -> None:
    story = Story.begin(database)
    other = make_cda(unique_id=(f"{SET}.9", ""), set_id="", ins="", family="AUTRE")

    with warnings_logged() as logged:
        told = story.send(
            make_mail(as_xml(make_cda()), as_xml(other)),
            recipients=(story.to_patient(), to("dr@hopital.mssante.test")),
        )

    assert told.codes == ["TRAITS_MISMATCH", "TRAITS_MISMATCH"]
    assert [(one.outcome, one.reasons[0]) for one in told.kept.recipients] == [
        ("TRAITS_MISMATCH", "TRAITS_MISMATCH"),
        ("BOUNCED", "TRAITS_MISMATCH"),
    ]
    (line,) = [
        one for one in operator_lines(story) if one.action == "message:quarantine"
    ]
    assert line.outcome == "TRAITS_MISMATCH"
    assert logged == [f"message {told.kept.id} is in quarantine: TRAITS_MISMATCH"]
