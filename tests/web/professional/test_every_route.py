"""
Every route of the professionals' port, asked by everybody who comes there (W08, W09).

The routes are those that are served, and what each comer may get is what the rules of
`gateway/rights` say of the same facts. A route that is new is asked as the others are;
a form that is new fails here until a line says how it is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve, field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn, example_matrix
from gateway.core.ins import Ins
from gateway.core.person import Coded, IdentityTraits
from gateway.core.practice import Professional
from gateway.core.reading import (
    IN_EMERGENCY,
    AgreementKind,
    AgreementMeans,
    ReadingWay,
)
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.reading.gathering import party_of
from gateway.evidence.policies import reading_policy_of
from gateway.measuring.professional_routes import APART
from gateway.node.vaults import open_vaults
from gateway.rights.professional_viewing_rules import ProfessionalReader
from gateway.rights.profile import ProfileState
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import (
    Agreement,
    EmergencyDeclaration,
    Found,
    ReadingFacts,
    Relation,
    SignedInBy,
    refuse_for_good,
    refuse_reading,
)
from gateway.store.consultations.agreements import Agreements, NewAgreement
from gateway.store.consultations.values import Consultation
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.treating import NamedDoctor, name_treating
from gateway.store.patients.web_sessions import Stage
from gateway.web.professional.routes import make_professional_routes
from gateway.web.site.answers import Answer
from gateway.web.site.routes import Route
from tests.builders_people import MATRICULE, TEST_RANGE, matricule, open_profile
from tests.rights.seeing import seen_of
from tests.web.browsing import blocking
from tests.web.mail import PDF, carried, file
from tests.web.professional.asking import (
    NOWHERE,
    Comer,
    RouteAsker,
    location,
    parts_of,
    plain,
    practices,
)
from tests.web.professional.browsing import ProSite, running_pages

REASON = "Malaise avec perte de connaissance"
DECLARED = EmergencyDeclaration(is_ticked=True, reason=REASON)
PATIENT = WantedPatient(matricule=MATRICULE)
UNKNOWN = matricule(9)
OTHER = IdentityTraits(family="AUTRE-NOM", first_given="PAUL", birth_date="19500101")
COLUMNS = practices()
CARE = COLUMNS[MatrixColumn.DOCTOR]
TEAM, ELSEWHERE, ENDED = "1750000011", "1310000027", "1440000099"
MASKED = frozenset({Visibility.MASKED})

DOCUMENTS = {
    "muguet": ("11490-0", frozenset(), Availability.APPROVED),
    "pivoine": ("EXPPAT_3", frozenset(), Availability.APPROVED),
    "glycine": ("EXPPAT_1", frozenset(), Availability.APPROVED),
    "bruyere": ("unheard-of", frozenset(), Availability.APPROVED),
    "cyclamen": ("11490-0", MASKED, Availability.APPROVED),
    "jonquille": ("11490-0", frozenset(), Availability.DEPRECATED),
}
"""A word that stands in its title and in its file, its type, flags and state."""
FOREIGN = "hellebore"
"""The word of a document of another patient."""
NOT_IN_THESE = {"picture", "media"}
"""Ends of addresses of what none of these documents holds."""

FORMS: dict[str, dict[str, str]] = {
    "/sign-in/card": {},
    "/sign-in/code": {"code": "000000"},
    "/sign-in/code/again": {},
    "/sign-in/situation": {"situation": "0"},
    "/sign-out/provider": {},
    "/call": {"ins": MATRICULE},
    "/sign-out": {},
    "/language": {"language": "fr", "back": "/home"},
    "/patients": {"ins": MATRICULE},
    "/patients/open": {"ins": MATRICULE, "way": "TEAM"},
    "/emergency": {
        "ins": MATRICULE,
        "way": "EMERGENCY",
        "sure": "1",
        "reason": REASON,
    },
    "/file": {"ins": UNKNOWN, "born": "1979-03-28"},
    "/reach": {"ins": MATRICULE, "born": "1979-03-28"},
    "/write": {"ins": UNKNOWN, "born": "1979-03-28", "text": "Bonjour"},
    "/messages/<mailbox_id>/<thread_id>": {"text": "Bonjour"},
    "/messages/<mailbox_id>/<thread_id>/end": {},
    "/messages/<mailbox_id>/<thread_id>/window": {"until": ""},
    "/messages/<mailbox_id>/<thread_id>/<letter_id>/take-back": {},
    "/texts": {"name": "Bonjour", "text": "Bonjour"},
    "/texts/remove": {"id": NOWHERE},
    "/texts/hours": {"hours": "Le matin"},
    "/answers/told": {"told": "never"},
    "/answers/works": {},
    "/answers/quota": {"messages": "3", "days": "7"},
    "/records/<record_id>/search": {"words": "muguet pivoine cyclamen"},
    "/records/<record_id>/end": {},
    "/records/<record_id>/documents/<document_id>/<act>": {},
    "/records/<record_id>/mask": {"document": NOWHERE, "asked": "1", "to": "masked"},
    "/records/<record_id>/follow-up": {"to": "end"},
    "/records/<record_id>/colleague": {"name": "89970000999", "who": "899700009999"},
    "/records/<record_id>/block": {"name": "Moreau", "who": "899700009999"},
}
"""How each form is filled in, by the address without the kinds of its parts."""
FURTHER: dict[str, str | int] = {
    "number": 1,
    "media_id": "x",
    "letter_id": "x",
    "place": 0,
    "entry_id": NOWHERE,
    "act": "mask",
}
"""How the rest of an address is filled in, but for ids: those are of nothing."""
OF_THE_SCENE = ("record_id", "document_id", "mailbox_id")
ENDING = "/end"
"""What ends a consultation is asked after all that needs it."""


@frozen(kw_only=True)
class Case:
    """Who comes, and the facts that the rules are asked of."""

    comer: Comer
    facts: ReadingFacts
    record: str
    is_own: bool = True
    is_read_by: frozenset[str] = field(factory=frozenset)

    @property
    def may_read(self) -> bool:
        """Whether anybody's documents may be read in this situation."""
        by_two = self.facts.signed_in_by is SignedInBy.CARD
        return by_two and isinstance(self.facts.column, MatrixColumn)


@frozen
class Scene:
    """The site with two patients, one of whom everybody asks for."""

    asker: RouteAsker
    patient: str
    ids: dict[str, str]
    foreign_record: str
    blocked: str
    expired: str
    expires: Agreement
    mailbox: str
    """A mailbox that none of those who come holds."""
    nothing: dict[str, Answer] = field(factory=dict)
    """What each route answers for what is not there."""

    @property
    def site(self) -> ProSite:
        return self.asker.site

    @property
    def routes(self) -> list[Route]:
        """Pages first, then forms about a record, other forms, and what ends it."""
        found = [*make_professional_routes(self.site.desk)]
        return sorted(
            found,
            key=lambda one: (
                one.path == "/sign-out",
                one.path.endswith(ENDING),
                one.method == "POST",
                one.method == "POST" and "record_id" not in parts_of(one),
            ),
        )

    def route(self, method: str, path: str) -> Route:
        return next(
            one for one in self.routes if (one.method, plain(one)) == (method, path)
        )

    def refused(self, facts: ReadingFacts) -> bool:
        policy = reading_policy_of(self.site.settings.reading)
        return refuse_reading(facts, policy) is not None

    def seen(self, case: Case, *, on_request: bool = True) -> set[str]:
        """Return the words of what the rules let somebody see."""
        facts = case.facts
        if not case.is_own or self.refused(facts):
            return set()
        assert isinstance(facts.column, MatrixColumn)
        assert case.comer.who is not None
        in_emergency = facts.way in IN_EMERGENCY
        reader = ProfessionalReader(
            way=facts.way,
            relation=Relation.NONE if in_emergency else facts.relation,
            column=facts.column,
            identifiers=case.comer.who.identifiers,
        )
        with self.site.database.read() as work:
            vault: list[FiledDocument] = list(
                open_vaults(self.site.database).within(work).listed(self.patient)
            )
            seen = seen_of(
                vault, reader, example_matrix(), work.now, on_request=on_request
            )
        words = {id_: word for word, id_ in self.ids.items()}
        return {words[one.id] for one in seen}

    def case(self, name: str) -> Case:
        """Have somebody come in, open what they may, and return what is known."""
        if name == "nobody":
            doctor = self.case("medecin")
            return evolve(doctor, comer=Comer(), is_own=False)
        person, by = PEOPLE[name]
        comer = self.asker.come(person, by)
        assert comer.who is not None
        now = self.site.clock()
        facts = ReadingFacts(
            way=ReadingWay.TEAM,
            now=now,
            profile=ProfileState.ACTIVATED,
            found=Found.TYPED,
            relation=Relation.TEAM,
            informed=True,
            team_agreement=Agreement(given_at=now),
            signed_in_by=by,
            column=comer.who.column,
        )
        if name == "blocked":
            facts = evolve(facts, blocked=True)
            return Case(comer=comer, facts=facts, record=self.blocked)
        if name == "expired":
            facts = evolve(facts, team_agreement=self.expires)
            return Case(comer=comer, facts=facts, record=self.expired)
        if name in OUTSIDE:
            doctor = self.case("medecin")
            facts = evolve(facts, team_agreement=None)
            return Case(comer=comer, facts=facts, record=doctor.record, is_own=False)
        if name == "regulator":
            facts = evolve(facts, way=ReadingWay.REGULATION)
        if name == "break-the-glass":
            facts = evolve(facts, way=ReadingWay.EMERGENCY)
        if name == "treating":
            facts = evolve(facts, relation=Relation.TREATING, team_agreement=None)
        if name == "administrator":
            named = Relation.ADMINISTRATOR
            facts = evolve(facts, relation=named, team_agreement=None)
        declared = evolve(DECLARED, is_regulator=person.may_regulate)
        facts = evolve(facts, declared=declared)
        opened = self.asker.open(comer.who, request_of(facts.way))
        assert isinstance(opened, Consultation), opened
        return Case(comer=comer, facts=facts, record=opened.id)


def request_of(way: ReadingWay) -> ReadingRequest:
    return ReadingRequest(
        patient=PATIENT, way=way, informed=True, agreed=True, declared=DECLARED
    )


def person_of(
    number: int, structure: str, column: MatrixColumn = MatrixColumn.DOCTOR
) -> Professional:
    practice = evolve(COLUMNS[column], structure=structure, place="CHU de l’Estuaire")
    return Professional(
        national_id=f"8997{number:08}",
        family="MOREAU",
        given="CAMILLE",
        practices=(practice,),
        may_regulate=number == REGULATES,
    )


REGULATES = 60
PEOPLE: dict[str, tuple[Professional, SignedInBy]] = {
    **{
        column.value: (person_of(number, TEAM, column), SignedInBy.CARD)
        for number, column in enumerate(MatrixColumn)
    },
    "blocked": (person_of(50, ELSEWHERE), SignedInBy.CARD),
    "expired": (person_of(51, ENDED), SignedInBy.CARD),
    "treating": (person_of(52, "1440000107"), SignedInBy.CARD),
    "administrator": (person_of(58, "1440000149"), SignedInBy.CARD),
    "out-of-team": (person_of(53, "1440000115"), SignedInBy.CARD),
    "secretary": (person_of(54, TEAM), SignedInBy.STAFF_CARD),
    "structure": (person_of(55, TEAM), SignedInBy.STRUCTURE),
    "one-factor": (person_of(56, TEAM), SignedInBy.CERTIFICATE_ALONE),
    "no-care": (
        evolve(person_of(57, TEAM), practices=(evolve(CARE, activity="GENR04"),)),
        SignedInBy.CARD,
    ),
    "regulator": (person_of(REGULATES, "1440000123"), SignedInBy.CARD),
    "break-the-glass": (person_of(61, "1440000131"), SignedInBy.CARD),
}
OUTSIDE = ("out-of-team", "secretary", "structure", "one-factor", "no-care")
"""Who has no consultation, and asks for that of the doctor."""
NEVER = OUTSIDE[1:]
EVERYWHERE = ("nobody", "medecin", "secretary")
"""Who asks for what is open to all, too."""
SIGNED_IN = sorted(PEOPLE)


def pdf_with(word: str) -> bytes:
    """Return a document that carries a PDF with a word in it."""
    marked = PDF.replace(b"%PDF-1.4\n", f"%PDF-1.4\n% {word}\n".encode())
    return carried("application/pdf", marked)


def furnished(site: ProSite) -> Scene:
    """Return the site with its two patients, and what was opened and closed since."""
    asker, database = RouteAsker(site), site.database
    patient = open_profile(database)
    doctor, (blocked, _), (late, _) = (
        PEOPLE["medecin"][0],
        PEOPLE["blocked"],
        PEOPLE["expired"],
    )
    ids = {}
    for word, (code, flags, status) in DOCUMENTS.items():
        site.clock.advance(seconds=1)
        said = {"type_code": Coded(code=code, label="Document")}
        content = pdf_with(word)
        owners = [doctor.national_id] if flags else []
        ids[word] = file(
            database,
            patient,
            content,
            title=f"Titre {word}",
            said=said,
            flags=flags,
            status=status,
            owners=owners,
        )
    other = open_profile(database, ins=Ins.of(matricule(2), TEST_RANGE), traits=OTHER)
    content = pdf_with(FOREIGN)
    ids[FOREIGN] = file(database, other, content, title=f"Titre {FOREIGN}")
    cared_for = asker.come(person_of(70, ELSEWHERE))
    assert cared_for.who is not None
    request = evolve(
        request_of(ReadingWay.TEAM), patient=WantedPatient(matricule=matricule(2))
    )
    foreign = asker.open(cared_for.who, request)
    at_risk, over = asker.come(blocked).who, asker.come(late).who
    assert at_risk is not None
    assert over is not None
    first = asker.open(at_risk, request_of(ReadingWay.TEAM))
    named = NamedDoctor(identity=PEOPLE["treating"][0].national_id, name="Dr Moreau")
    until = site.clock() + timedelta(minutes=1)
    with database.write() as work:
        mailbox = Mailboxes(work).add(
            "dr.autre@hopital.mssante.test", kind="PER", holders=["899700009999"]
        )
        Decisions(work).block(patient, blocked.national_id)
        name_treating(work, patient, named)
        administrator = PEOPLE["administrator"][0].national_id
        Administrators(work, patient).name(administrator, "Dr Moreau")
        new = NewAgreement(
            kind=AgreementKind.TEAM,
            party=party_of(over),
            means=AgreementMeans.IN_PERSON,
            until=until,
        )
        given = Agreements(work).give(patient, new)
    again = evolve(request_of(ReadingWay.TEAM), agreed=False)
    second = asker.open(over, again)
    site.clock.advance(minutes=2)
    for one in (foreign, first, second):
        assert isinstance(one, Consultation), one
    assert isinstance(foreign, Consultation)
    assert isinstance(first, Consultation)
    assert isinstance(second, Consultation)
    return Scene(
        asker=asker,
        patient=patient,
        ids=ids,
        foreign_record=foreign.id,
        blocked=first.id,
        expired=second.id,
        expires=given.fact,
        mailbox=mailbox,
    )


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory, pki_folder: Path
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("every-route")
    with running_pages(folder, pki_folder, activities_are_open=True) as site:
        yield furnished(site)


def form_of(route: Route) -> dict[str, str]:
    """Return how a form is filled in; fail where no line says it."""
    assert plain(route) in FORMS, f"{route.path}: FORMS has no line of this form"
    return FORMS[plain(route)]


def key_of(route: Route) -> str:
    return f"{route.method} {plain(route)}"


def told(answer: Answer, words: set[str]) -> set[str]:
    """Return which of some documents an answer has the title or the file of."""
    text = answer.body.decode("utf-8", "replace").lower()
    return {word for word in words if f"titre {word}" in text or f"% {word}" in text}


@pytest.mark.parametrize("name", [*SIGNED_IN, "nobody"])
def test_everybody_gets_what_the_rules_say_and_nothing_else(
    scene: Scene, name: str
) -> None:
    case = scene.case(name)
    seen = scene.seen(case)
    unseen = {*scene.ids} - seen
    asked = 0
    if case.comer.cookie:
        check_list(scene, case)
    for route in scene.routes:
        if route.needs is not Stage.OPEN and name not in EVERYWHERE:
            continue
        form = form_of(route) if route.method == "POST" else {}
        for parts in asked_parts(scene, case, route):
            answer = scene.asker.ask(route, case.comer, parts, form=form)
            said = f"{name}: {route.method} {route.path} {parts}: {answer.status}"
            assert not told(answer, unseen), said
            assert answer.status < 500, said
            assert ("Cache-Control", "no-store") in answer.headers, said
            if route.needs is Stage.OPEN and not case.comer.cookie:
                to_sign_in = location(answer).startswith("/sign-in")
                # A form without a cookie has no token: it is nobody's at all.
                assert to_sign_in or (route.method, answer.status) == ("POST", 403)
            elif "record_id" not in parts and NOWHERE in parts.values():
                assert answer == scene.nothing.setdefault(key_of(route), answer), said
                assert answer.status == 404, said
            elif "record_id" in parts:
                check_record(scene, case, route, parts, answer)
            asked += 1
    assert asked > 30


def asked_parts(
    scene: Scene, case: Case, route: Route
) -> Iterator[dict[str, str | int]]:
    """Yield what an address is filled in with: what is theirs, and what is not."""
    names = parts_of(route)
    others = {name: NOWHERE for name in names if name.endswith("_id")}
    known = {*OF_THE_SCENE, *others, *FURTHER}
    assert set(names) <= known, f"{route.path}: how is this address filled in?"
    some = {**others, **FURTHER}
    some = {name: some[name] for name in names if name not in OF_THE_SCENE}
    if "mailbox_id" in names:
        yield {"mailbox_id": scene.mailbox, **some}
        yield {"mailbox_id": NOWHERE, **some}
        return
    if "record_id" not in names:
        yield some
        return
    records = [case.record, scene.foreign_record, NOWHERE]
    if route.path.endswith(ENDING):
        records.reverse()  # their own is ended last
    for record in records:
        if "document_id" not in names:
            yield {"record_id": record, **some}
            continue
        for document in asked_documents(scene, case, route, record):
            yield {"record_id": record, "document_id": document, **some}


def asked_documents(
    scene: Scene, case: Case, route: Route, record: str
) -> Sequence[str]:
    """Return every document for its page, one of each kind for what is beside it."""
    is_page = route.path.endswith("document_id>")
    if record != case.record:
        return list(scene.ids.values())[: int(is_page)]
    if is_page:
        return [NOWHERE, *scene.ids.values()]
    seen = scene.seen(case)
    some = [sorted(seen)[:1], sorted({*scene.ids} - seen)[:1]]
    return [scene.ids[word] for words in some for word in words]


def check_list(scene: Scene, case: Case) -> None:
    route = scene.route("GET", "/records/<record_id>")
    parts = {"record_id": case.record}

    current = scene.asker.ask(route, case.comer, parts)
    every = scene.asker.ask(route, case.comer, parts, query={"old": "1"})

    assert told(current, {*scene.ids}) == scene.seen(case, on_request=False)
    assert told(every, {*scene.ids}) == scene.seen(case, on_request=True)


def check_record(
    scene: Scene,
    case: Case,
    route: Route,
    parts: dict[str, str | int],
    answer: Answer,
) -> None:
    said = f"{route.method} {route.path} {parts}: {answer.status}"
    goes_on = case.is_own and not scene.refused(case.facts)
    is_theirs = goes_on and parts["record_id"] == case.record
    document = parts.get("document_id", "")
    if not is_theirs:
        leads = location(answer)
        assert answer.status in {303, 403, 404}, said
        assert not leads.startswith("/records"), said
        assert b"PAT-TROIS" not in answer.body, said
        return
    seen = {scene.ids[word] for word in scene.seen(case)}
    if document and document not in seen:
        # Whoever asks, and for whatever: one answer, which names nobody.
        nothing = scene.nothing.setdefault(key_of(route), answer)
        assert answer.status == 404, said
        assert answer == nothing, said
    elif route.path.endswith("/block"):
        names = case.facts.relation is Relation.ADMINISTRATOR
        assert (answer.status in {200, 422}) is names, said
        assert names or answer.status == 404, said
    elif route.path.endswith("/mask"):
        calm = case.facts.way not in IN_EMERGENCY
        administers = case.facts.relation is Relation.ADMINISTRATOR
        # Of others' own documents it is asked in tests of their own.
        allowed = {200} if administers and seen else {200, 404}
        assert answer.status in (allowed if calm else {404}), said
    elif route.path.endswith("/colleague"):  # the form names nobody who is known
        offered = 200 if route.method == "GET" else 422
        emergency = case.facts.way in IN_EMERGENCY
        assert answer.status == (404 if emergency else offered), said
    elif route.path.endswith("/follow-up") and case.facts.way in IN_EMERGENCY:
        assert answer.status == (200 if route.method == "GET" else 403), said
    elif "act" in parts:  # whose it is to do is asked in tests of its own
        assert answer.status in {200, 303, 404, 422}, said
    elif NOT_IN_THESE & set(route.path.split("/")):
        assert answer.status == 404, said
    else:
        assert answer.status in {200, 303}, said


@pytest.mark.parametrize("name", SIGNED_IN)
def test_a_patient_is_found_and_opened_by_whom_the_rules_let(
    scene: Scene, name: str
) -> None:
    case, policy = scene.case(name), reading_policy_of(scene.site.settings.reading)
    now = scene.site.clock()
    ways = [evolve(case.facts, way=way) for way in ReadingWay]
    possible = any(refuse_for_good(one, policy) is None for one in ways)
    attested = evolve(case.facts, way=ReadingWay.TEAM)
    if case.facts.relation is Relation.TEAM:
        attested = evolve(attested, team_agreement=Agreement(given_at=now))
    urgent = evolve(case.facts, way=ReadingWay.EMERGENCY, declared=DECLARED)

    found, opened, declared = (
        scene.asker.ask(scene.route("POST", path), case.comer, form=FORMS[path])
        for path in ("/patients", "/patients/open", "/emergency")
    )

    assert (b"PAT-TROIS" in found.body) is (possible and case.may_read)
    for answer, facts in ((opened, attested), (declared, urgent)):
        leads = location(answer).startswith("/records/")
        assert leads is (not scene.refused(facts) and case.may_read)
        assert leads or b"PAT-TROIS" not in answer.body


@pytest.mark.parametrize("name", NEVER)
def test_who_never_reads_is_told_of_nobody_whether_they_are_here(
    scene: Scene, name: str
) -> None:
    case = scene.case(name)
    for path in ("/patients", "/patients/open", "/emergency"):
        route = scene.route("POST", path)
        known, unknown = (
            scene.asker.ask(route, case.comer, form={**FORMS[path], "ins": number})
            for number in (MATRICULE, UNKNOWN)
        )
        assert known.status == unknown.status == 403
        assert known.body.replace(MATRICULE.encode(), UNKNOWN.encode()) == unknown.body


def test_every_column_has_somebody_and_they_do_not_see_the_same(scene: Scene) -> None:
    seen = {column: scene.seen(scene.case(column.value)) for column in MatrixColumn}

    assert {*COLUMNS} == {*MatrixColumn}
    assert len({frozenset(some) for some in seen.values()}) > 4
    assert seen[MatrixColumn.DOCTOR] == {*DOCUMENTS}


@blocking
def test_what_is_not_measured_is_a_page_that_is_there(pages: ProSite) -> None:
    asked = {
        one.path for one in make_professional_routes(pages.desk) if one.method == "GET"
    }

    assert set(APART) <= asked
    assert all(APART.values())
