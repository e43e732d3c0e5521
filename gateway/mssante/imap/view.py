"""A session's picture of its selected folder: numbers, uids and flags, nothing else."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from gateway.mssante.imap.format import flag_list
from gateway.store.mailbox.folders import Folder
from gateway.store.mailbox.reading import Changes


class View:
    """
    What the client was told: it numbers messages by it until it is told otherwise.

    Eight bytes a message, so that a thousand idle sessions stay small.
    """

    def __init__(
        self, folder: Folder, entries: Iterable[tuple[int, str]], *, read_only: bool
    ) -> None:
        self.folder_id = folder.id
        self.uid_validity = folder.uid_validity
        self.read_only = read_only
        self.mod_seq = folder.mod_seq
        self.uids: array[int] = array("I")
        self._recent_from = folder.recent_uid
        self._flags: array[int] = array("I")
        self._texts: list[str] = []
        self._text_ids: dict[str, int] = {}
        for uid, flags in entries:
            self._append(uid, flags)

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self.uids)

    @property
    def recent_count(self) -> int:
        """How many messages are recent in this session."""
        return len(self.uids) - bisect_left(self.uids, self._recent_from)

    @property
    def first_unseen(self) -> int | None:
        """The number (from 1) of the first message without ``\\Seen``, or None."""
        unseen = {at for at, text in enumerate(self._texts) if "\\Seen" not in text}
        places = (place for place, at in enumerate(self._flags) if at in unseen)
        place = next(places, None)
        return None if place is None else place + 1

    @property
    def keywords(self) -> list[str]:
        """The keywords on messages of the folder, each once."""
        words = {word for text in self._texts for word in text.split()}
        return sorted(word for word in words if not word.startswith("\\"))

    def flags(self, place: int) -> str:
        """Return the flags of the message at a place (from 0)."""
        return self._texts[self._flags[place]]

    def is_recent(self, place: int) -> bool:
        """Tell whether the message is recent in this session."""
        return self.uids[place] >= self._recent_from

    def place_of(self, uid: int) -> int | None:
        """Return the place of a uid, or None."""
        at = bisect_left(self.uids, uid)
        return at if at < len(self.uids) and self.uids[at] == uid else None

    def note_flags(self, place: int, flags: str) -> None:
        """Remember the flags that the client now knows."""
        self._flags[place] = self._text_id(flags)

    def fetch_flags(self, place: int, *, with_uid: bool) -> bytes:
        """Return the untagged FETCH that tells the flags of a message."""
        flags = flag_list(self.flags(place), recent=self.is_recent(place))
        uid = b" UID %d" % self.uids[place] if with_uid else b""
        return b"%d FETCH (FLAGS %b%b)" % (place + 1, flags, uid)

    def apply(self, changes: Changes) -> list[bytes]:
        """
        Take over what happened; return the untagged responses that tell it.

        Only to be called where EXPUNGE may be sent (RFC 3501 §7.4.1).
        """
        self.mod_seq = changes.folder.mod_seq
        told: list[bytes] = []
        if changes.present is not None:
            told += self._remove(changes.present)
        added = False
        for uid, flags in changes.touched:
            place = self.place_of(uid)
            if place is not None:
                if self.flags(place) != flags:
                    self.note_flags(place, flags)
                    told.append(self.fetch_flags(place, with_uid=True))
            elif not self.uids or uid > self.uids[-1]:
                self._append(uid, flags)
                added = True
        if added:
            told.append(b"%d EXISTS" % len(self))
            told.append(b"%d RECENT" % self.recent_count)
        return told

    def _remove(self, present: Sequence[int]) -> list[bytes]:
        left = set(present)
        gone = [place for place, uid in enumerate(self.uids) if uid not in left]
        kept = [place for place, uid in enumerate(self.uids) if uid in left]
        self.uids = array("I", (self.uids[place] for place in kept))
        self._flags = array("I", (self._flags[place] for place in kept))
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
        return known
