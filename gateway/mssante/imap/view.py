"""A session's picture of its selected folder: numbers, uids and flags, nothing else."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum

from gateway.message.flags import SYSTEM_FLAGS
from gateway.mssante.imap.format import flag_list, uid_set
from gateway.store.mailbox.folders import Folder
from gateway.store.mailbox.reading import Changes


class Tells(Enum):
    """How a client is told of changes: what it asked for, once for its session."""

    NUMBERS = "RFC 3501"
    MOD_SEQS = "CONDSTORE"
    VANISHED = "QRESYNC"


_BEYOND = 2**32
"""No uid is as large (RFC 3501 §2.3.1.1)."""


class View:
    """
    What the client was told: it numbers messages by it until it is told otherwise.

    Eight bytes a message, so that a thousand idle sessions stay small. Recent are the
    messages that this session was the first to be told of (`grant_recent`); one that
    only reads is shown those that are still nobody's.
    """

    def __init__(
        self, folder: Folder, entries: Iterable[tuple[int, str]], *, read_only: bool
    ) -> None:
        self.folder_id = folder.id
        self.uid_validity = folder.uid_validity
        self.read_only = read_only
        self.mod_seq = folder.mod_seq
        self.uid_next = folder.uid_next
        self.uids: array[int] = array("I")
        still_recent = range(folder.recent_uid, _BEYOND)
        self._recent: list[range] = [still_recent] if read_only else []
        self._flags: array[int] = array("I")
        self._texts: list[str] = []
        self._text_ids: dict[str, int] = {}
        self._keywords: dict[str, str] = {}
        for uid, flags in entries:
            self._append(uid, flags)
        self._announced = len(self._keywords)
        self.opened: set[int] = set()
        """What the journal knows to be opened by the session's holder, by uid."""
        self.tells = Tells.NUMBERS
        self._own: dict[int, int] = {}

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self.uids)

    @property
    def recent_count(self) -> int:
        """How many messages are recent in this session."""
        return sum(
            bisect_left(self.uids, some.stop) - bisect_left(self.uids, some.start)
            for some in self._recent
        )

    @property
    def first_unseen(self) -> int | None:
        """The number (from 1) of the first message without ``\\Seen``, or None."""
        unseen = {at for at, text in enumerate(self._texts) if "\\Seen" not in text}
        places = (place for place, at in enumerate(self._flags) if at in unseen)
        place = next(places, None)
        return None if place is None else place + 1

    @property
    def all_flags(self) -> bytes:
        """The flags that messages of the folder have, or may be given by RFC 3501."""
        words = [*SYSTEM_FLAGS, *sorted(self._keywords.values())]
        return " ".join(words).encode("ascii")

    @property
    def kept_flags(self) -> bytes:
        """PERMANENTFLAGS: what STORE would keep, any keyword among it."""
        return b"" if self.read_only else self.all_flags + b" \\*"

    def keyword_news(self) -> list[bytes]:
        """Return the untagged responses that tell of keywords not yet told, or none."""
        if len(self._keywords) == self._announced:
            return []
        self._announced = len(self._keywords)
        told = [b"FLAGS (" + self.all_flags + b")"]
        if not self.read_only:
            told.append(b"OK [PERMANENTFLAGS (" + self.kept_flags + b")] kept")
        return told

    def grant_recent(self, uids: range) -> None:
        """Take for recent what `Folders.claim_recent` gave this session."""
        if uids:
            self._recent = sorted([*self._recent, uids], key=_first)

    def flags(self, place: int) -> str:
        """Return the flags of the message at a place (from 0)."""
        return self._texts[self._flags[place]]

    def is_recent(self, place: int) -> bool:
        """Tell whether the message is recent in this session."""
        uid = self.uids[place]
        at = bisect_right(self._recent, uid, key=_first) - 1
        return at >= 0 and uid in self._recent[at]

    def place_of(self, uid: int) -> int | None:
        """Return the place of a uid, or None."""
        at = bisect_left(self.uids, uid)
        return at if at < len(self.uids) and self.uids[at] == uid else None

    def note_flags(self, place: int, flags: str, mod_seq: int) -> None:
        """Remember the flags that the client now knows, and the change they are of."""
        self._flags[place] = self._text_id(flags)
        self._own[self.uids[place]] = mod_seq

    def mod_seq_of(self, uid: int, kept: int) -> int:
        """
        Return by which change the client knows a message, of which this is ``kept``.

        A change of another's that it was not told of counts as none: what it will be
        told then is newer than what it has.
        """
        return self._own.get(uid, min(kept, self.mod_seq))

    def fetch_flags(self, place: int, *, with_uid: bool, mod_seq: int) -> bytes:
        """Return the untagged FETCH that tells the flags of a message."""
        told = [b"FLAGS " + flag_list(self.flags(place), recent=self.is_recent(place))]
        if with_uid or self.tells is Tells.VANISHED:
            told.append(b"UID %d" % self.uids[place])
        if self.tells is not Tells.NUMBERS:
            told.append(b"MODSEQ (%d)" % mod_seq)
        return b"%d FETCH (%b)" % (place + 1, b" ".join(told))

    def apply(self, changes: Changes) -> list[bytes]:
        """
        Take over what happened; return the untagged responses that tell it.

        Only to be called where EXPUNGE may be sent (RFC 3501 §7.4.1).
        """
        told: list[bytes] = []
        if changes.present is not None:
            told += self._remove(changes.present)
        added, changed = False, []
        for uid, flags, mod_seq in changes.touched:
            place = self.place_of(uid)
            if place is not None:
                counts = self.tells is not Tells.NUMBERS
                newer = counts and self._own.get(uid) != mod_seq
                if newer or self.flags(place) != flags:
                    self.note_flags(place, flags, mod_seq)
                    line = self.fetch_flags(place, with_uid=True, mod_seq=mod_seq)
                    changed.append(line)
            elif not self.uids or uid > self.uids[-1]:
                self._append(uid, flags)
                added = True
        self.mod_seq = changes.folder.mod_seq
        self.uid_next = changes.folder.uid_next
        self._own.clear()  # all of them are told, and no newer than that
        told += [*self.keyword_news(), *changed]
        if added:
            told.append(b"%d EXISTS" % len(self))
            told.append(b"%d RECENT" % self.recent_count)
        return told

    def _remove(self, present: Sequence[int]) -> list[bytes]:
        left = set(present)
        gone = [place for place, uid in enumerate(self.uids) if uid not in left]
        kept = [place for place, uid in enumerate(self.uids) if uid in left]
        vanished = [self.uids[place] for place in gone]
        self.uids = array("I", (self.uids[place] for place in kept))
        self._flags = array("I", (self._flags[place] for place in kept))
        if self.tells is Tells.VANISHED:
            return [b"VANISHED " + uid_set(vanished)] if vanished else []
        # From the last one back, so that each number is right when it is read.
        return [b"%d EXPUNGE" % (place + 1) for place in reversed(gone)]

    def _append(self, uid: int, flags: str) -> None:
        self.uids.append(uid)
        self._flags.append(self._text_id(flags))

    def _text_id(self, flags: str) -> int:
        known = self._text_ids.get(flags)
        if known is None:
            known = self._text_ids[flags] = len(self._texts)
            self._texts.append(flags)
            for word in flags.split():
                if not word.startswith("\\"):
                    self._keywords.setdefault(word.lower(), word)
        return known


def _first(uids: range) -> int:
    return uids.start
