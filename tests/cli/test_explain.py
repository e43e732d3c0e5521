"""What `gateway explain` prints is what was kept, in both languages, and is noted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import update

from gateway.cli import explain as noun
from gateway.cli import rights
from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import ReadingWay
from gateway.core.reasons import Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.errors import MisuseError, NotFoundError
from gateway.evidence.acts import ActArguments, block_arguments, naming_arguments
from gateway.evidence.arguments import (
    Answered,
    Circumstances,
    EvidenceKind,
    TakenDecision,
    answered_part,
    certificate_part,
    filing_part,
    viewing_part,
)
from gateway.evidence.identity import opening_facts_of_nobody
from gateway.evidence.policies import text_of
from gateway.evidence.program import rules_hash
from gateway.evidence.writing import FilesAsked, writing_arguments, writing_refusals
from gateway.rights import filing_rules, recipient_rules
from gateway.rights.attachment_rules import AttachmentPolicy, OfferedFile
from gateway.rights.filing_facts import FilingFacts
from gateway.rights.filing_rules import decide_filing
from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.opening_rules import HeldMailbox, HoldingFacts
from gateway.rights.professional_viewing_rules import ViewingFacts, refuse_viewing
from gateway.rights.profile import ProfileState
from gateway.rights.reading_rules import Relation
from gateway.rights.recipient_rules import AddressFact, PatientFacts
from gateway.rights.record_act_rules import NoAct
from gateway.rights.relay_rules import RelayFacts
from gateway.rights.sender_rules import LinkKind
from gateway.settings.file import FilingSettings, ImapSettings, read_settings
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.evidence.settings import SettingsText
from gateway.store.journal import Action, chain_of
from gateway.store.patients.decisions import Decisions
from gateway.store.tables import evidence
from gateway.trust.certificate_rules import CertificateFault, CertificateRefused
from gateway.trust.space import PeerVerdict
from tests.builders_arrivals import keep_arrival, make_arrival
from tests.builders_people import open_profile
from tests.cli.conftest import Run
from tests.evidence.test_writing import OPEN
from tests.rights.facts import GOOD, HOSPITAL, INS
from tests.rights.test_administrator_rules import ACTING, NAMING
from tests.rights.test_record_act_rules import OWN

ARRIVAL = make_arrival()
TEXT = SettingsText(text_of(FilingSettings()))
AROUND = Circumstances(
    sender="organisation",
    identity=HOSPITAL,
    certificate="f0f0",
    issuer="AC DES ESSAIS",
    allowlist="a0a0",
    entry="CN=x, OU=y, C=fr",
    crl="7",
    program=rules_hash(),
    settings=TEXT.hash,
)
BLOCKED: dict[str, Any] = {"blocked": frozenset({HOSPITAL})}


@pytest.fixture
def opened(config: Path) -> Iterator[Database]:
    database = open_database(read_settings(config))
    yield database
    database.close()


def keep(
    database: Database,
    *parts: TakenDecision,
    profile_id: str = "",
    subject: str = ARRIVAL.id,
    around: Circumstances = AROUND,
) -> str:
    """Keep some decisions, with lines as the filing writes them; return their id."""
    with database.write() as work:
        TEXT.keep(work)
        SettingsText(TEXT.text).keep(work)
        for part in parts:
            said = EvidenceKeeper(work).keep(
                part, around, subject=subject, profile_id=profile_id
            )
            work.note(Action.DOCUMENT_DECIDED, part.outcome, subject, **said)
    return said["decision"]


def filed(change: dict[str, Any], position: int = 0) -> TakenDecision:
    facts = evolve(GOOD, versions=evolve(GOOD.versions, patient_settings="1"), **change)
    return filing_part(facts, decide_filing(facts), place=(0, position))


REFUSED = TakenDecision(
    kind=EvidenceKind.RECIPIENT,
    patient_settings="1",
    arguments=PatientFacts(
        address=AddressFact.INS, state=ProfileState.CLOSED, blocked=True
    ),
    decided=Answered(("PROFILE_CLOSED",)),
)


def test_a_filing_is_explained_in_french_line_by_line(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_arrival(opened, ARRIVAL)
    profile_id = open_profile(opened)
    decision = keep(opened, filed(BLOCKED), profile_id=profile_id)

    assert run(noun, ARRIVAL.message_id, "--replay") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Décision {decision} du 20")
    assert lines[0].endswith(f", message {ARRIVAL.id}")
    assert lines[1:10] == [
        f"  expéditeur: organisation {HOSPITAL}",
        "  certificat: f0f0, émis par AC DES ESSAIS",
        "  liste blanche: a0a0, inscription CN=x, OU=y, C=fr",
        "  liste de révocation n° 7",
        f"  programme: {rules_hash()} (celui d’aujourd’hui)",
        f"  réglages du service: {TEXT.hash}",
        "  journal: conforme à sa ligne",
        "  Enregistrement (destinataire, document: 1, 1): SENDER_BLOCKED",
        f"    SENDER_BLOCKED: {REASON_TEXTS[Reason.SENDER_BLOCKED].fr}",
    ]
    assert lines[10:14] == [
        f"      source: {REASON_TEXTS[Reason.SENDER_BLOCKED].source}",
        "    réglages du patient: 1",
        "    faits:",
        "      confiance du lien: GOOD",
    ]
    assert "      INS de l’adresse: personne 1" in lines
    assert "      INS du document: personne 1" in lines
    assert "      traits d’identité: SAME" in lines
    assert f"      bloqués par le patient: {HOSPITAL}" in lines
    rules = lines[lines.index("    règles, dans l’ordre:") + 1 :]
    assert rules[:4] == [
        "      1 L’expéditeur est de l’espace de confiance: oui",
        "      2 La boîte de l’expéditeur peut écrire aux patients: oui",
        "      3 L’adresse du patient est un INS avec sa clé: oui",
        "      4 Un espace est ouvert pour ce patient: oui",
    ]
    at = rules.index(
        "      8 Le patient n’a bloqué ni l’expéditeur ni l’auteur: s’oppose,"
        " SENDER_BLOCKED"
    )
    assert rules[at + 1 : at + 6] == [
        "        source: Information des professionnels de Mon espace santé : blocage",
        "        bloqués par le patient: oui",
        "        réglage blocked_may_file: non",
        "        réglage blocked_may_write: non",
        "        ce qui est apporté: DOCUMENT",
    ]
    assert rules[-1] == "    rejoué : même décision"
    assert INS.matricule not in "\n".join(lines)


def test_a_refusal_at_the_door_is_explained_in_english_by_its_own_id(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    profile_id = open_profile(opened, state="CLOSED")
    decision = keep(opened, REFUSED, profile_id=profile_id, subject="")

    assert run(noun, decision, "--replay", "--language", "en") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Decision {decision} of 20")
    assert lines[0].endswith(", refusal at the door")
    assert lines[6:] == [
        f"  service settings: {TEXT.hash}",
        "  journal: no line found",
        "  Recipient at the door: PROFILE_CLOSED",
        f"    PROFILE_CLOSED: {REASON_TEXTS[Reason.PROFILE_CLOSED].en}",
        "      source: CSP R. 1111-36",
        "    patient's settings: 1",
        "    facts:",
        "      patient's address: INS",
        "      state of the space: CLOSED",
        "      blocked by the patient: yes",
        "      what is brought: UNKNOWN",
        "      setting refuse_wrong_test_key: no",
        "      setting blocked_may_file: no",
        "      setting blocked_may_write: no",
        "    rules, in order:",
        "      3 The patient's address is an INS with its key: yes",
        "      4 The patient has a space: yes",
        "      5 The patient did not object to having a space: yes",
        "      6 The space is neither closed nor suspended: objects, PROFILE_CLOSED",
        "        source: CSP R. 1111-36",
        "        state of the space: CLOSED",
        "      8 The patient blocked neither the sender nor the author: objects,"
        " SENDER_BLOCKED",
        "        source: Information des professionnels de Mon espace santé : blocage",
        "        blocked by the patient: yes",
        "        setting blocked_may_file: no",
        "        setting blocked_may_write: no",
        "        what is brought: UNKNOWN",
        "    replayed: same decision",
    ]


def test_what_is_read_is_noted_in_the_patients_chain(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_arrival(opened, ARRIVAL)
    profile_id = open_profile(opened)
    keep(opened, filed({}), profile_id=profile_id)
    alone = keep(opened, REFUSED, subject="")

    run(noun, ARRIVAL.id)
    run(noun, alone)

    capsys.readouterr()
    with opened.read() as work:
        (own,) = [
            one
            for one in work.journal.lines(chain_of(profile_id))
            if one.action == "operator:read"
        ]
        (operators,) = [
            one
            for one in work.journal.lines("operator")
            if one.action == "operator:read"
        ]
    assert (own.outcome, own.subject) == ("explain", ARRIVAL.id)
    assert (operators.outcome, operators.subject) == ("explain", alone)


def test_a_rule_that_changed_since_is_said_with_the_fact(
    run: Run,
    opened: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_arrival(opened, ARRIVAL)
    keep(
        opened,
        filed({}),
        around=evolve(AROUND, program="0" * 64),
        profile_id=open_profile(opened),
    )

    def refuses_adults(facts: FilingFacts) -> Reason | None:
        return Reason.SENDER_NOT_ENTITLED if facts.holder_age == "ADULT" else None

    rows = (*filing_rules.MESSAGE_ROWS[:1], (2, refuses_adults))
    monkeypatch.setattr(filing_rules, "MESSAGE_ROWS", rows)

    run(noun, ARRIVAL.message_id, "--replay")
    lines = capsys.readouterr().out.splitlines()
    run(noun, ARRIVAL.message_id, "--replay", "--json")
    said = json.loads(capsys.readouterr().out)

    assert f"  programme: {'0' * 64} (autre que celui d’aujourd’hui)" in lines
    replayed = lines[lines.index("    rejoué : autre décision") + 1 :]
    assert "      code: était FILED, est SENDER_NOT_ENTITLED" in replayed
    assert replayed[-2:] == [
        "      2 La boîte de l’expéditeur peut écrire aux patients: s’oppose,"
        " SENDER_NOT_ENTITLED",
        "        âge du titulaire: ADULT",
    ]
    ((decision,),) = [one["decisions"] for one in said["decisions"]]
    assert decision["replay"]["same"] is False
    assert decision["replay"]["rules"] == ["2"]
    assert {"what": "file", "was": True, "is": False} in decision["replay"][
        "differences"
    ]


def test_a_rule_that_no_longer_objects_is_said(
    run: Run,
    opened: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = keep(opened, REFUSED, subject="")
    monkeypatch.setattr(
        recipient_rules, "PATIENT_ROWS", recipient_rules.PATIENT_ROWS[:3]
    )

    run(noun, alone, "--replay", "--language", "en")

    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:] == [
        "    replayed: other decision",
        "      reasons: was PROFILE_CLOSED, is none",
        "      PROFILE_CLOSED: did object",
    ]


def test_as_json_it_has_all_of_it(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_arrival(opened, ARRIVAL)
    profile_id = open_profile(opened)
    with opened.write() as work:
        Decisions(work).block(profile_id, HOSPITAL)
    keep(opened, filed(BLOCKED), profile_id=profile_id)

    run(noun, ARRIVAL.message_id, "--json")

    (said,) = json.loads(capsys.readouterr().out)["decisions"]
    (decision,) = said["decisions"]
    assert said["program"] == {"then": rules_hash(), "now": rules_hash(), "same": True}
    assert said["settings"]["values"]["blocked_may_file"] is False
    assert said["inJournal"] is True
    assert said["patientSettings"]["1"]["blocks"] == []
    assert decision["facts"]["facts"]["blocked"] == [HOSPITAL]
    assert decision["reasons"] == [
        {
            "code": "SENDER_BLOCKED",
            "source": REASON_TEXTS[Reason.SENDER_BLOCKED].source,
        }
    ]
    assert "replay" not in decision
    (row,) = [one for one in decision["rules"] if one["rule"] == "8"]
    assert (row["reason"], row["facts"]["blocked"]) == ("SENDER_BLOCKED", True)


def test_what_the_journal_does_not_vouch_for_is_said(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_arrival(opened, ARRIVAL)
    kept = keep(opened, filed({}))
    other = keep(opened, filed(BLOCKED))
    with opened.write() as work:
        work.note(
            Action.DOCUMENT_DECIDED,
            "FILED",
            ARRIVAL.id,
            decision=kept,
            evidence="0" * 64,
        )
        work.connection.execute(
            update(evidence).where(evidence.c.id == other).values(form=9)
        )

    run(noun, ARRIVAL.message_id, "--language", "en")

    lines = capsys.readouterr().out.splitlines()
    assert "  journal: other than its line says" in lines
    at = lines.index("  cannot be read: of form 9, unknown to this program")
    assert lines[at + 1] == "  filing: SENDER_BLOCKED"


def test_nothing_is_explained_of_nothing(run: Run, opened: Database) -> None:
    keep_arrival(opened, ARRIVAL)

    for name in ("nothing", "0" * 32, ARRIVAL.message_id):
        with pytest.raises(NotFoundError, match="no decision was kept"):
            run(noun, name)


def test_other_settings_would_have_decided_otherwise(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_arrival(opened, ARRIVAL)
    kept = keep(opened, filed(BLOCKED), filed({}, 1), profile_id=open_profile(opened))
    door = evolve(
        REFUSED,
        arguments=evolve(REFUSED.arguments, state=ProfileState.ACTIVATED),
        decided=Answered(("SENDER_BLOCKED",)),
    )
    alone = keep(opened, door, subject="")

    run(rights, "what-if")
    assert capsys.readouterr().out == (
        "3 decisions replayed, 0 would be others, 0 cannot be read\n"
    )
    run(rights, "what-if", "--set", "blocked_may_file=true")
    lines = capsys.readouterr().out.splitlines()
    run(rights, "what-if", "--set", "filing.blocked_may_file=true", "--json")
    said = json.loads(capsys.readouterr().out)

    assert lines[0] == "3 decisions replayed, 2 would be others, 0 cannot be read"
    assert said["counts"] == [
        {"was": "SENDER_BLOCKED", "is": "FILED", "count": 1},
        {"was": "SENDER_BLOCKED", "is": "PERMITTED", "count": 1},
    ]
    assert sorted((one["decision"], one["place"]) for one in said["changes"]) == sorted(
        [(kept, [0, 0]), (alone, [])]
    )
    assert said["settings"]["blocked_may_file"] is True
    assert kept in "\n".join(lines)
    with opened.read() as work:
        noted = [
            one
            for one in work.journal.lines("operator")
            if one.outcome == "rights what-if"
        ]
    assert len(noted) == 3


def test_a_full_mailbox_is_asked_again_under_another_quota(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = MailboxFacts(exists=True, is_open=True, used_bytes=2**31, quota_bytes=2**31)
    decision = keep(opened, answered_part(facts, "MAILBOX_FULL"), subject="")

    run(rights, "what-if", "--set", "mailbox_quota_bytes=2147483648")
    assert capsys.readouterr().out == (
        "1 decisions replayed, 0 would be others, 0 cannot be read\n"
    )
    run(rights, "what-if", "--set", "imap.mailbox_quota_bytes=2147483649", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == [{"was": "MAILBOX_FULL", "is": "PERMITTED", "count": 1}]
    assert said["mailboxQuotaBytes"] == 2147483649

    run(noun, decision, "--replay")
    lines = capsys.readouterr().out.splitlines()
    assert "  Boîte aux lettres à la porte: MAILBOX_FULL" in lines
    assert (
        "      mailbox La boîte existe, est ouverte et a de la place: s’oppose,"
        " MAILBOX_FULL" in lines
    )
    assert lines[-1] == "    rejoué : même décision"


def test_a_refused_certificate_is_explained_without_a_name(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = PeerVerdict(
        None, CertificateRefused((CertificateFault.MALFORMED,)), listed=False
    )
    part = certificate_part(LinkKind.RELAY, peer, ("CERT_MALFORMED",))
    around = Circumstances(program=rules_hash(), settings=TEXT.hash)
    decision = keep(opened, part, subject="", around=around)

    assert run(noun, decision, "--replay", "--language", "en") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(", refusal at the door")
    assert "  Certificate at the door: CERT_MALFORMED" in lines
    assert (
        "      certificate The certificate is good, and of the space of trust:"
        " objects, CERT_MALFORMED" in lines
    )
    assert "        certificate can be read: no" in lines
    assert lines[-1] == "    replayed: same decision"


def test_a_patients_message_is_explained_and_asked_again_with_other_files(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = OfferedFile(name="a.pdf", size=9, content_type="application/pdf")
    asked = writing_arguments(
        OPEN, FilesAsked(uploaded=(pdf,) * 3, policy=AttachmentPolicy(max_files=2))
    )
    part = answered_part(asked, *writing_refusals(asked))
    decision = keep(opened, part, subject="")

    assert run(noun, decision, "--replay") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  Message d’un patient: TOO_MANY_FILES" in lines
    assert (
        "      writing-files Les fichiers joints sont acceptés, un à un et ensemble:"
        " s’oppose, TOO_MANY_FILES" in lines
    )
    assert lines[-1] == "    rejoué : même décision"

    run(rights, "what-if", "--set", "web.max_files=3", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == [{"was": "TOO_MANY_FILES", "is": "PERMITTED", "count": 1}]
    assert said["files"]["max_files"] == 3
    run(rights, "what-if", "--set", "web.max_files=2", "--json")
    assert json.loads(capsys.readouterr().out)["counts"] == []


def test_an_opened_mailbox_and_a_refused_domain_are_explained(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = HoldingFacts(
        may_hold=True, asked="", held=(HeldMailbox("dr@hopital.mssante.test", "PER"),)
    )
    part = answered_part(opening_facts_of_nobody(facts))
    let_in = keep(opened, part, subject="")
    elsewhere = RelayFacts(
        door=LinkKind.SUBMISSION, domain="ailleurs.test", leads_on=False
    )
    refused = keep(opened, answered_part(elsewhere, "RELAY_REFUSED"), subject="")

    for decision, where, said in (
        (let_in, "let in at the door", "  Opening a mailbox: nothing objects"),
        (refused, "refusal at the door", "  Recipient elsewhere: RELAY_REFUSED"),
    ):
        assert run(noun, decision, "--replay", "--language", "en") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].endswith(f", {where}")
        assert said in lines
        assert lines[-1] == "    replayed: same decision"


CONSULTATION = "c0" * 16


def note(
    database: Database, part: TakenDecision, profile_id: str, subject: str = ""
) -> str:
    """Keep a decision with a line of the same transaction, about something else."""
    with database.write() as work:
        said = EvidenceKeeper(work).keep(
            part, AROUND, subject=subject, profile_id=profile_id
        )
        work.note_patient(Action.PROFILE_CHANGED, "block", profile_id, **said)
    return said["decision"]


def test_acts_in_a_record_are_explained_and_asked_again_under_other_limits(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    profile_id = open_profile(opened)
    full = evolve(ACTING, blocked=frozenset({"8", "9"}))
    named = evolve(NAMING, administrators=frozenset({"8", "9"}))
    note(
        opened, answered_part(block_arguments(full), "enough"), profile_id, CONSULTATION
    )
    naming = note(opened, answered_part(naming_arguments(named), "enough"), profile_id)

    assert run(noun, CONSULTATION, "--replay") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f", consultation {CONSULTATION}")
    assert "  journal: conforme à sa ligne" in lines
    assert "  Blocage pour le patient: enough" in lines
    assert "      réglage max_blocks: 2" in lines
    rule = lines.index(
        "      block L’administrateur peut bloquer cette personne, à la demande du "
        "patient: s’oppose, enough"
    )
    assert lines[rule + 1] == "        source: CSP R. 1111-54"
    assert lines[-1] == "    rejoué : même décision"

    assert run(noun, naming, "--language", "en", "--json") == 0
    (said,) = json.loads(capsys.readouterr().out)["decisions"]
    assert said["inJournal"] is True
    (part,) = said["decisions"]
    assert (part["kind"], part["outcome"]) == ("naming", "enough")
    assert part["rules"][0]["facts"]["naming.most"] == 2

    found = {}
    for limits in (("2", "2"), ("3", "2"), ("3", "3")):
        changes = [f"web.max_blocks={limits[0]}", f"web.max_administrators={limits[1]}"]
        sets = [word for one in changes for word in ("--set", one)]
        assert run(rights, "what-if", *sets, "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        assert (answer["mostBlocked"], answer["mostNamed"]) == tuple(map(int, limits))
        found[limits] = sorted(
            (one["kind"], one["was"], one["is"]) for one in answer["changes"]
        )
    assert found[("2", "2")] == []
    assert found[("3", "2")] == [("block", "enough", "PERMITTED")]
    assert found[("3", "3")] == [
        ("block", "enough", "PERMITTED"),
        ("naming", "enough", "PERMITTED"),
    ]


def test_an_act_on_a_document_is_explained_and_a_changed_rule_says_other(
    run: Run,
    opened: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = answered_part(ActArguments(done=OWN))
    decision = keep(opened, part, profile_id=open_profile(opened), subject="d0" * 16)

    assert run(noun, decision, "--replay", "--language", "en") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f", document {'d0' * 16}")
    assert "  Act on an open document: nothing objects" in lines
    assert "      act: withdraw" in lines
    assert lines[-1] == "    replayed: same decision"

    def refuses(_: Any) -> NoAct:
        return NoAct.NOT_THEIRS

    monkeypatch.setattr("gateway.evidence.replaying.refuse_act", refuses)
    monkeypatch.setattr(
        "gateway.evidence.rule_answers.ACT_ROWS", (("theirs", refuses),)
    )
    assert run(noun, decision, "--replay", "--language", "en") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "    replayed: other decision" in lines
    assert "      reasons: was none, is not theirs" in lines


def test_what_a_treating_doctor_opened_is_asked_again_under_another_setting(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = ViewingFacts(
        status=Availability.APPROVED,
        flags=frozenset({Visibility.MASKED}),
        is_own=False,
        readers=frozenset(),
        version="1",
        way=ReadingWay.TEAM,
        relation=Relation.TREATING,
        column=MatrixColumn.DOCTOR,
        treating_sees_masked=True,
    )
    part = viewing_part(facts, refuse_viewing(facts), patient_settings="1")
    keep(opened, part, profile_id=open_profile(opened), subject="d0" * 16)

    for said, changes in (("true", []), ("false", [("PERMITTED", "MASKED")])):
        setting = f"reading.treating_sees_masked={said}"
        assert run(rights, "what-if", "--set", setting, "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        assert [(one["was"], one["is"]) for one in answer["changes"]] == changes


def test_what_cannot_be_read_is_counted_apart(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = keep(opened, REFUSED, subject="")
    with opened.write() as work:
        work.connection.execute(update(evidence).values(form=9))

    run(rights, "what-if", "--json")

    said = json.loads(capsys.readouterr().out)
    assert (said["replayed"], said["unreadable"]) == (0, [alone])


@pytest.mark.parametrize(
    "change",
    [
        "blocked_may_file",
        "unknown=1",
        "blocked_may_file=7",
        "announcement_months=99",
        "web.max_files=many",
        "web.public_url=https://a.test",
        "reading.unknown=1",
        "web.max_blocks=few",
    ],
)
def test_what_is_no_setting_of_filing_is_misuse(
    run: Run, opened: Database, change: str
) -> None:
    with pytest.raises(MisuseError):
        run(rights, "what-if", "--set", change)


def test_a_word_needs_no_quotes() -> None:
    made, quota = rights.settings_with(
        FilingSettings(),
        ImapSettings(),
        [
            "unknown_types=file_as_other",
            "announcement_months=2",
            "imap.mailbox_quota_bytes=7",
        ],
    )

    assert quota == 7
    assert (made.unknown_types, made.announcement_months) == ("file_as_other", 2)
