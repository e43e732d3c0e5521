"""What hostile clients try: literals, floods, patterns, STARTTLS, silence."""

from __future__ import annotations

import re
import socket
import time

import pytest

from gateway.message.outline import read_outline
from gateway.mssante.imap.listing import matches
from tests.mssante.imap.server import Mailroom, Wire, off_the_loop

SHORT = b"From: a@b.test\r\nSubject: Court\r\n\r\nCorps\r\n"


@pytest.mark.parametrize(
    "literal",
    [
        "{4294967296}",
        "{99999999999999999999}",
        "{999999999999999999999999}",
        "{-1}",
        "{}",
        "{+}",
        "{1+2}",
        "{ 5}",
        "{0x5}",
        "{65537}",
    ],
)
@off_the_loop
def test_i01_a_literal_of_no_good_size_is_refused(
    mailroom: Mailroom, literal: str
) -> None:
    with mailroom.wire() as wire:
        assert wire.ask(f"SELECT {literal}")[-1].startswith(b"t BAD")
        assert wire.ask("NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("literal", ["{4097+}", "{4294967296+}"])
@off_the_loop
def test_i01_a_large_literal_nobody_asked_for_ends_the_connection(
    mailroom: Mailroom, literal: str
) -> None:
    with mailroom.wire() as wire:
        wire.send(f"t SELECT {literal}\r\n".encode() + b"x" * 10_000)

        assert wire.line().startswith(b"* BYE [TOOBIG]")
        assert wire.is_over()


@off_the_loop
def test_i01_literals_of_one_command_have_a_sum(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.send(b"t SEARCH")
        for _ in range(16):
            wire.send(b" SUBJECT {4096+}\r\n" + b"x" * 4096)
        wire.send(b" SUBJECT {1+}\r\nx\r\n")

        assert wire.line().startswith(b"* BYE [TOOBIG]")


@pytest.mark.parametrize("literal", ["{5}", "{5+}"])
@off_the_loop
def test_i01_there_are_no_literals_before_sign_in(
    mailroom: Mailroom, literal: str
) -> None:
    with mailroom.wire(sign_in=False) as wire:
        wire.send(f"t LOGIN {literal}\r\n".encode())

        assert wire.line().startswith((b"t BAD", b"* BYE"))


@off_the_loop
def test_i01_good_literals_may_come_in_pieces(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        for piece in (b"t CRE", b"ATE {6", b"+}\r", b"\nPro", b"jet\r", b"\n"):
            wire.send(piece)
            time.sleep(0.02)
        assert wire.line().startswith(b"t OK")
        wire.send(b"t SELECT {6}\r\n")
        assert wire.line() == b"+ OK"
        wire.send(b"Projet\r\nu NOOP\r\n")
        assert wire.until(b"u ")[-1] == b"u OK NOOP completed"


def test_i02_wildcards_take_no_exponential_time() -> None:
    started = time.monotonic()

    assert not matches("a" * 255, "%*%*a" * 100 + "b")
    assert not matches("a/" * 127 + "a", "*a%" * 150 + "b")

    assert time.monotonic() - started < 1


@off_the_loop
def test_i02_patterns_and_searches_are_bounded_on_the_wire(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        started = time.monotonic()
        for _ in range(5):
            wire.ask('LIST "" "' + "%*" * 400 + 'x"')
        wire.ask("SELECT INBOX")
        deep = "(" * 5000 + "ALL" + ")" * 5000
        assert wire.ask(f"SEARCH {deep}")[-1].startswith(b"t BAD")
        assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "section",
    [
        ".".join(["1"] * 51),
        ".".join(["1"] * 1000),
        "99999999999",
        "-1",
        "0",
        "1.",
        ".1",
        "MIME",
        "HEADER.FIELDS ()",
        "HEADER.FIELDS (a(b)",
        'HEADER.FIELDS ("a b")',
        "TEXT]<5",
        "1]<5.0>",
        "1]<99999999999.1>",
    ],
)
@off_the_loop
def test_i03_malformed_or_endless_sections_are_refused(
    mailroom: Mailroom, section: str
) -> None:
    mailroom.deliver(SHORT)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        assert wire.ask(f"FETCH 1 BODY.PEEK[{section}]")[-1].startswith(b"t BAD")


@off_the_loop
def test_i03_the_same_thing_asked_often_is_sent_once(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        answer = wire.ask(f"FETCH 1 ({' '.join(['BODY.PEEK[]'] * 50)})")
        refused = wire.ask(f"FETCH 1 ({' '.join(['BODY.PEEK[]'] * 51)})")

    assert len(b"".join(answer)) < 150
    assert refused[-1].startswith(b"t BAD")


def _deep(levels: int) -> bytes:
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(levels)
    )
    return opening + b"Content-Type: text/plain\r\n\r\nx\r\n"


BOMBS = {
    "deep parts": _deep(5000),
    "messages in messages": b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + b"--b\r\n\r\n" * 200_000,
    "many addresses": b"To: "
    + b", ".join(b"a%d@b.test" % n for n in range(100_000))
    + b"\r\n\r\n",
    "many parameters": b"Content-Type: text/plain"
    + b"".join(b"; name*%d=x" % n for n in range(100_000))
    + b"\r\n\r\n",
    "many lines": b"X: y\r\n" * 1_000_000 + b"\r\n",
    "long encoded word": b"Subject: =?utf-8?q?" + b"=41" * 350_000 + b"?=\r\n\r\n",
    "open comments": b"To: " + b"(" * 500_000 + b"\r\n\r\n",
    "open quotes": b"To: " + b'"\\' * 250_000 + b"\r\n\r\n",
    "open angles": b"To: " + b"<" * 500_000 + b"\r\n\r\n",
    "folds": b"Subject: " + b"\r\n " * 300_000 + b"\r\n\r\n",
    "equal boundaries": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + b"--b\r\n\r\nx\r\n"
    * 50_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_i03_i04_no_message_takes_long_to_outline(bomb: bytes) -> None:
    started = time.process_time()

    outline = read_outline(bomb)

    assert time.process_time() - started < 1
    assert outline.size == len(bomb)
    assert len(outline.headers or b"") <= 128 * 1024


@off_the_loop
def test_i03_a_deep_message_is_shown_and_read(mailroom: Mailroom) -> None:
    mailroom.deliver(_deep(1000))
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        assert wire.ask("FETCH 1 (ENVELOPE BODYSTRUCTURE)")[-1].startswith(b"t OK")
        sections = ".".join(["1"] * 50)
        assert wire.ask(f"FETCH 1 BODY.PEEK[{sections}]")[-1].startswith(b"t OK")
        assert wire.ask("SEARCH TEXT zzz")[-1].startswith(b"t OK")


@off_the_loop
def test_i11_what_a_client_says_of_itself_is_not_believed_nor_echoed(
    mailroom: Mailroom, capfd: pytest.CaptureFixture[str]
) -> None:
    with mailroom.wire(sign_in=False) as wire:
        bad = 'ID ("name" "x\x1b[31mEVIL" "os" NIL)'
        answer = wire.ask(bad)
        wire.send(b"\x1b[31m NOOP\r\n")
        unknown = wire.line()

    assert answer == [b'* ID ("name" "gateway")', b"t OK ID completed"]
    assert b"\x1b" not in unknown
    assert "\x1b[31mEVIL" not in capfd.readouterr().err


@pytest.mark.parametrize("mailroom", [{"max_errors": 3}], indirect=True)
@off_the_loop
def test_too_many_errors_end_the_connection(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        for _ in range(3):
            wire.send(b"t NONSENSE\r\n")
        answers = wire.until(b"* BYE")

        assert len(answers) == 4
        assert wire.is_over()


@pytest.mark.parametrize("mailroom", [{"max_errors": 3}], indirect=True)
@off_the_loop
def test_errors_are_forgiven_to_who_goes_on_well(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        for _ in range(4):
            for _ in range(2):
                assert wire.ask("NONSENSE")[-1].startswith(b"t BAD")
            assert wire.ask("NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("mailroom", [{"max_line_bytes": 1000}], indirect=True)
@pytest.mark.parametrize("line", [b"x" * 1001, b"t NOOP " + b"y" * 100_000])
@off_the_loop
def test_a_line_too_long_ends_the_connection(mailroom: Mailroom, line: bytes) -> None:
    with mailroom.wire() as wire:
        wire.send(line + b"\r\n")

        assert wire.line() == b"* BYE line too long"
        assert wire.is_over()


@off_the_loop
def test_tw7_a_flood_of_commands_waits_at_the_client(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        count = 500
        wire.send(b"".join(b"f%d NOOP\r\n" % n for n in range(count)))

        answers = wire.until(b"f%d " % (count - 1))

    tags = [answer.split()[0] for answer in answers]
    assert tags == [b"f%d" % n for n in range(count)]


@pytest.mark.parametrize("mailroom", [{"login_seconds": 0.5}], indirect=True)
@off_the_loop
def test_who_does_not_sign_in_is_shown_out(mailroom: Mailroom) -> None:
    with mailroom.wire(sign_in=False) as wire:
        assert wire.ask("NOOP")[-1].startswith(b"t OK")

        assert wire.line() == b"* BYE sign in sooner"
    refused(mailroom)


def refused(mailroom: Mailroom) -> None:
    """Connect without a word, and be cut off."""
    place = ("127.0.0.1", mailroom.settings.listen.imaps)
    try:
        with socket.create_connection(place, 5) as raw:
            heard = raw.recv(1)
    except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError):
        heard = b""

    assert heard == b""


@pytest.mark.parametrize("mailroom", [{"idle_seconds": 0.5}], indirect=True)
@off_the_loop
def test_silence_ends_the_connection(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        assert wire.line() == b"* BYE too long without a command"


@pytest.mark.parametrize(
    "mailroom",
    [{"max_connections_per_peer": 2}, {"max_connections": 2}],
    indirect=True,
)
@off_the_loop
def test_connections_are_counted_and_given_back(mailroom: Mailroom) -> None:
    one, two = mailroom.wire(), mailroom.wire()

    with mailroom.wire(sign_in=False, greeting=b"* BYE [LIMIT] ") as third:
        assert third.is_over()
    with clear(mailroom) as fourth:
        assert fourth.line().startswith(b"* BYE [LIMIT] ")
        assert fourth.is_over()

    one.close()
    wait_for(mailroom, 1)
    mailroom.wire().close()
    two.close()


@pytest.mark.parametrize("mailroom", [{"handshake_seconds": 0.5}], indirect=True)
@off_the_loop
def test_who_shows_no_certificate_is_shown_out_early(mailroom: Mailroom) -> None:
    started = time.monotonic()
    refused(mailroom)
    with clear(mailroom) as wire:
        assert wire.line().startswith(b"* OK ")
        assert wire.line() == b"* BYE show a certificate sooner"
        assert wire.is_over()
    assert time.monotonic() - started < 10
    with mailroom.wire() as one:
        time.sleep(0.7)
        assert one.ask("NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize(
    "mailroom", [{"max_connections": 1, "handshake_seconds": 0.5}], indirect=True
)
@off_the_loop
def test_who_is_one_too_many_and_shows_no_certificate_is_cut_off(
    mailroom: Mailroom,
) -> None:
    with mailroom.wire():
        refused(mailroom)


@pytest.mark.parametrize("mailroom", [{"max_connections": 1}], indirect=True)
@off_the_loop
def test_not_many_are_kept_only_to_be_told_that_there_are_too_many(
    mailroom: Mailroom,
) -> None:
    place = ("127.0.0.1", mailroom.settings.listen.imaps)
    with mailroom.wire() as one:
        waiting = [socket.create_connection(place, 20) for _ in range(50)]
        refused(mailroom)
        for raw in waiting:
            raw.close()
        assert one.ask("NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("mailroom", [{"max_connections_unproven": 3}], indirect=True)
@off_the_loop
def test_many_without_a_certificate_shut_nobody_out(mailroom: Mailroom) -> None:
    place = ("127.0.0.1", mailroom.settings.listen.imaps)
    held = [mailroom.wire()]
    silent = [socket.create_connection(place, 20) for _ in range(10)]

    held += [mailroom.wire() for _ in range(4)]

    # The door next to it has its own count.
    with plain(mailroom) as wire:
        assert wire.ask("NOOP")[-1].startswith(b"t OK")
    for one in held:
        assert one.ask("NOOP")[-1].startswith(b"t OK")
        one.close()
    ended = 0
    for raw in silent:
        raw.settimeout(0.2)
        try:
            ended += raw.recv(1) == b""
        except ConnectionResetError:
            ended += 1
        except TimeoutError:
            pass
        raw.close()
    assert ended >= 7


@pytest.mark.parametrize(
    "mailroom", [{"max_connections_per_certificate": 2}], indirect=True
)
@off_the_loop
def test_connections_of_one_certificate_are_counted(mailroom: Mailroom) -> None:
    with mailroom.wire() as one, mailroom.wire():
        with mailroom.wire(sign_in=False, greeting=b"* BYE [LIMIT] ") as third:
            assert third.is_over()
        with mailroom.wire(name="nurse") as other:
            assert other.ask("NOOP")[-1].startswith(b"t OK")
        one.close()
        wait_for(mailroom, 1)
        with mailroom.wire() as fourth:
            assert fourth.ask("NOOP")[-1].startswith(b"t OK")


def wait_for(mailroom: Mailroom, count: int) -> None:
    """Wait until no more connections are left than that."""
    deadline = time.monotonic() + 5
    while mailroom.service.places.total > count and time.monotonic() < deadline:
        time.sleep(0.02)


def clear(mailroom: Mailroom) -> Wire:
    """Return a connection to 143, before its greeting."""
    place = ("127.0.0.1", mailroom.settings.listen.imap)
    return Wire(socket.create_connection(place, 20))


def plain(mailroom: Mailroom) -> Wire:
    """Return a connection to 143, past its greeting."""
    wire = clear(mailroom)
    greeting = wire.line()
    assert b"STARTTLS" in greeting
    assert b"AUTH=" not in greeting
    return wire


@off_the_loop
def test_starttls_leads_to_the_same_mailbox(mailroom: Mailroom) -> None:
    with plain(mailroom) as clear:
        assert clear.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"t NO")
        assert clear.ask("STARTTLS")[-1].startswith(b"t OK")
        inside = Wire(
            mailroom.context().wrap_socket(clear.socket, server_hostname="localhost")
        )
        with inside:
            assert inside.ask("STARTTLS")[-1].startswith(b"t BAD")
            assert inside.ask("AUTHENTICATE EXTERNAL =")[-1].startswith(b"t OK")
            assert inside.ask("SELECT INBOX")[-1].startswith(b"t OK")


@pytest.mark.parametrize(
    "behind", [b"x NOOP\r\n", b"x", b"x AUTHENTICATE EXTERNAL =\r\ny SELECT INBOX\r\n"]
)
@off_the_loop
def test_tw3_i08_bytes_behind_starttls_end_the_connection(
    mailroom: Mailroom, behind: bytes
) -> None:
    with plain(mailroom) as wire:
        wire.send(b"t STARTTLS\r\n" + behind)

        assert wire.line() == b""


@off_the_loop
def test_tw3_what_was_begun_in_clear_is_forgotten(mailroom: Mailroom) -> None:
    with plain(mailroom) as clear:
        clear.send(b"t STARTTLS\r\n")
        assert clear.line().startswith(b"t OK")
        # The start of a line, sent before the handshake, is not TLS: nothing follows.
        clear.send(b"x LOGOUT")
        clear.send(b"\r\n")
        assert b"BYE" not in clear.line()


@off_the_loop
def test_answers_never_repeat_what_was_asked(mailroom: Mailroom) -> None:
    secret = "marqueur-unique"
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        for command in (
            f"{secret} x",
            f"SELECT {secret}",
            f"FETCH 1 {secret}",
            f"SEARCH {secret}",
            f"STORE 1 {secret} ()",
        ):
            assert not re.search(secret.encode(), b"".join(wire.ask(command)))
