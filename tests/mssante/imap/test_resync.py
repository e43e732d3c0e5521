"""Changes by their number, and what a client is told that comes back (RFC 7162)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from attrs import define, field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders_queries import statements
from tests.mssante.imap.server import Mailroom, Wire, off_the_loop

LETTER = b"Subject: %d\r\n\r\nBonjour\r\n"
OK = b"t OK "


def fill(mailroom: Mailroom, count: int = 3) -> int:
    """Deliver messages, by the changes 2, 3, …; return the folder's validity."""
    for number in range(count):
        mailroom.deliver(LETTER % number)
    return mailroom.folder_of("INBOX").uid_validity


@contextmanager
def session(mailroom: Mailroom, *commands: str) -> Iterator[Wire]:
    with mailroom.wire() as wire:
        for command in commands:
            assert wire.ask(command)[-1].startswith(OK), command
        yield wire


@off_the_loop
def test_extensions_are_enabled_before_a_folder_is_open(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        assert wire.ask("ENABLE NONSENSE CONDSTORE") == [
            b"* ENABLED CONDSTORE",
            b"t OK ENABLE completed",
        ]
        assert wire.ask("enable qresync condstore")[0] == b"* ENABLED CONDSTORE QRESYNC"
        assert wire.ask("ENABLE NONSENSE")[0] == b"* ENABLED"
        assert wire.ask("ENABLE")[-1].startswith(b"t BAD")
        wire.ask("SELECT INBOX")
        assert wire.ask("ENABLE CONDSTORE")[-1].startswith(b"t BAD")


@off_the_loop
def test_changes_are_counted(mailroom: Mailroom) -> None:
    fill(mailroom)
    with session(mailroom) as wire:
        selected = wire.ask("SELECT INBOX (CONDSTORE)")
        assert b"* OK [HIGHESTMODSEQ 4] highest" in selected
        assert wire.ask("FETCH 1:3 (MODSEQ)")[:-1] == [
            b"* 1 FETCH (MODSEQ (2))",
            b"* 2 FETCH (MODSEQ (3))",
            b"* 3 FETCH (MODSEQ (4))",
        ]
        assert wire.ask("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3)")[:-1] == [
            b"* 3 FETCH (UID 3 FLAGS (\\Recent) MODSEQ (4))"
        ]
        assert wire.ask("STORE 2 +FLAGS (\\Flagged)")[:-1] == [
            b"* 2 FETCH (FLAGS (\\Flagged \\Recent) MODSEQ (5))"
        ]
        assert wire.ask("STORE 2 +FLAGS.SILENT (\\Seen)")[:-1] == [
            b"* 2 FETCH (MODSEQ (6))"
        ]
        assert wire.ask("FETCH 1:3 MODSEQ")[1] == b"* 2 FETCH (MODSEQ (6))"
        assert wire.ask("STATUS INBOX (HIGHESTMODSEQ)")[-2] == (
            b'* STATUS "INBOX" (HIGHESTMODSEQ 6)'
        )
        assert wire.ask("FETCH 1 BODY[TEXT]")[0].endswith(
            b"FLAGS (\\Seen \\Recent) MODSEQ (7))"
        )


@off_the_loop
def test_who_counts_nothing_is_told_no_numbers(mailroom: Mailroom) -> None:
    fill(mailroom, 1)
    with session(mailroom, "SELECT INBOX") as wire:
        assert wire.ask("STORE 1 +FLAGS (\\Seen)")[0] == (
            b"* 1 FETCH (FLAGS (\\Seen \\Recent))"
        )
        assert wire.ask("STORE 1 +FLAGS.SILENT (\\Draft)") == [b"t OK STORE completed"]


@off_the_loop
def test_flags_are_stored_where_nobody_changed_them_since(mailroom: Mailroom) -> None:
    fill(mailroom)
    with (
        session(mailroom, "SELECT INBOX") as wire,
        session(mailroom, "SELECT INBOX") as other,
    ):
        other.ask("STORE 2 +FLAGS (\\Flagged)")  # 5
        told = wire.ask("UID STORE 1:3 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Seen)")
        assert told == [
            b"* 1 FETCH (UID 1 MODSEQ (6))",
            b"* 3 FETCH (UID 3 MODSEQ (6))",
            b"* 2 FETCH (FLAGS (\\Flagged \\Recent) UID 2 MODSEQ (5))",
            b"t OK [MODIFIED 2] some had changed",
        ]
        assert wire.ask("STORE 1:2 (UNCHANGEDSINCE 5) FLAGS ()")[-1] == (
            b"t OK [MODIFIED 1] some had changed"
        )
        for wrong in ("(UNCHANGEDSINCE) +FLAGS (\\Seen)", "(NONSENSE 1) FLAGS ()"):
            assert wire.ask(f"STORE 1 {wrong}")[-1].startswith(b"t BAD")


@off_the_loop
def test_others_changes_are_told_with_their_number(mailroom: Mailroom) -> None:
    fill(mailroom)
    with (
        session(mailroom, "SELECT INBOX (CONDSTORE)") as wire,
        session(mailroom, "SELECT INBOX") as other,
    ):
        other.ask("STORE 1 +FLAGS (\\Flagged)")
        other.ask("STORE 1 -FLAGS (\\Flagged)")
        other.ask("STORE 3 +FLAGS.SILENT (\\Deleted)")
        other.ask("EXPUNGE")
        # What it was not told of is not there yet, in any answer.
        assert wire.ask("FETCH 1 (FLAGS MODSEQ)")[0] == (
            b"* 1 FETCH (FLAGS (\\Recent) MODSEQ (4))"
        )
        assert wire.ask("FETCH 1:3 FLAGS (CHANGEDSINCE 4)") == [b"t OK FETCH completed"]
        assert wire.ask("NOOP")[:-1] == [
            b"* 3 EXPUNGE",
            b"* 1 FETCH (FLAGS (\\Recent) UID 1 MODSEQ (6))",
        ]


@off_the_loop
def test_a_search_tells_by_which_change(mailroom: Mailroom) -> None:
    fill(mailroom)
    with session(mailroom, "SELECT INBOX") as wire:
        for command, told in (
            ("SEARCH MODSEQ 3", b"SEARCH 2 3 (MODSEQ 4)"),
            ('SEARCH MODSEQ "/flags/\\\\draft" all 4', b"SEARCH 3 (MODSEQ 4)"),
            ("UID SEARCH OR MODSEQ 9 UID 1", b"SEARCH 1 (MODSEQ 2)"),
            ("SEARCH MODSEQ 9", b"SEARCH"),
            ("SEARCH NOT MODSEQ 3", b"SEARCH 1 (MODSEQ 2)"),
            ("SEARCH RETURN () MODSEQ 3", b'ESEARCH (TAG "t") ALL 2:3 MODSEQ 4'),
            ("SEARCH RETURN (MIN) MODSEQ 3", b'ESEARCH (TAG "t") MIN 2 MODSEQ 3'),
            (
                "SEARCH RETURN (MIN MAX) MODSEQ 1",
                b'ESEARCH (TAG "t") MIN 1 MAX 3 MODSEQ 4',
            ),
            (
                "SEARCH RETURN (MIN COUNT) MODSEQ 1",
                b'ESEARCH (TAG "t") MIN 1 COUNT 3 MODSEQ 4',
            ),
        ):
            assert wire.ask(command)[0] == b"* " + told, command
        for wrong in ('MODSEQ "/x" all 1', 'MODSEQ "/flags/a" some 1', "MODSEQ x"):
            assert wire.ask(f"SEARCH {wrong}")[-1].startswith(b"t BAD"), wrong


@off_the_loop
def test_a_search_reads_the_folder_once_to_tell_by_which_change(
    mailroom: Mailroom,
) -> None:
    fill(mailroom)
    with session(mailroom, "SELECT INBOX", "SEARCH MODSEQ 3") as wire:
        with statements(mailroom.database.engine) as seen:
            assert wire.ask("SEARCH MODSEQ 3")[0] == b"* SEARCH 2 3 (MODSEQ 4)"
        of_items = {text: n for text, n in seen.items() if "FROM mail_items" in text}
        assert list(of_items.values()) == [1]


@off_the_loop
def test_removals_are_told_by_uid_once_that_is_enabled(mailroom: Mailroom) -> None:
    fill(mailroom, 6)
    with (
        session(mailroom, "ENABLE QRESYNC", "SELECT INBOX") as wire,
        session(mailroom, "SELECT INBOX") as other,
    ):
        other.ask("STORE 2:3,5 +FLAGS.SILENT (\\Deleted)")  # 8
        other.ask("EXPUNGE")  # 9
        assert wire.ask("NOOP")[:-1] == [b"* VANISHED 2:3,5"]
        told = wire.ask("UID STORE 1 +FLAGS.SILENT (\\Deleted)")
        assert told[0] == b"* 1 FETCH (UID 1 MODSEQ (10))"
        assert wire.ask("EXPUNGE") == [
            b"* VANISHED 1",
            b"t OK [HIGHESTMODSEQ 11] EXPUNGE completed",
        ]
        assert wire.ask("EXPUNGE") == [b"t OK EXPUNGE completed"]
        assert wire.ask("UID MOVE 4 Trash")[1:] == [
            b"* VANISHED 4",
            b"t OK [HIGHESTMODSEQ 12] MOVE completed",
        ]
        wire.ask("UID STORE 6 +FLAGS.SILENT (\\Deleted)")
        assert wire.ask("CLOSE") == [b"t OK [HIGHESTMODSEQ 14] CLOSE completed"]


@off_the_loop
def test_a_close_says_no_number_beyond_what_was_told(mailroom: Mailroom) -> None:
    fill(mailroom)
    with (
        session(mailroom, "ENABLE QRESYNC", "SELECT INBOX") as wire,
        session(mailroom, "SELECT INBOX") as other,
    ):
        wire.ask("UID STORE 1 +FLAGS.SILENT (\\Deleted)")
        other.ask("STORE 2 +FLAGS (\\Flagged)")
        assert wire.ask("CLOSE") == [b"t OK CLOSE completed"]


@off_the_loop
def test_who_comes_back_is_told_what_happened(mailroom: Mailroom) -> None:
    validity = fill(mailroom, 8)
    with session(mailroom, "SELECT INBOX") as other:  # known up to 9
        other.ask("STORE 2,4,5 +FLAGS.SILENT (\\Deleted)")  # 10
        other.ask("EXPUNGE")  # 11
        other.ask("STORE 1,5 +FLAGS.SILENT (\\Flagged)")  # 12: uids 1 and 8
    mailroom.deliver(LETTER % 9)  # 13, uid 9

    def selected(parameters: str) -> list[bytes]:
        with session(mailroom, "ENABLE QRESYNC") as wire:
            told = wire.ask(f"SELECT INBOX (QRESYNC ({parameters}))")
            assert told[-1] == b"t OK [READ-WRITE] folder selected"
            assert b"* 6 EXISTS" in told
            at = next(at for at, line in enumerate(told) if b"HIGHESTMODSEQ 13" in line)
            return told[at + 1 : -1]

    flagged = [
        b"* 1 FETCH (FLAGS (\\Flagged) UID 1 MODSEQ (12))",
        b"* 5 FETCH (FLAGS (\\Flagged) UID 8 MODSEQ (12))",
    ]
    told = selected(f"{validity} 9")
    assert told[:-1] == [b"* VANISHED (EARLIER) 2,4:5", *flagged]
    assert told[-1].startswith(b"* 6 FETCH (FLAGS (\\Recent) UID 9 MODSEQ (13))")
    assert selected(f"{validity} 9 1:5") == [
        b"* VANISHED (EARLIER) 2,4:5",
        flagged[0],
    ]
    assert selected(f"{validity} 9 5:8 (1:2 1,3)") == [
        b"* VANISHED (EARLIER) 5",
        flagged[1],
    ]
    assert selected(f"{validity} 11 1:8") == flagged
    assert selected(f"{validity} 13") == []
    assert selected(f"{validity} 9223372036854775807 (1 1)") == []
    assert selected(f"{validity + 1} 1 1:8") == []


@off_the_loop
def test_parameters_that_are_malformed(mailroom: Mailroom) -> None:
    validity = fill(mailroom, 1)
    with mailroom.wire() as wire:
        asked = f"SELECT INBOX (QRESYNC ({validity} 1))"
        assert wire.ask(asked)[-1].startswith(b"t BAD")
        wire.ask("ENABLE QRESYNC")
        for wrong in (
            "(NONSENSE)",
            "CONDSTORE",
            "(QRESYNC)",
            "(QRESYNC ())",
            f"(QRESYNC ({validity}))",
            f"(QRESYNC ({validity} 1 x))",
            f"(QRESYNC ({validity} 1 1 1))",
            f"(QRESYNC ({validity} 1 1 (1)))",
            f"(QRESYNC ({validity} 1 1 (1 1:2)))",
            f"(QRESYNC ({validity} 1 1 (1:4000000000 1)))",
            f"(QRESYNC ({validity} 9223372036854775808))",
            "(CONDSTORE QRESYNC CONDSTORE)",
        ):
            assert wire.ask(f"SELECT INBOX {wrong}")[-1].startswith(b"t BAD"), wrong
            assert wire.ask("NOOP")[-1] == b"t OK NOOP completed"
        wire.ask("SELECT INBOX")
        for wrong in (
            "FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)",
            "UID FETCH 1 FLAGS (VANISHED)",
            "UID FETCH 1 FLAGS (CHANGEDSINCE)",
            "UID FETCH 1 FLAGS (NONSENSE 1)",
        ):
            assert wire.ask(wrong)[-1].startswith(b"t BAD"), wrong


@off_the_loop
def test_what_vanished_is_fetched_too(mailroom: Mailroom) -> None:
    fill(mailroom, 5)
    with (
        session(mailroom, "ENABLE QRESYNC", "SELECT INBOX") as wire,
        session(mailroom, "SELECT INBOX") as other,
    ):
        wire.ask("UID STORE 2 +FLAGS.SILENT (\\Deleted)")
        wire.ask("EXPUNGE")
        other.ask("NOOP")
        other.ask("UID STORE 4 +FLAGS.SILENT (\\Deleted)")
        other.ask("EXPUNGE")
        told = wire.ask("UID FETCH 1:* FLAGS (VANISHED CHANGEDSINCE 5)")

    # The other's removal is told as one that happens now: the view still had it.
    assert told == [
        b"* VANISHED (EARLIER) 2",
        b"* 4 FETCH (UID 5 FLAGS (\\Recent) MODSEQ (6))",
        b"* VANISHED 4",
        b"t OK FETCH completed",
    ]


# ------------------------------------------------------------------- property

_FETCHED = re.compile(rb"\* \d+ FETCH \((.*)\)\Z")
_VANISHED = re.compile(rb"\* VANISHED (?:\(EARLIER\) )?([\d:,]+)\Z")
_HIGHEST = re.compile(rb"\[HIGHESTMODSEQ (\d+)\]")
_EXISTS = re.compile(rb"\* (\d+) EXISTS\Z")


@define
class Cache:
    """A client that keeps what it knows of a folder, and comes back with it."""

    mailroom: Mailroom
    folder: str
    wire: Wire | None = None
    flags: dict[int, frozenset[str]] = field(factory=dict)
    validity: int = 0
    highest: int = 0
    exists: int = 0

    def come_back(self, *, names_uids: bool) -> None:
        """Leave without a word, sign in again, and say what is known."""
        self.leave()
        self.wire = self.mailroom.wire()
        self.ask("ENABLE QRESYNC")
        known = ""
        if self.highest:
            uids = ",".join(map(str, sorted(self.flags)))
            more = f" {uids}" if names_uids and uids else ""
            known = f" (QRESYNC ({self.validity} {self.highest}{more}))"
        self.ask(f"SELECT {self.folder}{known}")

    def leave(self) -> None:
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def ask(self, command: str) -> None:
        """Give a command, take over what is told, and fetch what is new."""
        assert self.wire is not None
        answers = self.wire.ask(command)
        assert answers[-1].startswith(b"t OK"), (command, answers)
        self.take(answers)
        if len(self.flags) < self.exists:
            above = max(self.flags, default=0) + 1
            self.take(self.wire.ask(f"UID FETCH {above}:* (FLAGS MODSEQ)"))

    def take(self, answers: list[bytes]) -> None:
        seen = [self.highest]
        for line in answers:
            if match := _VANISHED.match(line):
                for uid in uids_in(match[1]):
                    if self.flags.pop(uid, None) is not None:
                        self.exists -= b"EARLIER" not in line
            elif match := _FETCHED.match(line):
                if b"FLAGS" in match[1]:
                    uid = int(re.findall(rb"UID (\d+)", match[1])[0])
                    self.flags[uid] = flags_in(match[1])
                seen += map(int, re.findall(rb"MODSEQ \((\d+)\)", match[1]))
            elif match := _EXISTS.match(line):
                self.exists = int(match[1])
            elif match := re.search(rb"\[UIDVALIDITY (\d+)\]", line):
                self.validity = int(match[1])
            if match := _HIGHEST.search(line):
                seen.append(int(match[1]))
        self.highest = max(seen)


def uids_in(text: bytes) -> list[int]:
    found: list[int] = []
    for piece in text.decode().split(","):
        low, _, high = piece.partition(":")
        found += range(int(low), int(high or low) + 1)
    return found


def flags_in(text: bytes) -> frozenset[str]:
    [flags] = re.findall(rb"FLAGS \(([^)]*)\)", text)
    return frozenset(flags.decode().split()) - {"\\Recent"}


def whole(wire: Wire, folder: str) -> dict[int, frozenset[str]]:
    """Return what a client finds that fetches everything."""
    wire.ask(f"EXAMINE {folder}")
    found = wire.ask("UID FETCH 1:* (FLAGS)")[:-1]
    return {int(re.findall(rb"UID (\d+)", line)[0]): flags_in(line) for line in found}


_PICK = st.integers(0, 4)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), _PICK),
        st.tuples(st.just("flag"), _PICK),
        st.tuples(st.just("unflag"), _PICK),
        st.tuples(st.just("expunge"), _PICK),
        st.tuples(st.just("move"), _PICK),
        st.tuples(st.just("noop"), _PICK),
        st.tuples(st.just("look"), _PICK),
        st.tuples(st.just("own flag"), _PICK),
        st.tuples(st.just("own expunge"), _PICK),
        st.tuples(st.just("back"), _PICK),
    ),
    min_size=4,
    max_size=14,
)


def step(kind: str, pick: int, cache: Cache, other: Wire, name: str) -> None:
    """Do one thing, as the client or as somebody else in the same folder."""
    match kind:
        case "append":
            assert other.ask(f"APPEND {name} {{3+}}\r\nx\r\n")[-1].startswith(OK)
        case "noop":
            cache.ask("NOOP")
        case "look":
            cache.ask("UID FETCH 1:* (FLAGS MODSEQ)")
        case "back":
            cache.come_back(names_uids=pick % 2 == 0)
        case "own flag" | "own expunge":
            if cache.flags:
                uid = sorted(cache.flags)[pick % len(cache.flags)]
                flag = "\\Deleted" if kind == "own expunge" else f"$own{pick}"
                cache.ask(f"UID STORE {uid} +FLAGS.SILENT ({flag})")
                if uid in cache.flags:
                    cache.flags[uid] |= {flag}
                if kind == "own expunge":
                    cache.ask(f"UID EXPUNGE {uid}")
        case _:
            other.ask("NOOP")
            others = {
                "flag": "STORE {} +FLAGS ($x{})",
                "unflag": "STORE {} -FLAGS ($x{})",
                "move": "MOVE {} Trash",
            }
            if kind == "expunge":
                other.ask(f"STORE {pick + 1} +FLAGS.SILENT (\\Deleted)")
                other.ask("EXPUNGE")
            else:
                other.ask(others[kind].format(pick + 1, pick % 2))


@pytest.mark.parametrize(
    "mailroom", [{"max_vanished": 2, "max_errors": 10_000}], indirect=True
)
@pytest.mark.timeout(300)
@off_the_loop
def test_who_resynchronises_ends_with_what_is_there(mailroom: Mailroom) -> None:
    runs = iter(range(10_000))
    with mailroom.wire() as other, mailroom.wire() as reader:

        @settings(
            max_examples=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(_STEPS)
        def play(steps: list[tuple[str, int]]) -> None:
            name = f"w{next(runs)}"
            for command in (f"CREATE {name}", *[f"APPEND {name} {{3+}}\r\nx\r\n"] * 4):
                assert other.ask(command)[-1].startswith(OK)
            other.ask(f"SELECT {name}")
            cache = Cache(mailroom, name)
            try:
                cache.come_back(names_uids=False)
                for kind, pick in steps:
                    step(kind, pick, cache, other, name)
                cache.come_back(names_uids=False)
                assert cache.flags == whole(reader, name)
            finally:
                cache.leave()
                other.ask("UNSELECT")
                reader.ask("UNSELECT")
                other.ask(f"DELETE {name}")

        play()
