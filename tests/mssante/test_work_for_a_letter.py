"""How much is done for a letter: counted, for nothing to be done twice unnoticed."""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from attrs import define, field
from lxml import etree
from sqlalchemy import select

from gateway.core.envelope import Recipient
from gateway.message import outline, reading
from gateway.store.base.work import Database
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import arrivals, blob_grants, mail_items
from gateway.store.tasks.tasks import TaskKind
from tests.builders_cda import make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.fakes import SetClock
from tests.mssante.post import DOCTOR, OPERATOR, PEER, SERVICE, Post
from tests.mssante.test_filing_and_delivery import with_filing

DOCUMENT = make_cda()
PACKAGE = pack(DOCUMENT)
METADATA = next(
    content
    for name, content in (
        (one, zipfile.ZipFile(BytesIO(PACKAGE)).read(one))
        for one in zipfile.ZipFile(BytesIO(PACKAGE)).namelist()
    )
    if name.upper().endswith("METADATA.XML")
)


@define
class Ledger:
    """Counts the calls of functions that go on working as they are."""

    patch: pytest.MonkeyPatch
    calls: Counter[str] = field(factory=Counter)

    def count(
        self,
        owner: Any,
        name: str,
        of: Callable[..., str],
    ) -> None:
        """Count a function under the name that ``of`` makes of its arguments."""
        real = getattr(owner, name)

        def counted(*args: Any, **words: Any) -> Any:
            if known := of(*args):
                self.calls[known] += 1
            return real(*args, **words)

        self.patch.setattr(owner, name, counted)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    made = Ledger(monkeypatch)
    for name in ("sha256", "sha1"):
        made.count(hashlib, name, _of_document(name))
    made.count(etree, "fromstring", _of_xml)
    made.count(reading, "_Reading", lambda *_: "MIME")
    made.count(outline, "_Parts", lambda *_: "outline")
    return made


def _of_document(name: str) -> Callable[..., str]:
    def of(content: bytes = b"", *_: Any) -> str:
        return f"{name} of the document" if content == DOCUMENT else ""

    return of


def _of_xml(content: bytes, *_: Any) -> str:
    known = {DOCUMENT: "XML of the document", METADATA: "METADATA.XML"}
    return known.get(content, "other XML")


def letter(sender: str) -> bytes:
    asked = f"Disposition-Notification-To: {sender}\r\n".encode()
    return asked + make_mail(as_xdm(PACKAGE), sender=sender)


def tasks_of(post: Post) -> list[str]:
    """Do all there is to do; return the kinds of the tasks that it took."""
    kinds = []
    while due := post.due(*post.steps):
        for task in due:
            kinds.append(task.kind.value)
            post.do(task)
    return kinds


@pytest.fixture
def post(database: Database, clock: SetClock) -> Post:
    return with_filing(Post.open(database, clock))


def patient(post: Post) -> Recipient:
    return post.patient(notify="SUCCESS,FAILURE")


def test_a_letter_is_hashed_once_by_each_algorithm_and_its_xml_read_once(
    post: Post, ledger: Ledger
) -> None:
    post.keep(letter(SERVICE), patient(post))

    tasks_of(post)

    assert ledger.calls["sha256 of the document"] == 1
    assert ledger.calls["sha1 of the document"] == 1
    assert ledger.calls["XML of the document"] == 1
    assert ledger.calls["METADATA.XML"] == 1
    assert ledger.calls["other XML"] == 0


def test_its_parts_are_read_to_file_it_and_once_more_for_all_receipts(
    post: Post, ledger: Ledger
) -> None:
    arrival_id = post.keep(
        letter(PEER), patient(post), sender=OPERATOR, reverse_path=PEER
    )

    tasks_of(post)

    assert post.said(arrival_id) == [
        ("DSN", "delivered", "sent"),
        ("MDN", "processed", "sent"),
    ]
    assert ledger.calls["MIME"] == 2
    assert ledger.calls["outline"] == 0


def test_without_receipts_they_are_read_once(post: Post, ledger: Ledger) -> None:
    content = make_mail(as_xdm(PACKAGE), sender=SERVICE)
    post.keep(content, post.patient(), post.mailbox(DOCTOR))

    tasks_of(post)

    assert ledger.calls["MIME"] == 1
    assert ledger.calls["outline"] == 1  # what IMAP shows of it


def test_both_receipts_to_another_operator_take_four_tasks(post: Post) -> None:
    post.keep(letter(PEER), patient(post), sender=OPERATOR, reverse_path=PEER)

    assert tasks_of(post) == ["file", "acknowledge", "relay", "relay"]
    assert len(post.peer.parcels) == 2


def test_both_receipts_to_a_mailbox_here_take_two(post: Post, ledger: Ledger) -> None:
    post.keep(letter(SERVICE), patient(post))

    assert tasks_of(post) == ["file", "acknowledge"]
    assert len(post.box(SERVICE)) == 2
    assert ledger.calls["outline"] == 2  # one of each receipt, none of the letter


def test_a_receipt_is_opened_by_nobody_but_its_mailbox(post: Post) -> None:
    post.keep(letter(SERVICE), patient(post))
    tasks_of(post)

    with post.database.read() as work:
        blobs = set(work.connection.execute(select(mail_items.c.blob_id)).scalars())
        grants = list(
            work.connection.execute(
                select(blob_grants.c.blob_id).where(blob_grants.c.blob_id.in_(blobs))
            ).scalars()
        )
        ours = work.connection.execute(
            select(arrivals.c.state, arrivals.c.blob_id).where(
                arrivals.c.door == "system"
            )
        ).all()
    assert len(grants) == len(blobs) == 2
    assert [tuple(one) for one in ours] == [("ended", None)] * 2


def test_a_receipt_to_a_mailbox_that_was_closed_meanwhile_ends_there(
    post: Post,
) -> None:
    post.keep(letter(SERVICE), patient(post))
    (filing,) = post.due(TaskKind.FILE)
    post.do(filing)
    (task,) = post.due(TaskKind.ACKNOWLEDGE)
    job = post.begin(task.kind, task)
    with post.database.write() as work:
        Mailboxes(work).set_state(post.mailboxes[SERVICE], "closed")

    with post.database.write() as work:
        job(work)

    assert post.box(SERVICE) == []
    assert len(post.lines("message:return")) == 2
