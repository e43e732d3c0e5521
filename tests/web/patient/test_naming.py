"""The administrator of the profile: named, ended and told, by whom, and how many."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from gateway.core.document import AuthorEntry, Visibility
from gateway.core.texts.notices import NoticeKind
from gateway.evidence.arguments import EvidenceKind
from gateway.evidence.replaying import decide_again
from gateway.store.evidence.keeping import EvidenceReader
from gateway.store.journal import chain_of
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import tasks
from gateway.store.tasks.values import TaskKind
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_people import Relative, agreed, send, told
from tests.web.patient.test_representing import Child, opened

PATH = "/confidentiality/administrators"
DOCTOR = "801234567897"
OTHER = "899700000001"
OTHERS = AuthorEntry(person=f"{OTHER}^DURAND^PAUL^^^Dr^^^&1.2&ISO^D^^^IDNPS")


def signed(site: Site, profile_id: str, **more: Any) -> str:
    """File a letter that the doctor signed."""
    return file(site.database, profile_id, narrative("Lettre"), **more)


def name(browser: Browser, who: str = DOCTOR, **fields: str) -> Reply:
    page = f"{PATH}/new"
    fields = {"who": who, "step": "sure", "sure": "1", **fields}
    return send(browser, page, page, **fields)


def standing(site: Site, profile_id: str) -> list[str]:
    with site.database.read() as work:
        return [one.identity for one in Administrators(work, profile_id).all]


def kept_of(site: Site) -> list[tuple[str, str, str]]:
    """Return the lines that name a decision, what it was of, and what was decided."""
    found = []
    with site.database.read() as work:
        for line in work.journal.lines(chain_of(site.patient)):
            kept = EvidenceReader(work).find(line.detail.get("decision", ""))
            if kept is None or kept.parts[0].kind is not EvidenceKind.NAMING:
                continue
            (part,) = kept.parts
            assert kept.digests == (line.detail["evidence"],)
            assert decide_again([part]) == (part.decided,)
            found.append((line.action, part.kind.value, part.outcome))
    return found


def to_tell(site: Site) -> list[str]:
    with site.database.read() as work:
        query = select(tasks.c.subject).where(tasks.c.kind == TaskKind.APPOINT.value)
        return list(work.connection.execute(query).scalars())


@blocking
def test_a_patient_names_who_signed_their_documents_and_ends_it(site: Site) -> None:
    signed(site, site.patient)
    browser = site.signed_in()
    assert "Vous n’avez nommé personne" in browser.get(PATH).text
    page = browser.get(f"{PATH}/new").text
    assert "MARTIN" in page
    assert "numéro national 801234567897" in page

    asked = send(browser, f"{PATH}/new", f"{PATH}/new", who=DOCTOR)
    assert "Nommer Dr CLAIRE MARTIN" in asked.text
    unsure = name(browser, sure="")
    assert unsure.status == 422
    assert "Cochez la case" in unsure.text
    assert standing(site, site.patient) == []
    named = name(browser)

    assert named.location == f"{PATH}?done=named"
    assert standing(site, site.patient) == [DOCTOR]
    assert told(site, site.patient)[-1:] == [NoticeKind.ADMINISTRATOR]
    assert to_tell(site) == [f"{site.patient}:{DOCTOR}"]
    assert "MARTIN" in browser.get(named.location).text
    assert "1 nommé" in browser.get("/confidentiality").text
    history = browser.get("/history").text
    assert "Administrateur du profil nommé ou retiré" in history
    assert "Dr CLAIRE MARTIN" in history
    notices = browser.get("/notices").text
    assert "Un administrateur de votre espace a été nommé ou retiré" in notices

    ended = send(browser, f"{PATH}/end", PATH, who=DOCTOR)

    assert ended.location == f"{PATH}?done=ended"
    assert standing(site, site.patient) == []
    assert send(browser, f"{PATH}/end", PATH, who=DOCTOR).status == 404


@blocking
def test_who_wrote_is_found_by_their_own_mailbox_and_anybody_by_name(
    site: Site,
) -> None:
    doctor, place = "dr.roy@hopital.mssante.test", "service@hopital.mssante.test"
    with site.database.write() as work:
        for address, kind, holder in (
            (doctor, "PER", DOCTOR),
            (place, "ORG", "1750000011"),
        ):
            Mailboxes(work).add(
                address, kind=kind, holders=[holder], display_name=f"Nom {kind}"
            )
    receive(site.database, site.patient, sender=doctor, name="Dr Claire MARTIN")
    receive(site.database, site.patient, sender=place, name="Cardiologie")
    browser = site.signed_in()

    page = browser.get(f"{PATH}/new").text
    found = browser.get(f"{PATH}/new?name=nom").text

    for said in (page, found):
        assert said.count('name="who"') == 1
        assert f'value="{DOCTOR}"' in said
    assert "Aucun professionnel de ce nom" in browser.get(f"{PATH}/new?name=xyz").text
    assert name(browser, "1750000011").status == 422
    assert name(browser, OTHER).status == 422
    assert standing(site, site.patient) == []


@blocking
@pytest.mark.parametrize("site", [{"max_administrators": 1}], indirect=True)
def test_so_many_are_named_and_no_more_and_nobody_who_is_blocked(site: Site) -> None:
    signed(site, site.patient)
    signed(site, site.patient, said={"authors": (OTHERS,)})
    browser = site.signed_in()
    with site.database.write() as work:
        Decisions(work).block(site.patient, OTHER)
    blocked = name(browser, OTHER)
    assert blocked.status == 422
    assert "Débloquez-le d’abord" in blocked.text
    own = "dr.autre@hopital.mssante.test"
    with site.database.write() as work:
        Decisions(work).unblock(site.patient, OTHER)
        Mailboxes(work).add(own, kind="PER", holders=[OTHER])
        Decisions(work).block(site.patient, own)
    assert "Débloquez-le d’abord" in name(browser, OTHER).text
    with site.database.write() as work:
        Decisions(work).unblock(site.patient, own)

    assert name(browser).location == f"{PATH}?done=named"
    assert name(browser).location == f"{PATH}?done=named"
    full = name(browser, OTHER)

    assert full.status == 422
    assert "a déjà ce rôle" in full.text
    assert kept_of(site) == [
        ("act:refuse", "naming", "blocked"),
        ("act:refuse", "naming", "blocked"),
        ("profile:change", "naming", ""),
        ("act:refuse", "naming", "enough"),
    ]
    assert standing(site, site.patient) == [DOCTOR]
    assert told(site, site.patient).count(NoticeKind.ADMINISTRATOR) == 1
    assert f'href="{PATH}/new"' not in browser.get(PATH).text


@blocking
def test_a_carer_names_nobody(site: Site) -> None:
    signed(site, site.patient)
    browser, delegation = agreed(site, Relative.make(site, 5))
    send(browser, f"/people/{delegation}/open")
    token = token_of(browser.get("/home"))

    for path in (PATH, f"{PATH}/new"):
        assert browser.get(path).status == 403
    for path in (f"{PATH}/new", f"{PATH}/end"):
        fields = {"token": token, "who": DOCTOR, "step": "sure", "sure": "1"}
        assert browser.post(path, fields).status == 403
    assert standing(site, site.patient) == []


@blocking
def test_a_representative_names_one_for_the_child_in_their_own_name(
    site: Site,
) -> None:
    child = Child.make(site)
    signed(site, child.id)
    browser = opened(site, child)

    assert name(browser).location == f"{PATH}?done=named"

    with site.database.read() as work:
        facts = Profiles(work).changes(child.id)
    assert ("administrator", "representative") in [(one.what, one.who) for one in facts]
    assert standing(site, child.id) == [DOCTOR]
    assert NoticeKind.REPRESENTED_ADMINISTRATOR in told(site, site.patient)


@blocking
def test_whom_a_minor_trusts_with_a_secret_is_told_to_no_representative(
    site: Site,
) -> None:
    child = Child.make(site)
    hidden = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
    signed(site, child.id, flags=hidden)
    with site.database.write() as work:
        Administrators(work, child.id).name(DOCTOR, "Dr Claire MARTIN")
    browser = opened(site, child)

    for path in (PATH, f"{PATH}/new", "/confidentiality", "/history"):
        page = browser.get(path)
        assert page.status == 200
        assert "MARTIN" not in page.text, path
        assert DOCTOR not in page.text, path
    assert "0 nommé" in browser.get("/confidentiality").text
    assert "Administrateur du profil" not in browser.get("/history").text
    assert send(browser, f"{PATH}/end", PATH, who=DOCTOR).status == 404
    assert name(browser).status == 422
    assert standing(site, child.id) == [DOCTOR]
