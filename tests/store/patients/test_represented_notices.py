"""
Who represents somebody by law is told what that somebody is told, unless it is secret.

Several modules together: the table, the rule of who represents, and the notices.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import define

from gateway.core.ins import Ins
from gateway.core.notices import notice_table
from gateway.core.person import IdentityTraits
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import Capacity, Term
from gateway.rights.profile import ProfileState
from gateway.store.base.work import Database
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.life import go_on
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.fakes import SetClock
from tests.store.patients.told import URL, happens

UNTOLD = {
    kind
    for kind, row in notice_table().items()
    if row.represented is None and not kind.startswith(("their-", "represented"))
}


@define
class Family:
    """A child with an address of their own, and two parents."""

    database: Database
    child: str
    parents: tuple[str, str]

    @classmethod
    def make(cls, database: Database, *, email: str = "leo@courriel.example") -> Family:
        born = IdentityTraits(family="MOREL", first_given="LÉO", birth_date="20150612")
        child = open_profile(
            database,
            ins=Ins.of(matricule(77), TEST_RANGE),
            traits=born,
            email=email,
        )
        one, other = (
            open_profile(
                database,
                ins=Ins.of(matricule(number), TEST_RANGE),
                email=f"{number}@courriel.example",
            )
            for number in (21, 22)
        )
        with database.write() as work:
            whom = Profiles(work).get(child)
            assert whom is not None
            first = work.now.date()
            for parent in (one, other):
                who = Profiles(work).get(parent)
                assert who is not None
                Delegations(work).represent(
                    whom,
                    who,
                    Term(first=first, last=date(2033, 6, 11)),
                    capacity=Capacity.REPRESENTATIVE,
                    by="anne",
                    basis="proof",
                )
        return cls(database, child, (one, other))

    def told(self, profile_id: str) -> list[str]:
        """Return what was made for somebody, the oldest first."""
        with self.database.read() as work:
            query = notices.select().where(notices.c.profile_id == profile_id)
            rows = work.connection.execute(query.order_by(notices.c.created_at)).all()
        return [row.kind for row in rows]


@pytest.mark.parametrize(
    "kind", [kind for kind, row in notice_table().items() if row.represented]
)
def test_both_parents_are_told_in_words_of_their_own(
    database: Database, kind: NoticeKind
) -> None:
    family = Family.make(database)

    happens(database, family.child, kind)

    theirs = notice_table()[kind].represented
    assert theirs is not None
    assert [family.told(one) for one in family.parents] == [[theirs.value]] * 2


def test_of_what_is_the_childs_alone_they_are_not_told() -> None:
    """Codes and the account are of who signs in; who acts is told of otherwise."""
    assert {one.value for one in UNTOLD} >= {
        "code", "proof", "login", "provisional", "password", "address", "account",
        "device", "packed", "review", "digest", "helped",
    }  # fmt: skip
    told = set(NoticeKind) - UNTOLD
    assert told >= {NoticeKind.ACCESS, NoticeKind.SETTINGS, NoticeKind.CLOSED}
    assert NoticeKind.INQUIRY in told  # they report in the child's place


def test_without_an_address_of_the_child_they_are_told_all_the_same(
    database: Database,
) -> None:
    family = Family.make(database, email="")

    happens(database, family.child, NoticeKind.SETTINGS)

    assert family.told(family.child) == []
    assert family.told(family.parents[0]) == ["their-settings"]


@pytest.mark.parametrize(
    "kind", [NoticeKind.ACCESS, NoticeKind.BREAK_GLASS, NoticeKind.SETTINGS]
)
def test_b7_17_of_what_is_secret_they_are_told_nothing(
    database: Database, kind: NoticeKind
) -> None:
    family = Family.make(database)

    happens(database, family.child, kind, secret=True)

    assert family.told(family.child) == [kind.value]
    assert [family.told(one) for one in family.parents] == [[], []]


def test_a_life_is_told_though_nobody_can_open_the_space_any_more(
    database: Database,
) -> None:
    family = Family.make(database)

    for state in (
        ProfileState.SUSPENDED,
        ProfileState.CLOSED,
        ProfileState.ACTIVATED,
        ProfileState.DELETION_REQUESTED,
        ProfileState.DELETED,
    ):
        with database.write() as work:
            child = Profiles(work).get(family.child)
            assert child is not None
            go_on(work, Notices(work, "Le service", URL), child, state, by="anne")

    for parent in family.parents:
        assert set(family.told(parent)) == {
            f"their-{one}"
            for one in ("suspended", "closed", "reopened", "deleting", "deleted")
        }


@pytest.mark.parametrize(
    ("now", "parents"),
    [
        (datetime(2033, 6, 11, 21, 59, 59, tzinfo=UTC), ["their-settings"]),
        (datetime(2033, 6, 11, 22, 0, tzinfo=UTC), []),
    ],
)
def test_majority_begins_at_midnight_where_the_patients_are(
    database: Database, clock: SetClock, now: datetime, parents: list[str]
) -> None:
    """In Paris, two hours before the day of UTC."""
    family = Family.make(database)
    clock.now = now

    happens(database, family.child, NoticeKind.SETTINGS)

    assert family.told(family.parents[0]) == parents
    assert family.told(family.child) == ["settings"]


def test_from_majority_on_nobody_is_told_any_more(
    database: Database, clock: SetClock
) -> None:
    family = Family.make(database)
    clock.advance(days=(date(2033, 6, 12) - clock.now.date()) // timedelta(days=1))

    happens(database, family.child, NoticeKind.CLOSED)

    assert family.told(family.parents[0]) == []
