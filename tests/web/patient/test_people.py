"""
Who acts for whom, through the pages: asked, answered, used, and ended.

Several modules together: the pages, `helping`, the store's delegations, the desk.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from attrs import define
from sqlalchemy import select

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileState
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import chain_of
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.life import go_on
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.tables import delegations, journal, notices
from tests.builders_people import MATRICULE, TEST_RANGE, matricule, open_profile
from tests.web.browsing import PASSWORD, Browser, Reply, Site, blocking, token_of
from tests.web.mail import file, narrative, receive
from tests.web.patient.test_account import profile_of, proved
from tests.web.patient.test_messages import answer, conversation_of

LIFE = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
OWN = {"family": "Pat-Trois", "given": "Dominique", "born": "1979-03-28"}
ANNE = {"family": "Morel", "given": "Anne", "born": "12/04/1978"}


@define
class Relative:
    """Another patient, who has an account of their own."""

    site: Site
    profile_id: str
    number: str
    login: str

    @classmethod
    def make(cls, site: Site, number: int, family: str = "MOREL") -> Relative:
        ins = Ins.of(matricule(number), TEST_RANGE)
        traits = IdentityTraits(
            family=family, first_given="ANNE", given_names="ANNE", birth_date="19780412"
        )
        profile_id = open_profile(
            site.database, ins=ins, traits=traits, email=f"p{number}@courriel.example"
        )
        login = f"anne.morel{number}"
        with site.database.write() as work:
            Accounts(work).add(login, PASSWORD, profile_id)
        return cls(site, profile_id, ins.matricule, login)

    def browser(self) -> Browser:
        with self.site.database.write() as work:
            account = Accounts(work).find(self.login)
            cookie = WebSessions(work, LIFE).start(Stage.OPEN, account.id)
        return Browser(self.site.port, {"__Host-session": cookie})


def send(browser: Browser, path: str, page: str = "/people", **fields: str) -> Reply:
    """Send the form of a page."""
    return browser.post(path, {"token": token_of(browser.get(page)), **fields})


def ask(site: Site, browser: Browser, number: str, days: int = 30, **who: str) -> Reply:
    """Ask somebody, for some days."""
    site.clock.advance(seconds=1)
    last = (site.clock.now + timedelta(days=days)).date().isoformat()
    fields = {**ANNE, "number": number, "last": last, "agrees": "1", **who}
    return send(browser, "/people/new", "/people/new", **fields)


def id_of(site: Site) -> str:
    with site.database.read() as work:
        query = select(delegations.c.id).order_by(delegations.c.created_at.desc())
        return str(work.connection.execute(query).scalars().first())


def agreed(site: Site, relative: Relative) -> tuple[Browser, str]:
    """Have a relative act for the patient; return their browser, and the id of it."""
    asked = ask(site, proved(site), relative.number)
    assert asked.location == "/people?done=asked"
    browser = relative.browser()
    accepted = send(browser, f"/people/{id_of(site)}/accept")
    assert accepted.location == "/people?done=accepted"
    return browser, id_of(site)


def told(site: Site, profile_id: str) -> list[str]:
    with site.database.read() as work:
        rows = work.connection.execute(
            select(notices.c.kind)
            .where(notices.c.profile_id == profile_id)
            .order_by(notices.c.created_at)
        )
        return list(rows.scalars())


def lines(site: Site, profile_id: str) -> list[tuple[str, str, str]]:
    """Return action, outcome and by which delegation, of a patient's lines."""
    with site.database.read() as work:
        rows = work.connection.execute(
            select(journal)
            .where(journal.c.chain == chain_of(profile_id))
            .order_by(journal.c.seq)
        )
        return [(row.action, row.outcome, row.detail.get("via", "")) for row in rows]


@blocking
def test_nobody_is_asked_before_password_and_code(site: Site) -> None:
    browser = site.signed_in()

    assert browser.get("/people/new").location == ("/account/prove?for=%2Fpeople%2Fnew")
    fields = {"token": token_of(browser.get("/people")), **ANNE, "agrees": "1"}
    assert browser.post("/people/new", fields).location.startswith("/account/prove")
    with site.database.read() as work:
        assert work.connection.execute(select(delegations)).all() == []


@blocking
def test_who_is_asked_and_agrees_opens_the_others_space_under_their_own_name(
    site: Site,
) -> None:
    relative = Relative.make(site, 21)
    receive(site.database, site.patient, subject="Le cœur de Dominique")
    browser, delegation_id = agreed(site, relative)
    assert told(site, relative.profile_id) == [NoticeKind.PEOPLE]
    assert told(site, site.patient)[-1] == NoticeKind.PEOPLE

    assert "Le cœur de Dominique" not in browser.get("/inbox").text
    send(browser, f"/people/{delegation_id}/open")
    inbox = browser.get("/inbox")

    assert "Le cœur de Dominique" in inbox.text
    assert "Vous agissez pour <strong>Dominique PAT-TROIS</strong>" in inbox.text
    with site.database.read() as work:
        (conversation,) = InboxReader(work).conversations(site.patient, 5)
    page = browser.get(f"/conversation/{conversation.id}")
    assert page.status == 200
    read = [line for line in lines(site, site.patient) if line[0] == "message:read"]
    assert [line[2] for line in read] == [delegation_id]
    assert told(site, site.patient)[-1] == NoticeKind.HELPED

    history = site.signed_in().get("/history").text
    assert history.count("Anne MOREL") == 3  # who agreed, attested, and read
    assert history.count("Votre aidant") == 2
    send(browser, "/people/own", "/inbox")
    assert "Le cœur de Dominique" not in browser.get("/inbox").text
    assert browser.get(f"/conversation/{conversation.id}").status == 404


@blocking
def test_b7_29_a_carers_message_says_who_wrote_it(site: Site) -> None:
    receive(site.database, site.patient)
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")
    with site.database.read() as work:
        (conversation,) = InboxReader(work).conversations(site.patient, 5)
    address = f"/conversation/{conversation.id}"
    form = browser.get(address)
    once = form.text.split('name="once" value="')[1].split('"')[0]
    action = form.text.split(f'action="{address}')[1].split('"')[0]

    sent = browser.send_form(
        address + action.replace("&amp;", "&"),
        [
            ("token", token_of(form)),
            ("once", once),
            ("text", "Nous viendrons lundi."),
            ("action", "send"),
        ],
    )

    assert sent.location.startswith(address)
    with site.database.read() as work:
        messages = InboxReader(work).messages(site.patient, conversation.id, 5, 0)
    (written,) = [one.text for one in messages if "lundi" in one.text]
    assert written == (
        "Nous viendrons lundi.\n\n"
        "Ce message a été rédigé par Anne MOREL, l’aidant de Dominique PAT-TROIS.\n"
    )
    sent_lines = [one for one in lines(site, site.patient) if one[0] == "message:send"]
    assert [one[2] for one in sent_lines] == [delegation_id]


@blocking
def test_b7_29_a_carer_reads_documents_and_governs_nothing(site: Site) -> None:
    file(site.database, site.patient, narrative("Tout va bien."))
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")

    assert browser.get("/documents").status == 200
    for path in ("/account", "/account/password", "/account/close", "/people"):
        refused = browser.get(path)
        assert refused.status == 403, path
        assert "Seule la personne à qui est cet espace" in refused.text
    site_map = browser.get("/site-map").text
    for path in re.findall(r'href="(/[^"]+)"', site_map):
        assert browser.get(path).status != 403, path
    token = token_of(browser.get("/documents"))
    for path in ("/people/new", "/account/close", f"/people/{delegation_id}/end"):
        assert browser.post(path, {"token": token}).status == 403, path


@blocking
def test_an_access_taken_back_ends_at_once_and_both_are_told(site: Site) -> None:
    relative = Relative.make(site, 21)
    browser, delegation_id = agreed(site, relative)
    send(browser, f"/people/{delegation_id}/open")
    assert browser.get("/inbox").status == 200

    ended = send(site.signed_in(), f"/people/{delegation_id}/end")

    assert ended.location == "/people?done=ended"
    over = browser.get("/inbox")
    assert over.location == "/people?over=1"
    assert "Vous n’agissez plus pour personne" in browser.get(over.location).text
    assert told(site, relative.profile_id).count(NoticeKind.PEOPLE) == 1
    assert ("delegation:end", "by-holder", "") in lines(site, site.patient)
    # Ended twice is ended once, and opened again it is not.
    send(site.signed_in(), f"/people/{delegation_id}/end")
    send(browser, f"/people/{delegation_id}/open")
    assert browser.get("/inbox").location == "/people?over=1"


@blocking
def test_it_ends_with_its_last_day_where_the_patients_are(site: Site) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")

    with site.database.read() as work:
        last = work.connection.execute(select(delegations.c.last_day)).scalar_one()
    midnight = datetime.combine(date.fromisoformat(last), time(22, 59, 59), UTC)
    relative = Relative(site, "", "", "anne.morel21")
    for later, opens in ((timedelta(0), True), (timedelta(seconds=2), False)):
        site.clock.now = midnight + later  # one hour earlier than in Paris
        again = relative.browser()
        send(again, f"/people/{delegation_id}/open")
        shown = again.get("/inbox")
        assert ("Vous agissez pour" in shown.text) is opens
        assert (shown.location == "/people?over=1") is not opens


@pytest.mark.parametrize(
    ("number", "who"),
    [
        (matricule(99), {}),
        (matricule(21), {"family": "Martin"}),
        (matricule(21), {"given": "Lucie"}),
        (matricule(21), {"born": "1978-04-13"}),
    ],
    ids=["nobody", "another name", "another given name", "another birth date"],
)
@blocking
def test_whether_somebody_has_a_space_is_not_told(
    site: Site, number: str, who: dict[str, str]
) -> None:
    relative = Relative.make(site, 21)
    browser = proved(site)

    asked = ask(site, browser, number, 30, **who)

    assert asked.location == "/people?done=asked"
    assert "Pas encore de réponse" in browser.get("/people").text
    assert "vous demande de l’aider" not in relative.browser().get("/people").text
    assert told(site, relative.profile_id) == []
    answered = send(relative.browser(), f"/people/{id_of(site)}/accept")
    assert answered.status == 404


@blocking
def test_a_request_that_is_refused_or_taken_back_opens_nothing(site: Site) -> None:
    relative, browser = Relative.make(site, 21), proved(site)
    ask(site, browser, relative.number)
    refused = send(relative.browser(), f"/people/{id_of(site)}/refuse")
    assert refused.location == "/people?done=refused"
    late = send(relative.browser(), f"/people/{id_of(site)}/accept")
    assert late.location == "/people?problem=not-waiting"
    assert "n’attend plus de réponse" in relative.browser().get(late.location).text

    ask(site, browser, relative.number)
    send(browser, f"/people/{id_of(site)}/end")
    late = send(relative.browser(), f"/people/{id_of(site)}/accept")

    assert late.location == "/people?problem=not-waiting"
    other = relative.browser()
    send(other, f"/people/{id_of(site)}/open")
    assert other.get("/inbox").location == "/people?over=1"


@pytest.mark.parametrize(
    ("days", "who", "said"),
    [
        (30, {"number": "279035121518988"}, "Ce n’est pas un numéro INS"),
        (30, {"number": MATRICULE, **OWN}, "C’est votre propre numéro"),
        (30, {"agrees": ""}, "Cochez la case"),
        (30, {"family": ""}, "Écrivez le nom de naissance"),
        (30, {"born": "31/02/1978"}, "Écrivez la date de naissance"),
        (-1, {}, "Choisissez un dernier jour, aujourd’hui ou plus tard"),
        (730, {}, "Choisissez un dernier jour plus proche"),
    ],
)
@blocking
def test_what_is_wrong_in_a_request_is_said_and_nothing_is_asked(
    site: Site, days: int, who: dict[str, str], said: str
) -> None:
    fields = {"number": matricule(21), **who}

    refused = ask(site, proved(site), fields.pop("number"), days, **fields)

    assert refused.status == 422
    assert said in refused.text
    with site.database.read() as work:
        assert work.connection.execute(select(delegations)).all() == []


@pytest.mark.parametrize("site", [{"carer_requests": 4}], indirect=True)
@blocking
def test_three_people_at_most_and_a_few_requests_a_day(site: Site) -> None:
    browser = proved(site)
    numbers = [matricule(number) for number in range(31, 36)]
    for number in numbers[:3]:
        assert ask(site, browser, number).location == "/people?done=asked"
    assert (
        "Vous avez déjà demandé à cette personne" in ask(site, browser, numbers[0]).text
    )
    assert "Trois personnes agissent" in ask(site, browser, numbers[3]).text

    send(browser, f"/people/{id_of(site)}/end")
    assert ask(site, browser, numbers[3]).location == "/people?done=asked"
    send(browser, f"/people/{id_of(site)}/end")
    assert "Réessayez demain" in ask(site, browser, numbers[4]).text
    site.clock.advance(seconds=24 * 3600 + 1)
    assert ask(site, proved(site), numbers[4]).location == "/people?done=asked"


@blocking
def test_a_last_day_is_moved_by_the_patient_alone(site: Site) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    path = f"/people/{delegation_id}/prolong"
    later = (site.clock.now + timedelta(days=200)).date().isoformat()

    assert send(browser, path, last=later).status == 404
    own = site.signed_in()
    assert send(own, path, last="2020-01-01").status == 422
    assert send(own, path, last=later).location == "/people?done=prolonged"
    with site.database.read() as work:
        kept = work.connection.execute(select(delegations.c.last_day)).scalar_one()
    assert kept == later


@blocking
def test_a_delegation_of_others_is_not_there(site: Site) -> None:
    relative, stranger = Relative.make(site, 21), Relative.make(site, 22, "AUTRE")
    _, delegation_id = agreed(site, relative)
    browser = stranger.browser()

    assert browser.get(f"/people/{delegation_id}/change").status == 404
    for act in ("accept", "refuse", "end", "open", "prolong"):
        fields = {"last": "2030-01-01"} if act == "prolong" else {}
        assert send(browser, f"/people/{delegation_id}/{act}", **fields).status == 404
    browser.cookies["__Host-acting"] = delegation_id  # by hand
    assert browser.get("/inbox").location == "/people?over=1"
    assert browser.get("/inbox").status == 200


@blocking
def test_who_cannot_open_their_space_lends_it_to_nobody(site: Site) -> None:
    relative = Relative.make(site, 21)
    browser, delegation_id = agreed(site, relative)
    send(browser, f"/people/{delegation_id}/open")
    with site.database.write() as work:
        Profiles(work).change(profile_of(site).id, "state", state="SUSPENDED")

    assert browser.get("/inbox").location == "/people?over=1"
    # They see that the help is not over, and there is nothing to enter.
    assert f"/people/{delegation_id}/open" not in browser.get("/people").text


BANNER = "Vous agissez pour <strong>Dominique PAT-TROIS</strong>"


@blocking
def test_every_answer_says_for_whom_one_acts_errors_too(site: Site) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")

    token = token_of(browser.get("/inbox"))
    answers = {
        404: browser.get(f"/documents/{'0' * 32}"),
        403: browser.get("/account"),  # of the holder alone
    }
    forged = browser.post("/inbox/search", {"token": "x", "words": "y"})
    unread = browser.request(
        "POST", "/inbox/search", b"{}", {"Content-Type": "application/json"}
    )

    for status, got in answers.items():
        assert got.status == status
        assert BANNER in got.text
        assert f'name="token" value="{token}"' in got.text
        # The first page is the other's now: it is not called one's own.
        assert "Retour à mon espace" not in got.text
    assert (forged.status, BANNER in forged.text) == (403, True)
    assert (unread.status, BANNER in unread.text) == (400, True)
    # The way back is there, and does what it says.
    back = browser.post("/people/own", {"token": token_of(answers[404])})
    assert back.location == "/"
    assert BANNER not in browser.get(f"/documents/{'0' * 32}").text


@blocking
def test_a_form_of_a_window_in_another_space_does_nothing_and_says_where_one_is(
    site: Site,
) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    own = token_of(browser.get("/inbox"))
    send(browser, f"/people/{delegation_id}/open")

    refused = browser.post("/notices/clear", {"token": own, "text": "Bonjour"})

    assert refused.status == 403
    assert BANNER in refused.text


@blocking
def test_who_signs_in_again_is_not_led_to_the_same_address_of_their_own(
    site: Site,
) -> None:
    """A setting of the one looked after is not taken for one's own."""
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")
    site.clock.advance(minutes=16)

    asked = browser.get("/documents?page=2")

    assert asked.location == "/sign-in?expired=1"


def close(site: Site, profile_id: str, state: str = "CLOSED") -> None:
    """Have a space closed, as the service does it, and opened again later."""
    with site.database.write() as work:
        profile = Profiles(work).hold(profile_id)
        assert profile is not None
        go_on(work, Notices.of(work, site.settings), profile, ProfileState(state))


@pytest.mark.parametrize("state", ["CLOSED", "DELETION_REQUESTED"])
@pytest.mark.parametrize("whose", ["holder", "carer"])
@blocking
def test_help_ends_with_the_space_of_either_and_does_not_come_back_with_it(
    site: Site, whose: str, state: str
) -> None:
    relative = Relative.make(site, 21)
    browser, delegation_id = agreed(site, relative)
    send(browser, f"/people/{delegation_id}/open")
    ids = {"holder": site.patient, "carer": relative.profile_id}
    closing = ids[whose]
    other, name = site.signed_in(), "Anne MOREL"
    if whose == "holder":
        other, name = relative.browser(), "Dominique PAT-TROIS"
    before = other.get("/notices").text.count(name)
    site.clock.advance(seconds=1)

    close(site, closing, state)

    for one in (site.patient, relative.profile_id):
        assert ("delegation:end", "closed", "") in lines(site, one)
    assert other.get("/notices").text.count(name) > before
    close(site, closing, "ACTIVATED")
    again = relative.browser()
    again.cookies["__Host-acting"] = delegation_id
    assert again.get("/inbox").location == "/people?over=1"
    assert "aider Dominique" not in again.get("/people").text


@blocking
def test_a_request_that_waits_ends_with_the_space_of_who_asked(site: Site) -> None:
    relative = Relative.make(site, 21)
    ask(site, proved(site), relative.number)
    close(site, site.patient)
    close(site, site.patient, "ACTIVATED")

    answered = send(relative.browser(), f"/people/{id_of(site)}/accept")

    assert answered.location == "/people?problem=not-waiting"
    assert "Vous avez agi" not in relative.browser().get("/people").text


@blocking
def test_a_suspension_that_is_lifted_leaves_help_as_it_was(site: Site) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    close(site, site.patient, "SUSPENDED")
    assert not [one for one in lines(site, site.patient) if one[0] == "delegation:end"]
    for state in ("OPEN_NOT_ACTIVATED", "ACTIVATED"):
        close(site, site.patient, state)

    send(browser, f"/people/{delegation_id}/open")

    assert BANNER in browser.get("/inbox").text


@blocking
def test_who_acts_in_a_suspended_space_sees_that_it_is_and_may_end_it(
    site: Site,
) -> None:
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    close(site, site.patient, "SUSPENDED")

    page = browser.get("/people").text
    ended = send(browser, f"/people/{delegation_id}/end")
    after = browser.get("/people").text

    assert "Espace suspendu" in page
    assert f"/people/{delegation_id}/open" not in page
    assert "Aider" not in page.split("Espace suspendu")[0].rsplit("<li", 1)[1]
    assert f'href="/people/{delegation_id}/change"' in page
    assert ended.location == "/people?done=ended"
    assert "Espace suspendu" not in after
    assert "Vous avez agi pour cette personne, du " in after
    assert ("delegation:end", "by-helper", "") in lines(site, site.patient)


@blocking
def test_a_draft_says_who_wrote_it_where_that_is_not_the_patient(site: Site) -> None:
    receive(site.database, site.patient)
    browser, delegation_id = agreed(site, Relative.make(site, 21))
    send(browser, f"/people/{delegation_id}/open")
    own = site.signed_in()
    path = conversation_of(site)

    answer(browser, path, "Pour lui : merci.", action="draft")
    answer(browser, "/inbox/new", "Une question", action="draft", subject="Un sujet")

    shown = own.get(path).text
    assert "Brouillon du" in shown
    assert "par Anne MOREL" in shown
    assert own.get("/inbox/drafts").text.count("Rédigé par Anne MOREL") == 2
    site.clock.advance(minutes=1)
    answer(own, path, "Merci docteur.", action="draft")
    assert "par Anne MOREL" not in browser.get(path).text
