"""A mailbox of the doctor's, patients who write to it, and the workers between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gateway.core.envelope import (
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.dmp_bridge.filing.filing import Filing
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.mssante.sending.delivery import Delivering
from gateway.node.vaults import open_vaults
from gateway.reception.submission import Message, Submission, new_id
from gateway.store.base.work import Job
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Conversation
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_people import MATRICULE
from tests.web.browsing import Browser, Reply, token_of
from tests.web.professional.browsing import DOCTOR, ProSite

OWN = "camille.moreau@hopital.mssante.test"
HOUSE = "cardiologie@hopital.mssante.test"
PATIENT = f"{MATRICULE}@patient.mssante.test"
BORN = "1979-03-28"


def add_mailbox(
    pages: ProSite,
    address: str = OWN,
    *holders: str,
    kind: str = "PER",
    name: str = "",
) -> str:
    """Open a mailbox, by default the doctor's own; return its id."""
    name = name or ("Dr Camille MOREAU" if kind == "PER" else "Service de cardiologie")
    with pages.database.write() as work:
        return Mailboxes(work).add(
            address, kind=kind, holders=list(holders or (DOCTOR,)), display_name=name
        )


def work_off(pages: ProSite) -> None:
    """File and deliver what is kept, as workers do."""
    database, settings = pages.database, pages.settings
    steps: dict[TaskKind, Callable[[Task], Job]] = {
        TaskKind.FILE: Filing.from_settings(database, open_vaults(database), settings),
        TaskKind.DELIVER: Delivering(database, settings),
    }
    for kind, step in steps.items():
        with database.write() as work:
            tasks = work.tasks.claim("test", [kind], 10, timedelta(minutes=1))
        for task in tasks:
            job = step(task)
            with database.write() as work:
                job(work)
                assert work.tasks.finish(task, "test")


def patient_writes(
    pages: ProSite,
    profile_id: str,
    mailbox_id: str,
    *,
    to: str = OWN,
    text: str = "Merci docteur.",
    subject: str = "Re: Votre échographie",
    answers: str = "",
    files: tuple[OutgoingPart, ...] = (),
) -> None:
    """
    Have a patient write to a mailbox by their pages, and the workers deliver it.

    ``answers``: the Message-ID that it is an answer to.
    """
    arrival_id = new_id()
    message_id = f"{arrival_id}@patient.mssante.test"
    content = build_message(
        sender=NamedAddress(read_address(PATIENT), "Dominique PAT-TROIS"),
        to=[NamedAddress(read_address(to))],
        subject=subject,
        text=text,
        date=pages.clock(),
        message_id=message_id,
        in_reply_to=answers,
        references=[answers] if answers else [],
        parts=files,
    )
    submission = Submission(
        id=arrival_id,
        door=Door.WEB,
        sender=Sender(kind=SenderKind.PATIENT, identity=profile_id),
        recipients=(
            Recipient(kind=RecipientKind.MAILBOX, address=to, target_id=mailbox_id),
        ),
        brings=Message(content=content, message_id=message_id, reverse_path=PATIENT),
    )
    pages.desk.keep(submission, lambda _work, _parcel: None)
    work_off(pages)


def write(browser: Browser, path: str = "/write", **said: str) -> Reply:
    """Send the form of a message, filled in as it should be but for what is said."""
    return browser.send_form(*filled(browser, path, **said))


def filled(
    browser: Browser, path: str = "/write", **said: str
) -> tuple[str, list[tuple[str, str]]]:
    """Return where the form of a page of messages goes, and it filled in."""
    page = browser.get(path)
    action = page.text.split('action="' + path.partition("?")[0] + "?")[1].split('"')[0]
    form = page.text.split('enctype="multipart/form-data"')[1]
    once = form.split('name="once" value="')[1].split('"')[0]
    whole = {
        "token": token_of(page),
        "once": once,
        "action": "send",
        "ins": MATRICULE,
        "born": BORN,
        "subject": "Votre échographie",
        "text": "Bonjour,\nTout va bien.",
        "take": "taken",
        "until": "",
    }
    if 'name="mailbox" value="' in form:
        whole["mailbox"] = form.split('name="mailbox" value="')[1].split('"')[0]
    where = f"{path.partition('?')[0]}?{action}"
    return where, list({**whole, **said}.items())


def conversations(pages: ProSite, profile_id: str) -> list[Conversation]:
    """Return the conversations of a patient, as the patient sees them."""
    with pages.database.read() as work:
        return InboxReader(work).conversations(profile_id)


def exchange(browser: Browser, mailbox_id: str = "") -> str:
    """Return the address of the first exchange of the list of messages."""
    page = browser.get(f"/messages?mailbox={mailbox_id}" if mailbox_id else "/messages")
    return page.text.split('class="cover" href="')[1].partition("#")[0]
