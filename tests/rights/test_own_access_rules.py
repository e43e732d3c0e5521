"""What a minor of what age may do with an access of their own: the table."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.papers import PaperKind
from gateway.rights.delegation_rules import (
    InvitationFacts,
    InvitationFault,
    judge_invitation,
)
from gateway.rights.own_access_rules import (
    AgeBand,
    OwnAct,
    age_band,
    may_oneself,
    shares_a_contact,
)
from gateway.rights.paper_rules import may_have

TODAY = date(2026, 11, 29)
BORN = {
    "20111130": AgeBand.CHILD,  # fifteen tomorrow
    "20111129": AgeBand.TEENAGER,
    "20081130": AgeBand.TEENAGER,  # of age tomorrow
    "20081129": AgeBand.ADULT,
    "20260101": AgeBand.CHILD,
    "19790328": AgeBand.ADULT,
    "2008": AgeBand.UNKNOWN,
    "2011": AgeBand.CHILD,  # perhaps fifteen
    "201111": AgeBand.CHILD,
    "": AgeBand.UNKNOWN,
    "inconnu": AgeBand.UNKNOWN,
}
MAY = {
    AgeBand.CHILD: set(),
    AgeBand.TEENAGER: {OwnAct.SIGN_IN},
    AgeBand.ADULT: set(OwnAct),
    AgeBand.UNKNOWN: {OwnAct.SIGN_IN, OwnAct.RECOVER, OwnAct.CLOSE},
}


@pytest.mark.parametrize(("born", "band"), BORN.items())
def test_each_age_may_what_its_row_says(born: str, band: AgeBand) -> None:
    assert age_band(born, TODAY) is band
    assert {one for one in OwnAct if may_oneself(one, born, TODAY)} == MAY[band]


@pytest.mark.parametrize("born", BORN)
def test_the_rules_of_papers_and_of_carers_say_what_the_table_says(born: str) -> None:
    asks = InvitationFacts(own="1", asked="2", helpers=(), born=born, today=TODAY)

    may_ask = judge_invitation(asks) is not InvitationFault.MINOR
    assert may_ask is may_oneself(OwnAct.CARERS, born, TODAY)
    may_write = may_have(PaperKind.DIRECTIVES, born, TODAY)
    assert may_write is may_oneself(OwnAct.DIRECTIVES, born, TODAY)
    assert may_have(PaperKind.ENTOURAGE, born, TODAY)


@pytest.mark.parametrize(
    ("own", "theirs", "shared"),
    [
        (("leo@a.example", ""), ("anne@a.example", ""), False),
        (("Leo@A.example", ""), ("leo@a.example", ""), True),
        (("leo@a.example", "+33611"), ("anne@a.example", "+33611"), True),
        (("", ""), ("", ""), False),
        (("leo@a.example", ""), (), False),
    ],
)
def test_whose_codes_come_to_another(
    own: tuple[str, ...], theirs: tuple[str, ...], *, shared: bool
) -> None:
    assert shares_a_contact(own, theirs) is shared
