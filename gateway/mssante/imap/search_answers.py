"""What SEARCH answers: all it found, or of it what is asked (RFC 4731, RFC 7162)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from gateway.errors import InvalidError
from gateway.mssante.imap.format import uid_set
from gateway.mssante.imap.syntax import Reader

_OPTIONS: Final = frozenset({b"MIN", b"MAX", b"ALL", b"COUNT"})


def read_returned(reader: Reader) -> frozenset[bytes] | None:
    """
    Read ``RETURN (…)`` if it comes (RFC 4731 §3.1); nothing in it means ALL.

    Raises:
        InvalidError: it is malformed, or names what we do not return.
    """
    if not reader.take_word(b"RETURN"):
        return None
    reader.space()
    options = frozenset(reader.listed(reader.atom, most=20))
    if options - _OPTIONS:
        raise InvalidError("unknown thing to return")
    reader.space()
    return options or frozenset({b"ALL"})


@frozen
class SearchAnswer:
    """
    What was found, in order: numbers, or uids where ``by_uid``.

    ``mod_seqs`` say by which change each was last changed, where that was asked for.
    """

    tag: bytes
    numbers: tuple[int, ...]
    mod_seqs: tuple[int, ...] = ()
    by_uid: bool = field(default=False, kw_only=True)

    def response(self, returned: frozenset[bytes] | None) -> bytes:
        """Return the untagged response; ``returned`` is None for plain SEARCH."""
        if returned is not None:
            correlator = b'ESEARCH (TAG "' + self.tag + b'")'
            uid = [b"UID"] if self.by_uid else []
            return b" ".join([correlator, *uid, *self._data(returned)])
        found = [b"SEARCH", *(b"%d" % number for number in self.numbers)]
        if self.mod_seqs:
            found.append(b"(MODSEQ %d)" % max(self.mod_seqs))
        return b" ".join(found)

    def _data(self, returned: frozenset[bytes]) -> Iterator[bytes]:
        numbers = self.numbers
        if numbers and b"MIN" in returned:
            yield b"MIN %d" % numbers[0]
        if numbers and b"MAX" in returned:
            yield b"MAX %d" % numbers[-1]
        if numbers and b"ALL" in returned:
            yield b"ALL " + uid_set(numbers)
        if b"COUNT" in returned:
            yield b"COUNT %d" % len(numbers)
        if self.mod_seqs:
            yield b"MODSEQ %d" % self._highest(returned)

    def _highest(self, returned: frozenset[bytes]) -> int:
        """Return the highest of those that are told (RFC 4731 §3.2)."""
        if not returned <= {b"MIN", b"MAX"}:
            return max(self.mod_seqs)
        ends = {b"MIN": self.mod_seqs[0], b"MAX": self.mod_seqs[-1]}
        return max(ends[option] for option in returned)
