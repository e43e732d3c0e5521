"""Who gets into which mailbox by IMAP, and how a session begins and ends."""

from __future__ import annotations

import base64
import imaplib
import ssl
import subprocess
from pathlib import Path

import pytest
from twisted.internet.threads import deferToThread

from gateway.evidence.replaying import decide_again
from gateway.pki.profiles import name_of
from gateway.store.mailbox.mailboxes import Mailboxes
from tests.journeys.running import eventually
from tests.logged import lines_logged
from tests.mssante.imap.server import (
    ADDRESS,
    DOCTOR,
    OTHER,
    SERVICE,
    Mailroom,
    off_the_loop,
    on_the_loop,
)
from tests.mssante.imap.test_noting import kept, lines
from tests.pki import mint_file


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@off_the_loop
def test_the_greeting_says_what_is_offered_and_no_password(mailroom: Mailroom) -> None:
    client = imaplib.IMAP4_SSL(
        "localhost",
        mailroom.settings.listen.imaps,
        ssl_context=mailroom.context(),
        timeout=20,
    )

    assert {"IMAP4REV1", "AUTH=EXTERNAL", "SASL-IR", "LOGINDISABLED", "IDLE"} <= set(
        client.capabilities
    )
    assert "AUTH=PLAIN" not in client.capabilities
    with pytest.raises(imaplib.IMAP4.error):
        client.login("camille", "secret")
    client.logout()


@pytest.mark.parametrize(
    ("authzid", "folders_of"),
    [("=", ADDRESS), (b64(SERVICE), SERVICE), (b64(ADDRESS.upper()), ADDRESS)],
)
@off_the_loop
def test_a_holder_of_several_mailboxes_names_one_or_gets_the_personal_one(
    mailroom: Mailroom, authzid: str, folders_of: str
) -> None:
    uids = {ADDRESS: 1, SERVICE: 2}
    for address, count in uids.items():
        for _ in range(count):
            mailroom.deliver(b"Subject: x\r\n\r\ny\r\n", to=address)

    with mailroom.wire(sign_in=False) as wire:
        assert wire.ask(f"AUTHENTICATE EXTERNAL {authzid}")[-1].startswith(b"t OK")
        answer = wire.ask("STATUS INBOX (MESSAGES)")

    assert answer[0] == b'* STATUS "INBOX" (MESSAGES %d)' % uids[folders_of]


@off_the_loop
def test_external_also_goes_without_an_initial_response(mailroom: Mailroom) -> None:
    with mailroom.wire(sign_in=False) as wire:
        wire.send(b"a AUTHENTICATE EXTERNAL\r\n")
        assert wire.line() == b"+ "
        wire.send(b64(ADDRESS).encode() + b"\r\n")

        assert wire.until(b"a ")[-1].startswith(b"a OK [CAPABILITY ")


@off_the_loop
def test_a_sign_in_may_be_cancelled(mailroom: Mailroom) -> None:
    with mailroom.wire(sign_in=False) as wire:
        wire.send(b"a AUTHENTICATE EXTERNAL\r\n")
        wire.line()
        wire.send(b"*\r\n")

        assert wire.line().startswith(b"a BAD")
        assert wire.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"t OK")


@pytest.mark.parametrize(
    "wanted", [OTHER, "nobody@hopital.mssante.test", "../../etc/passwd"]
)
@off_the_loop
def test_i10_another_users_mailbox_is_refused_like_one_that_is_not(
    mailroom: Mailroom, wanted: str
) -> None:
    with mailroom.wire(sign_in=False) as wire:
        answer = wire.ask(f"AUTHENTICATE EXTERNAL {b64(wanted)}")

    assert answer == [b"t NO [AUTHORIZATIONFAILED] you hold no mailbox of that name"]


@off_the_loop
def test_an_operators_certificate_holds_no_mailbox(mailroom: Mailroom) -> None:
    with mailroom.wire("peer", sign_in=False) as wire:
        assert wire.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"t NO")


@pytest.mark.parametrize("name", ["bad/expired", "bad/unknown-ca", "bad/self-signed"])
@off_the_loop
def test_a_bad_chain_does_not_get_through_the_handshake(
    mailroom: Mailroom, name: str
) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        mailroom.wire(name)


@off_the_loop
def test_a_revoked_certificate_hears_bye_not_silence(mailroom: Mailroom) -> None:
    mailroom.revoke("doctor")

    with mailroom.wire(sign_in=False, greeting=b"* BYE [ALERT] ") as wire:
        assert wire.is_over()


@off_the_loop
def test_a_certificate_revoked_since_the_greeting_cannot_sign_in(
    mailroom: Mailroom,
) -> None:
    with mailroom.wire(sign_in=False) as wire:
        mailroom.revoke("doctor")

        assert wire.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"* BYE [ALERT]")


@pytest.mark.parametrize("why", ["revoked", "holder removed", "mailbox closed"])
@on_the_loop
async def test_a_session_ends_when_its_right_does(mailroom: Mailroom, why: str) -> None:
    wire = await deferToThread(mailroom.wire)

    def change() -> None:
        if why == "revoked":
            mailroom.revoke("doctor")
            return
        with mailroom.database.write() as work:
            boxes = Mailboxes(work)
            if why == "mailbox closed":
                boxes.set_state(mailroom.boxes[ADDRESS], "closed")
            else:
                boxes.remove_holder(mailroom.boxes[ADDRESS], DOCTOR)

    await deferToThread(change)
    await mailroom.service.recheck()

    assert (await deferToThread(wire.line)).startswith(b"* BYE [ALERT]")
    wire.close()


@on_the_loop
async def test_lists_of_ours_that_ended_are_not_said_of_the_client(
    mailroom: Mailroom,
) -> None:
    """Its access has not ended: it may come back once we have fetched them."""
    wire = await deferToThread(mailroom.wire)
    await deferToThread(mailroom.let_the_lists_end)

    await mailroom.service.recheck()

    assert await deferToThread(wire.line) == (
        b"* BYE [UNAVAILABLE] our lists are not current, try later"
    )
    wire.close()
    greeting = b"* BYE [UNAVAILABLE] "
    again = await deferToThread(lambda: mailroom.wire(sign_in=False, greeting=greeting))
    again.close()


@on_the_loop
async def test_who_lost_the_mailbox_hears_that_whatever_else_is_amiss(
    mailroom: Mailroom,
) -> None:
    wire = await deferToThread(mailroom.wire)

    def change() -> None:
        mailroom.let_the_lists_end()
        with mailroom.database.write() as work:
            Mailboxes(work).remove_holder(mailroom.boxes[ADDRESS], DOCTOR)

    await deferToThread(change)
    await mailroom.service.recheck()

    assert (await deferToThread(wire.line)).startswith(b"* BYE [ALERT] access")
    wire.close()


@on_the_loop
async def test_a_session_in_order_is_left_alone(mailroom: Mailroom) -> None:
    wire = await deferToThread(mailroom.wire)

    await mailroom.service.recheck()

    assert (await deferToThread(wire.ask, "NOOP"))[-1] == b"t OK NOOP completed"
    wire.close()


@off_the_loop
def test_an_opened_mailbox_is_in_the_journal(mailroom: Mailroom) -> None:
    mailroom.wire().close()

    with mailroom.database.read() as work:
        [line] = [one for one in work.journal.lines() if one.action == "mailbox:open"]
    assert line.subject == mailroom.boxes[ADDRESS]
    assert line.detail["identity"] == DOCTOR


@off_the_loop
def test_commands_wait_for_their_state(mailroom: Mailroom) -> None:
    with mailroom.wire(sign_in=False) as wire:
        assert wire.ask("SELECT INBOX")[-1].startswith(b"t BAD")
        assert wire.ask("STARTTLS")[-1].startswith(b"t BAD")
        wire.ask("AUTHENTICATE EXTERNAL =")
        assert wire.ask("FETCH 1 FLAGS")[-1].startswith(b"t BAD")
        assert wire.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"t BAD")


@off_the_loop
def test_logout_says_bye_first(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        answer = wire.ask("LOGOUT")

        assert answer[0].startswith(b"* BYE")
        assert answer[-1].startswith(b"t OK")
        assert wire.is_over()


@on_the_loop
async def test_a_stopping_service_says_bye_to_each_session(mailroom: Mailroom) -> None:
    wires = [await deferToThread(mailroom.wire) for _ in range(3)]

    await mailroom.service.stopService()

    for wire in wires:
        assert (await deferToThread(wire.line)).startswith(b"* BYE")
        wire.close()
    assert mailroom.service.places.total == 0


@on_the_loop
async def test_a_port_that_is_taken_is_told(mailroom: Mailroom) -> None:
    from twisted.internet import reactor
    from twisted.internet.error import CannotListenError

    from gateway.mssante.imap.service import ImapService

    service = mailroom.service
    again = ImapService(mailroom.settings, service.store, mailroom.identity, reactor)
    again.startService()

    with pytest.raises(CannotListenError):
        await again.listening
    await again.stopService()


@pytest.mark.parametrize("nothing", ["NIL", "nil", "Nil"])
@off_the_loop
def test_nil_is_nil_in_any_case_of_letters(mailroom: Mailroom, nothing: str) -> None:
    with mailroom.wire(sign_in=False) as wire:
        assert wire.ask(f"ID {nothing}")[-1] == b"t OK ID completed"
        assert wire.ask(f'ID ("name" {nothing})')[-1] == b"t OK ID completed"
        assert wire.ask(f"ID {nothing}S")[-1].startswith(b"t BAD")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("starttls", [False, True])
@off_the_loop
def test_a_refused_client_learns_why_and_the_log_who_it_was(
    mailroom: Mailroom, starttls: bool, version: str
) -> None:
    listen = mailroom.settings.listen
    port, how = (listen.imap, ["-starttls", "imap"]) if starttls else (listen.imaps, [])
    stem = mailroom.pki / "bad/expired"

    with lines_logged() as told:
        done = subprocess.run(
            [
                *("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *how),
                *("-ign_eof", version, "-cert", f"{stem}.pem", "-key", f"{stem}.key"),
            ],
            input="a1 CAPABILITY\r\n" * 200,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert "alert certificate expired" in done.stdout + done.stderr
    assert len([line for line in told if "handshake refused" in line]) == 1
    assert (
        "info imap: handshake refused: TLS_CERT_EXPIRED, 127.0.0.1, "
        "subject: CN=smtp.peer.mssante.test,OU=300000000000022,"
    ) in "\n".join(told)
    (line,) = eventually(lambda: lines(mailroom, "connection:refuse"))
    assert line.outcome == "TLS_CERT_EXPIRED"
    (part,) = kept(mailroom, line).parts
    assert part.outcome == "CERT_EXPIRED"
    assert decide_again([part]) == (part.decided,)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (["-tls1_2"], "TLS_NO_CERTIFICATE"),
        (["-tls1_3"], "TLS_NO_CERTIFICATE"),
        (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "TLS_OLD_VERSION"),
        (["-tls1_2", "-cipher", "AES128-SHA"], "TLS_NO_SHARED_CIPHER"),
    ],
)
@pytest.mark.parametrize("starttls", [False, True])
@off_the_loop
def test_a_handshake_that_shows_no_certificate_leaves_a_line(
    mailroom: Mailroom, how: list[str], code: str, starttls: bool
) -> None:
    listen = mailroom.settings.listen
    port, first = listen.imaps, list[str]()
    if starttls:
        port, first = listen.imap, ["-starttls", "imap"]

    with lines_logged() as told:
        subprocess.run(
            [
                *("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *first),
                *("-ign_eof", *how),
            ],
            input="a1 CAPABILITY\r\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        mailroom.wire().close()  # by then the loop has ended the other one

    assert [line for line in told if "handshake refused" in line] == [
        f"info imap: handshake refused: {code}, 127.0.0.1, subject: none shown"
    ]
    # Who speaks no TLS of today shows nothing that a rule could be asked about.
    if code == "TLS_NO_CERTIFICATE":
        (noted,) = eventually(lambda: lines(mailroom, "connection:refuse"))
        assert noted.outcome == code
    else:
        assert lines(mailroom, "connection:refuse") == []


@off_the_loop
def test_an_employees_card_opens_what_it_holds_and_not_its_structures(
    mailroom: Mailroom, tmp_path: Path
) -> None:
    parts = ["C=FR", "O=X", "OU=1750000011", "CN=3750000011/CPET0002+SN=BLANC"]
    card = mint_file(
        tmp_path / "card", "doctor", issuer="persons", subject=name_of(parts)
    )
    organisations, own = "accueil@hopital.mssante.test", "eve@hopital.mssante.test"
    with mailroom.database.write() as work:
        boxes = Mailboxes(work)
        boxes.add(organisations, kind="ORG", holders=["1750000011"])
        boxes.add(own, kind="PER", holders=["3750000011/CPET0002"])
    context = ssl.create_default_context(cafile=str(mailroom.pki / "ca.pem"))
    context.load_cert_chain(card, card.with_suffix(".key"))

    def opened(address: str) -> str:
        client = imaplib.IMAP4_SSL(
            "localhost", mailroom.settings.listen.imaps, ssl_context=context, timeout=20
        )
        try:
            return client.authenticate("EXTERNAL", lambda _: address.encode())[0]
        except imaplib.IMAP4.error as error:
            return str(error)
        finally:
            client.shutdown()

    assert opened(own) == "OK"
    assert "AUTHORIZATIONFAILED" in opened(organisations)
    assert "AUTHORIZATIONFAILED" in opened(SERVICE)
