"""The places of connections: counted, kept for who shows a certificate, given back."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from gateway.mssante.places import Place, Places

FEW = {"most": 6, "most_per_host": 4, "most_unproven": 3, "most_per_certificate": 2}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "prove", "leave"]),
        st.integers(0, 3),
        st.sampled_from(["imap", "imaps"]),
    ),
    max_size=60,
)


def stays() -> None:
    raise AssertionError("cut off")


def make_wide(**changes: int) -> Places:
    return Places(**{**dict.fromkeys(FEW, 100), **changes})


@given(STEPS)
def test_no_limit_is_ever_passed_and_all_is_given_back(
    steps: list[tuple[str, int, str]],
) -> None:
    places, inside = Places(**FEW), dict[int, Place]()
    cut: list[int] = []
    for number, (what, which, door) in enumerate(steps):
        if what == "enter":
            place = places.enter(f"host{which}", partial(cut.append, number), door)
            if place is not None:
                inside[number] = place
            while cut:
                crowding = inside.pop(cut.pop())
                assert crowding is not place
        elif inside:
            chosen = list(inside)[which % len(inside)]
            if what == "prove":
                places.prove(inside[chosen], b"certificate %d" % which)
            else:
                places.leave(inside.pop(chosen))
        taken = inside.values()
        assert len(taken) == places.total <= 6
        for host in {one.host for one in taken}:
            assert sum(one.host == host for one in taken) <= 4
        for proven in {one.certificate for one in taken} - {""}:
            assert sum(one.certificate == proven for one in taken) <= 2
        for name in ("imap", "imaps"):
            waiting = [it for it in taken if it.door == name and not it.certificate]
            assert len(waiting) <= 3
    for place in inside.values():
        places.leave(place)
        places.leave(place)  # the connection is lost, too
    assert all(places.enter("host", partial(cut.append, 0), "imap") for _ in range(4))


def test_the_host_with_most_connections_gives_way_first() -> None:
    places, gone = Places(**FEW), list[str]()
    alone = places.enter("a", partial(gone.append, "alone"), "imaps")
    places.enter("b", partial(gone.append, "first"), "imaps")
    places.enter("b", partial(gone.append, "second"), "imaps")
    assert gone == []

    places.enter("c", stays, "imaps")

    assert alone is not None
    assert gone == ["first"]


def test_a_proven_connection_never_gives_way() -> None:
    places = Places(**FEW)
    place = places.enter("a", stays, "imaps")
    assert place is not None
    assert places.prove(place, b"certificate")

    for _ in range(3):
        assert places.enter("a", stays, "imaps")


def test_each_host_and_all_are_counted() -> None:
    places = make_wide(most=3, most_per_host=2)

    first = places.enter("10.0.0.1", stays)
    assert first is not None
    assert places.enter("10.0.0.1", stays)
    assert not places.enter("10.0.0.1", stays)
    assert places.enter("10.0.0.2", stays)
    assert not places.enter("10.0.0.3", stays)
    places.leave(first)
    places.leave(first)
    assert places.enter("10.0.0.3", stays)
    assert places.total == 3


def test_the_oldest_of_the_crowd_gives_way_and_not_who_has_shown_a_certificate() -> (
    None
):
    places, gone = make_wide(most_unproven=3), list[str]()
    proven = places.enter("10.0.0.9", stays)
    assert proven is not None
    assert places.prove(proven, b"certificate")
    places.enter("10.0.0.1", stays)
    for name in ("first", "second", "third"):
        places.enter("10.0.0.2", partial(gone.append, name))

    assert gone == ["first"]
    places.enter("10.0.0.3", stays)
    assert gone == ["first", "second"]
    assert places.total == 4


def test_a_certificate_has_so_many_places_and_gives_them_back() -> None:
    places = make_wide(most_per_certificate=1)
    one, two = places.enter("10.0.0.1", stays), places.enter("10.0.0.2", stays)
    assert one is not None
    assert two is not None

    assert places.prove(one, b"a")
    assert places.prove(one, b"a")
    assert not places.prove(two, b"a")
    assert places.prove(two, b"b")
    places.leave(one)
    three = places.enter("10.0.0.3", stays)
    assert three is not None
    assert places.prove(three, b"a")
