"""Where the mail of a domain goes: its route, or what DNS says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import dns.message
import dns.resolver
import dns.rrset
import pytest

from gateway.errors import GatewayError, NotFoundError, UnavailableError
from gateway.mssante.sending.mail_hosts import find_hosts


class NoDns(dns.resolver.Resolver):
    """A resolver that answers from text, or fails."""

    def __init__(self, answer: str | Exception = "") -> None:
        super().__init__(configure=False)
        self.answer = answer

    def resolve(self, qname: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return dns.rrset.from_text(f"{qname}.", 60, "IN", "MX", *self.answer.split(";"))


@pytest.mark.parametrize(
    ("route", "host"),
    [
        ("smtp.peer.test:2525", ("smtp.peer.test", 2525)),
        ("127.0.0.1:25", ("127.0.0.1", 25)),
        ("[::1]:2525", ("::1", 2525)),
    ],
)
def test_a_route_takes_the_place_of_dns(route: str, host: tuple[str, int]) -> None:
    assert find_hosts({"peer.test": route}, "peer.test", NoDns()) == [host]


def test_hosts_come_in_the_order_of_their_preference() -> None:
    resolver = NoDns("20 second.test.;10 first.test.;30 third.test.")

    assert find_hosts({}, "peer.test", resolver) == [
        ("first.test", 25),
        ("second.test", 25),
        ("third.test", 25),
    ]


def test_a_null_mx_takes_no_mail() -> None:
    assert find_hosts({}, "peer.test", NoDns("0 .")) == []


def test_a_domain_without_mx_is_its_own_host() -> None:
    assert find_hosts(
        {}, "peer.test", NoDns(dns.resolver.NoAnswer(response=_empty()))
    ) == [("peer.test", 25)]


def _empty() -> dns.message.Message:
    return dns.message.make_response(dns.message.make_query("peer.test", "MX"))


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (dns.resolver.NXDOMAIN(), NotFoundError, "there is no such domain"),
        (
            dns.resolver.NoNameservers(),
            UnavailableError,
            "the domain was not found: NoNameservers",
        ),
        (
            dns.resolver.LifetimeTimeout(timeout=1, errors=[]),
            UnavailableError,
            "the domain was not found: LifetimeTimeout",
        ),
    ],
)
def test_no_such_domain_is_told_from_not_known_now(
    answer: Exception, error: type[GatewayError], said: str
) -> None:
    with pytest.raises(error) as raised:
        find_hosts({}, "peer.test", NoDns(answer))

    assert raised.value.public == said


def test_a_worker_holds_no_resolver_until_it_asks() -> None:
    """It is 2 MB in each process, and one whose domains have routes never asks."""
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import gateway.node.worker, sys; sys.exit('dns.resolver' in sys.modules)",
        ],
        check=True,
    )
