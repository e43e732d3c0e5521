"""Who acts, of the names that pages, commands and the time give."""

from __future__ import annotations

import pytest

from gateway.core.actors import PATIENT, Actor, Means, Who, actor_of


@pytest.mark.parametrize(
    ("said", "who", "means"),
    [
        ("", Who.PATIENT, Means.WEB),
        ("time", Who.SYSTEM, Means.TASK),
        ("anne (support)", Who.OPERATOR, Means.ADMIN_SOCKET),
        ("anne (support, as root)", Who.OPERATOR, Means.ADMIN_SOCKET),
        ("anne", Who.OPERATOR, Means.MASTER_KEY),
        ("anne (by the master key)", Who.OPERATOR, Means.MASTER_KEY),
        ("uid 1000", Who.OPERATOR, Means.MASTER_KEY),
    ],
)
def test_who_acts_and_how_follows_from_the_name(
    said: str, who: Who, means: Means
) -> None:
    assert actor_of(said) == Actor(who, means, said)


def test_who_is_said_to_act_stays_as_said() -> None:
    carer = Actor(Who.CARER, Means.WEB, "Alix Sept")

    assert actor_of(carer) is carer
    assert "Alix" not in repr(carer)


def test_only_accounts_of_the_machine_are_no_persons_data() -> None:
    of = {who: Actor(who, Means.WEB, "a name").is_operator for who in Who}

    assert [who for who, is_so in of.items() if is_so] == [Who.OPERATOR, Who.SYSTEM]
    assert not PATIENT.name
