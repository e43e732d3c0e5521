"""Everything at once: asked for, prepared, fetched once more proved, told truly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from gateway.core.document import Visibility
from gateway.message.building import OutgoingPart
from gateway.node.vaults import open_vaults
from gateway.store.downloads.downloads import DownloadEnd, Downloads
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.recalls import Recalls
from gateway.store.journal import Action, chain_of
from gateway.store.tables import blobs, download_pieces, tasks
from gateway.web.site.answers import Flow
from gateway.web.site.flowing import next_of
from tests.dmp_bridge.downloads.packed import content, last, opened, work_off
from tests.web.browsing import HOUSE, Browser, Reply, Site, blocking, token_of
from tests.web.mail import DOCTOR, PDF, carried, file, receive
from tests.web.patient.test_account import proved
from tests.web.patient.test_browser import DESK, PHONE, furnish
from tests.web.patient.test_browser import opened as visiting
from tests.web.patient.test_messages import answer, conversation_of, sent
from tests.web.patient.test_representing import Child
from tests.web.patient.test_representing import opened as in_the_childs_place

HIDDEN = frozenset({Visibility.HIDDEN_FROM_PATIENT})
HERE = "/account/download"


def ask(browser: Browser) -> Reply:
    return browser.post(HERE, {"token": token_of(browser.get(HERE))})


def words(reply: Reply) -> str:
    return reply.text.replace("&#39;", "'")


@blocking
def test_it_is_asked_for_prepared_told_and_fetched(site: Site) -> None:
    file(site.database, site.patient, carried("application/pdf", PDF))
    file(site.database, site.patient, carried("text/plain", b"x"), flags=HIDDEN)
    browser = proved(site)
    assert HERE in browser.get("/account").text

    done = ask(browser)
    waiting = words(browser.get(HERE))
    work_off(site.database, site.settings)
    ready = browser.get(HERE)
    fetched = browser.get(f"{HERE}/file")

    assert (done.status, done.location) == (303, HERE)
    assert "en préparation" in waiting
    assert "Documents déjà dans le fichier\u00a0: 0 sur environ 1." in waiting
    assert "Votre fichier est prêt" in ready.text
    assert "1 document, 0 message," in ready.text
    packed = content(site.database, last(site.database, site.patient))
    assert fetched.body == packed
    assert fetched.headers["content-length"] == str(len(packed))
    assert fetched.headers["content-type"] == "application/octet-stream"
    assert "mon-dossier-" in fetched.headers["content-disposition"]
    archive = opened(fetched.body)
    assert sum(one.startswith("documents/") for one in archive.namelist()) == 1
    with site.database.read() as work:
        lines = [one.action for one in work.journal.lines(chain_of(site.patient))]
    assert lines[-1] == Action.EXPORT_TAKEN
    history = browser.get("/history").text
    assert "Tout le dossier téléchargé" in history


@blocking
def test_the_messages_are_in_it_bit_for_bit_and_every_digest_is_right(
    site: Site,
) -> None:
    file(site.database, site.patient, carried("application/pdf", PDF))
    note = OutgoingPart(media_type="application/pdf", content=PDF, name="note.pdf")
    came = receive(site.database, site.patient, files=[note])
    site.clock.advance(minutes=1)
    until = site.clock.now + timedelta(days=9)
    receive(site.database, site.patient, subject="Annonce", hidden_until=until)
    lost = receive(
        site.database, site.patient, sender=HOUSE, name="Accueil", subject="Perdu"
    )
    browser = proved(site)
    wrote = answer(browser, conversation_of(site, "MARTIN"), files=[("avis.pdf", PDF)])
    assert wrote.status == 303
    blob = blob_of(site, lost)
    with site.database.engine.begin() as connection:
        connection.execute(
            blobs.update().where(blobs.c.id == blob).values(content=b"x" * 64)
        )

    assert "vos messages tels qu’ils ont été gardés" in words(browser.get(HERE))
    ask(browser)
    assert "Messages\u00a0: 0 sur environ 3." in words(browser.get(HERE))
    work_off(site.database, site.settings)
    assert "1 document, 3 messages," in browser.get(HERE).text
    archive = opened(browser.get(f"{HERE}/file").body)

    inside = {name: archive.read(name) for name in archive.namelist()}
    packed = [one for name, one in inside.items() if name.startswith("messages/")]
    with site.database.read() as work:
        reader = InboxReader(work)
        received = reader.received_by(site.patient, came)
        assert received is not None
        assert packed == [reader.content(received), sent(site)[0][1]]
    assert [
        [part.get_content() for part in read(one).iter_attachments()] for one in packed
    ] == [[PDF], [PDF]]
    lines = inside.pop("manifest-sha256.txt").decode().splitlines()
    assert {line[66:]: line[:64] for line in lines} == {
        name: hashlib.sha256(one).hexdigest() for name, one in inside.items()
    }
    index = inside["index.html"].decode()
    paths = [unquote(one) for one in re.findall(r'href="([^"]+)"', index)]
    assert {name for name in inside if name.startswith("messages/")} < set(paths)
    assert set(paths) <= set(inside)
    assert "Pièces jointes\u00a0: note.pdf" in index
    assert f"À\u00a0: Dr Claire MARTIN &lt;{DOCTOR}&gt;" in index
    readme = inside["LISEZMOI.txt"].decode("utf-8-sig")
    assert "Nombre de messages : 2." in readme
    assert "Perdu" in readme
    assert b"Annonce" not in b"".join(inside.values())


def read(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def blob_of(site: Site, arrival_id: str) -> str:
    with site.database.read() as work:
        found = InboxReader(work).received_by(site.patient, arrival_id)
    assert found is not None
    return found.blob_id


@blocking
def test_a_message_taken_back_or_deleted_since_is_not_given(site: Site) -> None:
    for gone in ("recalled", "deleted"):
        arrival_id = receive(site.database, site.patient, subject=gone)
        browser = proved(site)
        ask(browser)
        work_off(site.database, site.settings)
        with site.database.write() as work:
            found = InboxReader(work).received_by(site.patient, arrival_id)
            assert found is not None
            if gone == "recalled":
                Recalls(work).take_back(site.patient, found)
            else:
                Inbox(work).delete_conversation(site.patient, found.conversation_id)

        refused = browser.get(f"{HERE}/file")

        assert (refused.status, refused.location) == (303, HERE)
        assert "Un document ou un message a été retiré" in browser.get(HERE).text
        site.clock.advance(minutes=1)


@blocking
def test_who_represents_somebody_has_no_file_of_theirs(site: Site) -> None:
    child = Child.make(site)
    receive(site.database, child.id, subject="Vaccin")
    browser = in_the_childs_place(site, child)

    assert browser.get(HERE).status == 403
    assert browser.get(f"{HERE}/file").status == 403
    token = token_of(browser.get("/inbox"))
    assert browser.post(HERE, {"token": token}).status == 403
    with site.database.read() as work:
        assert Downloads(work).last(child.id) is None


@blocking
def test_without_a_proof_it_is_neither_asked_for_nor_fetched(site: Site) -> None:
    browser = site.signed_in()
    page = browser.get(HERE)
    assert "Confirmer que c’est vous, pour le demander" in page.text

    refused = browser.post(HERE, {"token": token_of(page)})
    assert refused.location == "/account/prove?for=%2Faccount%2Fdownload"
    ask(proved(site))
    work_off(site.database, site.settings)
    again = site.signed_in()
    assert "Confirmer que c’est vous, pour le télécharger" in again.get(HERE).text
    assert again.get(f"{HERE}/file").location.startswith("/account/prove")
    assert site.browser().get(f"{HERE}/file").location.startswith("/sign-in")


@blocking
def test_what_was_withdrawn_since_is_not_given(site: Site) -> None:
    document = file(site.database, site.patient, carried("application/pdf", PDF))
    browser = proved(site)
    ask(browser)
    work_off(site.database, site.settings)
    with site.database.write() as work:
        vault = open_vaults(site.database).within(work)
        found = vault.get(document)
        assert found is not None
        vault.withdraw(found)

    refused = browser.get(f"{HERE}/file")

    assert (refused.status, refused.location) == (303, HERE)
    assert (
        "Un document ou un message a été retiré ou supprimé après"
        in browser.get(HERE).text
    )
    with site.database.read() as work:
        assert work.connection.execute(download_pieces.select()).all() == []


@blocking
def test_every_state_is_told_as_it_is(site: Site) -> None:
    browser = proved(site)
    ask(browser)

    def change(**values: object) -> None:
        with site.database.write() as work:
            work.connection.execute(
                update(tasks).where(tasks.c.kind == "pack").values(**values)
            )

    site.clock.advance(minutes=31)
    browser = proved(site)
    assert "plus de temps que prévu" not in words(browser.get(HERE))
    change(attempts=3)
    assert "Nous continuons d’essayer" in words(browser.get(HERE))
    change(state="dead")
    stuck = browser.get(HERE)
    assert "n’a pas pu être préparé" in stuck.text
    assert ask(browser).status == 303  # a new one, in its place
    assert "en préparation" in browser.get(HERE).text
    assert ask(browser).location == HERE
    work_off(site.database, site.settings)
    site.clock.advance(days=site.settings.downloads.days)
    browser = proved(site)
    expired = browser.get(HERE)
    assert "n’est plus ici" in words(expired)
    assert browser.get(f"{HERE}/file").location == HERE
    for _ in range(3):
        ask(browser)
        work_off(site.database, site.settings)
    enough = ask(browser)
    assert (enough.status, "3 fichiers ont été demandés" in enough.text) == (429, True)


@blocking
def test_a_file_that_breaks_off_is_seen_to_be_broken(site: Site) -> None:
    file(site.database, site.patient, carried("application/pdf", PDF))
    browser = proved(site)
    ask(browser)
    work_off(site.database, site.settings)
    with site.database.engine.begin() as connection:
        pieces = connection.execute(download_pieces.select()).all()
        last_one = max(pieces, key=lambda one: one.number).blob_id
        connection.execute(
            blobs.update().where(blobs.c.id == last_one).values(content=b"x" * 64)
        )

    with pytest.raises((ConnectionError, OSError, Exception)) as caught:
        browser.get(f"{HERE}/file")
    assert type(caught.value).__name__ in {
        "IncompleteRead",
        "ConnectionResetError",
        "SSLEOFError",
        "RemoteDisconnected",
    }
    assert browser.get(HERE).status == 200


def test_pieces_are_asked_for_one_by_one() -> None:
    made = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"x"

    flow = Flow(3, pieces)
    left = flow.pieces()
    assert (next_of(left), made) == (b"x", [0])
    assert [next_of(left) for _ in range(3)] == [b"x", b"x", b""]


@pytest.mark.parametrize(
    ("viewport", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"]
)
@blocking
def test_axe_finds_nothing_in_any_state(
    site: Site, viewport: dict[str, int], theme: str
) -> None:
    furnish(site)
    own = proved(site)
    with visiting(site, viewport, scripts=True, theme=theme) as visitor:
        visitor.sign_in_as(own)
        visitor.go(HERE)
        visitor.look("download-none")
        visitor.page.click("main form button")
        visitor.look("download-made")
        work_off(site.database, site.settings)
        visitor.go(HERE)
        visitor.look("download-ready")
        with site.database.write() as work:
            Downloads(work).end(last(site.database, site.patient), DownloadEnd.OUTDATED)
        visitor.go(HERE)
        visitor.look("download-outdated")
