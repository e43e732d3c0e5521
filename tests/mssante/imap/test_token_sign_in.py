"""Users who show no certificate, and open their mailbox by a token."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_twisted
from attrs import field, frozen
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from tests.mssante.imap.server import (
    ADDRESS,
    DOCTOR,
    OTHER,
    SERVICE,
    Mailroom,
    Wire,
    off_the_loop,
    on_the_loop,
)
from tests.mssante.imap.test_clients import LETTER, mutt, needs, run
from tests.mssante.tokens import UGLY, Tokens, shown, token_sign_in, told
from tests.web.professional.oidc import ACCESS


@frozen
class Place:
    room: Mailroom
    tokens: Tokens
    wires: list[Wire] = field(factory=list)

    def wire(self, name: str = "nobody", *, sign_in: bool = False) -> Wire:
        self.wires.append(self.room.wire(name, sign_in=sign_in))
        return self.wires[-1]

    def sign_in(self, answer: bytes, *, address: str = ADDRESS) -> Wire:
        wire = self.wire()
        asked = f"AUTHENTICATE XOAUTH2 {shown('XOAUTH2', address)}"
        assert wire.ask(asked.encode())[-1].startswith(answer)
        return wire

    def refusals(self) -> list[str]:
        self.room.writer.submit(lambda _: None).result(20)  # what came before is there
        with self.room.database.read() as work:
            lines = work.journal.lines("operator")
            return [one.outcome for one in lines if one.action == "session:refuse"]


@pytest.fixture
def place(
    request: pytest.FixtureRequest, tmp_path: Path, pki_folder: Path
) -> Iterator[Place]:
    from twisted.internet import reactor

    said = getattr(request, "param", {})
    with token_sign_in(tmp_path, pki_folder, **said) as tokens:
        room = Mailroom(tmp_path, pki_folder, tokens.sign_in)
        room.start(reactor)
        made = Place(room, tokens)
        yield made
        for wire in made.wires:
            wire.close()
        pytest_twisted.blockon(Deferred.fromCoroutine(room.stop()))


def failed(wire: Wire, mechanism: str, response: str) -> tuple[object, bytes]:
    """Return why a sign-in is refused, as the client is told, and the last line."""
    wire.send(f"t AUTHENTICATE {mechanism} {response}\r\n".encode())
    challenge = wire.line()
    assert challenge.startswith(b"+ ")
    wire.send(b"AQ==\r\n")
    return told(challenge[2:].decode())["status"], wire.line()


@off_the_loop
def test_a_token_opens_the_mailbox_of_its_holder(place: Place) -> None:
    place.room.deliver(LETTER % (1, 1))
    for mechanism in ("OAUTHBEARER", "XOAUTH2"):
        wire = place.wire()
        offered = wire.ask(b"CAPABILITY")[0]
        assert b" AUTH=OAUTHBEARER AUTH=XOAUTH2 " in offered
        assert b"AUTH=EXTERNAL" not in offered
        asked = f"AUTHENTICATE {mechanism} {shown(mechanism, ADDRESS)}"
        assert wire.ask(asked.encode())[-1].startswith(b"t OK [CAPABILITY IMAP4rev1")
        assert b"* 1 EXISTS" in wire.ask(b"SELECT INBOX")

    with place.room.database.read() as work:
        [opened, _] = [
            one for one in work.journal.lines("operator") if one.outcome == "imap"
        ]
    assert opened.detail["identity"] == DOCTOR
    assert opened.detail["program"] == "a-mail-program"


@off_the_loop
def test_a_token_comes_after_starttls_too(place: Place) -> None:
    said = f"user={ADDRESS}\1auth=Bearer {ACCESS}\1\1".encode()
    with imaplib.IMAP4("localhost", place.room.settings.listen.imap) as client:
        assert not [one for one in client.capabilities if one.startswith("AUTH=")]
        client.starttls(place.room.context("nobody"))
        assert "AUTH=XOAUTH2" in client.capabilities
        client.authenticate("XOAUTH2", lambda _: said)

        assert client.select("INBOX") == ("OK", [b"0"])


@off_the_loop
def test_the_holder_chooses_among_their_mailboxes(place: Place) -> None:
    place.sign_in(b"t OK", address=SERVICE)
    wire = place.wire()
    wire.send(b"t AUTHENTICATE OAUTHBEARER\r\n")
    assert wire.line() == b"+ "
    wire.send(shown("OAUTHBEARER", "").encode() + b"\r\n")
    assert wire.line().startswith(b"t OK")


@off_the_loop
def test_a_token_that_signs_nobody_in(place: Place) -> None:
    for said, token, code in UGLY:
        place.tokens.provider.introspected = said
        for mechanism in ("XOAUTH2", "OAUTHBEARER"):
            status, last = failed(
                place.wire(), mechanism, shown(mechanism, ADDRESS, token)
            )
            assert (status, last[:26]) == (
                "invalid_token",
                b"t NO [AUTHENTICATIONFAILED",
            ), code
            assert place.refusals()[-1] == code


@off_the_loop
def test_a_mailbox_of_somebody_else_or_of_nobody_is_refused_alike(
    place: Place,
) -> None:
    answers = {
        failed(place.wire(), "XOAUTH2", shown("XOAUTH2", address))
        for address in (OTHER, "nobody@hopital.mssante.test", "no")
    }
    assert answers == {
        (
            "insufficient_scope",
            b"t NO [AUTHORIZATIONFAILED] you hold no mailbox of that name",
        )
    }
    assert failed(place.wire(), "XOAUTH2", "bm9ib2R5")[0] == "invalid_request"


@off_the_loop
def test_nothing_is_open_to_whoever_shows_nothing(place: Place) -> None:
    wire = place.wire()

    assert wire.ask(b"SELECT INBOX")[-1].startswith(b"t BAD")
    assert wire.ask(b"AUTHENTICATE EXTERNAL =")[-1].startswith(b"t NO [CANNOT]")
    place.tokens.provider.status = 500
    place.sign_in(b"t NO [UNAVAILABLE]")


@off_the_loop
def test_a_certificate_goes_on_to_sign_in(place: Place) -> None:
    wire = place.wire("doctor", sign_in=True)
    both = place.wire("hospital")

    assert b"AUTH=EXTERNAL AUTH=OAUTHBEARER" in both.ask(b"CAPABILITY")[0]
    asked = f"AUTHENTICATE XOAUTH2 {shown('XOAUTH2', ADDRESS)}"
    assert both.ask(asked.encode())[-1].startswith(b"t OK")
    assert wire.ask(b"NOOP") == [b"t OK NOOP completed"]


@on_the_loop
async def test_a_session_outlives_its_token_and_ends_with_the_right_to_the_mailbox(
    place: Place,
) -> None:
    wire = await deferToThread(place.sign_in, b"t OK")
    place.tokens.provider.introspected = {"active": False}
    await place.room.service.recheck()
    assert (await deferToThread(wire.ask, b"NOOP")) == [b"t OK NOOP completed"]

    def change() -> None:
        with place.room.database.write() as work:
            Mailboxes(work).remove_holder(place.room.boxes[ADDRESS], DOCTOR)

    await deferToThread(change)
    await place.room.service.recheck()
    assert (await deferToThread(wire.line)).startswith(b"* BYE [ALERT] access")


@on_the_loop
async def test_a_session_ends_within_seconds_of_a_logout_at_the_provider(
    place: Place,
) -> None:
    other = {"session_state": "session-2"}
    wire = await deferToThread(place.sign_in, b"t OK")
    place.tokens.provider.introspected = other
    of_another = await deferToThread(place.sign_in, b"t OK")
    by_card = await deferToThread(lambda: place.room.wire("doctor", sign_in=True))
    place.wires.append(by_card)

    def over() -> None:
        with place.room.database.write() as work:
            EndedSignIns(work).note("session-1", "", timedelta(minutes=40))

    await deferToThread(over)
    # By the loop of the door itself, whose pace is what is promised.
    assert (await deferToThread(wire.line)).startswith(
        b"* BYE [ALERT] your sign-in is over"
    )
    for left in (of_another, by_card):
        assert (await deferToThread(left.ask, b"NOOP")) == [b"t OK NOOP completed"]

    # The same sign-in opens nothing for longer, though its token is said to be good.
    place.tokens.provider.introspected = {}
    again = await deferToThread(place.sign_in, b"t OK")
    await place.room.service.end_sign_ins()
    assert (await deferToThread(again.line)).startswith(b"* BYE [ALERT] your sign-in")


@pytest.mark.parametrize("place", [{"mail_session_seconds": 1}], indirect=True)
@off_the_loop
def test_a_session_that_a_token_began_lasts_so_long(place: Place) -> None:
    by_certificate = place.wire("doctor", sign_in=True)
    wire = place.sign_in(b"t OK")

    assert wire.line() == b"* BYE this sign-in has lasted its time, sign in again"
    assert by_certificate.ask(b"NOOP") == [b"t OK NOOP completed"]


@pytest.mark.parametrize("place", [{"mail_tries": 2}], indirect=True)
@off_the_loop
def test_i07_one_address_shows_so_many_tokens_and_no_more(place: Place) -> None:
    place.sign_in(b"t OK")
    failed(place.wire(), "XOAUTH2", "bm9ib2R5")

    place.sign_in(b"t NO [LIMIT]")
    assert place.tokens.provider.asked.count("/introspect") == 1


@needs("curl")
@off_the_loop
def test_curl_reads_by_a_token(place: Place) -> None:
    place.room.deliver(LETTER % (1, 1))
    for mechanism in ("XOAUTH2", "OAUTHBEARER"):
        letter = run(
            *("curl", "--silent", "--show-error"),
            *("--cacert", str(place.room.pki / "ca.pem"), "--oauth2-bearer", ACCESS),
            *("--user", f"{ADDRESS}:", "--login-options", f"AUTH={mechanism}"),
            f"imaps://localhost:{place.room.settings.listen.imaps}/INBOX;UID=1",
            folder=place.room.folder,
        )
        assert letter.rstrip().endswith("Bonjour 1")


@needs("mutt")
@off_the_loop
def test_mutt_signs_in_by_a_token(place: Place) -> None:
    place.room.deliver(LETTER % (1, 1))
    for mechanism in ("oauthbearer", "xoauth2"):
        mutt(
            place.room,
            'push "<quit>"',
            by=(
                f'set imap_authenticators="{mechanism}"',
                f'set imap_oauth_refresh_command="echo {ACCESS}"',
            ),
        )

    with place.room.database.read() as work:
        opened = [one for one in work.journal.lines() if one.action == "mailbox:open"]
    assert [one.detail["identity"] for one in opened] == [DOCTOR, DOCTOR]
