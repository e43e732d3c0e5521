"""
Who represents a child: how it begins, what they see, and what does not exist (W17).

Several modules together: the pages, `representing`, `helping`, the store, the desk.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from attrs import define
from sqlalchemy import select

from gateway.core.document import Availability, Visibility
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import Act, Capacity, Term
from gateway.rights.majority_rules import majority_of
from gateway.rights.visibility_rules import PatientReader
from gateway.store.inbox.reading import InboxReader
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.delegations import ATTACHED, Delegations
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import delegations
from gateway.store.vault.documents import Documents
from gateway.web.patient.routes import make_routes
from tests.builders_people import MATRICULE, TEST_RANGE, matricule, open_profile
from tests.web.browsing import Browser, Reply, Site, blocking, token_of
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_account import prove, proved
from tests.web.patient.test_people import Relative, lines, send, told

LEO = {"family": "Pat-Trois", "given": "Léo", "born": "12/06/2015"}
REPRESENTATIVE = PatientReader.REPRESENTATIVE
SECRET = "Zanzibar"
"""In every text of what is planted."""


@define
class Child:
    """A child, and by what the patient of the site represents them."""

    site: Site
    id: str
    number: str

    @classmethod
    def make(
        cls, site: Site, attached_to: str = MATRICULE, born: str = "20150612"
    ) -> Child:
        ins = Ins.of(matricule(77), TEST_RANGE)
        traits = IdentityTraits(
            family="PAT-TROIS", first_given="LÉO", given_names="LÉO", birth_date=born
        )
        child = open_profile(
            site.database, ins=ins, traits=traits, state="ANNOUNCED", email=""
        )
        if attached_to:
            with site.database.write() as work:
                Profiles(work, "anne").record(
                    child, ATTACHED, None, attached_to, stands=True
                )
        return cls(site, child, ins.matricule)

    def represented(self, by: str = "") -> str:
        """Have the patient, or another, represent the child, without the way there."""
        self.site.clock.advance(seconds=-1)
        with self.site.database.write() as work:
            whom = Profiles(work).get(self.id)
            who = Profiles(work).get(by or self.site.patient)
            assert whom is not None
            assert who is not None
            if whom.state != "ACTIVATED":
                Profiles(work, "anne").change(self.id, "state", state="ACTIVATED")
            majority = majority_of(whom.traits.birth_date)
            assert majority is not None
            first = work.now.date()
            made = Delegations(work).represent(
                whom,
                who,
                Term(first=first, last=majority - timedelta(days=1)),
                capacity=Capacity.REPRESENTATIVE,
                by="anne",
                basis="proof",
            )
        self.site.clock.advance(seconds=1)
        return made


def begin(site: Site, browser: Browser, number: str, **who: str) -> Reply:
    fields = {**LEO, "number": number, "certifies": "1", **who}
    return send(browser, "/people/child", "/people/child", **fields)


def opened(site: Site, child: Child) -> Browser:
    """Return the patient's browser, in the child's space."""
    browser = site.signed_in()
    send(browser, f"/people/{child.represented()}/open")
    return browser


def only(site: Site) -> str:
    with site.database.read() as work:
        query = select(delegations.c.id).order_by(delegations.c.created_at.desc())
        return str(work.connection.execute(query).scalars().first())


@blocking
def test_the_parent_whom_the_insurer_names_opens_the_space_and_looks_after_it(
    site: Site,
) -> None:
    child = Child.make(site)
    browser = proved(site)
    assert "Ouvrir l’espace d’un enfant" in browser.get("/people").text

    begun = begin(site, browser, child.number)

    assert begun.location == "/people?done=child"
    page = browser.get(begun.location).text
    assert "L’espace de l’enfant est ouvert" in page
    assert "Vous êtes son représentant légal. Jusqu’au 11 juin 2033." in page
    with site.database.read() as work:
        known = Profiles(work).get(child.id)
        assert known is not None
        assert known.state == "ACTIVATED"
        assert Accounts(work).of_profile(known) is None
        facts = [(one.what, one.who) for one in Profiles(work).changes(child.id)]
    assert ("represented", "representative") in facts
    assert ("state", "representative") in facts
    assert told(site, site.patient).count(NoticeKind.PEOPLE) == 1
    send(browser, f"/people/{only(site)}/open")
    home = browser.get("/home").text
    assert "Vous gérez l’espace de <strong>Léo PAT-TROIS</strong>" in home
    assert browser.get("/confidentiality").status == 200
    assert "Dominique PAT-TROIS" in browser.get("/history").text
    assert browser.get("/account").status == 403


@pytest.mark.parametrize(
    ("attached", "number", "who"),
    [
        ("", matricule(77), {}),
        (matricule(5), matricule(77), {}),
        (MATRICULE, matricule(78), {}),
        (MATRICULE, matricule(77), {"family": "Martin"}),
        (MATRICULE, matricule(77), {"given": "Léa"}),
        (MATRICULE, matricule(77), {"born": "13/06/2015"}),
    ],
)
@blocking
def test_of_a_child_who_is_not_attached_nothing_is_told(
    site: Site, attached: str, number: str, who: dict[str, str]
) -> None:
    Child.make(site, attached)

    refused = begin(site, proved(site), number, **who)

    assert refused.status == 422
    assert "L’Assurance maladie ne dit pas qu’un enfant" in refused.text
    with site.database.read() as work:
        assert work.connection.execute(select(delegations)).all() == []


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ({"certifies": ""}, "Cochez la case si c’est le cas"),
        ({"born": "12/06/15"}, "Écrivez la date de naissance"),
        ({"number": "1"}, "Ce n’est pas un numéro INS"),
        ({"given": ""}, "Écrivez le premier prénom"),
    ],
)
@blocking
def test_what_is_wrong_in_the_form_is_said(
    site: Site, who: dict[str, str], said: str
) -> None:
    child = Child.make(site)
    fields = {"number": child.number, **who}

    refused = begin(site, proved(site), fields.pop("number"), **fields)

    assert refused.status == 422
    assert said in refused.text


@blocking
def test_the_other_parent_is_asked_agrees_and_neither_ends_the_other(
    site: Site,
) -> None:
    child, other = Child.make(site), Relative.make(site, 21)
    delegation = child.represented()
    browser = proved(site)
    path = f"/people/{delegation}/others"
    fields = {
        "family": "Morel",
        "given": "Anne",
        "born": "12/04/1978",
        "number": other.number,
        "certifies": "1",
    }

    asked = send(browser, path, path, **fields)

    assert asked.location == "/people?done=asked"
    assert told(site, other.profile_id) == [NoticeKind.PEOPLE]
    theirs = other.browser()
    page = theirs.get("/people").text
    assert "On vous demande de représenter Léo PAT-TROIS" in page
    request = only(site)
    assert (
        "Deux personnes"
        in send(
            browser,
            path,
            f"/people/{delegation}/change",
            **{**fields, "number": matricule(4)},
        ).text
    )
    accepted = send(theirs, f"/people/{request}/accept")
    assert accepted.location == "/people?done=accepted"
    with site.database.read() as work:
        facts = Profiles(work).changes(child.id)
    said = [(one.by, one.who) for one in facts if one.what == "represented"]
    assert ("Anne MOREL", "representative") in said
    send(theirs, f"/people/{request}/open")
    assert "Vous gérez l’espace de" in theirs.get("/home").text
    # Neither ends the other's; each their own.
    assert send(browser, f"/people/{request}/end").status == 404
    assert send(browser, f"{path}/back", path, asked=request).location == path
    assert "Vous gérez l’espace de" in theirs.get("/home").text
    assert told(site, other.profile_id).count(NoticeKind.REPRESENTED) == 0
    theirs.get("/documents")
    receive(site.database, child.id)
    own = other.browser()
    send(own, f"/people/{request}/end")
    assert theirs.get("/home").location == "/people?over=1"


@pytest.mark.parametrize("what", ["others", "close"])
@blocking
def test_who_proves_it_comes_to_what_was_wanted_of_the_child(
    site: Site, what: str
) -> None:
    wanted = f"/people/{Child.make(site).represented()}/{what}"

    assert prove(site, site.signed_in(), wanted).location == wanted


@blocking
def test_a_request_to_the_other_parent_can_be_taken_back(site: Site) -> None:
    child, other = Child.make(site), Relative.make(site, 21)
    delegation, browser = child.represented(), proved(site)
    path = f"/people/{delegation}/others"
    fields = {"family": "Morel", "given": "Anne", "born": "12/04/1978"}
    send(browser, path, path, **fields, number=other.number, certifies="1")
    request = only(site)

    send(browser, f"{path}/back", path, asked=request)

    late = send(other.browser(), f"/people/{request}/accept")
    assert late.location == "/people?problem=not-waiting"
    path = f"/people/{delegation}/others/back"
    assert send(other.browser(), path, asked=request).status == 404


@blocking
def test_b7_18_access_ends_on_the_eighteenth_birthday_without_any_task(
    site: Site,
) -> None:
    tomorrow = site.clock.now + timedelta(days=1)
    child = Child.make(site, born=f"{tomorrow.year - 18}{tomorrow:%m%d}")
    browser = opened(site, child)
    assert browser.get("/home").status == 200

    site.clock.advance(days=1)

    again = site.signed_in()
    send(again, f"/people/{only(site)}/open")
    assert again.get("/home").location == "/people?over=1"


def planted(site: Site, child: Child) -> dict[str, list[str]]:
    """Put what is secret, beside what is not, into a child's space; return its ids."""
    hidden = frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES})
    receive(site.database, child.id, subject="Vaccin", text="Rappel fait.")
    plain = file(site.database, child.id, narrative("Vaccin"), title="Vaccin")
    arrival = receive(
        site.database,
        child.id,
        subject=f"Sujet {SECRET}",
        text=f"Texte {SECRET}",
        name=f"Dr {SECRET}",
        is_secret=True,
    )
    alone = receive(
        site.database,
        child.id,
        sender="planning@hopital.mssante.test",
        name=f"Planning {SECRET}",
        subject=SECRET,
        is_secret=True,
    )
    secret = file(
        site.database,
        child.id,
        narrative(SECRET),
        title=f"Titre {SECRET}",
        arrival_id=arrival,
        flags=hidden,
    )
    old = file(
        site.database,
        child.id,
        narrative("Ancien"),
        title=f"Remplacé par {SECRET}",
        status=Availability.DEPRECATED,
    )
    with site.database.write() as work:
        vault = site.vault(work)
        before, after = vault.get(old), vault.get(secret)
        assert before is not None
        assert after is not None
        Documents(work).mark_replaced(
            before, after.id, before.body_level, deprecate=True
        )
        own = InboxReader(work)
        talks = [one for one in own.conversations(child.id) if one.is_secret]
        messages = [one.id for talk in talks for one in own.messages(child.id, talk.id)]
        Decisions(work).block(child.id, "planning@hopital.mssante.test")
    return {
        "document_id": [secret, old],
        "conversation_id": [one.id for one in talks],
        "message_id": messages,
        "arrival": [arrival, alone],
        "plain": [plain],
    }


@blocking
def test_b7_17_nothing_of_a_minors_secret_is_on_any_page_of_a_representative(
    site: Site,
) -> None:
    """Every route, as a representative: by list, by id, by text, by count."""
    child = Child.make(site)
    browser = opened(site, child)
    ids = planted(site, child)
    with site.database.read() as work:
        assert len(InboxReader(work).conversations(child.id)) == 3
        assert len(InboxReader(work, REPRESENTATIVE).conversations(child.id)) == 1

    routes = [
        one
        for one in make_routes(site.desk)
        if one.method == "GET" and one.act is not Act.ACCOUNT
    ]
    token, seen = token_of(browser.get("/home")), 0
    for route in routes:
        for path in paths(route.path, ids):
            reply = browser.get(path)
            assert SECRET not in reply.text, path
            for one in (*ids["document_id"], *ids["message_id"]):
                if one in path:  # as what never was
                    never = browser.get(path.replace(one, "f" * 32))
                    assert reply.status == never.status, path
                    assert reply.status in {404, 422}, path
                    assert len(reply.text) == len(never.text), path
                    seen += 1
            for one in (*ids["document_id"], *ids["conversation_id"]):
                assert one not in reply.text.replace(path, ""), path
    assert seen > 10
    for one in (*ids["document_id"], *ids["conversation_id"]):
        for path in (
            f"/confidentiality/document/{one}",
            f"/conversation/{one}",
            f"/conversation/{one}/delete",
        ):
            assert browser.post(path, {"token": token}).status == 404, path
    inbox = browser.get("/inbox").text
    assert "Vaccin" in inbox
    assert ">1<" in inbox.replace("\n", "")
    for listing in ("/documents", "/documents?replaced=1"):
        page = browser.get(listing)
        assert "1 document" in page.text
        assert "Vaccin" in page.text
    for words, found in (("Titre", 0), ("Ancien", 0), ("Vaccin", 1)):
        led = browser.post("/documents/search", {"token": token, "words": words})
        listed = browser.get(led.location).text
        assert (ids["plain"][0] in listed) is bool(found), words
        for one in ids["document_id"]:
            assert one not in listed, words
    for way in ("document", "conversation"):
        for one in ids[f"{way}_id"]:
            asked = browser.get(f"/confidentiality/block?{way}={one}")
            assert asked.status == 404
    assert "planning@" not in browser.get("/confidentiality").text


def paths(path: str, ids: dict[str, list[str]]) -> list[str]:
    """Return the addresses of a route with each id that is planted."""
    found = [path]
    for name, values in ids.items():
        found = [
            re.sub(rf"<string\(length=32\):{name}>", value, one)
            for one in found
            for value in (values if name in one else [""])
        ]
    found = [re.sub(r"<int:\w+>", "0", one) for one in found]
    return [
        re.sub(r"<string:\w+>", "x", one) for one in found if "length=32" not in one
    ]


@blocking
def test_what_is_secret_makes_no_notice_and_the_rest_one_that_names_nobody(
    site: Site,
) -> None:
    child = Child.make(site)
    child.represented()
    desk = site.desk
    before = len(told(site, site.patient))

    with site.database.write() as work:
        for kind in (NoticeKind.MESSAGE, NoticeKind.DOCUMENT, NoticeKind.UPDATE):
            desk.notices(work).tell(child.id, kind, subject="a" * 32, is_secret=True)
    assert len(told(site, site.patient)) == before
    with site.database.write() as work:
        desk.notices(work).tell(child.id, NoticeKind.MESSAGE, subject="a" * 32)
    assert told(site, site.patient)[before:] == [NoticeKind.REPRESENTED]


@blocking
def test_what_a_representative_sets_is_a_fact_in_their_name(site: Site) -> None:
    child = Child.make(site)
    browser = opened(site, child)

    send(
        browser,
        "/confidentiality/change",
        "/confidentiality",
        what="new",
        to="closed",
    )

    with site.database.read() as work:
        (made,) = [
            one
            for one in Profiles(work).changes(child.id)
            if one.what == "mask-by-default"
        ]
    assert (made.who, made.by) == ("representative", "Dominique PAT-TROIS")
    changed = [one for one in lines(site, child.id) if one[1] == "mask-by-default"]
    assert [one[2] for one in changed] == [only(site)]
