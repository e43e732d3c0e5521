"""Plain PDFs of a tagged message become documents of the doctor who sends them."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from attrs import evolve

from gateway.core.codes import FACILITIES, PROFESSIONALS
from gateway.core.document import Visibility
from gateway.core.envelope import Sender, SenderKind
from gateway.core.person import Structure
from gateway.core.practice import Practice, Professional
from gateway.dmp_bridge.filing.wrapping import author_of
from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.store.base.work import Database
from tests.builders_cda import PDF, make_cda
from tests.builders_directory import as_file, person, take
from tests.builders_files import JPEG
from tests.builders_pdfs import pdf_of
from tests.builders_people import INS, TRAITS, open_profile
from tests.dmp_bridge.filing.story import DOCTOR, HOSPITAL, Story, Told

NAMED = evolve(
    DOCTOR,
    subject="CN=899700000017+2.5.4.4=MOREAU+2.5.4.42=CAMILLE,2.5.4.12=Médecin,C=FR",
    fingerprint="ab" * 32,
)
SECRETARY = Sender(
    kind=SenderKind.EMPLOYEE, identity="3750000011/CPET0002", structure="1750000011"
)
ON: dict[str, object] = {"pdf_by_mail": True}
ENCRYPTED = PDF + b"\ntrailer << /Root 1 0 R /Encrypt 5 0 R >>\n%%EOF"
SUBJECT = "[DMP CR-CONS] Consultation du 3 mai"

Attached = tuple[str, str, bytes]
ONE: Attached = ("compte_rendu.pdf", "application/pdf", PDF)


def mail(subject: str = SUBJECT, *attached: Attached) -> bytes:
    """Return a message as a mail program writes it, its subject encoded if need be."""
    made = EmailMessage(policy=SMTP)
    made["From"] = "dr.demo@hopital.mssante.test"
    made["To"] = "279035121518989@patient.mssante.test"
    made["Subject"] = subject
    made["Message-ID"] = "<one@hopital.mssante.test>"
    made.set_content("Bonjour, voici votre document.")
    for name, media_type, content in attached or (ONE,):
        main, _, sub = media_type.partition("/")
        made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return made.as_bytes()


@pytest.fixture
def story(database: Database) -> Story:
    return Story.begin(database, filing=ON)


def told(story: Story, content: bytes, sender: Sender = NAMED) -> Told:
    return story.send(content, sender=sender)


def test_a_pdf_is_filed_as_a_document_of_its_sender(story: Story) -> None:
    said = told(story, mail())

    assert (said.codes, said.deliver) == (["FILED"], True)
    filed = story.read(said.documents[0].unique_id)
    read = read_cda(filed.content)
    (author,) = read.authors
    assert (author.identifier, author.family, author.given) == (
        "899700000017",
        "MOREAU",
        "CAMILLE",
    )
    assert read.legal_authenticator == author
    assert (read.patient.ins, read.patient.traits) == (INS, TRAITS)
    assert read.title == "Consultation du 3 mai"
    assert read.type_code.code == "11488-4"
    assert body_of(filed.content).content == PDF
    assert filed.facts.owners == frozenset({"899700000017"})


def test_the_sender_is_told_what_was_made_and_nothing_of_the_patient(
    story: Story,
) -> None:
    said = told(story, mail("[DMP CR-CONS masqué] Mme " + TRAITS.family))

    assert said.codes == ["FILED_MASKED"]
    detail = said.documents[0].detail
    assert "un document CDA a été fait de ce PDF : Compte rendu" in detail
    assert detail.startswith("partie 2 : ")
    assert ", masqué aux professionnels / part 2: " in detail
    assert ", masked from professionals" in detail
    assert TRAITS.family not in detail


def test_a_line_of_the_patients_chain_says_what_it_was_made_from(story: Story) -> None:
    told(story, mail())

    (line,) = [one for one in story.lines() if one.action == "document:file"]
    assert line.detail["made_from"] == "2"


def test_visibility_and_informing_are_those_of_the_tag(story: Story) -> None:
    said = told(story, mail("[DMP CR-BIO invisible informé]"))

    assert said.codes == ["FILED_INVISIBLE"]
    (entry,) = story.entries()
    assert entry.visibility == {Visibility.HIDDEN_FROM_PATIENT}
    assert said.documents[0].informed  # for that one alone: the page would tell of it
    assert not told(story, mail("[DMP CR-BIO]")).documents[0].informed
    assert told(story, mail("[DMP CR-BIO informé]")).documents[0].informed
    assert told(story, mail("[DMP CR-CONS]")).documents[0].informed


def test_several_pdfs_are_several_documents_and_a_bad_one_spoils_none(
    story: Story,
) -> None:
    said = told(
        story,
        mail(
            SUBJECT,
            ("un.pdf", "application/pdf", PDF),
            ("photo.pdf", "application/pdf", JPEG),
            ("secret.pdf", "application/pdf", ENCRYPTED),
            ("coupé.pdf", "application/pdf", b"%PDF-1.4\nx"),
            ("logo.jpg", "image/jpeg", JPEG),
            ("deux", "application/octet-stream", PDF),
        ),
    )

    assert said.codes == ["FILED", *["DOC_INVALID"] * 3, "FILED"]
    details = [one.detail for one in said.documents]
    assert details[1].startswith("partie 3 (application/pdf) : ")
    assert "n’est pas un PDF" in details[1]
    assert "mot de passe" in details[2]
    assert "cut short" in details[3]
    assert sorted(one.title for one in story.entries()) == ["deux", "un"]
    assert said.deliver


def test_a_pdf_that_only_its_owner_locked_is_filed(story: Story) -> None:
    """Everybody opens it; printing or copying alone is asked for."""
    content = pdf_of("Compte rendu", password="")

    said = told(story, mail(SUBJECT, ("cr.pdf", "application/pdf", content)))

    assert said.codes == ["FILED"]


@pytest.mark.parametrize(
    "offered",
    [
        ("scan", "application/pdf", JPEG),
        ("scan.PDF", "application/octet-stream", JPEG),
    ],
)
def test_what_only_says_that_it_is_a_pdf_is_told_that_it_is_none(
    story: Story, offered: Attached
) -> None:
    refused(told(story, mail(SUBJECT, offered)), "n’est pas un PDF")


def test_a_part_that_two_programs_read_otherwise_is_not_filed(story: Story) -> None:
    plain = b"Content-Type: application/pdf"
    twice = mail().replace(plain, b"Content-Type: text/plain\r\n" + plain)

    refused(told(story, twice), "écrit deux fois")


@pytest.mark.parametrize(
    ("subject", "name", "title"),
    [
        ("[DMP ARRET] Arrêt", "x.pdf", "Arrêt"),
        ("[DMP ARRET]", "arret_du_3.PDF", "arret du 3"),
        ("[DMP ARRET]", "__.pdf", "Prescription arrêt de travail"),
        (f"[DMP ARRET] {'é' * 200}", "x.pdf", "é" * 128),
        ("[DMP ARRET] a\u202eb\u200bc", "x.pdf", "a b c"),
        (f"[DMP ARRET] {'é' * 127} b", "x.pdf", "é" * 127),
    ],
)
def test_the_title_is_that_of_the_subject_or_of_the_file(
    story: Story, subject: str, name: str, title: str
) -> None:
    assert told(story, mail(subject, (name, "application/pdf", PDF))).codes == ["FILED"]

    (entry,) = story.entries()
    assert entry.title == title


def refused(said: Told, words: str) -> None:
    assert said.codes == ["DOC_INVALID"], said.codes
    assert words in said.documents[0].detail, said.documents[0].detail


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        (HOSPITAL, "réservée au professionnel"),
        (SECRETARY, "réservée au professionnel"),
        (evolve(NAMED, fingerprint=""), "réservée au professionnel"),  # by a token
        (evolve(NAMED, subject=""), "ne donne pas votre nom"),
    ],
)
def test_only_a_person_with_a_name_files_by_mail(
    story: Story, sender: Sender, words: str
) -> None:
    said = told(story, mail(), sender)

    refused(said, words)
    assert said.deliver
    assert story.entries() == []


def test_it_is_off_unless_the_settings_say_otherwise(database: Database) -> None:
    story = Story.begin(database)

    said = told(story, mail())
    hidden = told(story, mail("[DMP CR-CONS invisible]"))

    refused(said, "n’enregistre pas de PDF")
    assert said.deliver
    refused(hidden, "n’enregistre pas de PDF")
    assert not hidden.deliver


def test_a_message_without_a_tag_is_a_message(story: Story) -> None:
    said = told(story, mail("Consultation du 3 mai"))

    assert (said.outcome, said.codes, said.deliver) == ("MESSAGE_ONLY", [], True)


def test_a_tag_that_is_not_understood_keeps_the_message_back(story: Story) -> None:
    """It may have asked to hide what the patient would then read."""
    said = told(story, mail("[DMP CR-CONS invisble] Résultats"))

    refused(said, "un mot de l’étiquette n’est pas connu")
    assert not said.deliver


def test_what_is_hidden_and_not_filed_is_not_delivered(story: Story) -> None:
    bad = ("photo.pdf", "application/pdf", JPEG)
    said = told(story, mail("[DMP CR-CONS invisible]", bad))

    refused(said, "n’est pas un PDF")
    assert not said.deliver


def test_a_message_to_two_patients_makes_nothing(
    story: Story, database: Database
) -> None:
    other = open_profile(
        database, ins=evolve(INS, matricule="277076322082910"), email=""
    )

    said = story.send(
        mail(),
        sender=NAMED,
        recipients=(story.to_patient(), story.to_patient(other)),
    )

    assert "un seul patient" in said.documents[0].detail
    assert story.entries() == []


def test_a_cda_beside_is_filed_and_the_tag_is_refused(story: Story) -> None:
    content = make_cda(author_id="899700000017")

    said = told(story, mail(SUBJECT, ONE, ("l.xml", "text/xml", content)))

    assert said.codes[-1] == "DOC_INVALID"
    assert "porte déjà un CDA" in said.documents[-1].detail
    assert len(story.entries()) == said.codes.count("FILED")


def test_a_tag_without_a_pdf_is_told(story: Story) -> None:
    refused(told(story, mail(SUBJECT, ("a.jpg", "image/jpeg", JPEG))), "aucun PDF")


def test_more_pdfs_than_the_limit_are_not_filed(database: Database) -> None:
    story = Story.begin(database, filing={**ON, "pdf_by_mail_most": 2})
    three = [(f"{n}.pdf", "application/pdf", PDF) for n in range(3)]

    assert told(story, mail(SUBJECT, *three[:2])).codes == ["FILED", "FILED"]
    refused(told(story, mail(SUBJECT, *three)), "trop de PDF")


def test_a_pdf_just_past_the_limit_is_not_filed(database: Database) -> None:
    story = Story.begin(database, filing={**ON, "pdf_by_mail_bytes": len(PDF) + 2})
    longer = [("a.pdf", "application/pdf", PDF + b"\n" * n) for n in (0, 30)]

    assert told(story, mail(SUBJECT, longer[0])).codes == ["FILED"]
    refused(told(story, mail(SUBJECT, longer[1])), "trop grand")


def test_done_twice_it_is_filed_once(story: Story) -> None:
    task = story.keep(mail(), sender=NAMED)
    first = story.filing(task)
    second = story.filing(task)
    with story.database.write() as work:
        first(work)
    with story.database.write() as work:
        second(work)

    assert len(story.entries()) == 1


def test_the_rules_judge_what_was_made_as_any_other(story: Story) -> None:
    story.oppose(kind="type", type_code="11488-4")

    said = told(story, mail())

    assert said.codes == ["OPPOSITION_ON_RECORD"]
    assert story.entries() == []


@pytest.mark.parametrize("more", [0, 1])
def test_the_limit_is_the_last_byte_that_is_filed(
    database: Database, *, more: int
) -> None:
    story = Story.begin(database, filing={**ON, "pdf_by_mail_bytes": 60_000})
    long = PDF.replace(b"\n", b"\n%" + b"x" * (60_000 - len(PDF) - 1 + more), 1)
    assert len(long) == 60_000 + more

    said = told(story, mail(SUBJECT, ("a.pdf", "application/pdf", long)))

    assert said.codes == (["DOC_INVALID"] if more else ["FILED"])


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("2.5.4.4=MOREAU+2.5.4.42=CAMILLE,C=FR", ("MOREAU", "CAMILLE")),
        ("2.5.4.4=MOREAU,C=FR", ("MOREAU", "")),
        (
            "2.5.4.4=MOREAU+2.5.4.42=CAMILLE,2.5.4.4=AUTRE+2.5.4.42=LOU,C=FR",
            ("MOREAU", "CAMILLE"),
        ),
        ("2.5.4.42=CAMILLE,C=FR", None),
        ("CN=899700000017,C=FR", None),
        ("no name at all", None),
        ("", None),
    ],
)
def test_an_author_has_the_name_of_the_certificate(
    subject: str, name: tuple[str, str] | None
) -> None:
    author = author_of(evolve(NAMED, subject=subject), None)

    assert (author and (author.family, author.given)) == name
    if author is not None:
        assert (author.root, author.identifier) == (PROFESSIONALS, NAMED.identity)
        assert author.structure is None


@pytest.mark.parametrize(
    "kind", [one for one in SenderKind if one is not SenderKind.PERSON]
)
def test_who_is_no_person_is_no_author(kind: SenderKind) -> None:
    assert author_of(evolve(NAMED, kind=kind), None) is None


def test_what_the_directory_leaves_out_is_the_certificates() -> None:
    somewhere = Practice(profession="10", structure="1750000011", place="CHU")
    nowhere = Practice(profession="10")
    known = Professional(
        national_id="899700000017",
        family="",
        given="",
        practices=(somewhere, nowhere, evolve(somewhere, sector="SA01")),
    )
    alone = evolve(known, family="MARTIN", practices=(nowhere,))

    author, elsewhere = author_of(NAMED, known), author_of(NAMED, alone)

    assert author is not None
    assert (author.family, author.given) == ("MOREAU", "CAMILLE")
    assert author.structure == Structure(identifier="1750000011", name="CHU")
    assert elsewhere is not None
    assert (elsewhere.family, elsewhere.given) == ("MARTIN", "CAMILLE")
    assert elsewhere.structure is None
    nameless = evolve(NAMED, subject="C=FR")
    assert author_of(nameless, alone) is not None


def test_the_directory_knows_the_name_and_the_only_place() -> None:
    office = Practice(
        profession="10", structure="1750000011", place="CHU", sector="SA01"
    )
    known = Professional(
        national_id="899700000017", family="MARTIN", given="Lou", practices=(office,)
    )

    author = author_of(NAMED, known)
    of_two = author_of(
        NAMED,
        evolve(known, practices=(office, evolve(office, structure="3" + "1" * 14))),
    )

    assert author is not None
    assert of_two is not None
    assert author.structure is not None
    assert (author.family, author.structure.identifier) == ("MARTIN", "1750000011")
    assert of_two.structure is None


def test_a_document_is_from_the_place_that_the_directory_knows(story: Story) -> None:
    line = person(
        "899700000017", "MARTIN", "Lou", finess="750000011", place="CHU DE TEST"
    )
    take(story.database, as_file([line]))

    said = told(story, mail())

    filed = story.read(said.documents[0].unique_id)
    (author,) = read_cda(filed.content).authors
    assert author.structure is not None
    assert (author.family, author.structure.identifier, author.structure.name) == (
        "MARTIN",
        "1750000011",
        "CHU DE TEST",
    )
    assert "1750000011" in filed.entry.authors[0].institution


def facility_of(story: Story, lines: list[str]) -> str:
    if lines:
        take(story.database, as_file(lines))
    said = told(story, mail())
    filed = read_cda(story.read(said.documents[0].unique_id).content)
    assert filed.facility_type is not None
    assert filed.facility_type.scheme == FACILITIES
    return filed.facility_type.code


def at(sector: str) -> str:
    return person("899700000017", "MARTIN", "Lou", sector=sector)


@pytest.mark.parametrize(
    ("sectors", "facility"),
    [
        ([], "SA07"),
        ([""], "SA07"),
        (["SA05"], "SA05"),
        (["SA05", ""], "SA05"),
        (["SA05", "SA01"], "SA07"),
    ],
)
def test_the_kind_of_place_is_the_one_of_the_directory(
    story: Story, sectors: list[str], facility: str
) -> None:
    assert facility_of(story, [at(one) for one in sectors]) == facility
