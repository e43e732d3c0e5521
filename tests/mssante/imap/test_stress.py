"""Twenty clients in one mailbox at once: what must never happen does not."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from attrs import define, field

from tests.mssante.imap.server import Mailroom, Wire, off_the_loop

CLIENTS = 20
SHARED = 25
"""Messages that nobody removes: each client sets and clears its own keyword on them."""

STEPS = 60
SECONDS = 40.0
"""No client begins another step after this."""

_FETCH = re.compile(rb"\* (\d+) FETCH \((.*)\)\Z", re.S)
_UID = re.compile(rb"UID (\d+)")
_FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
_COPYUID = re.compile(rb"\[COPYUID (\d+) ([0-9:,]+) ([0-9:,]+)\]")
_APPENDUID = re.compile(rb"\[APPENDUID (\d+) (\d+)\]")


def numbers(text: bytes) -> list[int]:
    """Return the uids that a set names, in its order."""
    found: list[int] = []
    for piece in text.split(b","):
        first, colon, last = piece.partition(b":")
        found += range(int(first), int(last if colon else first) + 1)
    return found


@define
class Client:
    """
    A client that believes what it is told, and remembers what would contradict it.

    ``uids`` is the folder as it was told: None where a message is announced whose uid
    was not yet asked for.
    """

    wire: Wire
    name: str
    chance: random.Random
    uids: list[int | None] = field(factory=list)
    validity: bytes = b""
    own: set[int] = field(factory=set)
    marked: dict[int, bool] = field(factory=dict)
    recent: set[int] = field(factory=set)
    copied: list[int] = field(factory=list)
    faults: list[str] = field(factory=list)
    answers: Counter[str] = field(factory=Counter)

    def ask(self, command: str) -> bytes:
        """Give a command, take in all that is told; return its last line."""
        responses = self.wire.ask(command)
        if not responses:
            self.faults.append(f"{command}: the connection ended")
            return b""
        for response in responses[:-1]:
            self._told(command, response)
        state = responses[-1].split(b" ")[1].decode()
        self.answers[f"{command.split(' ', maxsplit=1)[0]} {state}"] += 1
        if state == "BAD" or b"SERVERBUG" in responses[-1]:
            self.faults.append(f"{command}: {responses[-1]!r}")
        return responses[-1]

    def _told(self, command: str, response: bytes) -> None:
        word = response.split(b" ")
        if word[-1] == b"EXISTS":
            count = int(word[1])
            if count < len(self.uids):
                self.faults.append(f"{command}: fewer messages, and no EXPUNGE")
            self.uids += [None] * (count - len(self.uids))
        elif word[-1] == b"EXPUNGE" and len(word) == 3:
            if command.startswith(("FETCH", "STORE", "SEARCH")):
                self.faults.append(f"{command}: EXPUNGE while numbers are in use")
            gone = self.uids.pop(int(word[1]) - 1)
            if gone is not None and gone <= SHARED:
                self.faults.append(f"{command}: {gone} was removed by nobody")
        elif (found := _FETCH.match(response)) is not None:
            self._fetched(command, int(found[1]), found[2])
        elif b"UIDVALIDITY" in response:
            if self.validity not in {b"", word[3]}:
                self.faults.append(f"{command}: another UIDVALIDITY")
            self.validity = word[3]

    def _fetched(self, command: str, number: int, told: bytes) -> None:
        named = _UID.search(told)
        if named is None:
            return
        uid, place = int(named[1]), number - 1
        known = self.uids[place] if place < len(self.uids) else -1
        if known is None:
            before = [one for one in self.uids[:place] if one is not None]
            after = [one for one in self.uids[place + 1 :] if one is not None]
            if (before and max(before) >= uid) or (after and min(after) <= uid):
                self.faults.append(f"{command}: uid {uid} does not rise")
            self.uids[place] = uid
        elif known != uid:
            self.faults.append(f"{command}: {number} was uid {known}, is {uid}")
        flags = _FLAGS.search(told)
        if flags is None:
            return
        words = flags[1].split()
        if b"\\Recent" in words:
            self.recent.add(uid)
        if uid in self.marked and (self.name.encode() in words) != self.marked[uid]:
            self.faults.append(f"{command}: the flag on uid {uid} is another's doing")

    # What it does.

    def run(self, deadline: float) -> Client:
        self.ask("SELECT INBOX")
        steps = (
            *(self.mark,) * 4,
            *(self.append,) * 2,
            *(self.copy, self.copy, self.move, self.remove, self.look, self.again),
        )
        for _ in range(STEPS):
            if time.monotonic() > deadline or self.faults:
                break
            self.chance.choice(steps)()
        self.ask("NOOP")
        self.look()
        return self

    def mark(self) -> None:
        """Set or clear the keyword that is its own."""
        some = self.chance.sample(range(1, SHARED + 1), 4)
        for sign, value in (("+", True), ("-", False)):
            uids = [uid for uid in some if self.chance.random() < 0.5]
            some = [uid for uid in some if uid not in uids]
            if not uids:
                continue
            for uid in uids:
                self.marked.pop(uid, None)
            silent = self.chance.choice(["", ".SILENT"])
            named = ",".join(map(str, uids))
            if self.ask(f"UID STORE {named} {sign}FLAGS{silent} ({self.name})")[
                2:
            ].startswith(b"OK"):
                self.marked |= dict.fromkeys(uids, value)

    def append(self) -> None:
        text = b"Subject: %b\r\n\r\n%d\r\n" % (
            self.name.encode(),
            self.chance.getrandbits(32),
        )
        command = b"APPEND INBOX {%d+}\r\n%b" % (len(text), text)
        self.wire.send(b"t " + command + b"\r\n")
        responses = self.wire.until(b"t ")
        for response in responses[:-1]:
            self._told("APPEND", response)
        named = _APPENDUID.search(responses[-1])
        if named is None:
            self.faults.append(f"APPEND: {responses[-1]!r}")
            return
        uid = int(named[2])
        if uid in self.own or any(one is not None and one == uid for one in self.own):
            self.faults.append(f"APPEND: uid {uid} is given twice")
        self.own.add(uid)

    def copy(self) -> None:
        """Copy by numbers, some of which may be gone: all of them or none."""
        if len(self.uids) < 2:
            return
        first = self.chance.randint(1, len(self.uids))
        last = min(len(self.uids), first + self.chance.randint(0, 9))
        answer = self.ask(f"COPY {first}:{last} Archive")
        named = _COPYUID.search(answer)
        if named is None:
            if b"[EXPUNGEISSUED]" not in answer:
                self.faults.append(f"COPY: {answer!r}")
            return
        if len(numbers(named[3])) != last - first + 1:
            self.faults.append(f"COPY {first}:{last} is half done: {answer!r}")
        self.copied += numbers(named[3])

    def move(self) -> None:
        if not self.own:
            return
        uid = self.own.pop()
        self.wire.send(f"t UID MOVE {uid} Archive\r\n".encode())
        for response in self.wire.until(b"t "):
            named = _COPYUID.search(response)
            if named is not None:
                self.copied += numbers(named[3])
            elif response.startswith(b"* "):
                self._told("UID MOVE", response)

    def remove(self) -> None:
        uids = [self.own.pop() for _ in range(min(3, len(self.own)))]
        if uids:
            named = ",".join(map(str, uids))
            self.ask(f"UID STORE {named} +FLAGS.SILENT (\\Deleted)")
            self.ask(f"UID EXPUNGE {named}")

    def look(self) -> None:
        if self.uids:
            self.ask("FETCH 1:* (UID FLAGS)")
        self.ask("NOOP")

    def again(self) -> None:
        """Leave and come back: another view of the same folder."""
        self.ask("UNSELECT")
        self.uids = []
        self.ask("SELECT INBOX")


@off_the_loop
def test_i06_twenty_clients_in_one_mailbox_contradict_nobody(
    mailroom: Mailroom,
) -> None:
    for at in range(SHARED):
        mailroom.deliver(b"Subject: %d\r\n\r\nTexte\r\n" % at)
    clients = [
        Client(mailroom.wire(), f"$c{at:02}", random.Random(at))
        for at in range(CLIENTS)
    ]
    deadline = time.monotonic() + SECONDS

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(lambda one: one.run(deadline), clients))
    for one in clients:
        one.wire.close()

    assert [fault for one in done for fault in one.faults] == []
    with mailroom.wire() as wire:
        wire.ask("EXAMINE INBOX")
        flags: dict[int, list[bytes]] = {}
        for response in wire.ask(f"UID FETCH 1:{SHARED} FLAGS")[:-1]:
            named, told = _UID.search(response), _FLAGS.search(response)
            assert named is not None
            assert told is not None
            flags[int(named[1])] = told[1].split()
        wire.ask("EXAMINE Archive")
        archived = [int(one) for one in wire.ask("UID SEARCH ALL")[0].split()[2:]]
    for one in done:
        for uid, value in one.marked.items():
            assert (one.name.encode() in flags[uid]) == value, (one.name, uid)
    copied = Counter(uid for one in done for uid in one.copied)
    assert max(copied.values(), default=1) == 1
    assert sorted(copied) == archived
    recent = Counter(uid for one in done for uid in one.recent)
    assert max(recent.values(), default=1) == 1
    # It was a stress, not a walk: every command was used, refusals among them.
    answers = sum((one.answers for one in done), Counter[str]())
    assert answers["COPY OK"] > 0
    assert answers["UID OK"] > CLIENTS
