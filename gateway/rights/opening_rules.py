"""Which mailbox does a certificate open, if any? Asked at each sign-in by IMAP."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

PERSONAL: Final = "PER"


class OpeningRefusal(StrEnum):
    """Why no mailbox opens; for the journal only, a client hears one sentence."""

    NO_HOLDER = "NO_HOLDER"
    """Certificates of that kind hold no mailbox."""
    NOT_HELD = "NOT_HELD"
    """The mailbox that is asked for is not held, or there is none."""
    NONE_IS_CHOSEN = "NONE_IS_CHOSEN"
    """None is asked for, and none of those held is the one that is meant."""


@frozen
class HeldMailbox:
    """A mailbox that the holder of a certificate opens; ``kind`` as TRE_R257 says."""

    address: str = field(repr=False)
    kind: str


@frozen(kw_only=True)
class HoldingFacts:
    """
    What the answer depends on; ``asked`` is an address, empty where none is asked for.

    ``may_hold``: certificates of its kind hold mailboxes. ``held`` are open ones, in
    the order of their addresses.
    """

    may_hold: bool
    asked: str = field(repr=False)
    held: tuple[HeldMailbox, ...] = field(repr=False)


def mailbox_to_open(facts: HoldingFacts) -> HeldMailbox | None:
    """
    Return the mailbox that is opened, or None.

    Unasked (RFC 4422 appendix A), it is the only one, or else the first personal one.
    """
    if not facts.may_hold:
        return None
    if facts.asked:
        return next((one for one in facts.held if one.address == facts.asked), None)
    if len(facts.held) == 1:
        return facts.held[0]
    return next((one for one in facts.held if one.kind == PERSONAL), None)


def refuse_opening(facts: HoldingFacts) -> OpeningRefusal | None:
    """Return why no mailbox opens, or None."""
    if mailbox_to_open(facts) is not None:
        return None
    if not facts.may_hold:
        return OpeningRefusal.NO_HOLDER
    is_meant = bool(facts.asked) or not facts.held
    return OpeningRefusal.NOT_HELD if is_meant else OpeningRefusal.NONE_IS_CHOSEN
