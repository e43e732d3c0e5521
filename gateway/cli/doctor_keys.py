"""The doctor's look at turns of keys that were begun and are not done."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.cli.findings import Finding
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reencrypting import mailboxes_under_way
from gateway.store.patients.lookups import turn_under_way
from gateway.store.sealed.wrapping_keys import keks_in_use


def turns(work: UnitOfWork) -> Iterator[Finding]:
    """Yield what turns over now, or was ended half-way: an old key is there still."""
    wrapping = work.keys.wrapping(work.connection)
    if set(keks_in_use(work.connection)) - {wrapping.id}:
        yield Finding(
            "keys",
            "an older version wraps some still",
            "gateway keys rotate kek goes on with it",
        )
    begun = turn_under_way(work)
    if begun is not None:
        yield Finding(
            "keys",
            f"those of digests turn over since {begun:%Y-%m-%d %H:%M} UTC",
            "gateway keys rotate lookup goes on with it",
        )
    for address in mailboxes_under_way(work):
        yield Finding(
            "keys",
            f"{address} is being sealed anew",
            f"gateway keys rotate owner --mailbox {address} --reencrypt goes on",
        )
