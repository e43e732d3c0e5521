"""
Which conversation a message stands in: what it answers says it, or else its subject.

One rule for every place that shows conversations, however they are kept (RFC 5322
§3.6.4). All messages of one question are of one correspondent: what somebody else wrote
is never asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol, TypeVar

from attrs import field, frozen

from gateway.message.subjects import thread_subject

MOST_REFERENCES: Final = 50
"""Messages that an answer may name; of more the last ones count, which are nearest."""

T = TypeVar("T")
Place_co = TypeVar("Place_co", covariant=True)


@frozen(kw_only=True)
class Threaded:
    """
    What of a message says where it stands.

    Ids are without ``<>``; ``references`` has the nearest last. ``is_of_all``: it is
    about all there is with its correspondent, as the end of an exchange.
    """

    message_id: str = ""
    references: Sequence[str] = field(default=(), repr=False)
    subject: str = field(default="", repr=False)
    is_of_all: bool = False


class KnownThreads(Protocol[Place_co]):
    """The conversations with one correspondent, so far."""

    def answered(self, references: Sequence[str]) -> Place_co | None:
        """Return that of the newest message which is among those referred to."""

    def about(self, subject: str) -> Place_co | None:
        """Return that which was begun on a subject, as it was written."""

    def last(self) -> Place_co | None:
        """Return that with the newest message."""


def find_thread(known: KnownThreads[Place_co], message: Threaded) -> Place_co | None:
    """Return the conversation that a message goes on with; None: it begins one."""
    named = message.references[-MOST_REFERENCES:]
    found = known.answered(named) if named else None
    if found is not None:
        return found
    return known.last() if message.is_of_all else known.about(message.subject)


def gather(messages: Iterable[T], said: Callable[[T], Threaded]) -> list[list[T]]:
    """
    Return the conversations that messages make, each in the order they came in.

    ``messages``: with one correspondent, the oldest first. The conversations stand in
    the order they were begun.
    """
    threads: list[list[T]] = []
    known = _Gathered()
    for one in messages:
        message = said(one)
        place = find_thread(known, message)
        if place is None:
            place = len(threads)
            threads.append([])
        threads[place].append(one)
        known.put(message, place)
    return threads


@frozen
class _Gathered:
    """Conversations in memory: where what was read so far stands."""

    _of_message: dict[str, tuple[int, int]] = field(factory=dict)
    """By Message-ID: how many came before it, and the place of its conversation."""
    _of_subject: dict[str, int] = field(factory=dict)
    _begun: set[int] = field(factory=set)
    _places: list[int] = field(factory=list)

    def put(self, message: Threaded, place: int) -> None:
        if message.message_id:
            self._of_message[message.message_id] = len(self._places), place
        if place not in self._begun:
            self._begun.add(place)
            self._of_subject[thread_subject(message.subject)] = place
        self._places.append(place)

    def answered(self, references: Sequence[str]) -> int | None:
        found = [self._of_message[one] for one in references if one in self._of_message]
        return max(found)[1] if found else None

    def about(self, subject: str) -> int | None:
        return self._of_subject.get(thread_subject(subject))

    def last(self) -> int | None:
        return self._places[-1] if self._places else None
