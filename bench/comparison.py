"""Acceptance beside Postfix: the same load, by turns, so that both see one machine."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from attrs import frozen

from bench.postfix import Postfix, why_not
from gateway.measuring.figures import Figure
from gateway.measuring.session import KB, SIZES, Session
from gateway.measuring.speed import Acceptance, accept


@frozen
class Round:
    """One turn of each; None where Postfix is not there."""

    ours: Acceptance
    alone: Acceptance
    plain: Acceptance | None
    tls: Acceptance | None


def compare(session: Session, rounds: int) -> Iterator[Figure]:
    """Measure each size in several rounds; the medians are told."""
    with ExitStack() as stack:
        node = stack.enter_context(session.node("beside", workers=0))
        one = session.node("one", workers=0, receivers=1)
        stack.enter_context(one)
        postfix = None
        if why_not():
            session.say(f"without Postfix: {why_not()}")
        else:
            certs = node.folder / "certs"
            postfix = stack.enter_context(Postfix(session.folder / "postfix", certs))
        for size in SIZES:
            done = []
            for number in range(rounds):
                session.say(f"accepting {size // KB} kB, round {number + 1}")
                plan = session.plan(node, size, seed=100 * number + size)
                ours = session.accept(node, plan)
                others = session.plan(one, size, seed=100 * number + size)
                alone = session.accept(one, others)
                plain = tls = None
                if postfix is not None:
                    cores = session.cores
                    plain = accept(postfix.plan(plan, tls=False), postfix.pids, cores)
                    tls = accept(postfix.plan(plan, tls=True), postfix.pids, cores)
                done.append(Round(ours, alone, plain, tls))
            yield from _figures(size, done, node.settings.smtp.processes)


def _figures(size: int, rounds: list[Round], processes: int) -> Iterator[Figure]:
    ours = _median([one.ours for one in rounds])
    alone = _median([one.alone for one in rounds])
    plain = _median([one.plain for one in rounds if one.plain])
    tls = _median([one.tls for one in rounds if one.tls])
    yield Figure(
        what=f"accepted and kept, {size // KB} kB, mutual TLS, "
        f"{processes} process(es), as by default",
        value=ours.rate,
        unit="/s",
        target="≥ 1.0 × Postfix without TLS" if plain.rate else "",
        reference=_told(ours),
        met=ours.rate >= plain.rate if plain.rate else None,
    )
    ratio = f"{alone.rate / plain.rate:.2f} × Postfix; " if plain.rate else ""
    yield Figure(
        what=f"… by one, `[smtp] processes = 1`, {size // KB} kB",
        value=alone.rate,
        unit="/s",
        reference=f"{ratio}{_told(alone)}",
    )
    for name, other in (("without TLS", plain), ("with TLS", tls)):
        if other.rate:
            yield Figure(
                what=f"Postfix, accept and discard, {size // KB} kB, {name}",
                value=other.rate,
                unit="/s",
                reference=f"ours: {ours.rate / other.rate:.2f} ×; {_told(other)}",
            )


def _told(one: Acceptance) -> str:
    return (
        f"{one.server_cpu:.1f} ms of processor each; "
        f"the load took {100 * one.client_share:.0f} % of the machine"
    )


def _median(found: list[Acceptance]) -> Acceptance:
    if not found:
        return Acceptance(0, 0, 0)
    return Acceptance(
        statistics.median(one.rate for one in found),
        statistics.median(one.server_cpu for one in found),
        statistics.median(one.client_share for one in found),
    )
