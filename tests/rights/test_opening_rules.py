"""A certificate opens the mailbox that is asked for, or the one that is meant."""

from __future__ import annotations

import pytest

from gateway.rights.opening_rules import (
    HeldMailbox,
    HoldingFacts,
    OpeningRefusal,
    mailbox_to_open,
    refuse_opening,
)

OWN = HeldMailbox("dr@hopital.mssante.test", "PER")
SECOND = HeldMailbox("dr2@hopital.mssante.test", "PER")
TEAM = HeldMailbox("team@hopital.mssante.test", "ORG")
WARD = HeldMailbox("ward@hopital.mssante.test", "ORG")


def facts(*held: HeldMailbox, asked: str = "", may_hold: bool = True) -> HoldingFacts:
    return HoldingFacts(may_hold=may_hold, asked=asked, held=held)


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        (facts(OWN), OWN),
        (facts(TEAM), TEAM),
        (facts(TEAM, OWN, SECOND), OWN),
        (facts(OWN, TEAM, asked=TEAM.address), TEAM),
        (facts(OWN, asked=OWN.address), OWN),
        (facts(), OpeningRefusal.NOT_HELD),
        (facts(OWN, asked=TEAM.address), OpeningRefusal.NOT_HELD),
        (facts(asked=TEAM.address), OpeningRefusal.NOT_HELD),
        (facts(TEAM, WARD), OpeningRefusal.NONE_IS_CHOSEN),
        (facts(TEAM, WARD, asked=WARD.address), WARD),
        (facts(OWN, may_hold=False), OpeningRefusal.NO_HOLDER),
        (facts(may_hold=False), OpeningRefusal.NO_HOLDER),
    ],
)
def test_which_mailbox_opens_and_why_none_does(
    asked: HoldingFacts, opened: HeldMailbox | OpeningRefusal
) -> None:
    mailbox, refusal = mailbox_to_open(asked), refuse_opening(asked)

    assert (mailbox or refusal) is opened
    assert (mailbox is None) == (refusal is not None)
