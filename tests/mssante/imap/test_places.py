"""The places of connections: counted, kept for who shows a certificate, given back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.mssante.imap.places import Place, Places
from gateway.settings.doors import ImapSettings

LIMITS = ImapSettings(
    max_connections=6,
    max_connections_per_peer=4,
    max_connections_per_certificate=2,
    max_connections_unproven=3,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "prove", "leave"]),
        st.integers(0, 3),
        st.sampled_from(["imap", "imaps"]),
    ),
    max_size=60,
)


@given(STEPS)
def test_no_limit_is_ever_passed_and_all_is_given_back(
    steps: list[tuple[str, int, str]],
) -> None:
    places, inside = Places(LIMITS), list[Place]()
    for what, which, door in steps:
        if what == "enter":
            place = places.enter(f"host{which}", door)
            if place is not None:
                inside.append(place)
            while (crowding := places.to_give_way(door)) is not None:
                assert crowding is not place
                places.leave(crowding)
                inside.remove(crowding)
        elif inside:
            place = inside[which % len(inside)]
            if what == "prove":
                places.prove(place, b"certificate %d" % which)
            else:
                places.leave(place)
                inside.remove(place)
        assert len(inside) <= 6
        for host in {one.host for one in inside}:
            assert sum(one.host == host for one in inside) <= 4
        for proven in {one.certificate for one in inside} - {""}:
            assert sum(one.certificate == proven for one in inside) <= 2
        for one in ("imap", "imaps"):
            waiting = [it for it in inside if it.door == one and not it.certificate]
            assert len(waiting) <= 3
    for place in inside:
        places.leave(place)
        places.leave(place)  # the connection is lost, too
    assert all(places.enter("host", "imap") for _ in range(4))


def test_the_address_with_most_connections_gives_way_first() -> None:
    places = Places(LIMITS)
    alone = places.enter("a", "imaps")
    first = places.enter("b", "imaps")
    places.enter("b", "imaps")
    assert places.to_give_way("imaps") is None

    places.enter("c", "imaps")

    assert alone is not None
    assert places.to_give_way("imaps") is first


def test_a_proven_connection_never_gives_way() -> None:
    places = Places(LIMITS)
    place = places.enter("a", "imaps")
    assert place is not None
    assert places.prove(place, b"certificate")
    for _ in range(3):
        places.enter("a", "imaps")

    assert places.to_give_way("imaps") is None
