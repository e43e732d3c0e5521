"""What the service of reading answers, as pages and later programs take it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from gateway.core.document import Availability, DocumentEntry
from gateway.core.listed_columns import Alike, ListedDocuments
from gateway.core.listing import FLAGS_OF, ListEntry, TextsFound
from gateway.core.reading import ReadingRefusal, ReadingWay
from gateway.core.vault import FiledDocument
from gateway.rights.listing_rules import FoundDocuments
from gateway.rights.professional_viewing_rules import Alert, alerts
from gateway.rights.reading_rules import Found, Relation
from gateway.rights.record_act_rules import RecordAct
from gateway.store.consultations.values import Consultation, Episode
from gateway.store.patients.values import Profile


@frozen
class NotRead:
    """Somebody does not read; its words are in `core.texts.reading`."""

    why: ReadingRefusal


@frozen(kw_only=True)
class Prospect:
    """
    A patient who was found, and by which ways somebody could read.

    ``ways`` has each way with what stands against it, None where nothing does: what is
    left to tick, to declare or to ask for is among it; ``possible`` are those that
    nothing else stands against. ``is_agreed``: an agreement
    holds, to the team or for one consultation. ``current`` is a consultation of theirs
    that is open already.
    """

    profile: Profile = field(repr=False)
    found: Found
    relation: Relation
    ways: Mapping[ReadingWay, ReadingRefusal | None]
    possible: frozenset[ReadingWay]
    is_agreed: bool
    episode: Episode | None
    current: Consultation | None


@frozen(kw_only=True)
class OpenRecord:
    """
    A record that somebody has open now, without its documents.

    ``relation`` is what they are to the patient, nothing in an emergency. ``episodes``
    are the follow-ups by their own team, the newest first: that others follow somebody,
    and since when, may tell an illness.
    """

    consultation: Consultation
    profile: Profile = field(repr=False)
    relation: Relation
    episodes: tuple[Episode, ...]


@frozen(kw_only=True)
class ReadingList:
    """
    What a professional sees of a vault now.

    ``moment`` is when it was made, ``identifiers`` are the reader's and their place's.
    ``since`` is when they read here before, None: never. ``hidden`` are the ids of what
    is not shown: never for a page, but to be kept as proof
    (`VaultReading.note_listed`).
    """

    record: OpenRecord
    found: FoundDocuments
    moment: int
    identifiers: frozenset[str] = field(repr=False)
    since: datetime | None
    hidden: tuple[str, ...] = field(repr=False)
    texts: TextsFound = field(repr=False)
    is_noted: bool
    """Nothing is left to be kept of it: it is as it was, and the visit is recent."""

    @property
    def entries(self) -> ListedDocuments:
        """The documents in their order."""
        return self.found.entries

    def alerts(self, one: ListEntry) -> frozenset[Alert]:
        """Return what stands beside a document."""
        return alerts(FLAGS_OF[one.flags_at(self.moment)], Availability(one.status))

    def is_own(self, one: ListEntry | Alike) -> bool:
        """Tell whether the reader, or the structure they work in, wrote it."""
        return not self.identifiers.isdisjoint(one.owners)


@frozen(kw_only=True)
class DoneThere:
    """
    What somebody did in a consultation of theirs, for their own traces.

    ``type_code`` is of the document it was done with, empty where there is none, or it
    is there no more. Neither it nor the rest depends on what may be seen now: who read
    a document knows that they did.
    """

    at: datetime
    action: str
    outcome: str
    type_code: str


@frozen
class Acted:
    """A document was changed; ``is_secret``: representatives are not told of it."""

    is_secret: bool


@frozen(kw_only=True)
class ReadDocument:
    """One document as it is opened, and what is said beside it."""

    record: OpenRecord
    document: FiledDocument
    entry: DocumentEntry = field(repr=False)
    content: bytes = field(repr=False)
    alerts: frozenset[Alert]
    is_own: bool
    acts: frozenset[RecordAct]
    """What this reader may do with it, some of it where the patient asks."""
