"""What the rules of receipts look at, and the receipts they find due: values."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from gateway.core.decision import Announcement
from gateway.core.envelope import RecipientKind
from gateway.mssante.receipts.dsn import RecipientStatus
from gateway.mssante.receipts.mdn import Disposition


class ReceiptKind(StrEnum):
    """The kinds of receipts."""

    DSN = "DSN"  # what the server did (RFC 3464)
    MDN = "MDN"  # what became of it at the recipient (RFC 8098)
    ERROR = "ERR"  # a document was not filed, to a sender that asked for no MDN


class MdnRequest(StrEnum):
    """What the message says of Disposition-Notification-To (RFC 8098 §2.1)."""

    ABSENT = "absent"
    MATCHES = "matches"  # one address, that of the return path
    DIFFERS = "differs"  # a person would have to agree: nobody here can


@frozen(kw_only=True)
class DocumentFact:
    """
    One document of a patient's copy.

    ``outcome`` is a word of `Reason`, ``error`` the MDN code of the decision where it
    has one, ``detail`` what to correct, in what was filed too, without patient data.
    ``informed``: its structure says that the patient was told of the filing.
    """

    unique_id: str
    outcome: str
    error: str = ""
    detail: str = ""
    informed: bool = False


@frozen(kw_only=True)
class RecipientFacts:
    """
    One recipient as the receipts need it.

    ``outcome`` is empty while pending; ``deliver`` says whether a patient's copy goes
    to the inbox; ``activated`` whether the patient can open it. ``delayed``: tried
    for longer than the sender should be left without news; ``held_up``: the same, by
    a fault of ours, before anything was decided, and ``stopped``: it is not tried
    again unless a person acts. ``announcement`` has the delays of a document that is
    hidden from its patient. ``last_status`` and
    ``last_reply`` come from the peer a copy was relayed to.
    """

    position: int
    kind: RecipientKind
    address: str = field(repr=False)
    notify: str = ""
    orcpt: str = field(default="", repr=False)
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    deliver: bool = True
    activated: bool = True
    documents: tuple[DocumentFact, ...] = ()
    announcement: Announcement = Announcement()  # noqa: RUF009 (frozen)
    was_read: bool = False
    delayed: bool = False
    held_up: bool = False
    stopped: bool = False
    last_status: str = ""
    last_reply: str = ""
    last_host: str = ""


@frozen(kw_only=True)
class Due:
    """A receipt to make; ``withheld`` says why it is only recorded."""

    kind: ReceiptKind
    position: int
    status: str
    code: str = ""
    dsn: RecipientStatus | None = None
    disposition: Disposition | None = None
    withheld: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """By which it is told from what was said before (`key_of`)."""
        return key_of(self.kind, self.position, self.status)


def key_of(kind: str, position: int, status: str) -> tuple[str, int, str]:
    """
    Return what makes two receipts the same one.

    A DSN may tell of a delay, then of the end; of the others there is one for each
    recipient, whatever it says (RFC 8098 §2.1).

    >>> key_of("MDN", 0, "processed") == key_of("MDN", 0, "displayed")
    True
    """
    return kind, position, status if kind == ReceiptKind.DSN else ""
