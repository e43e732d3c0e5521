"""Copies for other operators, as the database keeps them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from gateway.store.arrivals.deliveries import (
    Deliveries,
    Delivery,
    is_bound_for,
    is_not_bound_for,
)
from gateway.store.tables import deliveries
from gateway.store.tasks.tasks import Condition, TaskKind
from tests.mssante.post import PEER, SERVICE, Post, mail


def queue(post: Post) -> Delivery:
    arrival_id = post.keep(mail(), post.remote(orcpt="rfc822;x@y.test"), envid="E1")
    kept = post.kept(arrival_id)
    with post.database.write() as work:
        delivery_id = Deliveries(work).add(kept, kept.recipients[0])
    found: Delivery | None = post.read(lambda work: Deliveries(work).get(delivery_id))
    assert found is not None
    return found


def again(post: Post, delivery: Delivery) -> Delivery:
    found: Delivery | None = post.read(lambda work: Deliveries(work).get(delivery.id))
    assert found is not None
    return found


def test_a_copy_is_kept_with_all_that_sending_it_needs(post: Post) -> None:
    found = queue(post)

    assert (found.recipient, found.reverse_path) == (PEER, SERVICE)
    assert (found.orcpt, found.envid) == ("rfc822;x@y.test", "E1")
    assert (found.state, found.attempts, found.warned_at) == ("pending", 0, None)
    assert (found.last_status, found.last_host, found.last_reply) == ("", "", "")
    assert post.tasks(TaskKind.RELAY) == [found.id]


def test_addresses_are_not_readable_in_the_table(post: Post) -> None:
    queue(post)

    row = post.read(lambda work: work.connection.execute(select(deliveries)).one())
    assert not any(b"voisin" in bytes(one) for one in row if isinstance(one, bytes))
    assert "voisin" not in repr(row.options)
    assert "voisin" not in repr(queue(post))


def test_the_same_copy_is_queued_once(post: Post) -> None:
    found = queue(post)
    kept = post.kept(found.arrival_id)

    with post.database.write() as work:
        same = Deliveries(work).add(kept, kept.recipients[0])

    assert same == found.id
    assert post.tasks(TaskKind.RELAY) == [found.id]


def test_a_try_is_recorded_with_its_status_host_and_reply(post: Post) -> None:
    found = queue(post)

    with post.database.write() as work:
        settled = Deliveries(work).settle(
            found,
            "pending",
            status="4.4.1",
            host="mx.peer.test",
            reply="no host answered",
            again_after=timedelta(minutes=5),
            warned=True,
        )

    after = again(post, found)
    assert settled
    assert (after.attempts, after.warned_at) == (1, post.clock.now)
    assert (after.last_status, after.last_host) == ("4.4.1", "mx.peer.test")
    assert after.last_reply == "no host answered"
    assert len(post.tasks(TaskKind.RELAY)) == 2


def test_a_try_that_reached_no_host_says_so(post: Post) -> None:
    found = queue(post)

    with post.database.write() as work:
        Deliveries(work).settle(
            found,
            "failed",
            status="5.7.1",
            host="",
            reply="not in the space" + "x" * 999,
        )

    after = again(post, found)
    assert (after.state, after.last_host) == ("failed", "")
    assert after.last_reply.startswith("not in the space")


def test_what_was_settled_meanwhile_stays_as_it_is(post: Post) -> None:
    found = queue(post)
    with post.database.write() as work:
        Deliveries(work).settle(found, "sent", status="2.0.0", host="mx", reply="OK")

    with post.database.write() as work:
        settled = Deliveries(work).settle(
            found,
            "pending",
            status="4.0.0",
            host="mx",
            reply="later",
            again_after=timedelta(minutes=1),
        )

    assert not settled
    assert again(post, found).state == "sent"
    assert len(post.tasks(TaskKind.RELAY)) == 1


def test_pending_copies_of_a_message_are_known(post: Post) -> None:
    found = queue(post)

    with post.database.write() as work:
        before = Deliveries(work).any_pending(found.arrival_id)
        Deliveries(work).settle(found, "sent", status="2.0.0", host="mx", reply="OK")
        after = Deliveries(work).any_pending(found.arrival_id)

    assert (before, after) == (True, False)


def test_an_unknown_copy_is_none(post: Post) -> None:
    assert post.read(lambda work: Deliveries(work).get("0" * 32)) is None


def test_tasks_are_told_apart_by_the_domain_their_copy_is_for(post: Post) -> None:
    here = queue_to(post, "a@one.test", "b@one.test")
    there = queue_to(post, "c@two.test")
    with post.database.write() as work:
        work.tasks.add(TaskKind.RELAY, "no-such-copy")

    def claimable(where: Condition | None) -> list[str]:
        kinds, lease = [TaskKind.RELAY], timedelta(0)
        with post.database.write() as work:
            due = work.tasks.anything_due(kinds, where)
            found = work.tasks.claim("me", kinds, 9, lease, where)
            work.tasks.give_back(found, "me")
        assert due is bool(found)
        return [task.subject for task in found]

    everything = [*here, *there, "no-such-copy"]
    assert claimable(None) == everything
    assert claimable(is_bound_for(["one.test"])) == here
    assert claimable(is_bound_for(["one.test", "two.test"])) == [*here, *there]
    assert claimable(is_not_bound_for(["one.test"])) == [*there, "no-such-copy"]
    assert claimable(is_bound_for(["three.test"])) == []
    assert claimable(is_bound_for([])) == []
    domains = post.read(lambda work: Deliveries(work).domains([here[0], there[0], "x"]))
    assert domains == {here[0]: "one.test", there[0]: "two.test"}


def queue_to(post: Post, *addresses: str) -> list[str]:
    found = []
    for address in addresses:
        kept = post.kept(post.keep(mail(), post.remote(address)))
        with post.database.write() as work:
            found.append(Deliveries(work).add(kept, kept.recipients[0]))
    return found
