"""The same mail and the same commands, here and at Dovecot: where they differ, why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from attrs import define, field

from tests.mssante.imap.dovecot import (
    Value,
    answer,
    needs_dovecot,
    running_dovecot,
)
from tests.mssante.imap.dovecot_cases import DIALOGUES, MESSAGES, SEARCHES, WHOLE
from tests.mssante.imap.dovecot_differences import DIFFERENCES, alike
from tests.mssante.imap.server import Mailroom, Wire, off_the_loop

_DATE = '"01-Feb-2025 12:34:56 +0000"'


@define
class Side:
    """One of the two servers, and its sessions by name."""

    connect: Callable[[], Wire]
    sessions: dict[str, Wire] = field(factory=dict)

    def ask(self, name: str, command: str) -> tuple[Value, ...]:
        """Return what a command is answered in a session."""
        if name not in self.sessions:
            self.sessions[name] = self.connect()
        try:
            responses = self.sessions[name].ask(command)
        except ConnectionError:
            responses = []
        return answer(command, responses) if responses else ("ended",)

    def put(self, folder: str, message: bytes, flags: str = "()") -> None:
        """Upload a message, asking first."""
        if "put" not in self.sessions:
            self.sessions["put"] = self.connect()
        wire = self.sessions["put"]
        wire.send(f"t APPEND {folder} {flags} {_DATE} {{{len(message)}}}\r\n".encode())
        assert wire.line().startswith(b"+")
        wire.send(message + b"\r\n")
        assert wire.until(b"t ")[-1].startswith(b"t OK")

    def close(self) -> None:
        """End its sessions."""
        for wire in self.sessions.values():
            wire.close()
        self.sessions.clear()


@define
class Both:
    """The gateway and Dovecot, asked the same; what differs is kept."""

    ours: Side
    theirs: Side
    differ: dict[str, tuple[Value, Value]] = field(factory=dict)
    same: int = 0

    def put(self, folder: str, message: bytes, flags: str = "()") -> None:
        """Upload a message to both."""
        self.ours.put(folder, message, flags)
        self.theirs.put(folder, message, flags)

    def ask(self, title: str, name: str, command: str) -> None:
        """Ask both; keep the answers under a title when they are not the same."""
        here, there = (
            alike(one.ask(name, command)) for one in (self.ours, self.theirs)
        )
        if here == there:
            self.same += 1
        else:
            self.differ[title] = here, there

    def all_explained(self) -> None:
        """Fail with every difference that the list does not explain."""
        unexplained = {
            title: f"\n  here:  {here}\n  there: {there}\n"
            for title, (here, there) in self.differ.items()
            if title not in DIFFERENCES
        }
        told = "\n".join(f"{title}{what}" for title, what in unexplained.items())
        assert not unexplained, f"{len(unexplained)} of {self.same} more:\n{told}"


@contextmanager
def both(mailroom: Mailroom) -> Iterator[Both]:
    with running_dovecot() as dovecot, ExitStack() as after:
        ours, theirs = Side(mailroom.wire), Side(dovecot.wire)
        after.callback(theirs.close)
        after.callback(ours.close)
        yield Both(ours, theirs)


@needs_dovecot
@off_the_loop
def test_every_piece_of_every_message_is_dovecots(mailroom: Mailroom) -> None:
    with both(mailroom) as pair:
        pair.ask("create", "a", "CREATE mail")
        for message in MESSAGES.values():
            pair.put("mail", message)
        pair.ask("select", "a", "SELECT mail")
        for number, name in enumerate(MESSAGES, 1):
            for item in WHOLE:
                pair.ask(f"{name}: {item}", "a", f"FETCH {number} ({item})")
        pair.all_explained()


@needs_dovecot
@off_the_loop
def test_every_search_finds_what_dovecot_finds(mailroom: Mailroom) -> None:
    with both(mailroom) as pair:
        pair.ask("create", "a", "CREATE mail")
        for at, message in enumerate(MESSAGES.values()):
            flags = ("()", "(\\Seen)", "(\\Flagged $Un)", "(\\Seen \\Flagged)")[at % 4]
            pair.put("mail", message, flags)
        pair.ask("select", "a", "SELECT mail")
        for keys in SEARCHES:
            pair.ask(f"search: {keys}", "a", f"SEARCH {keys}")
        pair.all_explained()


@needs_dovecot
@off_the_loop
def test_every_dialogue_goes_as_with_dovecot(mailroom: Mailroom) -> None:
    with both(mailroom) as pair:
        for at, (title, steps) in enumerate(DIALOGUES.items()):
            folder = f"w{at}"
            pair.ask(f"{title}: create", "a", f"CREATE {folder}")
            for name in ("plain", "mixed", "nested", "no body"):
                pair.put(folder, MESSAGES[name])
            for step, line in enumerate(steps, 1):
                name, _, command = line.format(w=folder, n=len(folder)).partition(" ")
                shown = line.partition(" ")[2].partition("\r")[0]
                pair.ask(f"{title} {step}: {shown}", name, command)
            pair.ours.close()
            pair.theirs.close()
        pair.all_explained()
